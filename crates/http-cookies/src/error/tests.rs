//! What refusals say, and what they keep to themselves.

use super::CookieError;
use crate::attr::Attr;
use crate::builder::CookieBuilder;
use crate::morsel::Morsel;
use crate::simple::SimpleCookie;

const SECRET: &str = "31d4d96e407aad42";

/// The error says this, and nothing of it shows the secret.
#[track_caller]
fn check<T: std::fmt::Debug>(outcome: Result<T, CookieError>, says: &str) {
    let error = outcome.unwrap_err();
    let mut shown = format!("{error:?} {error}");
    assert!(error.to_string().contains(says), "{error}");
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        shown.push_str(&format!(" {inner:?} {inner}"));
        cause = inner.source();
    }
    assert!(!shown.contains(SECRET), "{shown}");
}

#[test]
fn errors_name_the_part_and_never_the_value() {
    let with = |bad: &str| format!("{SECRET}{bad}{SECRET}");
    check(Morsel::new("a", &with("\n"), "b"), "in the value of");
    check(Morsel::new("a", "b", &with("\n")), "in the coded value of");
    check(Morsel::new("a", "b", &with(";")), "semicolon");
    check(
        Morsel::new("a", &with(""), &with("")).unwrap().set_attr(Attr::Path, with(";")).map(drop),
        "Path attribute",
    );
    check(SimpleCookie::parse(&format!("a={SECRET}; b=\"{}\"", with("\\001"))), "control characters");
    check(SimpleCookie::parse(&format!("a={SECRET} {SECRET} {SECRET}")), "grammar");
    check(CookieBuilder::new("a", &with("\n")).build(), "control characters");
    check(CookieBuilder::new("a", &format!(" {SECRET}")).build(), "blanks");
    check(CookieBuilder::new("a", &SECRET.repeat(300)).build(), "4801 bytes");
    check(CookieBuilder::new("__Host-a", SECRET).build(), "__Host-");
    check(CookieBuilder::new("a b", SECRET).build(), "illegal cookie name \"a b\"");
}

#[test]
fn what_tolerant_loading_passes_over_is_told_without_its_value() {
    let mut cookies = SimpleCookie::new();
    let skipped = cookies.load_tolerant(&format!("good=1; bad name={SECRET}; a={SECRET}\x01; good=2"));
    let shown = format!("{skipped:?}");
    assert!(shown.contains("bad name"), "{shown}");
    assert!(!shown.contains(SECRET), "{shown}");
}
