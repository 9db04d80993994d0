//! Reading state back for a restore: values and lists of the types that [`ElementType`] has.

use super::element::{Element, ElementType};
use super::error::StateError;
use super::header::{self, Header, HeaderBytes, StateInfo, StateKind, Unread};
use super::input::Input;
use super::layout::{self, Canonical, Layout, Section};
use super::read_at::ReadAt;
use super::snapshot::Snapshot;
use super::write::{ListState, ValueState};
use crate::domain::key_group::KeyGroupRange;
use crate::metadata::handle::{DistributionMode, Offsets};

type Result<T> = std::result::Result<T, StateError>;

const VOID_NAMESPACE: &str =
    "org.apache.flink.runtime.state.VoidNamespaceSerializer$VoidNamespaceSerializerSnapshot";

/// Receives entries of a key group: the state's position in [`KeyedReader::states`], the key and the value.
pub type Visit<'v> = &'v mut dyn FnMut(usize, Element<'_>, Element<'_>);

/// Reads the keyed state of one subtask, key group by key group.
pub struct KeyedReader<'r> {
    file: &'r dyn ReadAt,
    key: ElementType,
    states: Vec<ValueState>,
    sections: Vec<Section>,
    layout: Layout,
    rules: Canonical,
}

impl<'r> KeyedReader<'r> {
    /// Reads the header of a file whose handle has this range and these offsets, in either layout.
    ///
    /// # Errors
    ///
    /// [`StateError::Unsupported`] for any state that is not a `ValueState` of a type that is known, under keys of such a
    /// type.
    pub fn open(
        file: &'r dyn ReadAt,
        range: KeyGroupRange,
        offsets: &Offsets<'_>,
        max_parallelism: u32,
    ) -> Result<Self> {
        let mut bytes = HeaderBytes::first(file)?;
        let (key, states, compressed, end) = bytes.read_with(file, |bytes| {
            let header = header::keyed(bytes)?;
            refuse_unread(&header)?;
            let key = header.key.as_ref();
            let key = element_type("keys", key)?;
            let states = header.states.iter().map(value_state);
            let states = states.collect::<Result<Vec<_>>>()?;
            Ok((key, states, header.compressed, header.end))
        })?;
        let sections = layout::sections(file.size(), end, range, offsets)?;
        let layout = layout::find(file, &sections, range, compressed)?;
        let rules = Canonical {
            compressed,
            states: Some(states.len()),
            max_parallelism: Some(max_parallelism),
        };
        Ok(KeyedReader {
            file,
            key,
            states,
            sections,
            layout,
            rules,
        })
    }

    /// The type of the keys.
    pub fn key(&self) -> ElementType {
        self.key
    }

    /// The states, in the file's order.
    pub fn states(&self) -> &[ValueState] {
        &self.states
    }

    /// Visits every entry of a key group; none where the file has nothing of it.
    pub fn key_group(&self, key_group: u32, visit: Visit<'_>) -> Result<()> {
        let found = self
            .sections
            .binary_search_by_key(&key_group, |section| section.key_group);
        let Some(section) = found.ok().and_then(|found| self.sections.get(found)) else {
            return Ok(());
        };
        match self.layout {
            Layout::HeapNative => self.heap_native(*section, visit),
            Layout::Canonical => self.canonical(*section, visit),
        }
    }

    fn heap_native(&self, section: Section, visit: Visit<'_>) -> Result<()> {
        let mut input = layout::open_heap_native(self.file, section, self.rules.compressed)?;
        let (mut key, mut value) = (String::new(), String::new());
        for _ in &self.states {
            let (id, state) = self.state(&mut input)?;
            for _ in 0..input.length("entries")? {
                void_namespace(&mut input)?;
                let key = self.key.read(&mut input, "key", &mut key)?;
                let value = state.value.read(&mut input, "value", &mut value)?;
                visit(id, key, value);
            }
        }
        layout::end(&mut input, section)
    }

    fn canonical(&self, section: Section, visit: Visit<'_>) -> Result<()> {
        let mut input = layout::open(self.file, section, self.rules.compressed);
        let (mut key, mut value) = (String::new(), String::new());
        let (mut id, mut state) = self.state(&mut input)?;
        loop {
            let key_end = u64::from(input.length("key length")?) + input.consumed();
            let last = self.rules.prefix(&mut input, section.key_group)?;
            let key = self.key.read(&mut input, "key", &mut key)?;
            void_namespace(&mut input)?;
            expect_end(&input, "key length", key_end)?;
            let value_end = u64::from(input.length("value length")?) + input.consumed();
            let value = state.value.read(&mut input, "value", &mut value)?;
            expect_end(&input, "value length", value_end)?;
            visit(id, key, value);
            if last {
                match self.next_state(&mut input)? {
                    Some(next) => (id, state) = next,
                    None => return layout::end(&mut input, section),
                }
            }
        }
    }

    fn state(&self, input: &mut Input<'_>) -> Result<(usize, &ValueState)> {
        let at = input.offset();
        match self.next_state(input)? {
            Some(state) => Ok(state),
            None => Err(StateError::damaged(at, "state id", "is an end mark")),
        }
    }

    /// The state whose id comes next; `None` at the mark of the end.
    fn next_state(&self, input: &mut Input<'_>) -> Result<Option<(usize, &ValueState)>> {
        let id = input.u16("state id")?;
        if id == layout::END_OF_KEY_GROUP {
            return Ok(None);
        }
        self.rules.check_state(input, id)?;
        let id = usize::from(id);
        Ok(self.states.get(id).map(|state| (id, state)))
    }
}

