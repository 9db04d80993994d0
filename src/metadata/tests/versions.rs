//! What each version says, and what is refused.

use super::bytes::*;
use super::samples;
use super::{java_bytes, samples::savepoint_properties};
use crate::domain::key_group::KeyGroupRange;
use crate::metadata::error::Problem;
use crate::metadata::handle::{ChannelHandle, DistributionMode, KeyedHandle, StreamHandle};
use crate::metadata::java_state::{JavaPart, JavaRole};
use crate::metadata::model::SubtaskState;
use crate::metadata::properties::PropertiesContent;
use crate::metadata::version::Release;
use crate::metadata::{Format, Metadata, MetadataVersion, ReadError, WriteError, read, write};

pub fn state<'m, 'a>(
    metadata: &'m Metadata<'a>,
    operator: usize,
    subtask: usize,
) -> &'m SubtaskState<'a> {
    let subtask = &metadata.operators[operator].subtasks[subtask];
    subtask.state.as_deref().unwrap()
}

#[test]
fn version_0_gives_tasks_sizes_and_what_the_java_objects_refer_to() {
    let bytes = samples::version_0();
    let metadata = read(&bytes.0).unwrap();
    assert_eq!(metadata.format, Format::Versioned(MetadataVersion::V0));
    assert_eq!(metadata.checkpoint_id, 7);
    let task = &metadata.operators[0];
    assert_eq!(task.id.to_string(), "e464826d320d0351136b0d372c600a5e");
    assert_eq!((task.parallelism, task.max_parallelism), (4, None));
    assert_eq!(task.subtasks[0].index, 2);
    assert_eq!(metadata.state_size(), 345);
    let state = state(&metadata, 0, 0);
    assert_eq!(state.duration, 12);
    assert_chain_of_two(state);
    assert_eq!(task.subtasks[1].state.as_ref().unwrap().java, None);
}

fn assert_chain_of_two(state: &SubtaskState<'_>) {
    let java = state.java.as_ref().unwrap();
    assert_eq!(java.problem, None);
    let found: Vec<_> = java.states.iter().map(|s| (s.position, &s.role)).collect();
    let keyed = |name: &'static str| JavaRole::KeyValue(name.into());
    assert_eq!(
        found,
        [
            (0, &JavaRole::Function),
            (2, &JavaRole::Operator),
            (2, &keyed("count")),
            (2, &keyed("rocks")),
        ]
    );
    assert_eq!(java.states[0].class, "SerializedStateHandle");
    assert_eq!(java.states[0].parts, [JavaPart::Inline { size: 11 }]);
    let file = |path: &'static str| JavaPart::File {
        path: path.into(),
        size: -1,
    };
    assert_eq!(java.states[1].parts, [file("hdfs://nn/operator")]);
    assert_eq!(java.states[2].parts, [file("hdfs://nn/kv")]);
    let directories: Vec<_> = java.states[3].directories().collect();
    assert_eq!(directories, [&"hdfs://nn/backup"]);
}

#[test]
fn version_0_with_an_object_of_unknown_form_keeps_all_else() {
    let mut bytes = samples::version_0().0;
    let at = bytes.windows(4).position(|w| w == [0xac, 0xed, 0, 5]);
    bytes[at.unwrap() + 4] = 0x7b;
    let metadata = read(&bytes).unwrap();
    let java = state(&metadata, 0, 0).java.as_ref().unwrap();
    assert_eq!(metadata.state_size(), 345);
    assert!(java.states.is_empty());
    let problem = java.problem.as_ref().unwrap().to_string();
    assert_eq!(problem, "Java object at byte 0x38 has an unknown tag");
}

#[test]
fn version_0_with_key_groups_is_refused_because_they_cannot_be_read() {
    let task = bytes().raw(&ID).i32(4).list([]).i32(1).raw(&[0; 30]);
    let err = read(&header(0).list([task]).0).unwrap_err();
    assert!(err.to_string().starts_with("key groups (operator entry 0)"));
}

