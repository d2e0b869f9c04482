//! What a jar sees of a request.

use super::{CookieRequest, CookieRequestMut, RequestInfo, RequestView};
use crate::error::RequestError;
use crate::jar::CookieJar;

const NOW: i64 = 1_786_000_000;

fn request(url: &str) -> RequestInfo {
    RequestInfo::from_url(url).expect("a url")
}

#[test]
fn user_and_password_are_no_part_of_the_host() {
    let request = request("https://user:pass@www.example.org:8443/a?b#c");
    assert_eq!((request.scheme(), request.host(), request.port()), ("https", "www.example.org", Some(8443)));
    assert_eq!(RequestView::of(&request).expect("a host").path(), "/a");
}

#[test]
fn what_is_no_url_or_has_no_host_is_refused() {
    assert!(matches!(RequestInfo::from_url("no url"), Err(RequestError::Url(_))));
    assert!(matches!(RequestInfo::from_url("data:,x"), Err(RequestError::NoHost)));
    assert!(RequestView::of(&RequestInfo::new("http", "a b", None, "/")).is_none());
}

#[test]
fn international_hosts_are_one_host_in_either_spelling() {
    let mut jar = CookieJar::new();
    let unicode = RequestInfo::new("https", "www.B\u{fc}cher.example", None, "/");
    let answer = [
        ("Set-Cookie", "host=1"),
        ("Set-Cookie", "domain=2; Domain=xn--bcher-kva.example"),
        ("Set-Cookie", "unicode=3; Domain=b\u{fc}cher.example"),
    ];
    let got = jar.extract_cookies_at(&answer, &unicode, NOW);
    // A Domain that is not ASCII is none (RFC 6265bis section 5.7 step 7).
    assert_eq!((got.stored, got.refused.len()), (2, 1));
    for (url, cookies) in [
        ("https://www.xn--bcher-kva.example/", Some("host=1; domain=2")),
        ("https://www.b\u{fc}cher.example/", Some("host=1; domain=2")),
        ("https://shop.b\u{fc}cher.example/", Some("domain=2")),
        ("https://www.bucher.example/", None),
    ] {
        let header =
            jar.cookie_header_at(&request(url), NOW).map(|value| String::from_utf8(value).expect("text"));
        assert_eq!(header.as_deref(), cookies, "{url}");
    }
}

#[test]
fn a_field_is_set_once_whatever_its_case() {
    let mut request = request("http://example.org/");
    assert!(!request.has_header("Cookie"));
    assert!(request.set_header("Cookie", b"a=1") && request.set_header("cookie", b"b=2"));
    assert_eq!(request.header("COOKIE"), Some(&b"b=2"[..]));
}
