//! Numbers at their bounds, sizes where they are rounded, times at the ends of what is told.

use super::{UtcText, push_number, push_size};
use std::time::{Duration, UNIX_EPOCH};

#[test]
fn numbers_are_written_as_everywhere() {
    for number in [0, 7, 10, 99, 100, 1_234_567_890, u64::MAX] {
        let mut found = String::from("=");
        push_number(&mut found, number);
        assert_eq!(found, format!("={number}"));
    }
}

#[test]
fn sizes_are_short_and_rounded() {
    for (size_bytes, text) in [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (1049, "1.0 kB"),
        (1050, "1.1 kB"),
        (9_949, "9.9 kB"),
        (9_950, "10 kB"),
        (12_345, "12 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (99_500, "100 kB"),
        (1_500_000_000, "1.5 GB"),
        (u64::MAX, "18 EB"),
    ] {
        let mut found = String::new();
        push_size(&mut found, size_bytes);
        assert_eq!(found, text, "{size_bytes}");
    }
}

#[test]
fn times_are_in_utc_and_impossible_ones_are_left_out() {
    let at = |seconds| UtcText::of(UNIX_EPOCH + Duration::from_secs(seconds));
    assert_eq!(at(784_111_777).unwrap().as_str(), "1994-11-06T08:49:37Z");
    assert_eq!(at(253_402_300_799).unwrap().as_str(), "9999-12-31T23:59:59Z");
    assert_eq!((at(0).unwrap().day(), at(3_660).unwrap().minute()), ("1970-01-01", "01:01"));
    assert_eq!(at(253_402_300_800), None);
    assert_eq!(UtcText::of(UNIX_EPOCH - Duration::from_secs(1)), None);
}
