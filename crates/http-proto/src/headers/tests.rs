//! Tests of the header list: order, case, duplicates, what cannot be put in, changes in place, conversions.

use super::{Entry, Headers};
use crate::error::InvalidInput;
use crate::limits::{Leniency, Limits};
use crate::parse::{Parsed, parse_response};
use http::header::{CONTENT_TYPE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;

fn list(fields: &[(&str, &str)]) -> Headers {
    let mut headers = Headers::new();
    for (name, value) in fields {
        headers.append(name, value).unwrap();
    }
    headers
}

fn wire(headers: &Headers) -> String {
    let mut out = Vec::new();
    headers.write_to(&mut out);
    String::from_utf8(out).unwrap()
}

/// A list that came from the wire, with everything that makes its text unusual.
fn parsed(lines: &str) -> Headers {
    let input = format!("HTTP/1.1 200 OK\r\n{lines}\r\n");
    match parse_response(input.as_bytes(), &Limits::CLIENT, Leniency::Recipient) {
        Ok(Parsed::Complete { value, .. }) => value.headers,
        other => panic!("{other:?}"),
    }
}

#[test]
fn order_case_and_duplicates_are_kept() {
    let headers = list(&[("b", "1"), ("A", "2"), ("B", "3"), ("a", "")]);
    assert_eq!(wire(&headers), "b: 1\r\nA: 2\r\nB: 3\r\na: \r\n");
    let names: Vec<&str> = headers.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["b", "A", "B", "a"]);
    let backwards: Vec<&str> = headers.iter().rev().map(|(name, _)| name).collect();
    assert_eq!(backwards, ["a", "B", "A", "b"]);
    assert_eq!((headers.len(), headers.iter().len()), (4, 4));
}

#[test]
fn look_up_disregards_case_and_takes_any_kind_of_name() {
    let headers = list(&[("Content-Type", "text/html"), ("X", "1"), ("x", "2")]);
    assert_eq!(headers.get("content-TYPE").unwrap(), "text/html");
    assert_eq!(headers.get(CONTENT_TYPE).unwrap(), "text/html");
    assert_eq!(headers.get(String::from("X")).unwrap(), "1");
    assert!(headers.get("Content-Typ").is_none() && headers.get("").is_none());
    assert!(headers.contains("x") && !headers.contains("y"));
    let all: Vec<_> = headers.get_all("X").map(|value| value.to_str().unwrap()).collect();
    assert_eq!(all, ["1", "2"]);
    assert_eq!(headers.get_all("X").next_back().unwrap(), "2");
}

#[test]
fn look_up_does_not_confuse_bytes_that_differ_by_the_case_bit() {
    let headers = list(&[("a-b", "1"), ("a^b", "2"), ("a|b", "3")]);
    for name in ["a\rb", "a~b", "a\\b", "A\u{d}B"] {
        assert!(headers.get(name).is_none(), "{name:?}");
    }
    assert_eq!(headers.get("A^B").unwrap(), "2");
}

#[test]
fn list_views_respect_quotes_and_span_fields() {
    let headers = list(&[("L", "a, \"b, c\";d=\"e\\\",f\" ,, g"), ("l", ","), ("L", "h")]);
    let elements: Vec<&[u8]> = headers.list("l").collect();
    assert_eq!(elements, [&b"a"[..], b"\"b, c\";d=\"e\\\",f\"", b"g", b"h"]);
    assert!(headers.has_token("l", "H") && !headers.has_token("L", "c"));
    assert!(list(&[("Connection", "Keep-Alive, CLOSE")]).has_token("connection", "close"));
    assert!(!list(&[("Connection", "not-closed")]).has_token("connection", "close"));
}

#[test]
fn set_cookie_is_never_joined_or_split() {
    let headers =
        list(&[("Set-Cookie", "a=1; Expires=Sun, 06 Nov 1994 08:49:37 GMT"), ("set-cookie", "b=2, c")]);
    let cookies: Vec<&[u8]> = headers.list(SET_COOKIE).collect();
    assert_eq!(cookies, [&b"a=1; Expires=Sun, 06 Nov 1994 08:49:37 GMT"[..], b"b=2, c"]);
}

