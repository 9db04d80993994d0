//! Model in, bytes out: the reverse of [`super::read`], for versions 2 to 6.

mod handles;

use super::MAGIC;
use super::error::WriteError;
use super::handle::{ChannelHandle, Offsets, StreamHandle};
use super::model::{Format, MasterState, Metadata, Operator, Subtask, SubtaskState};
use super::read::MASTER_STATE_MAGIC;
use super::text::Text;
use super::version::MetadataVersion;

type Result<T> = std::result::Result<T, WriteError>;

/// The metadata file that this model describes, in the model's version.
///
/// What [`super::read`] gave comes back byte for byte, bytes behind the end included. Of a subtask without a state
/// the entry is written as Flink writes one that has nothing.
///
/// # Errors
///
/// Versions 0 and 1, what has no form in the model's version, and what contradicts itself.
pub fn write(metadata: &Metadata<'_>) -> Result<Vec<u8>> {
    let version = match metadata.format {
        Format::Versioned(version) if version >= MetadataVersion::V2 => version,
        Format::Versioned(version) => {
            let version = version.to_string();
            return Err(WriteError::Version { version });
        }
        Format::Flink10 => {
            let version = "of Flink 1.0".to_owned();
            return Err(WriteError::Version { version });
        }
    };
    let mut writer = Writer {
        out: Vec::new(),
        version,
    };
    writer.metadata(metadata)?;
    Ok(writer.out)
}

struct Writer {
    out: Vec<u8>,
    version: MetadataVersion,
}

impl Writer {
    fn u8(&mut self, value: u8) {
        self.out.push(value);
    }

    fn i32(&mut self, value: i32) {
        self.out.extend(value.to_be_bytes());
    }

    fn i64(&mut self, value: i64) {
        self.out.extend(value.to_be_bytes());
    }

    fn flag(&mut self, value: bool) {
        self.i32(value.into());
    }

    /// A number that the format has as a signed one.
    fn natural(&mut self, field: &'static str, value: u32) -> Result<()> {
        let limit = i32::MAX.unsigned_abs();
        let number = i32::try_from(value).map_err(|_| WriteError::TooLong {
            field,
            length: usize::try_from(value).unwrap_or(usize::MAX),
            limit: usize::try_from(limit).unwrap_or(usize::MAX),
        })?;
        self.i32(number);
        Ok(())
    }

    fn count(&mut self, field: &'static str, length: usize) -> Result<()> {
        let count = i32::try_from(length).map_err(|_| WriteError::TooLong {
            field,
            length,
            limit: super::limits::BLOCK,
        })?;
        self.i32(count);
        Ok(())
    }

    fn text(&mut self, field: &'static str, text: &Text<'_>) -> Result<()> {
        let bytes = text.as_bytes();
        let length = u16::try_from(bytes.len()).map_err(|_| WriteError::TooLong {
            field,
            length: bytes.len(),
            limit: u16::MAX.into(),
        })?;
        self.out.extend(length.to_be_bytes());
        self.out.extend(bytes);
        Ok(())
    }

    fn block(&mut self, field: &'static str, bytes: &[u8]) -> Result<()> {
        self.count(field, bytes.len())?;
        self.out.extend(bytes);
        Ok(())
    }

    fn offsets(&mut self, field: &'static str, offsets: &Offsets<'_>) -> Result<()> {
        self.count(field, offsets.len())?;
        self.out.extend(offsets.as_bytes());
        Ok(())
    }

    fn refuse<T>(&self, what: &'static str) -> Result<T> {
        let version = self.version;
        Err(WriteError::NotInVersion { what, version })
    }

    /// Refuses what the model's version cannot say.
    fn since(&self, version: MetadataVersion, is_there: bool, what: &'static str) -> Result<()> {
        if is_there && self.version < version {
            return self.refuse(what);
        }
        Ok(())
    }

    fn metadata(&mut self, metadata: &Metadata<'_>) -> Result<()> {
        self.out.extend(MAGIC);
        self.i32(self.version.number());
        self.i64(metadata.checkpoint_id);
        self.count("master states", metadata.master_states.len())?;
        for state in &metadata.master_states {
            self.master_state(state)?;
        }
        self.count("operators", metadata.operators.len())?;
        for operator in &metadata.operators {
            self.operator(operator)?;
        }
        match &metadata.properties {
            None if self.version >= MetadataVersion::V4 => {
                let what = "a snapshot without properties";
                return self.refuse(what);
            }
            None => {}
            Some(properties) => {
                self.since(MetadataVersion::V4, true, "checkpoint properties")?;
                self.out.extend(&*properties.bytes);
            }
        }
        self.out.extend(&*metadata.trailing);
        Ok(())
    }

    fn master_state(&mut self, state: &MasterState<'_>) -> Result<()> {
        self.i32(MASTER_STATE_MAGIC);
        let texts = state.name.as_bytes().len();
        let length = texts.saturating_add(state.payload.len()).saturating_add(10);
        self.count("master state", length)?;
        self.i32(state.version);
        self.text("master state name", &state.name)?;
        self.block("master state payload", &state.payload)
    }

