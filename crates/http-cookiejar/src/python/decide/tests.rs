//! Each argument of CPython's policy: what is decided without it and with it, and by which step.

use super::super::{NetscapeDomains, PythonCookiePolicy};
use crate::cookie::Cookie;
use crate::jar::CookieJar;
use crate::policy::Limits;
use crate::policy::reason::{Reject, Withhold};
use crate::request::RequestInfo;

const NOW: i64 = 1_786_000_000;

fn request(url: &str) -> RequestInfo {
    RequestInfo::from_url(url).expect("a url")
}

/// A field that arrives from a URL, and why it is refused, if it is.
#[track_caller]
fn check_set(policy: &PythonCookiePolicy, url: &str, field: (&str, &str), expected: Option<Reject>) {
    let mut jar = CookieJar::with_policy(policy.clone());
    let got = jar.extract_cookies_at(&[field], &request(url), NOW);
    assert_eq!(got.refused.first().map(|refused| refused.reason), expected, "{field:?} from {url}");
    assert_eq!(got.stored, usize::from(expected.is_none()), "{field:?} from {url}");
}

/// A cookie that is in the jar, and what becomes of it where a URL is asked for.
#[track_caller]
fn check_return(
    policy: &PythonCookiePolicy,
    cookie: Cookie,
    request: &RequestInfo,
    expected: Result<(), Withhold>,
) {
    let mut jar = CookieJar::with_policy(policy.clone());
    jar.set_cookie(cookie);
    let verdicts: Vec<_> = jar.explain_at(request, NOW).iter().map(|explained| explained.verdict).collect();
    assert_eq!(verdicts, [expected], "{request:?}");
    assert_eq!(jar.cookie_header_at(request, NOW).is_some(), expected.is_ok(), "{request:?}");
}

#[test]
fn each_option_decides_what_its_name_says_of_a_cookie_that_is_set() {
    let default = PythonCookiePolicy::new;
    let old = |text| ("Set-Cookie", text);
    let new = |text| ("Set-Cookie2", text);
    let domains = |strictness| default().with_strict_ns_domain(strictness);
    let no_dots = NetscapeDomains { strict_no_dots: true, ..NetscapeDomains::LIBERAL };
    let rfc = || default().with_rfc2965(true);
    let acme = "http://www.acme.com/shop/basket";
    for (policy, url, field, expected) in [
        // One version of the protocol, the other, or none that is known.
        (rfc(), acme, new("a=1; Version=1"), None),
        (rfc().with_netscape(false), acme, new("a=1; Version=1"), None),
        (rfc(), acme, new("a=1; Version=x"), Some(Reject::InvalidVersion)),
        // RFC 2109 counts as Netscape where RFC 2965 is off, or as one is told.
        (default(), acme, old("a=1; Version=1"), None),
        (
            default().with_rfc2109_as_netscape(Some(false)),
            acme,
            old("a=1; Version=1"),
            Some(Reject::Rfc2965Off),
        ),
        (rfc().with_rfc2109_as_netscape(Some(false)), acme, old("a=1; Version=1"), None),
        // Names and paths of Netscape cookies.
        (default(), acme, old("$a=1"), None),
        (default().with_strict_ns_set_initial_dollar(true), acme, old("$a=1"), Some(Reject::InitialDollar)),
        (default(), acme, old("a=1; Path=/elsewhere"), None),
        (
            default().with_strict_ns_set_path(true),
            acme,
            old("a=1; Path=/elsewhere"),
            Some(Reject::PathMismatch),
        ),
        (default().with_strict_ns_set_path(true), acme, old("a=1; Path=/shop"), None),
        (rfc(), acme, new("a=1; Version=1; Path=\"/elsewhere\""), Some(Reject::PathMismatch)),
        // Domains.
        (default(), acme, old("a=1; Domain=.com"), Some(Reject::NoEmbeddedDot)),
        (default(), "http://shop.co.uk/", old("a=1; Domain=.co.uk"), None),
        (
            default().with_strict_domain(true),
            "http://shop.co.uk/",
            old("a=1; Domain=.co.uk"),
            Some(Reject::CountryDomain),
        ),
        (default().with_strict_domain(true), "http://a.shop.co.uk/", old("a=1; Domain=.shop.co.uk"), None),
        (default(), "http://a.b.acme.com/", old("a=1; Domain=.acme.com"), None),
        (
            domains(no_dots),
            "http://a.b.acme.com/",
            old("a=1; Domain=.acme.com"),
            Some(Reject::HostPrefixHasDot),
        ),
        (domains(no_dots), "http://b.acme.com/", old("a=1; Domain=.acme.com"), None),
        (
            rfc(),
            "http://a.b.acme.com/",
            new("a=1; Version=1; Domain=.acme.com"),
            Some(Reject::HostPrefixHasDot),
        ),
        (default(), "http://printer/", old("a=1; Domain=.local"), None),
        // Ports.
        (rfc(), "http://acme.com:8080/", new("a=1; Version=1; Port=\"80,8080\""), None),
        (rfc(), "http://acme.com:81/", new("a=1; Version=1; Port=\"80,8080\""), Some(Reject::PortMismatch)),
    ] {
        check_set(&policy, url, field, expected);
    }
}

