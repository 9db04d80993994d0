//! Which snapshot class has which payload.

/// The payload of a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// None, with version 3.
    Simple,
    /// The name of a class.
    Text,
    /// A class and its constants.
    Enum,
    /// The same, with a number to each constant.
    ScalaEnum,
    /// An outer payload, then the nested snapshots.
    Composite(Outer),
    /// A class, and fields and subclasses in frames.
    Pojo,
    /// A class, and registrations in frames.
    Kryo,
    /// A class and a schema.
    Avro,
    /// So many numbers of 32 bits.
    Numbers(usize),
    /// So many Java-serialised objects.
    Java(usize),
    /// Java-serialised types, then the nested snapshots.
    RowData,
    /// A Java-serialised comparator, then the nested snapshots.
    SortedMap,
    /// A switch and one nested snapshot.
    TtlAware,
}

/// What stands before the nested snapshots of a composite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outer {
    Nothing,
    Text,
    Number,
    /// A byte from this outer version on.
    FlagFrom(i32),
    /// A Java-serialised type and a byte.
    External,
}

use Form::{Avro, Composite, Java, Kryo, Numbers, Pojo, RowData, SortedMap, TtlAware};
use Outer::{External, FlagFrom, Nothing, Number};

const NOTHING: Form = Composite(Nothing);

/// The payload of the snapshots of this class.
pub(super) fn form(class: &str) -> Option<Form> {
    let below = class.strip_prefix("org.apache.flink.")?;
    if let Some(name) = below.strip_prefix("api.common.typeutils.") {
        return common(name);
    }
    if let Some(name) = below.strip_prefix("api.java.typeutils.runtime.") {
        return java(name);
    }
    if let Some(name) = below.strip_prefix("api.scala.typeutils.") {
        return scala(name);
    }
    if let Some(name) = below.strip_prefix("runtime.state.") {
        return runtime(name);
    }
    if let Some(name) = below.strip_prefix("streaming.") {
        return streaming(name);
    }
    if let Some(name) = below.strip_prefix("table.") {
        return table(name);
    }
    if let Some(name) = below.strip_prefix("cep.nfa.") {
        return cep(name);
    }
    (below == "formats.avro.typeutils.AvroSerializerSnapshot").then_some(Avro)
}

/// The serializer's name in `X$XSnapshot`.
fn simple_name(name: &str) -> Option<&str> {
    let (serializer, snapshot) = name.split_once('$')?;
    (snapshot.strip_suffix("Snapshot")? == serializer).then_some(serializer)
}

const SIMPLE: &[&str] = &[
    "BooleanSerializer",
    "ByteSerializer",
    "ShortSerializer",
    "IntSerializer",
    "LongSerializer",
    "FloatSerializer",
    "DoubleSerializer",
    "CharSerializer",
    "StringSerializer",
    "BigIntSerializer",
    "BigDecSerializer",
    "DateSerializer",
    "SqlDateSerializer",
    "SqlTimeSerializer",
    "SqlTimestampSerializer",
    "InstantSerializer",
    "LocalDateSerializer",
    "LocalTimeSerializer",
    "LocalDateTimeSerializer",
    "VoidSerializer",
    "NullValueSerializer",
    "BooleanValueSerializer",
    "ByteValueSerializer",
    "ShortValueSerializer",
    "IntValueSerializer",
    "LongValueSerializer",
    "FloatValueSerializer",
    "DoubleValueSerializer",
    "CharValueSerializer",
    "StringValueSerializer",
    "VariantSerializer",
    "BitmapSerializer",
];

const SIMPLE_ARRAYS: &[&str] = &[
    "BytePrimitiveArraySerializer",
    "BooleanPrimitiveArraySerializer",
    "ShortPrimitiveArraySerializer",
    "IntPrimitiveArraySerializer",
    "LongPrimitiveArraySerializer",
    "FloatPrimitiveArraySerializer",
    "DoublePrimitiveArraySerializer",
    "CharPrimitiveArraySerializer",
    "StringArraySerializer",
];

fn common(name: &str) -> Option<Form> {
    if name.starts_with("SingleThreadAccessCheckingTypeSerializer$") {
        return Some(NOTHING);
    }
    let name = name.strip_prefix("base.")?;
    if let Some(array) = name.strip_prefix("array.") {
        return SIMPLE_ARRAYS
            .contains(&simple_name(array)?)
            .then_some(Form::Simple);
    }
    match name {
        "EnumSerializer$EnumSerializerSnapshot" => Some(Form::Enum),
        "ListSerializerSnapshot" | "SetSerializerSnapshot" | "MapSerializerSnapshot" => {
            Some(NOTHING)
        }
        "GenericArraySerializerSnapshot" => Some(Composite(Outer::Text)),
        _ => SIMPLE.contains(&simple_name(name)?).then_some(Form::Simple),
    }
}

fn java(name: &str) -> Option<Form> {
    Some(match name {
        "Tuple0SerializerSnapshot" => Form::Simple,
        "TupleSerializerSnapshot" => Composite(Outer::Text),
        "RowSerializer$RowSerializerSnapshot" => Composite(FlagFrom(4)),
        "NullableSerializer$NullableSerializerSnapshot" => Composite(Number),
        "JavaEitherSerializerSnapshot" | "EitherSerializerSnapshot" => NOTHING,
        "PojoSerializerSnapshot" => Pojo,
        "kryo.KryoSerializerSnapshot" => Kryo,
        "ValueSerializer$ValueSerializerSnapshot"
        | "CopyableValueSerializer$CopyableValueSerializerSnapshot" => Form::Text,
        _ => return None,
    })
}