#[test]
fn names_that_are_no_tokens_are_refused() {
    for (name, offset) in [
        ("", 0),
        (" ", 0),
        ("a b", 1),
        ("a:", 1),
        ("a\r\nb", 1),
        ("é", 0),
        ("a\0", 1),
        ("a\u{7f}", 1),
        ("a(b)", 1),
    ] {
        let mut headers = list(&[("x", "y")]);
        assert_eq!(headers.append(name, "v"), Err(InvalidInput::FieldName { offset }), "{name:?}");
        assert_eq!(headers.set(name, "v"), Err(InvalidInput::FieldName { offset }), "{name:?}");
        assert_eq!(wire(&headers), "x: y\r\n", "nothing was changed");
    }
}

#[test]
fn values_with_control_characters_are_refused() {
    for byte in (0..=0x1f).chain([0x7f]).filter(|&byte| byte != b'\t') {
        for place in [0, 1, 9, 10] {
            let mut value = *b"0123456789\xff";
            value[place] = byte;
            let mut headers = list(&[("x", "y")]);
            let want = Err(InvalidInput::FieldValue { offset: place });
            assert_eq!(headers.append("a", value), want, "{byte:#04x} at {place}");
            assert_eq!(headers.set("X", value), want, "{byte:#04x} at {place}");
            assert_eq!(wire(&headers), "x: y\r\n", "nothing was changed");
        }
    }
    for value in ["a\r\n b", "a\r\nb: c", "a\n", "\r", "\n\n"] {
        assert!(Headers::new().append("a", value).is_err(), "{value:?}");
    }
}

#[test]
fn values_are_trimmed_and_may_be_any_other_bytes() {
    let mut headers = Headers::new();
    headers.append("a", " \t b\tc \t").unwrap();
    headers.append("d", b"\x80\xff").unwrap();
    headers.append("e", "  ").unwrap();
    assert_eq!(headers.get("a").unwrap(), "b\tc");
    assert_eq!(headers.get("d").unwrap().as_bytes(), b"\x80\xff");
    assert!(headers.get("d").unwrap().to_str().is_err());
    assert_eq!(headers.get("d").unwrap().to_latin1(), "\u{80}\u{ff}");
    assert_eq!(headers.get("d").unwrap().to_string(), "\u{fffd}\u{fffd}");
    assert_eq!(format!("{:>5}", headers.get("a").unwrap()), "  b\tc");
    assert_eq!(headers.get("e").unwrap(), "");
}

#[test]
fn set_replaces_in_place_and_removes_the_others() {
    let mut headers = list(&[("A", "1"), ("B", "22"), ("a", "3"), ("C", "4"), ("A", "5")]);
    headers.set("a", "longer value").unwrap();
    assert_eq!(wire(&headers), "A: longer value\r\nB: 22\r\nC: 4\r\n");
    headers.set("A", "").unwrap();
    assert_eq!(wire(&headers), "A: \r\nB: 22\r\nC: 4\r\n");
    headers.set("c", "x").unwrap();
    headers.set("New", " y ").unwrap();
    assert_eq!(wire(&headers), "A: \r\nB: 22\r\nC: x\r\nNew: y\r\n");
    assert_eq!(headers.get("b").unwrap(), "22");
}

#[test]
fn remove_and_retain_keep_the_order_of_the_rest() {
    let mut headers = list(&[("A", "1"), ("B", "2"), ("a", "3"), ("C", "4")]);
    assert_eq!(headers.remove("x"), 0);
    assert_eq!(headers.remove("a"), 2);
    assert_eq!(wire(&headers), "B: 2\r\nC: 4\r\n");
    headers.append("D", "5").unwrap();
    headers.retain(|name, value| name != "C" && value == *"5" || name == "B");
    assert_eq!(wire(&headers), "B: 2\r\nD: 5\r\n");
    headers.retain(|_, _| false);
    assert!(headers.is_empty() && wire(&headers).is_empty());
}

