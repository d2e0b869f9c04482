//! Preconditions in the order of RFC 9110 §13.2.2, in tables.

use super::{Asked, Condition, EntityTag, Validators, evaluate, push_hex};
use http_proto::{Headers, Method};
use proptest::prelude::*;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const YES: Condition = Condition::Proceed { range_allowed: true };
const NO_RANGE: Condition = Condition::Proceed { range_allowed: false };
const SAME: Condition = Condition::NotModified;
const FAILED: Condition = Condition::Failed;

/// `Sun, 06 Nov 1994 08:49:37 GMT` and half a second.
fn modified() -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(784_111_777_500)
}

const BEFORE: &str = "Sun, 06 Nov 1994 08:49:36 GMT";
const THEN: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
const AFTER: &str = "Sun, 06 Nov 1994 08:49:38 GMT";

fn evaluated(method: &Method, fields: &[(&str, &str)], tag: Option<&EntityTag>, age: Duration) -> Condition {
    let mut headers = Headers::new();
    for (name, value) in fields {
        headers.append(name, value).unwrap();
    }
    let validators = Validators { tag, modified: Some(modified()) };
    evaluate(Asked::of(&headers), method, &headers, validators, modified() + age)
}

/// GET on a resource with the strong tag `"a"`, last changed long ago.
#[track_caller]
fn check(fields: &[(&str, &str)], expected: Condition) {
    let tag = EntityTag::strong("a").unwrap();
    assert_eq!(
        evaluated(&Method::GET, fields, Some(&tag), Duration::from_secs(1000)),
        expected,
        "{fields:?}"
    );
}

#[test]
fn without_preconditions_the_request_proceeds() {
    check(&[], YES);
}

#[test]
fn if_match_compares_strongly_and_failure_is_412() {
    check(&[("If-Match", "\"a\"")], YES);
    check(&[("If-Match", "*")], YES);
    check(&[("If-Match", "\"b\", \"a\"")], YES);
    check(&[("If-Match", "\"b\"")], FAILED);
    check(&[("If-Match", "W/\"a\"")], FAILED);
    check(&[("If-Match", "a")], FAILED);
    check(&[("If-Match", "")], FAILED);
    check(&[("If-Match", "\"b\""), ("If-Match", "\"a\"")], YES);
    let weak = EntityTag::weak("a").unwrap();
    let found = evaluated(&Method::GET, &[("If-Match", "W/\"a\"")], Some(&weak), Duration::from_secs(9));
    assert_eq!(found, FAILED, "weak tags never match strongly");
}

#[test]
fn if_unmodified_since_counts_only_without_if_match() {
    check(&[("If-Unmodified-Since", BEFORE)], FAILED);
    check(&[("If-Unmodified-Since", THEN)], YES);
    check(&[("If-Unmodified-Since", AFTER)], YES);
    check(&[("If-Unmodified-Since", "yesterday")], YES);
    check(&[("If-Unmodified-Since", BEFORE), ("If-Unmodified-Since", BEFORE)], YES);
    check(&[("If-Match", "\"a\""), ("If-Unmodified-Since", BEFORE)], YES);
    check(&[("If-Match", "\"b\""), ("If-Unmodified-Since", AFTER)], FAILED);
}

#[test]
fn if_none_match_compares_weakly_and_a_match_is_304() {
    check(&[("If-None-Match", "\"a\"")], SAME);
    check(&[("If-None-Match", "W/\"a\"")], SAME);
    check(&[("If-None-Match", "*")], SAME);
    check(&[("If-None-Match", "\"b\" , W/\"a\"")], SAME);
    check(&[("If-None-Match", ",, \"a\"")], SAME);
    check(&[("If-None-Match", "\"b,\", \"a\"")], SAME);
    check(&[("If-None-Match", "\"\\\", \"a\"")], SAME);
    check(&[("If-None-Match", "\"b\"")], YES);
    check(&[("If-None-Match", "\"A\"")], YES);
    check(&[("If-None-Match", "w/\"a\"")], YES);
    check(&[("If-None-Match", "a")], YES);
    check(&[("If-None-Match", "\"a")], YES);
    check(&[("If-None-Match", "\"b, a\"")], YES);
}