fn scala(name: &str) -> Option<Form> {
    Some(match name {
        "UnitSerializer$UnitSerializerSnapshot" => Form::Simple,
        "ScalaCaseClassSerializerSnapshot"
        | "Tuple2CaseClassSerializerSnapshot"
        | "TraversableSerializerSnapshot" => Composite(Outer::Text),
        "ScalaOptionSerializerSnapshot"
        | "ScalaEitherSerializerSnapshot"
        | "ScalaTrySerializerSnapshot" => NOTHING,
        "ScalaEnumSerializerSnapshot" => Form::ScalaEnum,
        _ => return None,
    })
}

fn runtime(name: &str) -> Option<Form> {
    Some(match name {
        "VoidNamespaceSerializer$VoidNamespaceSerializerSnapshot"
        | "JavaSerializer$JavaSerializerSnapshot" => Form::Simple,
        "ArrayListSerializerSnapshot" | "ttl.TtlStateFactory$TtlSerializerSnapshot" => NOTHING,
        "ttl.TtlAwareSerializerSnapshot" | "v2.ttl.TtlAwareSerializerSnapshot" => TtlAware,
        _ => return None,
    })
}

fn streaming(name: &str) -> Option<Form> {
    Some(match name {
        "api.windowing.windows.TimeWindow$Serializer$TimeWindowSerializerSnapshot"
        | "api.windowing.windows.GlobalWindow$Serializer$GlobalWindowSerializerSnapshot" => {
            Form::Simple
        }
        "api.operators.TimerSerializerSnapshot"
        | "api.operators.co.IntervalJoinOperator$BufferEntrySerializerSnapshot"
        | "api.datastream.CoGroupedStreams$UnionSerializerSnapshot"
        | "runtime.streamrecord.StreamElementSerializer$StreamElementSerializerSnapshot" => NOTHING,
        "api.functions.sink.TwoPhaseCommitSinkFunction$StateSerializerSnapshot"
        | "api.functions.sink.legacy.TwoPhaseCommitSinkFunction$StateSerializerSnapshot" => {
            Composite(FlagFrom(4))
        }
        _ => return None,
    })
}

/// The names since Flink 1.11, and those of 1.9 and 1.10.
fn table(name: &str) -> Option<Form> {
    if let Some(name) = name.strip_prefix("runtime.typeutils.") {
        return Some(match name {
            "RowDataSerializer$RowDataSerializerSnapshot"
            | "BaseRowSerializer$BaseRowSerializerSnapshot" => RowData,
            "BinaryRowDataSerializer$BinaryRowDataSerializerSnapshot"
            | "BinaryRowSerializer$BinaryRowSerializerSnapshot"
            | "TimestampDataSerializer$TimestampDataSerializerSnapshot" => Numbers(1),
            "DecimalDataSerializer$DecimalSerializerSnapshot"
            | "DecimalSerializer$DecimalSerializerSnapshot" => Numbers(2),
            "ArrayDataSerializer$ArrayDataSerializerSnapshot"
            | "BaseArraySerializer$BaseArraySerializerSnapshot" => Java(2),
            "MapDataSerializer$MapDataSerializerSnapshot"
            | "BaseMapSerializer$BaseMapSerializerSnapshot" => Java(4),
            "RawValueDataSerializer$RawValueDataSerializerSnapshot"
            | "BinaryGenericSerializer$BinaryGenericSerializerSnapshot"
            | "WindowKeySerializer$WindowKeySerializerSnapshot" => NOTHING,
            "LinkedListSerializer$LinkedListSerializerSnapshot" => Composite(FlagFrom(3)),
            "SortedMapSerializerSnapshot" => SortedMap,
            "ExternalSerializer$ExternalSerializerSnapshot" => Composite(External),
            _ => {
                let simple = ["StringDataSerializer", "BinaryStringSerializer"];
                return simple.contains(&simple_name(name)?).then_some(Form::Simple);
            }
        });
    }
    Some(match name {
        "dataview.ListViewSerializerSnapshot"
        | "dataview.MapViewSerializerSnapshot"
        | "dataview.NullAwareMapSerializerSnapshot" => NOTHING,
        _ => {
            let simple = [
                "dataview.NullSerializer$",
                "runtime.operators.window.TimeWindow$Serializer$",
                "runtime.operators.window.CountWindow$Serializer$",
                "runtime.operators.window.GlobalWindow$Serializer$",
                "runtime.operators.sink.SortedLongSerializer$",
            ];
            let known = simple.iter().any(|prefix| name.starts_with(prefix));
            return known.then_some(Form::Simple);
        }
    })
}

fn cep(name: &str) -> Option<Form> {
    Some(match name {
        "DeweyNumber$DeweyNumberSerializer$DeweyNumberSerializerSnapshot"
        | "sharedbuffer.EventId$EventIdSerializer$EventIdSerializerSnapshot" => Form::Simple,
        "NFAStateSerializerSnapshot" => Composite(FlagFrom(2)),
        "sharedbuffer.NodeId$NodeIdSerializer$NodeIdSerializerSnapshot"
        | "sharedbuffer.SharedBufferEdge$SharedBufferEdgeSerializer$SharedBufferEdgeSerializerSnapshot"
        | "sharedbuffer.SharedBufferNodeSerializerSnapshotV2"
        | "sharedbuffer.LockableTypeSerializerSnapshot" => NOTHING,
        _ => return None,
    })
}