#[test]
fn changes_leave_no_dead_text_behind() {
    let mut headers = list(&[("Keep", "1"), ("Change", "2")]);
    let before = wire(&headers).len();
    for round in 0..1000 {
        headers.append("Temporary", "value").unwrap();
        headers.set("change", if round % 2 == 0 { "longer" } else { "2" }).unwrap();
        assert_eq!(headers.remove("temporary"), 1);
    }
    assert_eq!(headers.text.len(), before);
}

#[test]
fn odd_lines_from_the_wire_survive_every_change() {
    let lines = "A:1\r\nB: 2 \r\nC: 3\n 3\nD:\r\n 4\r\nE: 5\n";
    let mut headers = parsed(lines);
    assert_eq!(wire(&headers), "A: 1\r\nB: 2\r\nC: 3  3\r\nD: 4\r\nE: 5\r\n");
    headers.set("b", "two").unwrap();
    headers.remove("A");
    headers.set("D", "").unwrap();
    headers.append("F", "6").unwrap();
    assert_eq!(wire(&headers), "B: two\r\nC: 3  3\r\nD: \r\nE: 5\r\nF: 6\r\n");
    headers.clear();
    headers.append("G", "7").unwrap();
    assert_eq!(wire(&headers), "G: 7\r\n");
}

#[test]
fn append_all_adds_every_field_of_the_other() {
    let mut headers = list(&[("A", "1")]);
    headers.append_all(&parsed("B:2\nC: 3\r\n")).unwrap();
    headers.append_all(&Headers::new()).unwrap();
    assert_eq!(wire(&headers), "A: 1\r\nB: 2\r\nC: 3\r\n");
}

#[test]
fn a_list_that_is_cleared_keeps_its_memory() {
    let mut headers = list(&[("A", "1"), ("B", "2")]);
    let before = (headers.text.capacity(), headers.entries.capacity());
    let bytes = headers.capacity_bytes();
    assert!(bytes >= 12, "the text alone has as many");
    headers.clear();
    assert!(headers.is_empty());
    assert_eq!(headers.capacity_bytes(), bytes);
    headers.append("C", "3").unwrap();
    headers.append("D", "4").unwrap();
    assert_eq!((headers.text.capacity(), headers.entries.capacity()), before);
}

#[test]
fn fields_are_read_as_bytes_in_their_order() {
    let headers = list(&[("A", "1"), ("b", ""), ("a", "2")]);
    let fields: Vec<(&[u8], &[u8])> = headers.iter_bytes().collect();
    assert_eq!(fields, [(&b"A"[..], &b"1"[..]), (b"b", b""), (b"a", b"2")]);
}

#[test]
fn equality_is_that_of_fields_not_of_spelling() {
    assert_eq!(list(&[("A", "1")]), list(&[("a", "1")]));
    assert_eq!(parsed("A:1\n"), list(&[("A", "1")]));
    assert_ne!(list(&[("A", "1")]), list(&[("A", "1 1")]));
    assert_ne!(list(&[("A", "x")]), list(&[("A", "X")]));
    assert_ne!(list(&[("A", "1"), ("B", "2")]), list(&[("B", "2"), ("A", "1")]));
    assert_ne!(list(&[("A", "1")]), list(&[("A", "1"), ("A", "1")]));
}

