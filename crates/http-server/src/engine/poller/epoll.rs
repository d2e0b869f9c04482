//! Linux: all threads wait on one epoll, each source is one-shot.

use super::{Interest, Key, Poller, Source};
use crate::listener::Listener;
use crate::socket::Socket;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::event::{EventfdFlags, Timespec, eventfd};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::io::Errno;
use std::io;
use std::mem::MaybeUninit;
use std::time::Duration;

/// The key of the stop signal. Keys of sockets never reach it.
const STOP: Key = Key::MAX;

/// One epoll, and a descriptor that is readable for ever once the threads are to stop.
#[derive(Debug)]
pub(crate) struct Epoll {
    epoll: OwnedFd,
    stop: OwnedFd,
}

impl Poller for Epoll {
    fn new() -> io::Result<Self> {
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        let stop = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        epoll::add(&epoll, &stop, EventData::new_u64(STOP), EventFlags::IN)?;
        Ok(Self { epoll, stop })
    }

    fn add(&self, source: Source<'_>, key: Key, interest: Interest) -> io::Result<()> {
        let Some(descriptor) = descriptor(source) else { return Ok(()) };
        Ok(epoll::add(&self.epoll, descriptor, EventData::new_u64(key), flags(interest))?)
    }

    fn arm(&self, source: Source<'_>, key: Key, interest: Interest) -> io::Result<()> {
        let Some(descriptor) = descriptor(source) else { return Ok(()) };
        Ok(epoll::modify(&self.epoll, descriptor, EventData::new_u64(key), flags(interest))?)
    }

    /// Nothing: closing a descriptor takes it out.
    fn forget(&self, _key: Key) {}

    fn wait(&self, timeout: Option<Duration>) -> io::Result<Option<Key>> {
        let timeout = timeout.map(|timeout| Timespec {
            tv_sec: i64::try_from(timeout.as_secs()).unwrap_or(i64::MAX),
            // Whole milliseconds fit the older system call.
            tv_nsec: i64::from(timeout.subsec_millis()) * 1_000_000,
        });
        let mut room = [MaybeUninit::<Event>::uninit(); 1];
        let (events, _) = match epoll::wait(&self.epoll, &mut room, timeout.as_ref()) {
            Err(Errno::INTR) => return Ok(None),
            result => result?,
        };
        Ok(events.first().map(|event| event.data.u64()).filter(|key| *key != STOP))
    }

    fn stop(&self) {
        // It can only fail when the counter is full, and then it is readable already.
        let _ = rustix::io::write(&self.stop, &1u64.to_ne_bytes());
    }
}

fn flags(interest: Interest) -> EventFlags {
    EventFlags::ONESHOT
        | match interest {
            Interest::Read => EventFlags::IN | EventFlags::RDHUP,
            Interest::Write => EventFlags::OUT,
        }
}

fn descriptor(source: Source<'_>) -> Option<BorrowedFd<'_>> {
    match source {
        Source::Socket(Socket::Tcp(stream)) => Some(stream.as_fd()),
        Source::Socket(Socket::Unix(stream)) => Some(stream.as_fd()),
        Source::Socket(Socket::Memory(_)) => None,
        Source::Listener(Listener::Tcp(listener)) => Some(listener.as_fd()),
        Source::Listener(Listener::Unix { listener, .. }) => Some(listener.as_fd()),
    }
}
