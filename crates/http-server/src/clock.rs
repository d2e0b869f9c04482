//! The one place that asks what time it is.

use http_proto::date::{HTTP_DATE_BYTES, format_http_date};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The steady clock.
#[expect(clippy::disallowed_methods, reason = "this is the clock file")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// The calendar.
#[expect(clippy::disallowed_methods, reason = "this is the clock file")]
pub(crate) fn wall() -> SystemTime {
    SystemTime::now()
}

/// The text of a Date field, written once per second.
#[derive(Clone, Debug)]
pub(crate) struct DateText {
    second: u64,
    text: [u8; HTTP_DATE_BYTES],
}

impl Default for DateText {
    fn default() -> Self {
        Self { second: 0, text: format_http_date(UNIX_EPOCH) }
    }
}

impl DateText {
    /// The date of `now`, from the last call if that was in the same second.
    pub(crate) fn at(&mut self, now: SystemTime) -> &[u8; HTTP_DATE_BYTES] {
        let second = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        if second != self.second {
            self.second = second;
            self.text = format_http_date(now);
        }
        &self.text
    }
}

#[cfg(test)]
mod tests;
