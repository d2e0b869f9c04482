//! Tests of the calendar.

use super::date;

#[track_caller]
fn check(days: u64, want: &str) {
    assert_eq!(date(days), want, "days: {days}");
}

#[test]
fn days_since_1970_become_dates() {
    check(0, "1970-01-01");
    check(58, "1970-02-28");
    check(59, "1970-03-01");
    check(789, "1972-02-29");
    check(11_016, "2000-02-29");
    check(20_788, "2026-12-01");
    check(47_540, "2100-02-28");
    check(47_541, "2100-03-01");
}
