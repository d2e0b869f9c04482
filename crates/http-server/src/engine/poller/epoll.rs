//! Linux: all threads wait on one epoll. Sockets are edge-triggered, so that a request costs no call to arm them;
//! listeners are one-shot, so that they can pause.

use super::{EVENTS_MAX, Interest, Key, News, Poller, Ready, Source};
use crate::listener::Listener;
use crate::socket::Socket;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::event::{EventfdFlags, Timespec, eventfd};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::io::Errno;
use std::io;
use std::mem::MaybeUninit;
use std::time::Duration;

/// The key of the stop signal and of the nudge. Keys of sockets never reach it.
const SIGNAL: Key = Key::MAX;

/// One epoll; a descriptor that is readable for ever once the threads are to stop, and one that tells each write.
#[derive(Debug)]
pub(crate) struct Epoll {
    epoll: OwnedFd,
    stop: OwnedFd,
    nudge: OwnedFd,
}

impl Poller for Epoll {
    const TELLS_ONCE: bool = false;

    fn new() -> io::Result<Self> {
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        let stop = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        let nudge = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        epoll::add(&epoll, &stop, EventData::new_u64(SIGNAL), EventFlags::IN)?;
        epoll::add(&epoll, &nudge, EventData::new_u64(SIGNAL), EventFlags::IN | EventFlags::ET)?;
        Ok(Self { epoll, stop, nudge })
    }

    fn add(&self, source: Source<'_>, key: Key, interest: Interest) -> io::Result<()> {
        let Some(descriptor) = descriptor(source) else { return Ok(()) };
        Ok(epoll::add(&self.epoll, descriptor, EventData::new_u64(key), flags(source, interest))?)
    }

    fn arm(&self, source: Source<'_>, key: Key, interest: Interest) -> io::Result<()> {
        let Some(descriptor) = descriptor(source) else { return Ok(()) };
        Ok(epoll::modify(&self.epoll, descriptor, EventData::new_u64(key), flags(source, interest))?)
    }

    /// Nothing: closing a descriptor takes it out.
    fn forget(&self, _key: Key) {}

    fn wait(&self, ready: &mut Vec<Ready>, max: usize, timeout: Option<Duration>) -> io::Result<()> {
        let timeout = timeout.map(|timeout| Timespec {
            tv_sec: i64::try_from(timeout.as_secs()).unwrap_or(i64::MAX),
            // Whole milliseconds fit the older system call.
            tv_nsec: i64::from(timeout.subsec_millis()) * 1_000_000,
        });
        let mut room = [MaybeUninit::<Event>::uninit(); EVENTS_MAX];
        let room = room.get_mut(..max.max(1)).unwrap_or_default();
        let events = match epoll::wait(&self.epoll, room, timeout.as_ref()) {
            Err(Errno::INTR) => return Ok(()),
            result => result?.0,
        };
        let told = events.iter().filter(|event| event.data.u64() != SIGNAL);
        ready.extend(told.map(|event| Ready { key: event.data.u64(), news: news(event.flags) }));
        Ok(())
    }

    fn nudge(&self) {
        // It can only fail when the counter is full, which 2⁶⁴ nudges do.
        let _ = rustix::io::write(&self.nudge, &1u64.to_ne_bytes());
    }

    fn stop(&self) {
        // It can only fail when the counter is full, and then it is readable already.
        let _ = rustix::io::write(&self.stop, &1u64.to_ne_bytes());
    }
}

fn news(flags: EventFlags) -> News {
    if flags.intersects(EventFlags::RDHUP | EventFlags::HUP | EventFlags::ERR) {
        News::End
    } else {
        News::Input
    }
}

fn flags(source: Source<'_>, interest: Interest) -> EventFlags {
    let once = matches!(source, Source::Listener(_));
    match interest {
        Interest::Read if once => EventFlags::IN | EventFlags::ONESHOT,
        Interest::Read => EventFlags::IN | EventFlags::RDHUP | EventFlags::ET,
        Interest::Write => EventFlags::OUT | EventFlags::ET,
        // Errors are told always, hence also only once.
        Interest::Nothing => EventFlags::ONESHOT,
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
