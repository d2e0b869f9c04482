//! The order of deadlines, with times that are made up.

use super::Deadlines;
use crate::clock;
use std::time::Duration;

#[test]
fn entries_come_out_in_the_order_of_their_time_and_not_before_it() {
    let start = clock::now();
    let at = |seconds| start + Duration::from_secs(seconds);
    let mut deadlines = Deadlines::default();
    assert!(deadlines.add(at(5), 50));
    assert!(!deadlines.add(at(9), 90));
    assert!(deadlines.add(at(1), 10));
    assert_eq!(deadlines.pop_due(at(0)), None);
    assert_eq!(deadlines.pop_due(at(5)), Some(10));
    assert_eq!(deadlines.pop_due(at(5)), Some(50));
    assert_eq!(deadlines.pop_due(at(5)), None);
    assert_eq!(deadlines.next(), Some(at(9)));
}
