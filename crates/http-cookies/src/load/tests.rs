//! K-040 to K-056, and what tolerant loading promises.

use super::*;
use crate::codec::{Percent, Quoted, Raw};
use crate::error::Part;
use crate::simple::SimpleCookie;
use proptest::prelude::*;

/// Everything in a dictionary, as text: `name=value[coded; attributes]`.
fn shown(cookie: &SimpleCookie) -> Vec<String> {
    cookie.iter().map(|(_, morsel)| format!("{} <{}>", morsel.output_string(), morsel.value())).collect()
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(shown(&SimpleCookie::parse(text).unwrap()), expected, "{text:?}");
}

#[track_caller]
fn check_refused(text: &str, error: CookieError) {
    let mut cookie = SimpleCookie::new();
    cookie.set("old", "1").unwrap();
    let before = cookie.clone();
    assert_eq!(cookie.load(text), Err(error), "{text:?}");
    assert_eq!(cookie, before, "{text:?}");
}

#[test]
fn blanks_and_semicolons_separate() {
    for text in ["a=b; c=d", "a=b;c=d", "a=b c=d", "a=b;\r\nc=d", " a = b ; c = d "] {
        check(text, &["a=b <b>", "c=d <d>"]);
    }
    check("a=b, c=d", &["a=b, <b,>", "c=d <d>"]);
    check("a=b,c=d", &["a=b,c=d <b,c=d>"]);
    check("", &[]);
}

#[test]
fn one_word_that_does_not_fit_discards_all() {
    for (text, at) in [
        ("a=b c; d=e", 4),
        ("a=b; c; d=e", 5),
        ("a; b=c", 0),
        ("a=b\tc; d=e", 4),
        ("Path=/; a=b", 0),
        ("secure=1; a=b", 0),
        ("a=b; path", 5),
        ("=b", 0),
        ("a=b; expires=Thu 01 Jan 2020", 17),
        ("Set-Cookie: a", 0),
    ] {
        check_refused(text, CookieError::Syntax { at });
    }
}

#[test]
fn where_the_grammar_ends_loading_ends() {
    for (text, expected, rest) in [
        ("a=b;;c=d", &["a=b <b>"][..], ";c=d"),
        ("a=b; ;c=d", &["a=b <b>"], " ;c=d"),
        ("a={\"x\":1}; b=2", &[], "a={\"x\":1}; b=2"),
        ("a[x]=1; b=2", &[], "a[x]=1; b=2"),
        ("a=é; b=2", &[], "a=é; b=2"),
        ("a=\"open; b=2", &[], "a=\"open; b=2"),
    ] {
        let mut cookie = SimpleCookie::new();
        assert_eq!(cookie.load(text), Ok(rest), "{text:?}");
        assert_eq!(shown(&cookie), expected, "{text:?}");
    }
}

#[test]
fn names_that_the_grammar_takes_and_cookies_do_not_are_refused_whole() {
    check_refused("a/b=1", CookieError::IllegalName("a/b".into()));
    check_refused("x=1; a@b=1", CookieError::IllegalName("a@b".into()));
    check_refused("==b", CookieError::IllegalName("=".into()));
    check_refused("a=b; $Foo=1", CookieError::UnknownAttribute("Foo".into()));
    // What breaks the grammar comes first, wherever it stands.
    check_refused("a/b=1; c", CookieError::Syntax { at: 7 });
}

#[test]
fn attributes_belong_to_the_cookie_before() {
    check("a=b; Path=/; Secure; HttpOnly", &["a=b; HttpOnly; Path=/; Secure <b>"]);
    check("a=b; Secure=yes; secure=", &["a=b <b>"]);
    check("a=b; foo=bar; path=/z", &["a=b <b>", "foo=bar; Path=/z <bar>"]);
    check("a=b; SameSite=None; Partitioned", &["a=b; Partitioned; SameSite=None <b>"]);
    check("a=b; path=\"/x y\"; comment=\"c\\073d\"", &["a=b; Comment=\"c\\073d\"; Path=/x y <b>"]);
    for date in ["Wed, 01-Jan-20 00:00:00 GMT", "Wednesday, 01-Jan-20 00:00:00 GMT"] {
        check(&format!("a=b; expires={date}"), &[&format!("a=b; expires={date} <b>")]);
    }
    let cookie = SimpleCookie::parse("a=b; Secure=yes; httponly").unwrap();
    assert_eq!(cookie["a"].attr(Attr::Secure).as_text(), Some("yes"));
    assert_eq!(cookie["a"].attr(Attr::HttpOnly), &AttrValue::Flag(true));
}

