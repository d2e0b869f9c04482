//! What the JSON format promises.

use super::{JsonFormat, integer};
use crate::cookie::Cookie;
use crate::file::{BadLine, BadLineReason, FileFormat};

const HEADER: &str = "{\"format\":\"http-cookiejar\",\"version\":1}\n";

fn read(text: &str) -> Vec<Result<Cookie, BadLine>> {
    let mut items = Vec::new();
    let all = JsonFormat.read(format!("{HEADER}{text}").as_bytes(), 7, &mut |item| {
        items.push(item);
        true
    });
    all.expect("readable");
    items
}

fn write(cookie: &Cookie) -> String {
    let mut out = Vec::new();
    JsonFormat.write_cookie(cookie, &mut out).expect("writable");
    String::from_utf8(out).expect("text")
}

#[track_caller]
fn check(cookie: &Cookie, line: &str) {
    assert_eq!(write(cookie), format!("{line}\n"));
    let back = read(line).remove(0).expect("a cookie");
    assert!(back.same_content(cookie) && back.created() == cookie.created(), "{line}");
}

#[test]
fn a_cookie_is_one_object_and_comes_back() {
    let plain = Cookie::builder("a", "1").domain("x.org").created(5).build().expect("a cookie");
    let line = r#"{"name":"a","value":"1","domain":"x.org","path":"/","host_only":true,"created":5}"#;
    check(&plain, line);
    let modern = Cookie::builder("__Secure-b", "\"q\"\t\u{e9}")
        .domain(".x.org")
        .secure(true)
        .http_only(true)
        .same_site(http_cookies::SameSite::Strict)
        .partition(Some("https://top.org"))
        .expires(-9)
        .path("/p");
    let line = r#"{"name":"__Secure-b","value":"\"q\"\u0009é","domain":"x.org","path":"/p","secure":true,"http_only":true,"same_site":"Strict","partition":"https://top.org","expires":-9,"created":0}"#;
    check(&modern.build().expect("a cookie"), line);
    let python = Cookie::builder("c", "")
        .valueless()
        .domain("x.org")
        .domain_given(true, true)
        .path_given(true)
        .port(Some("80"), true)
        .version(None)
        .rfc2109(true)
        .comment(Some("c"))
        .comment_url(Some("u"))
        .discard(true)
        .expires(9)
        .nonstandard_attr("Foo", None)
        .nonstandard_attr("Bar", Some("b\\"));
    let line = r#"{"name":"c","domain":"x.org","path":"/","host_only":true,"expires":9,"created":0,"path_specified":true,"discard":true,"domain_specified":true,"domain_initial_dot":true,"version":null,"port":"80","port_specified":true,"rfc2109":true,"comment":"c","comment_url":"u","rest":{"Foo":null,"Bar":"b\\"}}"#;
    check(&python.build().expect("a cookie"), line);
    let bytes = Cookie::builder(b"\xff", b"\x80a").domain("x.org").build().expect("a cookie");
    check(
        &bytes,
        r#"{"name_hex":"ff","value_hex":"8061","domain":"x.org","path":"/","host_only":true,"created":0}"#,
    );
}

#[test]
fn unknown_keys_are_kept_as_they_came() {
    let line = r#"{"name":"a","value":"1","domain":"x.org","path":"/","created":1,"later":{"x":[1, "]}", null]},"n":1.50}"#;
    let cookie = read(line).remove(0).expect("a cookie");
    assert_eq!(write(&cookie), format!("{line}\n"));
}

#[test]
fn a_bad_line_is_numbered() {
    for (line, reason) in [
        ("nonsense", BadLineReason::Syntax),
        (r#"{"name":"a"}"#, BadLineReason::Domain),
        (r#"{"value":"a","domain":"x.org"}"#, BadLineReason::Syntax),
        (r#"{"name":1,"domain":"x.org"}"#, BadLineReason::Syntax),
        (r#"{"name":"a","domain":"x y"}"#, BadLineReason::Domain),
        (r#"{"name":"a","domain":"x.org"} trailing"#, BadLineReason::Syntax),
        (r#"{"name":"a\u0000","domain":"x.org"}"#, BadLineReason::Text),
        (r#"{"name":"a","value":"b;c","domain":"x.org"}"#, BadLineReason::Text),
        (r#"{"name":"a","domain":"x.org","partition":["https://top.org"]}"#, BadLineReason::Syntax),
        (r#"{"name":"a","domain":"x.org","partition":null}"#, BadLineReason::Syntax),
        (r#"{"name":"a","domain":"x.org","comment":"b\nc"}"#, BadLineReason::Text),
        (r#"{"name":"a","domain":"x.org","rest":{"b":"c\nd"}}"#, BadLineReason::Text),
        (r#"{"name":"a","domain":"x.org","same_site":"Odd"}"#, BadLineReason::Syntax),
        (r#"{"name_hex":"abc","domain":"x.org"}"#, BadLineReason::Syntax),
    ] {
        assert_eq!(read(line), [Err(BadLine::new(2, reason))], "{line}");
    }
    assert!(read("\n  \n").is_empty());
}

#[test]
fn other_texts_and_later_versions_are_not_this_format() {
    for text in
        ["x", "{}", "{\"format\":\"http-cookiejar\",\"version\":2}\n", "{\"format\":\"other\",\"version\":1}"]
    {
        assert!(JsonFormat.read(text.as_bytes(), 0, &mut |_| true).is_err(), "{text}");
    }
    assert!(JsonFormat.read(b"", 0, &mut |_| true).is_ok());
}

#[test]
fn numbers_with_fractions_are_cut_off() {
    assert_eq!(integer("17.9"), Ok(17));
    assert_eq!(integer("1e3"), Ok(1000));
    assert_eq!(integer("1e300"), Ok(i64::MAX));
}
