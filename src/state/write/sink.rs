//! Bytes on their way out, gathered and counted.

use std::io::{self, Write};

/// As many bytes are gathered before they are handed on.
const GATHERED: usize = 64 * 1024;

/// Gathers bytes for a writer and knows the position.
pub(super) struct Sink<W> {
    out: W,
    gathered: Vec<u8>,
    handed_on: u64,
}

impl<W: Write> Sink<W> {
    pub(super) fn new(out: W) -> Self {
        Sink {
            out,
            gathered: Vec::with_capacity(GATHERED),
            handed_on: 0,
        }
    }

    /// How many bytes came before what is written next.
    pub(super) fn position(&self) -> u64 {
        self.handed_on + self.gathered.len() as u64
    }

    /// Has `append` add bytes to the end.
    pub(super) fn append(&mut self, append: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        append(&mut self.gathered);
        if self.gathered.len() >= GATHERED {
            self.hand_on()?;
        }
        Ok(())
    }

    fn hand_on(&mut self) -> io::Result<()> {
        self.out.write_all(&self.gathered)?;
        self.handed_on += self.gathered.len() as u64;
        self.gathered.clear();
        Ok(())
    }

    /// Hands on what is left, flushes, and gives the writer back with the number of bytes.
    pub(super) fn finish(mut self) -> io::Result<(W, u64)> {
        self.hand_on()?;
        self.out.flush()?;
        Ok((self.out, self.handed_on))
    }
}
