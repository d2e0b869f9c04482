//! Buckets with a clock in the hand.

use super::RateLimit;
use crate::request::Request;
use crate::response::Response;
use crate::testing;
use std::net::IpAddr;
use std::time::Duration;

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn a_burst_passes_and_then_one_for_each_time_that_goes_by() {
    let limit = RateLimit::new((), 10, Duration::from_secs(1)).burst(3);
    let client = address("192.0.2.1");
    let began = limit.began;
    #[track_caller]
    fn check(limit: &RateLimit<()>, client: IpAddr, now: std::time::Instant, expected: Result<(), u64>) {
        let wait = limit.take_at(client, now).map_err(|wait| u64::try_from(wait.as_millis()).unwrap());
        assert_eq!(wait, expected);
    }
    for _ in 0..3 {
        check(&limit, client, began, Ok(()));
    }
    check(&limit, client, began, Err(100));
    // What is refused costs nothing.
    check(&limit, client, began, Err(100));
    check(&limit, client, began + Duration::from_millis(99), Err(1));
    check(&limit, client, began + Duration::from_millis(100), Ok(()));
    check(&limit, client, began + Duration::from_millis(100), Err(100));
    // After a rest the bucket is full, and no fuller.
    let later = began + Duration::from_secs(3600);
    for _ in 0..3 {
        check(&limit, client, later, Ok(()));
    }
    check(&limit, client, later, Err(100));
}

#[test]
fn a_client_is_an_ipv4_address_or_an_ipv6_network_of_64_bits() {
    #[track_caller]
    fn check(one: &str, other: &str, same: bool) {
        let limit = RateLimit::new((), 1, Duration::from_secs(1));
        limit.take_at(address(one), limit.began).unwrap();
        assert_eq!(limit.take_at(address(other), limit.began).is_err(), same, "{one} {other}");
    }
    check("192.0.2.1", "192.0.2.1", true);
    check("192.0.2.1", "192.0.2.2", false);
    check("192.0.2.1", "::ffff:192.0.2.1", true);
    check("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true);
    check("2001:db8:1:2::1", "2001:db8:1:3::1", false);
    check("::1", "0.0.0.1", false);
    check("0.0.0.0", "::", false);
}

#[test]
fn the_table_stays_as_large_as_it_is_and_those_with_the_fullest_buckets_make_room() {
    let limit = RateLimit::new((), 10, Duration::from_secs(10)).clients_max(8);
    assert_eq!(limit.sets.len(), 1);
    let busy = address("192.0.2.1");
    for _ in 0..10 {
        limit.take_at(busy, limit.began).unwrap();
    }
    for number in 0..1000u32 {
        limit.take_at(IpAddr::from(number.to_be_bytes()), limit.began).unwrap();
    }
    assert!(limit.take_at(busy, limit.began).is_err(), "the busiest is never forgotten");
    assert_eq!(RateLimit::new((), 1, Duration::ZERO).clients_max(0).sets.len(), 1);
}

#[test]
fn who_asks_too_often_gets_429_and_is_told_when_to_come_again() {
    let hello = |_: &mut Request<'_>| Response::text("hello");
    let limited = RateLimit::new(hello, 2, Duration::from_secs(3600));
    let ask = |peer: &str| testing::get("/").from_peer(peer.parse().unwrap()).send_to(&limited);
    assert_eq!(ask("192.0.2.1:1").text(), "hello");
    assert_eq!(ask("192.0.2.1:2").text(), "hello");
    let refused = ask("192.0.2.1:3");
    assert_eq!(refused.status(), 429);
    let seconds: u64 = refused.headers().get("Retry-After").unwrap().to_str().unwrap().parse().unwrap();
    assert!((1790..=1800).contains(&seconds), "{seconds}");
    assert_eq!(ask("192.0.2.2:1").text(), "hello");
}

#[test]
fn rates_at_the_edges_neither_overflow_nor_divide_by_nothing() {
    for (requests, per) in [
        (0, Duration::ZERO),
        (u32::MAX, Duration::from_nanos(1)),
        (1, Duration::MAX),
        (u32::MAX, Duration::MAX),
    ] {
        let limit = RateLimit::new((), requests, per).burst(u32::MAX);
        limit.take_at(address("192.0.2.1"), limit.began).unwrap();
        let limit = RateLimit::new((), requests, per).burst(0);
        limit.take_at(address("192.0.2.1"), limit.began).unwrap();
    }
}
