//! One thread that looks after the others: deadlines that have passed, threads that are missing, listeners that pause.
//! It sleeps until one of these is due.

use super::deadlines::Deadlines;
use super::poller::{Interest, Key, Poller};
use super::table::Due;
use super::{Shared, lock, worker};
use crate::clock;
use crate::connection::Owed;
use crate::observe::{Event, SILENCE, is_news};
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What the keeper has to look at.
#[derive(Debug, Default)]
pub(super) struct Keeper {
    deadlines: Mutex<Deadlines>,
    changed: Condvar,
    /// Whether threads are missing for slow handlers.
    grow: AtomicBool,
    told: Mutex<Told>,
    traffic: Traffic,
}

/// Whether there is so much to do that the keeper goes on looking of its own accord: whoever has to ask it pays for a
/// switch to its thread and back, as often as nobody is busy for a moment.
#[derive(Debug, Default)]
struct Traffic {
    /// Requests up to the last look.
    requests: AtomicU64,
}

impl Traffic {
    /// Requests since the last look from which on there is.
    const REQUESTS_MIN: u64 = 8;

    /// Whether there is so much, after so many requests in all.
    fn is_dense(&self, requests: u64) -> bool {
        let before = self.requests.swap(requests, Ordering::Relaxed);
        requests.saturating_sub(before) >= Self::REQUESTS_MIN
    }
}

/// When the observer was last told of what lasts: it need not hear it at each look.
#[derive(Debug, Default)]
struct Told {
    exhausted: Option<Instant>,
    failed: Option<Instant>,
}

impl Keeper {
    /// Has a look at a connection at that time.
    pub(super) fn look_at(&self, at: Instant, key: Key) {
        if lock(&self.deadlines).add(at, key) {
            self.changed.notify_one();
        }
    }

    /// Has a look at everything now.
    pub(super) fn wake(&self) {
        drop(lock(&self.deadlines));
        self.changed.notify_one();
    }

    /// Starts threads for handlers that are slow.
    pub(super) fn grow(&self) {
        if !self.grow.swap(true, Ordering::Relaxed) {
            self.wake();
        }
    }
}

/// Starts the keeper's thread.
pub(super) fn start<P: Poller>(shared: &Arc<Shared<P>>) -> io::Result<()> {
    let shared = Arc::clone(shared);
    let run = move || {
        while !shared.is_finished() {
            keep(&shared);
        }
    };
    std::thread::Builder::new().name("http-server keeper".to_owned()).spawn(run).map(drop)
}

/// Looks at everything once and sleeps until something is due.
fn keep<P: Poller>(shared: &Arc<Shared<P>>) {
    let keeper = &shared.keeper;
    let now = clock::now();
    while let Some(key) = due(keeper, now) {
        look(shared, key, now);
    }
    let crowd = &shared.crowd;
    keeper.grow.store(false, Ordering::Relaxed);
    let tells = is_news(lock(&keeper.told).exhausted, SILENCE, now);
    let goes_on = keeper.traffic.is_dense(crowd.requests());
    let watchful = crowd.is_asked(tells, goes_on);
    if watchful && crowd.take_from_blocked(now) {
        shared.poller.nudge();
    }
    for _ in 0..crowd.missing(now) {
        if let Err(error) = worker::start(shared) {
            if is_news(lock(&keeper.told).failed, SILENCE, now) {
                lock(&keeper.told).failed = Some(now);
                shared.context.observe(&Event::ThreadFailed { error: &error });
            }
            break;
        }
    }
    if tells && crowd.is_exhausted(now) {
        lock(&keeper.told).exhausted = Some(now);
        shared.context.observe(&Event::ThreadsExhausted { threads_max: crowd.max });
    }
    let paused = shared.open_due_gates(now);
    let deadlines = lock(&keeper.deadlines);
    if shared.is_finished() || keeper.grow.load(Ordering::Relaxed) {
        return;
    }
    // As long as nobody waits for events, threads may be blocked: look again soon.
    let soon = crowd.has_been_asked().then(|| now + crowd.look_again_after());
    let wake_at = [deadlines.next(), soon, paused].into_iter().flatten().min();
    let left = wake_at.map(|at| at.saturating_duration_since(clock::now()));
    let woken = match left {
        Some(Duration::ZERO) => return,
        Some(left) => keeper.changed.wait_timeout(deadlines, left).unwrap_or_else(PoisonError::into_inner).0,
        None => keeper.changed.wait(deadlines).unwrap_or_else(PoisonError::into_inner),
    };
    drop(woken);
}

fn due(keeper: &Keeper, now: Instant) -> Option<Key> {
    lock(&keeper.deadlines).pop_due(now)
}

/// A connection's entry is due: its time has passed, or has been moved.
fn look<P: Poller>(shared: &Shared<P>, key: Key, now: Instant) {
    match shared.table.due(key, now) {
        Due::Nothing => {}
        Due::Later(at) => {
            lock(&shared.keeper.deadlines).add(at, key);
        }
        Due::Expired(mut connection) => {
            match connection.expire(&shared.context, now) {
                Owed::Nothing => {
                    connection.hang_up();
                    shared.remove(key);
                }
                // A thread that may wait says it, as soon as the socket has room.
                Owed::Word => shared.put_back(key, connection, Interest::Write),
                Owed::Verdict => shared.put_in_hand(key, connection),
            }
        }
    }
}

#[cfg(test)]
mod tests;
