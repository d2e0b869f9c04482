//! How many threads are wanted when, with times that are made up.

use super::{BLOCKED_AFTER, Crowd};
use crate::clock;
use std::time::Duration;

#[test]
fn there_are_never_more_threads_than_the_maximum() {
    let crowd = Crowd::new(3, clock::now());
    let desks: Vec<_> = (0..3).map(|_| crowd.join().unwrap()).collect();
    assert!(crowd.join().is_none());
    crowd.leave(&desks[0]);
    assert!(crowd.join().is_some());
}

#[test]
fn a_thread_retires_only_above_the_minimum() {
    let crowd = Crowd::new(64, clock::now());
    let desks: Vec<_> = (0..=crowd.min).map(|_| crowd.join().unwrap()).collect();
    assert!(crowd.retire(&desks[0]));
    assert!(!crowd.retire(&desks[1]));
    assert_eq!(crowd.alive(), crowd.min);
}

#[test]
fn threads_whose_handlers_block_are_replaced() {
    let start = clock::now();
    let crowd = Crowd::new(64, start);
    let desks: Vec<_> = (0..crowd.min).map(|_| crowd.join().unwrap()).collect();
    for desk in &desks {
        desk.begin_handler(crowd.stamp(start));
    }
    assert_eq!(crowd.missing(start), 0, "they have only just begun");
    let later = start + BLOCKED_AFTER + Duration::from_millis(1);
    assert_eq!(crowd.missing(later), crowd.min);
    desks[0].end_handler();
    assert_eq!(crowd.missing(later), crowd.min - 1);
}

#[test]
fn nothing_is_missing_while_a_thread_waits() {
    let start = clock::now();
    let crowd = Crowd::new(64, start);
    let desk = crowd.join().unwrap();
    desk.begin_handler(crowd.stamp(start));
    crowd.begin_wait(&mut 0);
    assert_eq!(crowd.missing(start + Duration::from_secs(1)), 0);
}

#[test]
fn slow_handlers_bring_more_threads_than_there_are_cores() {
    let start = clock::now();
    let crowd = Crowd::new(64, start);
    let _desks: Vec<_> = (0..crowd.min).map(|_| crowd.join().unwrap()).collect();
    assert!(!crowd.is_slow());
    for _ in 0..50 {
        crowd.count_handlers(1, Duration::from_millis(2));
    }
    assert!(crowd.is_slow());
    assert!(crowd.missing(start) > 0);
    for _ in 0..200 {
        crowd.count_handlers(1, Duration::from_micros(3));
    }
    assert!(!crowd.is_slow());
}

#[test]
fn a_thread_for_each_of_many_slow_peers_is_there_after_few_looks() {
    let start = clock::now();
    let crowd = Crowd::with_cores(2, 1024, start);
    let mut looks = 0;
    let mut now = start;
    (0..crowd.min).for_each(|_| crowd.join().unwrap().begin_handler(crowd.stamp(start)));
    while crowd.alive() <= 200 {
        now += BLOCKED_AFTER * 2;
        // Each new one has a slow peer at once.
        (0..crowd.missing(now)).for_each(|_| crowd.join().unwrap().begin_handler(crowd.stamp(now)));
        looks += 1;
    }
    assert!(looks <= 15, "{looks} looks");
}

#[test]
fn growth_ends_once_a_thread_can_run() {
    let start = clock::now();
    let crowd = Crowd::with_cores(2, 1024, start);
    let desks: Vec<_> = (0..100).map(|_| crowd.join().unwrap()).collect();
    desks.iter().for_each(|desk| desk.begin_handler(crowd.stamp(start)));
    let later = start + BLOCKED_AFTER * 2;
    assert_eq!(crowd.missing(later), 50);
    desks[0].end_handler();
    assert_eq!(crowd.missing(later), 1, "one can run, and two are the minimum");
}

#[test]
fn a_crowd_is_exhausted_when_the_last_of_its_handlers_blocks() {
    let start = clock::now();
    let crowd = Crowd::with_cores(2, 3, start);
    let desks: Vec<_> = (0..3).map(|_| crowd.join().unwrap()).collect();
    let later = start + BLOCKED_AFTER * 2;
    desks[1..].iter().for_each(|desk| desk.begin_handler(crowd.stamp(start)));
    assert!(!crowd.is_exhausted(later), "one can run");
    desks[0].begin_handler(crowd.stamp(later));
    assert!(!crowd.is_exhausted(later), "its handler has only just begun");
    assert!(crowd.is_exhausted(later + BLOCKED_AFTER * 2));
    crowd.leave(&desks[0]);
    assert!(!crowd.is_exhausted(later + BLOCKED_AFTER * 2), "there is room for another thread");
}

#[test]
fn requests_are_counted_beyond_the_thread_that_served_them() {
    let crowd = Crowd::with_cores(1, 8, clock::now());
    let desks: Vec<_> = (0..4).map(|_| crowd.join().unwrap()).collect();
    for (count, desk) in desks.iter().enumerate() {
        (0..count).for_each(|_| desk.count_request());
    }
    assert_eq!(crowd.requests(), 6);
    crowd.leave(&desks[3]);
    assert!(crowd.retire(&desks[2]));
    crowd.leave(&desks[2]);
    assert_eq!(crowd.requests(), 6, "none is counted twice");
    desks[1].count_request();
    assert_eq!(crowd.requests(), 7);
}
