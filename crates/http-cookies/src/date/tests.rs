//! What the cookie date algorithm promises.

use super::*;

#[track_caller]
fn check(text: &str, seconds: Option<i64>) {
    assert_eq!(parse_cookie_date(text.as_bytes()), seconds, "{text:?}");
}

#[test]
fn the_forms_that_servers_write_are_read() {
    check("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777));
    check("Sunday, 06-Nov-94 08:49:37 GMT", Some(784_111_777));
    check("Sunday, 06-Nov-1994 08:49:37 GMT", Some(784_111_777));
    check("Sun Nov  6 08:49:37 1994", Some(784_111_777));
    check("Sun Nov 06 1994 08:49:37 GMT+0100 (CET)", Some(784_111_777));
    check("6 NOVEMBER 1994 8:49:37", Some(784_111_777));
    check("08:49:37 94 nov 6", None);
    check("08:49:37 6 nov 94", Some(784_111_777));
}

#[test]
fn the_edges_of_each_field_are_kept() {
    check("1 Jan 1970 00:00:00", Some(0));
    check("31 Dec 1969 23:59:59", Some(-1));
    check("1 Jan 1601 00:00:00", Some(-11_644_473_600));
    check("31 Dec 1600 23:59:59", None);
    check("31 Dec 9999 23:59:59", Some(253_402_300_799));
    check("1 Jan 2000 24:00:00", None);
    check("1 Jan 2000 23:60:00", None);
    check("1 Jan 2000 23:59:60", None);
    check("0 Jan 2000 00:00:00", None);
    check("32 Jan 2000 00:00:00", None);
    check("31 Apr 2000 00:00:00", None);
}

#[test]
fn leap_days_follow_the_gregorian_calendar() {
    check("29 Feb 2000 00:00:00", Some(951_782_400));
    check("29 Feb 1900 00:00:00", None);
    check("29 Feb 2024 00:00:00", Some(1_709_164_800));
    check("29 Feb 2023 00:00:00", None);
    check("30 Feb 2024 00:00:00", None);
}

#[test]
fn short_years_belong_to_the_century_around_1970() {
    check("1 Jan 70 00:00:00", Some(0));
    check("1 Jan 99 00:00:00", Some(915_148_800));
    check("1 Jan 00 00:00:00", Some(946_684_800));
    check("1 Jan 69 00:00:00", Some(3_124_224_000));
    check("1 Jan 0070 00:00:00", Some(0));
    check("1 Jan 100 00:00:00", None);
}

#[test]
fn a_field_takes_trailing_text_but_no_further_digit() {
    check("1st Jan 1970 00:00:00z", Some(0));
    check("1 January 1970ad 00:00:00", Some(0));
    check("1 Jan 19700 00:00:00", None);
    check("1 Jan 1970 00:00:000", None);
    check("001 Jan 1970 00:00:00", None);
}

#[test]
fn the_first_token_that_fits_a_field_decides_it() {
    check("1 Jan 1970 00:00:00 2 Feb 1999 11:11:11", Some(0));
    check("00:00:00 12 1970 Jan", Some(950_400));
}

#[test]
fn a_missing_field_is_no_date() {
    for text in
        ["", " ", "Jan 1970 00:00:00", "1 1970 00:00:00", "1 Jan 00:00:00", "1 Jan 1970", "1 Jan 1970 00:00"]
    {
        check(text, None);
    }
}

#[test]
fn days_agree_with_a_count_through_every_month_of_four_centuries() {
    let mut days = -135_140;
    for year in 1600..2000 {
        for month in 1..=12 {
            assert_eq!(days_from_civil(i64::from(year), i64::from(month), 1), days, "{year}-{month}");
            days += i64::from(days_in_month(year, month));
        }
    }
    assert_eq!(days, 10_957);
}

#[test]
fn every_month_is_known_by_its_first_three_letters_in_any_case() {
    let months = [
        ("January", 0),
        ("FEB", 31),
        ("march", 59),
        ("Apr", 90),
        ("mAY", 120),
        ("June", 151),
        ("juL", 181),
        ("August", 212),
        ("SEPT", 243),
        ("Oct", 273),
        ("noVember", 304),
        ("dec", 334),
    ];
    for (month, days) in months {
        check(&format!("1 {month} 1970 00:00:00"), Some(days * 86_400));
    }
    check("1 Fev 1970 00:00:00", None);
}
