//! The cookie date of RFC 6265bis §5.1.1: the algorithm that takes whatever servers have ever written into `Expires`.
//!
//! Writing a date is the business of the cookie builder; the other date readers of Python's cookie jar are the jar's.

/// Reads a cookie date by the algorithm of RFC 6265bis §5.1.1: seconds since 1970-01-01 00:00:00 UTC, negative before it.
///
/// Weekday, time zone and everything else that the algorithm does not name are ignored; `None` when a field is missing or
/// out of range, or when the year is before 1601. One pass, no allocation.
///
/// ```
/// assert_eq!(http_cookies::parse_cookie_date(b"Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
/// assert_eq!(http_cookies::parse_cookie_date(b"8:49:37 6-nov-94"), Some(784_111_777));
/// assert_eq!(http_cookies::parse_cookie_date(b"next tuesday"), None);
/// ```
#[must_use]
#[doc(alias = "http2time")]
pub fn parse_cookie_date(text: &[u8]) -> Option<i64> {
    let mut found = Found::default();
    for token in text.split(|&byte| is_delimiter(byte)) {
        if !token.is_empty() {
            found.take(token);
        }
    }
    found.seconds()
}

/// `delimiter = %x09 / %x20-2F / %x3B-40 / %x5B-60 / %x7B-7E`
const fn is_delimiter(byte: u8) -> bool {
    matches!(byte, 0x09 | 0x20..=0x2F | 0x3B..=0x40 | 0x5B..=0x60 | 0x7B..=0x7E)
}

/// What the tokens have said so far; the first token that fits a field decides it.
#[derive(Default)]
struct Found {
    time: Option<(u32, u32, u32)>,
    day: Option<u32>,
    month: Option<u32>,
    year: Option<u32>,
}

impl Found {
    /// §5.1.1 step 2: time, day, month and year are tried in this order.
    fn take(&mut self, token: &[u8]) {
        if self.time.is_none() {
            self.time = time_of_day(token);
            if self.time.is_some() {
                return;
            }
        }
        if self.day.is_none() {
            self.day = number(token, 1, 2);
            if self.day.is_some() {
                return;
            }
        }
        if self.month.is_none() {
            self.month = month(token);
            if self.month.is_some() {
                return;
            }
        }
        if self.year.is_none() {
            self.year = number(token, 2, 4);
        }
    }

    /// §5.1.1 steps 3 to 7.
    fn seconds(&self) -> Option<i64> {
        let (hour, minute, second) = self.time?;
        let (day, month) = (self.day?, self.month?);
        let year = match self.year? {
            short @ 70..=99 => short + 1900,
            short @ 0..=69 => short + 2000,
            full => full,
        };
        if year < 1601 || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        if day < 1 || day > days_in_month(year, month) {
            return None;
        }
        let days = days_from_civil(i64::from(year), i64::from(month), i64::from(day));
        Some(days * 86_400 + i64::from(hour * 3600 + minute * 60 + second))
    }
}

/// The digits at the front of `token`: their value and what follows; `None` unless there are `min` to `max` of them.
fn leading_number(token: &[u8], min: usize, max: usize) -> Option<(u32, &[u8])> {
    let mut value = 0;
    let mut rest = token;
    let mut digits = 0;
    while let Some((&byte @ b'0'..=b'9', tail)) = rest.split_first() {
        digits += 1;
        if digits > max {
            return None;
        }
        value = value * 10 + u32::from(byte - b'0');
        rest = tail;
    }
    (digits >= min).then_some((value, rest))
}

/// `day-of-month = 1*2DIGIT [ non-digit *OCTET ]`, `year = 2*4DIGIT [ non-digit *OCTET ]`
fn number(token: &[u8], min: usize, max: usize) -> Option<u32> {
    leading_number(token, min, max).map(|(value, _)| value)
}

/// `time = hms-time [ non-digit *OCTET ]`, `hms-time = time-field ":" time-field ":" time-field`, `time-field = 1*2DIGIT`
fn time_of_day(token: &[u8]) -> Option<(u32, u32, u32)> {
    let (hour, rest) = leading_number(token, 1, 2)?;
    let (minute, rest) = leading_number(rest.strip_prefix(b":")?, 1, 2)?;
    let (second, _) = leading_number(rest.strip_prefix(b":")?, 1, 2)?;
    Some((hour, minute, second))
}

/// `month = ( "jan" / "feb" / … / "dec" ) *OCTET`, in any case, as 1 to 12.
fn month(token: &[u8]) -> Option<u32> {
    let [a, b, c] = token.first_chunk::<3>()?;
    match &[a.to_ascii_lowercase(), b.to_ascii_lowercase(), c.to_ascii_lowercase()] {
        b"jan" => Some(1),
        b"feb" => Some(2),
        b"mar" => Some(3),
        b"apr" => Some(4),
        b"may" => Some(5),
        b"jun" => Some(6),
        b"jul" => Some(7),
        b"aug" => Some(8),
        b"sep" => Some(9),
        b"oct" => Some(10),
        b"nov" => Some(11),
        b"dec" => Some(12),
        _ => None,
    }
}

const fn days_in_month(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar, counted from 1 March so that the leap day ends the year.
const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719_468
}

#[cfg(test)]
mod tests;