    fn operator(&mut self, operator: &Operator<'_>) -> Result<()> {
        let is_named = operator.name.is_some() || operator.uid.is_some();
        self.since(MetadataVersion::V5, is_named, "an operator's name or uid")?;
        if self.version >= MetadataVersion::V5 {
            let none = Text::default();
            self.text("operator name", operator.name.as_ref().unwrap_or(&none))?;
            self.text("operator uid", operator.uid.as_ref().unwrap_or(&none))?;
        }
        self.out.extend(operator.id.as_bytes());
        self.natural("parallelism", operator.parallelism)?;
        let Some(max_parallelism) = operator.max_parallelism else {
            return self.refuse("an operator without max parallelism");
        };
        self.natural("max parallelism", max_parallelism)?;
        if self.version == MetadataVersion::V2 {
            self.since(
                MetadataVersion::V3,
                operator.coordinator.is_some(),
                "coordinator state",
            )?;
            self.since(
                MetadataVersion::V3,
                operator.fully_finished,
                "a finished operator",
            )?;
            self.i32(operator.chain_length.unwrap_or(1));
            self.count("subtasks", operator.subtasks.len())?;
            return operator
                .subtasks
                .iter()
                .try_for_each(|s| self.subtask_v2(s));
        }
        match &operator.coordinator {
            None | Some(StreamHandle::ByteStream { .. }) => {
                self.stream(operator.coordinator.as_ref())?;
            }
            Some(_) => return self.refuse("coordinator state that is not inline"),
        }
        if operator.fully_finished {
            if operator.coordinator.is_some() || !operator.subtasks.is_empty() {
                let what = "a finished operator has state";
                return Err(WriteError::Contradiction { what });
            }
            self.i32(-1);
            return Ok(());
        }
        self.count("subtasks", operator.subtasks.len())?;
        operator.subtasks.iter().try_for_each(|s| self.subtask(s))
    }

    fn subtask_v2(&mut self, subtask: &Subtask<'_>) -> Result<()> {
        self.since(MetadataVersion::V3, subtask.finished, "a finished subtask")?;
        let nothing = SubtaskState::default();
        let state = subtask.state.as_deref().unwrap_or(&nothing);
        let has_channels = !state.input_channel.is_empty() || !state.result_subpartition.is_empty();
        self.since(MetadataVersion::V3, has_channels, "channel state")?;
        self.natural("subtask index", subtask.index)?;
        self.i64(state.duration);
        match state.legacy.as_slice() {
            [] => self.flag(false),
            [legacy] => {
                self.flag(true);
                self.stream(legacy.as_deref())?;
            }
            _ => return self.refuse("more than one legacy state of a subtask"),
        }
        self.operator_and_keyed(state)
    }

    fn subtask(&mut self, subtask: &Subtask<'_>) -> Result<()> {
        if subtask.finished {
            if subtask.state.is_some() {
                let what = "a finished subtask has state";
                return Err(WriteError::Contradiction { what });
            }
            let Ok(index) = i32::try_from(subtask.index) else {
                return self.natural("subtask index", subtask.index);
            };
            self.i32(!index);
            return Ok(());
        }
        self.natural("subtask index", subtask.index)?;
        let nothing = SubtaskState::default();
        let state = subtask.state.as_deref().unwrap_or(&nothing);
        if !state.legacy.is_empty() {
            return self.refuse("legacy state");
        }
        self.operator_and_keyed(state)?;
        self.channels(&state.input_channel, [1, 3])?;
        self.channels(&state.result_subpartition, [2, 4])
    }

    fn operator_and_keyed(&mut self, state: &SubtaskState<'_>) -> Result<()> {
        if state.java.is_some() {
            return self.refuse("Java-serialised state");
        }
        for handles in [&state.managed_operator, &state.raw_operator] {
            match handles.as_slice() {
                [] => self.flag(false),
                [handle] => {
                    self.flag(true);
                    self.operator_handle(handle.as_deref())?;
                }
                _ => return self.refuse("operator state of a chain"),
            }
        }
        self.keyed(state.managed_keyed.as_ref())?;
        self.keyed(state.raw_keyed.as_ref())
    }

    /// Channel state of one side, whose type bytes are `plain` and `merged`.
    fn channels(&mut self, handles: &[ChannelHandle<'_>], types: [u8; 2]) -> Result<()> {
        let [plain, merged] = types;
        let is_typed = self.version >= MetadataVersion::V6;
        self.count("channel state handles", handles.len())?;
        for handle in handles {
            match handle {
                ChannelHandle::Channel(channel) => {
                    if is_typed {
                        self.u8(plain);
                    }
                    match channel.subtask {
                        Some(subtask) => self.i32(subtask),
                        None if self.version == MetadataVersion::V3 => {}
                        None => return self.refuse("channel state without its subtask's index"),
                    }
                    self.i32(channel.channel.gate_or_partition);
                    self.i32(channel.channel.channel_or_subpartition);
                    self.offsets("channel state offsets", &channel.offsets)?;
                    self.i64(channel.size);
                    self.stream(channel.delegate.as_ref())?;
                }
                ChannelHandle::Merged(channels) => {
                    self.since(MetadataVersion::V6, true, "merged channel state")?;
                    self.u8(merged);
                    self.i32(channels.subtask);
                    self.i64(channels.size);
                    self.stream(channels.delegate.as_ref())?;
                    self.block("merged channels", &channels.blob)?;
                }
            }
        }
        Ok(())
    }
}
