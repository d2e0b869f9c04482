//! The pace that a peer must keep.

use super::Pace;
use crate::limits::Timeouts;
use std::time::Duration;

fn pace() -> Pace {
    let timeouts = Timeouts::default().rate_grace(Duration::from_secs(10)).rate_bytes_per_second_min(500);
    Pace::new(&timeouts)
}

#[test]
fn bytes_buy_time_at_the_minimum_rate() {
    let mut pace = pace();
    pace.note(0, Duration::from_secs(10)).unwrap();
    pace.note(5_000, Duration::from_secs(10)).unwrap();
    assert_eq!(pace.note(0, Duration::from_millis(1)).unwrap_err().kind(), std::io::ErrorKind::TimedOut);
}

#[test]
fn each_body_begins_anew() {
    let mut pace = pace();
    pace.note(0, Duration::from_secs(9)).unwrap();
    pace.begin();
    pace.note(0, Duration::from_secs(9)).unwrap();
}

#[test]
fn a_rate_of_zero_asks_for_nothing() {
    let mut pace = Pace::new(&Timeouts::default().rate_bytes_per_second_min(0));
    pace.note(0, Duration::from_secs(1_000_000)).unwrap();
}
