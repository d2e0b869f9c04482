//! Writing the date of an `Expires` attribute, and the way from a `SystemTime` to seconds and back.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http_proto::date::{HTTP_DATE_BYTES, format_http_date};

/// Whole seconds since 1970, rounded down and saturated.
pub(crate) fn unix_seconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
        Err(before) => {
            let before = before.duration();
            let whole = i64::try_from(before.as_secs()).unwrap_or(i64::MAX).saturating_neg();
            if before.subsec_nanos() > 0 { whole.saturating_sub(1) } else { whole }
        }
    }
}

/// The date of so many seconds since 1970, `Sun, 06 Nov 1994 08:49:37 GMT`; held within the years 1970 to 9999, since
/// everything outside means “expired” or “never” all the same.
pub(crate) fn date_bytes(seconds: i64) -> [u8; HTTP_DATE_BYTES] {
    let since = Duration::from_secs(u64::try_from(seconds).unwrap_or_default().min(SECONDS_MAX));
    format_http_date(UNIX_EPOCH + since)
}

/// 9999-12-31 23:59:59, the last second that four digits of a year can say.
const SECONDS_MAX: u64 = 253_402_300_799;

#[cfg(test)]
mod tests;
