//! TCP as a transport. Opening sockets is the business of `connect/tcp.rs`.

use crate::transport::{ConnectionInfo, FailedAttempt, Incoming, Interrupt, LocalAddr, Transport};
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

#[cfg(any(not(unix), test))]
mod portable;

/// A TCP connection.
#[derive(Debug)]
pub struct TcpTransport {
    /// Shared with whoever may break it off.
    stream: Arc<TcpStream>,
    peer_addr: Option<SocketAddr>,
    failed_attempts: Vec<FailedAttempt>,
    write_timeout: Option<Duration>,
    /// What the socket was given for connecting: the first call that asks for the same costs nothing.
    preset: Option<Duration>,
    nodelay: Nodelay,
}

/// When small writes begin to be sent at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Nodelay {
    /// The socket is as its maker wants it.
    Settled,
    /// Nothing has been written: one small write leaves at once by itself, since nothing is under way (RFC 9293 §3.7.4).
    Due,
    /// From the next write on.
    Overdue,
}

/// The smallest segment that a peer must take (RFC 9293 §3.7.1).
const SEGMENT_BYTES_MIN: usize = 536;

impl TcpTransport {
    /// A transport over a stream that is connected already. Its options stay as they are.
    #[must_use]
    pub fn new(stream: TcpStream) -> Self {
        let peer_addr = stream.peer_addr().ok();
        Self::connected(stream, peer_addr, Vec::new(), None)
    }

    pub(crate) fn connected(
        stream: TcpStream,
        peer_addr: Option<SocketAddr>,
        failed_attempts: Vec<FailedAttempt>,
        preset: Option<Duration>,
    ) -> Self {
        Self {
            stream: Arc::new(stream),
            peer_addr,
            failed_attempts,
            write_timeout: None,
            preset,
            nodelay: Nodelay::Settled,
        }
    }

    /// Sets `TCP_NODELAY` before the first write that would otherwise be held back. Connections for one small request, of
    /// which there are many, save a system call.
    pub(crate) const fn nodelay_when_needed(mut self) -> Self {
        self.nodelay = Nodelay::Due;
        self
    }

    fn before_write(&mut self, bytes: usize) -> io::Result<()> {
        self.nodelay = match self.nodelay {
            Nodelay::Settled => return Ok(()),
            Nodelay::Due if bytes <= SEGMENT_BYTES_MIN => Nodelay::Overdue,
            Nodelay::Due | Nodelay::Overdue => {
                self.stream.set_nodelay(true)?;
                Nodelay::Settled
            }
        };
        Ok(())
    }

    /// The stream, for options that this crate does not know.
    #[must_use]
    pub fn stream(&self) -> &TcpStream {
        &self.stream
    }
}

crate::transport::over_a_socket! { TcpTransport, TcpStream }

impl Transport for TcpTransport {
    fn set_read_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        self.stream.set_read_timeout(timeout)
    }

    fn set_write_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        self.write_timeout = timeout;
        match self.preset.take() {
            Some(preset) if Some(preset) == timeout => Ok(()),
            _ => self.stream.set_write_timeout(timeout),
        }
    }

    #[cfg(unix)]
    fn incoming(&mut self) -> io::Result<Incoming> {
        super::unix::incoming(&*self.stream)
    }

    #[cfg(unix)]
    fn write_unless_incoming(&mut self, data: &[IoSlice<'_>]) -> io::Result<Option<usize>> {
        self.before_write(data.iter().map(|slice| slice.len()).sum())?;
        super::unix::write_unless_incoming(&*self.stream, data, self.write_timeout)
    }

    #[cfg(not(unix))]
    fn incoming(&mut self) -> io::Result<Incoming> {
        portable::incoming(&self.stream)
    }

    #[cfg(not(unix))]
    fn write_unless_incoming(&mut self, data: &[IoSlice<'_>]) -> io::Result<Option<usize>> {
        self.before_write(data.iter().map(|slice| slice.len()).sum())?;
        portable::write_unless_incoming(&self.stream, data, self.write_timeout)
    }

    fn close_write(&mut self) -> io::Result<()> {
        self.stream.shutdown(Shutdown::Write)
    }

    fn try_clone(&self) -> io::Result<Box<dyn Transport>> {
        if self.nodelay != Nodelay::Settled {
            self.stream.set_nodelay(true)?;
        }
        let stream = self.stream.try_clone()?;
        Ok(Box::new(Self::connected(stream, self.peer_addr, self.failed_attempts.clone(), None)))
    }

    fn interrupt_handle(&self) -> Option<Arc<dyn Interrupt>> {
        Some(Arc::clone(&self.stream) as Arc<dyn Interrupt>)
    }

    fn peer_addr(&self) -> Option<SocketAddr> {
        self.peer_addr
    }

    fn info(&self) -> ConnectionInfo {
        ConnectionInfo {
            peer_addr: self.peer_addr,
            failed_attempts: self.failed_attempts.clone(),
            local: LocalAddr::of(&self.stream),
            ..ConnectionInfo::default()
        }
    }
}

#[cfg(test)]
mod tests;
