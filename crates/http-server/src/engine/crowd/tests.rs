//! How many threads are wanted when, with times that are made up.

use super::{BLOCKED_AFTER, Crowd};
use crate::clock;
use std::time::Duration;

#[test]
fn there_are_never_more_threads_than_the_maximum() {
    let crowd = Crowd::new(Some(3), clock::now());
    let desks: Vec<_> = (0..3).map(|_| crowd.join().unwrap()).collect();
    assert!(crowd.join().is_none());
    crowd.leave(&desks[0]);
    assert!(crowd.join().is_some());
}

#[test]
fn a_thread_retires_only_above_the_minimum() {
    let crowd = Crowd::new(Some(64), clock::now());
    let desks: Vec<_> = (0..=crowd.min).map(|_| crowd.join().unwrap()).collect();
    assert!(crowd.retire(&desks[0]));
    assert!(!crowd.retire(&desks[1]));
    assert_eq!(crowd.alive(), crowd.min);
}

#[test]
fn threads_whose_handlers_block_are_replaced() {
    let start = clock::now();
    let crowd = Crowd::new(Some(64), start);
    let desks: Vec<_> = (0..crowd.min).map(|_| crowd.join().unwrap()).collect();
    for desk in &desks {
        crowd.begin_handler(desk, start);
    }
    assert_eq!(crowd.missing(start), 0, "they have only just begun");
    let later = start + BLOCKED_AFTER + Duration::from_millis(1);
    assert_eq!(crowd.missing(later), crowd.min);
    crowd.end_handler(&desks[0], start, start);
    assert_eq!(crowd.missing(later), crowd.min - 1);
}

#[test]
fn nothing_is_missing_while_a_thread_waits() {
    let start = clock::now();
    let crowd = Crowd::new(Some(64), start);
    let desk = crowd.join().unwrap();
    crowd.begin_handler(&desk, start);
    crowd.begin_wait(&mut 0);
    assert_eq!(crowd.missing(start + Duration::from_secs(1)), 0);
}

#[test]
fn slow_handlers_bring_more_threads_than_there_are_cores() {
    let start = clock::now();
    let crowd = Crowd::new(Some(64), start);
    let desks: Vec<_> = (0..crowd.min).map(|_| crowd.join().unwrap()).collect();
    assert!(!crowd.is_slow());
    for _ in 0..50 {
        crowd.end_handler(&desks[0], start, start + Duration::from_millis(2));
    }
    assert!(crowd.is_slow());
    assert!(crowd.missing(start) > 0);
    for _ in 0..200 {
        crowd.end_handler(&desks[0], start, start + Duration::from_micros(3));
    }
    assert!(!crowd.is_slow());
}
