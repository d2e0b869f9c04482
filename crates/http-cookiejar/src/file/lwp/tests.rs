//! What the LWP format promises; that it is CPython's byte for byte is shown by the parity tests.

use super::{LwpFormat, as_lwp_str};
use crate::cookie::Cookie;
use crate::cookie::builder::CookieBuilder;
use crate::file::{BadLine, BadLineReason, FileFormat, Unwritable};
use crate::jar::CookieJar;

fn write(cookie: &Cookie) -> Result<String, Unwritable> {
    let mut out = Vec::new();
    LwpFormat.write_cookie(cookie, &mut out).map(|()| String::from_utf8(out).expect("text"))
}

fn read(text: &str) -> Vec<Result<Cookie, BadLine>> {
    let mut items = Vec::new();
    let text = format!("#LWP-Cookies-2.0\n{text}");
    let all = LwpFormat.read(text.as_bytes(), 7, &mut |item| {
        items.push(item);
        true
    });
    all.expect("readable");
    items
}

#[track_caller]
fn check(cookie: &Cookie, line: &str) {
    assert_eq!(write(cookie).as_deref(), Ok(line));
    let back = read(line).remove(0).expect("a cookie");
    assert!(back.same_content(cookie), "{line}");
}

#[test]
fn a_cookie_is_one_line_and_comes_back() {
    let plain = Cookie::builder("a", "1").domain("example.org").build().expect("a cookie");
    check(&plain, "Set-Cookie3: a=1; path=\"/\"; domain=\"example.org\"; discard; version=0\n");
    let full = Cookie::builder("b", "x \"y\\")
        .domain(".example.org")
        .domain_given(true, true)
        .path("/p")
        .path_given(true)
        .port(Some("80,81"), true)
        .secure(true)
        .http_only(true)
        .same_site(http_cookies::SameSite::None)
        .expires(2_000_000_000)
        .comment(Some("words"))
        .comment_url(Some("http://x/"))
        .nonstandard_attr("Foo", Some("bar"))
        .version(1)
        .build()
        .expect("a cookie");
    let line = "Set-Cookie3: b=\"x \\\"y\\\\\"; path=\"/p\"; domain=\".example.org\"; port=\"80,81\"; path_spec; \
                port_spec; domain_dot; secure; expires=\"2033-05-18 03:33:20Z\"; comment=words; \
                commenturl=\"http://x/\"; Foo=bar; HttpOnly=None; SameSite=None; version=1\n";
    check(&full, line);
    let valueless = Cookie::builder("v", "").valueless().domain("e.org").build().expect("a cookie");
    check(&valueless, "Set-Cookie3: v; path=\"/\"; domain=\"e.org\"; discard; version=0\n");
    let empty = Cookie::builder("e", "").domain("e.org").build().expect("a cookie");
    check(&empty, "Set-Cookie3: e=\"\"; path=\"/\"; domain=\"e.org\"; discard; version=0\n");
}

#[test]
fn what_cannot_be_read_back_is_not_written() {
    let refuse = |builder: CookieBuilder| write(&builder.build().expect("a cookie"));
    assert_eq!(refuse(Cookie::builder("", "x").domain("a.org")), Err(Unwritable::Name));
    assert_eq!(refuse(Cookie::builder("a b", "x").domain("a.org")), Err(Unwritable::Name));
    assert_eq!(refuse(Cookie::builder("a,b", "x").domain("a.org")), Err(Unwritable::Name));
    assert_eq!(refuse(Cookie::builder("a", b"\xff").domain("a.org")), Err(Unwritable::NotText));
    let partitioned = Cookie::builder("a", "x").domain("a.org").partition(Some("https://b.org"));
    assert_eq!(refuse(partitioned), Err(Unwritable::Partitioned));
}

#[test]
fn bad_lines_are_numbered_and_others_are_read() {
    let items = read(
        "Set-Cookie3: a=1; path=\"/\"\nnoise\nSet-Cookie3: b=2; domain=x.org; expires=never\n\
                      Set-Cookie3: c=3; domain=x.org; version=0\n",
    );
    let reasons: Vec<_> =
        items.iter().map(|item| item.as_ref().map_err(|bad| (bad.line, bad.reason))).collect();
    assert_eq!(reasons.first(), Some(&Err((2, BadLineReason::Domain))));
    assert_eq!(reasons.get(1), Some(&Err((4, BadLineReason::Expiry))));
    assert!(reasons.get(2).is_some_and(Result::is_ok));
}

#[test]
fn other_texts_are_not_this_format() {
    for (text, known) in [
        ("#LWP-Cookies-2.0\n", true),
        ("#LWP-Cookies-11.5 x", true),
        ("#LWP-Cookies-2\n", false),
        ("#LWP-Cookies-.5\n", false),
        ("# Netscape HTTP Cookie File\n", false),
    ] {
        assert_eq!(LwpFormat.has_header(text.as_bytes()), known, "{text}");
        assert_eq!(LwpFormat.read(text.as_bytes(), 0, &mut |_| true).is_ok(), known, "{text}");
    }
}

#[test]
fn a_jar_can_be_had_as_lines() {
    let mut jar = CookieJar::new();
    jar.set_cookie(Cookie::builder("a", "1").domain("x.org").build().expect("a cookie"));
    jar.set_cookie(Cookie::builder("b", "2").domain("x.org").expires(10).build().expect("a cookie"));
    assert_eq!(as_lwp_str(&jar, false, false, 20), "");
    assert_eq!(as_lwp_str(&jar, true, true, 20).lines().count(), 2);
    assert!(as_lwp_str(&jar, false, true, 20).contains("expires=\"1970-01-01 00:00:10Z\""));
}
