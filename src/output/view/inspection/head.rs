//! The first lines: what a person wants to know of a snapshot.

use std::io::{self, Write};

use jiff::Timestamp;

use super::{InspectionView, Style, counted, size, text};
use crate::inventory::inspection::files::Totals;
use crate::inventory::inspection::{Kind, Summary};
use crate::metadata::Format;
use crate::metadata::properties::SavepointFormat;

impl InspectionView<'_> {
    pub(super) fn write_head(
        &self,
        style: Style,
        totals: &Totals,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let metadata = self.document.metadata;
        let summary = &Summary::new(metadata, self.document.found.directory);
        writeln!(out, "{}", text::harmless(self.document.found.metadata_path))?;
        let mut line = |label: &str, value: String| writeln!(out, "  {label:<14} {value}");
        line("kind", kind(summary.kind))?;
        line("checkpoint id", metadata.checkpoint_id.to_string())?;
        let written_by = match metadata.format {
            Format::Flink10 => "Java-serialised, as Flink 1.0 writes it".to_owned(),
            Format::Versioned(version) => format!(
                "version {version}, as Flink {} writes it",
                version.written_by()
            ),
        };
        let metadata_size = style.size(self.document.found.metadata_size);
        line("metadata", format!("{written_by}; {metadata_size}"))?;
        line(
            "readable by",
            match summary.newest_reader {
                None => format!("Flink {} and later", summary.oldest_reader),
                Some(newest) if newest == summary.oldest_reader => format!("Flink {newest} only"),
                Some(newest) => format!("Flink {} to {newest}", summary.oldest_reader),
            },
        )?;
        if let Some(flink10) = metadata.flink10 {
            if let Some(job) = flink10.job_id {
                line("job id", job.to_string())?;
            }
            if let Ok(at) = Timestamp::from_millisecond(flink10.triggered_ms) {
                line("triggered", style.time(at))?;
            }
        }
        line("state size", size(style, summary.state_size))?;
        line("files", files(style, totals))?;
        if totals.inline.count > 0 {
            let inline = totals.inline;
            let streams = counted(inline.count, "stream", "streams");
            line(
                "inline",
                format!(
                    "{} in {streams} within the metadata",
                    style.size(inline.size)
                ),
            )?;
        }
        let states: i64 = metadata
            .master_states
            .iter()
            .filter_map(|state| i64::try_from(state.payload.len()).ok())
            .sum();
        match metadata.master_states.len() {
            0 => Ok(()),
            count => line(
                "master states",
                format!("{count} ({})", size(style, states)),
            ),
        }
    }
}

fn kind(kind: Kind) -> String {
    let word = |is_savepoint| {
        if is_savepoint {
            "savepoint"
        } else {
            "checkpoint"
        }
    };
    match kind {
        Kind::Recorded {
            is_savepoint,
            format,
        } => match format {
            None => word(is_savepoint).to_owned(),
            Some(SavepointFormat::Canonical) => "savepoint, canonical format".to_owned(),
            Some(SavepointFormat::Native) => "savepoint, native format".to_owned(),
        },
        Kind::ByName { is_savepoint } => format!(
            "{}, by its directory's name (this version does not record it)",
            word(is_savepoint)
        ),
        Kind::Unknown => "not recorded: a savepoint or checkpoint".to_owned(),
    }
}

fn files(style: Style, totals: &Totals) -> String {
    if totals.files == 0 {
        return "none".to_owned();
    }
    let mut kinds = Vec::new();
    for (count, word) in [
        (totals.exclusive, "exclusive"),
        (totals.task_owned, "task-owned"),
        (totals.shared, "shared"),
    ] {
        if count > 0 {
            kinds.push(format!("{count} {word}"));
        }
    }
    let bytes = style.size(totals.files_size);
    let bytes = match totals.unknown_sizes {
        0 => bytes,
        unknown if unknown == totals.files => "sizes not recorded".to_owned(),
        unknown => format!("{bytes} and {unknown} of unknown size"),
    };
    format!("{} ({}), {bytes}", totals.files, kinds.join(", "))
}
