//! State that our writer made, restored by Flink's state backends; and what these write of it, read back here.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::Failed;
use savepointctl::domain::ids::OperatorId;
use savepointctl::domain::key_group::KeyGroupRange;
use savepointctl::metadata::handle::{
    DistributionMode, IdentifiedKeyGroups, KeyGroups, KeyedHandle, OperatorHandle, StreamHandle,
};
use savepointctl::metadata::model::{Operator, Subtask, SubtaskState};
use savepointctl::metadata::properties::Properties;
use savepointctl::metadata::{self, Format, Metadata, MetadataVersion, Text};
use savepointctl::state::check::{self, Managed};
use savepointctl::state::read::{KeyedReader, OperatorReader};
use savepointctl::state::read_at::OnDisk;
use savepointctl::state::write::{KeyedWriter, ListState, OperatorWriter, ValueState};
use savepointctl::state::{Element, ElementType, Layout};
use serde_json::Value;

const PARALLELISM: u32 = 2;

/// An operator with a count and a name for each key.
struct Sample {
    uid: &'static str,
    max_parallelism: u32,
    keys: Vec<Key>,
}

#[derive(Clone)]
enum Key {
    Long(i64),
    String(String),
}

impl Key {
    fn element(&self) -> Element<'_> {
        match self {
            Key::Long(value) => Element::Long(*value),
            Key::String(text) => Element::String(text),
        }
    }
}

fn text_of(element: Element<'_>) -> String {
    match element {
        Element::Long(value) => value.to_string(),
        Element::String(text) => text.to_owned(),
    }
}

/// What state holds: its name, the key and the value, as texts.
type Entries = BTreeSet<(String, String, String)>;

fn samples() -> Vec<Sample> {
    let mut strings: Vec<String> = (0..500).map(|i| format!("key {i}")).collect();
    strings
        .extend(["", " ", "é", "键", "\u{1f600}\u{1f601}", "a\0\u{1}\"\\b\n"].map(str::to_owned));
    strings.extend([
        ("é键\u{1f600}".repeat(30_000)),
        "\u{7f}\u{80}\u{7ff}\u{800}\u{ffff}".into(),
    ]);
    let mut longs: Vec<i64> = (-300..300).map(|i| i * 977).collect();
    longs.extend([i64::MIN, i64::MAX, 10_000_000_000]);
    let longs: Vec<Key> = longs.into_iter().map(Key::Long).collect();
    vec![
        Sample {
            uid: "strings",
            max_parallelism: 128,
            keys: strings.into_iter().map(Key::String).collect(),
        },
        Sample {
            uid: "longs",
            max_parallelism: 128,
            keys: longs.clone(),
        },
        Sample {
            uid: "many key groups",
            max_parallelism: 720,
            keys: longs,
        },
    ]
}

const COUNT: &str = "count";
const NAME: &str = "name-é键\u{1f600}";
const SPLIT: &str = "split";
const UNION: &str = "union-é";

fn count_of(key: &Key) -> i64 {
    text_of(key.element()).len() as i64 - 3
}

fn name_of(key: &Key) -> String {
    format!("<{}>", text_of(key.element()))
}

impl Sample {
    fn range(&self, subtask: u32) -> KeyGroupRange {
        KeyGroupRange::of_subtask(subtask, PARALLELISM, self.max_parallelism).unwrap()
    }

    fn keys_of(&self, group: u32) -> Vec<&Key> {
        let is_here = |key: &&Key| key.element().key_group(self.max_parallelism) == group;
        self.keys.iter().filter(is_here).collect()
    }

    /// What a subtask should hold.
    fn entries(&self, subtask: u32) -> Entries {
        let keys = self
            .range(subtask)
            .iter()
            .flat_map(|group| self.keys_of(group));
        keys.flat_map(|key| {
            let text = text_of(key.element());
            [
                (COUNT.into(), text.clone(), count_of(key).to_string()),
                (NAME.into(), text, name_of(key)),
            ]
        })
        .collect()
    }

