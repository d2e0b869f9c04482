//! Connections onto threads. All threads wait for the same poller; the one that gets a ready connection reads the
//! head, runs the handler and writes the answer itself, then parks the connection again. No thread is held by a
//! connection that is idle, whose head is incomplete, whose TLS handshake is under way, whose peer has no room for what is
//! left of its answer, or that is read to its end.
//!
//! ```text
//!   poller ──> worker: take from the table ──> drive ──> park in the table ──> poller
//!                                                └─────> close
//!   keeper: deadlines that have passed; threads that are missing; listeners that pause
//! ```
//!
//! Sockets are edge-triggered and armed once. An arrival for a connection that is busy is noted in the table and dealt
//! with when the connection comes back, so a request on a kept connection costs a read, a write and its share of one
//! wait for many. `crowd` says which threads wait. `cargo xtask bench server` prints the calls and the CPU time beside a
//! raw epoll loop and other servers.
//!
//! Three other ways stood behind the same seam and lost. All four in turn, 15 rounds of 40 ms, the server on one core and
//! whoever asks on another, each with 64 and with 512 connections; medians, as ratios to a raw epoll loop for handlers
//! that answer at once, and to a thread for each connection for handlers that wait for 2 ms:
//!
//! | at once | CPU a request | requests a second | p99 |
//! | --- | --- | --- | --- |
//! | edge-triggered, many events at a time, others rest (this) | 1.08, 1.11 | 0.95, 0.95 | 1.2, 1.0 |
//! | leader and followers: many events shared out, lazy promotion | 1.18, 1.14 | 0.92, 1.00 | 1.2, 1.2 |
//! | edge-triggered, all threads wait, one event at a time | 1.42, 1.33 | 0.81, 0.83 | 1.8, 1.2 |
//! | one-shot, all threads wait, one event at a time | 1.48, 1.36 | 0.79, 0.85 | 1.9, 1.3 |
//!
//! | waiting for 2 ms | CPU a request | requests a second | p99 |
//! | --- | --- | --- | --- |
//! | edge-triggered, many events at a time, others rest (this) | 1.33, 1.06 | 0.95, 0.90 | 1.2, 1.0 |
//! | leader and followers: many events shared out, lazy promotion | 1.33, 0.87 | 0.89, 0.89 | 1.1, 1.0 |
//! | edge-triggered, all threads wait, one event at a time | 1.31, 1.07 | 0.94, 0.92 | 1.1, 1.1 |
//! | one-shot, all threads wait, one event at a time | 1.34, 1.10 | 0.90, 0.91 | 1.1, 1.1 |

use crate::address_counts::Addresses;
use crate::clock;
use crate::connection::Connection;
use crate::context::Context;
use crate::error::Error;
use crate::listener::Listening;
use crate::stats::{ShutdownReport, Stats};
use crowd::Crowd;
use poller::{Interest, Key, Native, Poller};
use std::fmt;
use std::net::Shutdown;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};
use table::Table;

mod accept;
mod crowd;
mod deadlines;
mod keeper;
pub(crate) mod poller;
mod stopwatch;
mod table;
mod worker;

/// How long connections that have begun may take to arrive at a listener that shares its port and is about to close: more
/// than a way there and back, less than the second after which those that were turned away ask again (RFC 6298 §2).
const ARRIVAL: Duration = Duration::from_millis(500);

/// How long threads have to leave once their connections have ended, should the time that was given for that be over.
const LEAVING: Duration = Duration::from_millis(50);

/// What all threads of one server share.
struct Shared<P> {
    context: Context<'static>,
    poller: P,
    table: Table,
    crowd: Crowd,
    addresses: Addresses,
    /// A listener's key is its place here. Empty once the server stops.
    listeners: RwLock<Vec<Arc<Gate>>>,
    keeper: keeper::Keeper,
    spare: accept::Spare,
    /// Told whenever a connection or a thread has gone.
    gone: (Mutex<()>, Condvar),
    /// Whether a listener pauses until a connection ends, or idles and can make room.
    full: AtomicBool,
    /// Whether the server has been told to stop.
    stopped: AtomicBool,
    /// Whether connections that idle are left to their next request though the server stops.
    handing_over: AtomicBool,
    /// Whether it stops and has no connections left: threads end.
    finished: AtomicBool,
    idle_closed: AtomicUsize,
}

/// A listener that can be paused.
struct Gate {
    listening: Listening,
    paused: AtomicBool,
}

impl<P: Poller> Shared<P> {
    fn is_stopping(&self) -> bool {
        self.context.stopping.load(Ordering::SeqCst)
    }

