//! The bounds that depend on the system.

use super::{Limits, connections_within};

#[test]
fn connections_leave_descriptors_for_everything_else() {
    #[track_caller]
    fn check(descriptors_max: Option<u64>, connections: usize) {
        assert_eq!(connections_within(descriptors_max), connections);
    }
    check(None, 10_000);
    check(Some(u64::MAX), 10_000);
    check(Some(10_064), 10_000);
    check(Some(10_063), 9_999);
    check(Some(1_024), 960);
    check(Some(128), 64);
    check(Some(100), 50);
    check(Some(1), 1);
    check(Some(0), 1);
}

#[test]
fn a_number_of_connections_that_is_set_counts_as_it_is() {
    assert_eq!(Limits::default().connections_max(1_000_000).connections_max, 1_000_000);
}
