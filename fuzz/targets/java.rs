//! Any bytes are walked as Java's serialisation grammar, to the end or to an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use savepointctl_fuzz::metadata::java::Stream;

fuzz_target!(|bytes: &[u8]| {
    let _ = Stream::walk(bytes);
});