fn expect_end(input: &Input<'_>, field: &'static str, end: u64) -> Result<()> {
    if input.consumed() == end {
        return Ok(());
    }
    let what = "is not that of what stands there";
    Err(StateError::damaged(input.offset(), field, what))
}

fn void_namespace(input: &mut Input<'_>) -> Result<()> {
    let at = input.offset();
    match input.u8("namespace")? {
        0 => Ok(()),
        found => {
            let what = format!("is {found}, expected 0");
            Err(StateError::damaged(at, "namespace", what))
        }
    }
}

fn refuse_unread(header: &Header<'_>) -> Result<()> {
    match &header.unread {
        None => Ok(()),
        Some(Unread::OldVersion(version)) => Err(StateError::Unsupported(format!(
            "the state file has version {version}, of a Flink before 1.7"
        ))),
        Some(Unread::Serializer(unknown)) => Err(StateError::Unsupported(format!(
            "the state file has a serializer that is not known here: {}",
            unknown.class
        ))),
    }
}

fn element_type(whose: &str, snapshot: Option<&Snapshot<'_>>) -> Result<ElementType> {
    let Some(snapshot) = snapshot else {
        let what = format!("{whose} have no serializer");
        return Err(StateError::Unsupported(what));
    };
    ElementType::of_snapshot(snapshot).ok_or_else(|| {
        StateError::Unsupported(format!(
            "{whose} have a serializer that cannot be restored here, only those of Long and String: {}",
            snapshot.class
        ))
    })
}

fn value_state(state: &StateInfo<'_>) -> Result<ValueState> {
    let is_value = state
        .option("KEYED_STATE_TYPE")
        .is_some_and(|option| *option == "VALUE");
    if state.kind != StateKind::KeyValue || !is_value {
        return Err(StateError::Unsupported(format!(
            "state {:?} is not a value state, the only kind of keyed state that can be restored here",
            state.name
        )));
    }
    let namespace = state.serializer("NAMESPACE_SERIALIZER");
    if namespace.is_none_or(|namespace| namespace.class != VOID_NAMESPACE) {
        return Err(StateError::Unsupported(format!(
            "state {:?} has namespaces, which cannot be restored here",
            state.name
        )));
    }
    let whose = format!("values of state {:?}", state.name);
    Ok(ValueState {
        name: state.name.to_str().into_owned(),
        value: element_type(&whose, state.serializer("VALUE_SERIALIZER"))?,
    })
}

/// Reads the list states of one subtask.
pub struct OperatorReader<'r> {
    file: &'r dyn ReadAt,
    lists: Vec<ListState>,
    compressed: bool,
    end: u64,
}

impl<'r> OperatorReader<'r> {
    /// Reads the header.
    ///
    /// # Errors
    ///
    /// [`StateError::Unsupported`] for broadcast states and for elements of a type that is not known.
    pub fn open(file: &'r dyn ReadAt) -> Result<Self> {
        let mut bytes = HeaderBytes::first(file)?;
        let (lists, compressed, end) = bytes.read_with(file, |bytes| {
            let header = header::operator(bytes)?;
            refuse_unread(&header)?;
            if let Some(state) = header.broadcast.first() {
                return Err(StateError::Unsupported(format!(
                    "broadcast state {:?} cannot be restored here",
                    state.name
                )));
            }
            let lists = header.states.iter().map(list_state);
            let lists = lists.collect::<Result<Vec<_>>>()?;
            Ok((lists, header.compressed, header.end))
        })?;
        Ok(OperatorReader {
            file,
            lists,
            compressed,
            end: end.unwrap_or(0),
        })
    }

    /// The lists, in the file's order.
    pub fn lists(&self) -> &[ListState] {
        &self.lists
    }

    /// Visits the elements at these offsets of the list at this position in [`OperatorReader::lists`].
    pub fn elements(
        &self,
        list: usize,
        offsets: &Offsets<'_>,
        visit: &mut dyn FnMut(Element<'_>),
    ) -> Result<()> {
        let Some(list) = self.lists.get(list) else {
            return Ok(());
        };
        let mut text = String::new();
        let mut input = Input::plain(self.file, self.end, self.file.size());
        for offset in offsets.iter() {
            let start = u64::try_from(offset)
                .ok()
                .filter(|start| *start >= self.end);
            let Some(start) = start else {
                let what = format!(
                    "of state {:?} is {offset}, which is within the header",
                    list.name
                );
                return Err(StateError::damaged(0, "element offset", what));
            };
            if self.compressed {
                let continued = start > self.end;
                input = Input::snappy(self.file, start, self.file.size(), continued);
            } else if let Some(between) = start.checked_sub(input.offset()) {
                input.skip("state before an element", between)?;
            } else {
                input = Input::plain(self.file, start, self.file.size());
            }
            visit(list.element.read(&mut input, "element", &mut text)?);
        }
        Ok(())
    }
}

fn list_state(state: &StateInfo<'_>) -> Result<ListState> {
    let mode = state.option("OPERATOR_STATE_DISTRIBUTION_MODE");
    let modes = [DistributionMode::SplitDistribute, DistributionMode::Union];
    let mode = modes
        .into_iter()
        .find(|known| mode.is_some_and(|mode| *mode == known.name()));
    let Some(mode) = mode else {
        return Err(StateError::Unsupported(format!(
            "state {:?} is neither a split nor a union list",
            state.name
        )));
    };
    let whose = format!("elements of state {:?}", state.name);
    Ok(ListState {
        name: state.name.to_str().into_owned(),
        mode,
        element: element_type(&whose, state.serializer("VALUE_SERIALIZER"))?,
    })
}
