//! What is believed of the fields of proxies, and what is not.

use super::{Origin, TrustedProxies};
use crate::networks::Networks;
use http_proto::Headers;

const PROXY: &str = "10.0.0.1";

fn headers(fields: &[(&str, &str)]) -> Headers {
    let mut headers = Headers::new();
    for (name, value) in fields {
        headers.append(name, value).unwrap();
    }
    headers
}

fn own() -> Networks {
    Networks::new(["10.0.0.0/8", "fd00::/8"]).unwrap()
}

#[track_caller]
fn check(
    proxies: &TrustedProxies,
    peer: &str,
    fields: &[(&str, &str)],
    client: &str,
    https: Option<bool>,
    host: Option<&str>,
) {
    let headers = headers(fields);
    let origin = proxies.read(Some(peer.parse().unwrap()), &headers);
    let want = Origin { client: Some(client.parse().unwrap()), is_https: https, host };
    assert_eq!(origin, want, "{fields:?}");
}

#[track_caller]
fn check_for(value: &str, client: &str) {
    check(&TrustedProxies::x_forwarded(own()), PROXY, &[("X-Forwarded-For", value)], client, None, None);
}

#[track_caller]
fn check_forwarded(value: &str, client: &str, https: Option<bool>, host: Option<&str>) {
    check(&TrustedProxies::forwarded(own()), PROXY, &[("Forwarded", value)], client, https, host);
}

#[test]
fn the_client_is_the_last_address_that_is_not_trusted() {
    check_for("192.0.2.1", "192.0.2.1");
    check_for("192.0.2.1, 10.0.0.2", "192.0.2.1");
    check_for("192.0.2.1,10.0.0.3 , 10.0.0.2", "192.0.2.1");
    // What the client has sent itself stands before its own address.
    check_for("127.0.0.1, 10.9.9.9, 192.0.2.1", "192.0.2.1");
    check_for("198.51.100.7, 192.0.2.1, 10.0.0.2", "192.0.2.1");
    // One of us asks itself.
    check_for("10.0.0.3, 10.0.0.2", "10.0.0.3");
    check_for("192.0.2.1:4711, [fd00::1]:80", "192.0.2.1");
    check_for("[2001:db8::1]", "2001:db8::1");
    check_for("2001:db8::1", "2001:db8::1");
    check_for("::ffff:192.0.2.1, ::ffff:10.0.0.2", "192.0.2.1");
}

#[test]
fn an_entry_that_names_nobody_ends_the_chain_at_who_is_known() {
    check_for("", PROXY);
    check_for(",, ,", PROXY);
    check_for("unknown", PROXY);
    check_for("192.0.2.1, unknown", PROXY);
    check_for("192.0.2.1, unknown, 10.0.0.2", "10.0.0.2");
    check_for("192.0.2.1, \"10.0.0.2\"", PROXY);
    check_for("192.0.2.1, 10.0.0.2:99999", PROXY);
}

#[test]
fn several_lines_are_one_list() {
    let proxies = TrustedProxies::x_forwarded(own());
    let lines = [
        ("X-Forwarded-For", "198.51.100.7"),
        ("x-forwarded-for", "192.0.2.1"),
        ("X-Forwarded-For", "10.0.0.2"),
    ];
    check(&proxies, PROXY, &lines, "192.0.2.1", None, None);
    let proxies = TrustedProxies::forwarded(own());
    let lines = [
        ("Forwarded", "for=198.51.100.7"),
        ("forwarded", "for=192.0.2.1;proto=https"),
        ("Forwarded", "for=10.0.0.2"),
    ];
    check(&proxies, PROXY, &lines, "192.0.2.1", Some(true), None);
}

