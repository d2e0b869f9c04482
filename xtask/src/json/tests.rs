//! Tests of the JSON reader.

use super::Json;

#[track_caller]
fn refused(text: &str) {
    assert!(Json::read(text).is_err(), "taken: {text:?}");
}

#[test]
fn every_kind_of_value_is_read() {
    let json =
        Json::read(r#" {"a": [1, -2.5e1, true, false, null], "b": {"c": "d"}, "e": [], "f": {}} "#).unwrap();
    assert_eq!(
        json.get("a").list(),
        [Json::Number(1.0), Json::Number(-25.0), Json::Bool(true), Json::Bool(false), Json::Null]
    );
    assert_eq!(json.get("b").get("c").text(), Some("d"));
    assert_eq!(json.get("e").list(), []);
    assert_eq!(json.get("f").map(), []);
    assert_eq!(json.get("missing").get("deeper"), &Json::Null);
}

#[test]
fn escapes_are_undone() {
    assert_eq!(
        Json::read(r#""a\"\\\/\b\f\n\r\té\u00e9\ud83d\ude00""#).unwrap(),
        Json::Text("a\"\\/\u{8}\u{c}\n\r\téé😀".to_owned())
    );
}

#[test]
fn broken_text_is_refused() {
    for text in [
        "",
        "{",
        "[1,",
        "[1 2]",
        "{\"a\" 1}",
        "tru",
        "1 2",
        "\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\ud800\"",
        "\"\\ud800\\u0041\"",
        "+",
    ] {
        refused(text);
    }
    refused(&"[".repeat(100_000));
}

#[test]
fn every_cut_of_a_document_is_refused() {
    let text = r#"{"a":[1,{"b":"c\u0041"}]}"#;
    for end in 0..text.len() {
        refused(&text[..end]);
    }
}
