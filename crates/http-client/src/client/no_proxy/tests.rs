//! Rules of `no_proxy`, row by row.

use super::*;

#[track_caller]
fn check(rules: &str, host: &str, port: u16, expected: bool) {
    assert_eq!(NoProxy::parse(rules).matches(host, port), expected, "{rules:?} {host} {port}");
}

#[test]
fn names_match_themselves_and_what_is_below_at_a_dot() {
    for rules in ["example.com", ".example.com", "*.example.com", "EXAMPLE.com.", " , example.com,, x"] {
        check(rules, "example.com", 80, true);
        check(rules, "www.EXAMPLE.com", 443, true);
        check(rules, "a.b.example.com.", 443, true);
        check(rules, "notexample.com", 80, false);
        check(rules, "example.com.evil.test", 80, false);
        check(rules, "com", 80, false);
    }
    check("localhost 127.0.0.1\tfoo", "foo", 1, true);
}

#[test]
fn a_star_is_everything_an_empty_list_nothing() {
    check("*", "anything", 1, true);
    check("*", "::1", 1, true);
    check("", "localhost", 1, false);
    check(" ,, ", "localhost", 1, false);
    check("*:80", "a", 80, true);
    check("*:80", "a", 81, false);
}

#[test]
fn ports_must_fit_where_given() {
    check("example.com:8080", "example.com", 8080, true);
    check("example.com:8080", "sub.example.com", 8080, true);
    check("example.com:8080", "example.com", 80, false);
    check("[::1]:80", "::1", 80, true);
    check("[::1]:80", "[::1]", 81, false);
    check("10.0.0.1:81", "10.0.0.1", 81, true);
    check("10.0.0.0/8:81", "10.3.0.1", 81, true);
    check("10.0.0.0/8:81", "10.3.0.1", 82, false);
}

#[test]
fn networks_take_prefixes_of_both_families() {
    check("10.0.0.0/8", "10.255.1.2", 80, true);
    check("10.0.0.0/8", "11.0.0.1", 80, false);
    check("192.0.2.128/25", "192.0.2.127", 80, false);
    check("192.0.2.128/25", "192.0.2.129", 80, true);
    check("0.0.0.0/0", "8.8.8.8", 80, true);
    check("0.0.0.0/0", "name", 80, false);
    check("fd00::/8", "fd12::1", 80, true);
    check("fd00::/8", "[fe80::1]", 80, false);
    check("::/0", "10.0.0.1", 80, false);
    check("::1", "0:0::1", 80, true);
    check("127.0.0.1", "::ffff:127.0.0.1", 80, true);
    check("127.0.0.1", "127.0.0.10", 80, false);
}

#[test]
fn nonsense_matches_nothing_and_spoils_nothing() {
    for nonsense in ["10.0.0.0/33", "10.0.0.0/+8", "a:b", "a:99999", "name/8", "[", "*x", "::1/129", "."] {
        check(nonsense, "10.0.0.1", 80, false);
        check(nonsense, "a", 80, false);
        check(&format!("{nonsense},good.test"), "good.test", 80, true);
    }
}