    /// A connection has ended.
    fn remove(&self, key: Key) {
        self.poller.forget(key);
        self.table.remove(key);
        if self.is_stopping() {
            self.finish_if_empty();
        } else {
            self.has_room();
        }
    }

    /// A connection has ended, or idles: listeners that pause for want of room go on.
    fn has_room(&self) {
        if self.full.load(Ordering::SeqCst) && self.full.swap(false, Ordering::SeqCst) {
            self.open_gates();
        }
    }

    /// Lets the threads end if the server stops and this was the last connection.
    fn finish_if_empty(&self) {
        if self.table.open() == 0 && !self.finished.swap(true, Ordering::SeqCst) {
            self.poller.stop();
            self.crowd.close();
            self.keeper.wake();
        }
        self.tell_gone();
    }

    fn is_finished(&self) -> bool {
        self.finished.load(Ordering::SeqCst)
    }

    fn tell_gone(&self) {
        drop(lock(&self.gone.0));
        self.gone.1.notify_all();
    }

    /// Waits until `done` or `deadline`, looking whenever something has gone; whether it is done.
    fn wait_gone(&self, deadline: Option<Instant>, done: impl Fn() -> bool) -> bool {
        let mut guard = lock(&self.gone.0);
        while !done() {
            guard = match deadline.map(|deadline| deadline.saturating_duration_since(clock::now())) {
                Some(Duration::ZERO) => return false,
                Some(left) => self.gone.1.wait_timeout(guard, left).unwrap_or_else(PoisonError::into_inner).0,
                None => self.gone.1.wait(guard).unwrap_or_else(PoisonError::into_inner),
            };
        }
        true
    }
}

/// A running engine.
pub(crate) struct Engine<P: Poller = Native> {
    shared: Arc<Shared<P>>,
}

impl<P: Poller> Engine<P> {
    /// Starts the threads.
    pub(crate) fn start(
        context: Context<'static>,
        listeners: Vec<Listening>,
        threads_max: usize,
    ) -> Result<Self, Error> {
        let gates = listeners
            .into_iter()
            .map(|listening| Arc::new(Gate { listening, paused: AtomicBool::new(false) }))
            .collect();
        let shared = Arc::new(Shared {
            context,
            poller: P::new().map_err(Error::System)?,
            table: Table::default(),
            crowd: Crowd::new(threads_max, clock::now()),
            addresses: Addresses::default(),
            listeners: RwLock::new(gates),
            keeper: keeper::Keeper::default(),
            spare: accept::Spare::new().map_err(Error::System)?,
            gone: (Mutex::default(), Condvar::new()),
            full: AtomicBool::new(false),
            stopped: AtomicBool::new(false),
            handing_over: AtomicBool::new(false),
            finished: AtomicBool::new(false),
            idle_closed: AtomicUsize::new(0),
        });
        // From here on, an error drops the engine, which stops what has been started.
        let engine = Self { shared };
        engine.shared.add_gates().map_err(Error::System)?;
        for _ in 0..engine.shared.crowd.min {
            worker::start(&engine.shared).map_err(Error::System)?;
        }
        keeper::start(&engine.shared).map_err(Error::System)?;
        Ok(engine)
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.shared.is_stopping()
    }

    /// Waits until the server has been stopped and all its connections have ended.
    pub(crate) fn wait(&self) {
        let shared = &self.shared;
        shared.wait_gone(None, || shared.is_stopping() && shared.table.open() == 0);
    }

    pub(crate) fn stats(&self) -> Stats {
        let shared = &self.shared;
        Stats {
            connections_open: shared.table.open(),
            connections_accepted: shared.context.counters.accepted.load(Ordering::Relaxed),
            requests: shared.crowd.requests(),
            threads: shared.crowd.alive(),
        }
    }

    /// Changes the TLS configuration of all listeners that have one, and says how many.
    #[cfg(feature = "tls")]
    pub(crate) fn reload_tls(&self, tls: &crate::tls::TlsConfig) -> usize {
        let gates = self.shared.listeners.read().unwrap_or_else(PoisonError::into_inner);
        let mut changed = 0;
        for current in gates.iter().filter_map(|gate| gate.listening.tls.as_ref()) {
            *current.write().unwrap_or_else(PoisonError::into_inner) = tls.clone();
            changed += 1;
        }
        changed
    }

    /// No more connections; idle ones are closed, others go on to their end by themselves.
    pub(crate) fn stop(&self) {
        if self.shared.stopped.swap(true, Ordering::SeqCst) {
            return;
        }
        self.close_gates();
        self.close_idle();
    }

