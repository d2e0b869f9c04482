//! Dates out, and seconds from a clock.

use super::*;

#[test]
fn dates_are_written_as_rfc_9110_writes_them() {
    for (seconds, text) in [
        (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (-1, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (i64::MIN, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
        (i64::MAX, "Fri, 31 Dec 9999 23:59:59 GMT"),
    ] {
        assert_eq!(String::from_utf8_lossy(&date_bytes(seconds)), text);
    }
}

#[test]
fn seconds_are_rounded_down_on_both_sides_of_1970() {
    for (millis, seconds) in [(1500, 1), (0, 0)] {
        assert_eq!(unix_seconds(UNIX_EPOCH + Duration::from_millis(millis)), seconds);
    }
    for (millis, seconds) in [(1, -1), (1000, -1), (1500, -2)] {
        assert_eq!(unix_seconds(UNIX_EPOCH - Duration::from_millis(millis)), seconds);
    }
}
