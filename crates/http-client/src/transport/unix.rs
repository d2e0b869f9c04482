//! Unix sockets as a transport, and the two calls that look before they wait, for every socket of Unix.

use crate::transport::{ConnectionInfo, Incoming, Interrupt, Transport};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendAncillaryBuffer, SendFlags};
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::net::Shutdown;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// A connection over a Unix socket.
#[derive(Debug)]
pub struct UnixTransport {
    /// Shared with whoever may break it off.
    stream: Arc<UnixStream>,
    path: Option<PathBuf>,
    write_timeout: Option<Duration>,
}

impl UnixTransport {
    /// A transport over a stream that is connected already.
    #[must_use]
    pub fn new(stream: UnixStream) -> Self {
        let path = stream.peer_addr().ok().and_then(|addr| addr.as_pathname().map(PathBuf::from));
        Self { stream: Arc::new(stream), path, write_timeout: None }
    }
}

impl UnixTransport {
    /// Nothing is held back here.
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "TCP has something to do")]
    const fn before_write(&self, _bytes: usize) -> io::Result<()> {
        Ok(())
    }
}

crate::transport::over_a_socket! { UnixTransport, UnixStream }

impl Transport for UnixTransport {
    fn set_read_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        self.stream.set_read_timeout(timeout)
    }

    fn set_write_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        self.write_timeout = timeout;
        self.stream.set_write_timeout(timeout)
    }

    fn incoming(&mut self) -> io::Result<Incoming> {
        incoming(&*self.stream)
    }

    fn write_unless_incoming(&mut self, data: &[IoSlice<'_>]) -> io::Result<Option<usize>> {
        write_unless_incoming(&*self.stream, data, self.write_timeout)
    }

    fn close_write(&mut self) -> io::Result<()> {
        self.stream.shutdown(Shutdown::Write)
    }

    fn try_clone(&self) -> io::Result<Box<dyn Transport>> {
        let stream = self.stream.try_clone()?;
        let stream = Arc::new(stream);
        Ok(Box::new(Self { stream, path: self.path.clone(), write_timeout: self.write_timeout }))
    }

    fn interrupt_handle(&self) -> Option<Arc<dyn Interrupt>> {
        Some(Arc::clone(&self.stream) as Arc<dyn Interrupt>)
    }

    fn info(&self) -> ConnectionInfo {
        ConnectionInfo { unix_path: self.path.clone(), ..ConnectionInfo::default() }
    }
}

/// One look at the socket's receive queue.
pub(crate) fn incoming(socket: &impl AsFd) -> io::Result<Incoming> {
    loop {
        match rustix::net::recv(socket, &mut [0u8], RecvFlags::PEEK | RecvFlags::DONTWAIT) {
            Ok((_, 0)) => return Ok(Incoming::End),
            Ok(_) => return Ok(Incoming::Bytes),
            Err(Errno::AGAIN) => return Ok(Incoming::Nothing),
            Err(Errno::INTR) => {}
            Err(_) => return Ok(Incoming::End),
        }
    }
}

/// Without waiting, and without a signal where the peer is gone.
#[cfg(not(target_vendor = "apple"))]
const AT_ONCE: SendFlags = SendFlags::DONTWAIT.union(SendFlags::NOSIGNAL);

/// Without waiting. Sockets are made without signals there.
#[cfg(target_vendor = "apple")]
const AT_ONCE: SendFlags = SendFlags::DONTWAIT;

/// Writes what the socket takes at once; else waits until it takes some or has something to read. An interruption
/// is handed up, where the clock is.
pub(crate) fn write_unless_incoming(
    socket: &impl AsFd,
    data: &[IoSlice<'_>],
    timeout: Option<Duration>,
) -> io::Result<Option<usize>> {
    loop {
        match rustix::net::sendmsg(socket, data, &mut SendAncillaryBuffer::default(), AT_ONCE) {
            Ok(count) => return Ok(Some(count)),
            Err(Errno::AGAIN) => {}
            Err(error) => return Err(error.into()),
        }
        let mut wait = [PollFd::new(socket, PollFlags::IN | PollFlags::OUT)];
        match poll(&mut wait, timeout.map(timespec).as_ref()) {
            Ok(0) => return Err(io::ErrorKind::WouldBlock.into()),
            Ok(_) if wait.iter().any(|fd| fd.revents().contains(PollFlags::IN)) => return Ok(None),
            Ok(_) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// A duration as the system calls take it; beyond their range, the greatest.
pub(crate) fn timespec(duration: Duration) -> Timespec {
    Timespec {
        tv_sec: duration.as_secs().try_into().unwrap_or(i64::MAX),
        tv_nsec: duration.subsec_nanos().into(),
    }
}
