//! What a server may expect of a `Cookie` field.

use super::*;
use proptest::prelude::*;

#[track_caller]
fn check(header: &str, expected: &[(&str, &str)]) {
    assert_eq!(pairs(header).collect::<Vec<_>>(), expected, "{header:?}");
    let bytes: Vec<_> = expected.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
    assert_eq!(pairs(header.as_bytes()).collect::<Vec<_>>(), bytes, "{header:?}");
}

#[test]
fn semicolons_separate_and_nothing_else_does() {
    check("a=b; c=d", &[("a", "b"), ("c", "d")]);
    check("a=b;c=d", &[("a", "b"), ("c", "d")]);
    check("a=b c=d", &[("a", "b c=d")]);
    check("a=b, c=d", &[("a", "b, c=d")]);
    check("a=\"b; c\"; d=e", &[("a", "\"b"), ("", "c\""), ("d", "e")]);
}

#[test]
fn blanks_around_names_and_values_are_removed() {
    check("  a\t = \t b  ;\tc=d ", &[("a", "b"), ("c", "d")]);
    check("a=b\u{a0}", &[("a", "b\u{a0}")]);
}

#[test]
fn empty_pairs_are_read_past() {
    check("", &[]);
    check(";", &[]);
    check(" ; ;= ; =", &[]);
    check("a=b;;c=d;", &[("a", "b"), ("c", "d")]);
}

#[test]
fn names_and_values_may_be_missing_or_strange() {
    check("a=", &[("a", "")]);
    check("=b", &[("", "b")]);
    check("b", &[("", "b")]);
    check("a==b=", &[("a", "=b=")]);
    check("a b=c", &[("a b", "c")]);
    check("é=ü; {\"x\"}=[1]", &[("é", "ü"), ("{\"x\"}", "[1]")]);
    check("Path=/; $Version=1; secure", &[("Path", "/"), ("$Version", "1"), ("", "secure")]);
}

#[test]
fn get_answers_the_first_value_and_get_all_every_one() {
    let found = pairs("a=1; A=2; a=3; b=4");
    assert_eq!(found.get("a"), Some("1"));
    assert_eq!(found.get("c"), None);
    assert_eq!(found.get_all("a").collect::<Vec<_>>(), ["1", "3"]);
    assert_eq!(found.get_all(b"A").collect::<Vec<_>>(), ["2"]);
    let mut rest = found.clone();
    rest.next();
    assert_eq!(rest.get("a"), Some("3"));
}

#[test]
fn semicolons_are_found_at_every_place_and_at_every_length() {
    for length in 0..40 {
        for at in 0..=length {
            let header = format!("a={}{}{}", "v".repeat(at), ";", "w".repeat(length - at));
            let expected = "v".repeat(at);
            assert_eq!(pairs(header.as_str()).next(), Some(("a", expected.as_str())));
        }
    }
}

#[test]
fn places_say_where_a_pair_starts() {
    let places: Vec<_> = pairs("  a=b;; \tc ;=d").with_places().map(|(at, ..)| at).collect();
    assert_eq!(places, [2, 9, 13]);
}

#[test]
fn debug_shows_names_only() {
    assert_eq!(format!("{:?}", pairs("id=hunter2; b=c")), r#"["id", "b"]"#);
}

/// The same by the words of RFC 6265bis, with nothing clever.
fn plainly(header: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let blank = |byte: &u8| *byte == b' ' || *byte == b'\t';
    let trim = |text: &[u8]| {
        let start = text.iter().position(|byte| !blank(byte)).unwrap_or(text.len());
        let end = text.iter().rposition(|byte| !blank(byte)).map_or(start, |at| at + 1);
        text[start..end].to_vec()
    };
    header
        .split(|byte| *byte == b';')
        .map(|pair| match pair.iter().position(|byte| *byte == b'=') {
            Some(at) => (trim(&pair[..at]), trim(&pair[at + 1..])),
            None => (Vec::new(), trim(pair)),
        })
        .filter(|(name, value)| !name.is_empty() || !value.is_empty())
        .collect()
}

proptest! {
    #[test]
    fn any_bytes_are_split_as_the_rule_says(header in proptest::collection::vec(
        prop_oneof![Just(b';'), Just(b'='), Just(b' '), Just(b'\t'), Just(b'a'), any::<u8>()], 0..64)) {
        let found: Vec<_> = pairs(&header[..]).map(|(name, value)| (name.to_vec(), value.to_vec())).collect();
        prop_assert_eq!(found, plainly(&header));
    }

    #[test]
    fn any_text_is_split_as_its_bytes_are(header in "[;= a\té€]{0,40}") {
        let of_text: Vec<_> = pairs(header.as_str()).map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
        prop_assert_eq!(of_text, pairs(header.as_bytes()).collect::<Vec<_>>());
    }
}
