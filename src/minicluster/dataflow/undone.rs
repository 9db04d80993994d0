//! Taking back what was appended to a sink's file, and what is needed to have it again.
//!
//! The restore of an older snapshot cuts the file. What it cuts off, and would not append again itself, goes into a file
//! beside it, `.<name>.undone-<hash>`: so newer snapshots can still be restored. Hashes tell which content is which.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::regular;

/// How many steps back a content may be put together from.
const DEEPEST: usize = 100;

/// What is in a file, as far as it matters whether it is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) bytes: u64,
    /// FNV-1a of them all.
    pub(super) hash: u64,
}

impl Content {
    pub(super) const NOTHING: Content = Content {
        bytes: 0,
        hash: 0xcbf2_9ce4_8422_2325,
    };

    pub(super) fn append(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        for byte in bytes {
            self.hash = (self.hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// What the first bytes of a file are, all of them where there are fewer; nothing, if there is no file.
    pub(super) fn of(path: &Path, limit: u64) -> io::Result<Self> {
        let mut content = Content::NOTHING;
        regular::check(path)?;
        let file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(content),
            opened => opened.map_err(|error| named(path, &error))?,
        };
        let mut reader = BufReader::new(file.take(limit));
        loop {
            let read = reader.fill_buf()?;
            if read.is_empty() {
                return Ok(content);
            }
            content.append(read);
            let length = read.len();
            reader.consume(length);
        }
    }
}

/// Brings a file to a content that it has now, at its start, or once had. `next` is what will be appended then.
///
/// # Errors
/// The file cannot be read or changed, or never had this content.
pub(super) fn bring(path: &Path, wanted: Content, next: &[u8]) -> io::Result<()> {
    let way = way(path, wanted, DEEPEST)?;
    let first = way.steps.first().map_or(next, |step| step.as_slice());
    cut(path, way.base, first)?;
    way.steps.iter().try_for_each(|step| append(path, step))
}

/// Sees whether [`bring`] could do it, and changes nothing.
///
/// # Errors
/// As there.
pub(super) fn check(path: &Path, wanted: Content) -> io::Result<()> {
    way(path, wanted, DEEPEST).map(drop)
}

/// How a file comes to a content: cut to a base, it gets what was cut off once.
struct Way {
    base: Content,
    steps: Vec<Vec<u8>>,
}

fn way(path: &Path, wanted: Content, deepest: usize) -> io::Result<Way> {
    regular::check(path)?;
    if Content::of(path, wanted.bytes)? == wanted {
        return Ok(Way {
            base: wanted,
            steps: Vec::new(),
        });
    }
    for undone in kept(path)? {
        if let Some((base, more)) = undone.leading_to(wanted)
            && deepest > 0
        {
            let mut way = way(path, base, deepest - 1)?;
            way.steps.push(more.to_vec());
            return Ok(way);
        }
    }
    Err(io::Error::other(format!(
        "{} does not begin with the {} bytes that had been committed to it when the snapshot was taken: it was changed. Put the file back, or give the sink another uid to begin anew",
        path.display(),
        wanted.bytes
    )))
}

/// Appends to a file, which there may not be.
pub(super) fn append(path: &Path, bytes: &[u8]) -> io::Result<()> {
    regular::check(path)?;
    let file = OpenOptions::new().create(true).append(true).open(path);
    let mut file = file.map_err(|error| named(path, &error))?;
    file.write_all(bytes)?;
    file.sync_data()
}

/// Cuts a file that begins with this content, and keeps what will not be appended again at once.
fn cut(path: &Path, wanted: Content, next: &[u8]) -> io::Result<()> {
    let mut file = match OpenOptions::new().read(true).write(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        opened => opened.map_err(|error| named(path, &error))?,
    };
    file.seek(SeekFrom::Start(wanted.bytes))?;
    let mut rest = Vec::new();
    file.read_to_end(&mut rest)?;
    if rest.is_empty() {
        return Ok(());
    }
    if !next.starts_with(&rest) {
        keep(path, wanted, &rest)?;
    }
    file.set_len(wanted.bytes)?;
    file.sync_data()
}

/// What was cut off behind a content.
struct Undone {
    base: Content,
    rest: Vec<u8>,
}

impl Undone {
    /// The content before, and what to append to it for the one that is wanted.
    fn leading_to(&self, wanted: Content) -> Option<(Content, &[u8])> {
        let more = wanted.bytes.checked_sub(self.base.bytes)?;
        let more = self.rest.get(..usize::try_from(more).ok()?)?;
        let mut content = self.base;
        content.append(more);
        (content == wanted && !more.is_empty()).then_some((self.base, more))
    }
}

/// Where what is cut off a file is kept, less the hash.
fn prefix(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    Some(format!(".{name}.undone-"))
}

fn keep(path: &Path, base: Content, rest: &[u8]) -> io::Result<()> {
    let Some(prefix) = prefix(path) else {
        return Ok(());
    };
    let mut whole = base;
    whole.append(rest);
    let kept = path.with_file_name(format!("{prefix}{:016x}", whole.hash));
    let written = path.with_file_name(format!("{prefix}inprogress"));
    let mut file = File::create(&written).map_err(|error| named(&written, &error))?;
    writeln!(file, "{} {:016x}", base.bytes, base.hash)?;
    file.write_all(rest)?;
    file.sync_data()?;
    fs::rename(written, kept)
}

/// All that was ever cut off a file.
fn kept(path: &Path) -> io::Result<Vec<Undone>> {
    let (Some(prefix), Some(directory)) = (prefix(path), path.parent()) else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let is_kept = |name: &str| name.starts_with(&prefix) && !name.ends_with("-inprogress");
        if entry.file_name().to_str().is_some_and(is_kept) {
            found.extend(read(&entry.path())?);
        }
    }
    Ok(found)
}

/// What was kept in a file; `None` if it is none of ours.
fn read(path: &Path) -> io::Result<Option<Undone>> {
    regular::check(path)?;
    let bytes = fs::read(path).map_err(|error| named(path, &error))?;
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let Some((head, rest)) = end.and_then(|end| Some((bytes.get(..end)?, bytes.get(end + 1..)?)))
    else {
        return Ok(None);
    };
    let head = std::str::from_utf8(head)
        .ok()
        .and_then(|head| head.split_once(' '));
    let base = head.and_then(|(bytes, hash)| {
        let bytes = bytes.parse().ok()?;
        let hash = u64::from_str_radix(hash, 16).ok()?;
        Some(Content { bytes, hash })
    });
    let rest = rest.to_vec();
    Ok(base.map(|base| Undone { base, rest }))
}

pub(super) fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    struct Directory(PathBuf);

