//! Where people are sent on to.

use super::{redirect, without_port};
use httpkit::server::{Request, testing};

#[track_caller]
fn check(target: &str, host: &str, port: u16, location: &str) {
    let handler = move |request: &mut Request<'_>| redirect(request, port);
    let answer = testing::get(target).with_header("Host", host).send_to(&handler);
    assert_eq!(answer.status(), 308);
    assert_eq!(answer.headers().get("Location").unwrap(), location);
}

#[test]
fn host_path_and_query_stay_and_the_port_changes() {
    check("/a?b=c", "example.org", 443, "https://example.org/a?b=c");
    check("/a", "example.org:8080", 8443, "https://example.org:8443/a");
    check("/", "[::1]:80", 443, "https://[::1]/");
    check("//evil.example/x", "example.org", 443, "https://example.org//evil.example/x");
    check("http://other.example/x?y", "example.org", 443, "https://other.example/x?y");
    check("http://other.example?y", "example.org", 443, "https://other.example/?y");
}

#[test]
fn an_ipv6_address_without_port_keeps_its_last_group() {
    for (host, name) in [("[::1]", "[::1]"), ("[::1]:8", "[::1]"), ("a", "a"), ("a:", "a")] {
        assert_eq!(without_port(host), name, "{host}");
    }
}

#[test]
fn a_tunnel_is_nothing_that_could_be_sent_on() {
    let handler = move |request: &mut Request<'_>| redirect(request, 443);
    let answer = testing::raw_exchange("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", &handler);
    assert!(answer.starts_with(b"HTTP/1.1 400 "), "{}", String::from_utf8_lossy(&answer));
}
