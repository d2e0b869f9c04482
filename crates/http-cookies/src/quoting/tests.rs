//! K-002, K-003 and K-033 to K-035: Python's quoting.

use super::*;
use proptest::prelude::*;

#[track_caller]
fn check(text: &str, quoted: &str) {
    assert_eq!(quote(text), quoted);
    assert_eq!(unquote(quoted), text);
}

#[test]
fn legal_names_stay_and_all_else_goes_into_quotes() {
    check("value", "value");
    check("!#$%&'*+-.^_`|~:", "!#$%&'*+-.^_`|~:");
    check("", r#""""#);
    check("a b", r#""a b""#);
    check("()/<=>?@[]{}", r#""()/<=>?@[]{}""#);
    check(r#"say "hi""#, r#""say \"hi\"""#);
    check(r"a\b", r#""a\\b""#);
    check("a;b,c", r#""a\073b\054c""#);
    check("\n\0\u{7f}", r#""\012\000\177""#);
    check("é\u{ff}", r#""\351\377""#);
    check("Ā😀", "\"Ā😀\"");
}

#[track_caller]
fn check_unquote(text: &str, value: &str) {
    assert_eq!(unquote(text), value);
}

#[test]
fn unquoting_takes_what_quoting_never_writes() {
    check_unquote("", "");
    check_unquote("\"", "\"");
    check_unquote(r#""open"#, r#""open"#);
    check_unquote(r#"open""#, r#"open""#);
    check_unquote(r#""\a\b""#, "ab");
    check_unquote(r#""\400""#, "400");
    check_unquote(r#""\0123""#, "\n3");
    check_unquote(r#""\08""#, "08");
    check_unquote(r#""a\""#, r"a\");
    check_unquote("\"a\\\nb\"", "a\\\nb");
    check_unquote(r#""\é\073""#, "é;");
    check_unquote(r#""a"b""#, "a\"b");
}

#[test]
fn what_needs_no_change_is_borrowed() {
    assert!(matches!(quote("plain"), Cow::Borrowed(_)));
    assert!(matches!(unquote("plain"), Cow::Borrowed(_)));
    assert!(matches!(unquote("\"a b\""), Cow::Borrowed("a b")));
}

#[test]
fn a_mebibyte_of_backslashes_is_undone_in_one_pass() {
    let text = format!("\"{}\"", "\\".repeat(1 << 20));
    assert_eq!(unquote(&text).len(), 1 << 19);
    let text = format!("\"{}\"", "\\073".repeat(1 << 18));
    assert_eq!(unquote(&text), ";".repeat(1 << 18));
}

proptest! {
    #[test]
    fn every_text_comes_back(text in any::<String>()) {
        let quoted = quote(&text);
        prop_assert_eq!(unquote(&quoted), &*text);
    }

    #[test]
    fn what_is_quoted_holds_nothing_that_could_break_out(text in any::<String>()) {
        let quoted = quote(&text).into_owned();
        prop_assert!(!quoted.contains(|c: char| c.is_ascii_control() || c == ';' || c == ','), "{}", quoted);
    }
}
