//! Cookies through header lists.

use super::*;
use crate::simple::SimpleCookie;

fn headers(fields: &[(&str, &[u8])]) -> Headers {
    let mut headers = Headers::new();
    for (name, value) in fields {
        headers.append(name, value).unwrap();
    }
    headers
}

#[test]
fn every_cookie_field_is_read_and_no_other() {
    let headers = headers(&[("Cookie", b"a=1; b=2"), ("X", b"c=3"), ("cookie", b"d=\xE9; [=x; a=3")]);
    let found: Vec<_> = request_pairs(&headers).collect();
    assert_eq!(found, [(&b"a"[..], &b"1"[..]), (b"b", b"2"), (b"d", b"\xE9"), (b"[", b"x"), (b"a", b"3")]);
    let mut cookie = SimpleCookie::new();
    let skipped = cookie.load_request(&headers);
    assert_eq!(cookie.names().collect::<Vec<_>>(), ["a", "b", "d"]);
    assert_eq!(cookie.value("d"), Some("é"));
    assert_eq!((skipped.len(), skipped.iter().map(|pair| pair.at).collect::<Vec<_>>()), (2, vec![5, 10]));
    assert_eq!(cookie.value("a"), Some("1"));
}

#[test]
fn each_cookie_becomes_a_field_of_its_own() {
    let mut cookie = SimpleCookie::new();
    cookie.set("b", 2).unwrap().set_named("path", "/").unwrap();
    cookie.set("a", "x y").unwrap();
    let mut headers = Headers::new();
    cookie.append_to(&mut headers).unwrap();
    CookieBuilder::new("c", "3").secure().append_to(&mut headers).unwrap();
    assert!(CookieBuilder::new("c", ";").append_to(&mut headers).is_err());
    let fields: Vec<_> = headers.get_all("set-cookie").map(|field| field.as_bytes().to_vec()).collect();
    assert_eq!(fields, [&b"a=\"x y\""[..], b"b=2; Path=/", b"c=3; Secure"]);
}