#[test]
fn dollar_words_are_read_past_at_first_and_attributes_later() {
    check("$Version=1; a=b; $Path=/x; $Domain=\"d\"", &["a=b; Domain=\"d\"; Path=/x <b>"]);
    check("$Version=1; $Foo; a=b", &["a=b <b>"]);
    check("a=b; $Path", &["a=b <b>"]);
}

#[test]
fn the_last_of_a_name_wins_and_attributes_merge() {
    check("a=1; path=/; a=2; secure", &["a=2; Path=/; Secure <2>"]);
    let mut cookie = SimpleCookie::parse("a=1; path=/").unwrap();
    cookie.load("a=2").unwrap();
    assert_eq!(shown(&cookie), ["a=2; Path=/ <2>"]);
}

#[test]
fn values_may_be_empty_and_hold_equals_signs_and_quotes() {
    check("a=", &["a= <>"]);
    check("a==b", &["a==b <=b>"]);
    check("a=b=c", &["a=b=c <b=c>"]);
    check("a=\"b c\\\"\\054\"", &["a=\"b c\\\"\\054\" <b c\",>"]);
    check("a=\"\"", &["a=\"\" <>"]);
}

#[test]
fn a_semicolon_in_quotes_is_kept_as_an_escape() {
    check("a=\"b; Domain=x\"", &["a=\"b\\073 Domain=x\" <b; Domain=x>"]);
    assert_eq!(BaseCookie::<Raw>::parse("a=\"b;c\"").err(), Some(CookieError::Semicolon(Part::CodedValue)));
    check_refused("a=b; path=\"/;x\"", CookieError::Semicolon(Part::Attribute(Attr::Path)));
}

#[test]
fn control_characters_are_refused_even_when_escaped() {
    check_refused("x=1; a=\"\\012\"", CookieError::ControlCharacter(Part::Value));
    check_refused("x=1; a=\"b\tc\"", CookieError::ControlCharacter(Part::CodedValue));
    check_refused("x=1; a=\"b\nc\"", CookieError::ControlCharacter(Part::CodedValue));
    check_refused("x=1; path=\"\\177\"", CookieError::ControlCharacter(Part::Attribute(Attr::Path)));
    assert!(BaseCookie::<Percent>::parse("a=%0A").is_err());
}

#[test]
fn a_text_has_4096_words_and_no_more() {
    let text = |count: usize| (0..count).map(|at| format!("n{at}=v; ")).collect::<String>();
    assert_eq!(SimpleCookie::parse(&text(PAIRS_MAX)).unwrap().len(), PAIRS_MAX);
    let long = text(PAIRS_MAX + 1);
    let at = text(PAIRS_MAX).len();
    check_refused(&long, CookieError::TooMany { at });
    let mut cookie = SimpleCookie::new();
    let skipped = cookie.load_tolerant(&long);
    assert_eq!(cookie.len(), PAIRS_MAX);
    assert_eq!(
        skipped.iter().map(|pair| pair.reason.clone()).collect::<Vec<_>>(),
        [CookieError::TooMany { at }]
    );
}

#[track_caller]
fn check_tolerant(text: &str, expected: &[&str], skipped: &[(usize, CookieError)]) {
    let mut cookie = SimpleCookie::new();
    let found = cookie.load_tolerant(text);
    assert_eq!(shown(&cookie), expected, "{text:?}");
    let found: Vec<_> = found.iter().map(|pair| (pair.at, pair.reason.clone())).collect();
    assert_eq!(found, skipped, "{text:?}");
}

