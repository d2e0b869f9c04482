//! What CPython's dates promise.

use super::{http2time, iso2time, time2isoz, time2netscape};

/// 2026-08-06.
const NOW: i64 = 1_786_000_000;
/// 1994-02-03 00:00:00.
const DAY: i64 = 760_233_600;

#[track_caller]
fn check(text: &str, expected: Option<i64>) {
    assert_eq!(http2time(text.as_bytes(), NOW), expected, "{text:?}");
}

#[track_caller]
fn check_iso(text: &str, expected: Option<i64>) {
    assert_eq!(iso2time(text.as_bytes()), expected, "{text:?}");
}

#[test]
fn http_dates_are_read_strictly_and_loosely() {
    for text in [
        "Thu, 03 Feb 1994 00:00:00 GMT",
        "Thursday, 03-Feb-94 00:00:00 GMT",
        "03 Feb 1994 00:00:00 GMT",
        "03-Feb-1994 00:00 GMT",
        "03 Feb 1994 00:00:00",
        "  03   Feb   1994  0:00  ",
        "03/Feb/1994",
        "03-Feb-94",
        "3-2-1994",
        "03 feb 1994:00:00 UT (UTC)",
        "THU 03 FEB 1994 z",
        "03 Feb 1994 01:00 +0100",
        "02 Feb 1994 16:00:00 -0800",
        "02 Feb 1994 23:00:00 -1",
    ] {
        let expected = if text.ends_with(" -1") { None } else { Some(DAY) };
        check(text, expected);
    }
    check("03 Feb 1994 24:00:61 GMT", Some(DAY + 86_400 + 61));
    check("03 Feb 1994 00:10 080", Some(DAY + 600 - 80 * 60));
    check("31 Feb 1994", Some(DAY + 28 * 86_400));
}

#[test]
fn what_is_no_http_date_is_refused() {
    for text in [
        "",
        "Garbage",
        "Thu Feb  3 00:00:00 1994",
        "03 Feb 1994 10:00 PM",
        "03 Feb 1994 00:00:00 CET",
        "03 Feb 1969",
        "03 Foo 1994",
        "32 Jan 1994",
        "0 Jan 1994",
        "03 Feb 1994 25:00",
        "03 Feb 1994 00:60",
        "03 Feb 1994 1:2:3",
        "03 Feb 10000",
        "03 13 1994",
        "03 Feb 1994 00:00:00 GMT trailing",
    ] {
        check(text, None);
    }
}

#[test]
fn a_short_year_is_the_closest() {
    check("03 Feb 94", Some(DAY));
    check("01 Jan 26", Some(1_767_225_600));
    check("01 Jan 76", Some(3_345_062_400));
    check("01 Jan 77", Some(220_924_800));
}

#[test]
fn iso_dates_are_read() {
    for text in [
        "1994-02-03 00:00:00 -0000",
        "1994-02-03 00:00:00",
        "1994-02-03",
        "1994-02-03T00:00:00",
        "19940203",
        "1994/2/3",
        "19940203T000000Z",
        "1994-02-03 00:00:00.75Z",
        "1994-02-03 01:00:00 +01:00",
    ] {
        check_iso(text, Some(DAY));
    }
    for text in ["20-01-1980", "1980-13-01", "1980-00-01", "", "1980-01-41 00:82:78", "1980-01", "x"] {
        check_iso(text, None);
    }
}

#[test]
fn dates_are_written_as_files_have_them() {
    assert_eq!(time2isoz(785_666_977), "1994-11-24 08:49:37Z");
    assert_eq!(time2netscape(785_666_977), "Thu, 24-Nov-1994 08:49:37 GMT");
    assert_eq!(time2isoz(0), "1970-01-01 00:00:00Z");
    assert_eq!(time2isoz(951_782_400), "2000-02-29 00:00:00Z");
    assert_eq!(time2isoz(-1), "1969-12-31 23:59:59Z");
}

#[test]
fn what_is_written_is_read_back() {
    for seconds in (0..4_000_000_000).step_by(12_345_678) {
        assert_eq!(iso2time(time2isoz(seconds).as_bytes()), Some(seconds));
        assert_eq!(http2time(time2netscape(seconds).as_bytes(), NOW), Some(seconds));
    }
}

#[test]
fn a_mebibyte_of_anything_is_judged_in_one_pass() {
    for pattern in [" ", "0", "-", "1-", "a", "Jan", "1 Jan 1", ":", "12:", "GMT ", "(x", "\t"] {
        let text = pattern.repeat((1 << 20) / pattern.len());
        check(&text, None);
        check_iso(&text, None);
        check(&format!("03 Feb 1994{text}x"), None);
        check_iso(&format!("1994-02-03{text}x"), None);
    }
}
