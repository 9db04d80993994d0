//! What is read of versions 2 to 6 is written back byte for byte.
#![no_main]

use libfuzzer_sys::fuzz_target;
use savepointctl_fuzz::metadata;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(read) = metadata::read(bytes)
        && let Ok(written) = metadata::write(&read)
    {
        assert!(written == bytes, "what was written differs from what was read");
    }
});
