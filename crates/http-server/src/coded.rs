//! Content coded while it is read, so that it is made as fast as it is taken.

use crate::encode::Encode;
use http_proto::ProtocolError;
use std::io::{self, Read, Take};

/// Bytes that are taken at a time.
const READ_BYTES: usize = 64 * 1024;

/// What becomes of content of a known length is gathered up to so many bytes.
const GATHERED_BYTES: usize = 16 * 1024;

/// The coded form of what a reader gives.
pub(crate) struct Coded {
    /// `None` once all has been read.
    plain: Option<Take<Box<dyn Read + Send>>>,
    /// Whether its length is known: then nobody waits for what comes early.
    is_sized: bool,
    encoder: Box<dyn Encode>,
    buffer: Vec<u8>,
    coded: Vec<u8>,
    /// How much of `coded` has been taken.
    taken: usize,
}

impl Coded {
    /// Of exactly `length` bytes where it is known, else of all; then what comes slowly is not held back.
    pub(crate) fn new(
        plain: impl Read + Send + 'static,
        length: Option<u64>,
        encoder: Box<dyn Encode>,
    ) -> Self {
        let plain: Box<dyn Read + Send> = Box::new(plain);
        Self {
            plain: Some(plain.take(length.unwrap_or(u64::MAX))),
            is_sized: length.is_some(),
            encoder,
            buffer: vec![0; READ_BYTES],
            coded: Vec::new(),
            taken: 0,
        }
    }

    /// Codes some more, or ends; whether there is more to come.
    fn code_on(&mut self) -> io::Result<bool> {
        let Some(plain) = &mut self.plain else { return Ok(false) };
        match plain.read(&mut self.buffer) {
            Ok(0) => {
                let missing_bytes = if self.is_sized { plain.limit() } else { 0 };
                if missing_bytes > 0 {
                    let missing = ProtocolError::IncompleteBody { missing_bytes };
                    return Err(io::Error::new(io::ErrorKind::UnexpectedEof, missing));
                }
                self.encoder.finish(&mut self.coded)?;
                self.plain = None;
            }
            Ok(count) => {
                self.encoder.write(self.buffer.get(..count).unwrap_or_default(), &mut self.coded)?;
                if !self.is_sized {
                    self.encoder.flush(&mut self.coded)?;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        Ok(true)
    }
}

impl Read for Coded {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.coded.len() && !out.is_empty() {
            self.coded.clear();
            self.taken = 0;
            let wanted = if self.is_sized { GATHERED_BYTES } else { 1 };
            while self.coded.len() < wanted && self.code_on()? {}
        }
        let count = self.coded.get(self.taken..).unwrap_or_default().read(out)?;
        self.taken += count;
        Ok(count)
    }
}
