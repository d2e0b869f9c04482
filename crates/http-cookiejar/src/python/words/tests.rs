//! What header words promise.

use super::{is_python_integer, join_header_words, python_integer, split_header_words, strip};

#[track_caller]
fn check(text: &str, expected: &[&[(&str, Option<&str>)]]) {
    let lists = split_header_words(text.as_bytes());
    let got: Vec<Vec<(String, Option<String>)>> = lists
        .iter()
        .map(|list| {
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
            list.iter().map(|(name, value)| (text(name), value.as_deref().map(text))).collect()
        })
        .collect();
    let expected: Vec<Vec<(String, Option<String>)>> = expected
        .iter()
        .map(|list| list.iter().map(|(n, v)| ((*n).to_owned(), v.map(str::to_owned))).collect())
        .collect();
    assert_eq!(got, expected, "{text:?}");
}

#[test]
fn words_are_split_as_rfc_2965_has_them() {
    check("foo", &[&[("foo", None)]]);
    check("foo=bar", &[&[("foo", Some("bar"))]]);
    check("   foo   ", &[&[("foo", None)]]);
    check("foo=", &[&[("foo", Some(""))]]);
    check("foo = bar ; x", &[&[("foo", Some("bar")), ("x", None)]]);
    check("foo=bar bar=baz", &[&[("foo", Some("bar")), ("bar", Some("baz"))]]);
    check("foo bar;bar=baz", &[&[("foo", None), ("bar", None), ("bar", Some("baz"))]]);
    check(r#"foo="foo;bar" bar="baz""#, &[&[("foo", Some("foo;bar")), ("bar", Some("baz"))]]);
    check("foo bar,bar=baz", &[&[("foo", None), ("bar", None)], &[("bar", Some("baz"))]]);
    check(r#"foo="\"";bar=x"#, &[&[("foo", Some("\"")), ("bar", Some("x"))]]);
    check(r#"foo="open;bar=x"#, &[&[("foo", Some("\"open")), ("bar", Some("x"))]]);
    check(", ,, foo,", &[&[("foo", None)]]);
    check("===;; =x", &[&[("x", None)]]);
    check("", &[]);
}

#[test]
fn words_are_joined_with_quotes_where_needed() {
    assert_eq!(join_header_words([("a", Some("b_1")), ("c", None), ("d", Some(""))]), r#"a=b_1; c; d="""#);
    assert_eq!(join_header_words([("a", Some(r#"x"y\z"#)), ("p", Some("/"))]), r#"a="x\"y\\z"; p="/""#);
}

#[test]
fn integers_are_pythons() {
    for (text, expected) in [
        ("12", Some(12)),
        (" +1_0 ", Some(10)),
        ("-5", Some(-5)),
        ("00", Some(0)),
        ("99999999999999999999", Some(i64::MAX)),
        ("", None),
        ("_1", None),
        ("1__0", None),
        ("1.0", None),
        ("0x1", None),
        ("- 1", None),
    ] {
        assert_eq!(python_integer(text.as_bytes()), expected, "{text:?}");
    }
    assert!(
        is_python_integer("9".repeat(4300).as_bytes()) && !is_python_integer("9".repeat(4301).as_bytes())
    );
}

#[test]
fn blanks_are_cut_off() {
    assert_eq!(strip(b" \t\x0b\x1fa b\r\n"), b"a b");
    assert_eq!(strip(b"  "), b"");
}
