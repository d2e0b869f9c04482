//! The one place of this crate that asks what time it is.

use std::time::SystemTime;

#[expect(clippy::disallowed_methods, reason = "the clock of the calls that take no time")]
pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}
