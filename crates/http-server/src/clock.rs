//! The one place that asks what time it is.

use http_proto::date::{HTTP_DATE_BYTES, format_http_date};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The steady clock.
#[expect(clippy::disallowed_methods, reason = "this is the clock file")]
pub(crate) fn now() -> Instant {
    #[cfg(test)]
    return Instant::now() + ahead();
    #[cfg(not(test))]
    Instant::now()
}

/// The steady clock in steps: two that are the same lie no further apart than one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Tick {
    step: Step,
    #[cfg(test)]
    ahead: Duration,
}

#[cfg(any(target_os = "linux", target_os = "android"))]
type Step = rustix::time::Timespec;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
type Step = Instant;

impl Tick {
    /// The one that it is now. Where the system has a clock of steps, it costs a fraction of [`now`].
    pub(crate) fn now() -> Self {
        Self {
            #[cfg(any(target_os = "linux", target_os = "android"))]
            step: rustix::time::clock_gettime(rustix::time::ClockId::MonotonicCoarse),
            #[cfg(not(any(target_os = "linux", target_os = "android")))]
            step: now(),
            #[cfg(test)]
            ahead: ahead(),
        }
    }

    /// How long a step is; `None` where there are no steps.
    pub(crate) fn length() -> Option<Duration> {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        return Duration::try_from(rustix::time::clock_getres(rustix::time::ClockId::MonotonicCoarse)).ok();
        #[cfg(not(any(target_os = "linux", target_os = "android")))]
        None
    }
}

#[cfg(test)]
thread_local! {
    static AHEAD: std::cell::Cell<Duration> = const { std::cell::Cell::new(Duration::ZERO) };
}

/// How far the steady clock of this thread has been put forward.
#[cfg(test)]
pub(crate) fn ahead() -> Duration {
    AHEAD.get()
}

/// Puts the steady clock of this thread forward: a wait that a test does not wait for.
#[cfg(test)]
pub(crate) fn advance(time: Duration) {
    AHEAD.set(AHEAD.get() + time);
}

/// The calendar.
#[expect(clippy::disallowed_methods, reason = "this is the clock file")]
pub(crate) fn wall() -> SystemTime {
    SystemTime::now()
}

/// What a Date field's line begins with.
const NAME: &[u8; 6] = b"Date: ";

/// A line with a Date field, its end included.
pub(crate) type DateLine = [u8; NAME.len() + HTTP_DATE_BYTES + 2];

/// The Date field, written once per second.
#[derive(Clone, Debug)]
pub(crate) struct DateText {
    /// When the steady clock reaches this, the second is over.
    until: Option<Instant>,
    line: DateLine,
}

impl Default for DateText {
    fn default() -> Self {
        Self { until: None, line: date_line(UNIX_EPOCH) }
    }
}

impl DateText {
    /// The line with the date at `now`. The calendar is asked once a second.
    pub(crate) fn at(&mut self, now: Instant, wall: impl FnOnce() -> SystemTime) -> &DateLine {
        if self.is_over(now) {
            let wall = wall();
            let into = wall.duration_since(UNIX_EPOCH).map_or(0, |since| since.subsec_nanos());
            self.until =
                now.checked_add(Duration::from_secs(1).saturating_sub(Duration::from_nanos(into.into())));
            self.line = date_line(wall);
        }
        &self.line
    }

    /// Whether the second of the line is over at `now`, or there has been none.
    pub(crate) fn is_over(&self, now: Instant) -> bool {
        self.until.is_none_or(|until| now >= until)
    }

    /// The line as it was last written.
    pub(crate) const fn line(&self) -> &DateLine {
        &self.line
    }
}

fn date_line(wall: SystemTime) -> DateLine {
    let mut line = [0; size_of::<DateLine>()];
    let mut bytes = NAME.iter().copied().chain(format_http_date(wall)).chain(*b"\r\n");
    line.fill_with(|| bytes.next().unwrap_or_default());
    line
}

#[cfg(test)]
mod tests;
