//! A connection that no longer speaks HTTP: the raw stream behind a 101 or a CONNECT.

use crate::link::Link;
use crate::socket::Socket;
use std::fmt;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

mod halves;

pub use halves::{ReadHalf, WriteHalf};

/// The raw stream of an upgraded connection. Bytes that came behind the request are read first.
///
/// Reads and writes wait for ever unless a timeout is set. When the server shuts down,
/// [`shutting_down`](Self::shutting_down) says so, and at the deadline the stream is cut. Two threads use it by its
/// [halves](Self::split).
pub struct Upgraded {
    link: Link,
    early: io::Cursor<Vec<u8>>,
    peer: Option<SocketAddr>,
    stopping: Arc<AtomicBool>,
    /// Whether halves of it have what it had.
    is_split: bool,
}

impl Upgraded {
    pub(crate) fn new(
        mut link: Link,
        early: Vec<u8>,
        peer: Option<SocketAddr>,
        stopping: Arc<AtomicBool>,
    ) -> io::Result<Self> {
        link.block()?;
        link.set_waits(true);
        link.socket().set_timeouts(None, None)?;
        link.switch_pace_off();
        Ok(Self { link, early: io::Cursor::new(early), peer, stopping, is_split: false })
    }

    /// The address of the peer; `None` on a local socket.
    #[must_use]
    pub const fn peer_addr(&self) -> Option<SocketAddr> {
        self.peer
    }

    /// Whether the server is shutting down.
    #[must_use]
    pub fn shutting_down(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// How long a read and a write wait without a byte moving; `None` for ever.
    ///
    /// # Errors
    /// Where the system refuses, as for a zero duration.
    pub fn set_timeouts(&self, read: Option<Duration>, write: Option<Duration>) -> io::Result<()> {
        self.link.socket().set_timeouts(read, write)
    }

    /// Something by which another thread can end this stream.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        Stopper(Arc::clone(self.link.socket()))
    }
}

impl Read for Upgraded {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self.early.read(out)? {
            0 if !out.is_empty() => self.link.read(out),
            count => Ok(count),
        }
    }
}

impl Write for Upgraded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.link.write_all(bytes)?;
        Ok(bytes.len())
    }

    /// Nothing: every write has gone out.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Upgraded {
    fn drop(&mut self) {
        if !self.is_split {
            self.link.finish();
        }
    }
}

impl fmt::Debug for Upgraded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upgraded").field("peer_addr", &self.peer).finish_non_exhaustive()
    }
}

/// Ends an [`Upgraded`] stream from another thread.
#[derive(Clone, Debug)]
pub struct Stopper(Arc<Socket>);

impl Stopper {
    /// Cuts the stream: a read that waits returns its end, a write fails.
    pub fn stop(&self) {
        self.0.shutdown(Shutdown::Both);
    }
}
