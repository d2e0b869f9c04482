//! What all decoders have in common: what they read from, how far they are, the block that they decode into, and the
//! bound on what comes out.

use super::{DecodeError, DecodeLimits, Layer, Wire};
use std::io::{self, BufRead, Read};

/// What a decoder reads from.
pub(super) type Source<W> = Box<dyn Layer<W>>;

/// A decoder: it reads, and shows what it reads from.
pub(super) trait Decode<W>: Read + Send {
    fn source(&self) -> &Source<W>;
    fn into_source(self) -> Source<W>;

    /// Reads once into all that the block has room for, and says how much of its beginning that was.
    fn read_block(&mut self, block: &mut Vec<u8>) -> io::Result<usize> {
        block.resize(block.capacity(), 0);
        Ok(self.read(block)?.min(block.len()))
    }
}

/// The block that content of little or unknown length is decoded into at first.
const BLOCK_BYTES_MIN: usize = 16 * 1024;

/// No block is larger. Each call of a decoder copies its window and begins anew, so that a block of this size and a copy
/// out of it cost less than calls for what callers read at a time.
const BLOCK_BYTES_MAX: usize = 256 * 1024;

/// How much larger than over the wire content is expected to be.
const RATIO_USUAL: u64 = 4;

pub(super) fn guarded<W: Wire + 'static>(
    decoder: impl Decode<W> + 'static,
    coding: &'static str,
    limits: DecodeLimits,
) -> Box<dyn Layer<W>> {
    let announced = decoder.source().wire().left_bytes().unwrap_or_default().saturating_mul(RATIO_USUAL);
    let block_bytes = usize::try_from(announced).unwrap_or(usize::MAX);
    Box::new(Guard {
        decoder,
        coding,
        limits,
        decoded_bytes: 0,
        block: Vec::new(),
        block_bytes: block_bytes.clamp(BLOCK_BYTES_MIN, BLOCK_BYTES_MAX),
        start: 0,
        end: 0,
        marker: std::marker::PhantomData,
    })
}

/// Counts what comes out of a decoder against what the wire gave, and keeps what was not asked for yet.
struct Guard<W, D> {
    decoder: D,
    coding: &'static str,
    limits: DecodeLimits,
    decoded_bytes: u64,
    /// What was decoded and not taken is `start..end`.
    block: Vec<u8>,
    /// How large the block is when it is filled next.
    block_bytes: usize,
    start: usize,
    end: usize,
    marker: std::marker::PhantomData<fn(W)>,
}

impl<W: Wire, D: Decode<W>> Guard<W, D> {
    /// Counts what has come out.
    fn count(&mut self, bytes: usize) -> io::Result<()> {
        self.decoded_bytes = self.decoded_bytes.saturating_add(bytes as u64);
        if self.decoded_bytes > self.limits.ratio_free_bytes {
            let taken_bytes = self.decoder.source().taken_bytes();
            if self.decoded_bytes > taken_bytes.saturating_mul(u64::from(self.limits.ratio_max)) {
                let ratio_max = self.limits.ratio_max;
                return Err(DecodeError::Ratio { coding: self.coding, ratio_max }.into());
            }
        }
        Ok(())
    }

    /// Decodes a block. One that was filled is followed by one of twice its size.
    fn fill(&mut self) -> io::Result<()> {
        (self.start, self.end) = (0, 0);
        if self.block.capacity() < self.block_bytes {
            // Nothing in the old one is wanted any more.
            self.block = Vec::new();
            self.block.reserve_exact(self.block_bytes);
        }
        let count = self.decoder.read_block(&mut self.block)?;
        self.count(count)?;
        self.end = count;
        if count >= self.block_bytes {
            self.block_bytes = count.saturating_mul(2).min(BLOCK_BYTES_MAX);
        }
        Ok(())
    }
}

impl<W: Wire, D: Decode<W>> Read for Guard<W, D> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.start == self.end && out.len() >= self.block_bytes {
            let count = self.decoder.read(out)?;
            self.count(count)?;
            return Ok(count);
        }
        let mut there = self.fill_buf()?;
        let count = there.read(out)?;
        self.consume(count);
        Ok(count)
    }
}

impl<W: Wire, D: Decode<W>> BufRead for Guard<W, D> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start == self.end {
            self.fill()?;
        }
        Ok(self.block.get(self.start..self.end).unwrap_or_default())
    }

    fn consume(&mut self, bytes: usize) {
        self.start += bytes.min(self.end - self.start);
    }
}

impl<W: Wire, D: Decode<W>> Layer<W> for Guard<W, D> {
    fn wire(&self) -> &W {
        self.decoder.source().wire()
    }

    fn taken_bytes(&self) -> u64 {
        self.decoder.source().taken_bytes()
    }

    fn into_wire(self: Box<Self>) -> W {
        self.decoder.into_source().into_wire()
    }
}

/// How far a decoder has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    #[cfg(any(feature = "gzip", feature = "brotli"))]
    Start,
    Running,
    Done,
}
