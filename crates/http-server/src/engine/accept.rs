//! From a listener to a connection: limits, room for new ones, and errors that never end a server.

use super::poller::{Interest, Key, Poller, Source};
use super::table::KEYS_END;
use super::{Gate, Shared, lock};
use crate::clock;
use crate::connection::Connection;
use crate::introduction::Introduction;
use crate::link::Link;
use crate::listener::AcceptFault;
use crate::observe::{Event, is_news};
use crate::peer::Peer;
use crate::socket::Socket;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a listener pauses when descriptors are missing and none can be freed.
const PAUSE: Duration = Duration::from_millis(100);

/// Idle connections that make room at a time, at most.
const EVICTED_MAX: usize = 32;

/// A descriptor that is held in reserve, and when a shortage was last reported.
#[derive(Debug)]
pub(super) struct Spare(Mutex<Reserve>);

#[derive(Debug)]
struct Reserve {
    descriptor: Option<std::fs::File>,
    reported: Option<Instant>,
    /// When paused listeners are opened again.
    open_at: Option<Instant>,
}

impl Spare {
    pub(super) fn new() -> io::Result<Self> {
        let descriptor = Some(reserve()?);
        Ok(Self(Mutex::new(Reserve { descriptor, reported: None, open_at: None })))
    }
}

/// Any descriptor will do: that of the program itself is always there.
fn reserve() -> io::Result<std::fs::File> {
    std::fs::File::open(if cfg!(unix) { "/dev/null" } else { "NUL" })
}

impl<P: Poller> Shared<P> {
    /// Makes the poller wait for all listeners.
    pub(super) fn add_gates(&self) -> io::Result<()> {
        let gates = self.listeners.read().unwrap_or_else(PoisonError::into_inner);
        for (key, gate) in (KEYS_END..).zip(&*gates) {
            gate.listening.listener.prepare(&self.context.timeouts)?;
            self.poller.add(Source::Listener(&gate.listening.listener), key, Interest::Read)?;
        }
        Ok(())
    }

    /// Accepts one connection of the listener with this number, to be served by the caller.
    pub(super) fn accept(&self, number: Key) -> Option<(Key, Box<Connection>)> {
        let gate = {
            let gates = self.listeners.read().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(gates.get(usize::try_from(number).ok()?)?)
        };
        if self.table.open() >= self.context.limits.connections_max && !self.make_room() {
            // The next connection that ends or idles opens it again; those that come wait in the kernel's queue.
            gate.paused.store(true, Ordering::SeqCst);
            self.full.store(true, Ordering::SeqCst);
            // One may have done so just before it could see that.
            if self.table.open() >= self.context.limits.connections_max && !self.make_room() {
                return None;
            }
            gate.paused.store(false, Ordering::SeqCst);
        }
        let accepted = gate.listening.accept(&self.context.timeouts);
        let may_go_on = match accepted.as_ref().map_err(|error| (AcceptFault::of(error), error)) {
            Err((AcceptFault::Shortage, _)) => self.shortage(&gate),
            Err((AcceptFault::Other, error)) => {
                self.report(error);
                true
            }
            Ok(_) | Err((AcceptFault::Passing, _)) => true,
        };
        if may_go_on {
            self.rearm(number, &gate);
        }
        let (socket, peer) = accepted.ok()?;
        self.connection(&gate, socket, peer)
    }

    /// All that wait in the kernel's queue, when the server stops.
    pub(super) fn accept_rest(&self, gate: &Gate) -> Vec<(Key, Box<Connection>)> {
        let mut found = Vec::new();
        while found.len() < self.context.limits.connections_max {
            match gate.listening.accept(&self.context.timeouts) {
                Ok((socket, peer)) => found.extend(self.connection(gate, socket, peer)),
                Err(error)
                    if error.kind() != io::ErrorKind::WouldBlock
                        && AcceptFault::of(&error) == AcceptFault::Passing => {}
                Err(_) => break,
            }
        }
        found
    }

    /// Lets all listeners that pause go on.
    pub(super) fn open_gates(&self) {
        let gates = self.listeners.read().unwrap_or_else(PoisonError::into_inner);
        for (number, gate) in (0..).zip(&*gates) {
            if gate.paused.load(Ordering::SeqCst) && gate.paused.swap(false, Ordering::SeqCst) {
                self.rearm(number, gate);
            }
        }
    }

