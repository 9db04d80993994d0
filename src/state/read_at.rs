//! Bytes that can be had from any position, so that of large files only what is needed is read.

use std::fs::File;
use std::io;

/// A state's bytes. Positions count from the start of the state, which in a merged file is not that of the file.
pub trait ReadAt {
    /// How many bytes there are.
    fn size(&self) -> u64;

    /// Reads bytes from `offset` on: fewer than `into` holds only where it must, none only at the end.
    ///
    /// Files are read forward, some dozens of kilobytes to each call and then up to a megabyte.
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize>;
}

impl ReadAt for &[u8] {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(offset)
            .ok()
            .and_then(|from| self.get(from..));
        let rest = rest.unwrap_or_default();
        let length = rest.len().min(into.len());
        if let (Some(into), Some(from)) = (into.get_mut(..length), rest.get(..length)) {
            into.copy_from_slice(from);
        }
        Ok(length)
    }
}

impl ReadAt for Vec<u8> {
    fn size(&self) -> u64 {
        self.as_slice().size()
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        self.as_slice().read_at(offset, into)
    }
}

/// A file on this machine.
#[derive(Debug)]
pub struct OnDisk {
    file: File,
    size: u64,
}

impl OnDisk {
    /// The file's bytes, as many as it has now.
    pub fn new(file: File) -> io::Result<Self> {
        let size = file.metadata()?.len();
        Ok(OnDisk { file, size })
    }
}

impl ReadAt for OnDisk {
    fn size(&self) -> u64 {
        self.size
    }

    #[cfg(unix)]
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(&self.file, into, offset)
    }

    #[cfg(windows)]
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(&self.file, into, offset)
    }
}

/// A part of a file that holds several states.
pub struct Segment<'r> {
    file: &'r dyn ReadAt,
    start: u64,
    size: u64,
}

impl<'r> Segment<'r> {
    /// The `size` bytes from `start` on, or as many of them as the file has.
    pub fn of(file: &'r dyn ReadAt, start: u64, size: u64) -> Self {
        let size = size.min(file.size().saturating_sub(start));
        Segment { file, start, size }
    }
}

impl ReadAt for Segment<'_> {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.size.saturating_sub(offset)).unwrap_or(usize::MAX);
        let length = left.min(into.len());
        let into = into.get_mut(..length).unwrap_or_default();
        self.file.read_at(self.start.saturating_add(offset), into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_ends_where_it_or_its_file_ends() {
        let file = vec![0, 1, 2, 3, 4, 5];
        let mut into = [9; 4];
        let segment = Segment::of(&file, 2, 3);
        assert_eq!(segment.size(), 3);
        assert_eq!(segment.read_at(1, &mut into).unwrap(), 2);
        assert_eq!(into, [3, 4, 9, 9]);
        assert_eq!(segment.read_at(7, &mut into).unwrap(), 0);
        assert_eq!(Segment::of(&file, 4, 100).size(), 2);
        assert_eq!(Segment::of(&file, 40, 1).size(), 0);
    }
}
