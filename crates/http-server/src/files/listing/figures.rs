//! Numbers, sizes and times as text, without the machinery of formatting: a long listing has three of them a line.

use std::time::{SystemTime, UNIX_EPOCH};

/// Appends a number in decimal digits: `http_proto::encode_decimal` for text, which takes no bytes unchecked.
pub(super) fn push_number(out: &mut String, mut number: u64) {
    const DIGITS_MAX: usize = 20;
    let mut digits = [b'0'; DIGITS_MAX];
    let mut used = 0;
    for place in digits.iter_mut().rev() {
        *place = digit(number % 10);
        used += 1;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    let digits = digits.get(DIGITS_MAX - used..).unwrap_or_default();
    out.push_str(std::str::from_utf8(digits).unwrap_or_default());
}

/// Appends a size as a person reads it: `512 B`, `1.5 kB`, `20 MB`, powers of 1000.
pub(crate) fn push_size(out: &mut String, size_bytes: u64) {
    const UNITS: [&str; 6] = [" kB", " MB", " GB", " TB", " PB", " EB"];
    if size_bytes < 1000 {
        push_number(out, size_bytes);
        out.push_str(" B");
        return;
    }
    let mut unit_bytes: u64 = 1000;
    for (index, unit) in UNITS.into_iter().enumerate() {
        let is_last = index + 1 == UNITS.len();
        let (units, rest) = (size_bytes / unit_bytes, size_bytes % unit_bytes);
        let whole = units + u64::from(rest >= unit_bytes - unit_bytes / 2);
        if whole >= 1000 && !is_last {
            unit_bytes = unit_bytes.saturating_mul(1000);
            continue;
        }
        // Ten times less than the largest unit fits.
        let tenths = units * 10 + (rest * 10 + unit_bytes / 2) / unit_bytes;
        if tenths < 100 {
            push_number(out, tenths / 10);
            out.push('.');
            push_number(out, tenths % 10);
        } else {
            push_number(out, whole);
        }
        out.push_str(unit);
        return;
    }
}

/// A time in UTC to the second, as in RFC 3339: `2026-01-02T03:04:05Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UtcText([u8; 20]);

impl UtcText {
    /// `None` for times outside of the years 1970 to 9999.
    pub(crate) fn of(when: SystemTime) -> Option<Self> {
        let seconds = when.duration_since(UNIX_EPOCH).ok()?.as_secs();
        let when = time::UtcDateTime::from_unix_timestamp(i64::try_from(seconds).ok()?).ok()?;
        let year = u64::try_from(when.year()).ok().filter(|year| *year <= 9999)?;
        let (hour, minute, second) = when.as_hms();
        let mut text = *b"0000-00-00T00:00:00Z";
        let mut put = |at: usize, number: u64| {
            if let Some(place) = text.get_mut(at..at + 2) {
                place.copy_from_slice(&[digit(number / 10), digit(number % 10)]);
            }
        };
        put(0, year / 100);
        put(2, year % 100);
        put(5, u8::from(when.month()).into());
        put(8, when.day().into());
        put(11, hour.into());
        put(14, minute.into());
        put(17, second.into());
        Some(Self(text))
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// `2026-01-02`.
    pub(crate) fn day(&self) -> &str {
        self.as_str().get(..10).unwrap_or_default()
    }

    /// `03:04`.
    pub(crate) fn minute(&self) -> &str {
        self.as_str().get(11..16).unwrap_or_default()
    }
}

/// The digit for a number below ten.
fn digit(number: u64) -> u8 {
    b'0' + u8::try_from(number % 10).unwrap_or_default()
}

#[cfg(test)]
mod tests;
