//! Connections onto threads. All threads wait for the same poller; the one that gets a ready connection reads the
//! head, runs the handler and writes the answer itself, then parks the connection again. No thread is held by a
//! connection that is idle, whose head is incomplete, whose TLS handshake is under way, or that is read to its end.
//!
//! ```text
//!   poller ──> worker: take from the table ──> drive ──> park in the table, arm ──> poller
//!                                                └─────> close
//!   keeper: deadlines that have passed; threads that are missing; listeners that pause
//! ```

use crate::clock;
use crate::connection::Connection;
use crate::context::Context;
use crate::error::Error;
use crate::listener::Listening;
use crate::server::{ShutdownReport, Stats};
use address::Addresses;
use crowd::Crowd;
use poller::{Interest, Key, Native, Poller};
use std::fmt;
use std::net::Shutdown;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};
use table::Table;

mod accept;
mod address;
mod crowd;
mod deadlines;
mod keeper;
mod poller;
mod table;
mod worker;

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
        threads_max: Option<usize>,
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
            requests: shared.context.counters.requests.load(Ordering::Relaxed),
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
        let shared = &self.shared;
        if shared.stopped.swap(true, Ordering::SeqCst) {
            return;
        }
        // Those who wait in the kernel's queue have been promised a connection.
        let gates = std::mem::take(&mut *shared.listeners.write().unwrap_or_else(PoisonError::into_inner));
        for gate in &gates {
            for (key, connection) in shared.accept_rest(gate) {
                shared.park(key, connection, Interest::Read);
            }
        }
        drop(gates);
        shared.context.stopping.store(true, Ordering::SeqCst);
        for (key, connection) in shared.table.take_oldest(usize::MAX, Connection::is_idle) {
            if connection.has_input() {
                shared.park(key, connection, Interest::Read);
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
        let shared = &self.shared;
        let began = clock::now();
        let open = shared.table.open();
        let idle_before = shared.idle_closed.load(Ordering::SeqCst);
        self.stop();
        let mut cut = 0;
        if !shared.wait_gone(began.checked_add(grace), || shared.table.open() == 0) {
            for (key, connection) in shared.table.take_oldest(usize::MAX, |_| true) {
                // Whoever has its whole answer and only does not hang up is not cut.
                cut += usize::from(!connection.is_lingering());
                drop(connection);
                shared.remove(key);
            }
            shared.table.each_busy(|socket| {
                socket.shutdown(Shutdown::Both);
                cut += 1;
            });
        }
        // Threads leave on their own; only a handler that does not notice its connection's end can hold one.
        let patience = clock::now().checked_add(Duration::from_secs(1));
        shared.wait_gone(patience, || shared.crowd.alive() == 0);
        let idle_closed = shared.idle_closed.load(Ordering::SeqCst).saturating_sub(idle_before);
        let drained = open.saturating_sub(idle_closed + cut);
        ShutdownReport { idle_closed, drained, cut, elapsed: clock::now() - began }
    }
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
