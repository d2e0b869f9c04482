//! How the text behind `-F name=` is taken apart.

use super::{Said, plain_text, word_and_said};

fn said(content_type: Option<&str>, file_name: Option<&str>) -> Said {
    Said { content_type: content_type.map(str::to_owned), file_name: file_name.map(str::to_owned) }
}

#[test]
fn what_is_said_stands_behind_semicolons_and_quotes_hide_them() {
    #[track_caller]
    fn check(text: &str, word: &str, expected: Said) {
        assert_eq!(word_and_said(text), Some((word.to_owned(), expected)), "{text}");
    }
    check("a.txt", "a.txt", said(None, None));
    check("a.txt;type=text/csv", "a.txt", said(Some("text/csv"), None));
    check("a.txt; filename=b ;type=text/csv", "a.txt", said(Some("text/csv"), Some("b")));
    check(r#"a.txt;filename="q;x""#, "a.txt", said(None, Some("q;x")));
    check(r#""a;b.txt";filename="q\"\\\x""#, "a;b.txt", said(None, Some(r#"q"\\x"#)));
    check("a;type=text/plain;charset=utf-8", "a", said(Some("text/plain; charset=utf-8"), None));
    for odd in ["a;b", "a;encoder=base64", "a;charset=utf-8", "a;"] {
        assert_eq!(word_and_said(odd), None, "{odd}");
    }
}

#[test]
fn text_keeps_the_semicolons_that_say_nothing() {
    #[track_caller]
    fn check(text: &str, kept: &str, expected: Said) {
        assert_eq!(plain_text(text), (kept.to_owned(), expected), "{text}");
    }
    check("1;2", "1;2", said(None, None));
    check("1;2;type=text/plain", "1;2", said(Some("text/plain"), None));
    check("1;type=a;2", "1;type=a;2", said(None, None));
    check("\"a\" b", "\"a\" b", said(None, None));
}
