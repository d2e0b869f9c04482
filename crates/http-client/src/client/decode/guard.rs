//! What all decoders have in common: what they read from, how far they are, and the bound on what comes out.

use super::{DecodeError, DecodeLimits, Layer, Wire};
use std::io::{self, BufReader, Read};

/// What a decoder reads from.
pub(super) type Source<W> = Box<dyn Layer<W>>;

/// A decoder: it reads, and shows what it reads from.
pub(super) trait Decode<W>: Read + Send {
    fn source(&self) -> &Source<W>;
    fn into_source(self) -> Source<W>;
}

pub(super) fn guarded<W: Wire + 'static>(
    decoder: impl Decode<W> + 'static,
    coding: &'static str,
    limits: DecodeLimits,
) -> Box<dyn Layer<W>> {
    let guard = Guard { decoder, coding, limits, decoded_bytes: 0, marker: std::marker::PhantomData };
    Box::new(BufReader::with_capacity(16 * 1024, guard))
}

/// Counts what comes out of a decoder against what the wire gave.
struct Guard<W, D> {
    decoder: D,
    coding: &'static str,
    limits: DecodeLimits,
    decoded_bytes: u64,
    marker: std::marker::PhantomData<fn(W)>,
}

impl<W: Wire, D: Decode<W>> Read for Guard<W, D> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.decoder.read(out)?;
        self.decoded_bytes = self.decoded_bytes.saturating_add(count as u64);
        if self.decoded_bytes > self.limits.ratio_free_bytes {
            let taken_bytes = self.decoder.source().taken_bytes();
            if self.decoded_bytes > taken_bytes.saturating_mul(u64::from(self.limits.ratio_max)) {
                let ratio_max = self.limits.ratio_max;
                return Err(DecodeError::Ratio { coding: self.coding, ratio_max }.into());
            }
        }
        Ok(count)
    }
}

impl<W: Wire, D: Decode<W>> Layer<W> for BufReader<Guard<W, D>> {
    fn wire(&self) -> &W {
        self.get_ref().decoder.source().wire()
    }

    fn taken_bytes(&self) -> u64 {
        self.get_ref().decoder.source().taken_bytes()
    }

    fn into_wire(self: Box<Self>) -> W {
        self.into_inner().decoder.into_source().into_wire()
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
