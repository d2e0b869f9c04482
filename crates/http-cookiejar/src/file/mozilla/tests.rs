//! What the Netscape format promises: what others write is read, what we write is what others read.

use super::{MozillaFormat, push_number};
use crate::cookie::Cookie;
use crate::file::{BadLine, BadLineReason, FileFormat};

fn read(format: MozillaFormat, text: impl AsRef<[u8]>) -> Vec<Result<Cookie, BadLine>> {
    let mut items = Vec::new();
    format
        .read(text.as_ref(), 7, &mut |item| {
            items.push(item);
            true
        })
        .expect("readable");
    items
}

#[track_caller]
fn one(line: &str) -> Cookie {
    let mut items = read(MozillaFormat::default(), line);
    assert_eq!(items.len(), 1, "{line:?}");
    items.remove(0).expect("a cookie")
}

#[track_caller]
fn check_bad(line: impl AsRef<[u8]>, reason: BadLineReason) {
    let text = [b"# Netscape HTTP Cookie File\n", line.as_ref()].concat();
    assert_eq!(read(MozillaFormat::default(), text), [Err(BadLine::new(2, reason))]);
}

#[test]
fn a_line_has_seven_fields() {
    let cookie = one(".Example.org\tTRUE\t/a\tTRUE\t1999999999\tname\tva=lue");
    assert_eq!((cookie.domain(), cookie.host_only(), cookie.path()), ("example.org", false, "/a"));
    assert_eq!((cookie.secure(), cookie.expires(), cookie.discard()), (true, Some(1_999_999_999), false));
    assert_eq!((cookie.name(), cookie.value(), cookie.created()), (&b"name"[..], &b"va=lue"[..], 7));
}

#[test]
fn what_other_programs_write_is_read() {
    assert!(one("#HttpOnly_a.example\tFALSE\t/\tFALSE\t0\tx\ty").http_only());
    assert!(one("#httponly_a.example\tfalse\t/\tFALSE\t0\tx\ty\r\n").http_only());
    assert_eq!(one("\u{feff}a.example\tFALSE\t/\tFALSE\t0\tx\ty").domain(), "a.example");
    assert_eq!(one("a.example\tFALSE\t/\tFALSE\t0\tx").value(), b"");
    assert!(!one("a.example\tTRUE\t/\tFALSE\t0\tx\ty").host_only());
    assert!(one(".a.example\tFALSE\t/\tFALSE\t0\tx\ty").host_only());
    assert_eq!(one("a.example\tFALSE\t\tFALSE\t0\tx\ty").path(), "/");
    let nameless = one("a.example\tFALSE\t/\tFALSE\t0\t\ty");
    assert_eq!((nameless.name(), nameless.value()), (&b""[..], &b"y"[..]));
}

#[test]
fn an_end_may_be_written_in_many_ways() {
    for (text, expected) in [
        ("", None),
        ("0", None),
        ("0.0", None),
        ("1700000000", Some(1_700_000_000)),
        ("1700000000.75", Some(1_700_000_000)),
        ("1.7e9", Some(1_700_000_000)),
        ("-1", Some(-1)),
        ("99999999999999999999999", Some(i64::MAX)),
    ] {
        let cookie = one(&format!("a.example\tFALSE\t/\tFALSE\t{text}\tx\ty"));
        assert_eq!((cookie.expires(), cookie.discard()), (expected, expected.is_none()), "{text:?}");
    }
}

#[test]
fn comments_and_blank_lines_are_passed_over() {
    assert!(read(MozillaFormat::default(), "# a\n\n$x\n   \n#\n").is_empty());
}

