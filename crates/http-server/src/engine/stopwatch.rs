//! The time as one thread knows it, taken as seldom as can be: asking for it costs as much as half the reading of a head.
//! It tells how long the handlers took on average that have ended since.

use crate::clock::{self, Tick};
use std::cell::Cell;
use std::time::{Duration, Instant};

/// One thread's.
#[derive(Debug)]
pub(super) struct Stopwatch {
    /// Stamps are counted from here.
    start: Instant,
    taken: Cell<Instant>,
    stamp: Cell<u64>,
    /// When the time was taken by the clock that costs less; `None` where that one's steps are too long to tell.
    tick: Option<Cell<Tick>>,
    /// Handlers that have ended since the time was taken.
    ended: Cell<u32>,
}

impl Stopwatch {
    /// One whose glances see that so much has passed.
    pub(super) fn new(start: Instant, glance: Duration) -> Self {
        let is_fine = Tick::length().is_some_and(|length| length < glance);
        let tick = is_fine.then(|| Cell::new(Tick::now()));
        let watch = Self { start, taken: Cell::new(start), stamp: Cell::new(1), tick, ended: Cell::new(0) };
        watch.take();
        watch
    }

    /// The time when it was last taken.
    pub(super) const fn taken(&self) -> Instant {
        self.taken.get()
    }

    /// The same in nanoseconds since the start, plus one.
    pub(super) const fn stamp(&self) -> u64 {
        self.stamp.get()
    }

    /// Takes the time. What has passed counts for no handler.
    pub(super) fn take(&self) {
        if let Some(tick) = &self.tick {
            // A step that begins here is noticed.
            tick.set(Tick::now());
        }
        self.taken.set(clock::now());
        self.stamp.set(stamp(self.start, self.taken.get()));
        self.ended.set(0);
    }

    /// A handler has ended; how many have since the time was taken.
    pub(super) fn end_handler(&self) -> u32 {
        let ended = self.ended.get().saturating_add(1);
        self.ended.set(ended);
        ended
    }

    /// As [`lap`](Self::lap), unless less than some milliseconds have passed: then the time that was taken is good enough.
    pub(super) fn glance(&self) -> Option<(u32, Duration)> {
        if self.ended.get() > 0 && self.tick.as_ref().is_some_and(|tick| tick.get() == Tick::now()) {
            return None;
        }
        self.lap()
    }

    /// Takes the time if handlers have ended since it was taken: how many, and how long each took on average, with all
    /// that was done for it.
    pub(super) fn lap(&self) -> Option<(u32, Duration)> {
        let ended = self.ended.get();
        if ended == 0 {
            return None;
        }
        let before = self.stamp.get();
        self.take();
        let passed = self.stamp.get().saturating_sub(before);
        Some((ended, Duration::from_nanos(passed / u64::from(ended))))
    }
}

/// Nanoseconds from `start` to `now`, plus one: never 0.
pub(super) fn stamp(start: Instant, now: Instant) -> u64 {
    let since = now.saturating_duration_since(start).as_nanos();
    u64::try_from(since).unwrap_or(u64::MAX - 1).saturating_add(1)
}

#[cfg(test)]
mod tests;
