//! Waits, budgets, and what may be repeated.

use super::*;
use http_proto::date::format_http_date;
use std::time::UNIX_EPOCH;

const NOW: SystemTime = UNIX_EPOCH;

fn headers(name: &str, value: &[u8]) -> Headers {
    let mut headers = Headers::new();
    headers.append(name, value).unwrap();
    headers
}

#[test]
fn only_what_does_no_harm_twice_is_idempotent() {
    #[track_caller]
    fn check(method: &str, expected: bool) {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        assert_eq!(is_idempotent(&method, &Headers::new()), expected);
        assert!(is_idempotent(&method, &headers("idempotency-key", b"x")));
    }
    for method in ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"] {
        check(method, true);
    }
    for method in ["POST", "PATCH", "CONNECT", "PURGE", "get"] {
        check(method, false);
    }
}

#[test]
fn retry_after_is_seconds_or_a_date() {
    #[track_caller]
    fn check(value: &[u8], expected: Option<u64>) {
        let now = UNIX_EPOCH + Duration::from_secs(1_000_000);
        assert_eq!(retry_after(&headers("Retry-After", value), now), expected.map(Duration::from_secs));
    }
    check(b"0", Some(0));
    check(b"120", Some(120));
    check(b"99999999999999999999999", Some(u64::MAX));
    check(b"+5", None);
    check(b"-5", None);
    check(b"1.5", None);
    check(b"soon", None);
    check(&format_http_date(UNIX_EPOCH + Duration::from_secs(1_000_030)), Some(30));
    check(&format_http_date(UNIX_EPOCH), Some(0));
    assert_eq!(retry_after(&Headers::new(), NOW), None);
}

#[test]
fn waits_are_random_below_a_doubling_ceiling() {
    #[track_caller]
    fn check(retries: u32, random_bits: u64, expected_millis: u64) {
        let retry = Retry::policy(10).backoff(Duration::from_millis(100), Duration::from_millis(1000));
        let wait = retry.after_error(retries, random_bits).unwrap();
        assert_eq!(wait.as_micros() / 1000, u128::from(expected_millis));
    }
    check(0, 0, 0);
    check(0, u64::MAX, 100);
    check(0, u64::MAX / 2, 50);
    check(1, u64::MAX, 200);
    check(2, u64::MAX, 400);
    check(3, u64::MAX, 800);
    check(4, u64::MAX, 1000);
    check(9, u64::MAX, 1000);
}

#[test]
fn answers_are_repeated_by_status_and_never_beyond_the_cap() {
    #[track_caller]
    fn check(status: u16, retries: u32, retry_after: &[u8], expected: Option<u64>) {
        let retry = Retry::policy(2).retry_after_max(Duration::from_secs(60));
        let status = StatusCode::from_u16(status).unwrap();
        let wait = retry.after_answer(retries, status, &headers("Retry-After", retry_after), NOW, 0);
        assert_eq!(wait, expected.map(Duration::from_secs));
    }
    check(503, 0, b"60", Some(60));
    check(503, 1, b"60", Some(60));
    check(503, 2, b"60", None);
    check(503, 0, b"61", None);
    check(503, 0, b"nonsense", Some(0));
    check(429, 0, b"1", Some(1));
    check(500, 0, b"1", None);
    check(200, 0, b"1", None);
    let only = Retry::policy(1).statuses([500, 9999]);
    assert!(only.after_answer(0, StatusCode::INTERNAL_SERVER_ERROR, &Headers::new(), NOW, 0).is_some());
    assert!(only.after_answer(0, StatusCode::BAD_GATEWAY, &Headers::new(), NOW, 0).is_none());
}

#[test]
fn by_default_nothing_is_repeated_by_policy() {
    assert_eq!(Retry::default().after_error(0, 0), None);
    assert!(Retry::default().resends() && !Retry::none().resends());
    let unavailable = StatusCode::SERVICE_UNAVAILABLE;
    assert_eq!(Retry::default().after_answer(0, unavailable, &Headers::new(), NOW, 0), None);
}

#[test]
fn a_budget_bounds_all_requests_together() {
    let retry = Retry::policy(5).budget(20, 2);
    let twin = retry.clone();
    assert!(retry.after_error(0, 0).is_some());
    assert!(twin.after_error(0, 0).is_some());
    assert!(retry.after_error(0, 0).is_none(), "the reserve is used up");
    for _ in 0..4 {
        retry.count_request();
    }
    assert!(retry.after_error(0, 0).is_none());
    twin.count_request();
    assert!(retry.after_error(0, 0).is_some(), "five requests have earned one repetition");
    for _ in 0..1000 {
        retry.count_request();
    }
    let earned = std::iter::from_fn(|| retry.after_error(0, 0)).take(100).count();
    assert_eq!(earned, 2, "no more than the reserve is saved up");
}
