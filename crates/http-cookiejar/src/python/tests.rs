//! What CPython's rules promise; the whole is compared with CPython itself in the parity tests.

use super::{NetscapeDomains, PythonCookiePolicy};
use crate::jar::CookieJar;
use crate::policy::domains::DomainList;
use crate::policy::reason::{Reject, Withhold};
use crate::request::RequestInfo;

const NOW: i64 = 1_786_000_000;

fn request(url: &str) -> RequestInfo {
    RequestInfo::from_url(url).expect("a url")
}

fn take(jar: &mut CookieJar, url: &str, fields: &[(&str, &str)]) -> Vec<Reject> {
    let got = jar.extract_cookies_at(&fields.to_vec(), &request(url), NOW);
    got.refused.into_iter().map(|refused| refused.reason).collect()
}

fn header(jar: &mut CookieJar, url: &str) -> String {
    String::from_utf8(jar.cookie_header_at(&request(url), NOW).unwrap_or_default()).expect("text")
}

fn jar(policy: PythonCookiePolicy) -> CookieJar {
    CookieJar::with_policy(policy)
}

#[test]
fn cookies_without_domain_reach_subdomains_unless_strict() {
    for (strictness, expected) in [(NetscapeDomains::LIBERAL, "a=1"), (NetscapeDomains::STRICT, "")] {
        let mut jar = jar(PythonCookiePolicy::new().with_strict_ns_domain(strictness));
        take(&mut jar, "http://acme.com/", &[("Set-Cookie", "a=1")]);
        assert_eq!(header(&mut jar, "http://www.acme.com/"), expected);
        assert_eq!(header(&mut jar, "http://acme.com/"), "a=1");
    }
}

#[test]
fn strangers_cannot_delete_cookies() {
    let mut jar = jar(PythonCookiePolicy::new());
    take(&mut jar, "http://bank.example/", &[("Set-Cookie", "sid=1; Domain=.bank.example")]);
    let refused =
        take(&mut jar, "http://evil.example/", &[("Set-Cookie", "sid=; Domain=.bank.example; Max-Age=0")]);
    assert_eq!(refused, [Reject::DomainMismatch]);
    assert_eq!(header(&mut jar, "http://bank.example/"), "sid=1");
}

#[test]
fn a_bad_field_does_not_lose_the_others() {
    let mut jar = jar(PythonCookiePolicy::new());
    let fields =
        ["a=1", "b=2; Max-Age", "c=3; Max-Age=x", "d=4; Domain", "e=5; Path", "\u{1}=6", "=7", "f=8"];
    let fields: Vec<_> = fields.iter().map(|value| ("Set-Cookie", *value)).collect();
    let refused = take(&mut jar, "http://acme.com/", &fields);
    assert_eq!(refused.len(), 6);
    assert_eq!(header(&mut jar, "http://acme.com/"), "a=1; f=8");
}

#[test]
fn a_domain_matches_at_the_end_of_the_host_only() {
    let strict = NetscapeDomains { rfc2965_match: true, ..NetscapeDomains::LIBERAL };
    let mut jar = jar(PythonCookiePolicy::new().with_strict_ns_domain(strict).with_rfc2965(true));
    let refused = take(
        &mut jar,
        "http://x.foo.com.evil.org/",
        &[("Set-Cookie2", "a=1; Version=1; Domain=.foo.com"), ("Set-Cookie", "b=2; Domain=.foo.com")],
    );
    assert_eq!(refused, [Reject::DomainMismatch, Reject::DomainMismatch]);
}

#[test]
fn rfc_2965_cookies_go_back_with_their_attributes() {
    let mut jar = jar(PythonCookiePolicy::new().with_rfc2965(true));
    let fields = [
        ("Set-Cookie2", "a=\"x y\"; Version=1; Path=\"/p\"; Domain=.acme.com; Port=\"80,8080\""),
        ("Set-Cookie", "b=1; Path=/"),
    ];
    assert_eq!(take(&mut jar, "http://www.acme.com/p/q", &fields), []);
    let mut request = request("http://www.acme.com/p/r");
    assert!(jar.add_cookie_header_at(&mut request, NOW));
    let text = "$Version=1; a=x y; $Path=\"/p\"; $Domain=\".acme.com\"; $Port=\"80,8080\"; b=1";
    assert_eq!(request.header("Cookie").map(String::from_utf8_lossy).as_deref(), Some(text));
    assert_eq!(request.header("Cookie2"), Some(&b"$Version=\"1\""[..]));
    assert_eq!(header(&mut jar, "http://www.acme.com:81/p"), "b=1");
}

