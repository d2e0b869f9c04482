//! The one place of this crate that asks for the time of day.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970-01-01 00:00 UTC, by the system's clock.
#[expect(clippy::disallowed_methods, reason = "this file is the crate's clock; everything else takes `now`")]
pub(crate) fn now() -> i64 {
    unix_seconds(SystemTime::now())
}

/// Seconds since 1970 of a point in time, rounded down.
#[must_use]
pub fn unix_seconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
        Err(before) => {
            let gap = before.duration();
            let whole = i64::try_from(gap.as_secs()).unwrap_or(i64::MAX);
            if gap.subsec_nanos() == 0 { -whole } else { -whole - 1 }
        }
    }
}
