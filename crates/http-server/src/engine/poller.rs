//! How threads wait for sockets: any number of them ask, each event wakes one, and a socket that has given its event
//! stays silent until it is armed again. Which system call does it is chosen when the crate is compiled.

use crate::listener::Listener;
use crate::socket::Socket;
use std::io;
use std::time::Duration;

#[cfg(any(target_os = "linux", target_os = "android"))]
mod epoll;
#[cfg(any(test, not(any(target_os = "linux", target_os = "android"))))]
mod portable;

#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) type Native = epoll::Epoll;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) type Native = portable::Portable;
#[cfg(test)]
pub(super) type Portable = portable::Portable;

/// What a socket is known by: whoever arms it chooses the number.
pub(crate) type Key = u64;

/// What to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interest {
    /// Input, or the end of it.
    Read,
    /// Room for output, which there is nearly always: a way to the end of the queue.
    Write,
}

/// What can be waited for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source<'s> {
    Socket(&'s Socket),
    Listener(&'s Listener),
}

/// Waiting for many sockets.
pub(crate) trait Poller: Send + Sync + Sized + 'static {
    fn new() -> io::Result<Self>;

    /// Waits for one event of a source that is not known yet.
    fn add(&self, source: Source<'_>, key: Key, interest: Interest) -> io::Result<()>;

    /// Waits for one more event of a known source.
    fn arm(&self, source: Source<'_>, key: Key, interest: Interest) -> io::Result<()>;

    /// The source with this key is about to be closed.
    fn forget(&self, key: Key);

    /// The next event that no other thread has got; `None` after `timeout`, or when [`stop`](Self::stop) was called.
    fn wait(&self, timeout: Option<Duration>) -> io::Result<Option<Key>>;

    /// Makes all waits return at once, from now on.
    fn stop(&self);
}
