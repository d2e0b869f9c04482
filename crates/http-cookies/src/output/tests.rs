//! K-011, K-012, K-016 to K-018: what is printed.

use std::time::Duration;

use super::*;
use crate::morsel::Morsel;
use crate::simple::SimpleCookie;
use proptest::prelude::*;

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777)
}

#[track_caller]
fn check(attr: Attr, value: impl Into<AttrValue>, printed: &str) {
    let mut morsel = Morsel::new("a", "b", "b").unwrap();
    morsel.set_attr(attr, value).unwrap();
    assert_eq!(morsel.output_string_with(&Output::new().at(now())), format!("a=b{printed}"));
}

#[test]
fn each_attribute_is_printed_as_python_prints_it() {
    check(Attr::Expires, 0, "; expires=Sun, 06 Nov 1994 08:49:37 GMT");
    check(Attr::Expires, -1, "; expires=Sun, 06 Nov 1994 08:49:36 GMT");
    check(Attr::Expires, true, "; expires=Sun, 06 Nov 1994 08:49:38 GMT");
    check(Attr::Expires, i64::MAX, "; expires=Fri, 31 Dec 9999 23:59:59 GMT");
    check(Attr::Expires, i64::MIN, "; expires=Thu, 01 Jan 1970 00:00:00 GMT");
    check(Attr::Expires, "tomorrow", "; expires=tomorrow");
    check(Attr::Expires, now(), "; expires=Sun, 06 Nov 1994 08:49:37 GMT");
    check(Attr::MaxAge, 0, "; Max-Age=0");
    check(Attr::MaxAge, -5, "; Max-Age=-5");
    check(Attr::MaxAge, true, "; Max-Age=1");
    check(Attr::MaxAge, "10", "; Max-Age=10");
    check(Attr::MaxAge, Duration::from_secs(60), "; Max-Age=60");
    check(Attr::Comment, "a b", "; Comment=\"a b\"");
    check(Attr::Comment, "plain", "; Comment=plain");
    check(Attr::Comment, 3, "; Comment=3");
    check(Attr::Path, "/", "; Path=/");
    check(Attr::Path, 3, "; Path=3");
    check(Attr::Path, true, "; Path=True");
    check(Attr::Path, false, "; Path=False");
    check(Attr::Path, "", "");
    check(Attr::Domain, "example.com", "; Domain=example.com");
    check(Attr::Version, 1, "; Version=1");
    check(Attr::SameSite, "Lax", "; SameSite=Lax");
    for (flag, word) in
        [(Attr::Secure, "Secure"), (Attr::HttpOnly, "HttpOnly"), (Attr::Partitioned, "Partitioned")]
    {
        check(flag, true, &format!("; {word}"));
        check(flag, "yes", &format!("; {word}"));
        check(flag, 1, &format!("; {word}"));
        check(flag, false, "");
        check(flag, 0, "");
    }
}

#[test]
fn attributes_come_in_alphabetical_order_and_only_those_asked_for() {
    let mut morsel = Morsel::new("a", "b", "b").unwrap();
    for attr in Attr::ALL.into_iter().rev() {
        morsel.set_attr(attr, if attr.is_flag() { AttrValue::Flag(true) } else { "x".into() }).unwrap();
    }
    assert_eq!(
        morsel.output_string(),
        "a=b; Comment=x; Domain=x; expires=x; HttpOnly; Max-Age=x; Partitioned; Path=x; SameSite=x; Secure; Version=x"
    );
    let some = Output::new().attrs(&[Attr::Secure, Attr::Path]);
    assert_eq!(morsel.output_string_with(&some), "a=b; Path=x; Secure");
    assert_eq!(morsel.output_string_with(&Output::new().attrs(&[])), "a=b");
    assert_eq!(morsel.output(&some.header("Cookie:")), "Cookie: a=b; Path=x; Secure");
}

#[test]
fn an_integer_expires_counts_from_the_clock_when_no_time_is_given() {
    let mut morsel = Morsel::new("a", "b", "b").unwrap();
    morsel.set_attr(Attr::Expires, 0).unwrap();
    let date = |text: String| crate::date::parse_cookie_date(text.as_bytes()).unwrap();
    let before = unix_seconds(clock::now());
    let printed = date(morsel.output_string().replace("a=b; expires=", ""));
    assert!((before..=unix_seconds(clock::now())).contains(&printed));
}

#[test]
fn the_script_lets_nothing_out_of_its_string() {
    let mut cookie = SimpleCookie::new();
    cookie.set("a", "</script>\"'&\\é\u{2028}").unwrap().set_named("path", "/").unwrap();
    assert_eq!(
        cookie.js_output(&Output::new()),
        "
        <script type=\"text/javascript\">
        <!-- begin hiding
        document.cookie = decodeURIComponent(\"a%3D%22%3C%2Fscript%3E%5C%22%27%26%5C%5C%5C351%E2%80%A8%22%3B%20Path%3D%2F\");
        // end hiding -->
        </script>
        "
    );
}

proptest! {
    #[test]
    fn nothing_that_goes_out_can_break_out(value in any::<String>(), attr in 0_usize..10, setting in any::<String>()) {
        let mut cookie = SimpleCookie::new();
        if cookie.set("a", &value).is_ok() {
            let attr = Attr::ALL[attr];
            let set = cookie.get_mut("a").unwrap().set_attr(attr, &*setting).is_ok();
            let printed = cookie["a"].output_string();
            prop_assert!(!printed.contains(['\r', '\n', '\0']));
            let semicolons = printed.matches(';').count();
            prop_assert!(semicolons <= usize::from(set), "{}", printed);
            let script = cookie.js_output(&Output::new());
            let inside = script.split('"').nth(3).unwrap();
            prop_assert!(inside.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"%-._~".contains(&byte)));
        }
    }
}
