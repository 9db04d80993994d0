//! Checkpoint properties as Flink's classes serialise: the same from 1.16 to 2.3.

use std::borrow::Cow;

use super::{
    CheckpointProperties, PostCheckpointAction, Properties, PropertiesContent, SavepointFormat,
    SnapshotType,
};
use crate::metadata::java;

const PACKAGE: &str = "org.apache.flink.runtime.checkpoint";
const SERIALIZABLE: u8 = 0x02;
const SERIALIZABLE_ENUM: u8 = 0x12;
/// The back reference by which a second enum names `java.lang.Enum`, already described by the first.
const ENUM_REFERENCE: [u8; 5] = [0x71, 0x00, 0x7e, 0x00, 0x09];

impl Properties<'static> {
    /// Null, as offline tools may write it.
    pub fn null() -> Self {
        let mut bytes = Vec::from(java::MAGIC);
        bytes.push(java::NULL);
        Properties {
            bytes: Cow::Owned(bytes),
            content: PropertiesContent::Null,
        }
    }
}

impl From<CheckpointProperties> for Properties<'static> {
    /// The bytes that Flink 1.16 to 2.3 write for these properties.
    fn from(properties: CheckpointProperties) -> Self {
        let mut stream = JavaWriter(Vec::from(java::MAGIC));
        stream.properties(&properties);
        Properties {
            bytes: Cow::Owned(stream.0),
            content: PropertiesContent::Known(properties),
        }
    }
}

struct JavaWriter(Vec<u8>);

impl JavaWriter {
    /// A name of this file, all of which are short.
    fn text(&mut self, text: &str) {
        let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
        self.0.extend(length.to_be_bytes());
        self.0.extend(text.bytes());
    }

    fn string(&mut self, text: &str) {
        self.0.push(java::STRING);
        self.text(text);
    }

    /// A class descriptor without its fields.
    fn class(&mut self, name: &str, serial_version: u64, flags: u8, fields: u8) {
        self.0.push(java::CLASS_DESCRIPTOR);
        self.text(name);
        self.0.extend(serial_version.to_be_bytes());
        self.0.extend([flags, 0, fields]);
    }

    fn object_field(&mut self, name: &str, class: &str) {
        self.0.push(b'L');
        self.text(name);
        self.string(&format!("L{};", class.replace('.', "/")));
    }

    /// No annotation, no superclass.
    fn end_of_class(&mut self) {
        self.0.extend([java::END, java::NULL]);
    }

    fn first_enum(&mut self, class: &str, constant: &str) {
        self.0.push(java::ENUM);
        self.class(class, 0, SERIALIZABLE_ENUM, 0);
        self.0.push(java::END);
        self.class("java.lang.Enum", 0, SERIALIZABLE_ENUM, 0);
        self.end_of_class();
        self.string(constant);
    }

    fn second_enum(&mut self, class: &str, constant: &str) {
        self.0.push(java::ENUM);
        self.class(class, 0, SERIALIZABLE_ENUM, 0);
        self.0.push(java::END);
        self.0.extend(ENUM_REFERENCE);
        self.string(constant);
    }

    fn properties(&mut self, properties: &CheckpointProperties) {
        let discard = &properties.discard;
        let flags = [
            ("discardCancelled", discard.cancelled),
            ("discardFailed", discard.failed),
            ("discardFinished", discard.finished),
            ("discardSubsumed", discard.subsumed),
            ("discardSuspended", discard.suspended),
            ("forced", properties.forced),
            ("unclaimed", properties.unclaimed),
        ];
        self.0.push(java::OBJECT);
        let class = format!("{PACKAGE}.CheckpointProperties");
        self.class(&class, 2, SERIALIZABLE, 8);
        for (name, _) in flags {
            self.0.push(b'Z');
            self.text(name);
        }
        self.object_field("checkpointType", &format!("{PACKAGE}.SnapshotType"));
        self.end_of_class();
        self.0.extend(flags.map(|(_, flag)| u8::from(flag)));
        self.0.push(java::OBJECT);
        match properties.snapshot {
            SnapshotType::Checkpoint { full } => self.checkpoint(full),
            SnapshotType::Savepoint { format, action } => self.savepoint(format, action),
        }
    }

