//! What a cookie made by hand promises.

use super::Cookie;
use crate::error::CookieError;

#[test]
fn what_is_not_said_is_as_with_a_plain_set_cookie() {
    let cookie = Cookie::builder("a", "1").domain("x.org").build().expect("a cookie");
    assert!(cookie.host_only() && cookie.discard() && !cookie.secure() && !cookie.http_only());
    assert_eq!((cookie.path(), cookie.version(), cookie.expires()), ("/", Some(0), None));
    assert_eq!((cookie.dotted_domain().as_str(), cookie.partition(), cookie.port()), ("x.org", None, None));
    assert_eq!(cookie.rest().count(), 0);
}

#[test]
fn impossible_cookies_are_refused() {
    let refuse = |name: &str, value: &str| Cookie::builder(name, value).domain("x.org").build().err();
    assert_eq!(refuse("a=b", "1"), Some(CookieError::BadName));
    assert_eq!(refuse("a;b", "1"), Some(CookieError::BadName));
    assert_eq!(refuse("a\r\nb", "1"), Some(CookieError::BadName));
    assert_eq!(refuse("a", "1;b"), Some(CookieError::BadValue));
    assert_eq!(refuse("a", "1\n"), Some(CookieError::BadValue));
    assert_eq!(refuse("a", "1\t=é"), None);
    assert_eq!(Cookie::builder("a", "1").build().err(), Some(CookieError::NoDomain));
    let control = Cookie::builder("a", "1").domain("x.org").path("/\u{7f}");
    assert_eq!(control.build().err(), Some(CookieError::BadScope));
    let ports = Cookie::builder("a", "1").domain("x.org").port(None, true);
    assert_eq!(ports.build().err(), Some(CookieError::NoPort));
}

#[test]
fn no_text_of_a_cookie_can_begin_a_line_of_its_own() {
    let base = || Cookie::builder("a", "1").domain("x.org");
    for cookie in [
        base().port(Some("80\n"), true),
        base().comment(Some("one\ntwo")),
        base().comment_url(Some("http://x.org/\r")),
        base().nonstandard_attr("a\nb", None),
        base().nonstandard_attr("a", Some("b\nc")),
        base().partition(Some("https://t.org\n")),
    ] {
        let shown = format!("{cookie:?}");
        assert_eq!(cookie.build().err(), Some(CookieError::BadAttribute), "{shown}");
    }
}

#[test]
fn expiry_is_judged_at_a_time() {
    let cookie = Cookie::builder("a", "1").domain("x.org").expires(10).build().expect("a cookie");
    assert!(!cookie.is_expired_at(9) && cookie.is_expired_at(10) && cookie.is_expired());
    assert!(!cookie.discard());
}

#[test]
fn keys_are_name_domain_path_host_only_and_partition() {
    let base = || Cookie::builder("a", "1").domain("x.org");
    let one = base().build().expect("a cookie");
    let same = Cookie::builder("a", "2").domain("x.org").secure(true).expires(5).build().expect("a cookie");
    assert!(one.same_key(&same));
    for other in [
        Cookie::builder("b", "1").domain("x.org"),
        base().path("/p"),
        base().domain("y.org"),
        base().domain(".x.org"),
        base().partition(Some("https://t.org")),
    ] {
        assert!(!one.same_key(&other.build().expect("a cookie")));
    }
}

#[test]
fn nonstandard_attributes_keep_their_case() {
    let cookie = Cookie::builder("a", "1").domain("x.org").nonstandard_attr("Foo", Some("1"));
    let cookie =
        cookie.nonstandard_attr("foo", None).nonstandard_attr("Foo", Some("2")).build().expect("a cookie");
    assert_eq!(cookie.nonstandard_attr("Foo"), Some(Some("2")));
    assert_eq!(cookie.nonstandard_attr("foo"), Some(None));
    assert!(!cookie.has_nonstandard_attr("FOO"));
    let many = (0..40).chain(100..120).fold(Cookie::builder("a", "1").domain("x.org"), |cookie, number| {
        cookie.nonstandard_attr(&format!("x{}", number % 30), Some(&number.to_string()))
    });
    let many = many.build().expect("a cookie");
    let kept: Vec<_> =
        many.rest().map(|(name, value)| (name.to_owned(), value.unwrap_or("").to_owned())).collect();
    let last = |number: usize| if number < 10 { 30 + number } else { 90 + number };
    let expected: Vec<_> = (0..30).map(|number| (format!("x{number}"), last(number).to_string())).collect();
    assert_eq!(kept, expected, "each once, in the place of its first, with its last value");
}
