//! What the JSON reader promises.

use super::{Item, Malformed, Reader, push_string};

fn fields(text: &str) -> Result<Vec<(String, String)>, Malformed> {
    let mut fields = Vec::new();
    let mut reader = Reader::new(text);
    reader.object(|key, item, raw| {
        let text = match item {
            Item::Text(text) => text.into_owned(),
            _ => raw.to_owned(),
        };
        fields.push((key.to_owned(), text));
        Ok(())
    })?;
    if reader.is_done() { Ok(fields) } else { Err(Malformed) }
}

#[track_caller]
fn check(value: &str, expected: Result<&str, Malformed>) {
    let got = fields(&format!(" {{ \"k\" : {value} }} "));
    assert_eq!(got, expected.map(|text| vec![("k".to_owned(), text.to_owned())]), "{value}");
}

#[test]
fn values_of_all_kinds_are_read() {
    check(r#""a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00""#, Ok("a\"\\/\u{8}\u{c}\n\r\t\u{e9}\u{1f600}"));
    for raw in ["true", "false", "null", "0", "-1.5e+3", "[]", "{}", "[1, {\"a\": [\"]\"]}]"] {
        check(raw, Ok(raw));
    }
    assert_eq!(fields("{}"), Ok(vec![]));
}

#[test]
fn what_is_no_json_is_refused() {
    for value in [
        "",
        "01",
        "1.",
        "-",
        "tru",
        "nul",
        "'a'",
        "\"a",
        "\"\\x\"",
        "\"\\ud800\"",
        "\"\\ud800\\u0041\"",
        "\"\\udc00\"",
        "\"\\u12\"",
        "\"a\u{1}\"",
        "[1 2]",
        "[1,]",
        "{\"a\" 1}",
        "{a:1}",
        "[",
        "+1",
        "1e",
        "\"\\u+123\"",
    ] {
        check(value, Err(Malformed));
    }
    assert_eq!(fields("{\"a\":1,}"), Err(Malformed));
    assert_eq!(fields("{} x"), Err(Malformed));
    assert_eq!(fields("[]"), Err(Malformed));
}

#[test]
fn depth_is_bounded() {
    check(
        &format!("{}{}", "[".repeat(32), "]".repeat(32)),
        Ok(&format!("{}{}", "[".repeat(32), "]".repeat(32))),
    );
    check(&format!("{}{}", "[".repeat(33), "]".repeat(33)), Err(Malformed));
    check(&"[".repeat(1_000_000), Err(Malformed));
}

#[test]
fn every_string_that_is_written_is_read_back() {
    for text in ["", "plain", "q\"b\\c", "\u{0}\u{1f}\u{7f}", "é\u{1f600}"] {
        let mut out = Vec::new();
        push_string(text.as_bytes(), &mut out);
        check(str::from_utf8(&out).expect("text"), Ok(text));
    }
}
