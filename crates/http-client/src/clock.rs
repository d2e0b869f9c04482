//! The clock, the only file that asks for the time.

use crate::bell::Bell;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Tells the time that deadlines are measured by. Tests bring their own: [`FakeClock`](crate::testing::FakeClock).
pub trait Clock: fmt::Debug + Send + Sync {
    /// The time now.
    fn now(&self) -> Instant;

    /// Waits until `bell` is rung or `limit` has passed, for ever without one: whether it was rung. By the system's time
    /// unless a clock knows better.
    fn wait(&self, bell: &Arc<Bell>, limit: Option<Duration>) -> bool {
        bell.wait(limit)
    }
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Instant {
        (**self).now()
    }

    fn wait(&self, bell: &Arc<Bell>, limit: Option<Duration>) -> bool {
        (**self).wait(bell, limit)
    }
}

/// The system's monotonic clock.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "it has no fields and never will")]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn now(&self) -> Instant {
        Instant::now()
    }
}

/// A moment until which something may take, or none.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Deadline(pub(crate) Option<Instant>);

impl Deadline {
    /// `limit` from now on. A limit beyond what the clock can express never passes.
    pub(crate) fn after(clock: &dyn Clock, limit: Option<Duration>) -> Self {
        Self(limit.and_then(|limit| clock.now().checked_add(limit)))
    }

    /// `limit` from `now` on.
    pub(crate) fn since(now: Instant, limit: Option<Duration>) -> Self {
        Self(limit.and_then(|limit| now.checked_add(limit)))
    }

    /// Time that is left: zero when it has passed.
    pub(crate) fn left(self, clock: &dyn Clock) -> Option<Duration> {
        self.0.map(|until| until.saturating_duration_since(clock.now()))
    }

    /// Time that is left at `now`.
    pub(crate) fn left_at(self, now: Instant) -> Option<Duration> {
        self.0.map(|until| until.saturating_duration_since(now))
    }

    /// The earlier of two, and whether it is the other one.
    pub(crate) fn earlier(self, other: Self) -> (Self, bool) {
        match (self.0, other.0) {
            (Some(mine), Some(others)) if others < mine => (other, true),
            (None, Some(_)) => (other, true),
            _ => (self, false),
        }
    }
}
