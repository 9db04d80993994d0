//! Any bytes are checked and read as every kind of state file, to the end or to an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use savepointctl_fuzz::domain::key_group::KeyGroupRange;
use savepointctl_fuzz::metadata;
use savepointctl_fuzz::metadata::handle::{DistributionMode, KeyGroups, NamedState, Offsets};
use savepointctl_fuzz::state::check::{self, Managed};
use savepointctl_fuzz::state::read::{KeyedReader, OperatorReader};
use savepointctl_fuzz::state::{Element, header};

fuzz_target!(|bytes: &[u8]| {
    // a metadata file brings handles, and state within itself
    if let Ok(metadata) = metadata::read(bytes) {
        check::tasks(&metadata, &mut |task| {
            let _ = task.run(&check::NoFile);
            let _ = task.check.run(&bytes);
        });
    }
    // else the first bytes are the offsets of a handle, and the rest is the file
    let Some((handle, file)) = bytes.split_first_chunk::<12>() else {
        return;
    };
    let offsets: Vec<i64> = handle
        .chunks_exact(2)
        .map(|pair| i64::from(i16::from_be_bytes([pair[0], pair[1]])))
        .collect();
    keyed(&file, &offsets);
    operator(&file, &offsets);
    let whole: Offsets<'_> = offsets.iter().copied().collect();
    let _ = check::channel(&file, &whole);
    let _ = check::changelog(&file, offsets[0]);
    let _ = check::backend_metadata(&file);
    let _ = check::backend_file("000001.sst", &file);
    let _ = check::backend_file("CURRENT", &file);
    let _ = header::keyed(file);
    let _ = header::operator(file);
});

/// Negative offsets stand for key groups without data, but at the end for none at all.
fn keyed(file: &&[u8], offsets: &[i64]) {
    // behind the header, where there is one, so that more than headers is reached
    let end = header::keyed(file).ok().and_then(|header| header.end);
    let end = end.and_then(|end| i64::try_from(end).ok()).unwrap_or(0);
    let count = offsets
        .iter()
        .rposition(|offset| *offset >= 0)
        .map_or(0, |last| last + 1);
    let offsets = offsets[..count].iter();
    let offsets: Offsets<'_> = offsets
        .map(|offset| {
            if *offset < 0 {
                0
            } else {
                end.saturating_add(*offset)
            }
        })
        .collect();
    for start in [0, 1] {
        let groups = KeyGroups {
            range: KeyGroupRange {
                start,
                count: count as u32,
            },
            offsets: offsets.clone(),
            delegate: None,
        };
        for (savepoint, max_parallelism) in [(true, Some(128)), (false, Some(129)), (false, None)] {
            let managed = Managed {
                savepoint,
                max_parallelism,
            };
            let _ = check::key_groups(file, &groups, managed);
        }
        let _ = check::raw_key_groups(file, &groups);
        if let Ok(reader) = KeyedReader::open(file, groups.range, &groups.offsets, 128) {
            for group in groups.range.iter() {
                let visit = &mut |state: usize, _: Element<'_>, _: Element<'_>| {
                    assert!(state < reader.states().len());
                };
                let _ = reader.key_group(group, visit);
            }
        }
    }
}

fn operator(file: &&[u8], offsets: &[i64]) {
    let Ok(header) = header::operator(file) else {
        return;
    };
    let end = i64::try_from(header.end.unwrap_or(0)).unwrap_or(0);
    let offsets: Offsets<'_> = offsets
        .iter()
        .map(|offset| end.saturating_add(*offset))
        .collect();
    let states = header.states.iter().chain(&header.broadcast);
    let states: Vec<NamedState<'_>> = states
        .map(|state| NamedState {
            name: state.name.clone(),
            mode: DistributionMode::SplitDistribute,
            offsets: offsets.clone(),
        })
        .collect();
    let _ = check::operator(file, &states);
    let _ = check::raw_operator(file, &states);
    if let Ok(reader) = OperatorReader::open(file) {
        for list in 0..reader.lists().len() {
            let _ = reader.elements(list, &offsets, &mut |_| {});
        }
    }
}
