//! br (RFC 7932), by a library that reads ahead: content behind its end is seen where it is not in its buffer yet.

use super::DecodeError;
use super::guard::{Decode, Progress, Source};
use std::io::{self, BufRead, Read};

/// br (RFC 7932).
pub(super) struct Brotli<W> {
    reader: brotli_decompressor::Decompressor<Source<W>>,
    state: Progress,
}

impl<W> Brotli<W> {
    pub(super) fn new(source: Source<W>) -> Self {
        Self { reader: brotli_decompressor::Decompressor::new(source, 8 * 1024), state: Progress::Start }
    }
}

impl<W> Read for Brotli<W> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.state == Progress::Start {
            // No content at all is no br, but what servers send with a HEAD's fields; all clients take it.
            let is_empty = self.reader.get_mut().fill_buf()?.is_empty();
            self.state = if is_empty { Progress::Done } else { Progress::Running };
        }
        if self.state == Progress::Done || out.is_empty() {
            return Ok(0);
        }
        let count = self.reader.read(out).map_err(|error| explain(error, "br"))?;
        if count == 0 {
            expect_end(self.reader.get_mut(), "br")?;
            self.state = Progress::Done;
        }
        Ok(count)
    }
}

impl<W> Decode<W> for Brotli<W> {
    fn source(&self) -> &Source<W> {
        self.reader.get_ref()
    }

    fn into_source(self) -> Source<W> {
        self.reader.into_inner()
    }
}

/// Reads to the end of the source, so that the bottom sees its end; content behind the coding's end is malformed.
fn expect_end(source: &mut (impl BufRead + ?Sized), coding: &'static str) -> io::Result<()> {
    if source.fill_buf()?.is_empty() { Ok(()) } else { Err(DecodeError::Malformed { coding }.into()) }
}

/// What a decoder says, unless it only passes on what its source said.
fn explain(error: io::Error, coding: &'static str) -> io::Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof if !is_inner(&error) => DecodeError::Truncated { coding }.into(),
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput if !is_inner(&error) => {
            DecodeError::Malformed { coding }.into()
        }
        _ => error,
    }
}

/// Whether the error comes from below: from another decoder or from the connection.
fn is_inner(error: &io::Error) -> bool {
    error.get_ref().and_then(|inner| inner.downcast_ref::<DecodeError>()).is_some()
}
