//! Tests of request targets and hosts, and of conversions to and from the `http` crate.

use super::{RequestHead, RequestTarget, ResponseHead, TargetForm, is_host_and_port};
use crate::error::InvalidInput;
use http::{Method, Request, Response, StatusCode, Version};

/// Form, path, query, scheme and authority of a target.
#[track_caller]
fn check(
    text: &str,
    method: &Method,
    form: TargetForm,
    (path, query): (&str, Option<&str>),
    (scheme, authority): (Option<&str>, Option<&str>),
) {
    let target = RequestTarget::new(text, method).unwrap();
    assert_eq!(target.as_str(), text);
    assert_eq!(target.form(), form, "{text}");
    assert_eq!((target.path(), target.query()), (path, query), "{text}");
    assert_eq!((target.scheme(), target.authority()), (scheme, authority), "{text}");
}

#[test]
fn origin_forms() {
    for (text, path, query) in [
        ("/", "/", None),
        ("/a/b", "/a/b", None),
        ("/a?b", "/a", Some("b")),
        ("/?", "/", Some("")),
        ("/a?b?c", "/a", Some("b?c")),
        ("//a//b", "//a//b", None),
        ("/a://b/c?d", "/a://b/c", Some("d")),
        ("/%2e%2E/%zz", "/%2e%2E/%zz", None),
        ("/*", "/*", None),
    ] {
        for method in [Method::GET, Method::OPTIONS, Method::from_bytes(b"WEIRD").unwrap()] {
            check(text, &method, TargetForm::Origin, (path, query), (None, None));
        }
    }
}

#[test]
fn absolute_forms() {
    for (text, path, query, scheme, authority) in [
        ("http://a", "/", None, "http", "a"),
        ("http://a/", "/", None, "http", "a"),
        ("HTTP://A:80/b?c", "/b", Some("c"), "HTTP", "A:80"),
        ("http://a?b", "/", Some("b"), "http", "a"),
        ("http://a:/b", "/b", None, "http", "a:"),
        ("https://[::1]:8443/x", "/x", None, "https", "[::1]:8443"),
        ("http://[v1.fe80::a]/", "/", None, "http", "[v1.fe80::a]"),
        ("http://a/b@c?d@e", "/b@c", Some("d@e"), "http", "a"),
        ("http://a?b@c", "/", Some("b@c"), "http", "a"),
        ("http://a/http://b", "/http://b", None, "http", "a"),
        ("http://%41.example/", "/", None, "http", "%41.example"),
        ("ftp://user:pw@a/b", "/b", None, "ftp", "user:pw@a"),
        ("x+y-z.1://h", "/", None, "x+y-z.1", "h"),
    ] {
        check(text, &Method::GET, TargetForm::Absolute, (path, query), (Some(scheme), Some(authority)));
    }
}

#[test]
fn authority_form_is_for_connect_and_connect_for_it() {
    for text in ["a:443", "example.org:1", "127.0.0.1:65535", "[::1]:80", "a.b-c_d~e:080"] {
        check(text, &Method::CONNECT, TargetForm::Authority, ("", None), (None, Some(text)));
        assert!(RequestTarget::new(text, &Method::GET).is_err(), "{text}");
    }
    for text in [
        "a",
        "a:",
        ":80",
        "a:0",
        "a:65536",
        "a:99999999999999999999",
        "a:8x",
        "a:+80",
        "a:-1",
        "a:80:80",
        "::1:80",
        "[::1]",
        "[::1:80",
        "u@a:80",
        "a:80/",
        "http://a:80",
        "/",
        "*",
        "[]:80",
        "[a]:80",
        "[::1%25eth0]:80",
        "%4:80",
        "%zz:80",
    ] {
        assert_eq!(
            RequestTarget::new(text, &Method::CONNECT),
            Err(InvalidInput::Target { offset: 0 }),
            "{text}"
        );
    }
}

#[test]
fn the_asterisk_is_for_options() {
    check("*", &Method::OPTIONS, TargetForm::Asterisk, ("", None), (None, None));
    for method in [Method::GET, Method::POST, Method::CONNECT] {
        assert!(RequestTarget::new("*", &method).is_err());
    }
    assert!(RequestTarget::new("**", &Method::OPTIONS).is_err());
    assert!(RequestTarget::new("*?a", &Method::OPTIONS).is_err());
}

#[test]
fn targets_of_no_form_are_refused() {
    for text in [
        "",
        "a",
        "a/b",
        "?a",
        "http:",
        "http:/a",
        "http:///a",
        "http://",
        "http://:80/",
        "://a",
        "1a://b",
        "ht_tp://a",
        "file:///a",
        "urn:a:b",
        "http://a b",
        "http://[::1/",
        "http://[::g]/",
        "http://a:8x/",
        "http://a@b/",
        "https://u:p@b/",
        "HTTPS://@b/",
        "http://[1.2.3.4]/",
        "http://a\\b/",
        "http://[vx.1]/",
        "http://[v1.]/",
    ] {
        let refused = RequestTarget::new(text, &Method::GET);
        assert!(matches!(refused, Err(InvalidInput::Target { .. })), "{text}: {refused:?}");
    }
}

