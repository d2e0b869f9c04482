//! The one seam between bytes and `std::io`: a buffer that is filled from a reader, and content read through it.
//! Client and server share it. It opens nothing, keeps no clock and decides nothing about framing.

use crate::body::{BodyDecoder, BodyStep};
use crate::error::ProtocolError;
use std::io::{self, Read};

/// Bytes that have been read and not yet understood.
///
/// It starts small and grows only when a head asks for it; [`release`](Self::release) gives the memory away while
/// a connection idles.
#[derive(Clone, Default)]
pub struct ReadBuffer {
    /// All of it initialised; what holds bytes is `start..end`.
    storage: Vec<u8>,
    start: usize,
    end: usize,
    capacity: usize,
}

impl ReadBuffer {
    /// A buffer that will take `capacity` bytes at first. It allocates when it is filled.
    #[must_use]
    pub const fn new(capacity: usize) -> Self {
        Self { storage: Vec::new(), start: 0, end: 0, capacity }
    }

    /// The bytes that are there.
    #[must_use]
    #[inline]
    pub fn filled(&self) -> &[u8] {
        self.storage.get(self.start..self.end).unwrap_or_default()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Drops the first `bytes` of [`filled`](Self::filled), or all of them if there are fewer.
    #[inline]
    pub fn consume(&mut self, bytes: usize) {
        self.start = self.start.saturating_add(bytes).min(self.end);
        if self.start == self.end {
            self.start = 0;
            self.end = 0;
        }
    }

    /// Reads once behind what is there and says how much came; 0 is the end of the input. A full buffer grows to
    /// twice its size, or moves its bytes to the front if that makes room.
    ///
    /// # Errors
    /// Those of the reader; [`io::ErrorKind::Interrupted`] is tried again.
    pub fn fill_from(&mut self, reader: &mut (impl Read + ?Sized)) -> io::Result<usize> {
        self.make_room();
        let room = self.storage.get_mut(self.end..).unwrap_or_default();
        let count = read_once(reader, room)?;
        self.end = self.end.saturating_add(count).min(self.storage.len());
        Ok(count)
    }

    /// Gives the memory back if no bytes are there.
    pub fn release(&mut self) {
        if self.is_empty() {
            self.storage = Vec::new();
        }
    }

    /// Takes the memory of another buffer for its own if it has none: for pools of buffers.
    pub fn adopt(&mut self, storage: Vec<u8>) {
        if self.storage.is_empty() {
            self.storage = storage;
        }
    }

    /// The memory, if no bytes are there: for pools of buffers.
    pub fn take_storage(&mut self) -> Option<Vec<u8>> {
        (self.is_empty() && !self.storage.is_empty()).then(|| std::mem::take(&mut self.storage))
    }

    /// Takes all bytes out.
    #[must_use]
    pub fn take_filled(&mut self) -> Vec<u8> {
        let bytes = self.filled().to_vec();
        self.consume(bytes.len());
        bytes
    }

    fn make_room(&mut self) {
        if self.storage.is_empty() {
            self.storage.resize(self.capacity.max(64), 0);
        } else if self.end == self.storage.len() {
            if self.start > 0 {
                self.storage.copy_within(self.start..self.end, 0);
                self.end -= self.start;
                self.start = 0;
            }
            if self.end * 2 > self.storage.len() {
                self.storage.resize(self.storage.len() * 2, 0);
            }
        }
    }
}

impl std::fmt::Debug for ReadBuffer {
    /// Counts only: the bytes may be secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReadBuffer")
            .field("filled_bytes", &self.filled().len())
            .field("storage_bytes", &self.storage.len())
            .finish()
    }
}

/// Why content could not be read on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BodyError {
    /// The reader failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The content is malformed, or ended too early.
    #[error(transparent)]
    Protocol(#[from] ProtocolError),
}

/// Data in `buffer` below which a small read goes through the buffer, so that many small reads are one system call.
const DIRECT_BYTES_MIN: usize = 1024;

/// Reads content into `out` and says how much; 0 is its end (or an empty `out`).
///
/// Bytes that the buffer holds come first. Then large reads go straight from the reader into `out`, small ones
/// through the buffer. A chunk's framing is read through the buffer.
///
/// # Errors
/// [`BodyError::Io`], and [`BodyError::Protocol`] where the content is malformed or ends too early.
pub fn read_body(
    buffer: &mut ReadBuffer,
    reader: &mut (impl Read + ?Sized),
    decoder: &mut BodyDecoder,
    out: &mut [u8],
) -> Result<usize, BodyError> {
    if out.is_empty() {
        return Ok(0);
    }
    loop {
        let Some(data_bytes_max) = next_data(buffer, reader, decoder)? else { return Ok(0) };
        let wanted = usize::try_from(data_bytes_max).unwrap_or(usize::MAX).min(out.len());
        if buffer.is_empty() && out.len() < DIRECT_BYTES_MIN {
            if buffer.fill_from(reader)? == 0 {
                decoder.end_of_input()?;
                return Ok(0);
            }
        }
        let there = buffer.filled();
        let count = if there.is_empty() {
            let count = read_once(reader, out.get_mut(..wanted).unwrap_or_default())?;
            if count == 0 {
                decoder.end_of_input()?;
                return Ok(0);
            }
            count
        } else {
            let count = wanted.min(there.len());
            if let (Some(to), Some(from)) = (out.get_mut(..count), there.get(..count)) {
                to.copy_from_slice(from);
            }
            buffer.consume(count);
            count
        };
        decoder.take(count as u64);
        if count > 0 {
            return Ok(count);
        }
    }
}

/// Sees to it that the buffer begins with data, and says how many of its bytes are; 0 is the end of the content.
///
/// Consume what was used with [`ReadBuffer::consume`] and [`BodyDecoder::take`].
///
/// # Errors
/// As [`read_body`].
pub fn fill_body(
    buffer: &mut ReadBuffer,
    reader: &mut (impl Read + ?Sized),
    decoder: &mut BodyDecoder,
) -> Result<usize, BodyError> {
    let Some(data_bytes_max) = next_data(buffer, reader, decoder)? else { return Ok(0) };
    if buffer.is_empty() && buffer.fill_from(reader)? == 0 {
        decoder.end_of_input()?;
        return Ok(0);
    }
    Ok(usize::try_from(data_bytes_max).unwrap_or(usize::MAX).min(buffer.filled().len()))
}

/// Reads framing until data follows: its greatest length; `None` at the end of the content.
///
/// Afterwards the buffer holds data first, or nothing.
fn next_data(
    buffer: &mut ReadBuffer,
    reader: &mut (impl Read + ?Sized),
    decoder: &mut BodyDecoder,
) -> Result<Option<u64>, BodyError> {
    loop {
        match decoder.step(buffer.filled())? {
            BodyStep::Data { framing_bytes, data_bytes_max } => {
                buffer.consume(framing_bytes);
                return Ok(Some(data_bytes_max));
            }
            BodyStep::End { framing_bytes } => {
                buffer.consume(framing_bytes);
                return Ok(None);
            }
            BodyStep::Partial { framing_bytes } => {
                buffer.consume(framing_bytes);
                if buffer.fill_from(reader)? == 0 {
                    decoder.end_of_input()?;
                    return Ok(None);
                }
            }
        }
    }
}

/// One read that is not interrupted, and never claims more than there was room for.
fn read_once(reader: &mut (impl Read + ?Sized), room: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(room) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Ok(count) if count > room.len() => {
                return Err(io::Error::other("the reader claims more bytes than there was room for"));
            }
            other => return other,
        }
    }
}

#[cfg(test)]
mod tests;
