//! How many threads there should be, and which of them wait for events: as few as the load needs while handlers are
//! fast, all of them while handlers block. It counts and decides; others start and end threads.
//!
//! A thread that waits is woken for an arrival by the kernel, which costs both of them a switch. So while handlers are
//! fast, a thread that finds another one waiting goes to rest, and the one that goes on takes many events at a time. It
//! is joined by another when there is more than it can take at once, or when its handler turns out to block.

use super::lock;
use super::poller::{EVENTS_MAX, Ready};
use super::stopwatch::{self, Stopwatch};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A handler that has run for so long is taken for one that waits for something.
const BLOCKED_AFTER: Duration = Duration::from_millis(5);

/// How often to look at a thread that is all there may be: that it is busy can only be told.
const TELL_AFTER: Duration = Duration::from_millis(250);

/// Handlers that take so long on average are taken for ones that wait for something.
const SLOW_NANOSECONDS: u64 = 200_000;

/// As much of one handler's time counts towards the average: one that is held up once is no sign of anything.
const COUNTED_NANOSECONDS: u64 = 1_000_000;

/// How long a thread above the minimum waits for work before it ends.
pub(super) const IDLE: Duration = Duration::from_secs(10);

/// How often a thread must find another one waiting before it goes to rest.
const SURPLUS_MAX: u32 = 4;

/// Events that one of several threads takes at a time, so that the others find some, too.
const SHARE: usize = 16;

/// The threads of one server.
#[derive(Debug)]
pub(super) struct Crowd {
    /// Times are counted from here.
    start: Instant,
    cores: usize,
    pub(super) min: usize,
    pub(super) max: usize,
    alive: AtomicUsize,
    /// Threads that wait for an event.
    waiting: AtomicUsize,
    /// Handler time, a moving average.
    average_nanoseconds: AtomicU64,
    /// Whether someone has been asked to look whether threads are missing.
    asked: AtomicBool,
    desks: Mutex<Vec<Arc<Desk>>>,
    /// Requests that were counted at desks which are no more.
    requests_before: AtomicU64,
    rest: Mutex<Rest>,
    called: Condvar,
    /// Threads that rest and have not been called, as it stands under the lock.
    resting: AtomicUsize,
    /// Events that nobody has in hand: whoever is free takes them before it waits.
    left: Mutex<VecDeque<Ready>>,
    left_count: AtomicUsize,
}

#[derive(Debug, Default)]
struct Rest {
    calls: usize,
    closed: bool,
}

/// What one thread is at.
#[derive(Debug, Default)]
pub(super) struct Desk {
    /// When its handler began, in nanoseconds since the start plus one; 0 for not in a handler.
    began: AtomicU64,
    /// Events that it has taken and not come to.
    backlog: Mutex<VecDeque<Ready>>,
    /// Requests that it has served: counted by its thread alone, which costs nothing to speak of.
    requests: AtomicU64,
}

/// What a thread without work does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// Wait for events: so many at most, so long at most.
    Wait { max: usize, timeout: Option<Duration> },
    /// Rest until it is called.
    Rest,
}

