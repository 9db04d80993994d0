//! Small snapshots in a storage in memory, sound and damaged.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::domain::key_group::KeyGroupRange;
use crate::domain::progress::{Remembered, Silent};
use crate::inventory::check;
use crate::inventory::inspection::files::tests::{operator, operator_subtask, snapshot, subtask};
use crate::inventory::scan::files::Looker;
use crate::metadata::Text;
use crate::metadata::handle::{
    DistributionMode, IdentifiedKeyGroups, KeyGroups, KeyedHandle, OperatorHandle, StreamHandle,
};
use crate::metadata::model::{Subtask, SubtaskState};
use crate::state::write::{KeyedWriter, ListState, OperatorWriter, ValueState};
use crate::state::{Element, ElementType};
use crate::storage::memory::Request;
use crate::storage::{Answer, Entry, Listed, Memory};

const OWN: &str = "s3://b/sp/savepoint-1";
const RANGE: KeyGroupRange = KeyGroupRange { start: 3, count: 4 };

fn stored(path: &'static str, size: u64) -> Option<StreamHandle<'static>> {
    Some(StreamHandle::RelativeFile {
        path: Text::from(path),
        size: size as i64,
    })
}

/// A keyed file with so many bytes of values in each key group.
fn keyed(values: usize) -> (Vec<u8>, KeyedHandle<'static>) {
    let state = ValueState {
        name: "names".into(),
        value: ElementType::String,
    };
    let mut writer = KeyedWriter::new(Vec::new(), ElementType::Long, vec![state], RANGE).unwrap();
    let value = "v".repeat(values);
    for group in RANGE.iter() {
        let entry = (Element::Long(group.into()), Element::String(&value));
        writer.entries([entry].into_iter()).unwrap();
    }
    let (bytes, file) = writer.finish().unwrap();
    let groups = KeyGroups {
        range: RANGE,
        offsets: file.offsets,
        delegate: stored("keyed", file.size),
    };
    let handle = IdentifiedKeyGroups {
        groups,
        handle_id: None,
    };
    (bytes, KeyedHandle::KeyGroups(Box::new(handle)))
}

fn lists() -> (Vec<u8>, OperatorHandle<'static>) {
    let list = ListState {
        name: "offsets".into(),
        mode: DistributionMode::Union,
        element: ElementType::Long,
    };
    let mut writer = OperatorWriter::new(Vec::new(), vec![list]).unwrap();
    writer.element(0, Element::Long(7)).unwrap();
    let (bytes, file) = writer.finish().unwrap();
    let handle = OperatorHandle {
        states: file.states,
        merging: None,
        delegate: stored("lists", file.size),
    };
    (bytes, handle)
}

struct Sample {
    memory: Arc<Memory>,
    storage: Storage,
    metadata: Metadata<'static>,
}

impl Sample {
    /// A savepoint with a keyed file and a file of lists.
    fn new(values: usize) -> Self {
        let ((keyed, keyed_handle), (lists, lists_handle)) = (keyed(values), lists());
        let state = SubtaskState {
            managed_keyed: Some(keyed_handle),
            managed_operator: vec![Some(Box::new(lists_handle))],
            ..SubtaskState::default()
        };
        let sample = Self::of(vec![subtask(2, state)]);
        sample.put("keyed", keyed);
        sample.put("lists", lists);
        sample
    }

    fn of(subtasks: Vec<Subtask<'static>>) -> Self {
        let memory = Arc::new(Memory::new());
        let storage = Storage::new().with("s3", "b", memory.clone());
        Self {
            memory,
            storage,
            metadata: snapshot(vec![operator(subtasks)]),
        }
    }

    fn put(&self, name: &str, bytes: Vec<u8>) {
        self.memory.put(&format!("/sp/savepoint-1/{name}"), bytes);
    }

    async fn read(&self, share: Share) -> Report {
        let bytes = metadata::write(&self.metadata).unwrap();
        self.put("_metadata", bytes.clone());
        let needs = Needs::of(&self.metadata, OWN);
        let seen = Looker::new(&self.storage).see(&needs, true, &Silent).await;
        assert_eq!(check::compare(&needs, &seen).findings, []);
        let opening = Opening {
            metadata_path: format!("{OWN}/_metadata"),
            bytes: bytes.into(),
            needs,
            seen,
        };
        let progress = Remembered::default();
        let report = read(&self.storage, opening, share, &progress).await;
        let told = progress.told();
        assert!(told.iter().all(|(all, done)| all == done), "{told:?}");
        assert!(told.len() == 1 || report.opened == 0, "{told:?}");
        report
    }
}

fn words(remarks: &[Remark]) -> Vec<(&'static str, &str, &str)> {
    let words = remarks.iter().map(|one| {
        let detail = one.detail.as_deref().unwrap_or_default();
        (one.kind.label(), one.location.as_str(), detail)
    });
    words.collect()
}

#[tokio::test]
async fn a_sound_snapshot_is_read_without_findings() {
    let report = Sample::new(10).read(Share::ALL).await;
    assert_eq!((report.findings, report.notes), (vec![], vec![]));
    assert_eq!(report.opened, 2);
}

#[tokio::test]
async fn a_file_that_is_not_what_its_handle_says_is_undecodable_and_the_others_are_still_read() {
    let sample = Sample::new(10);
    let (mut bytes, _) = keyed(10);
    let last = bytes.len() - 34;
    bytes[last..].fill(0xee);
    sample.put("keyed", bytes);
    let report = sample.read(Share::ALL).await;
    let [(kind, location, detail)] = words(&report.findings)[..] else {
        panic!("{report:?}");
    };
    assert_eq!(
        (kind, location),
        ("undecodable", "s3://b/sp/savepoint-1/keyed")
    );
    assert!(
        detail.contains("key group at byte") && detail.contains("expected 6"),
        "{detail}"
    );
    let needed_by = report.findings[0].needed_by.as_ref().unwrap();
    assert_eq!(needed_by.subtask, Some(2));
    assert_eq!(report.opened, 2);
}

#[tokio::test]
async fn a_serializer_that_nobody_knows_is_a_note_and_no_finding() {
    let sample = Sample::new(10);
    let (mut bytes, _) = lists();
    let at = bytes.windows(4).position(|four| four == b"Long").unwrap();
    bytes[at..at + 4].copy_from_slice(b"Mine");
    sample.put("lists", bytes);
    let report = sample.read(Share::ALL).await;
    assert_eq!(report.findings, []);
    let [(kind, location, detail)] = words(&report.notes)[..] else {
        panic!("{report:?}");
    };
    assert_eq!((kind, location), ("opaque", "s3://b/sp/savepoint-1/lists"));
    assert!(detail.contains("unknown serializer"), "{detail}");
    assert!(detail.contains("MineSerializer"), "{detail}");
}

#[tokio::test]
async fn a_file_that_cannot_be_fetched_is_unreadable_rather_than_damaged() {
    let sample = Sample::new(10);
    let path = "/sp/savepoint-1/keyed";
    sample
        .memory
        .fail(Request::ReadRange, path, |location| StorageError::Scheme {
            location,
            scheme: "s3".into(),
        });
    let report = sample.read(Share::ALL).await;
    let [(kind, location, _)] = words(&report.findings)[..] else {
        panic!("{report:?}");
    };
    assert_eq!(
        (kind, location),
        ("unreadable", "s3://b/sp/savepoint-1/keyed")
    );
}

#[tokio::test]
async fn inline_state_is_read_whatever_the_share() {
    let bytes = vec![0, 0, 0, 9];
    let inline = StreamHandle::ByteStream {
        name: Text::from("inline"),
        data: bytes.into(),
    };
    let sample = Sample::of(vec![operator_subtask(0, inline)]);
    let report = sample.read("0.0001%".parse().unwrap()).await;
    let [(kind, location, detail)] = words(&report.findings)[..] else {
        panic!("{report:?}");
    };
    assert_eq!(
        (kind, location),
        ("undecodable", "s3://b/sp/savepoint-1/_metadata")
    );
    assert!(detail.contains("version at byte 0x0 is 9"), "{detail}");
    assert_eq!(report.opened, 0);
}

/// A storage whose answers take the runtime's clock, as those of a network take its sockets.
struct Slow(Arc<Memory>);

impl Store for Slow {
    fn look<'a>(&'a self, at: &'a Location) -> Answer<'a, Entry> {
        self.0.look(at)
    }

    fn list<'a>(&'a self, directory: &'a Location) -> Answer<'a, Vec<Listed>> {
        self.0.list(directory)
    }

    fn read<'a>(&'a self, file: &'a Location, limit: u64) -> Answer<'a, Vec<u8>> {
        self.0.read(file, limit)
    }

    fn read_range<'a>(&'a self, file: &'a Location, range: Range<u64>) -> Answer<'a, Vec<u8>> {
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(1)).await;
            self.0.read_range(file, range).await
        })
    }

    fn delete_file<'a>(&'a self, file: &'a Location) -> Answer<'a, ()> {
        self.0.delete_file(file)
    }

    fn delete_directory<'a>(&'a self, directory: &'a Location) -> Answer<'a, ()> {
        self.0.delete_directory(directory)
    }
}

#[tokio::test]
async fn what_a_storage_waits_for_goes_on_while_files_are_read() {
    let mut sample = Sample::new(10);
    let slow = Arc::new(Slow(Arc::clone(&sample.memory)));
    sample.storage = Storage::new().with("s3", "b", slow);
    let reading = tokio::time::timeout(Duration::from_secs(30), sample.read(Share::ALL));
    assert_eq!(reading.await.unwrap().opened, 2);
}

#[tokio::test]
async fn of_a_large_file_only_what_is_looked_at_is_fetched() {
    let sample = Sample::new(8 << 20);
    let report = sample.read(Share::ALL).await;
    assert_eq!(report.findings, []);
    let asked = sample.memory.asked();
    let pieces = asked
        .iter()
        .filter(|(request, path)| *request == Request::ReadRange && path.ends_with("/keyed"));
    // the header and each key group, in 33 megabytes
    let pieces = pieces.count();
    assert!((2..=9).contains(&pieces), "{pieces}");
}