    fn keyed(&self, subtask: u32, path: &Path) -> KeyedHandle<'static> {
        let range = self.range(subtask);
        let states = [(COUNT, ElementType::Long), (NAME, ElementType::String)];
        let states = states.map(|(name, value)| ValueState {
            name: name.into(),
            value,
        });
        let key = self.keys[0].element().element_type();
        let file = File::create(path).unwrap();
        let mut writer = KeyedWriter::new(file, key, states.into(), range).unwrap();
        for group in range.iter() {
            let keys = self.keys_of(group);
            let counts = keys
                .iter()
                .map(|key| (key.element(), Element::Long(count_of(key))));
            writer.entries(counts).unwrap();
            let names: Vec<String> = keys.iter().map(|key| name_of(key)).collect();
            let named = keys.iter().zip(&names);
            writer
                .entries(named.map(|(key, name)| (key.element(), Element::String(name))))
                .unwrap();
        }
        let (_, file) = writer.finish().unwrap();
        KeyedHandle::KeyGroups(Box::new(IdentifiedKeyGroups {
            groups: KeyGroups {
                range,
                offsets: file.offsets,
                delegate: Some(handle(path, file.size)),
            },
            handle_id: Some(Text::from("9c8c1c4e-6f7f-4b8e-9a51-0d3c8a5f9b11")),
        }))
    }
}

fn handle(path: &Path, size: u64) -> StreamHandle<'static> {
    StreamHandle::File {
        path: Text::from(format!("file:{}", path.display())),
        size: size as i64,
    }
}

/// The elements of both lists of a subtask.
fn lists(subtask: u32) -> [(&'static str, DistributionMode, Vec<Key>); 2] {
    let longs = (0..200).map(|i| Key::Long(i64::from(subtask) << 40 | i));
    let strings = (0..100).map(|i| Key::String(format!("é键\u{1f600} {subtask} {i}")));
    [
        (SPLIT, DistributionMode::SplitDistribute, longs.collect()),
        (UNION, DistributionMode::Union, strings.collect()),
    ]
}

fn operator_state(subtask: u32, path: &Path) -> OperatorHandle<'static> {
    let lists = lists(subtask);
    let declared = lists.iter().map(|(name, mode, elements)| ListState {
        name: (*name).into(),
        mode: *mode,
        element: elements[0].element().element_type(),
    });
    let file = File::create(path).unwrap();
    let mut writer = OperatorWriter::new(file, declared.collect()).unwrap();
    for i in 0..200 {
        for (list, (_, _, elements)) in lists.iter().enumerate() {
            if let Some(element) = elements.get(i) {
                writer.element(list, element.element()).unwrap();
            }
        }
    }
    let (_, file) = writer.finish().unwrap();
    OperatorHandle {
        states: file.states,
        merging: None,
        delegate: Some(handle(path, file.size)),
    }
}

fn snapshot(directory: &Path, samples: &[Sample]) -> PathBuf {
    let operator = |sample: &Sample| {
        let subtask = |index| {
            let file = |kind| directory.join(format!("{} {kind} {index}", sample.uid));
            let state = SubtaskState {
                managed_operator: vec![Some(Box::new(operator_state(index, &file("lists"))))],
                managed_keyed: Some(sample.keyed(index, &file("keyed"))),
                ..SubtaskState::default()
            };
            Subtask {
                index,
                finished: false,
                state: Some(Box::new(state)),
            }
        };
        Operator {
            id: OperatorId::from_uid(sample.uid),
            name: Some(Text::from(sample.uid)),
            uid: Some(Text::from(sample.uid)),
            parallelism: PARALLELISM,
            max_parallelism: Some(sample.max_parallelism),
            chain_length: None,
            coordinator: None,
            fully_finished: false,
            subtasks: (0..PARALLELISM).map(subtask).collect(),
        }
    };
    let metadata = Metadata {
        format: Format::Versioned(MetadataVersion::V6),
        checkpoint_id: 7,
        flink10: None,
        master_states: Vec::new(),
        operators: samples.iter().map(operator).collect(),
        properties: Some(Properties::null()),
        trailing: (&[]).into(),
    };
    let path = directory.join("_metadata");
    fs::write(&path, metadata::write(&metadata).unwrap()).unwrap();
    path
}