#[test]
fn if_modified_since_counts_only_without_if_none_match() {
    check(&[("If-Modified-Since", BEFORE)], YES);
    check(&[("If-Modified-Since", THEN)], SAME);
    check(&[("If-Modified-Since", AFTER)], SAME);
    check(&[("If-Modified-Since", "Sunday, 06-Nov-94 08:49:37 GMT")], SAME);
    check(&[("If-Modified-Since", "Sun Nov  6 08:49:37 1994")], SAME);
    check(&[("If-Modified-Since", "0")], YES);
    check(&[("If-Modified-Since", THEN), ("If-Modified-Since", THEN)], YES);
    check(&[("If-None-Match", "\"b\""), ("If-Modified-Since", AFTER)], YES);
    check(&[("If-None-Match", "\"a\""), ("If-Modified-Since", BEFORE)], SAME);
}

#[test]
fn failure_of_the_expected_state_comes_before_not_modified() {
    check(&[("If-Match", "\"b\""), ("If-None-Match", "\"a\"")], FAILED);
    check(&[("If-Match", "\"a\""), ("If-None-Match", "\"a\"")], SAME);
    check(&[("If-Unmodified-Since", BEFORE), ("If-None-Match", "\"a\"")], FAILED);
    check(&[("If-Unmodified-Since", BEFORE), ("If-Modified-Since", AFTER)], FAILED);
    check(&[("If-None-Match", "\"a\""), ("If-Range", "\"b\"")], SAME);
}

#[test]
fn if_range_is_strong_and_exact() {
    check(&[("If-Range", "\"a\"")], YES);
    check(&[("If-Range", "\"b\"")], NO_RANGE);
    check(&[("If-Range", "W/\"a\"")], NO_RANGE);
    check(&[("If-Range", "\"a\", \"b\"")], NO_RANGE);
    check(&[("If-Range", THEN)], YES);
    check(&[("If-Range", BEFORE)], NO_RANGE);
    check(&[("If-Range", AFTER)], NO_RANGE);
    check(&[("If-Range", "nonsense")], NO_RANGE);
    check(&[("If-Range", "\"a\""), ("If-Range", "\"a\"")], NO_RANGE);
}

#[test]
fn if_range_with_a_date_needs_a_file_that_has_settled() {
    let tag = EntityTag::strong("a").unwrap();
    let found = |age| evaluated(&Method::GET, &[("If-Range", THEN)], Some(&tag), Duration::from_millis(age));
    assert_eq!(found(1_999), NO_RANGE);
    assert_eq!(found(2_000), YES);
}

#[test]
fn ranges_are_for_get_and_304_for_get_and_head() {
    let tag = EntityTag::strong("a").unwrap();
    let found = |method, fields: &[_]| evaluated(&method, fields, Some(&tag), Duration::from_secs(9));
    assert_eq!(found(Method::HEAD, &[]), NO_RANGE);
    assert_eq!(found(Method::HEAD, &[("If-None-Match", "\"a\"")]), SAME);
    assert_eq!(found(Method::HEAD, &[("If-Modified-Since", THEN)]), SAME);
    assert_eq!(found(Method::PUT, &[("If-None-Match", "*")]), FAILED);
    assert_eq!(found(Method::PUT, &[("If-None-Match", "\"a\"")]), FAILED);
    assert_eq!(found(Method::PUT, &[("If-Modified-Since", AFTER)]), NO_RANGE);
    assert_eq!(found(Method::PUT, &[("If-Match", "\"b\"")]), FAILED);
}

#[test]
fn without_validators_only_the_star_matches() {
    let found = |fields: &[(&str, &str)]| {
        let mut headers = Headers::new();
        for (name, value) in fields {
            headers.append(name, value).unwrap();
        }
        evaluate(Asked::of(&headers), &Method::GET, &headers, Validators::default(), modified())
    };
    assert_eq!(found(&[("If-None-Match", "\"a\"")]), YES);
    assert_eq!(found(&[("If-None-Match", "*")]), SAME);
    assert_eq!(found(&[("If-Match", "\"a\"")]), FAILED);
    assert_eq!(found(&[("If-Modified-Since", AFTER)]), YES);
    assert_eq!(found(&[("If-Unmodified-Since", BEFORE)]), YES);
    assert_eq!(found(&[("If-Range", THEN)]), NO_RANGE);
}

