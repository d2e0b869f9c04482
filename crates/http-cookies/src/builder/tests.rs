//! What a browser would keep is built, and nothing else.

use std::time::UNIX_EPOCH;

use super::*;
use crate::codec::{Percent, Quoted};
use crate::set_cookie::parse_set_cookie;
use proptest::prelude::*;

#[track_caller]
fn check(cookie: &CookieBuilder<'_>, expected: &str) {
    assert_eq!(cookie.build().unwrap().to_str(), Some(expected));
}

#[track_caller]
fn check_refused(cookie: &CookieBuilder<'_>, error: CookieError) {
    let mut out = b"before".to_vec();
    assert_eq!(cookie.write_to(&mut out), Err(error.clone()));
    assert_eq!(out, b"before");
    assert_eq!(cookie.build(), Err(error));
}

fn cookie<'a>() -> CookieBuilder<'a> {
    CookieBuilder::new("a", "b")
}

#[test]
fn each_attribute_is_written_in_its_place() {
    let time = UNIX_EPOCH + Duration::from_secs(784_111_777);
    check(&cookie(), "a=b");
    check(&CookieBuilder::new("a", ""), "a=");
    check(
        &cookie()
            .partitioned()
            .same_site(SameSite::None)
            .http_only()
            .secure()
            .max_age(Duration::from_secs(60))
            .expires(time)
            .path("/x")
            .domain("example.com"),
        "a=b; Domain=example.com; Path=/x; Expires=Sun, 06 Nov 1994 08:49:37 GMT; Max-Age=60; Secure; HttpOnly; \
         SameSite=None; Partitioned",
    );
    check(&cookie().max_age(Duration::ZERO), "a=b; Max-Age=0");
    check(&cookie().max_age(Duration::MAX), "a=b; Max-Age=9223372036854775807");
    check(
        &cookie().expires(UNIX_EPOCH - Duration::from_secs(5)),
        "a=b; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    );
    check(&cookie().domain(".example.com"), "a=b; Domain=.example.com");
    check(&CookieBuilder::new("version", "1"), "version=1");
    check(&CookieBuilder::new("koa:sess", "a b,\"c\"\\"), "koa:sess=a b,\"c\"\\");
}

#[test]
fn values_are_bytes_of_any_encoding() {
    assert_eq!(CookieBuilder::new("a", b"\xE9").build().unwrap().as_bytes(), b"a=\xE9");
    assert_eq!(CookieBuilder::new("a", b"\xE9").build().unwrap().to_str(), None);
    assert_eq!(CookieBuilder::new("a", "é").build().unwrap().into_bytes(), "a=é".as_bytes());
    assert_eq!(
        CookieBuilder::encoded("a", "é; x", &Percent).unwrap().build().unwrap().to_str(),
        Some("a=%C3%A9%3B%20x")
    );
    assert_eq!(
        CookieBuilder::encoded("a", "x;", &Quoted).unwrap().build().unwrap().to_str(),
        Some("a=\"x\\073\"")
    );
}

#[test]
fn removal_keeps_what_a_browser_goes_by() {
    check(
        &CookieBuilder::new("__Host-a", "b").path("/").secure().partitioned().removal(),
        "__Host-a=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Secure; Partitioned",
    );
}

#[test]
fn names_and_values_that_would_not_survive_are_refused() {
    for name in ["", "a b", "a=b", "a;b", "é", "a\n"] {
        check_refused(&CookieBuilder::new(name, "v"), CookieError::IllegalName(name.into()));
    }
    for control in (0..=0x1F).chain([0x7F]) {
        check_refused(
            &CookieBuilder::new("a", &[b'x', control, b'y']),
            CookieError::ControlCharacter(Part::Value),
        );
        let path = [b'/', control];
        let refused = CookieError::ControlCharacter(Part::Attribute(Attr::Path));
        check_refused(&cookie().path(&path), refused);
        let refused = CookieError::ControlCharacter(Part::Attribute(Attr::Domain));
        check_refused(&cookie().domain(&path), refused);
    }
    check_refused(&CookieBuilder::new("a", "b;c"), CookieError::Semicolon(Part::Value));
    check_refused(&CookieBuilder::new("a", " b"), CookieError::OuterBlanks(Part::Value));
    check_refused(&CookieBuilder::new("a", "b "), CookieError::OuterBlanks(Part::Value));
    check_refused(&cookie().path("/;x"), CookieError::Semicolon(Part::Attribute(Attr::Path)));
    check_refused(&cookie().path("/x "), CookieError::OuterBlanks(Part::Attribute(Attr::Path)));
    check_refused(&cookie().path("x"), CookieError::IllegalPath);
    check_refused(&cookie().path(""), CookieError::IllegalPath);
    check_refused(&cookie().path("/é"), CookieError::IllegalPath);
    check_refused(
        &cookie().domain("a.example; Secure"),
        CookieError::Semicolon(Part::Attribute(Attr::Domain)),
    );
    for domain in ["", ".", "a..b", "a.b.", "a b", "exämple.com", "a/b", "[::1]", "a:80"] {
        check_refused(&cookie().domain(domain), CookieError::IllegalDomain);
    }
}

#[test]
fn sizes_end_at_4096_and_1024_bytes() {
    let value = "v".repeat(4095);
    assert!(CookieBuilder::new("a", &value).build().is_ok());
    check_refused(&CookieBuilder::new("aa", &value), CookieError::NameValueTooLong { bytes: 4097 });
    let path = format!("/{}", "p".repeat(1023));
    assert!(cookie().path(&path).build().is_ok());
    let path = format!("/{}", "p".repeat(1024));
    check_refused(&cookie().path(&path), CookieError::AttributeTooLong { attr: Attr::Path, bytes: 1025 });
    let domain = "d".repeat(1025);
    check_refused(
        &cookie().domain(&domain),
        CookieError::AttributeTooLong { attr: Attr::Domain, bytes: 1025 },
    );
}

#[test]
fn prefixes_are_held_to_their_promise_in_any_case() {
    for (name, host, http_only) in [
        ("__Secure-a", false, false),
        ("__secure-a", false, false),
        ("__Host-a", true, false),
        ("__HOST-a", true, false),
        ("__Http-a", false, true),
        ("__Host-Http-a", true, true),
    ] {
        let full = CookieBuilder::new(name, "v").secure().http_only().path("/");
        assert!(full.check().is_ok(), "{name}");
        let prefix = CookiePrefix::of(name.as_bytes()).unwrap();
        let refused = |rule| CookieError::Prefix { prefix, rule };
        check_refused(&CookieBuilder::new(name, "v").http_only().path("/"), refused(PrefixRule::Secure));
        let open = CookieBuilder::new(name, "v").secure().path("/").check();
        assert_eq!(open, if http_only { Err(refused(PrefixRule::HttpOnly)) } else { Ok(()) });
        let wide = full.clone().domain("example.com").check();
        assert_eq!(wide, if host { Err(refused(PrefixRule::NoDomain)) } else { Ok(()) });
        for cookie in [full.clone().path("/x"), CookieBuilder::new(name, "v").secure().http_only()] {
            assert_eq!(cookie.check(), if host { Err(refused(PrefixRule::RootPath)) } else { Ok(()) });
        }
    }
}

#[test]
fn same_site_none_and_partitioned_need_secure() {
    check_refused(&cookie().same_site(SameSite::None), CookieError::NeedsSecure("SameSite=None"));
    check_refused(&cookie().partitioned(), CookieError::NeedsSecure("Partitioned"));
    check(&cookie().same_site(SameSite::Lax), "a=b; SameSite=Lax");
}

#[test]
fn debug_shows_no_value() {
    let cookie = CookieBuilder::new("id", "hunter2");
    let text = format!("{cookie:?} {:?}", cookie.build().unwrap());
    assert!(text.contains("id") && !text.contains("hunter2"), "{text}");
}

#[test]
fn numbers_are_written_in_decimal() {
    for number in [0, 1, 9, 10, 99, 100, 1_234_567_890, i64::MAX, -1, -10, i64::MIN] {
        let mut out = Vec::new();
        write_decimal(number, &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), number.to_string());
    }
}

