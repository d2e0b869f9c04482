//! Every other system: mio, which lets one thread wait at a time. It leads; what it harvests beyond its own event
//! goes to those that queue behind it.

use super::{Interest, Key, News, Poller, Ready, Source};
use crate::engine::lock;
use crate::listener::Listener;
use crate::socket::Socket;
use mio::event::Source as MioSource;
use mio::net::{TcpListener, TcpStream};
#[cfg(unix)]
use mio::net::{UnixListener, UnixStream};
use mio::{Events, Poll, Registry, Token, Waker};
use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, TryLockError};
use std::time::Duration;

/// Events that are harvested at a time.
const EVENTS: usize = 64;

/// One mio poll and the sockets in it, as handles of their own.
pub(crate) struct Portable {
    leader: Mutex<Leader>,
    registry: Registry,
    sources: Mutex<HashMap<Key, Box<dyn MioSource + Send>>>,
    waker: Waker,
    stopped: AtomicBool,
}

struct Leader {
    poll: Poll,
    events: Events,
    harvest: VecDeque<Ready>,
}

/// The token of the stop signal. Keys of sockets never reach it.
const STOP: Token = Token(usize::MAX);

impl Poller for Portable {
    const TELLS_ONCE: bool = true;

    fn new() -> io::Result<Self> {
        let poll = Poll::new()?;
        let registry = poll.registry().try_clone()?;
        let waker = Waker::new(&registry, STOP)?;
        let leader = Leader { poll, events: Events::with_capacity(EVENTS), harvest: VecDeque::new() };
        Ok(Self {
            leader: Mutex::new(leader),
            registry,
            sources: Mutex::default(),
            waker,
            stopped: AtomicBool::new(false),
        })
    }

    fn add(&self, source: Source<'_>, key: Key, interest: Interest) -> io::Result<()> {
        let mut source: Box<dyn MioSource + Send> = match source {
            Source::Socket(Socket::Tcp(stream)) => Box::new(TcpStream::from_std(stream.try_clone()?)),
            #[cfg(unix)]
            Source::Socket(Socket::Unix(stream)) => Box::new(UnixStream::from_std(stream.try_clone()?)),
            Source::Socket(Socket::Memory(_)) => return Ok(()),
            Source::Listener(Listener::Tcp(listener)) => {
                Box::new(TcpListener::from_std(listener.try_clone()?))
            }
            #[cfg(unix)]
            Source::Listener(Listener::Unix { listener, .. }) => {
                Box::new(UnixListener::from_std(listener.try_clone()?))
            }
        };
        // Its event may come at once, and whoever gets it looks for it here: so both under one lock.
        let mut sources = lock(&self.sources);
        self.registry.register(&mut source, token(key)?, mio_interest(interest))?;
        sources.insert(key, source);
        Ok(())
    }

    fn arm(&self, _source: Source<'_>, key: Key, interest: Interest) -> io::Result<()> {
        match lock(&self.sources).get_mut(&key) {
            // What arrives meanwhile is told and passed over.
            Some(_) if interest == Interest::Nothing => Ok(()),
            Some(source) => self.registry.reregister(source, token(key)?, mio_interest(interest)),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn forget(&self, key: Key) {
        if let Some(mut source) = lock(&self.sources).remove(&key) {
            // It is closed next, which takes it out in any case.
            drop(self.registry.deregister(&mut source));
        }
    }

    fn wait(&self, ready: &mut Vec<Ready>, max: usize, timeout: Option<Duration>) -> io::Result<()> {
        let mut leader = match self.leader.try_lock() {
            Ok(leader) => leader,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            // Who leads takes what arrives, and may wait for it for ever.
            Err(TryLockError::WouldBlock) if timeout == Some(Duration::ZERO) => return Ok(()),
            Err(TryLockError::WouldBlock) => lock(&self.leader),
        };
        if self.stopped.load(Ordering::SeqCst) {
            return Ok(());
        }
        let Leader { poll, events, harvest } = &mut *leader;
        if harvest.is_empty() {
            match poll.poll(events, timeout) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(()),
                result => result?,
            }
            let told = events.iter().filter(|event| event.token() != STOP);
            harvest.extend(told.map(|event| {
                let news = if event.is_read_closed() || event.is_error() { News::End } else { News::Input };
                Ready { key: event.token().0 as Key, news }
            }));
        }
        let count = harvest.len().min(max);
        ready.extend(harvest.drain(..count));
        Ok(())
    }

    fn nudge(&self) {
        // Without it the leader finds out at its next event.
        drop(self.waker.wake());
    }

    fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        // Without it the leader finds out at its next event.
        drop(self.waker.wake());
    }
}

fn mio_interest(interest: Interest) -> mio::Interest {
    match interest {
        Interest::Read | Interest::Nothing => mio::Interest::READABLE,
        Interest::Write => mio::Interest::WRITABLE,
    }
}

fn token(key: Key) -> io::Result<Token> {
    usize::try_from(key).map(Token).map_err(|_| io::Error::other("the key does not fit this system's tokens"))
}

impl fmt::Debug for Portable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Portable").finish_non_exhaustive()
    }
}
