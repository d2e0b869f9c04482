//! What the host rules promise.

use super::{canonical_host, domain_match, is_address, is_loopback, suffixes};

#[track_caller]
fn check_canonical(host: &str, expected: Option<&str>) {
    assert_eq!(canonical_host(host).as_deref(), expected, "{host}");
}

#[test]
fn a_host_becomes_lower_case_ascii_without_root_dot() {
    check_canonical("example.org", Some("example.org"));
    check_canonical("EXAMPLE.org.", Some("example.org"));
    check_canonical("élève.example", Some("xn--lve-6lad.example"));
    check_canonical("[::1]", Some("[::1]"));
    check_canonical("::1", Some("[::1]"));
    check_canonical("[0:0::1]", Some("[::1]"));
    check_canonical("under_score.example", Some("under_score.example"));
}

#[test]
fn what_is_no_host_is_refused() {
    check_canonical("", None);
    check_canonical("a b", None);
    check_canonical("a:b", None);
    check_canonical("ex%61mple.org", None);
    check_canonical(&"a".repeat(2000), None);
}

#[test]
fn a_domain_matches_at_a_dot_only() {
    for (host, domain, expected) in [
        ("acme.com", "acme.com", true),
        ("www.acme.com", "acme.com", true),
        ("evilacme.com", "acme.com", false),
        ("acme.com", "www.acme.com", false),
        ("acme.com.evil", "acme.com", false),
        ("1.2.3.4", "3.4", false),
        ("1.2.3.4", "1.2.3.4", true),
        (".acme.com", "acme.com", false),
    ] {
        assert_eq!(domain_match(host, domain), expected, "{host} {domain}");
    }
}

#[test]
fn addresses_and_loopback_are_known() {
    assert!(is_address("127.0.0.1") && is_address("[::1]") && is_address("1.2.3"));
    assert!(!is_address("1.2.3.example") && !is_address("a"));
    assert!(
        is_loopback("localhost")
            && is_loopback("a.localhost")
            && is_loopback("127.9.9.9")
            && is_loopback("[::1]")
    );
    assert!(
        !is_loopback("localhost.example") && !is_loopback("128.0.0.1") && !is_loopback("127.0.0.1.example")
    );
}

#[test]
fn suffixes_go_from_the_host_to_its_last_label() {
    assert_eq!(suffixes("a.b.c").collect::<Vec<_>>(), ["a.b.c", "b.c", "c"]);
    assert_eq!(suffixes("a..c").collect::<Vec<_>>(), ["a..c", ".c", "c"]);
}
