//! The buffer that a connection reads heads into. What one connection leaves the next of the same thread takes, so that a
//! new connection neither allocates nor clears one.

use http_proto::stream::ReadBuffer;
use std::cell::Cell;
use std::fmt;
use std::ops::{Deref, DerefMut};

/// Bytes that are read at once while a head is awaited.
const READ_BYTES: usize = 8 * 1024;

thread_local! {
    /// Memory of a connection that is gone. Never more than one buffer for a thread.
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// A read buffer that leaves its memory to the next one.
pub(crate) struct Buffer(ReadBuffer);

impl Buffer {
    pub(crate) fn new() -> Self {
        let mut buffer = ReadBuffer::new(READ_BYTES);
        // A thread that is ending has no spare one.
        buffer.adopt(SPARE.try_with(Cell::take).unwrap_or_default());
        Self(buffer)
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let left = self.0.filled().len();
        self.0.consume(left);
        // One that has grown for a large head is given back to the system.
        if let Some(storage) = self.0.take_storage().filter(|storage| storage.len() == READ_BYTES) {
            let _ = SPARE.try_with(|spare| spare.set(storage));
        }
    }
}

impl Deref for Buffer {
    type Target = ReadBuffer;

    fn deref(&self) -> &ReadBuffer {
        &self.0
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut ReadBuffer {
        &mut self.0
    }
}

impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests;
