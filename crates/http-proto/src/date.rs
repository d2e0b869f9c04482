//! Dates in header fields (RFC 9110 §5.6.7): IMF-fixdate out, all three forms in. It is told the time, never asks.

use std::time::{Duration, SystemTime, UNIX_EPOCH};
use time::{Date, Month, OffsetDateTime, Time, UtcDateTime};

/// Bytes of an IMF-fixdate.
pub const HTTP_DATE_BYTES: usize = 29;

/// Writes `Sun, 06 Nov 1994 08:49:37 GMT`, whole seconds, rounded down.
///
/// Times before the year 1970 are written as its first second, those behind the year 9999 as its last: the format
/// has four digits, and nothing of HTTP lies outside. Python: `email.utils.formatdate(usegmt=True)`.
#[must_use]
pub fn format_http_date(when: SystemTime) -> [u8; HTTP_DATE_BYTES] {
    const LATEST_SECONDS: u64 = 253_402_300_799;
    let seconds = when.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()).min(LATEST_SECONDS);
    let when = i64::try_from(seconds)
        .ok()
        .and_then(|seconds| UtcDateTime::from_unix_timestamp(seconds).ok())
        .unwrap_or(UtcDateTime::UNIX_EPOCH);
    let day_name = DAYS.get(usize::from(when.weekday().number_days_from_monday())).map_or("Mon", |day| day.0);
    let month_name = MONTHS.get(usize::from(u8::from(when.month())) - 1).copied().unwrap_or("Jan");
    let year = u32::try_from(when.year()).unwrap_or_default();

    let mut text = *b"Mon, 00 Jan 0000 00:00:00 GMT";
    let mut put = |at: usize, bytes: &[u8]| {
        if let Some(place) = text.get_mut(at..at + bytes.len()) {
            place.copy_from_slice(bytes);
        }
    };
    put(0, day_name.get(..3).unwrap_or(day_name).as_bytes());
    put(5, &two_digits(u32::from(when.day())));
    put(8, month_name.as_bytes());
    put(12, &two_digits(year / 100));
    put(14, &two_digits(year % 100));
    put(17, &two_digits(u32::from(when.hour())));
    put(20, &two_digits(u32::from(when.minute())));
    put(23, &two_digits(u32::from(when.second())));
    text
}

/// Reads a date in any of the three forms; `None` for everything else, impossible dates included.
///
/// ```text
/// Sun, 06 Nov 1994 08:49:37 GMT    IMF-fixdate
/// Sunday, 06-Nov-94 08:49:37 GMT   RFC 850; a year that seems over 50 years after `now` is in the past
/// Sun Nov  6 08:49:37 1994         ANSI C asctime()
/// ```
///
/// The name of the day must be one, but not that of the date. A leap second counts as the second before it.
#[must_use]
pub fn parse_http_date(text: &[u8], now: SystemTime) -> Option<SystemTime> {
    let text = std::str::from_utf8(text).ok()?;
    let (day_name, rest) = match text.split_once(", ") {
        Some(split) => split,
        None => return asctime(text),
    };
    if day_name.len() == 3 {
        let [day, month, year, clock, zone] = words(rest)?;
        is_day(day_name, false)?;
        if year.len() != 4 || zone != "GMT" {
            return None;
        }
        return at(digits(year)?, month_number(month)?, pair(day)?, clock);
    }
    is_day(day_name, true)?;
    let [date, clock, zone] = words(rest)?;
    let mut date = date.split('-');
    let (day, month, year) = (date.next()?, date.next()?, date.next()?);
    if date.next().is_some() || zone != "GMT" {
        return None;
    }
    at(full_year(pair(year)?, now), month_number(month)?, pair(day)?, clock)
}

/// `day-name SP month SP ( 2DIGIT / ( SP 1DIGIT ) ) SP time-of-day SP year`.
fn asctime(text: &str) -> Option<SystemTime> {
    if text.len() != 24 {
        return None;
    }
    is_day(text.get(..3)?, false)?;
    let blanks = [3, 7, 10, 19].iter().all(|&place| text.as_bytes().get(place) == Some(&b' '));
    let month = month_number(text.get(4..7)?)?;
    let day = text.get(8..10)?;
    let day = match day.strip_prefix(' ') {
        Some(digit) => digits(digit)?,
        None => pair(day)?,
    };
    if !blanks {
        return None;
    }
    at(digits(text.get(20..24)?)?, month, day, text.get(11..19)?)
}

/// RFC 9110 §5.6.7: a two-digit year that appears more than 50 years in the future is the most recent past one.
fn full_year(two_digits: u32, now: SystemTime) -> u32 {
    let this_year = u32::try_from(OffsetDateTime::from(now).year()).unwrap_or(1970);
    let year = this_year - this_year % 100 + two_digits;
    if year > this_year + 50 { year - 100 } else { year }
}

fn at(year: u32, month: Month, day: u32, clock: &str) -> Option<SystemTime> {
    let mut clock = clock.split(':');
    let (hour, minute, second) = (pair(clock.next()?)?, pair(clock.next()?)?, pair(clock.next()?)?);
    if clock.next().is_some() || second > 60 {
        return None;
    }
    let byte = |number: u32| u8::try_from(number).ok();
    let date = Date::from_calendar_date(i32::try_from(year).ok()?, month, byte(day)?).ok()?;
    let time = Time::from_hms(byte(hour)?, byte(minute)?, byte(second.min(59))?).ok()?;
    let seconds = UtcDateTime::new(date, time).unix_timestamp();
    match u64::try_from(seconds) {
        Ok(seconds) => UNIX_EPOCH.checked_add(Duration::from_secs(seconds)),
        Err(_) => UNIX_EPOCH.checked_sub(Duration::from_secs(seconds.unsigned_abs())),
    }
}

/// Exactly `N` words with single spaces between them.
fn words<const N: usize>(text: &str) -> Option<[&str; N]> {
    let mut found = [""; N];
    let mut words = text.split(' ');
    for place in &mut found {
        *place = words.next()?;
    }
    words.next().is_none().then_some(found)
}

fn is_day(name: &str, long: bool) -> Option<()> {
    DAYS.iter()
        .any(|(short_name, long_name)| name == if long { *long_name } else { *short_name })
        .then_some(())
}

fn month_number(name: &str) -> Option<Month> {
    let index = MONTHS.iter().position(|month| *month == name)?;
    Month::try_from(u8::try_from(index + 1).ok()?).ok()
}

fn pair(text: &str) -> Option<u32> {
    if text.len() == 2 { digits(text) } else { None }
}

fn digits(text: &str) -> Option<u32> {
    crate::ascii::decimal(text.as_bytes()).and_then(|number| u32::try_from(number).ok())
}

fn two_digits(number: u32) -> [u8; 2] {
    let digit = |number: u32| b'0' + u8::try_from(number % 10).unwrap_or_default();
    [digit(number / 10), digit(number)]
}

const DAYS: [(&str, &str); 7] = [
    ("Mon", "Monday"),
    ("Tue", "Tuesday"),
    ("Wed", "Wednesday"),
    ("Thu", "Thursday"),
    ("Fri", "Friday"),
    ("Sat", "Saturday"),
    ("Sun", "Sunday"),
];

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

#[cfg(test)]
mod tests;
