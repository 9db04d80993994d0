//! Any bytes give a reading or an error, and a reading can be summed up.
#![no_main]

use libfuzzer_sys::fuzz_target;
use savepointctl_fuzz::metadata;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(metadata) = metadata::read(bytes) {
        let _ = metadata.state_size();
        let mut parts = 0usize;
        metadata.parts(&mut |part| {
            let _ = metadata::location::resolve(&part.storage, "file:/sp/savepoint-1");
            parts += 1;
        });
        let _ = parts;
    }
});
