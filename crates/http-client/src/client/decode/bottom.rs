//! What all decoders stand on: the wire, read in large blocks, and how much of it decoders have taken.

use super::{Layer, Wire};
use std::io::{self, BufRead, Read};

/// The first block of content of unknown length.
const BLOCK_BYTES_MIN: usize = 4 * 1024;

/// No block is larger: one or two of them hold a large page, and decoders stop at the end of each.
const BLOCK_BYTES_MAX: usize = 128 * 1024;

/// The wire as a layer of its own. Decoders take little at a time, and each read is a system call.
pub(super) struct Bottom<W> {
    wire: W,
    /// All of it initialised; what has come and was not taken is `start..end`.
    block: Vec<u8>,
    start: usize,
    end: usize,
    taken_bytes: u64,
}

impl<W: Wire> Bottom<W> {
    pub(super) const fn new(wire: W) -> Self {
        Self { wire, block: Vec::new(), start: 0, end: 0, taken_bytes: 0 }
    }

    /// Reads a block, no larger than what is announced. One that was filled is followed by one of twice its size.
    fn fill(&mut self) -> io::Result<()> {
        if self.block.is_empty() || self.end == self.block.len() {
            let more = self.block.len().saturating_mul(2).max(BLOCK_BYTES_MIN);
            let wanted = match self.wire.left_bytes() {
                Some(left) => usize::try_from(left).unwrap_or(usize::MAX),
                None => more,
            };
            if self.block.len() < wanted.min(BLOCK_BYTES_MAX) {
                self.block.resize(wanted.min(BLOCK_BYTES_MAX), 0);
            }
        }
        (self.start, self.end) = (0, 0);
        self.end = self.wire.read(&mut self.block)?.min(self.block.len());
        Ok(())
    }
}

impl<W: Wire> Read for Bottom<W> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut there = self.fill_buf()?;
        let count = there.read(out)?;
        self.consume(count);
        Ok(count)
    }
}

impl<W: Wire> BufRead for Bottom<W> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start == self.end {
            self.fill()?;
        }
        Ok(self.block.get(self.start..self.end).unwrap_or_default())
    }

    fn consume(&mut self, bytes: usize) {
        let taken = bytes.min(self.end - self.start);
        self.start += taken;
        self.taken_bytes += taken as u64;
    }
}

impl<W: Wire> Layer<W> for Bottom<W> {
    fn wire(&self) -> &W {
        &self.wire
    }

    fn taken_bytes(&self) -> u64 {
        self.taken_bytes
    }

    fn into_wire(self: Box<Self>) -> W {
        self.wire
    }
}