#[test]
fn lists_of_domains_are_pythons() {
    let policy = PythonCookiePolicy::new()
        .with_blocked_domains(DomainList::new([".evil.example"]))
        .with_allowed_domains(Some(DomainList::new(["good.example", ".evil.example"])));
    assert!(policy.is_blocked("a.evil.example") && !policy.is_blocked("evil.example"));
    assert!(policy.is_not_allowed("www.good.example") && !policy.is_not_allowed("good.example"));
    let mut jar = jar(policy);
    assert_eq!(take(&mut jar, "http://a.evil.example/", &[("Set-Cookie", "a=1")]), [Reject::Blocked]);
    assert_eq!(take(&mut jar, "http://other.example/", &[("Set-Cookie", "a=1")]), [Reject::NotAllowed]);
    assert_eq!(take(&mut jar, "http://good.example/", &[("Set-Cookie", "a=1")]), []);
    jar.set_policy(PythonCookiePolicy::new().with_blocked_domains(DomainList::new(["good.example"])));
    let verdicts: Vec<_> =
        jar.explain_at(&request("http://good.example/"), NOW).iter().map(|e| e.verdict).collect();
    assert_eq!(verdicts, [Err(Withhold::Blocked)]);
}

#[test]
fn third_parties_are_judged_by_reach() {
    let mut jar = jar(PythonCookiePolicy::new().with_strict_ns_unverifiable(true));
    let image =
        |origin: &str| request("http://img.acme.com/").with_unverifiable(true).with_origin_host(origin);
    let field = [("Set-Cookie", "a=1")];
    assert_eq!(jar.extract_cookies_at(&field, &image("www.other.example"), NOW).stored, 0);
    assert_eq!(jar.extract_cookies_at(&field, &image("www.acme.com"), NOW).stored, 1);
    assert_eq!(jar.cookie_header_at(&image("www.other.example"), NOW), None);
}

#[test]
fn http_only_is_kept_as_a_fact_and_as_an_attribute() {
    let mut jar = jar(PythonCookiePolicy::new());
    take(&mut jar, "http://acme.com/", &[("Set-Cookie", "a=1; HttpOnly; Foo=bar")]);
    let cookie = jar.iter().next().expect("one");
    assert!(cookie.http_only() && cookie.has_nonstandard_attr("HttpOnly"));
    assert_eq!(cookie.nonstandard_attr("Foo"), Some(Some("bar")));
    assert_eq!(cookie.nonstandard_attr("foo"), None);
}

#[test]
fn of_attributes_without_number_the_first_ones_are_kept() {
    let mut jar = jar(PythonCookiePolicy::new());
    let mut field = "a=1".to_owned();
    for number in 0..10_000 {
        field.push_str(&format!("; x{number}"));
    }
    field.push_str("; x0=again; Path=/deep; Secure");
    take(&mut jar, "http://acme.com/", &[("Set-Cookie", &field)]);
    let cookie = jar.iter().next().expect("one");
    assert_eq!(cookie.rest().count(), 64);
    assert_eq!(cookie.nonstandard_attr("x0"), Some(Some("again")));
    assert!(cookie.has_nonstandard_attr("x63") && !cookie.has_nonstandard_attr("x64"));
    assert!(cookie.path() == "/deep" && cookie.secure(), "the standard ones are no others");
}

#[test]
fn the_defaults_are_cpythons() {
    let policy = PythonCookiePolicy::new();
    assert!(policy.blocked_domains().iter().next().is_none() && policy.allowed_domains().is_none());
    assert!(policy.netscape && !policy.rfc2965 && !policy.hide_cookie2 && !policy.strict_domain);
    assert_eq!(policy.rfc2109_as_netscape, None);
    assert!(policy.strict_rfc2965_unverifiable && !policy.strict_ns_unverifiable);
    assert_eq!(policy.strict_ns_domain, NetscapeDomains::LIBERAL);
    assert!(!policy.strict_ns_set_initial_dollar && !policy.strict_ns_set_path);
    assert_eq!(policy.secure_protocols.iter().map(AsRef::as_ref).collect::<Vec<&str>>(), ["https", "wss"]);
    let bits = [0, 1, 2, 4, 3].map(NetscapeDomains::from_bits);
    assert_eq!((bits[0], bits[4]), (NetscapeDomains::LIBERAL, NetscapeDomains::STRICT));
    assert!(bits[1].strict_no_dots && bits[2].strict_non_domain && bits[3].rfc2965_match);
}
