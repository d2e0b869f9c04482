//! Tests of `connect/resolve.rs`.

use super::{Resolve, SystemResolver};
use std::time::Duration;

#[test]
fn localhost_is_found_with_and_without_a_timeout() {
    for timeout in [None, Some(Duration::from_secs(20))] {
        let found = SystemResolver.resolve("localhost", 7, timeout).unwrap();
        assert!(!found.is_empty() && found.iter().all(|addr| addr.ip().is_loopback() && addr.port() == 7));
    }
}

#[test]
fn many_lookups_at_once_share_the_threads_and_all_are_answered() {
    let askers: Vec<_> = (0..32)
        .map(|_| {
            std::thread::spawn(|| {
                SystemResolver.resolve("localhost", 1, Some(Duration::from_secs(20))).is_ok()
            })
        })
        .collect();
    assert!(askers.into_iter().all(|asker| asker.join().unwrap()));
}
