//! The words that Python's grammar finds; `cargo xtask parity` compares thousands more with CPython.

use super::*;

#[track_caller]
fn check(text: &str, expected: &[(&str, Option<&str>)], rest: &str) {
    let mut words = Words::new(text);
    let found: Vec<_> = words.by_ref().map(|word| (word.key, word.value)).collect();
    assert_eq!((found.as_slice(), words.rest()), (expected, rest), "{text:?}");
}

#[test]
fn words_end_at_blanks_semicolons_and_the_end() {
    check("", &[], "");
    check("a", &[("a", None)], "");
    check("a=b", &[("a", Some("b"))], "");
    check(" a = b ; c", &[("a", Some("b")), ("c", None)], "");
    check("a=b c=d", &[("a", Some("b")), ("c", Some("d"))], "");
    check("a=b;;c=d", &[("a", Some("b"))], ";c=d");
    check("a=b; ;c", &[("a", Some("b"))], " ;c");
    check("a=b ; ", &[("a", Some("b"))], " ");
    check("a b", &[("a", None), ("b", None)], "");
}

#[test]
fn the_first_equals_sign_splits_unless_only_a_later_one_can() {
    check("a=b=c", &[("a", Some("b=c"))], "");
    check("=b", &[("=b", None)], "");
    check("==b", &[("=", Some("b"))], "");
    check("a=b=\"x y\"", &[("a=b", Some("\"x y\""))], "");
    check("a=b=c\"x\"", &[], "a=b=c\"x\"");
    check("a= =b", &[("a", Some("=b"))], "");
    check("a =b", &[("a", Some("b"))], "");
}

#[test]
fn quoted_values_hold_everything_but_an_open_end() {
    check(r#"a="b; c=\"d\"" ;e=f"#, &[("a", Some(r#""b; c=\"d\"""#)), ("e", Some("f"))], "");
    check("a=\"b\"c", &[], "a=\"b\"c");
    check("a=\"b", &[], "a=\"b");
    check("a= \"b", &[("a", Some(""))], "\"b");
    check("a=\"b\\", &[], "a=\"b\\");
    check("a=\"b\\\nc\"", &[], "a=\"b\\\nc\"");
    check("a=\"b\nc\"", &[("a", Some("\"b\nc\""))], "");
    check("a=\"é€\"", &[("a", Some("\"é€\""))], "");
}

#[test]
fn dates_are_one_value_despite_their_blanks() {
    for date in
        ["Wed, 01-Jan-20 00:00:00 GMT", "Wed, 01 Jan 2020 00:00:00 GMT", "Wednesday, 01-Jan-20 00:00:00 GMT"]
    {
        check(&format!("e={date};b"), &[("e", Some(date)), ("b", None)], "");
    }
    check("e=Wed 01", &[("e", Some("Wed")), ("01", None)], "");
    check(
        "e=Wednes, 01-Jan-20 00:00:00 GMT",
        &[("e", Some("Wednes,")), ("01-Jan-20", None), ("00:00:00", None), ("GMT", None)],
        "",
    );
    check(
        "e=Wed, 01-Jan-20 00:00:00 GMTx",
        &[("e", Some("Wed,")), ("01-Jan-20", None), ("00:00:00", None), ("GMTx", None)],
        "",
    );
}

#[test]
fn what_no_word_may_hold_ends_the_scan() {
    for text in ["\"a\"", "[a]", "\\", "é", "\u{1}", "a[x]=1", "é=1", "a\u{85}=1"] {
        check(text, &[], text);
    }
    check("a=[1]; b={\"x\"}", &[("a", Some("[1]"))], " b={\"x\"}");
}

#[test]
fn a_mebibyte_of_anything_is_scanned_in_one_pass() {
    for pattern in
        ["a=", "a= ", "a=b; ", "=\"", "a=\"\\", "$", "a,", "  ", "Wed, 01-Jan-20 ", "a=[", "[", "aday, "]
    {
        let text = pattern.repeat((1 << 20) / pattern.len());
        let read: usize = Words::new(&text).map(|word| word.key.len() + word.value.map_or(0, str::len)).sum();
        assert!(read <= text.len());
    }
}
