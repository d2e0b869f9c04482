//! The one seam between bytes and `std::io`: a buffer that is filled from a reader, and content read through it.
//! Client and server share it. It opens nothing, keeps no clock and decides nothing about framing.

use crate::body::BodyDecoder;
use crate::error::ProtocolError;
use crate::step::BodyStep;
use std::io::{self, IoSliceMut, Read};

mod alike;

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

    /// Whether no room is left behind what is there. A read that left none says nothing about what the reader has still.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.end == self.storage.len()
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
    /// twice its size, or moves its bytes to the front if that makes room: whoever fills it again without consuming
    /// sets the bound, as the head parsers do by [`Limits::head_bytes_max`](crate::Limits::head_bytes_max).
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

    /// Puts bytes behind what is there.
    fn put(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            let free = self.end..self.end.saturating_add(bytes.len());
            if self.storage.len() < free.end {
                self.storage.resize(free.end.max(self.capacity), 0);
            }
            if let Some(room) = self.storage.get_mut(free) {
                room.copy_from_slice(bytes);
                self.end += bytes.len();
            }
        }
    }

    /// Moves the first bytes of the buffer into `out`, as many as there are or fit.
    fn copy_to(&mut self, out: &mut [u8]) -> usize {
        let count = self.filled().len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..count), self.filled().get(..count)) {
            to.copy_from_slice(from);
        }
        self.consume(count);
        count
    }

    /// Reads once into `out`, and into the buffer what the reader has behind that; says how much of each.
    ///
    /// So the end of a chunk and what follows it are one system call. The buffer must be empty.
    fn fill_behind(
        &mut self,
        reader: &mut (impl Read + ?Sized),
        out: &mut [u8],
    ) -> io::Result<(usize, usize)> {
        self.make_room();
        let room = self.storage.get_mut(self.end..).unwrap_or_default();
        let room_bytes = room.len();
        let count = loop {
            match reader.read_vectored(&mut [IoSliceMut::new(out), IoSliceMut::new(&mut *room)]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        let direct_bytes = count.min(out.len());
        let buffered_bytes = count - direct_bytes;
        if buffered_bytes > room_bytes {
            return Err(alike::too_many_claimed());
        }
        self.end += buffered_bytes;
        Ok((direct_bytes, buffered_bytes))
    }

    /// How many bytes of memory it holds.
    #[must_use]
    pub const fn capacity_bytes(&self) -> usize {
        self.storage.capacity()
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

/// Reads of data that are smaller go through the buffer, so that many small ones are one system call.
const DIRECT_BYTES_MIN: usize = 1024;

/// Reads content into `out` and says how much; 0 is its end (or an empty `out`).
///
/// What the buffer holds comes first, across chunks, and nothing is read then. Otherwise the reader is asked once:
/// large reads go straight into `out`, small ones through the buffer. Framing that has arrived behind the data is
/// used up at once, so that [`BodyDecoder::is_done`] is true with the last byte where it can be.
///
/// # Errors
/// [`BodyError::Io`], and [`BodyError::Protocol`] where the content is malformed or ends too early. Data before a
/// fault is delivered first. After an error of the reader, such as a timeout, reading can be continued.
///
/// ```
/// use http_proto::stream::{ReadBuffer, read_body};
/// use http_proto::{BodyDecoder, Framing, Limits};
///
/// let mut wire = &b"5\r\nhello\r\n7\r\n, world\r\n0\r\n\r\n"[..];
/// let mut buffer = ReadBuffer::new(8192);
/// let mut decoder = BodyDecoder::new(Framing::Chunked, Limits::CLIENT);
/// let mut out = [0; 64];
/// let count = read_body(&mut buffer, &mut wire, &mut decoder, &mut out)?;
/// assert_eq!(&out[..count], b"hello, world");
/// assert!(decoder.is_done());
/// # Ok::<(), http_proto::stream::BodyError>(())
/// ```
pub fn read_body(
    buffer: &mut ReadBuffer,
    reader: &mut (impl Read + ?Sized),
    decoder: &mut BodyDecoder,
    out: &mut [u8],
) -> Result<usize, BodyError> {
    if out.is_empty() {
        return Ok(0);
    }
    let mut copied = 0;
    loop {
        let data_bytes_max = match decoder.step(buffer.filled()) {
            Ok(BodyStep::Data { framing_bytes, data_bytes_max }) => {
                buffer.consume(framing_bytes);
                data_bytes_max
            }
            Ok(BodyStep::End { framing_bytes }) => {
                buffer.consume(framing_bytes);
                return Ok(copied);
            }
            Ok(BodyStep::Partial { framing_bytes }) => {
                buffer.consume(framing_bytes);
                0
            }
            // The decoder gives the error again next time.
            Err(_) if copied > 0 => return Ok(copied),
            Err(error) => return Err(error.into()),
        };
        let room = out.get_mut(copied..).unwrap_or_default();
        let wanted = usize::try_from(data_bytes_max).unwrap_or(usize::MAX).min(room.len());
        if wanted > 0 && !buffer.is_empty() {
            let count = buffer.copy_to(room.get_mut(..wanted).unwrap_or_default());
            decoder.take(count as u64);
            copied += count;
            continue;
        }
        if copied > 0 {
            return Ok(copied);
        }
        // What one read brings of several chunks, where they end inside of what the caller has room for.
        let several = if wanted as u64 == data_bytes_max {
            read_several(buffer, reader, decoder, room, wanted)?
        } else {
            None
        };
        if let Some((count, data_bytes)) = several {
            if count == 0 {
                decoder.end_of_input()?;
            }
            if count == 0 || data_bytes > 0 {
                return Ok(data_bytes);
            }
            continue;
        }
        let small = if decoder.is_chunked() { wanted } else { room.len() } < DIRECT_BYTES_MIN;
        let count = if small {
            buffer.fill_from(reader)?
        } else {
            let ends_inside = decoder.is_chunked() && wanted as u64 == data_bytes_max;
            let direct = room.get_mut(..wanted).unwrap_or_default();
            let (direct_bytes, buffered_bytes) = if ends_inside {
                buffer.fill_behind(reader, direct)?
            } else {
                (read_once(reader, direct)?, 0)
            };
            decoder.take(direct_bytes as u64);
            copied += direct_bytes;
            direct_bytes + buffered_bytes
        };
        if count == 0 {
            decoder.end_of_input()?;
            return Ok(0);
        }
    }
}

/// Reads once, of a body in chunks, the `wanted` bytes that are left of one and what follows: how many bytes came, and with
/// how much data `room` begins. `None`, and nothing is read, where that is no gain.
fn read_several(
    buffer: &mut ReadBuffer,
    reader: &mut (impl Read + ?Sized),
    decoder: &mut BodyDecoder,
    room: &mut [u8],
    wanted: usize,
) -> io::Result<Option<(usize, usize)>> {
    if !decoder.is_chunked() {
        return Ok(None);
    }
    if let Some(ahead) = decoder.ahead().filter(|ahead| alike::is_worth_it(*ahead, room)) {
        return alike::read(reader, decoder, room, wanted, ahead, |rest| buffer.put(rest)).map(Some);
    }
    if !(DIRECT_BYTES_MIN..=room.len() / 2).contains(&wanted) {
        return Ok(None);
    }
    let count = read_once(reader, room)?;
    let data_bytes = decode_in_place(buffer, decoder, room.get_mut(..count).unwrap_or_default());
    Ok(Some((count, data_bytes)))
}

/// Takes the framing out of `wire`, a piece of a chunked body, so that it begins with its data: how much that is. What
/// stands behind the body goes into the buffer, which must be empty.
///
/// Where chunks are smaller than what a caller reads at once, moving them costs less than a system call for each.
fn decode_in_place(buffer: &mut ReadBuffer, decoder: &mut BodyDecoder, wire: &mut [u8]) -> usize {
    let (mut from, mut to) = (0, 0);
    loop {
        match decoder.step(wire.get(from..).unwrap_or_default()) {
            Ok(BodyStep::Data { framing_bytes, data_bytes_max }) => {
                from += framing_bytes;
                let there = wire.len().saturating_sub(from);
                let count = usize::try_from(data_bytes_max).unwrap_or(usize::MAX).min(there);
                if count == 0 {
                    return to;
                }
                if from != to {
                    wire.copy_within(from..from + count, to);
                }
                decoder.take(count as u64);
                from += count;
                to += count;
            }
            Ok(BodyStep::End { framing_bytes }) => {
                buffer.put(wire.get(from + framing_bytes..).unwrap_or_default());
                return to;
            }
            // The decoder gives an error again next time.
            Ok(BodyStep::Partial { .. }) | Err(_) => return to,
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
                return Err(alike::too_many_claimed());
            }
            other => return other,
        }
    }
}

#[cfg(test)]
mod tests;
