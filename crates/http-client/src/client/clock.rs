//! The wall clock, for `Retry-After` dates.

use std::time::SystemTime;

/// The time of day.
#[expect(clippy::disallowed_methods, reason = "this is the clock")]
pub(crate) fn wall_now() -> SystemTime {
    SystemTime::now()
}