impl Crowd {
    /// At most `max` threads.
    pub(super) fn new(max: usize, start: Instant) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self::with_cores(cores, max, start)
    }

    pub(super) fn with_cores(cores: usize, max: usize, start: Instant) -> Self {
        let max = max.max(1);
        Self {
            start,
            cores,
            min: cores.max(2).min(max),
            max,
            alive: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            average_nanoseconds: AtomicU64::new(0),
            asked: AtomicBool::new(false),
            desks: Mutex::default(),
            requests_before: AtomicU64::new(0),
            rest: Mutex::default(),
            called: Condvar::new(),
            resting: AtomicUsize::new(0),
            left: Mutex::default(),
            left_count: AtomicUsize::new(0),
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
        lock(&self.desks).push(Arc::clone(&desk));
        Some(desk)
    }

    /// Gives a place back.
    pub(super) fn leave(&self, desk: &Arc<Desk>) {
        self.clear_away(desk);
        self.alive.fetch_sub(1, Ordering::SeqCst);
    }

    fn clear_away(&self, desk: &Arc<Desk>) {
        let mut desks = lock(&self.desks);
        let before = desks.len();
        desks.retain(|other| !Arc::ptr_eq(other, desk));
        if desks.len() < before {
            self.requests_before.fetch_add(desk.requests.load(Ordering::Relaxed), Ordering::Relaxed);
        }
    }

    /// Requests since the start.
    pub(super) fn requests(&self) -> u64 {
        let desks = lock(&self.desks);
        let now: u64 = desks.iter().map(|desk| desk.requests.load(Ordering::Relaxed)).sum();
        now.saturating_add(self.requests_before.load(Ordering::Relaxed))
    }

    /// Gives a place back if there are more threads than the minimum, and nothing is left for this one; whether it did.
    pub(super) fn retire(&self, desk: &Arc<Desk>) -> bool {
        if self.left_count.load(Ordering::SeqCst) > 0 {
            return false;
        }
        let fewer = |alive: usize| (alive > self.min).then(|| alive - 1);
        if self.alive.fetch_update(Ordering::SeqCst, Ordering::SeqCst, fewer).is_err() {
            return false;
        }
        self.clear_away(desk);
        true
    }

    /// What a thread without work does next. `surplus` is its own, how often it has found another one waiting: a thread
    /// that has just begun starts with [`START`](Self::START).
    pub(super) fn begin_wait(&self, surplus: &mut u32) -> Plan {
        let slow = self.is_slow();
        if slow || self.waiting.load(Ordering::SeqCst) == 0 {
            *surplus = 0;
        } else if *surplus >= SURPLUS_MAX {
            return Plan::Rest;
        } else {
            *surplus += 1;
        }
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let timeout = (self.alive.load(Ordering::Relaxed) > self.min).then_some(IDLE);
        Plan::Wait { max: self.share(slow), timeout }
    }

    /// What `surplus` is for a thread that has just begun.
    pub(super) const START: u32 = SURPLUS_MAX;

    /// How many events a thread takes at a time: one where handlers block, since others would wait for it.
    fn share(&self, slow: bool) -> usize {
        match self.cores {
            _ if slow => 1,
            1 => EVENTS_MAX,
            _ => SHARE,
        }
    }

    /// A thread has come back from waiting; whether it was the last one that waited.
    pub(super) fn end_wait(&self) -> bool {
        self.waiting.fetch_sub(1, Ordering::SeqCst) == 1
    }

    /// A thread has taken `count` of at most `max` events: if that is all it can take at once, and there is a core for
    /// another one, that one is called.
    pub(super) fn share_out(&self, count: usize, max: usize) {
        if max > 1 && count == max && self.active() < self.cores {
            self.call();
        }
    }

    /// None is left waiting, or events lie on a desk; whether someone must be told to keep an eye on that: of one thread that
    /// may be all, it can be told at least that it is busy.
    pub(super) fn ask(&self) -> bool {
        (self.can_do_more() || self.alive() > 1 || self.max == 1)
            && !self.asked.load(Ordering::SeqCst)
            && !self.asked.swap(true, Ordering::SeqCst)
    }

    /// Whether someone must go on keeping an eye on the crowd: nobody waits, or events lie on a desk whose thread may be
    /// in a handler that blocks; and something could be done about it, if only to tell (`tells`) that nothing can. Whoever
    /// looks again soon anyway (`goes_on`) need not be asked.
    pub(super) fn is_asked(&self, tells: bool, goes_on: bool) -> bool {
        if !self.asked.load(Ordering::SeqCst) {
            return false;
        }
        // In this order: who ceases to wait or takes events behind the first line asks anew.
        self.asked.store(false, Ordering::SeqCst);
        let still =
            !self.someone_waits() && (tells || self.can_do_more()) || self.alive() > 1 && self.has_backlog();
        if still || goes_on {
            self.asked.store(true, Ordering::SeqCst);
        }
        still
    }

    fn has_backlog(&self) -> bool {
        lock(&self.desks).iter().any(|desk| !lock(&desk.backlog).is_empty())
    }

    /// Whether someone has been asked to, and has not found it settled since.
    pub(super) fn has_been_asked(&self) -> bool {
        self.asked.load(Ordering::SeqCst)
    }

    /// How long after a look that found nobody waiting the next one comes.
    pub(super) const fn look_again_after(&self) -> Duration {
        if self.max == 1 { TELL_AFTER } else { BLOCKED_AFTER }
    }

    fn can_do_more(&self) -> bool {
        self.alive.load(Ordering::Relaxed) < self.max || self.resting.load(Ordering::SeqCst) > 0
    }

    fn active(&self) -> usize {
        self.alive.load(Ordering::Relaxed).saturating_sub(self.resting.load(Ordering::Relaxed))
    }

    /// Rests until it is called or the crowd goes; whether that was within `IDLE`.
    pub(super) fn rest(&self) -> bool {
        self.lie_down();
        let mut rest = lock(&self.rest);
        while !self.get_up(&mut rest) {
            let (guard, timeout) =
                self.called.wait_timeout(rest, IDLE).unwrap_or_else(PoisonError::into_inner);
            rest = guard;
            if timeout.timed_out() && rest.calls == 0 {
                self.resting.fetch_sub(1, Ordering::SeqCst);
                return false;
            }
        }
        true
    }

    /// A thread can be called from now on.
    fn lie_down(&self) {
        let _rest = lock(&self.rest);
        self.resting.fetch_add(1, Ordering::SeqCst);
    }

    /// Answers a call, if there is one; whether the thread's rest is over.
    fn get_up(&self, rest: &mut Rest) -> bool {
        if rest.calls > 0 {
            // Whoever called has counted it already.
            rest.calls -= 1;
            return true;
        }
        if rest.closed {
            self.resting.fetch_sub(1, Ordering::SeqCst);
        }
        rest.closed
    }

    /// Calls a thread that rests; whether there was one.
    pub(super) fn call(&self) -> bool {
        if self.resting.load(Ordering::SeqCst) == 0 {
            return false;
        }
        let mut rest = lock(&self.rest);
        if self.resting.load(Ordering::SeqCst) == 0 {
            return false;
        }
        self.resting.fetch_sub(1, Ordering::SeqCst);
        rest.calls += 1;
        drop(rest);
        self.called.notify_one();
        true
    }

    /// Nobody rests any more, now or later.
    pub(super) fn close(&self) {
        lock(&self.rest).closed = true;
        self.called.notify_all();
    }

    /// The next event of this thread's own, or one that nobody has in hand; and whether a thread that waits should look
    /// for more of those.
    pub(super) fn next(&self, desk: &Desk) -> Option<(Ready, bool)> {
        if let Some(own) = lock(&desk.backlog).pop_front() {
            return Some((own, false));
        }
        if self.left_count.load(Ordering::SeqCst) == 0 {
            return None;
        }
        let mut left = lock(&self.left);
        let ready = left.pop_front();
        self.left_count.store(left.len(), Ordering::SeqCst);
        ready.map(|ready| (ready, !left.is_empty() && self.someone_waits()))
    }

    /// Events that a thread has taken, to be done in this order by [`next`](Self::next).
    pub(super) fn keep(&self, desk: &Desk, events: impl Iterator<Item = Ready>) {
        lock(&desk.backlog).extend(events);
    }

    /// Leaves an event to whoever is free. The caller sees to it that somebody looks.
    pub(super) fn leave_event(&self, ready: Ready) {
        let mut left = lock(&self.left);
        left.push_back(ready);
        self.left_count.store(left.len(), Ordering::SeqCst);
    }

    /// So many handlers have taken so long each.
    pub(super) fn count_handlers(&self, count: u32, each: Duration) {
        let took = u64::try_from(each.as_nanos()).unwrap_or(u64::MAX).min(COUNTED_NANOSECONDS);
        let weight = u64::from(count.min(16));
        let average = self.average_nanoseconds.load(Ordering::Relaxed);
        // Two threads may write at once: then one of them is not counted.
        self.average_nanoseconds
            .store(average - average * weight / 16 + took * weight / 16, Ordering::Relaxed);
    }

    /// Whether handlers take so long that answers before them should not wait for theirs.
    pub(super) fn is_slow(&self) -> bool {
        self.average_nanoseconds.load(Ordering::Relaxed) > SLOW_NANOSECONDS
    }

    /// Whether a thread is left that waits for events.
    pub(super) fn someone_waits(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) > 0
    }

    /// Takes the events from threads whose handlers seem to block, for others; whether some lie there now.
    pub(super) fn take_from_blocked(&self, now: Instant) -> bool {
        let late = self.late(now);
        for desk in lock(&self.desks).iter().filter(|desk| desk.is_blocked(late)) {
            let taken = std::mem::take(&mut *lock(&desk.backlog));
            taken.into_iter().for_each(|ready| self.leave_event(ready));
        }
        self.left_count.load(Ordering::SeqCst) > 0
    }

    /// How many threads should be started now.
    ///
    /// Those whose handlers seem to block do not count towards the minimum that can run; where that is all of them, there
    /// come half as many again, so that a crowd of slow peers delays others for some looks and not for hundreds; and where
    /// handlers are slow on average, each look that finds nobody waiting adds some. Those that rest are called first.
    pub(super) fn missing(&self, now: Instant) -> usize {
        if self.someone_waits() {
            return 0;
        }
        let late = self.late(now);
        let desks = lock(&self.desks);
        let blocked = desks.iter().filter(|desk| desk.is_blocked(late)).count();
        let alive = desks.len();
        drop(desks);
        let growth = if blocked == alive { blocked / 2 } else { 0 };
        let mut for_blocked = self.min.saturating_sub(alive.saturating_sub(blocked)).max(growth);
        let mut for_slow = if self.is_slow() { self.min } else { 0 };
        // A thread that rests while others are blocked serves nobody.
        let wanted = blocked.max(for_slow);
        for _ in 0..wanted {
            if !self.call() {
                break;
            }
            for_blocked = for_blocked.saturating_sub(1);
            for_slow = for_slow.saturating_sub(1);
        }
        for_blocked.max(for_slow).min(self.max.saturating_sub(alive))
    }

    /// Whether there are as many threads as there may be, and the handlers of all seem to block.
    pub(super) fn is_exhausted(&self, now: Instant) -> bool {
        if self.someone_waits() || self.alive() < self.max {
            return false;
        }
        let late = self.late(now);
        lock(&self.desks).iter().all(|desk| desk.is_blocked(late))
    }

    /// Handlers that began before this stamp seem to block.
    fn late(&self, now: Instant) -> u64 {
        self.stamp(now).saturating_sub(u64::try_from(BLOCKED_AFTER.as_nanos()).unwrap_or(u64::MAX))
    }

    fn stamp(&self, now: Instant) -> u64 {
        stopwatch::stamp(self.start, now)
    }

    /// Tells one thread the time.
    pub(super) fn stopwatch(&self) -> Stopwatch {
        Stopwatch::new(self.start, BLOCKED_AFTER)
    }
}

impl Desk {
    /// A handler begins at `stamp`, by this crowd's count.
    pub(super) fn begin_handler(&self, stamp: u64) {
        self.began.store(stamp, Ordering::Relaxed);
    }

    pub(super) fn end_handler(&self) {
        self.began.store(0, Ordering::Relaxed);
    }

    /// Its thread has a request.
    pub(super) fn count_request(&self) {
        self.requests.store(self.requests.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
    }

    fn is_blocked(&self, late: u64) -> bool {
        (1..=late).contains(&self.began.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
