//! CPython's two date readers and the forms it writes. They are not the cookie date of RFC 6265, which
//! [`http_cookies::parse_cookie_date`] reads.

use super::words::is_blank;

/// Seconds since 1970 of a date as CPython's `http2time` reads it: `Wed, 09 Feb 1994 22:23:32 GMT` and looser forms.
///
/// A year of two digits is the one closest to `now` (seconds since 1970). Zones are `GMT`, `UTC`, `UT`, `Z` and numbers; others,
/// years before 1970 and asctime's form are no dates here. The day is checked against 31 and not against its month.
#[must_use]
pub fn http2time(text: &[u8], now: i64) -> Option<i64> {
    let mut scan = Scan { rest: text };
    scan.blanks();
    scan.weekday();
    let day = scan.digits(1, 2)?;
    scan.separator()?;
    let month = scan.word()?;
    scan.separator()?;
    let year = scan.digits(1, usize::MAX)?;
    let clock = scan.attempt(Scan::clock);
    scan.blanks();
    let zone = scan.attempt(Scan::zone_word);
    scan.blanks();
    scan.attempt(Scan::comment);
    scan.blanks();
    if !scan.rest.is_empty() || year > YEAR_MAX {
        return None;
    }
    let seconds = civil_to_unix(near_year(year, now), month_number(month)?, day, clock.unwrap_or_default())?;
    Some(seconds - offset(zone.unwrap_or(b"UTC"))?)
}

/// Seconds since 1970 of an ISO 8601 date as CPython's `iso2time` reads it: `1994-02-03 14:15:29 -0100`.
///
/// Unlike CPython's it reads fractions of seconds, and cuts them off.
#[must_use]
pub fn iso2time(text: &[u8]) -> Option<i64> {
    let mut scan = Scan { rest: text };
    let year = scan.digits(4, 4)?;
    scan.one_of(b"-/");
    let mut short = scan;
    let (month, day) = scan.month_and_day(2).or_else(|| {
        let pair = short.month_and_day(1)?;
        scan = short;
        Some(pair)
    })?;
    let clock = scan.attempt(Scan::iso_clock);
    scan.blanks();
    let zone = scan.attempt(Scan::iso_zone);
    scan.blanks();
    if !scan.rest.is_empty() {
        return None;
    }
    let seconds = civil_to_unix(year, month, day, clock.unwrap_or_default())?;
    Some(seconds - offset(zone.unwrap_or(b"UTC"))?)
}

/// `1994-11-24 08:49:37Z`, as LWP files have it (`time2isoz`).
#[must_use]
pub fn time2isoz(seconds: i64) -> String {
    let (year, month, day) = unix_to_civil(seconds.div_euclid(DAY));
    let (hour, minute, second) = clock_of(seconds);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}Z")
}

/// `Wed, 09-Feb-1994 22:23:32 GMT`, as Netscape had it (`time2netscape`).
#[must_use]
pub fn time2netscape(seconds: i64) -> String {
    let days = seconds.div_euclid(DAY);
    let (year, month, day) = unix_to_civil(days);
    let (hour, minute, second) = clock_of(seconds);
    // 1970-01-01 was a Thursday.
    let weekday = usize::try_from((days + 4).rem_euclid(7)).unwrap_or_default();
    let weekday = WEEKDAYS.get(weekday).copied().unwrap_or_default();
    let name =
        usize::try_from(month - 1).ok().and_then(|place| MONTHS.get(place)).copied().unwrap_or_default();
    format!("{weekday}, {day:02}-{name}-{year:04} {hour:02}:{minute:02}:{second:02} GMT")
}

const DAY: i64 = 86_400;
const YEAR_MAX: i64 = 9999;
const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

fn clock_of(seconds: i64) -> (i64, i64, i64) {
    let second = seconds.rem_euclid(DAY);
    (second / 3600, second / 60 % 60, second % 60)
}

/// A place in a text. What does not fit leaves it where it was if asked through [`attempt`](Self::attempt).
#[derive(Clone, Copy)]
struct Scan<'t> {
    rest: &'t [u8],
}

impl<'t> Scan<'t> {
    fn attempt<T>(&mut self, what: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let before = *self;
        let found = what(self);
        if found.is_none() {
            *self = before;
        }
        found
    }

