//! Tests of dates: three forms in, one out, the two-digit year, and everything that is no date.

use super::{format_http_date, parse_http_date};
use proptest::prelude::*;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const NOVEMBER_1994: u64 = 784_111_777;

fn after_epoch(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn format(seconds: u64) -> String {
    String::from_utf8(format_http_date(after_epoch(seconds)).to_vec()).unwrap()
}

/// Seconds from 1970 on for a text that is read in the year 2026.
fn read(text: &str) -> Option<i64> {
    let now = parse_http_date(b"Sun, 22 Nov 2026 12:00:00 GMT", UNIX_EPOCH).unwrap();
    let when = parse_http_date(text.as_bytes(), now)?;
    Some(match when.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap(),
        Err(before) => -i64::try_from(before.duration().as_secs()).unwrap(),
    })
}

#[test]
fn dates_that_are_written() {
    for (seconds, want) in [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (NOVEMBER_1994, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
        (951_868_799, "Tue, 29 Feb 2000 23:59:59 GMT"),
        (1_795_348_800, "Sun, 22 Nov 2026 12:00:00 GMT"),
        (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
        (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
        (253_402_300_800, "Fri, 31 Dec 9999 23:59:59 GMT"),
        (1 << 60, "Fri, 31 Dec 9999 23:59:59 GMT"),
    ] {
        assert_eq!(format(seconds), want);
    }
    let before = UNIX_EPOCH - Duration::from_secs(1);
    assert_eq!(&format_http_date(before), b"Thu, 01 Jan 1970 00:00:00 GMT");
    let fraction = after_epoch(NOVEMBER_1994) + Duration::from_millis(999);
    assert_eq!(&format_http_date(fraction), b"Sun, 06 Nov 1994 08:49:37 GMT");
}

#[test]
fn all_three_forms_are_read() {
    for text in
        ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]
    {
        assert_eq!(read(text), Some(784_111_777), "{text}");
    }
    assert_eq!(read("Wed Nov 16 08:49:37 1994"), Some(784_975_777));
}

#[test]
fn dates_at_the_edges() {
    for (text, want) in [
        ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
        ("Wed, 31 Dec 1969 23:59:59 GMT", Some(-1)),
        ("Tue, 29 Feb 2000 00:00:00 GMT", Some(951_782_400)),
        ("Fri, 29 Feb 2024 00:00:00 GMT", Some(1_709_164_800)),
        ("Mon, 01 Mar 2100 00:00:00 GMT", Some(4_107_542_400)),
        ("Mon, 29 Feb 2100 00:00:00 GMT", None),
        ("Sun, 29 Feb 1900 00:00:00 GMT", None),
        ("Sat, 29 Feb 2025 00:00:00 GMT", None),
        ("Sat, 30 Feb 2024 00:00:00 GMT", None),
        ("Tue, 31 Apr 2026 00:00:00 GMT", None),
        ("Tue, 00 Apr 2026 00:00:00 GMT", None),
        ("Tue, 32 Jan 2026 00:00:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", Some(253_402_300_799)),
        ("Sat, 01 Jan 0001 00:00:00 GMT", Some(-62_135_596_800)),
        // A leap second counts as the second before it.
        ("Sat, 31 Dec 2016 23:59:60 GMT", Some(1_483_228_799)),
        ("Sat, 31 Dec 2016 23:59:59 GMT", Some(1_483_228_799)),
        ("Sat, 31 Dec 2016 23:59:61 GMT", None),
        ("Sat, 31 Dec 2016 24:00:00 GMT", None),
        ("Sat, 31 Dec 2016 23:60:00 GMT", None),
        // The name of the day is not compared with the date.
        ("Mon, 06 Nov 1994 08:49:37 GMT", Some(784_111_777)),
    ] {
        assert_eq!(read(text), want, "{text}");
    }
}

#[test]
fn what_is_no_date() {
    for text in [
        "",
        "0",
        "784111777",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 gmt",
        "Sun, 06 Nov 1994 08:49:37 +0000",
        "Sun, 06 Nov 1994 08:49:37 GMT ",
        " Sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT GMT",
        "Sun,06 Nov 1994 08:49:37 GMT",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun,  6 Nov 1994 08:49:37 GMT",
        "Sun, 06  Nov 1994 08:49:37 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT",
        "Sun, 06 November 1994 08:49:37 GMT",
        "Sun, 06 11 1994 08:49:37 GMT",
        "Sun, 06 Nov 94 08:49:37 GMT",
        "Sun, 06 Nov 01994 08:49:37 GMT",
        "Sun, 06 Nov +994 08:49:37 GMT",
        "Sun, 06 Nov 1994 8:49:37 GMT",
        "Sun, 06 Nov 1994 08:49 GMT",
        "Sun, 06 Nov 1994 08:49:37:00 GMT",
        "Sun, 06 Nov 1994 08:49:37.5 GMT",
        "Sun, 06 Nov 1994 +8:49:37 GMT",
        "sun, 06 Nov 1994 08:49:37 GMT",
        "Son, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06-Nov-94 08:49:37 GMT",
        "Sunday, 06-Nov-1994 08:49:37 GMT",
        "Sunday, 6-Nov-94 08:49:37 GMT",
        "Sunday, 06-Nov-94-1 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 UTC",
        "Someday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov 6 08:49:37 1994",
        "Sun Nov  6 08:49:37 94",
        "Sun Nov 6  08:49:37 1994",
        "Sun Nov  0 08:49:37 1994",
        "Sun Nov  6 08:49:37 1994 GMT",
        "Sun-Nov- 6-08:49:37-1994",
        "Sun Nov \u{e9} 08:49:37 1994",
        "Sün, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov ١٩٩٤ 08:49:37 GMT",
    ] {
        assert_eq!(read(text), None, "{text:?}");
    }
    assert_eq!(parse_http_date(b"\xff\xfe", UNIX_EPOCH), None);
}

/// The year of a two-digit date that is read at `now`.
#[track_caller]
fn check_year(text: &str, now: &str, want: i32) {
    let now = parse_http_date(now.as_bytes(), UNIX_EPOCH).unwrap();
    let when = parse_http_date(text.as_bytes(), now).unwrap();
    let year = time::UtcDateTime::from(when).year();
    assert_eq!(year, want, "{text} at {now:?}");
}

#[test]
fn a_two_digit_year_is_at_most_fifty_years_ahead() {
    let now = "Sun, 22 Nov 2026 12:00:00 GMT";
    check_year("Sunday, 01-Jan-26 00:00:00 GMT", now, 2026);
    check_year("Sunday, 01-Jan-75 00:00:00 GMT", now, 2075);
    check_year("Sunday, 22-Nov-76 12:00:00 GMT", now, 2076);
    check_year("Sunday, 22-Nov-76 12:00:01 GMT", now, 1976);
    check_year("Sunday, 23-Nov-76 00:00:00 GMT", now, 1976);
    check_year("Sunday, 31-Oct-76 00:00:00 GMT", now, 2076);
    check_year("Sunday, 01-Jan-77 00:00:00 GMT", now, 1977);
    check_year("Sunday, 31-Dec-99 00:00:00 GMT", now, 1999);
    check_year("Saturday, 29-Feb-00 00:00:00 GMT", now, 2000);
    // Around the turn of a century.
    check_year("Saturday, 01-Jan-05 00:00:00 GMT", "Fri, 31 Dec 1999 23:59:59 GMT", 2005);
    check_year("Saturday, 01-Jan-49 00:00:00 GMT", "Fri, 31 Dec 1999 23:59:59 GMT", 2049);
    check_year("Saturday, 01-Jan-50 00:00:00 GMT", "Fri, 31 Dec 1999 23:59:59 GMT", 1950);
    check_year("Saturday, 01-Jan-99 00:00:00 GMT", "Thu, 01 Jan 2099 00:00:00 GMT", 2099);
    check_year("Saturday, 01-Jan-01 00:00:00 GMT", "Thu, 01 Jan 2099 00:00:00 GMT", 2101);
}

#[test]
fn a_clock_far_away_does_not_panic() {
    for now in [UNIX_EPOCH - Duration::from_secs(1 << 40), after_epoch(1 << 40)] {
        assert!(parse_http_date(b"Sunday, 06-Nov-94 08:49:37 GMT", now).is_some());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_back(seconds in 0u64..253_402_300_800) {
        prop_assert_eq!(parse_http_date(format(seconds).as_bytes(), UNIX_EPOCH), Some(after_epoch(seconds)));
    }

    #[test]
    fn no_text_panics(text in "[A-Za-z0-9,:GMT +-]{0,40}", bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let _ = parse_http_date(text.as_bytes(), UNIX_EPOCH);
        let _ = parse_http_date(&bytes, UNIX_EPOCH);
    }
}
