//! Files that the writer makes, for the tests beside this one.

use crate::domain::key_group::KeyGroupRange;
use crate::metadata::handle::DistributionMode;
use crate::state::write::{
    KeyedFile, KeyedWriter, ListState, OperatorFile, OperatorWriter, ValueState,
};
use crate::state::{Element, ElementType};

pub(super) const MAX_PARALLELISM: u32 = 8;

pub(super) fn value_state(name: &str, value: ElementType) -> ValueState {
    ValueState {
        name: name.into(),
        value,
    }
}

pub(super) fn list_state(name: &str, mode: DistributionMode, element: ElementType) -> ListState {
    ListState {
        name: name.into(),
        mode,
        element,
    }
}

/// Keys of every length of character.
pub(super) fn string_keys() -> Vec<String> {
    let mut keys: Vec<String> = (0..40).map(|i| format!("key {i}")).collect();
    keys.extend(["", "é", "键", "\u{1f600}", "a\0b", "mixed é键\u{1f600} end"].map(str::to_owned));
    keys.push("long ".repeat(9_000));
    keys
}

/// A file with the counts and names of string keys in a range.
pub(super) fn keyed(range: KeyGroupRange) -> (Vec<u8>, KeyedFile) {
    let states = vec![
        value_state("count", ElementType::Long),
        value_state("name-é键\u{1f600}", ElementType::String),
    ];
    let mut writer = KeyedWriter::new(Vec::new(), ElementType::String, states, range).unwrap();
    let keys = string_keys();
    for group in range.iter() {
        let keys: Vec<&String> = keys
            .iter()
            .filter(|key| Element::String(key).key_group(MAX_PARALLELISM) == group)
            .collect();
        let counts = keys
            .iter()
            .map(|key| (Element::String(key), Element::Long(key.len() as i64)));
        writer.entries(counts).unwrap();
        let names = keys
            .iter()
            .map(|key| (Element::String(key), Element::String(key)));
        writer.entries(names).unwrap();
    }
    writer.finish().unwrap()
}

/// A file with three lists, one of them empty.
pub(super) fn operator() -> (Vec<u8>, OperatorFile) {
    let lists = vec![
        list_state(
            "split",
            DistributionMode::SplitDistribute,
            ElementType::Long,
        ),
        list_state("none", DistributionMode::SplitDistribute, ElementType::Long),
        list_state("union", DistributionMode::Union, ElementType::String),
    ];
    let mut writer = OperatorWriter::new(Vec::new(), lists).unwrap();
    for i in 0..5 {
        writer.element(0, Element::Long(i * 1000)).unwrap();
        writer
            .element(2, Element::String(&format!("é键 {i}")))
            .unwrap();
    }
    writer.finish().unwrap()
}