pub fn restored() -> Result<(), Failed> {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("restored");
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).unwrap();
    let samples = samples();
    let metadata = snapshot(&directory, &samples);
    let output = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/run"))
        .arg("--restore")
        .args([&metadata, &directory])
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "Flink cannot restore: {errors}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        text.lines().count(),
        samples.len() * 2 * PARALLELISM as usize
    );
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let of = |sample: &&Sample| {
            line["operator"].as_str() == Some(&OperatorId::from_uid(sample.uid).to_string())
        };
        let sample = samples.iter().find(of).unwrap();
        let subtask = u32::try_from(line["subtask"].as_u64().unwrap()).unwrap();
        match line.get("keyed") {
            Some(states) => same_keyed(sample, subtask, states, &line["written"]),
            None => same_lists(subtask, &line["lists"], &line["written"]),
        }
    }
    Ok(())
}

fn same_keyed(sample: &Sample, subtask: u32, states: &Value, written: &Value) {
    let expected = sample.entries(subtask);
    assert!(expected.len() > 300);
    let restored = states
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(name, entries)| {
            entries.as_array().unwrap().iter().map(|entry| {
                let text = |i: usize| entry[i].as_str().unwrap().to_owned();
                (name.clone(), text(0), text(1))
            })
        });
    let restored: Entries = restored.collect();
    assert!(
        restored == expected,
        "Flink restores other entries of {} {subtask}",
        sample.uid
    );

    let layouts = [Layout::HeapNative, Layout::Canonical].repeat(2);
    let written = written.as_array().unwrap();
    assert_eq!(written.len(), layouts.len());
    for (written, layout) in written.iter().zip(layouts) {
        let file = open(written);
        let range = sample.range(subtask);
        assert_eq!(written["start"], range.start);
        let offsets = offsets(&written["offsets"]);
        let groups = KeyGroups {
            range,
            offsets: offsets.into_iter().collect(),
            delegate: None,
        };
        let managed = Managed {
            savepoint: false,
            max_parallelism: Some(sample.max_parallelism),
        };
        let report = check::key_groups(&file, &groups, managed).unwrap();
        assert_eq!(report.layout, Some(layout), "{written}");
        let reader =
            KeyedReader::open(&file, range, &groups.offsets, sample.max_parallelism).unwrap();
        let mut entries = Entries::new();
        for group in range.iter() {
            let visit = &mut |state: usize, key: Element<'_>, value: Element<'_>| {
                let name = reader.states()[state].name.clone();
                entries.insert((name, text_of(key), text_of(value)));
            };
            reader.key_group(group, visit).unwrap();
        }
        assert!(entries == expected, "{} has other entries", written["file"]);
    }
}

fn same_lists(subtask: u32, states: &Value, written: &Value) {
    let texts = |elements: &[Key]| -> Vec<String> {
        elements
            .iter()
            .map(|element| text_of(element.element()))
            .collect()
    };
    for (name, _, elements) in lists(subtask) {
        let restored: Vec<&str> = states[name]
            .as_array()
            .unwrap()
            .iter()
            .map(|element| element.as_str().unwrap())
            .collect();
        assert_eq!(restored, texts(&elements), "{name}");
    }
    let written = written.as_array().unwrap();
    assert_eq!(written.len(), 2);
    for written in written {
        let file = open(written);
        let reader = OperatorReader::open(&file).unwrap();
        for (name, mode, elements) in lists(subtask) {
            let list = reader
                .lists()
                .iter()
                .position(|list| list.name == name)
                .unwrap();
            assert_eq!(reader.lists()[list].mode, mode);
            let offsets = offsets(&written["states"][name]).into_iter().collect();
            let mut found = Vec::new();
            let visit = &mut |element: Element<'_>| found.push(text_of(element));
            reader.elements(list, &offsets, visit).unwrap();
            assert_eq!(found, texts(&elements), "{name}");
        }
    }
}

fn open(written: &Value) -> OnDisk {
    OnDisk::new(File::open(written["file"].as_str().unwrap()).unwrap()).unwrap()
}

fn offsets(offsets: &Value) -> Vec<i64> {
    let offsets = offsets.as_array().unwrap().iter();
    offsets.map(|offset| offset.as_i64().unwrap()).collect()
}
