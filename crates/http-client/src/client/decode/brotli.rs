//! br (RFC 7932), with the windows that the RFC knows and no larger ones: 16 MiB at most.

use super::DecodeError;
use super::guard::{Decode, Progress, Source};
use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};
use std::io::{self, BufRead, Read};

/// br.
pub(super) struct Brotli<W> {
    source: Source<W>,
    state: Box<BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>>,
    progress: Progress,
}

impl<W> Brotli<W> {
    pub(super) fn new(source: Source<W>) -> Self {
        let alloc = StandardAlloc::default;
        // "Strict" is without the extension for large windows, whose memory a sender could choose: 1 GiB.
        let state = Box::new(BrotliState::new_strict(alloc(), alloc(), alloc()));
        Self { source, state, progress: Progress::Start }
    }

    /// One step: how much came out, and whether the coding is at its end.
    fn step(&mut self, out: &mut [u8]) -> io::Result<(usize, bool)> {
        const MALFORMED: DecodeError = DecodeError::Malformed { coding: "br" };
        let input = self.source.fill_buf()?;
        let is_over = input.is_empty();
        if is_over && self.progress == Progress::Start {
            // No content at all is no br, but what servers send with a HEAD's fields; all clients take it.
            return Ok((0, true));
        }
        self.progress = Progress::Running;
        let (mut left_in, mut consumed) = (input.len(), 0);
        let (mut left_out, mut produced, mut total) = (out.len(), 0, 0);
        let result = BrotliDecompressStream(
            &mut left_in,
            &mut consumed,
            input,
            &mut left_out,
            &mut produced,
            out,
            &mut total,
            &mut self.state,
        );
        self.source.consume(consumed);
        match result {
            BrotliResult::ResultSuccess => Ok((produced, true)),
            BrotliResult::ResultFailure => Err(MALFORMED.into()),
            _ if produced > 0 || consumed > 0 => Ok((produced, false)),
            BrotliResult::NeedsMoreInput if is_over => Err(DecodeError::Truncated { coding: "br" }.into()),
            _ => Err(MALFORMED.into()),
        }
    }

    /// Reads to the end of the source, so that the bottom sees its end; content behind the coding's end is malformed.
    fn expect_end(&mut self) -> io::Result<()> {
        if self.source.fill_buf()?.is_empty() {
            Ok(())
        } else {
            Err(DecodeError::Malformed { coding: "br" }.into())
        }
    }
}

impl<W> Read for Brotli<W> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.progress != Progress::Done && !out.is_empty() {
            let (count, is_over) = self.step(out)?;
            if is_over {
                self.expect_end()?;
                self.progress = Progress::Done;
            }
            if count > 0 {
                return Ok(count);
            }
        }
        Ok(0)
    }
}

impl<W> Decode<W> for Brotli<W> {
    fn source(&self) -> &Source<W> {
        &self.source
    }

    fn into_source(self) -> Source<W> {
        self.source
    }
}
