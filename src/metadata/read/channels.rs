//! Channel state of versions 3 and later.

use std::borrow::Cow;

use super::{Layout, Reader, Result};
use crate::metadata::cursor::{Cursor, list};
use crate::metadata::error::{FormatError, Problem};
use crate::metadata::handle::{
    Channel, ChannelHandle, ChannelInfo, MergedChannel, MergedChannels, Offsets,
};
use crate::metadata::limits::{self, smallest};
use crate::metadata::version::MetadataVersion;

/// The side of a subtask on which a channel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Input,
    Output,
}

impl<'a> Reader<'a> {
    pub(super) fn channels(&mut self, side: Side) -> Result<Vec<ChannelHandle<'a>>> {
        let field = match side {
            Side::Input => "input channels",
            Side::Output => "output channels",
        };
        let is_typed = self.version >= MetadataVersion::V6;
        let least = if is_typed {
            smallest::CHANNEL_V6
        } else {
            smallest::CHANNEL_V3
        };
        let count = self.c.count(field, limits::CHANNELS, least)?;
        if count > 0 {
            self.is_ambiguous = true;
        }
        list(count, |_| {
            if is_typed {
                self.typed_channel(side)
            } else {
                self.channel()
            }
        })
    }

    fn typed_channel(&mut self, side: Side) -> Result<ChannelHandle<'a>> {
        let field = "channel state type";
        let at = self.c.offset();
        match (self.c.u8(field)?, side) {
            (1, Side::Input) | (2, Side::Output) => self.channel(),
            (3, Side::Input) | (4, Side::Output) => self.merged(),
            (found, _) => {
                let problem = Problem::Value {
                    found: found.into(),
                    expected: match side {
                        Side::Input => "1 or 3 among inputs",
                        Side::Output => "2 or 4 among outputs",
                    },
                };
                Err(FormatError::new(at, field, problem))
            }
        }
    }

    fn channel(&mut self) -> Result<ChannelHandle<'a>> {
        let subtask = match self.layout {
            Layout::Flink1_11 => None,
            Layout::Current | Layout::Flink1_14 => Some(self.writer()?),
        };
        Ok(ChannelHandle::Channel(Box::new(Channel {
            subtask,
            channel: channel_info(&mut self.c)?,
            offsets: self.offsets("channel state offsets")?,
            size: self.c.size("channel state size")?,
            delegate: self.stream("channel state")?,
        })))
    }

    /// The index of the subtask that wrote a channel's state.
    fn writer(&mut self) -> Result<i32> {
        let field = "channel state subtask index";
        let at = self.c.offset();
        let found = self.c.i32(field)?;
        if usize::try_from(found).is_ok_and(|index| index < limits::SUBTASKS) {
            return Ok(found);
        }
        let problem = Problem::Value {
            found: found.into(),
            expected: "0 to 32767",
        };
        Err(FormatError::new(at, field, problem))
    }

    pub(super) fn offsets(&mut self, field: &'static str) -> Result<Offsets<'a>> {
        read_offsets(&mut self.c, field)
    }

    fn merged(&mut self) -> Result<ChannelHandle<'a>> {
        let subtask = self.writer()?;
        let size = self.c.size("channel state size")?;
        let delegate = self.stream("channel state")?;
        let length_at = self.c.offset();
        let field = "merged channels length";
        let claimed = self.c.count(field, limits::BLOCK, smallest::BYTE)?;
        let start = self.c.offset();
        let blob = self.c.bytes("merged channels", claimed)?;
        let mut c = Cursor::at(blob, start);
        let count = c.count(
            "merged channels",
            limits::CHANNELS,
            smallest::MERGED_CHANNEL,
        )?;
        for _ in 0..count {
            merged_channel(&mut c)?;
        }
        if !c.rest().is_empty() {
            let used = claimed - c.rest().len();
            let problem = Problem::Length { claimed, used };
            return Err(FormatError::new(length_at, field, problem));
        }
        Ok(ChannelHandle::Merged(Box::new(MergedChannels {
            subtask,
            size,
            delegate,
            blob: Cow::Borrowed(blob),
        })))
    }
}

fn channel_info(c: &mut Cursor<'_>) -> Result<ChannelInfo> {
    Ok(ChannelInfo {
        gate_or_partition: natural(c, "gate or partition index")?,
        channel_or_subpartition: natural(c, "channel or subpartition index")?,
    })
}

fn natural(c: &mut Cursor<'_>, field: &'static str) -> Result<i32> {
    let at = c.offset();
    let found = c.i32(field)?;
    if found >= 0 {
        return Ok(found);
    }
    let problem = Problem::Value {
        found: found.into(),
        expected: "0 or more",
    };
    Err(FormatError::new(at, field, problem))
}

fn read_offsets<'a>(c: &mut Cursor<'a>, field: &'static str) -> Result<Offsets<'a>> {
    let count = c.count(field, limits::OFFSETS, smallest::OFFSET)?;
    let bytes = c.bytes(field, count.saturating_mul(smallest::OFFSET))?;
    Ok(Offsets::from_bytes(bytes))
}

fn merged_channel<'a>(c: &mut Cursor<'a>) -> Result<MergedChannel<'a>> {
    Ok(MergedChannel {
        channel: channel_info(c)?,
        size: c.size("merged channel size")?,
        offsets: read_offsets(c, "merged channel offsets")?,
    })
}

impl<'a> MergedChannels<'a> {
    /// The channels, in the file's order.
    pub fn channels(&self) -> impl Iterator<Item = MergedChannel<'_>> {
        let mut c = Cursor::at(&self.blob, 0);
        let count = c.count(
            "merged channels",
            limits::CHANNELS,
            smallest::MERGED_CHANNEL,
        );
        (0..count.unwrap_or_default()).map_while(move |_| merged_channel(&mut c).ok())
    }

    /// A handle of these channels.
    pub fn new(
        subtask: i32,
        size: i64,
        delegate: Option<crate::metadata::handle::StreamHandle<'a>>,
        channels: &[MergedChannel<'_>],
    ) -> Self {
        let count = |length: usize| i32::try_from(length).unwrap_or(i32::MAX).to_be_bytes();
        let mut blob = Vec::from(count(channels.len()));
        for channel in channels {
            blob.extend(channel.channel.gate_or_partition.to_be_bytes());
            blob.extend(channel.channel.channel_or_subpartition.to_be_bytes());
            blob.extend(channel.size.to_be_bytes());
            blob.extend(count(channel.offsets.len()));
            blob.extend(channel.offsets.as_bytes());
        }
        MergedChannels {
            subtask,
            size,
            delegate,
            blob: Cow::Owned(blob),
        }
    }
}
