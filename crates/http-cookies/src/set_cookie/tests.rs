//! What RFC 6265bis §5.6 promises of a `Set-Cookie` line.

use super::*;

fn parse(line: &str) -> SetCookie<'_> {
    parse_set_cookie(line.as_bytes()).unwrap()
}

#[track_caller]
fn check_pair(line: &str, name: &str, value: &str) {
    let cookie = parse(line);
    assert_eq!((cookie.name, cookie.value), (name.as_bytes(), value.as_bytes()), "{line:?}");
}

#[test]
fn the_pair_is_split_at_the_first_equals_sign_and_trimmed() {
    check_pair("a=b", "a", "b");
    check_pair(" \ta \t= \tb\t ; c=d", "a", "b");
    check_pair("a=b=c", "a", "b=c");
    check_pair("a=", "a", "");
    check_pair("a==", "a", "=");
    check_pair("a=\"b; c\"", "a", "\"b");
    check_pair("a=b\tc", "a", "b\tc");
    check_pair("a=b, c=d", "a", "b, c=d");
    check_pair("Path=/; Secure", "Path", "/");
}

#[test]
fn a_pair_without_a_name_is_a_value() {
    check_pair("value", "", "value");
    check_pair("=value", "", "value");
    check_pair("==value", "", "=value");
    check_pair("  value  ; Path=/", "", "value");
}

#[test]
fn bytes_beyond_ascii_are_kept_as_they_are() {
    let cookie = parse_set_cookie(b"\xE9=\xFF\x80").unwrap();
    assert_eq!((cookie.name, cookie.value), (&b"\xE9"[..], &b"\xFF\x80"[..]));
}

#[test]
fn neither_name_nor_value_is_no_cookie() {
    for line in ["", " ", "=", " = ", ";", "=; Path=/", "; a=b"] {
        assert_eq!(parse_set_cookie(line.as_bytes()), Err(SetCookieError::Empty), "{line:?}");
    }
}

#[test]
fn every_control_character_but_the_tab_refuses_the_line_wherever_it_stands() {
    for byte in (0..=8).chain(10..=31).chain([127]) {
        for (before, after) in [("", "a=b"), ("a=b", "c"), ("a=b; Path=/", ""), ("a=b; x=", "; Secure")] {
            let line = [before.as_bytes(), &[byte], after.as_bytes()].concat();
            let refused = Err(SetCookieError::ControlCharacter { at: before.len() });
            assert_eq!(parse_set_cookie(&line), refused, "{line:?}");
        }
    }
}

#[test]
fn name_and_value_share_4096_bytes() {
    let value = "v".repeat(4095);
    assert_eq!(parse(&format!("n={value}")).value.len(), 4095);
    assert_eq!(parse(&format!("  n  =  {value}  ")).value.len(), 4095);
    assert_eq!(
        parse_set_cookie(format!("nn={value}").as_bytes()),
        Err(SetCookieError::TooLong { bytes: 4097 })
    );
}

#[test]
fn attributes_are_known_in_any_case_and_typed() {
    let cookie = parse(
        "a=b; EXPIRES=Thu, 01 Jan 1970 00:00:09 GMT; mAx-aGe=5; domain=Example.COM; PATH=/x; secure; \
         HTTPONLY; samesite=STRICT; partitioned",
    );
    assert_eq!(cookie.expires, Some(9));
    assert_eq!(cookie.max_age, Some(5));
    assert_eq!(cookie.domain, Some(&b"Example.COM"[..]));
    assert_eq!(cookie.path, Some(&b"/x"[..]));
    assert!(cookie.secure && cookie.http_only && cookie.partitioned);
    assert_eq!(cookie.same_site, Some(SameSite::Strict));
}

#[test]
fn flags_count_with_any_value() {
    let cookie = parse("a=b;Secure=no; HttpOnly=0 ;Partitioned=false");
    assert!(cookie.secure && cookie.http_only && cookie.partitioned);
    let cookie = parse("a=b; Securely; Http-Only; Partition");
    assert!(!cookie.secure && !cookie.http_only && !cookie.partitioned);
}

#[test]
fn a_bad_expires_or_max_age_leaves_the_earlier_one() {
    let cookie = parse("a=b; Expires=1 Jan 1970 00:00:01; Expires=never; Max-Age=7; Max-Age=; Max-Age=1.5");
    assert_eq!((cookie.expires, cookie.max_age), (Some(1), Some(7)));
    let cookie = parse("a=b; Expires=1 Jan 1970 00:00:01; Expires=2 Jan 1970 00:00:00; Max-Age=7; Max-Age=8");
    assert_eq!((cookie.expires, cookie.max_age), (Some(86_400), Some(8)));
}

