//! How threads wait for sockets: any number of them ask, each arrival is told once and to one of them. Which system call
//! does it is chosen when the crate is compiled.

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

/// What a socket is known by: whoever adds it chooses the number.
pub(crate) type Key = u64;

/// Events that are taken at a time, at most.
pub(crate) const EVENTS_MAX: usize = 64;

/// What to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interest {
    /// Input, or the end of it. Told whenever more of it arrives, also while the last is still being dealt with.
    Read,
    /// Room for output: told at first if there is some, then whenever there is some again.
    Write,
    /// Nothing, until it is armed again.
    Nothing,
}

/// What can be waited for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source<'s> {
    Socket(&'s Socket),
    /// Told once for each time it is armed.
    Listener(&'s Listener),
}

/// What has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum News {
    /// Input, or room.
    Input,
    /// Perhaps the end behind it: a read that takes less than it could says nothing about that.
    End,
}

/// One event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ready {
    pub(crate) key: Key,
    pub(crate) news: News,
}

/// Waiting for many sockets.
pub(crate) trait Poller: Send + Sync + Sized + 'static {
    /// Whether a source must be armed for every event, or goes on telling by itself.
    const TELLS_ONCE: bool;

    fn new() -> io::Result<Self>;

    /// Waits for events of a source that is not known yet. What is there already is told.
    fn add(&self, source: Source<'_>, key: Key, interest: Interest) -> io::Result<()>;

    /// Waits for other events of a known source, or for the next one. What is there already is told.
    fn arm(&self, source: Source<'_>, key: Key, interest: Interest) -> io::Result<()>;

    /// The source with this key is about to be closed.
    fn forget(&self, key: Key);

    /// Takes up to `max` events that no other thread has got, and waits for the first up to `timeout`. It may come back
    /// with none: after [`nudge`](Self::nudge) and [`stop`](Self::stop), or for no reason.
    fn wait(&self, ready: &mut Vec<Ready>, max: usize, timeout: Option<Duration>) -> io::Result<()>;

    /// Makes one wait return, the next one if there is none now.
    fn nudge(&self);

    /// Makes all waits return at once, from now on.
    fn stop(&self);
}
