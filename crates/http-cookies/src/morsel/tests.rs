//! K-010 to K-020: one cookie.

use super::*;
use crate::prefix::{CookiePrefix, PrefixRule};

fn morsel() -> Morsel {
    Morsel::new("a", "b", "b").unwrap()
}

#[track_caller]
fn check(key: &str, expected: Option<&CookieError>) {
    assert_eq!(Morsel::new(key, "v", "v").err().as_ref(), expected, "{key:?}");
}

#[test]
fn names_are_legal_and_no_attributes() {
    check("a", None);
    check("!#$%&'*+-.^_`|~:09AZaz", None);
    check("$x", None);
    check("", Some(&CookieError::IllegalName("".into())));
    for name in
        ["a b", "a=b", "a;b", "a,b", "a/b", "a@b", "é", "a\n", "\"a\"", "(a)", "[a]", "a\0", "a\u{7f}"]
    {
        check(name, Some(&CookieError::IllegalName(name.into())));
    }
    for name in ["path", "Path", "COMMENT", "max-age", "version", "partitioned", "samesite", "httponly"] {
        check(name, Some(&CookieError::ReservedName(name.into())));
    }
}

#[test]
fn long_names_are_cut_in_errors() {
    assert_eq!(
        Morsel::new(&" ".repeat(1000), "v", "v"),
        Err(CookieError::IllegalName(" ".repeat(64).into()))
    );
}

#[test]
fn control_characters_are_refused_on_every_way_in() {
    for control in (0..0x20).chain([0x7F]).map(char::from) {
        let bad = format!("x{control}y");
        let refused = |part| CookieError::ControlCharacter(part);
        assert_eq!(Morsel::new("a", &bad, "b"), Err(refused(Part::Value)));
        assert_eq!(Morsel::new("a", "b", &bad), Err(refused(Part::CodedValue)));
        let mut morsel = morsel();
        assert_eq!(morsel.set("a", &bad, "b").err(), Some(refused(Part::Value)));
        assert_eq!(morsel.set("a", "b", &bad).err(), Some(refused(Part::CodedValue)));
        for attr in Attr::ALL {
            let refused = Some(refused(Part::Attribute(attr)));
            assert_eq!(morsel.set_attr(attr, &*bad).err(), refused);
            assert_eq!(morsel.set_attr(attr, AttrValue::Text(bad.as_str().into())).err(), refused);
            assert_eq!(morsel.set_named(attr.as_str(), &*bad).err(), refused);
            assert_eq!(morsel.set_default(attr.as_str(), &*bad).err(), refused);
            assert_eq!(morsel.update([(attr.as_str(), &*bad)]).err(), refused);
        }
        assert_eq!(morsel, self::morsel());
    }
}