#[test]
fn max_age_is_an_optional_minus_and_digits_and_saturates() {
    for (value, seconds) in [
        ("0", Some(0)),
        ("-0", Some(0)),
        ("007", Some(7)),
        ("-20", Some(-20)),
        ("9223372036854775807", Some(i64::MAX)),
        ("9223372036854775808", Some(i64::MAX)),
        ("-9223372036854775808", Some(i64::MIN)),
        ("-9999999999999999999999", Some(i64::MIN)),
        ("+5", None),
        ("-", None),
        ("--5", None),
        ("5 6", None),
        ("5s", None),
        ("", None),
    ] {
        assert_eq!(parse(&format!("a=b; Max-Age={value}")).max_age, seconds, "{value:?}");
    }
}

#[test]
fn the_last_domain_counts_without_one_leading_dot() {
    for (attributes, domain) in [
        ("Domain=a.example", Some("a.example")),
        ("Domain=.a.example", Some("a.example")),
        ("Domain=..a.example", Some(".a.example")),
        ("Domain=a.example; Domain=", Some("")),
        ("Domain", Some("")),
        ("Domain=.", Some("")),
        ("Domain=; Domain=b.example", Some("b.example")),
        ("Path=/", None),
    ] {
        let line = format!("a=b; {attributes}");
        assert_eq!(parse(&line).domain, domain.map(str::as_bytes), "{attributes:?}");
    }
}

#[test]
fn the_last_path_counts_and_only_with_a_slash_in_front() {
    for (attributes, path) in [
        ("Path=/a", Some("/a")),
        ("Path=/a; Path=/b", Some("/b")),
        ("Path=/a; Path=", None),
        ("Path=/a; Path=b", None),
        ("Path=\"/a\"", None),
        ("Path", None),
        ("Path=/a=b", Some("/a=b")),
    ] {
        assert_eq!(parse(&format!("a=b; {attributes}")).path, path.map(str::as_bytes), "{attributes:?}");
    }
}

#[test]
fn an_unknown_last_same_site_counts_as_none_given() {
    for (attributes, word) in [
        ("SameSite=Lax", Some(SameSite::Lax)),
        ("SameSite=none", Some(SameSite::None)),
        ("SameSite=Lax; SameSite=Strict", Some(SameSite::Strict)),
        ("SameSite=Lax; SameSite=maybe", None),
        ("SameSite=Lax; SameSite", None),
    ] {
        assert_eq!(parse(&format!("a=b; {attributes}")).same_site, word, "{attributes:?}");
    }
}

#[test]
fn an_attribute_value_of_more_than_1024_bytes_is_read_past() {
    let long = format!("/{}", "p".repeat(1024));
    assert_eq!(parse(&format!("a=b; Path=/x; Path={long}; Secure")).path, Some(&b"/x"[..]));
    assert_eq!(parse(&format!("a=b; Path={}", &long[..1024])).path, Some(&long.as_bytes()[..1024]));
    assert!(parse(&format!("a=b; Secure={long}; HttpOnly")).http_only);
    assert!(!parse(&format!("a=b; Secure={long}")).secure);
}

#[test]
fn unknown_attributes_are_kept_in_order() {
    let cookie = parse("a=b; Priority=High; Path=/; ; =x; Comment = c ;Version");
    let unknown: Vec<_> = cookie.unknown_attributes().collect();
    assert_eq!(
        unknown,
        [(&b"Priority"[..], &b"High"[..]), (&b"Comment"[..], &b"c"[..]), (&b"Version"[..], &b""[..])]
    );
    assert_eq!(cookie.attributes().count(), 5);
}

#[test]
fn debug_shows_attributes_but_no_value() {
    let text = format!("{:?}", parse("id=hunter2; Path=/p; Secure"));
    assert!(text.contains("id") && text.contains("/p") && !text.contains("hunter2"), "{text}");
}

#[test]
fn one_mebibyte_of_semicolons_is_read_in_one_pass() {
    let line = format!("a=b{}", ";".repeat(1 << 20));
    let cookie = parse(&line);
    assert_eq!(cookie.attributes().next(), None);
}