#[test]
fn version_1_has_an_array_over_the_chain() {
    let bytes = samples::version_1();
    let metadata = read(&bytes.0).unwrap();
    let task = &metadata.operators[0];
    assert_eq!(task.chain_length, Some(2));
    assert_eq!(task.max_parallelism, Some(128));
    let state = state(&metadata, 0, 0);
    assert_eq!(state.legacy[0], None);
    assert_eq!(state.managed_operator[0], None);
    assert_eq!(
        state.managed_operator[1].as_ref().unwrap().states[1].mode,
        DistributionMode::Union
    );
    assert!(state.raw_operator.is_empty());
    assert_eq!(metadata.state_size(), 30 + 50 + 5);
    assert_eq!(metadata.newest_reader(), Some(Release(1, 10)));
}

#[test]
fn version_2_has_operators_master_states_and_legacy_state() {
    let bytes = samples::version_2();
    let metadata = read(&bytes.0).unwrap();
    assert_eq!(metadata.master_states.len(), 2);
    assert_eq!(metadata.master_states[0].name, "hook");
    assert_eq!(*metadata.master_states[0].payload, *b"abc");
    let full = state(&metadata, 0, 0);
    assert_eq!(full.legacy.len(), 1);
    assert_eq!(full.state_size(), 6 + 50 + 3 + 70 + 9);
    assert!(metadata.operators[0].subtasks[1].state.is_none());
    assert_eq!(
        state(&metadata, 0, 2).state_size(),
        11 + 100 + 200 + 16,
        "an incremental handle counts meta, shared and private files"
    );
    assert!(metadata.properties.is_none());
    assert_eq!(
        metadata.newest_reader(),
        Some(Release(1, 10)),
        "newer releases refuse legacy state"
    );
}

#[test]
fn version_3_has_coordinators_finished_operators_and_channels() {
    let bytes = samples::version_3();
    let metadata = read(&bytes.0).unwrap();
    let [operator, finished] = metadata.operators.as_slice() else {
        panic!("two operators");
    };
    assert!(matches!(
        operator.coordinator,
        Some(StreamHandle::ByteStream { .. })
    ));
    assert_eq!(
        operator
            .subtasks
            .iter()
            .map(|s| (s.index, s.finished))
            .collect::<Vec<_>>(),
        [(0, false), (1, true), (2, false), (3, false)]
    );
    assert!(finished.fully_finished);
    assert_eq!(finished.state_size(), 0);
    let first = state(&metadata, 0, 0);
    let ChannelHandle::Channel(channel) = &first.input_channel[0] else {
        panic!("a plain channel");
    };
    assert_eq!(channel.subtask, Some(0));
    assert_eq!(channel.offsets.iter().collect::<Vec<_>>(), [4, 260]);
    let changelog = 60 + (3 + 2) + 500;
    assert_eq!(first.state_size(), changelog + 3 * 512);
    assert_eq!(
        operator.state_size(),
        11 + first.state_size() + 80 + (11 + 100 + 200 + 16)
    );
    assert_eq!(metadata.oldest_reader(), Release(1, 20), "it has a segment");
}

#[test]
fn version_3_of_flink_1_14_is_told_by_its_changelog_without_ids() {
    let bytes = samples::version_3_of_flink_1_14();
    let metadata = read(&bytes.0).unwrap();
    let Some(KeyedHandle::Changelog(changelog)) = &state(&metadata, 0, 0).managed_keyed else {
        panic!("a changelog");
    };
    assert_eq!(changelog.identity, None);
    assert_eq!(state(&metadata, 0, 0).state_size(), 60 + 5 + 500 + 512);
    assert_eq!(metadata.oldest_reader(), Release(1, 14));
}

#[test]
fn version_3_of_flink_1_11_is_told_by_its_channels_without_subtask_index() {
    let bytes = samples::version_3_of_flink_1_11();
    let metadata = read(&bytes.0).unwrap();
    let ChannelHandle::Channel(channel) = &state(&metadata, 0, 0).input_channel[0] else {
        panic!("a plain channel");
    };
    assert_eq!(channel.subtask, None);
    assert_eq!(channel.channel.channel_or_subpartition, 3);
    assert_eq!(metadata.oldest_reader(), Release(1, 11));
}

