//! An upgraded stream in two halves, so that one thread can read while another writes. Over TLS both share the session, but
//! neither holds it while it waits for the socket.

use super::Upgraded;
use crate::socket::Socket;
#[cfg(feature = "tls")]
use crate::tls::Session;
use std::fmt;
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::sync::Arc;
#[cfg(feature = "tls")]
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What both halves need.
struct Shared {
    socket: Arc<Socket>,
    #[cfg(feature = "tls")]
    tls: Option<Mutex<Box<Session>>>,
}

/// The half of an [`Upgraded`] stream that reads: see [`Upgraded::split`].
pub struct ReadHalf {
    shared: Arc<Shared>,
    early: io::Cursor<Vec<u8>>,
}

/// The half of an [`Upgraded`] stream that writes: see [`Upgraded::split`]. When it is dropped, the peer is told that
/// nothing follows.
pub struct WriteHalf {
    shared: Arc<Shared>,
    /// What is encrypted and has not been sent.
    #[cfg(feature = "tls")]
    sealed: Vec<u8>,
    /// Whether a write has failed: nothing can follow it.
    #[cfg(feature = "tls")]
    cut: bool,
}

impl Upgraded {
    /// Two halves for two threads, as a tunnel needs them: one reads, the other writes, and neither waits for the other,
    /// over TLS as well.
    ///
    /// Timeouts stay as they are set, so [set them](Self::set_timeouts) before, and take a [`Stopper`](super::Stopper)
    /// before where one is needed.
    #[must_use]
    pub fn split(mut self) -> (ReadHalf, WriteHalf) {
        let early = std::mem::take(&mut self.early);
        let shared = Arc::new(self.take_shared());
        let writing = WriteHalf {
            shared: Arc::clone(&shared),
            #[cfg(feature = "tls")]
            sealed: Vec::new(),
            #[cfg(feature = "tls")]
            cut: false,
        };
        (ReadHalf { shared, early }, writing)
    }

    #[cfg(feature = "tls")]
    fn take_shared(&mut self) -> Shared {
        let tls = self.link.take_tls().map(Mutex::new);
        self.is_split = true;
        Shared { socket: Arc::clone(self.link.socket()), tls }
    }

    #[cfg(not(feature = "tls"))]
    fn take_shared(&mut self) -> Shared {
        self.is_split = true;
        Shared { socket: Arc::clone(self.link.socket()) }
    }
}

/// Repeats what a signal has interrupted.
fn repeated<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

#[cfg(feature = "tls")]
fn lock(session: &Mutex<Box<Session>>) -> MutexGuard<'_, Box<Session>> {
    session.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Read for ReadHalf {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self.early.read(out)? {
            0 if out.is_empty() => return Ok(0),
            0 => {}
            count => return Ok(count),
        }
        let socket = &self.shared.socket;
        #[cfg(feature = "tls")]
        if let Some(session) = &self.shared.tls {
            loop {
                match lock(session).take(out) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    result => return result,
                }
                // Without the session, so that the other half can write meanwhile.
                repeated(|| socket.wait_readable())?;
                match lock(session).receive(socket, false) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    result => result.map(drop)?,
                }
            }
        }
        repeated(|| socket.read(out))
    }
}

impl Write for WriteHalf {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        #[cfg(feature = "tls")]
        if self.shared.tls.is_some() {
            return self.write_sealed(bytes);
        }
        repeated(|| self.shared.socket.write(bytes))
    }

    /// Nothing: every write has gone out.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(feature = "tls")]
impl WriteHalf {
    /// Encrypts as much of `bytes` as the session takes at once, and sends it all.
    fn write_sealed(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.cut {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let Some(session) = &self.shared.tls else { return Ok(0) };
        self.sealed.clear();
        let mut session = lock(session);
        // What the session has to say for itself goes first, and makes room.
        session.seal_into(&mut self.sealed)?;
        let count = session.queue(bytes)?;
        session.seal_into(&mut self.sealed)?;
        drop(session);
        self.send_sealed()?;
        Ok(count)
    }

    /// Sends all that is encrypted.
    fn send_sealed(&mut self) -> io::Result<()> {
        let mut rest = &*self.sealed;
        while !rest.is_empty() {
            match repeated(|| self.shared.socket.write(rest)) {
                Ok(0) => {
                    self.cut = true;
                    return Err(io::ErrorKind::WriteZero.into());
                }
                Ok(sent) => rest = rest.get(sent..).unwrap_or_default(),
                // The other half may have switched waiting off for a moment, for both.
                #[cfg(not(unix))]
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => std::thread::yield_now(),
                Err(error) => {
                    self.cut = true;
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Says that nothing follows, as patiently as what it follows was sent: without that, it would be taken for cut off.
    fn say_goodbye(&mut self) -> io::Result<()> {
        let Some(session) = &self.shared.tls else { return Ok(()) };
        self.sealed.clear();
        let mut session = lock(session);
        session.say_goodbye();
        session.seal_into(&mut self.sealed)?;
        drop(session);
        self.send_sealed()
    }
}

impl Drop for WriteHalf {
    fn drop(&mut self) {
        #[cfg(feature = "tls")]
        if !self.cut {
            // A peer that takes no more has been cut off indeed.
            let _ = self.say_goodbye();
        }
        self.shared.socket.shutdown(Shutdown::Write);
    }
}

impl fmt::Debug for ReadHalf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadHalf").finish_non_exhaustive()
    }
}

impl fmt::Debug for WriteHalf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteHalf").finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "tls"))]
mod tests;