#[test]
fn each_option_decides_what_its_name_says_of_a_cookie_that_is_returned() {
    let default = PythonCookiePolicy::new;
    let domains = |strictness| default().with_strict_ns_domain(strictness);
    let non_domain = NetscapeDomains { strict_non_domain: true, ..NetscapeDomains::LIBERAL };
    let cookie = || Cookie::builder("a", "1").domain("acme.com").path("/shop").version(0);
    let to = |url| request(url);
    let acme = || to("http://acme.com/shop/basket");
    let rows = [
        (default(), cookie(), acme(), Ok(())),
        (default(), cookie(), to("http://acme.com/shopping"), Err(Withhold::Path)),
        (default(), cookie().version(1), acme(), Err(Withhold::Version)),
        (default().with_rfc2965(true), cookie().version(1), acme(), Ok(())),
        (default().with_netscape(false), cookie(), acme(), Err(Withhold::Version)),
        (default(), cookie().version(None), acme(), Err(Withhold::Version)),
        // `Secure`, for those schemes that count as secure.
        (default(), cookie().secure(true), acme(), Err(Withhold::Insecure)),
        (default(), cookie().secure(true), to("https://acme.com/shop"), Ok(())),
        (default().with_secure_protocols(["HTTP"]), cookie().secure(true), acme(), Ok(())),
        (
            default().with_secure_protocols(["HTTP"]),
            cookie().secure(true),
            to("https://acme.com/shop"),
            Err(Withhold::Insecure),
        ),
        // What is not for scripts, what is over, and another port.
        (default(), cookie().http_only(true), acme().with_script(true), Err(Withhold::HttpOnly)),
        (default(), cookie().http_only(true), acme(), Ok(())),
        (default(), cookie().expires(NOW), acme(), Err(Withhold::Expired)),
        (default(), cookie().expires(NOW + 1), acme(), Ok(())),
        (default(), cookie().port(Some("81,82"), true), acme(), Err(Withhold::Port)),
        (default(), cookie().port(Some("81,80"), true), acme(), Ok(())),
        // Requests that nobody asked for, made on behalf of another site.
        (default(), cookie(), acme().with_unverifiable(true).with_origin_host("other.example"), Ok(())),
        (
            default().with_strict_ns_unverifiable(true),
            cookie(),
            acme().with_unverifiable(true).with_origin_host("other.example"),
            Err(Withhold::Unverifiable),
        ),
        (
            default().with_rfc2965(true),
            cookie().version(1),
            acme().with_unverifiable(true).with_origin_host("other.example"),
            Err(Withhold::Unverifiable),
        ),
        (
            default().with_rfc2965(true).with_strict_rfc2965_unverifiable(false),
            cookie().version(1),
            acme().with_unverifiable(true).with_origin_host("other.example"),
            Ok(()),
        ),
        // A cookie that named no domain, below its host.
        (default(), cookie().host_only(true), to("http://www.acme.com/shop"), Ok(())),
        (
            domains(non_domain),
            cookie().host_only(true),
            to("http://www.acme.com/shop"),
            Err(Withhold::HostOnly),
        ),
        (domains(non_domain), cookie().host_only(true), acme(), Ok(())),
    ];
    for (policy, cookie, request, expected) in rows {
        check_return(&policy, cookie.build().expect("a cookie"), &request, expected);
    }
}

#[test]
fn cookie2_is_sent_unless_it_is_hidden() {
    for (hidden, expected) in [(false, Some(&b"$Version=\"1\""[..])), (true, None)] {
        let policy = PythonCookiePolicy::new().with_rfc2965(true).with_hidden_cookie2(hidden);
        let mut jar = CookieJar::with_policy(policy);
        jar.extract_cookies_at(&[("Set-Cookie", "a=1")], &request("http://acme.com/"), NOW);
        let mut next = request("http://acme.com/");
        assert!(jar.add_cookie_header_at(&mut next, NOW));
        assert_eq!(next.header("Cookie2"), expected, "hidden: {hidden}");
    }
}

#[test]
fn without_netscape_and_without_rfc_2965_nothing_is_kept() {
    let mut jar = CookieJar::with_policy(PythonCookiePolicy::new().with_netscape(false));
    let fields = [("Set-Cookie", "a=1"), ("Set-Cookie2", "b=1; Version=1")];
    let got = jar.extract_cookies_at(&fields, &request("http://acme.com/"), NOW);
    assert_eq!((got.stored, jar.len()), (0, 0));
}

#[test]
fn fields_beyond_the_bound_of_a_response_are_refused() {
    let limits = Limits::default().with_fields_per_response_max(2);
    let mut jar = CookieJar::with_policy(PythonCookiePolicy::new().with_rfc2965(true).with_limits(limits));
    let fields = [("Set-Cookie", "a=1"), ("Set-Cookie2", "b=1; Version=1"), ("Set-Cookie", "c=1")];
    let got = jar.extract_cookies_at(&fields, &request("http://acme.com/"), NOW);
    let refused: Vec<_> = got.refused.iter().map(|refused| refused.reason).collect();
    assert_eq!((got.stored, refused), (2, vec![Reject::TooManyFields]));
}