#[test]
fn semicolons_are_refused_where_they_would_end_something() {
    assert_eq!(Morsel::new("a", "b;c", "b;c"), Err(CookieError::Semicolon(Part::CodedValue)));
    assert_eq!(
        Morsel::new("a", "b;c", "\"b\\073c\"").map(|morsel| morsel.value().to_owned()),
        Ok("b;c".to_owned())
    );
    let refused = Some(CookieError::Semicolon(Part::Attribute(Attr::Path)));
    assert_eq!(morsel().set_attr(Attr::Path, "/; Secure").err(), refused);
    let mut commented = morsel();
    commented.set_attr(Attr::Comment, "x; y").unwrap();
    assert_eq!(commented.output_string(), r#"a=b; Comment="x\073 y""#);
}

#[test]
fn set_replaces_the_pair_and_keeps_the_attributes() {
    let mut morsel = morsel();
    morsel.set_attr(Attr::Path, "/").unwrap();
    morsel.set("c", "d e", "\"d e\"").unwrap();
    assert_eq!((morsel.key(), morsel.value(), morsel.coded_value()), ("c", "d e", "\"d e\""));
    assert_eq!(morsel.output_string(), "c=\"d e\"; Path=/");
    assert!(morsel.set("path", "x", "x").is_err());
    assert_eq!(morsel.key(), "c");
}

#[test]
fn attributes_are_set_by_name_in_any_case_and_by_type() {
    let mut morsel = morsel();
    morsel.set_named("PATH", "/").unwrap().set_named("max-age", 5).unwrap();
    morsel.set_attr(Attr::SameSite, SameSite::Lax).unwrap();
    assert_eq!(morsel.attr_named("path").unwrap().as_text(), Some("/"));
    assert_eq!(morsel.attr(Attr::MaxAge), &AttrValue::Int(5));
    assert_eq!(morsel.attr(Attr::Secure), &AttrValue::Unset);
    let unknown = Some(CookieError::UnknownAttribute("foo".into()));
    assert_eq!(morsel.set_named("foo", 1).err(), unknown);
    assert_eq!(morsel.attr_named("foo").err(), unknown);
    assert_eq!(morsel.set_default("foo", 1).err(), unknown);
    let set: Vec<_> = morsel.attributes().map(|(attr, _)| attr).collect();
    assert_eq!(set, [Attr::MaxAge, Attr::Path, Attr::SameSite]);
}

#[test]
fn typed_setters_say_the_same_as_names() {
    let mut typed = morsel();
    typed.set_path("/").unwrap().set_domain("example.com").unwrap();
    typed
        .set_expires(SystemTime::UNIX_EPOCH)
        .set_max_age(Duration::from_secs(60))
        .set_same_site(SameSite::Strict);
    typed.set_secure(true).set_http_only(true).set_partitioned(true);
    let text = "a=b; Domain=example.com; expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Max-Age=60; Partitioned; \
                Path=/; SameSite=Strict; Secure";
    assert_eq!(typed.output_string(), text);
    typed.set_secure(false).set_http_only(false).set_partitioned(false);
    assert!(!typed.output_string().contains("; Secure"));
    assert!(typed.set_path("/\n").is_err() && typed.set_domain("a;b").is_err());
}

#[test]
fn empty_text_takes_an_attribute_away() {
    for nothing in [AttrValue::Unset, "".into(), AttrValue::Text("".into())] {
        let mut morsel = morsel();
        morsel.set_attr(Attr::Path, "/").unwrap().set_attr(Attr::Path, nothing).unwrap();
        assert_eq!(morsel, self::morsel());
    }
}

#[test]
fn update_is_all_or_nothing() {
    let mut morsel = morsel();
    assert!(morsel.update([("path", "/"), ("foo", "x")]).is_err());
    assert_eq!(morsel, self::morsel());
    morsel.update([("path", "/"), ("Domain", "example.com")]).unwrap();
    assert_eq!(morsel.output_string(), "a=b; Domain=example.com; Path=/");
}

#[test]
fn set_default_leaves_a_value_that_is_there() {
    let mut morsel = morsel();
    assert_eq!(morsel.set_default("path", "/a").unwrap().as_text(), Some("/a"));
    assert_eq!(morsel.set_default("path", "/b").unwrap().as_text(), Some("/a"));
}

#[test]
fn equality_asks_for_every_part() {
    let mut other = morsel();
    assert_eq!(other, morsel());
    other.set_attr(Attr::Secure, true).unwrap();
    assert_ne!(other, morsel());
    assert_ne!(Morsel::new("a", "b", "b"), Morsel::new("A", "b", "b"));
    assert_ne!(Morsel::new("a", "b", "b"), Morsel::new("a", "b", "\"b\""));
    assert_ne!(Morsel::new("a", "b", "c"), Morsel::new("a", "d", "c"));
    assert_eq!(other.clone(), other);
}

#[test]
fn debug_shows_no_value() {
    let text = format!("{:?}", Morsel::new("id", "hunter2", "hunter2").unwrap());
    assert!(text.contains("id") && !text.contains("hunter2"), "{text}");
}

#[test]
fn check_refuses_what_no_browser_would_keep() {
    let mut morsel = Morsel::new("__Host-a", "b", "b").unwrap();
    morsel.set_attr(Attr::Secure, true).unwrap();
    assert!(matches!(morsel.check(), Err(CookieError::Prefix { rule: PrefixRule::RootPath, .. })));
    morsel.set_attr(Attr::Path, "/").unwrap();
    assert_eq!(morsel.check(), Ok(()));
    morsel.set_attr(Attr::Domain, "example.com").unwrap();
    assert!(morsel.check().is_err());
    let mut morsel = self::morsel();
    morsel.set_attr(Attr::SameSite, "none").unwrap();
    assert_eq!(morsel.check(), Err(CookieError::NeedsSecure("SameSite=None")));
    morsel.set_attr(Attr::Secure, "yes").unwrap();
    assert_eq!(morsel.check(), Ok(()));
}

#[test]
fn morsels_travel_between_threads() {
    fn assert_send_sync<T: Send + Sync + 'static>() {}
    assert_send_sync::<Morsel>();
    assert_send_sync::<CookieError>();
    assert!(size_of::<CookieError>() <= 3 * size_of::<usize>());
}

#[test]
fn check_looks_at_every_attribute_that_browsers_look_at() {
    let checked = |name: &str, attributes: &[(Attr, &str)]| {
        let mut morsel = Morsel::new(name, "v", "v").unwrap();
        for (attr, value) in attributes {
            morsel.set_attr(*attr, *value).unwrap();
        }
        morsel.check()
    };
    let (secure, http_only) = ((Attr::Secure, "yes"), (Attr::HttpOnly, "yes"));
    let partitioned = (Attr::Partitioned, "yes");
    let prefix = |prefix, rule| Err(CookieError::Prefix { prefix, rule });
    assert_eq!(checked("a", &[partitioned]), Err(CookieError::NeedsSecure("Partitioned")));
    assert_eq!(checked("a", &[partitioned, secure]), Ok(()));
    assert_eq!(checked("__Http-a", &[secure]), prefix(CookiePrefix::Http, PrefixRule::HttpOnly));
    assert_eq!(checked("__Http-a", &[secure, http_only]), Ok(()));
    assert_eq!(checked("__Secure-a", &[http_only]), prefix(CookiePrefix::Secure, PrefixRule::Secure));
    // What RFC 2109 had is nothing to browsers, and times are theirs to bound.
    assert_eq!(checked("a", &[(Attr::Comment, "x"), (Attr::Version, "1"), (Attr::MaxAge, "5")]), Ok(()));
    assert_eq!(checked("a", &[(Attr::Expires, "Sun, 06 Nov 1994 08:49:37 GMT")]), Ok(()));
}

#[test]
fn a_morsel_is_shown_as_python_shows_it() {
    let mut morsel = morsel();
    morsel.set_attr(Attr::Path, "/").unwrap();
    assert_eq!(morsel.to_string(), "Set-Cookie: a=b; Path=/");
    let script = morsel.js_output(&Output::default());
    assert!(
        script.contains("<script") && script.contains("document.cookie") && script.contains("a%3Db"),
        "{script}"
    );
}