#[test]
fn tolerant_loading_keeps_every_good_pair_and_reports_the_rest() {
    let illegal = |name: &str| CookieError::IllegalName(name.into());
    check_tolerant("a=b c; d=e", &["a=b c <b c>", "d=e <e>"], &[]);
    check_tolerant("a=b;;c=d;", &["a=b <b>", "c=d <d>"], &[]);
    check_tolerant("a={\"x\":1}; b=é", &["a={\"x\":1} <{\"x\":1}>", "b=é <é>"], &[]);
    check_tolerant("a[x]=1; b=2; c", &["b=2 <2>"], &[(0, illegal("a[x]")), (13, illegal(""))]);
    check_tolerant("a=\"x\\073\"", &["a=\"x\\073\" <x;>"], &[]);
    let control = |part| CookieError::ControlCharacter(part);
    check_tolerant(
        "a=\"\\012\"; b=2; c=x\ty",
        &["b=2 <2>"],
        &[(0, control(Part::Value)), (15, control(Part::CodedValue))],
    );
}

#[test]
fn tolerant_loading_keeps_the_first_of_a_name_and_replaces_what_was_there() {
    let mut cookie = SimpleCookie::new();
    cookie.set("a", "old").unwrap().set_named("path", "/").unwrap();
    let skipped = cookie.load_tolerant("b=1; a=2; a=3; b=4");
    assert_eq!(shown(&cookie), ["a=2; Path=/ <2>", "b=1 <1>"]);
    let skipped: Vec<_> = skipped.iter().map(|pair| (pair.at, pair.reason.clone())).collect();
    let duplicate = |name: &str| CookieError::Duplicate(name.into());
    assert_eq!(skipped, [(10, duplicate("a")), (15, duplicate("b"))]);
}

#[test]
fn tolerant_loading_takes_names_that_python_reserves_as_names() {
    check_tolerant("version=1; Path=/; $Version=2", &["version=1 <1>", "Path=/ </>", "$Version=2 <2>"], &[]);
}

#[test]
fn tolerant_loading_of_bytes_reads_utf8_or_latin1() {
    let mut cookie = SimpleCookie::new();
    assert!(cookie.load_bytes_tolerant("a=é".as_bytes()).is_empty());
    assert!(cookie.load_bytes_tolerant(b"b=\xE9").is_empty());
    assert_eq!((cookie.value("a"), cookie.value("b")), (Some("é"), Some("é")));
}

#[test]
fn the_report_describes_64_pairs_and_counts_all() {
    let skipped = SimpleCookie::new().load_tolerant(&"[=1;".repeat(100));
    assert_eq!(
        (skipped.len(), skipped.iter().count(), skipped.is_empty()),
        (100, Skipped::DESCRIBED_MAX, false)
    );
}

#[test]
fn a_hostile_mebibyte_is_loaded_in_one_pass() {
    for pattern in ["a=\"", "a=b;", "a", "=", "\\", "a=\"\\073\";", "$Path=", "a= "] {
        let text = pattern.repeat((1 << 20) / pattern.len());
        let _ = SimpleCookie::new().load(&text);
        let _ = SimpleCookie::new().load_tolerant(&text);
    }
}

proptest! {
    #[test]
    fn what_was_set_comes_back_from_what_is_printed(value in any::<String>(), name in "[a-zA-Z0-9!#%&'*+.^_`|~:-]{1,8}") {
        let mut cookie = SimpleCookie::new();
        if cookie.set(&name, &value).is_ok() {
            let text = cookie[name.as_str()].output_string();
            prop_assert_eq!(&SimpleCookie::parse(&text).unwrap(), &cookie);
            let mut tolerant = SimpleCookie::new();
            prop_assert!(tolerant.load_tolerant(&text).is_empty());
            prop_assert_eq!(tolerant, cookie);
        }
    }

    #[test]
    fn any_text_loads_without_harm(text in "[a=; \"\\\\$,\\[é0-7\t]{0,40}") {
        let mut cookie = BaseCookie::<Quoted>::new();
        let before = cookie.clone();
        if cookie.load(&text).is_err() {
            prop_assert_eq!(&cookie, &before);
        }
        for printed in cookie.header_values() {
            prop_assert!(!printed.contains(|c: char| c.is_ascii_control()), "{}", printed);
        }
        let _ = cookie.load_tolerant(&text);
    }
}
