//! Prefixes in any case.

use super::*;

#[test]
fn names_are_compared_in_any_case_and_the_longest_prefix_wins() {
    for (name, prefix) in [
        ("__Secure-a", Some(CookiePrefix::Secure)),
        ("__secure-", Some(CookiePrefix::Secure)),
        ("__HOST-a", Some(CookiePrefix::Host)),
        ("__Http-a", Some(CookiePrefix::Http)),
        ("__Host-Http-a", Some(CookiePrefix::HostHttp)),
        ("__hOST-hTTP-", Some(CookiePrefix::HostHttp)),
        ("__Host-Http", Some(CookiePrefix::Host)),
        ("__Secure", None),
        ("_Secure-a", None),
        ("a__Host-", None),
        ("", None),
    ] {
        assert_eq!(CookiePrefix::of(name.as_bytes()), prefix, "{name}");
    }
}

#[test]
fn each_prefix_asks_for_its_attributes() {
    use CookiePrefix::{Host, HostHttp, Http, Secure};
    for (prefix, host, http_only) in
        [(Secure, false, false), (Host, true, false), (Http, false, true), (HostHttp, true, true)]
    {
        assert_eq!((prefix.needs_host(), prefix.needs_http_only()), (host, http_only), "{prefix:?}");
    }
}