    impl Directory {
        fn new(name: &str) -> Self {
            let name = format!("savepointctl-undone-{name}-{}", std::process::id());
            let path = std::env::temp_dir().join(name);
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }
    }

    impl Drop for Directory {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn content(bytes: &[u8]) -> Content {
        let mut content = Content::NOTHING;
        content.append(bytes);
        content
    }

    #[test]
    fn a_file_goes_back_and_forth_between_contents_of_several_histories() {
        let directory = Directory::new("back-and-forth");
        let path = directory.0.join("file");
        let histories = ["", "ab", "abcd", "abXY", "abXYZ", "abcdef", "q"];
        let mut known = vec![""];
        for next in histories {
            // what is common with the content before is kept, the rest is taken back
            fs::write(&path, next).unwrap();
            known.push(next);
            for wanted in known.iter().rev() {
                bring(&path, content(wanted.as_bytes()), b"").unwrap();
                assert_eq!(fs::read_to_string(&path).unwrap_or_default(), *wanted);
            }
        }
        for wanted in ["abXYZ", "abcd", "q", "abcdef", "ab", "abXY"] {
            bring(&path, content(wanted.as_bytes()), b"").unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), wanted);
        }
        let error = bring(&path, content(b"never"), b"").unwrap_err();
        assert!(error.to_string().contains("it was changed"), "{error}");
    }

    #[test]
    fn what_comes_again_at_once_is_not_kept() {
        let directory = Directory::new("again");
        let path = directory.0.join("file");
        fs::write(&path, "abcd").unwrap();
        bring(&path, content(b"ab"), b"cdef").unwrap();
        assert_eq!(fs::read_dir(&directory.0).unwrap().count(), 1);
        assert_eq!(fs::read_to_string(&path).unwrap(), "ab");
    }
}
