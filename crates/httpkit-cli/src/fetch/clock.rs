//! The clock, the only file here that asks for the time.

use std::time::Instant;

#[expect(clippy::disallowed_methods, reason = "this is the clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// The time in seconds since 1970.
#[expect(clippy::disallowed_methods, reason = "this is the clock")]
pub(crate) fn unix_now() -> i64 {
    httpkit::cookiejar::unix_seconds(std::time::SystemTime::now())
}
