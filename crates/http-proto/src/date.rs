//! Dates in header fields (RFC 9110 §5.6.7): IMF-fixdate out, all three forms in. It is told the time, never asks.

use std::time::{Duration, SystemTime, UNIX_EPOCH};
use time::{Date, Month, Time, UtcDateTime};

/// Bytes of an IMF-fixdate.
pub const HTTP_DATE_BYTES: usize = 29;

/// Writes `Sun, 06 Nov 1994 08:49:37 GMT`, whole seconds, rounded down.
///
/// Times before the year 1970 are written as its first second, those behind the year 9999 as its last: the format
/// has four digits, and nothing of HTTP lies outside. Python: `email.utils.formatdate(usegmt=True)`.
///
/// ```
/// use http_proto::date::{format_http_date, parse_http_date};
/// use std::time::{Duration, UNIX_EPOCH};
///
/// let when = UNIX_EPOCH + Duration::from_secs(784_111_777);
/// assert_eq!(&format_http_date(when), b"Sun, 06 Nov 1994 08:49:37 GMT");
/// assert_eq!(parse_http_date(b"Sunday, 06-Nov-94 08:49:37 GMT", when), Some(when));
/// ```
#[must_use]
#[doc(alias = "date_time_string")]
#[doc(alias = "weekdayname")]
#[doc(alias = "monthname")]
pub fn format_http_date(when: SystemTime) -> [u8; HTTP_DATE_BYTES] {
    let when = utc(when);
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
    // The form that everybody writes today has one length, which no other one has.
    if let Some(when) = imf_fixdate(text) {
        return Some(when);
    }
    let text = std::str::from_utf8(text).ok()?;
    let Some((day_name, rest)) = text.split_once(", ") else { return asctime(text) };
    is_day(day_name, true)?;
    let [date, clock, zone] = words(rest)?;
    let mut date = date.split('-');
    let (day, month, year) = (date.next()?, date.next()?, date.next()?);
    if date.next().is_some() || zone != "GMT" {
        return None;
    }
    let (month, day, clock) = (month_number(month)?, pair(day)?, time_of_day(clock)?);
    at(full_year(pair(year)?, (month, day, clock), now), month, day, clock)
}

/// `day-name "," SP 2DIGIT SP month SP 4DIGIT SP time-of-day SP GMT`, each character in its place.
fn imf_fixdate(text: &[u8]) -> Option<SystemTime> {
    const SHAPE: &[u8; HTTP_DATE_BYTES] = b"___, 00 ___ 0000 00:00:00 GMT";
    let text: &[u8; HTTP_DATE_BYTES] = text.try_into().ok()?;
    let fits = SHAPE.iter().zip(text).all(|(place, byte)| match place {
        b'_' => true,
        b'0' => byte.is_ascii_digit(),
        other => byte == other,
    });
    let name = |at: usize| text.get(at..at + 3);
    let pair =
        |at: usize| crate::ascii::decimal(text.get(at..at + 2)?).and_then(|two| u32::try_from(two).ok());
    let day = name(0).filter(|_| fits)?;
    DAYS.iter().any(|(short_name, _)| short_name.as_bytes() == day).then_some(())?;
    let month = name(8)?;
    let index = MONTHS.iter().position(|known| known.as_bytes() == month)?;
    let month = Month::try_from(u8::try_from(index + 1).ok()?).ok()?;
    at(pair(12)? * 100 + pair(14)?, month, pair(5)?, [pair(17)?, pair(20)?, pair(23)?])
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
    at(digits(text.get(20..24)?)?, month, day, time_of_day(text.get(11..19)?)?)
}

/// RFC 9110 §5.6.7: a two-digit year that would be more than 50 years in the future is the most recent past one.
fn full_year(two_digits: u32, rest: (Month, u32, [u32; 3]), now: SystemTime) -> u32 {
    let now = utc(now);
    let this_year = u32::try_from(now.year()).unwrap_or(1970);
    let century = this_year - this_year % 100;
    let (month, day, clock) = rest;
    let seen = (u8::from(month), day, clock);
    let clock_now = [now.hour(), now.minute(), now.second()].map(u32::from);
    let today = (u8::from(now.month()), u32::from(now.day()), clock_now);
    // The latest year with these digits that is not more than 50 years ahead, to the second.
    let mut year = century + 100 + two_digits;
    while (year, seen) > (this_year + 50, today) && year >= 100 {
        year -= 100;
    }
    year
}

/// `hour ":" minute ":" second`, each of two digits (RFC 9110 §5.6.7).
fn time_of_day(clock: &str) -> Option<[u32; 3]> {
    let mut parts = clock.split(':');
    let read = [pair(parts.next()?)?, pair(parts.next()?)?, pair(parts.next()?)?];
    parts.next().is_none().then_some(read)
}

fn at(year: u32, month: Month, day: u32, [hour, minute, second]: [u32; 3]) -> Option<SystemTime> {
    if second > 60 {
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

/// The calendar date of `when`, held to the years 1970 to 9999.
fn utc(when: SystemTime) -> UtcDateTime {
    const LATEST_SECONDS: u64 = 253_402_300_799;
    let seconds = when.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()).min(LATEST_SECONDS);
    i64::try_from(seconds)
        .ok()
        .and_then(|seconds| UtcDateTime::from_unix_timestamp(seconds).ok())
        .unwrap_or(UtcDateTime::UNIX_EPOCH)
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