    /// Those who wait in the kernel's queue have been promised a connection; nobody else gets one.
    fn close_gates(&self) {
        let shared = &self.shared;
        let gates = std::mem::take(&mut *shared.listeners.write().unwrap_or_else(PoisonError::into_inner));
        for gate in &gates {
            for (key, connection) in shared.accept_rest(gate) {
                shared.put_back(key, connection, Interest::Read);
            }
        }
        drop(gates);
        shared.context.stopping.store(true, Ordering::SeqCst);
    }

    fn close_idle(&self) {
        let shared = &self.shared;
        for (key, connection) in shared.table.take_oldest(usize::MAX, Connection::is_idle) {
            if connection.has_input() {
                shared.put_back(key, connection, Interest::Read);
            } else {
                connection.hang_up();
                shared.idle_closed.fetch_add(1, Ordering::SeqCst);
                shared.remove(key);
            }
        }
        shared.finish_if_empty();
    }

    /// Stops, waits for what is under way, and cuts what takes longer than `grace`.
    pub(crate) fn shutdown(&self, grace: Duration) -> ShutdownReport {
        let before = self.before();
        self.stop();
        self.finish(&before, before.began.checked_add(grace))
    }

    /// Stops, but leaves every connection to its next request, whose answer says that it is the last one.
    pub(crate) fn hand_over(&self, grace: Duration) -> ShutdownReport {
        let shared = &self.shared;
        let before = self.before();
        let deadline = before.began.checked_add(grace);
        if !shared.stopped.swap(true, Ordering::SeqCst) {
            let gates = shared.listeners.read().unwrap_or_else(PoisonError::into_inner).clone();
            let turns_away =
                |gate: &Arc<Gate>| gate.listening.shares_port && gate.listening.listener.turn_away();
            if gates.iter().filter(|gate| turns_away(gate)).count() > 0 {
                // Whoever was on the way here arrives; whoever was turned away has not asked again yet.
                shared.wait_gone(before.began.checked_add(grace.min(ARRIVAL)), || false);
            }
            drop(gates);
            shared.handing_over.store(true, Ordering::SeqCst);
            self.close_gates();
            shared.finish_if_empty();
            shared.wait_gone(deadline, || shared.table.open() == 0);
            shared.handing_over.store(false, Ordering::SeqCst);
            self.close_idle();
        }
        self.finish(&before, deadline)
    }

    fn before(&self) -> Before {
        Before {
            began: clock::now(),
            open: self.shared.table.open(),
            accepted: self.shared.context.counters.accepted.load(Ordering::Relaxed),
            idle_closed: self.shared.idle_closed.load(Ordering::SeqCst),
        }
    }

    /// Waits for the end of all connections, and brings it about at the deadline.
    fn finish(&self, before: &Before, deadline: Option<Instant>) -> ShutdownReport {
        let shared = &self.shared;
        let mut cut = 0;
        if !shared.wait_gone(deadline, || shared.table.open() == 0) {
            for (key, connection) in shared.table.take_oldest(usize::MAX, |_| true) {
                // Whoever has its whole answer and only does not hang up is not cut.
                cut += usize::from(!connection.is_lingering());
                connection.cut(&shared.context);
                shared.remove(key);
            }
            shared.table.each_busy(|socket| {
                socket.shutdown(Shutdown::Both);
                cut += 1;
            });
        }
        // Threads leave on their own; only a handler that does not notice its connection's end can hold one.
        let (least, most) = (clock::now() + LEAVING, clock::now() + Duration::from_secs(1));
        let patience = deadline.map_or(most, |deadline| deadline.min(most).max(least));
        shared.wait_gone(Some(patience), || shared.crowd.alive() == 0);
        let idle_closed = shared.idle_closed.load(Ordering::SeqCst).saturating_sub(before.idle_closed);
        let since = shared.context.counters.accepted.load(Ordering::Relaxed).saturating_sub(before.accepted);
        let all = before.open.saturating_add(usize::try_from(since).unwrap_or(usize::MAX));
        let drained = all.saturating_sub(idle_closed + cut);
        ShutdownReport { idle_closed, drained, cut, elapsed: clock::now() - before.began }
    }
}

/// What there was when a server began to stop.
struct Before {
    began: Instant,
    open: usize,
    accepted: u64,
    idle_closed: usize,
}

impl<P: Poller> Drop for Engine<P> {
    fn drop(&mut self) {
        self.stop();
    }
}

impl<P: Poller> fmt::Debug for Engine<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("stats", &self.stats()).finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
