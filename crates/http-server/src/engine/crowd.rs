//! How many threads there should be: as many that can run as there are cores, more while handlers block, up to a bound.
//! It counts and decides; others start and end threads.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A handler that has run for so long is taken for one that waits for something.
pub(super) const BLOCKED_AFTER: Duration = Duration::from_millis(5);

/// Handlers that take so long on average are taken for ones that wait for something.
const SLOW_NANOSECONDS: u64 = 200_000;

/// How long a thread above the minimum waits for work before it ends.
pub(super) const IDLE: Duration = Duration::from_secs(10);

/// The threads of one server.
#[derive(Debug)]
pub(super) struct Crowd {
    /// Times are counted from here.
    start: Instant,
    pub(super) min: usize,
    pub(super) max: usize,
    alive: AtomicUsize,
    /// Threads that wait for an event.
    waiting: AtomicUsize,
    /// Handler time, a moving average.
    average_nanoseconds: AtomicU64,
    /// Whether someone has been asked to look whether threads are missing.
    pub(super) asked: AtomicBool,
    desks: Mutex<Vec<Arc<Desk>>>,
}

/// What one thread is at: when its handler began, in nanoseconds since the start plus one; 0 for not in a handler.
#[derive(Debug, Default)]
pub(super) struct Desk(AtomicU64);

impl Crowd {
    /// `max` threads, or four for each core within 16 and 256; at least two, so that one handler never stops a server.
    pub(super) fn new(max: Option<usize>, start: Instant) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let max = max.unwrap_or_else(|| (4 * cores).clamp(16, 256)).max(1);
        Self {
            start,
            min: cores.max(2).min(max),
            max,
            alive: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            average_nanoseconds: AtomicU64::new(0),
            asked: AtomicBool::new(false),
            desks: Mutex::default(),
        }
    }

    pub(super) fn alive(&self) -> usize {
        self.alive.load(Ordering::SeqCst)
    }

    /// Takes a place for one more thread, if there is one.
    pub(super) fn join(&self) -> Option<Arc<Desk>> {
        let more = |alive: usize| (alive < self.max).then_some(alive + 1);
        self.alive.fetch_update(Ordering::SeqCst, Ordering::SeqCst, more).ok()?;
        let desk = Arc::new(Desk::default());
        self.desks.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&desk));
        Some(desk)
    }

    /// Gives a place back.
    pub(super) fn leave(&self, desk: &Arc<Desk>) {
        self.desks.lock().unwrap_or_else(PoisonError::into_inner).retain(|other| !Arc::ptr_eq(other, desk));
        self.alive.fetch_sub(1, Ordering::SeqCst);
    }

    /// Gives a place back if there are more threads than the minimum; whether it did.
    pub(super) fn retire(&self, desk: &Arc<Desk>) -> bool {
        let fewer = |alive: usize| (alive > self.min).then(|| alive - 1);
        if self.alive.fetch_update(Ordering::SeqCst, Ordering::SeqCst, fewer).is_err() {
            return false;
        }
        self.desks.lock().unwrap_or_else(PoisonError::into_inner).retain(|other| !Arc::ptr_eq(other, desk));
        true
    }

    /// A thread begins to wait for events, or for `IDLE` at most where it may go then.
    pub(super) fn begin_wait(&self) -> Option<Duration> {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        (self.alive.load(Ordering::Relaxed) > self.min).then_some(IDLE)
    }

    /// A thread has got an event; whether someone should have a look at the crowd, since no thread is left waiting.
    pub(super) fn end_wait(&self) -> bool {
        self.waiting.fetch_sub(1, Ordering::Relaxed) == 1
            && self.alive.load(Ordering::Relaxed) < self.max
            && !self.asked.swap(true, Ordering::Relaxed)
    }

    /// A handler begins; `now` is when.
    pub(super) fn begin_handler(&self, desk: &Desk, now: Instant) {
        desk.0.store(self.stamp(now), Ordering::Relaxed);
    }

    /// A handler that began at `began` has ended.
    pub(super) fn end_handler(&self, desk: &Desk, began: Instant, now: Instant) {
        desk.0.store(0, Ordering::Relaxed);
        let took = u64::try_from(now.saturating_duration_since(began).as_nanos()).unwrap_or(u64::MAX);
        let average = self.average_nanoseconds.load(Ordering::Relaxed);
        // Two threads may write at once: then one of them is not counted.
        self.average_nanoseconds.store(average - average / 16 + took.min(1 << 50) / 16, Ordering::Relaxed);
    }

    /// Whether handlers take so long that answers before them should not wait for theirs.
    pub(super) fn is_slow(&self) -> bool {
        self.average_nanoseconds.load(Ordering::Relaxed) > SLOW_NANOSECONDS
    }

    /// Whether a thread is left that waits for events.
    pub(super) fn someone_waits(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }

    /// How many threads should be started now.
    ///
    /// Those whose handlers seem to block do not count towards the minimum that can run; and where handlers are slow
    /// on average, each look that finds nobody waiting adds some.
    pub(super) fn missing(&self, now: Instant) -> usize {
        if self.someone_waits() {
            return 0;
        }
        let late =
            self.stamp(now).saturating_sub(u64::try_from(BLOCKED_AFTER.as_nanos()).unwrap_or(u64::MAX));
        let desks = self.desks.lock().unwrap_or_else(PoisonError::into_inner);
        let blocked =
            desks.iter().filter(|desk| (1..=late).contains(&desk.0.load(Ordering::Relaxed))).count();
        let alive = desks.len();
        drop(desks);
        let for_blocked = self.min.saturating_sub(alive.saturating_sub(blocked));
        let for_slow = if self.is_slow() { self.min } else { 0 };
        for_blocked.max(for_slow).min(self.max.saturating_sub(alive))
    }

    fn stamp(&self, now: Instant) -> u64 {
        let since = now.saturating_duration_since(self.start).as_nanos();
        u64::try_from(since).unwrap_or(u64::MAX - 1).saturating_add(1)
    }
}

#[cfg(test)]
mod tests;
