//! A source of a file's lines. A split is every n-th line; each subtask reads the file once and keeps the lines of its
//! splits.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::regular;
use super::source::numbers;
use crate::minicluster::coordinator::Throwable;
use crate::minicluster::program::Value;

/// The splits of one subtask, and where it is in the file.
#[derive(Debug)]
pub(super) struct Lines {
    path: PathBuf,
    file: BufReader<File>,
    /// The line to read next, from 0.
    line: u64,
    /// Where it starts, in bytes.
    offset: u64,
    splits: Vec<Split>,
    buffer: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
struct Split {
    /// The first line that may belong to it.
    line: u64,
    /// Where that one starts, in bytes.
    offset: u64,
    /// Of `step` lines that one whose number leaves this remainder.
    remainder: u64,
    step: u64,
}

impl Split {
    fn has(&self, line: u64) -> bool {
        line >= self.line && line % self.step == self.remainder
    }
}

impl Lines {
    pub(super) fn first_splits(count: u32) -> Vec<String> {
        let split = |remainder| format!("line=0 offset=0 remainder={remainder} step={count}");
        (0..count).map(split).collect()
    }

    pub(super) fn open(path: &Path, splits: &[String]) -> Result<Self, Throwable> {
        let splits = splits.iter().map(|split| parse(split));
        let splits = splits.collect::<Result<Vec<Split>, Throwable>>()?;
        let start = splits.iter().min_by_key(|split| split.line);
        let (line, offset) = start.map_or((0, 0), |split| (split.line, split.offset));
        let failed = |error| failure(path, &error);
        regular::check(path).map_err(failed)?;
        let mut file = BufReader::new(File::open(path).map_err(failed)?);
        file.seek(SeekFrom::Start(offset)).map_err(failed)?;
        Ok(Self {
            path: path.to_owned(),
            file,
            line,
            offset,
            splits,
            buffer: Vec::new(),
        })
    }

    /// Adds up to `limit` lines; true if there are none left.
    pub(super) fn read(
        &mut self,
        limit: usize,
        records: &mut Vec<Value>,
    ) -> Result<bool, Throwable> {
        if self.splits.is_empty() {
            return Ok(true);
        }
        for _ in 0..limit {
            self.buffer.clear();
            let read = self.file.read_until(b'\n', &mut self.buffer);
            let read = read.map_err(|error| failure(&self.path, &error))?;
            if read == 0 {
                return Ok(true);
            }
            if self.splits.iter().any(|split| split.has(self.line)) {
                records.push(Value::String(text(&self.buffer)));
            }
            self.line += 1;
            self.offset += read as u64;
        }
        Ok(false)
    }

    pub(super) fn splits(&self) -> Vec<String> {
        let text = |split: &Split| {
            // where the reader is behind this split's own position, it has yet to come there
            let (line, offset) = (self.line, self.offset).max((split.line, split.offset));
            let Split {
                remainder, step, ..
            } = split;
            format!("line={line} offset={offset} remainder={remainder} step={step}")
        };
        self.splits.iter().map(text).collect()
    }
}

fn parse(split: &str) -> Result<Split, Throwable> {
    let [line, offset, remainder, step] = numbers(split, ["line", "offset", "remainder", "step"])?;
    let natural = |number: i128| u64::try_from(number).unwrap_or(0);
    Ok(Split {
        line: natural(line),
        offset: natural(offset),
        remainder: natural(remainder),
        step: natural(step).max(1),
    })
}

/// A line without its end; bytes that are no UTF-8 become U+FFFD.
fn text(line: &[u8]) -> String {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    String::from_utf8_lossy(line).into_owned()
}

fn failure(path: &Path, error: &io::Error) -> Throwable {
    let class = match error.kind() {
        io::ErrorKind::NotFound => "java.io.FileNotFoundException",
        _ => "java.io.IOException",
    };
    Throwable::new(class, format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, text: &str) -> PathBuf {
        let directory =
            std::env::temp_dir().join(format!("savepointctl-lines-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let path = directory.join("text");
        std::fs::write(&path, text).unwrap();
        path
    }

    fn read(lines: &mut Lines, limit: usize) -> (Vec<String>, bool) {
        let mut records = Vec::new();
        let is_exhausted = lines.read(limit, &mut records).unwrap();
        (
            records.iter().map(ToString::to_string).collect(),
            is_exhausted,
        )
    }

    #[test]
    fn splits_that_are_dealt_out_anew_lose_no_line_and_repeat_none() {
        let all: Vec<String> = (0..50).map(|i| format!("line {i}")).collect();
        let path = file("anew", &all.join("\r\n"));
        let splits = Lines::first_splits(4);
        let (left, right) = splits.split_at(2);
        let mut left = Lines::open(&path, left).unwrap();
        let mut right = Lines::open(&path, right).unwrap();
        let (mut seen, _) = read(&mut left, 30);
        seen.extend(read(&mut right, 7).0);
        let splits = [left.splits(), right.splits()].concat();
        for part in [&splits[..1], &splits[1..]] {
            let (more, is_exhausted) = read(&mut Lines::open(&path, part).unwrap(), 100);
            assert!(is_exhausted);
            seen.extend(more);
        }
        seen.sort();
        let mut all = all;
        all.sort();
        assert_eq!(seen, all);
        std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = Lines::open(Path::new("/nowhere/at all"), &[]).unwrap_err();
        assert_eq!(error.class, "java.io.FileNotFoundException");
        assert!(error.message.starts_with("/nowhere/at all: "), "{error}");
    }
}
