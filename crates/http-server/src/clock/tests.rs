//! The cached date.

use super::DateText;
use std::time::{Duration, UNIX_EPOCH};

#[test]
fn the_date_is_that_of_the_second() {
    let mut text = DateText::default();
    let at = |millis| UNIX_EPOCH + Duration::from_millis(millis);
    assert_eq!(text.at(at(784_111_777_000)), b"Sun, 06 Nov 1994 08:49:37 GMT");
    assert_eq!(text.at(at(784_111_777_999)), b"Sun, 06 Nov 1994 08:49:37 GMT");
    assert_eq!(text.at(at(784_111_778_000)), b"Sun, 06 Nov 1994 08:49:38 GMT");
    assert_eq!(text.at(at(0)), b"Thu, 01 Jan 1970 00:00:00 GMT");
}
