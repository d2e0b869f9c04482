//! Which site answers for which host.

use super::{VirtualHosts, keys};
use crate::handler::Handler;
use crate::request::Request;
use crate::response::Response;
use crate::testing;

fn says(text: &'static str) -> impl Handler + 'static {
    move |_: &mut Request<'_>| Response::text(text)
}

fn hosts() -> VirtualHosts {
    VirtualHosts::new()
        .host("example.org", says("name"))
        .and_then(|hosts| hosts.host("*.example.org", says("below")))
        .and_then(|hosts| hosts.host("*.deep.Example.org.", says("deep")))
        .and_then(|hosts| hosts.host("fix.deep.example.org", says("fix")))
        .and_then(|hosts| hosts.host("[::1]", says("six")))
        .and_then(|hosts| hosts.host("192.0.2.1", says("four")))
        .unwrap()
}

#[track_caller]
fn check(host: &str, expected: &str) {
    let answer = testing::get("/").with_header("Host", host).send_to(&hosts());
    let said = if answer.status() == 200 { answer.text() } else { answer.status().as_str().to_owned() };
    assert_eq!(said, expected, "{host}");
}

#[test]
fn a_name_wins_over_a_pattern_and_a_longer_pattern_over_a_shorter_one() {
    check("example.org", "name");
    check("EXAMPLE.ORG.:8080", "name");
    check("a.example.org", "below");
    check("b.a.example.org:1", "below");
    check("deep.example.org", "below");
    check("a.deep.example.org", "deep");
    check("fix.deep.example.org", "fix");
    check("[::1]", "six");
    check("[::1]:80", "six");
    check("192.0.2.1:80", "four");
}

#[test]
fn a_host_that_nobody_answers_for_is_misdirected() {
    for host in ["example.com", "org", "notexample.org", ".example.org.x", "[::2]", "192.0.2.2"] {
        check(host, "421");
    }
    let sent = testing::raw_exchange("GET / HTTP/1.0\r\n\r\n", &hosts());
    assert!(sent.starts_with(b"HTTP/1.1 421 "));
}

#[test]
fn a_fallback_answers_for_all_others_and_for_none() {
    let hosts = hosts().fallback(says("fallback"));
    assert_eq!(testing::get("/").with_header("Host", "example.com").send_to(&hosts).text(), "fallback");
    let sent = testing::raw_exchange("GET / HTTP/1.0\r\n\r\n", &hosts);
    assert!(sent.ends_with(b"fallback"));
}

#[test]
fn the_target_decides_where_it_names_a_host() {
    let request = "GET http://example.org/ HTTP/1.1\r\nHost: example.org\r\n\r\n";
    assert!(testing::raw_exchange(request, &hosts()).ends_with(b"name"));
}

#[test]
fn hosts_that_cannot_be_asked_for_are_refused() {
    for host in [
        "",
        "*",
        "*.",
        "*example.org",
        ".example.org",
        "a.*.b",
        "example.org:80",
        "ä.example",
        "a b",
        "[::1",
        "a/b",
    ] {
        assert!(VirtualHosts::new().host(host, says("")).is_err(), "{host}");
    }
    assert!(hosts().host("EXAMPLE.org", says("")).is_err());
}

#[test]
fn of_a_long_host_no_more_is_looked_up_than_could_be_listed() {
    let long = "a.".repeat(30_000) + "example.org";
    let found: Vec<_> = keys(&long, 14).collect();
    assert_eq!(found, [".a.example.org", ".example.org", ".org"]);
    let looked_at = keys(&long, 250).map(str::len).sum::<usize>();
    assert!(looked_at < 250 * 250, "{looked_at}");
    assert_eq!(keys("a.b", 3).collect::<Vec<_>>(), ["a.b", ".b"]);
    assert_eq!(keys("a.b", 2).collect::<Vec<_>>(), [".b"]);
    assert_eq!(keys(".b", 2).collect::<Vec<_>>(), [".b"]);
    assert_eq!(keys("", 0).collect::<Vec<_>>(), [""]);
    check(&(long + ":80"), "below");
}
