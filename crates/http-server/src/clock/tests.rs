//! The cached date.

use super::DateText;
use std::time::{Duration, UNIX_EPOCH};

#[test]
fn the_date_is_that_of_the_second() {
    let mut text = DateText::default();
    let began = super::now();
    let mut at = |millis| {
        let passed = Duration::from_millis(millis - 784_111_776_500);
        String::from_utf8_lossy(text.at(began + passed, || UNIX_EPOCH + Duration::from_millis(millis)))
            .into_owned()
    };
    assert_eq!(at(784_111_776_999), "Date: Sun, 06 Nov 1994 08:49:36 GMT\r\n");
    assert_eq!(at(784_111_777_000), "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
    assert_eq!(at(784_111_777_999), "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
    assert_eq!(at(784_111_778_000), "Date: Sun, 06 Nov 1994 08:49:38 GMT\r\n");
}

#[test]
fn the_calendar_is_asked_once_a_second() {
    let (mut text, mut asked, began) = (DateText::default(), 0, super::now());
    for millis in 0..3000 {
        text.at(began + Duration::from_millis(millis), || {
            asked += 1;
            UNIX_EPOCH + Duration::from_millis(500 + millis)
        });
    }
    assert_eq!(asked, 4, "at the start and at each of three new seconds");
}

#[test]
fn a_clock_that_is_put_forward_shows_another_tick() {
    let before = super::Tick::now();
    super::advance(Duration::from_millis(1));
    assert_ne!(super::Tick::now(), before);
}
