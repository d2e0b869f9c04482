//! Tests of the readers for lists, parameters, quoted strings and weights.

use super::{Parameter, before_parameters, elements, parameter, parameters, parts, quote, unquote, weight};
use proptest::prelude::*;
use std::borrow::Cow;

#[track_caller]
fn check_elements(value: &str, want: &[&str]) {
    let found: Vec<&str> =
        elements(value.as_bytes()).map(|bytes| std::str::from_utf8(bytes).unwrap()).collect();
    assert_eq!(found, want, "{value:?}");
}

#[test]
fn lists_are_split_at_commas_outside_quotes() {
    check_elements("", &[]);
    check_elements(",", &[]);
    check_elements(" , ,\t,", &[]);
    check_elements("a", &["a"]);
    check_elements("a,b", &["a", "b"]);
    check_elements(" a ,\tb c , ", &["a", "b c"]);
    check_elements(",a,,b,", &["a", "b"]);
    check_elements("\"a,b\",c", &["\"a,b\"", "c"]);
    check_elements("x=\"a\\\",b\",c", &["x=\"a\\\",b\"", "c"]);
    check_elements("\"a\\\\\",b", &["\"a\\\\\"", "b"]);
    check_elements("W/\"a,b\", \"c\"", &["W/\"a,b\"", "\"c\""]);
    check_elements("a\\,b", &["a\\", "b"]);
    check_elements("\"open, c", &["\"open, c"]);
    check_elements("\"open\\", &["\"open\\"]);
}

#[test]
fn parts_are_split_at_semicolons_outside_quotes() {
    let found: Vec<&[u8]> = parts(b"text/html; a=\"b;c\" ;; d, e").collect();
    assert_eq!(found, [&b"text/html"[..], b"a=\"b;c\"", b"d, e"]);
    assert_eq!(before_parameters(b"text/html ; charset=x"), b"text/html");
    assert_eq!(before_parameters(b" a "), b"a");
    assert_eq!(before_parameters(b";a"), b"");
    assert_eq!(before_parameters(b""), b"");
}

#[track_caller]
fn check_parameters(value: &str, want: &[(&str, &str)]) {
    let found: Vec<(String, String)> = parameters(value.as_bytes())
        .map(|Parameter { name, value }| {
            (String::from_utf8(name.to_vec()).unwrap(), String::from_utf8(value.to_vec()).unwrap())
        })
        .collect();
    let want: Vec<(String, String)> =
        want.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    assert_eq!(found, want, "{value:?}");
}

#[test]
fn parameters_are_read() {
    check_parameters("text/html", &[]);
    check_parameters("text/html;", &[]);
    check_parameters("text/html; charset=utf-8;Q=0.5", &[("charset", "utf-8"), ("Q", "0.5")]);
    check_parameters("a;b=\"c;d\\\"e\\\\\";f", &[("b", "c;d\"e\\"), ("f", "")]);
    check_parameters("a; b = c ", &[("b", "c")]);
    check_parameters("a;b=c=d", &[("b", "c=d")]);
    check_parameters("a;=c;\"b\"=c;b c=d;e=", &[("e", "")]);
    check_parameters("a;b=\"\"", &[("b", "")]);
    assert!(parameter(b"").is_none() && parameter(b"=").is_none());
}

#[test]
fn quotes_are_taken_off_only_in_pairs() {
    for (quoted, want) in [
        (&b"\"a\""[..], &b"a"[..]),
        (b"\"\"", b""),
        (b"\"a\\\"b\\\\c\"", b"a\"b\\c"),
        (b"\"\\a\"", b"a"),
        (b"\"a\\\"", b"a"),
        (b"a", b"a"),
        (b"\"", b"\""),
        (b"\"a", b"\"a"),
        (b"a\"", b"a\""),
        (b"", b""),
        (b"\"\xff\"", b"\xff"),
    ] {
        assert_eq!(unquote(quoted), want, "{}", quoted.escape_ascii());
    }
    assert!(matches!(unquote(b"\"plain\""), Cow::Borrowed(_)), "no escape, no allocation");
}

#[test]
fn text_is_quoted_where_it_must_be() {
    for (text, want) in [
        ("token", "token"),
        ("", "\"\""),
        ("a b", "\"a b\""),
        ("a\"b\\c", "\"a\\\"b\\\\c\""),
        ("a,b;c=d", "\"a,b;c=d\""),
        ("é", "\"é\""),
    ] {
        assert_eq!(quote(text), want);
    }
}

#[test]
fn weights() {
    for (element, want) in [
        ("a", Some(1000)),
        ("a;q=1", Some(1000)),
        ("a;q=1.", Some(1000)),
        ("a;q=1.000", Some(1000)),
        ("a;q=0", Some(0)),
        ("a;q=0.", Some(0)),
        ("a;q=0.5", Some(500)),
        ("a; Q = 0.05", Some(50)),
        ("a;x=y;q=0.001", Some(1)),
        ("a;q=0.999;q=0.1", Some(999)),
        ("a;q=\"0.5\"", Some(500)),
        ("a;q=1.001", None),
        ("a;q=0.0001", None),
        ("a;q=2", None),
        ("a;q=.5", None),
        ("a;q=-1", None),
        ("a;q=+1", None),
        ("a;q=0,5", None),
        ("a;q=", None),
        ("a;q", None),
        ("a;q=1e0", None),
        ("a;q=0.x", None),
        ("a;q=10", None),
    ] {
        assert_eq!(weight(element.as_bytes()), want, "{element}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_quoted_is_read_back(text in "[ -~é]{0,20}") {
        let quoted = quote(&text);
        prop_assert_eq!(unquote(quoted.as_bytes()), text.as_bytes());
        let list = format!("a;x={quoted}, b");
        prop_assert_eq!(elements(list.as_bytes()).count(), 2);
        let first = elements(list.as_bytes()).next().unwrap();
        prop_assert_eq!(parameters(first).next().unwrap().value, text.as_bytes());
    }

    #[test]
    fn nothing_panics_and_elements_are_trimmed_parts_of_the_value(value in prop::collection::vec(prop::sample::select(b"a\",;\\ \t=q01.\xff".to_vec()), 0..30)) {
        for element in elements(&value).chain(parts(&value)) {
            prop_assert!(!element.is_empty());
            prop_assert!(!matches!(element.first(), Some(b' ' | b'\t')));
            prop_assert!(!matches!(element.last(), Some(b' ' | b'\t')));
            prop_assert!(value.windows(element.len()).any(|window| window == element));
            let _ = weight(element);
        }
        let _ = parameters(&value).count();
        let _ = unquote(&value);
    }
}
