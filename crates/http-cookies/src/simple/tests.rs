//! K-030 to K-037: the dictionary.

use super::*;
use crate::attr::Attr;
use crate::codec::{Percent, Raw};
use crate::error::Part;

#[test]
fn a_dictionary_keeps_the_order_of_insertion_and_prints_in_that_of_names() {
    let mut cookie = SimpleCookie::new();
    for name in ["sugar", "fig", "Zoo"] {
        cookie.set(name, name.len()).unwrap();
    }
    assert_eq!(cookie.names().collect::<Vec<_>>(), ["sugar", "fig", "Zoo"]);
    assert_eq!(cookie.to_string(), "Set-Cookie: Zoo=3\r\nSet-Cookie: fig=3\r\nSet-Cookie: sugar=5");
    assert_eq!(cookie.output(&Output::new().header("X:").sep("|")), "X: Zoo=3|X: fig=3|X: sugar=5");
    assert_eq!(cookie.header_values().collect::<Vec<_>>(), ["Zoo=3", "fig=3", "sugar=5"]);
    assert_eq!(SimpleCookie::new().to_string(), "");
}

#[test]
fn the_words_of_a_map_work() {
    let mut cookie = SimpleCookie::new();
    assert!(cookie.is_empty());
    cookie.set("a", "1").unwrap();
    cookie.set("b", 2).unwrap();
    assert_eq!((cookie.len(), cookie.contains("a"), cookie.contains("A")), (2, true, false));
    assert_eq!((cookie.value("b"), cookie["b"].value(), cookie.value("c")), (Some("2"), "2", None));
    for (_, morsel) in cookie.iter_mut() {
        morsel.set_named("path", "/").unwrap();
    }
    assert!(cookie.iter().all(|(_, morsel)| morsel.attr(Attr::Path).as_text() == Some("/")));
    let names: Vec<_> = (&cookie).into_iter().rev().map(|(name, _)| name).collect();
    assert_eq!(names, ["b", "a"]);
    assert!(!format!("{:?}", cookie.iter()).contains('2'), "{:?}", cookie.iter());
    let copy = cookie.clone();
    assert_eq!(cookie.remove("a").map(|morsel| morsel.key().to_owned()), Some("a".to_owned()));
    assert_eq!(cookie.remove("a"), None);
    assert_ne!(cookie, copy);
    cookie.clear();
    assert!(cookie.is_empty() && copy.len() == 2);
}

#[test]
fn values_are_anything_that_can_be_displayed_and_quoted_by_the_codec() {
    let mut cookie = SimpleCookie::new();
    cookie.set("n", 7).unwrap();
    cookie.set("s", "two words; é").unwrap();
    cookie.set("c", 'x').unwrap();
    assert_eq!(
        cookie.to_string(),
        "Set-Cookie: c=x\r\nSet-Cookie: n=7\r\nSet-Cookie: s=\"two words\\073 \\351\""
    );
    let mut raw = BaseCookie::<Raw>::new();
    raw.set("s", "two words é").unwrap();
    assert_eq!(raw.to_string(), "Set-Cookie: s=two words é");
    assert_eq!(raw.set("s", "a;b").err(), Some(CookieError::Semicolon(Part::CodedValue)));
    let mut percent = BaseCookie::<Percent>::new();
    percent.set("s", "two words; é").unwrap();
    assert_eq!(percent.to_string(), "Set-Cookie: s=two%20words%3B%20%C3%A9");
    assert_eq!(BaseCookie::<Percent>::parse("s=two%20words%3B").unwrap()["s"].value(), "two words;");
}

#[test]
fn a_codec_of_ones_own_takes_part() {
    struct Upper;
    impl Codec for Upper {
        fn decode<'a>(&self, coded: &'a str) -> Result<std::borrow::Cow<'a, str>, CookieError> {
            Ok(coded.to_lowercase().into())
        }
        fn encode<'a>(&self, value: &'a str) -> Result<std::borrow::Cow<'a, str>, CookieError> {
            Ok(value.to_uppercase().into())
        }
    }
    let mut cookie = BaseCookie::with_codec(Upper);
    cookie.set("a", "b").unwrap();
    assert_eq!((cookie["a"].value(), cookie["a"].coded_value()), ("b", "B"));
    cookie.load("c=D").unwrap();
    assert_eq!(cookie.value("c"), Some("d"));
    assert!(cookie.set("a", "x\ny").is_err() && cookie.set("a", "x;y").is_err());
}

#[test]
fn setting_again_keeps_the_attributes_and_inserting_does_not() {
    let mut cookie = SimpleCookie::new();
    cookie.set("a", "1").unwrap().set_named("path", "/").unwrap();
    cookie.set("a", "2").unwrap();
    assert_eq!(cookie["a"].output_string(), "a=2; Path=/");
    let old = cookie.insert(Morsel::new("a", "3", "3").unwrap()).unwrap();
    assert_eq!(old.value(), "2");
    assert_eq!(cookie["a"].output_string(), "a=3");
}

#[test]
fn a_refused_value_changes_nothing() {
    let mut cookie = SimpleCookie::new();
    cookie.set("a", "1").unwrap();
    let before = cookie.clone();
    for (name, value) in [("a", "x\r\ny"), ("a b", "x"), ("path", "x"), ("", "x"), ("b", "\0")] {
        assert!(cookie.set(name, value).is_err(), "{name:?} {value:?}");
        assert_eq!(cookie, before);
    }
    assert!(cookie.load_map([("b", "x"), ("c", "y\n")]).is_err());
    assert_eq!(cookie, before);
    cookie.load_map([("b", 2), ("a", 3)]).unwrap();
    assert_eq!(cookie.to_string(), "Set-Cookie: a=3\r\nSet-Cookie: b=2");
}

#[test]
fn equality_does_not_regard_the_order() {
    let one = SimpleCookie::parse("a=b; c=d").unwrap();
    assert_eq!(one, SimpleCookie::parse("c=d; a=b").unwrap());
    assert_ne!(one, SimpleCookie::parse("a=b").unwrap());
    assert_ne!(one, SimpleCookie::parse("a=b; c=e").unwrap());
}

#[test]
fn a_renamed_morsel_stays_under_its_old_name_and_prints_the_new_one() {
    let mut cookie = SimpleCookie::parse("a=b").unwrap();
    cookie.get_mut("a").unwrap().set("z", "y", "y").unwrap();
    assert_eq!(cookie["a"].key(), "z");
    assert_eq!(cookie.to_string(), "Set-Cookie: z=y");
}

#[test]
fn debug_shows_no_values() {
    let text = format!("{:?}", SimpleCookie::parse("id=hunter2").unwrap());
    assert!(text.contains("id") && !text.contains("hunter2"), "{text}");
}
