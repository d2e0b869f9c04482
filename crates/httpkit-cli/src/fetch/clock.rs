//! The clock, the only file here that asks for the time.

use std::time::Instant;

#[expect(clippy::disallowed_methods, reason = "this is the clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