    /// Opens listeners whose pause is over; when the next one is.
    pub(super) fn open_due_gates(&self, now: Instant) -> Option<Instant> {
        let mut reserve = lock(&self.spare.0);
        let at = reserve.open_at?;
        if at > now {
            return Some(at);
        }
        reserve.open_at = None;
        drop(reserve);
        self.open_gates();
        None
    }

    fn rearm(&self, number: Key, gate: &Gate) {
        let source = Source::Listener(&gate.listening.listener);
        if let Err(error) = self.poller.arm(source, KEYS_END + number, Interest::Read) {
            self.report(&error);
        }
    }

    fn connection(
        &self,
        gate: &Gate,
        socket: Socket,
        peer: Option<SocketAddr>,
    ) -> Option<(Key, Box<Connection>)> {
        let context = &self.context;
        context.counters.accepted.fetch_add(1, Ordering::Relaxed);
        let mut held = None;
        let mut introduction = None;
        if let Some(introducers) = &gate.listening.introducers {
            if !introducers.contains_peer(peer.map(|peer| peer.ip())) {
                context.observe(&Event::IntroductionRefused { peer, error: None });
                return None;
            }
            // Its client will be counted, not the proxy itself.
            introduction = Some(Box::new(Introduction::new(self.addresses.clone())));
        } else if let Some(address) = peer.map(|peer| peer.ip())
            && let Some(max) = context.connections_max_of(address)
        {
            held = self.addresses.hold(address, max);
            if held.is_none() {
                context.report_full(address, max, clock::now());
                return None;
            }
        }
        let socket = Arc::new(socket);
        let link = Link::new(Arc::clone(&socket), &context.timeouts);
        #[cfg(feature = "tls")]
        let link = {
            let handshakes = &context.counters.handshakes;
            if gate.listening.tls.is_some()
                && handshakes.load(Ordering::Relaxed) >= context.limits.handshakes_max
            {
                self.evict(1, Connection::is_handshaking);
            }
            match gate.listening.new_session() {
                Some(Ok(session)) => link.with_tls(session),
                Some(Err(error)) => {
                    self.report(&io::Error::other(error));
                    return None;
                }
                None => link,
            }
        };
        let key = self.table.insert(socket, held)?;
        Some((key, Box::new(Connection::new(link, Peer { addr: peer, introduction }, context, clock::now()))))
    }

    /// Closes connections that idle longest; whether there were any.
    fn make_room(&self) -> bool {
        let share = self.context.limits.connections_max / 8;
        self.evict(share.clamp(1, EVICTED_MAX), Connection::is_idle) > 0
    }

    fn evict(&self, count: usize, is_candidate: impl Fn(&Connection) -> bool) -> usize {
        let found = self.table.take_oldest(count, is_candidate);
        let mut closed = 0;
        for (key, connection) in found {
            // Its event is on the way: it is served like any other.
            if connection.has_input() && connection.is_idle() {
                self.put_back(key, connection, Interest::Read);
            } else {
                connection.hang_up();
                self.poller.forget(key);
                self.table.remove(key);
                closed += 1;
            }
        }
        closed
    }

    /// There are no descriptors left: idle connections make room; without any, one peer is turned away with the help
    /// of the spare descriptor, so that the queue moves. Whether the listener can go on at once.
    fn shortage(&self, gate: &Gate) -> bool {
        self.report(&io::Error::other("out of descriptors or memory; idle connections make room"));
        if self.make_room() {
            return true;
        }
        let mut reserve = lock(&self.spare.0);
        if reserve.descriptor.take().is_some() {
            drop(gate.listening.accept(&self.context.timeouts));
        }
        reserve.descriptor = self::reserve().ok();
        reserve.open_at = clock::now().checked_add(PAUSE);
        gate.paused.store(true, Ordering::SeqCst);
        drop(reserve);
        self.keeper.wake();
        false
    }

    /// Tells the observer, once a second at most.
    fn report(&self, error: &io::Error) {
        let now = clock::now();
        let mut reserve = lock(&self.spare.0);
        if !is_news(reserve.reported, Duration::from_secs(1), now) {
            return;
        }
        reserve.reported = Some(now);
        drop(reserve);
        self.context.observe(&Event::AcceptFailed { error });
    }
}