#[test]
fn version_4_says_what_the_snapshot_is() {
    let expected = savepoint_properties();
    let bytes = samples::version_4().raw(&expected.bytes);
    let metadata = read(&bytes.0).unwrap();
    assert_eq!(metadata.properties, Some(expected));
    assert!(metadata.trailing.is_empty());
}

#[test]
fn version_5_has_names_and_uids_and_an_empty_one_is_none() {
    let bytes = samples::version_5().then(null_properties());
    let metadata = read(&bytes.0).unwrap();
    let [named, unnamed] = metadata.operators.as_slice() else {
        panic!("two operators");
    };
    assert_eq!(named.name.as_ref().unwrap(), &"Source: gen");
    assert_eq!(named.uid.as_ref().unwrap(), &"source-id");
    assert_eq!((&unnamed.name, &unnamed.uid), (&None, &None));
    let content = metadata.properties.unwrap().content;
    assert_eq!(content, PropertiesContent::Null);
}

#[test]
fn version_6_has_merged_channels() {
    let bytes = samples::version_6().then(null_properties());
    let metadata = read(&bytes.0).unwrap();
    let ChannelHandle::Merged(merged) = &state(&metadata, 0, 0).input_channel[0] else {
        panic!("merged channels");
    };
    let channels: Vec<_> = merged.channels().collect();
    assert_eq!(channels.len(), 2);
    assert_eq!(channels[1].channel.channel_or_subpartition, 5);
    assert_eq!(channels[1].offsets.iter().collect::<Vec<_>>(), [4]);
    let plain = &state(&metadata, 1, 0).result_subpartition[0];
    assert!(matches!(plain, ChannelHandle::Channel(_)));
    assert_eq!(plain.state_size(), 512);
}

#[test]
fn a_savepoint_of_flink_1_0_gives_job_times_tasks_and_states() {
    let bytes = java_bytes::flink10_savepoint();
    let metadata = read(&bytes.0).unwrap();
    assert_eq!(metadata.format, Format::Flink10);
    assert_eq!(metadata.checkpoint_id, 7);
    let flink10 = metadata.flink10.unwrap();
    assert_eq!(
        flink10.job_id.unwrap().to_string(),
        "00000000000012340000000000005678"
    );
    assert_eq!(flink10.triggered_ms, 1_460_000_000_000);
    let tasks: Vec<_> = metadata
        .operators
        .iter()
        .map(|task| (task.id.to_string(), task.parallelism, task.subtasks.len()))
        .collect();
    assert_eq!(
        tasks,
        [
            ("00000000000000010000000000000002".to_owned(), 3, 2),
            ("00000000000000030000000000000002".to_owned(), 1, 1),
        ]
    );
    assert_eq!(metadata.state_size(), 3 * 345);
    assert_chain_of_two(state(&metadata, 0, 1));
}

#[test]
fn a_record_of_the_high_availability_store_is_refused_with_where_to_look() {
    let bytes = java_bytes::high_availability_record();
    let err = read(&bytes.0).unwrap_err();
    assert_eq!(
        err,
        ReadError::HighAvailabilityRecord {
            pointer: Some("s3://b/chk-7".to_owned())
        }
    );
    assert!(err.to_string().ends_with("points to: s3://b/chk-7"));
}

#[test]
fn an_unknown_version_is_refused_with_the_range_that_is_known() {
    for found in [7, -1, i32::MAX] {
        let err = read(&header(found).0).unwrap_err();
        assert_eq!(err, ReadError::UnknownVersion { found });
        assert!(err.to_string().contains("versions 0 to 6 can be read"));
    }
}

#[test]
fn what_is_no_metadata_is_refused_with_its_first_bytes() {
    let text = |bytes: &[u8]| read(bytes).unwrap_err().to_string();
    assert!(text(b"").contains("it starts with nothing"));
    assert!(text(b"PK\x03\x04zip").contains("it starts with 50 4b 03 04"));
}

#[test]
fn bytes_behind_the_end_are_reported_and_kept() {
    for sample in samples::all() {
        let longer = [&sample.bytes[..], b"more"].concat();
        let metadata = read(&longer).unwrap();
        assert_eq!(&*metadata.trailing, b"more", "{}", sample.name);
        if metadata.format.version() >= Some(MetadataVersion::V2) {
            assert_eq!(write(&metadata).unwrap(), longer, "{}", sample.name);
        }
    }
}