#[test]
fn whoever_is_not_trusted_is_not_believed() {
    let fields = [
        ("X-Forwarded-For", "10.0.0.9"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", "forged.example"),
        ("Forwarded", "for=10.0.0.9;proto=https;host=forged.example"),
    ];
    let x_forwarded = TrustedProxies::x_forwarded(own()).with_x_forwarded_host();
    for proxies in [x_forwarded, TrustedProxies::forwarded(own())] {
        check(&proxies, "192.0.2.66", &fields, "192.0.2.66", None, None);
        let none = headers(&fields);
        assert_eq!(proxies.read(None, &none), Origin::default(), "a local socket is trusted only on demand");
    }
}

#[test]
fn only_the_kind_that_the_proxies_write_is_read() {
    let fields = [
        ("X-Forwarded-For", "192.0.2.1"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", "a.example"),
        ("Forwarded", "for=192.0.2.2;proto=http;host=b.example"),
    ];
    let x_forwarded = TrustedProxies::x_forwarded(own());
    check(&x_forwarded, PROXY, &fields, "192.0.2.1", Some(true), None);
    check(&x_forwarded.with_x_forwarded_host(), PROXY, &fields, "192.0.2.1", Some(true), Some("a.example"));
    let forwarded = TrustedProxies::forwarded(own()).with_x_forwarded_host();
    check(&forwarded, PROXY, &fields, "192.0.2.2", Some(false), Some("b.example"));
}

#[test]
fn scheme_and_host_are_those_that_the_first_trusted_proxy_saw() {
    let proxies = TrustedProxies::x_forwarded(own()).with_x_forwarded_host();
    // The client sent the first of each, its proxy added the second.
    let fields = [
        ("X-Forwarded-For", "10.0.0.9, 192.0.2.1"),
        ("X-Forwarded-Proto", "https, http"),
        ("X-Forwarded-Host", "forged.example, real.example"),
    ];
    check(&proxies, PROXY, &fields, "192.0.2.1", Some(false), Some("real.example"));
    // Two proxies, each with an entry of its own.
    let fields = [
        ("X-Forwarded-For", "192.0.2.1, 10.0.0.2"),
        ("X-Forwarded-Proto", "https, http"),
        ("X-Forwarded-Host", "outside.example:444, inside"),
    ];
    check(&proxies, PROXY, &fields, "192.0.2.1", Some(true), Some("outside.example:444"));
    // Two proxies of which the second leaves what the first has set.
    let fields = [("X-Forwarded-For", "192.0.2.1, 10.0.0.2"), ("X-Forwarded-Proto", "HTTPS")];
    check(&proxies, PROXY, &fields, "192.0.2.1", Some(true), None);
    // No scheme of ours, no host.
    let fields = [("X-Forwarded-Proto", "gopher"), ("X-Forwarded-Host", "a b")];
    check(&proxies, PROXY, &fields, PROXY, None, None);
    check_forwarded("for=10.0.0.9;proto=https, for=192.0.2.1;proto=http", "192.0.2.1", Some(false), None);
    check_forwarded(
        "for=192.0.2.1;proto=https;host=out.example, for=10.0.0.2;proto=http;host=in",
        "192.0.2.1",
        Some(true),
        Some("out.example"),
    );
}

#[test]
fn forwarded_is_read_by_its_grammar() {
    check_forwarded("for=192.0.2.43", "192.0.2.43", None, None);
    check_forwarded("For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17", None, None);
    check_forwarded("for=192.0.2.43;proto=http;by=203.0.113.43", "192.0.2.43", Some(false), None);
    check_forwarded("for=192.0.2.43, for=\"[fd00::17]\"", "192.0.2.43", None, None);
    check_forwarded(
        " ;for=\"192.0.2.43:_port\" ; host=\"x.example:80\" ,",
        "192.0.2.43",
        None,
        Some("x.example:80"),
    );
    check_forwarded("for=\"_gazonk\";proto=https", PROXY, Some(true), None);
    check_forwarded("for=unknown", PROXY, None, None);
    check_forwarded("proto=https", PROXY, Some(true), None);
    check_forwarded("secret=\"a, \\\"b\";for=192.0.2.1", "192.0.2.1", None, None);
}

#[test]
fn a_quote_that_a_client_leaves_open_hides_nothing() {
    for sent in [
        "for=10.6.6.6;by=\"",
        "for=6.6.6.6;by=\"x",
        "for=\"6.6.6.6",
        "for=6.6.6.6;by=\"\\",
        "\"",
        "by=\"\\\"",
    ] {
        for added in ["for=192.0.2.1", "for=\"[2001:db8::1]:80\";proto=https", "for=192.0.2.1;host=\"x.org\""]
        {
            let line = format!("{sent}, {added}");
            check_forwarded(&line, PROXY, None, None);
        }
    }
}

#[test]
fn malformed_elements_are_not_read() {
    for line in [
        "for=192.0.2.1;for=192.0.2.2",
        "for",
        "for=",
        "=192.0.2.1",
        "for =192.0.2.1",
        "for= 192.0.2.1",
        "for=192.0.2.1 proto=https",
        "for=\"192.0.2.1\"x",
        "for=[2001:db8::1]",
        "for=192.0.2.1:80",
        "for=\"2001:db8::1\"",
        "for=\"[192.0.2.1]\"",
        "for=\"192.0.2.1:\"",
        "for=\"192.0.2.1:123456\"",
        "for=\"192.0.2.1:_\"",
        "for=\"192.0.2.1\\\"\"",
        "f\u{e4}r=192.0.2.1",
    ] {
        check_forwarded(line, PROXY, None, None);
    }
}

#[test]
fn a_local_socket_may_be_that_of_a_proxy() {
    let proxies = TrustedProxies::x_forwarded(Networks::default().with_local_sockets());
    let headers = headers(&[("X-Forwarded-For", "198.51.100.7, 192.0.2.1")]);
    assert_eq!(proxies.read(None, &headers).client, Some("192.0.2.1".parse().unwrap()));
}