#[test]
fn a_bad_line_says_what_is_bad() {
    check_bad("a.example\tFALSE\t/\tFALSE\t0", BadLineReason::FieldCount);
    check_bad("a.example\tFALSE\t/\tFALSE\t0\tx\ty\tz", BadLineReason::FieldCount);
    check_bad("a b\tFALSE\t/\tFALSE\t0\tx\ty", BadLineReason::Domain);
    check_bad("a.example\tno\t/\tFALSE\t0\tx\ty", BadLineReason::Flag);
    check_bad("a.example\tFALSE\t/\t1\t0\tx\ty", BadLineReason::Flag);
    check_bad("a.example\tFALSE\t/\tFALSE\tsoon\tx\ty", BadLineReason::Expiry);
    check_bad("a.example\tFALSE\t/\tFALSE\tinf\tx\ty", BadLineReason::Expiry);
    check_bad("a.example\tFALSE\t/\tFALSE\t-\tx\ty", BadLineReason::Expiry);
    check_bad("a.example\tFALSE\t/\tFALSE\t0\tx\ty\0", BadLineReason::Text);
    check_bad("a.example\tFALSE\t/\tFALSE\t0\tx\ty\rz", BadLineReason::Text);
    check_bad("a.example\tFALSE\t/\tFALSE\t0\tx=\ty", BadLineReason::Text);
    check_bad(b"a.example\tFALSE\t/\xff\tFALSE\t0\tx\ty", BadLineReason::Path);
}

#[test]
fn the_python_flavour_is_as_strict_as_python() {
    let read = |line: &str| read(MozillaFormat::python(), line).remove(0);
    let fields = "/\tFALSE\t0\t\tname";
    let valueless = read(&format!("a.example\tFALSE\t{fields}")).expect("a cookie");
    assert!(valueless.is_valueless() && valueless.name() == b"name");
    let bad = |line: &str| read(line).expect_err("bad").reason;
    assert_eq!(bad(&format!(".a.example\tFALSE\t{fields}")), BadLineReason::FlagDisagrees);
    assert_eq!(bad("a.example\tFALSE\t/\tFALSE\t0\tx"), BadLineReason::FieldCount);
}

#[test]
fn every_cookie_is_written_as_one_line() {
    let write = |format: MozillaFormat, cookie: Cookie| {
        let mut out = Vec::new();
        format.write_cookie(&cookie, &mut out).expect("writable");
        String::from_utf8(out).expect("text")
    };
    let session = || Cookie::builder("n", "v").domain("a.example");
    assert_eq!(
        write(MozillaFormat::default(), session().build().expect("one")),
        "a.example\tFALSE\t/\tFALSE\t0\tn\tv\n"
    );
    assert_eq!(
        write(MozillaFormat::python(), session().build().expect("one")),
        "a.example\tFALSE\t/\tFALSE\t\tn\tv\n"
    );
    let full = session().domain(".a.example").secure(true).http_only(true).expires(12).path("/p").valueless();
    let line = "#HttpOnly_.a.example\tTRUE\t/p\tTRUE\t12\t\tn\n";
    assert_eq!(write(MozillaFormat::default(), full.build().expect("one")), line);
}

#[test]
fn numbers_are_written_in_decimal() {
    for number in [0, 1, -1, 10, 1_700_000_000, i64::MAX, i64::MIN] {
        let mut out = Vec::new();
        push_number(number, &mut out);
        assert_eq!(out, number.to_string().as_bytes());
    }
}

#[test]
fn a_port_behind_the_host_is_no_part_of_it() {
    for (domain, host) in [
        ("127.0.0.1:18100", Some("127.0.0.1")),
        (".Example.org:8080", Some("example.org")),
        ("[::1]:8080", Some("[::1]")),
        ("[::1]", Some("[::1]")),
        ("::1", Some("[::1]")),
        ("example.org:", None),
        ("example.org:http", None),
        (":80", None),
    ] {
        let text = format!("{domain}\tFALSE\t/\tFALSE\t0\ta\t1\n");
        let mut found = Vec::new();
        let read = MozillaFormat::default().read(text.as_bytes(), 0, &mut |item| {
            found.push(item.ok().map(|cookie| cookie.domain().to_owned()));
            true
        });
        assert!(read.is_ok());
        assert_eq!(found, [host.map(str::to_owned)], "{domain}");
    }
}
