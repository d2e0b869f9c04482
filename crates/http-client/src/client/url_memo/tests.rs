//! What is remembered of URLs, and that it changes nothing.

use super::*;

#[test]
fn a_url_is_the_same_however_often_and_in_whatever_turn_it_is_asked_for() {
    let texts = [
        "http://127.0.0.1:8000/a?b#c",
        "http://127.0.0.1:8000/a?b#c",
        "http://127.0.0.1:8000/a?b#c",
        "HTTP://Example.ORG/%7e/../x",
        "",
        "no url",
        "",
        "HTTP://Example.ORG/%7e/../x",
        "HTTP://Example.ORG/%7e/../x",
        "http://user:secret@localhost/",
        "http://user:secret@localhost/",
    ];
    for text in texts.into_iter().chain(texts.into_iter().rev()) {
        assert_eq!(parse(text), Url::parse(text), "{text}");
    }
}

#[test]
fn a_url_is_kept_when_it_is_asked_for_twice_in_turn_unless_it_is_long_or_has_credentials() {
    #[track_caller]
    fn check(texts: &[&str], is_kept: bool) {
        let mut memo = Memo::new();
        for text in texts {
            drop(memo.parse(text));
        }
        assert_eq!(memo.url.is_some(), is_kept, "{texts:?}");
    }
    let long = format!("http://localhost/{}", "a".repeat(TEXT_BYTES_MAX));
    check(&["http://a/"], false);
    check(&["http://a/", "http://a/"], true);
    check(&["http://a/", "http://b/"], false);
    check(&["http://a/", "http://a/", "http://b/"], false);
    check(&["", ""], false);
    check(&[&long, &long], false);
    check(&["http://user:secret@a/", "http://user:secret@a/"], false);
}
