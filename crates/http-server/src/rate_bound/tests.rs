//! How long content is held back.

use super::RateBound;
use crate::clock;
use std::num::NonZeroU64;
use std::time::Duration;

fn rate(bytes: u64) -> NonZeroU64 {
    NonZeroU64::new(bytes).unwrap()
}

#[test]
fn a_piece_leaves_when_those_before_it_have_had_their_time() {
    let mut bound = RateBound::new(rate(1000));
    let now = clock::now();
    assert_eq!(bound.piece_bytes(), 50);
    assert_eq!(bound.wait_at(50, now), Duration::ZERO);
    assert_eq!(bound.wait_at(50, now), Duration::from_millis(50));
    // What the network has taken counts, and a pause is not made up for beyond the whole.
    assert_eq!(bound.wait_at(900, now + Duration::from_millis(70)), Duration::from_millis(30));
    assert_eq!(bound.wait_at(1, now + Duration::from_millis(900)), Duration::from_millis(100));
    assert_eq!(bound.wait_at(1, now + Duration::from_secs(9)), Duration::ZERO);
}

#[test]
fn a_rate_beyond_all_bounds_holds_nothing_back() {
    let mut bound = RateBound::new(rate(u64::MAX));
    let now = clock::now();
    assert_eq!(bound.wait_at(usize::MAX, now), Duration::ZERO);
    assert!(bound.wait_at(usize::MAX, now) <= Duration::from_secs(1));
    assert_eq!(RateBound::new(rate(1)).piece_bytes(), 1);
}