#[test]
fn a_file_has_a_strong_tag_once_it_has_settled_and_each_state_its_own() {
    let now = modified() + Duration::from_secs(2);
    let tag = EntityTag::of_file(5, modified(), 7, now);
    assert!(!tag.is_weak());
    assert!(tag.strong_eq(&EntityTag::of_file(5, modified(), 7, now + Duration::from_secs(99))));
    for other in [
        EntityTag::of_file(6, modified(), 7, now),
        EntityTag::of_file(5, modified() - Duration::from_nanos(1), 7, now),
        EntityTag::of_file(5, modified(), 8, now),
        tag.variant("gzip"),
    ] {
        assert!(!tag.weak_eq(&other), "{other}");
    }
    let young = EntityTag::of_file(5, modified(), 7, now - Duration::from_nanos(1));
    assert!(young.is_weak() && young.weak_eq(&tag) && !young.strong_eq(&tag));
    let from_tomorrow = EntityTag::of_file(5, now + Duration::from_secs(9), 7, now);
    assert!(from_tomorrow.is_weak());
}

#[test]
fn tags_are_written_with_quotes_and_refuse_what_would_end_them() {
    assert_eq!(EntityTag::strong("a-1").unwrap().to_string(), "\"a-1\"");
    assert_eq!(EntityTag::weak("").unwrap().to_string(), "W/\"\"");
    for (text, offset) in [("a\"b", 1), ("a b", 1), ("\r\n", 0), ("ab\u{7f}", 2)] {
        let error = EntityTag::strong(text).unwrap_err();
        assert_eq!(error.offset, offset, "{text:?}");
    }
}

proptest! {
    #[test]
    fn every_tag_matches_itself_in_a_list(opaque in "[!#-~]{0,12}", other in "[!#-~]{0,12}", weak: bool) {
        let tag = if weak { EntityTag::weak(opaque) } else { EntityTag::strong(opaque) }.unwrap();
        let list = format!("\"{other}\", {tag}");
        let found = evaluated(&Method::GET, &[("If-None-Match", &list)], Some(&tag), Duration::from_secs(9));
        prop_assert_eq!(found, SAME);
    }

    #[test]
    fn no_field_panics(name in "(If-Match|If-None-Match|If-Range|If-Modified-Since|If-Unmodified-Since)", value in "[ -~]{0,40}") {
        let tag = EntityTag::strong("a").unwrap();
        let _ = evaluated(&Method::GET, &[(&name, &value)], Some(&tag), Duration::from_secs(9));
    }
}

#[test]
fn a_look_at_the_names_tells_whether_there_is_a_condition() {
    for name in [
        "If-Match",
        "if-none-match",
        "IF-MODIFIED-SINCE",
        "If-Unmodified-Since",
        "If-Range",
        "Range",
        "rANGE",
    ] {
        let mut headers = Headers::new();
        headers.append("Accept", "*/*").unwrap();
        assert!(Asked::of(&headers).is_nothing());
        headers.append(name, "x").unwrap();
        assert!(!Asked::of(&headers).is_nothing(), "{name}");
    }
    let mut headers = Headers::new();
    for name in ["Iffy", "I", "If", "Rangy", "Ranges", "Content-Range", "Host"] {
        headers.append(name, "x").unwrap();
    }
    assert!(Asked::of(&headers).is_nothing());
}

proptest! {
    #[test]
    fn numbers_are_written_in_hexadecimal_and_tags_as_they_are_shown(number: u64, shift in 0_u32..64, weak: bool) {
        let number = number >> shift;
        let mut text = String::new();
        push_hex(number, &mut text);
        prop_assert_eq!(&text, &format!("{number:x}"));
        let tag = if weak { EntityTag::weak(text) } else { EntityTag::strong(text) }.unwrap();
        prop_assert_eq!(String::from_utf8(tag.to_field()).unwrap(), tag.to_string());
    }
}