#[test]
fn debug_hides_credentials_and_cookies() {
    for name in ["Authorization", "PROXY-AUTHORIZATION", "cookie", "Set-Cookie", "Cookie2", "Set-Cookie2"] {
        let shown = format!("{:?}", list(&[("Host", "example.org"), (name, "s3cret")]));
        assert!(!shown.contains("s3cret") && shown.contains("6 bytes hidden"), "{shown}");
        assert!(shown.contains("example.org") && shown.contains(name), "{shown}");
        let shown = format!("{:?}", list(&[(name, "s3cret")]).iter());
        assert!(!shown.contains("s3cret"), "{shown}");
    }
    assert_eq!(format!("{:?}", list(&[("A", "\"\u{e9}")])), r#"{"A": "\"\xc3\xa9"}"#);
}

#[test]
fn a_header_map_gets_every_field_and_gives_it_back() {
    let headers =
        list(&[("Set-Cookie", "a=1"), ("X-One", "1"), ("set-cookie", "b=2"), ("X-Latin", "\u{e9}")]);
    let map = HeaderMap::try_from(&headers).unwrap();
    assert_eq!(map.len(), 4);
    let cookies: Vec<_> = map.get_all(SET_COOKIE).iter().collect();
    assert_eq!(cookies, ["a=1", "b=2"]);
    assert_eq!(map["x-latin"].as_bytes(), "\u{e9}".as_bytes());
    let back = Headers::try_from(&map).unwrap();
    assert_eq!(back.len(), 4);
    for (name, value) in &headers {
        assert!(back.get_all(name).any(|other| other == value), "{name}");
    }
}

#[test]
fn a_header_map_may_hold_bytes_that_are_no_text() {
    let mut map = HeaderMap::new();
    map.append("x", HeaderValue::from_bytes(b"\xff\tz").unwrap());
    assert_eq!(Headers::try_from(&map).unwrap().get("X").unwrap().as_bytes(), b"\xff\tz");
}

#[test]
fn more_fields_than_a_header_map_holds_are_an_error() {
    let mut headers = Headers::new();
    for number in 0..40_000 {
        headers.append(format!("x-{number}"), "").unwrap();
    }
    assert!(HeaderMap::try_from(&headers).is_err());
}

/// One change to a list.
#[derive(Clone, Debug)]
enum Change {
    Append(String, Vec<u8>),
    Set(String, Vec<u8>),
    Remove(String),
    KeepShort(usize),
}

fn change() -> impl Strategy<Value = Change> {
    let name =
        || prop::sample::select(vec!["a", "A", "bb", "Bb", "ccc", "", "d d", "e\r\n"]).prop_map(String::from);
    let value = || prop::collection::vec(prop::sample::select(b"xy\t \xe9\r\n\0,\"".to_vec()), 0..12);
    prop_oneof![
        3 => (name(), value()).prop_map(|(name, value)| Change::Append(name, value)),
        2 => (name(), value()).prop_map(|(name, value)| Change::Set(name, value)),
        1 => name().prop_map(Change::Remove),
        1 => (0usize..8).prop_map(Change::KeepShort),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// The list against the simplest possible model: a vector of pairs.
    #[test]
    fn any_changes_agree_with_a_vector_of_pairs(changes in prop::collection::vec(change(), 0..40)) {
        let mut headers = parsed("A:0\r\nZ: fold\r\n ed\r\nbb: 1\n");
        let mut model: Vec<(String, Vec<u8>)> =
            headers.iter().map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec())).collect();
        for change in changes {
            match change {
                Change::Append(name, value) => {
                    if headers.append(&name, &value).is_ok() {
                        model.push((name, value.trim_ascii().to_vec()));
                    }
                }
                Change::Set(name, value) => {
                    if headers.set(&name, &value).is_ok() {
                        let value = value.trim_ascii().to_vec();
                        let same = |other: &String| other.eq_ignore_ascii_case(&name);
                        match model.iter().position(|(other, _)| same(other)) {
                            None => model.push((name, value)),
                            Some(first) => {
                                model[first].1 = value;
                                let mut index = 0;
                                model.retain(|(other, _)| { index += 1; index - 1 <= first || !same(other) });
                            }
                        }
                    }
                }
                Change::Remove(name) => {
                    headers.remove(&name);
                    model.retain(|(other, _)| !other.eq_ignore_ascii_case(&name));
                }
                Change::KeepShort(most) => {
                    headers.retain(|_, value| value.as_bytes().len() <= most);
                    model.retain(|(_, value)| value.len() <= most);
                }
            }
            let now: Vec<(String, Vec<u8>)> =
                headers.iter().map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec())).collect();
            prop_assert_eq!(&now, &model);
        }
        // Whatever was put in, exactly one line a field comes out.
        let mut out = Vec::new();
        headers.write_to(&mut out);
        prop_assert_eq!(out.windows(2).filter(|pair| pair == b"\r\n").count(), headers.len());
        prop_assert_eq!(out.iter().filter(|byte| matches!(byte, b'\r' | b'\n')).count(), 2 * headers.len());
    }
}

#[test]
fn entries_are_four_offsets() {
    assert_eq!(size_of::<Entry>(), 16);
}