proptest! {
    #[test]
    fn what_is_built_is_read_back_as_it_was_meant(
        name in "[a-zA-Z0-9_-]{1,12}",
        value in proptest::collection::vec(any::<u8>(), 0..32),
        path in proptest::option::of("/[a-z/;]{0,8}"),
        age in proptest::option::of(any::<u64>()),
        secure in any::<bool>(),
        http_only in any::<bool>(),
    ) {
        let mut cookie = CookieBuilder::new(&name, &value);
        if let Some(path) = &path {
            cookie = cookie.path(path);
        }
        if let Some(seconds) = age {
            cookie = cookie.max_age(Duration::from_secs(seconds));
        }
        cookie = if secure { cookie.secure() } else { cookie };
        cookie = if http_only { cookie.http_only() } else { cookie };
        if let Ok(built) = cookie.build() {
            prop_assert!(!built.as_bytes().iter().any(u8::is_ascii_control));
            let read = parse_set_cookie(built.as_bytes()).unwrap();
            prop_assert_eq!(read.name, name.as_bytes());
            prop_assert_eq!(read.value, &*value);
            prop_assert_eq!(read.path, path.as_deref().map(str::as_bytes));
            prop_assert_eq!(read.max_age, age.map(|seconds| i64::try_from(seconds).unwrap_or(i64::MAX)));
            prop_assert_eq!((read.secure, read.http_only), (secure, http_only));
            prop_assert_eq!(CookieBuilder::from(read), cookie);
        }
    }
}

#[test]
fn a_cookie_that_was_read_goes_on_with_every_attribute() {
    let line = "id=7; Domain=example.org; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax; Partitioned; \
                Priority=High; SameParty";
    let read = parse_set_cookie(line.as_bytes()).unwrap();
    assert_eq!(CookieBuilder::from(read).build().unwrap().to_str(), Some(line));
    let moved = CookieBuilder::from(read).path("/below").build().unwrap();
    assert_eq!(moved.to_str(), Some(line.replace("Path=/", "Path=/below").as_str()));
    // What cannot be sent does not keep the cookie from going on.
    let read = parse_set_cookie(b"id=7; a b=c; Priority=Low").unwrap();
    assert_eq!(CookieBuilder::from(read).build().unwrap().to_str(), Some("id=7; Priority=Low"));
}

#[test]
fn attributes_that_no_method_stands_for_are_checked() {
    #[track_caller]
    fn check(name: &str, value: &str, problem: &str) {
        let refused = CookieBuilder::new("id", "7").attribute(name, value).build().unwrap_err().to_string();
        assert!(refused.contains(problem), "{refused}");
    }
    check("", "x", "no token");
    check("a b", "x", "no token");
    check("a;b", "x", "no token");
    check("a=b", "x", "no token");
    check("domain", "example.org", "method of its own");
    check("Partitioned", "", "method of its own");
    check("Priority", "High; Domain=example.org", "semicolon");
    check("Priority", "High\r\nSet-Cookie: a=b", "control character");
    check("Priority", " High", "blanks");
    check("Priority", &"x".repeat(1025), "1024 bytes");
    let high = CookieBuilder::new("id", "7").attribute("Priority", "High").attribute("SameParty", "").build();
    assert_eq!(high.unwrap().to_str(), Some("id=7; Priority=High; SameParty"));
}
