//! What a connection becomes when it no longer speaks HTTP: the transport, with what had been read already.

use crate::spare::Buffer;
use crate::transport::{ConnectionInfo, Transport};
use std::fmt;
use std::io::{self, IoSlice, Read, Write};
use std::time::Duration;

/// A raw two-way stream behind `101 Switching Protocols` (RFC 9110 §7.8) or a 2xx to CONNECT (RFC 9110 §9.3.6).
///
/// Bytes that the peer sent behind the head come first. Its timeouts are off; set them if you want any.
#[must_use]
pub struct Upgraded {
    transport: Box<dyn Transport>,
    buffer: Buffer,
}

impl Upgraded {
    pub(crate) fn new(mut transport: Box<dyn Transport>, buffer: Buffer) -> Self {
        // A transport without timeouts has none to switch off.
        let _ = transport.set_read_timeout(None);
        let _ = transport.set_write_timeout(None);
        Self { transport, buffer }
    }

    /// How long a read may wait from now on.
    ///
    /// # Errors
    /// Those of the transport.
    pub fn set_read_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        self.transport.set_read_timeout(timeout.map(|timeout| timeout.max(Duration::from_millis(1))))
    }

    /// How long a write may wait from now on.
    ///
    /// # Errors
    /// Those of the transport.
    pub fn set_write_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        self.transport.set_write_timeout(timeout.map(|timeout| timeout.max(Duration::from_millis(1))))
    }

    /// Says that no more will be written.
    ///
    /// # Errors
    /// Those of the transport.
    pub fn close_write(&mut self) -> io::Result<()> {
        self.transport.close_write()
    }

    /// What is known of the stream.
    #[must_use]
    pub fn info(&self) -> ConnectionInfo {
        self.transport.info()
    }

    /// A second handle for writing, so that one thread can read while another writes.
    ///
    /// # Errors
    /// [`io::ErrorKind::Unsupported`] where the transport has none: over TLS.
    pub fn try_clone_writer(&self) -> io::Result<Box<dyn Transport>> {
        self.transport.try_clone()
    }

    /// The transport, and the bytes that had been read ahead and belong in front of it.
    #[must_use]
    pub fn into_parts(mut self) -> (Box<dyn Transport>, Vec<u8>) {
        let ahead = self.buffer.take_filled();
        (self.transport, ahead)
    }
}

impl Read for Upgraded {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.buffer.is_empty() {
            return self.transport.read(buf);
        }
        let count = self.buffer.filled().read(buf)?;
        self.buffer.consume(count);
        Ok(count)
    }
}

impl Write for Upgraded {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.transport.write(buf)
    }

    fn write_vectored(&mut self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        self.transport.write_vectored(bufs)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.transport.flush()
    }
}

impl fmt::Debug for Upgraded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upgraded")
            .field("info", &self.transport.info())
            .field("ahead_bytes", &self.buffer.filled().len())
            .finish()
    }
}

#[cfg(test)]
mod tests;