    fn while_true(&mut self, max: usize, what: impl Fn(u8) -> bool) -> &'t [u8] {
        let end = self.rest.iter().take(max).position(|byte| !what(*byte));
        let end = end.unwrap_or(self.rest.len().min(max));
        let (head, rest) = self.rest.split_at_checked(end).unwrap_or((b"", self.rest));
        self.rest = rest;
        head
    }

    fn blanks(&mut self) -> usize {
        self.while_true(usize::MAX, is_blank).len()
    }

    fn digits(&mut self, min: usize, max: usize) -> Option<i64> {
        let digits = self.while_true(max, |byte| byte.is_ascii_digit());
        let number =
            digits.iter().fold(0_i64, |sum, d| sum.saturating_mul(10).saturating_add(i64::from(d - b'0')));
        (digits.len() >= min).then_some(number)
    }

    fn word(&mut self) -> Option<&'t [u8]> {
        let word = self.while_true(usize::MAX, |byte| byte.is_ascii_alphanumeric() || byte == b'_');
        (!word.is_empty()).then_some(word)
    }

    fn one_of(&mut self, marks: &[u8]) -> bool {
        !self.while_true(1, |byte| marks.contains(&byte)).is_empty()
    }

    fn separator(&mut self) -> Option<()> {
        (self.blanks() > 0 || self.one_of(b"-/")).then_some(())
    }

    fn weekday(&mut self) {
        self.attempt(|scan| {
            let word = scan.while_true(usize::MAX, |byte| byte.is_ascii_alphabetic());
            let head = word.get(..3)?;
            WEEKDAYS.iter().any(|day| head.eq_ignore_ascii_case(day.as_bytes())).then_some(())?;
            scan.one_of(b",");
            scan.blanks();
            Some(())
        });
    }

    fn clock(&mut self) -> Option<(i64, i64, i64)> {
        (self.blanks() > 0 || self.one_of(b":")).then_some(())?;
        let hour = self.digits(1, 2)?;
        self.one_of(b":").then_some(())?;
        let minute = self.digits(2, 2)?;
        let second = self.attempt(|scan| scan.one_of(b":").then(|| scan.digits(2, 2)).flatten());
        Some((hour, minute, second.unwrap_or(0)))
    }

    fn zone_word(&mut self) -> Option<&'t [u8]> {
        let start = self.rest;
        let sign = usize::from(self.one_of(b"+-"));
        let digits = self.while_true(4, |byte| byte.is_ascii_digit()).len();
        if digits >= 2 {
            return start.get(..sign + digits);
        }
        self.rest = start;
        let name = self.while_true(usize::MAX, |byte| byte.is_ascii_alphabetic());
        let half_day = name.eq_ignore_ascii_case(b"AM") || name.eq_ignore_ascii_case(b"PM");
        (!name.is_empty() && !half_day).then_some(name)
    }

    fn comment(&mut self) -> Option<()> {
        self.one_of(b"(").then_some(())?;
        self.word()?;
        self.one_of(b")").then_some(())
    }

    fn month_and_day(&mut self, month_digits: usize) -> Option<(i64, i64)> {
        let month = self.digits(month_digits, month_digits)?;
        self.one_of(b"-/");
        Some((month, self.digits(1, 2)?))
    }

    fn iso_clock(&mut self) -> Option<(i64, i64, i64)> {
        (self.blanks() > 0 || self.one_of(b"-:Tt")).then_some(())?;
        let hour = self.digits(1, 2)?;
        self.one_of(b":");
        let minute = self.digits(2, 2)?;
        let second = self.attempt(|scan| {
            scan.one_of(b":");
            let second = scan.digits(2, 2)?;
            if scan.one_of(b".") {
                scan.digits(0, usize::MAX)?;
            }
            Some(second)
        });
        Some((hour, minute, second.unwrap_or(0)))
    }

    fn iso_zone(&mut self) -> Option<&'t [u8]> {
        let start = self.rest;
        if self.one_of(b"Zz") {
            return start.get(..1);
        }
        self.one_of(b"+-");
        self.digits(1, 2)?;
        self.attempt(|scan| {
            scan.one_of(b":");
            scan.digits(2, 2)
        });
        start.get(..start.len() - self.rest.len())
    }
}

/// A month by name, of which three letters are the whole, or by number.
fn month_number(word: &[u8]) -> Option<i64> {
    let named = MONTHS.iter().position(|name| word.eq_ignore_ascii_case(name.as_bytes()));
    if let Some(place) = named {
        return i64::try_from(place + 1).ok();
    }
    super::words::python_integer(word).filter(|month| (1..=12).contains(month))
}

/// The year meant by a short number: the one closest to now.
fn near_year(year: i64, now: i64) -> i64 {
    if year >= 1000 {
        return year;
    }
    let (this_year, _, _) = unix_to_civil(now.div_euclid(DAY));
    let within = this_year % 100;
    let candidate = year + this_year - within;
    match within - year {
        gap if gap > 50 => candidate + 100,
        gap if gap < -50 => candidate - 100,
        _ => candidate,
    }
}

/// The seconds by which a zone is ahead of UTC.
fn offset(zone: &[u8]) -> Option<i64> {
    if [&b"GMT"[..], b"UTC", b"UT", b"Z"].iter().any(|name| zone.eq_ignore_ascii_case(name)) {
        return Some(0);
    }
    let (negative, digits) = match zone {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        all => (false, all),
    };
    let number = |digits: &[u8]| {
        let well = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
        well.then(|| digits.iter().fold(0_i64, |sum, digit| sum * 10 + i64::from(digit - b'0')))
    };
    let (hours, minutes) = match digits.iter().position(|byte| *byte == b':') {
        Some(at) => (digits.get(..at)?, digits.get(at + 1..)?),
        None if digits.len() > 2 => digits.split_at_checked(digits.len() - 2)?,
        None => (digits, &b""[..]),
    };
    let minutes = if minutes.is_empty() { 0 } else { number(minutes)? };
    let ahead = number(hours)? * 3600 + minutes * 60;
    Some(if negative { -ahead } else { ahead })
}

/// Seconds since 1970, with the loose bounds of CPython: 31 days a month, hour 24, second 61.
fn civil_to_unix(year: i64, month: i64, day: i64, (hour, minute, second): (i64, i64, i64)) -> Option<i64> {
    let fits = (1970..=YEAR_MAX).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && (0..=24).contains(&hour)
        && (0..=59).contains(&minute)
        && (0..=61).contains(&second);
    fits.then(|| {
        let days = days_from_civil(year, month, 1) + day - 1;
        days * DAY + hour * 3600 + minute * 60 + second
    })
}

/// Days since 1970 of a date, in years that begin in March.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The date of a day, counted from 1970.
fn unix_to_civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = (shifted_month + 2) % 12 + 1;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests;