    fn checkpoint(&mut self, full: bool) {
        let strategy = format!("{PACKAGE}.SnapshotType$SharingFilesStrategy");
        let class = format!("{PACKAGE}.CheckpointType");
        self.class(&class, 0xd6de_4f03_05ae_1d3a, SERIALIZABLE, 2);
        self.object_field("name", "java.lang.String");
        self.object_field("sharingFilesStrategy", &strategy);
        self.end_of_class();
        let (name, sharing) = match full {
            false => ("Checkpoint", "FORWARD_BACKWARD"),
            true => ("Full Checkpoint", "FORWARD"),
        };
        self.string(name);
        self.first_enum(&strategy, sharing);
    }

    fn savepoint(&mut self, format: SavepointFormat, action: PostCheckpointAction) {
        let format_class = "org.apache.flink.core.execution.SavepointFormatType";
        let action_class = format!("{PACKAGE}.SavepointType$PostCheckpointAction");
        let class = format!("{PACKAGE}.SavepointType");
        self.class(&class, 0xa087_d308_a458_14b8, SERIALIZABLE, 3);
        self.object_field("formatType", format_class);
        self.object_field("name", "java.lang.String");
        self.object_field("postCheckpointAction", &action_class);
        self.end_of_class();
        let format = match format {
            SavepointFormat::Canonical => "CANONICAL",
            SavepointFormat::Native => "NATIVE",
        };
        self.first_enum(format_class, format);
        let (name, action) = match action {
            PostCheckpointAction::None => ("Savepoint", "NONE"),
            PostCheckpointAction::Suspend => ("Suspend Savepoint", "SUSPEND"),
            PostCheckpointAction::Terminate => ("Terminate Savepoint", "TERMINATE"),
        };
        self.string(name);
        self.second_enum(&action_class, action);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::cursor::Cursor;
    use crate::metadata::properties::{Discard, read};

    fn savepoint(format: SavepointFormat, action: PostCheckpointAction) -> SnapshotType {
        SnapshotType::Savepoint { format, action }
    }

    #[test]
    fn properties_have_the_lengths_of_flinks_and_are_read_back() {
        use PostCheckpointAction::{None, Suspend, Terminate};
        use SavepointFormat::{Canonical, Native};
        for (snapshot, length) in [
            (SnapshotType::Checkpoint { full: false }, 604),
            (SnapshotType::Checkpoint { full: true }, 600),
            (savepoint(Native, None), 742),
            (savepoint(Canonical, None), 745),
            (savepoint(Native, Suspend), 753),
            (savepoint(Canonical, Suspend), 756),
            (savepoint(Native, Terminate), 757),
            (savepoint(Canonical, Terminate), 760),
        ] {
            let written = CheckpointProperties {
                snapshot,
                forced: true,
                discard: Discard {
                    finished: true,
                    ..Discard::default()
                },
                unclaimed: false,
            };
            let properties = Properties::from(written);
            assert_eq!(properties.bytes.len(), length, "{snapshot:?}");
            assert_eq!(properties.bytes[258..265], [0, 0, 1, 0, 0, 1, 0]);
            let (back, trailing) = read(&Cursor::at(&properties.bytes, 0));
            assert_eq!(back, properties);
            assert!(trailing.is_empty());
        }
    }

    #[test]
    fn null_properties_take_five_bytes() {
        let properties = Properties::null();
        assert_eq!(*properties.bytes, [0xac, 0xed, 0, 5, 0x70]);
        assert_eq!(read(&Cursor::at(&properties.bytes, 0)).0, properties);
    }
}