#[test]
fn versions_2_to_6_are_written_back_byte_for_byte() {
    for sample in samples::all() {
        let metadata = read(&sample.bytes).unwrap();
        match metadata.format.version() {
            Some(version) if version >= MetadataVersion::V2 => {
                assert_eq!(write(&metadata).unwrap(), sample.bytes, "{}", sample.name);
            }
            _ => {
                let err = write(&metadata).unwrap_err();
                assert!(matches!(err, WriteError::Version { .. }), "{}", sample.name);
            }
        }
    }
}

#[test]
fn a_version_cannot_say_what_came_later() {
    let bytes = samples::version_6().then(null_properties());
    for version in [
        MetadataVersion::V2,
        MetadataVersion::V3,
        MetadataVersion::V4,
        MetadataVersion::V5,
    ] {
        let mut metadata = read(&bytes.0).unwrap();
        metadata.format = Format::Versioned(version);
        let err = write(&metadata).unwrap_err();
        assert!(matches!(err, WriteError::NotInVersion { .. }), "{err}");
    }
}

#[test]
fn a_cut_java_tail_leaves_the_state_readable_and_goes_back_unchanged() {
    let properties = savepoint_properties();
    for cut in 0..properties.bytes.len() {
        let bytes = samples::version_4().raw(&properties.bytes[..cut]);
        let metadata = read(&bytes.0).unwrap();
        let kept = metadata.properties.as_ref().unwrap();
        let PropertiesContent::Unreadable(problem) = &kept.content else {
            panic!("{cut} bytes of a tail are no tail");
        };
        assert!(problem.is_truncation(), "{problem}");
        assert_eq!(write(&metadata).unwrap(), bytes.0);
    }
}

#[test]
fn an_error_names_field_entry_and_offset() {
    let subtask = bytes().i32(9).then(State::none().build());
    let file = snapshot(3, vec![operator(null(), vec![subtask.i64(0)])]);
    let err = read(&file.0).unwrap_err();
    assert_eq!(
        err.to_string(),
        "subtask index (operator entry 0, subtask entry 0) at byte 0x35 is 9, expected an index below the parallelism"
    );
}

#[test]
fn one_subtask_cannot_have_two_entries() {
    let twice = vec![
        subtask(1, State::none()),
        subtask(0, State::none()),
        subtask(1, State::none()),
    ];
    let err = read(&snapshot(3, vec![operator(null(), twice)]).0).unwrap_err();
    assert!(
        err.to_string().contains("expected each index once"),
        "{err}"
    );
    let unordered = vec![subtask(1, State::none()), subtask(0, State::none())];
    assert!(read(&snapshot(3, vec![operator(null(), unordered)]).0).is_ok());
}

#[test]
fn a_master_state_must_use_its_length_exactly() {
    for (off, claimed) in [(1, 18), (-1, 16)] {
        let mut state = master_state();
        state.0[4..8].copy_from_slice(&(17_i32 + off).to_be_bytes());
        let err = read(&header(2).list([state.u8(0)]).i32(0).0).unwrap_err();
        let ReadError::Format(err) = err else {
            panic!("{err}");
        };
        assert!(
            matches!(err.problem, Problem::Length { claimed: c, .. } if c == claimed),
            "{err}"
        );
    }
}

#[test]
fn a_finished_operator_has_no_coordinator_state() {
    let operator = bytes().raw(&ID).i32(4).i32(128).then(inline(b"c")).i32(-1);
    assert!(read(&snapshot(3, vec![operator]).0).is_err());
}

#[test]
fn key_groups_are_shown_with_their_range() {
    let file = snapshot(
        3,
        vec![operator(
            null(),
            vec![subtask(0, State::keyed(key_groups(7, null())))],
        )],
    );
    let metadata = read(&file.0).unwrap();
    let keyed = state(&metadata, 0, 0).managed_keyed.as_ref().unwrap();
    assert_eq!(
        keyed.range(),
        KeyGroupRange {
            start: 64,
            count: 2
        }
    );
}