#[test]
fn bytes_that_no_target_has_are_named_by_place() {
    for (text, offset) in [
        ("/a b", 2),
        ("/\r\nX: y", 1),
        ("/a#b", 2),
        ("/é", 1),
        ("/\u{7f}", 1),
        ("/\0", 1),
        ("/0123456789\t", 11),
    ] {
        let refused = RequestTarget::new(text, &Method::GET);
        assert_eq!(refused, Err(InvalidInput::Target { offset }), "{text:?}");
    }
}

#[test]
fn user_information_is_never_shown() {
    let target = RequestTarget::new("ftp://user:s3cret@host/p?q", &Method::GET).unwrap();
    for shown in [format!("{target}"), format!("{target:?}")] {
        assert_eq!(shown, "ftp://[hidden]@host/p?q");
    }
    assert_eq!(target.as_str(), "ftp://user:s3cret@host/p?q");
    assert_eq!(format!("{}", RequestTarget::default()), "/");
}

#[test]
fn hosts() {
    for host in [
        "a",
        "example.org",
        "EXAMPLE.org.",
        "a:80",
        "a:",
        "a:99999",
        "127.0.0.1",
        "127.0.0.1:8080",
        "[::1]",
        "[::1]:80",
        "[::ffff:1.2.3.4]",
        "[v7.a:b]",
        "a_b",
        "a~b",
        "%41",
        "1234",
        "a,b",
        "a!$&'()*+;=",
        "xn--bcher-kva.example",
    ] {
        assert!(is_host_and_port(host.as_bytes()), "{host}");
    }
    for host in [
        "",
        ":80",
        ":",
        "a b",
        "a/b",
        "a@b",
        "u@a:80",
        "a:b",
        "a:8 0",
        "a:80:80",
        "::1",
        "::1:80",
        "[::1",
        "::1]",
        "[]",
        "[::1]80",
        "[::1]a",
        "[[::1]]",
        "[::1%eth0]",
        "a#",
        "a?",
        "a\\b",
        "é",
        "a\0",
        "http://a",
        "%",
        "%4",
        "%4g",
        "a, b",
        "a\t",
        "\"a\"",
        "<a>",
        "{a}",
        "[1.2.3.4]",
    ] {
        assert!(!is_host_and_port(host.as_bytes()), "{host}");
    }
}

#[test]
fn requests_convert_both_ways() {
    let mut head = RequestHead {
        method: Method::from_bytes(b"BREW").unwrap(),
        target: RequestTarget::new("/pot?milk=1", &Method::GET).unwrap(),
        version: Version::HTTP_10,
        ..RequestHead::default()
    };
    head.headers.append("X-A", "1").unwrap();
    head.headers.append("x-a", "\u{e9}").unwrap();
    let request = Request::<()>::try_from(&head).unwrap();
    assert_eq!(request.uri(), "/pot?milk=1");
    assert_eq!(request.headers().get_all("x-a").iter().count(), 2);
    assert_eq!(RequestHead::try_from(&request).unwrap(), head);
}

#[test]
fn each_form_of_target_converts_both_ways() {
    for (text, method) in [
        ("/a?b", Method::GET),
        ("http://a/b?c", Method::GET),
        ("a:443", Method::CONNECT),
        ("*", Method::OPTIONS),
    ] {
        let target = RequestTarget::new(text, &method).unwrap();
        let head = RequestHead { method, target, ..RequestHead::default() };
        let request = Request::<()>::try_from(&head).unwrap();
        assert_eq!(RequestHead::try_from(&request).unwrap().target, head.target, "{text}");
    }
}

#[test]
fn a_uri_that_no_request_line_can_hold_is_an_error() {
    let request = Request::builder().uri("http://user@example.org/").body(()).unwrap();
    assert!(matches!(RequestHead::try_from(&request), Err(InvalidInput::Target { .. })));
    // The `http` crate has an end where a request line has none.
    let target = RequestTarget::new(&format!("/{}", "a".repeat(70_000)), &Method::GET).unwrap();
    assert!(Request::<()>::try_from(&RequestHead { target, ..RequestHead::default() }).is_err());
}

#[test]
fn responses_convert_both_ways_but_for_the_reason() {
    let mut head = ResponseHead {
        status: StatusCode::NOT_FOUND,
        reason: b"Gone fishing".to_vec(),
        ..ResponseHead::default()
    };
    head.headers.append("Server", "x").unwrap();
    let response = Response::<()>::try_from(&head).unwrap();
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    let back = ResponseHead::try_from(&response).unwrap();
    assert_eq!(back.reason, b"Not Found");
    assert_eq!(ResponseHead { reason: head.reason.clone(), ..back }, head);
}

#[test]
fn debug_shows_heads_as_text_and_hides_secrets() {
    let mut head = ResponseHead { reason: b"All \xff fine".to_vec(), ..ResponseHead::default() };
    head.headers.append("Set-Cookie", "s3cret=1").unwrap();
    let shown = format!("{head:?}");
    assert!(shown.contains(r"All \xff fine") && shown.contains("HTTP/1.1"), "{shown}");
    assert!(!shown.contains("s3cret"), "{shown}");
    let mut head = RequestHead::default();
    head.headers.append("Cookie", "s3cret=1").unwrap();
    let shown = format!("{head:?}");
    assert!(shown.contains("target: /") && !shown.contains("s3cret"), "{shown}");
}
