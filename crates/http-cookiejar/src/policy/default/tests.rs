//! What RFC 6265bis promises, rule by rule; the suites of the IETF and of browsers are in the parity tests.

use std::time::Duration;

use http_client::client::SiteContext;

use super::{DefaultCookiePolicy, Rules, ThirdParty};
use crate::file::mozilla::MozillaCookieJar;
use crate::file::options::LoadOptions;
use crate::jar::CookieJar;
use crate::policy::domains::DomainList;
use crate::policy::reason::{Reject, Withhold};
use crate::request::RequestInfo;
use crate::suffix::PublicSuffixes;

const NOW: i64 = 1_786_000_000;

fn request(url: &str) -> RequestInfo {
    RequestInfo::from_url(url).expect("a url")
}

/// Puts one field to a jar and says why it was refused, if it was.
fn offer(jar: &mut CookieJar, request: &RequestInfo, field: &str) -> Option<Reject> {
    let got = jar.extract_cookies_at(&[("Set-Cookie", field)], request, NOW);
    got.refused.into_iter().next().map(|refused| refused.reason)
}

#[track_caller]
fn check(url: &str, field: &str, expected: Option<Reject>) {
    assert_eq!(offer(&mut CookieJar::new(), &request(url), field), expected, "{url} {field}");
}

/// Whether a cookie that was set at one place goes to another, or why not.
#[track_caller]
fn check_sent(set: &str, field: &str, get: &RequestInfo, expected: Result<(), Withhold>) {
    let mut jar = CookieJar::new();
    assert_eq!(offer(&mut jar, &request(set), field), None, "{field}");
    let verdicts: Vec<_> = jar.explain_at(get, NOW).iter().map(|explained| explained.verdict).collect();
    assert_eq!(verdicts, [expected], "{field}");
    assert_eq!(jar.cookie_header_at(get, NOW).is_some(), expected.is_ok());
}

#[test]
fn domains_are_the_hosts_own_or_above_it_and_no_public_suffix() {
    let www = "https://www.example.org/";
    check(www, "a=1; Domain=example.org", None);
    check(www, "a=1; Domain=.EXAMPLE.org", None);
    check(www, "a=1; Domain=", None);
    check(www, "a=1; Domain=other.example.org", Some(Reject::DomainMismatch));
    check(www, "a=1; Domain=ample.org", Some(Reject::DomainMismatch));
    check(www, "a=1; Domain=example.org.", Some(Reject::DomainMismatch));
    check(www, "a=1; Domain=org", Some(Reject::PublicSuffix));
    check(www, "a=1; Domain=exämple.org", Some(Reject::BadDomain));
    check(www, "a=1; Domain=exa mple.org", Some(Reject::BadDomain));
    check(www, "a=1; Domain=ex%61mple.org", Some(Reject::BadDomain));
    check("http://localhost/", "a=1; Domain=localhost", None);
    check("http://127.0.0.1/", "a=1; Domain=127.0.0.1", None);
    check("http://127.0.0.1/", "a=1; Domain=0.0.1", Some(Reject::DomainMismatch));
    check("http://[::1]/", "a=1", None);
}

#[test]
fn a_cookie_of_a_public_suffix_that_a_file_holds_goes_to_that_host_alone() {
    let text = "# Netscape HTTP Cookie File\n.org\tTRUE\t/\tFALSE\t0\tsuper\t1\nintranet\tTRUE\t/\tFALSE\t0\town\t1\n";
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cookies.txt");
    std::fs::write(&path, text).expect("a file");
    let options = LoadOptions::new().ignore_discard(true).now(NOW);
    for rules in [Rules::Rfc6265bis, Rules::Rfc6265] {
        let mut jar = MozillaCookieJar::with_policy(&path, DefaultCookiePolicy::new().with_rules(rules));
        assert_eq!(jar.load(None, options).expect("a load").cookies, 2);
        assert_eq!(jar.cookie_header_at(&request("https://example.org/"), NOW), None);
        let verdicts: Vec<_> =
            jar.explain_at(&request("https://example.org/"), NOW).iter().map(|e| e.verdict).collect();
        assert_eq!(verdicts, [Err(Withhold::PublicSuffix), Err(Withhold::Domain)]);
        assert_eq!(jar.cookie_header_at(&request("http://intranet/"), NOW).as_deref(), Some(&b"own=1"[..]));
        assert_eq!(jar.cookie_header_at(&request("http://wiki.intranet/"), NOW), None);
        jar.set_policy(DefaultCookiePolicy::new().with_suffixes(PublicSuffixes::None));
        assert!(jar.cookie_header_at(&request("http://wiki.intranet/"), NOW).is_some());
    }
}

#[test]
fn a_cookie_without_domain_stays_with_its_host() {
    let www = request("https://www.example.org/");
    check_sent("https://example.org/", "a=1", &www, Err(Withhold::HostOnly));
    check_sent("https://example.org/", "a=1; Domain=example.org", &www, Ok(()));
    check_sent("https://example.org/", "a=1", &request("https://other.example/"), Err(Withhold::Domain));
    check_sent(
        "https://localhost/",
        "a=1; Domain=localhost",
        &request("https://a.localhost/"),
        Err(Withhold::HostOnly),
    );
}

#[test]
fn paths_bind() {
    check("https://x.org/", "a=1; Path=/ü", Some(Reject::BadPath));
    check_sent("https://x.org/a/b", "a=1", &request("https://x.org/a"), Ok(()));
    check_sent("https://x.org/a/b", "a=1", &request("https://x.org/ab"), Err(Withhold::Path));
    check_sent("https://x.org/a/b", "a=1; Path=c", &request("https://x.org/"), Err(Withhold::Path));
}

#[test]
fn secure_needs_a_secure_origin_both_ways() {
    check("http://x.org/", "a=1; Secure", Some(Reject::InsecureOrigin));
    check("wss://x.org/", "a=1; Secure", None);
    check("http://localhost/", "a=1; Secure", None);
    check_sent("https://x.org/", "a=1; Secure", &request("http://x.org/"), Err(Withhold::Insecure));
    check_sent("https://localhost/", "a=1; Secure", &request("http://localhost/"), Ok(()));
    let strict = DefaultCookiePolicy::new().with_trusted_loopback(false);
    let reason = offer(&mut CookieJar::with_policy(strict), &request("http://localhost/"), "a=1; Secure");
    assert_eq!(reason, Some(Reject::InsecureOrigin));
}

#[test]
fn secure_cookies_are_left_alone_by_insecure_ones() {
    let plain = request("http://www.x.org/a/b");
    for (field, url, expected) in [
        ("s=2", "http://x.org/", Some(Reject::LeaveSecureAlone)),
        ("s=2; Path=/a/c", "http://x.org/", Some(Reject::LeaveSecureAlone)),
        ("s=2; Path=/ab", "http://x.org/", None),
        ("other=2", "http://x.org/", None),
        ("s=2; Domain=x.org", "http://www.x.org/", Some(Reject::LeaveSecureAlone)),
        ("s=2", "http://www.x.org/", Some(Reject::LeaveSecureAlone)),
        ("s=2", "http://other.org/", None),
        ("s=2", "https://x.org/", None),
    ] {
        let mut jar = CookieJar::new();
        assert_eq!(offer(&mut jar, &request("https://x.org/a/"), "s=1; Secure; Path=/a; Domain=x.org"), None);
        let path = if field.contains("Path") { "" } else { "; Path=/a" };
        assert_eq!(offer(&mut jar, &request(url), &format!("{field}{path}")), expected, "{field} {url}");
    }
    // A secure cookie of a host below is found too, however deep.
    let mut jar = CookieJar::new();
    let deep = request("https://h.g.f.e.d.c.b.www.x.org/");
    assert_eq!(offer(&mut jar, &deep, "s=1; Secure; Path=/"), None);
    assert_eq!(offer(&mut jar, &plain, "s=2; Path=/; Domain=x.org"), Some(Reject::LeaveSecureAlone));
    assert_eq!(
        offer(
            &mut jar,
            &request("http://g.f.e.d.c.b.www.x.org/"),
            "s=2; Path=/; Domain=g.f.e.d.c.b.www.x.org"
        ),
        Some(Reject::LeaveSecureAlone)
    );
    assert_eq!(offer(&mut jar, &request("http://z.www.x.org/"), "s=2; Path=/"), None);
}

#[test]
fn prefixes_bind_in_any_case() {
    let (https, http) = ("https://x.org/", "http://x.org/");
    check(https, "__Secure-a=1; Secure", None);
    check(https, "__sEcUrE-a=1", Some(Reject::SecurePrefix));
    check(http, "__Secure-a=1; Secure", Some(Reject::InsecureOrigin));
    check(https, "__Host-a=1; Secure; Path=/", None);
    check(https, "__HOST-a=1; Secure", Some(Reject::HostPrefix));
    check(https, "__Host-a=1; Secure; Path=/; Domain=x.org", Some(Reject::HostPrefix));
    check(https, "__Host-a=1; Secure; Path=/a", Some(Reject::HostPrefix));
    check(https, "__Http-a=1; Secure; HttpOnly", None);
    check(https, "__Http-a=1; Secure", Some(Reject::HttpPrefix));
    check(https, "__Host-Http-a=1; Secure; Path=/", Some(Reject::HttpPrefix));
    check(https, "=__Secure-a=1", Some(Reject::NamelessPrefix));
    check(https, "__host-a", Some(Reject::NamelessPrefix));
}

#[test]
fn same_site_keeps_cookies_from_cross_site_requests() {
    let at = |context| request("https://x.org/").with_site_context(context);
    let (lax, post, none) =
        (SiteContext::CrossSiteNavigation, SiteContext::CrossSiteUnsafeNavigation, SiteContext::CrossSite);
    for (field, navigation, unsafe_navigation, other) in [
        ("a=1; SameSite=Strict", false, false, false),
        ("a=1; SameSite=Lax", true, false, false),
        ("a=1", true, false, false),
        ("a=1; SameSite=None; Secure", true, true, true),
    ] {
        for (context, sent) in [(lax, navigation), (post, unsafe_navigation), (none, other)] {
            let expected = if sent { Ok(()) } else { Err(Withhold::SameSite) };
            check_sent("https://x.org/", field, &at(context), expected);
        }
    }
    check("https://x.org/", "a=1; SameSite=None", Some(Reject::SameSiteNoneInsecure));
    assert_eq!(offer(&mut CookieJar::new(), &at(none), "a=1; SameSite=Lax"), Some(Reject::CrossSite));
    assert_eq!(offer(&mut CookieJar::new(), &at(none), "a=1"), Some(Reject::CrossSite));
    assert_eq!(offer(&mut CookieJar::new(), &at(post), "a=1; SameSite=Strict"), None);
}

#[test]
fn lax_allowing_unsafe_is_off_until_asked_for() {
    let minutes = Some(Duration::from_secs(120));
    let mut jar = CookieJar::with_policy(DefaultCookiePolicy::new().with_lax_allowing_unsafe(minutes));
    assert_eq!(offer(&mut jar, &request("https://x.org/"), "a=1"), None);
    let post = request("https://x.org/").with_site_context(SiteContext::CrossSiteUnsafeNavigation);
    assert!(jar.cookie_header_at(&post, NOW + 119).is_some());
    assert!(jar.cookie_header_at(&post, NOW + 120).is_none());
}

#[test]
fn scripts_do_not_see_http_only_cookies() {
    let script = request("https://x.org/").with_script(true);
    check_sent("https://x.org/", "a=1; HttpOnly", &script, Err(Withhold::HttpOnly));
    let mut jar = CookieJar::new();
    assert_eq!(offer(&mut jar, &script, "a=1; HttpOnly"), Some(Reject::HttpOnlyFromScript));
    assert_eq!(offer(&mut jar, &request("https://x.org/"), "a=1; HttpOnly"), None);
    assert_eq!(offer(&mut jar, &script, "a=2"), Some(Reject::HttpOnlyFromScript));
}

#[test]
fn partitions_keep_top_level_sites_apart() {
    let field = "a=1; Secure; SameSite=None; Partitioned";
    check("https://x.org/", "a=1; Partitioned", Some(Reject::PartitionedInsecure));
    let under = |top: &str| request("https://www.x.org/").with_partition(top);
    check_sent("https://www.x.org/", field, &request("https://www.x.org/"), Ok(()));
    check_sent("https://www.x.org/", field, &under("https://x.org"), Ok(()));
    check_sent("https://www.x.org/", field, &under("https://other.org"), Err(Withhold::Partition));
    let mut jar = CookieJar::new();
    for top in ["https://one.org", "https://two.org"] {
        assert_eq!(offer(&mut jar, &under(top), field), None);
    }
    assert_eq!(jar.len(), 2);
}

#[test]
fn nothing_lives_longer_than_400_days() {
    let mut jar = CookieJar::new();
    let year_2100 = "a=1; Expires=Fri, 01 Jan 2100 00:00:00 GMT";
    offer(&mut jar, &request("https://x.org/"), year_2100);
    offer(&mut jar, &request("https://x.org/"), "b=1; Max-Age=9999999999999999999");
    let bound = NOW + 400 * 86_400;
    assert!(jar.iter().all(|cookie| cookie.expires() == Some(bound)));
    jar.set_policy(DefaultCookiePolicy::new().with_age_max(None));
    offer(&mut jar, &request("https://x.org/"), year_2100);
    assert_eq!(jar.get("x.org", "/", "a").and_then(crate::cookie::Cookie::expires), Some(4_102_444_800));
}

#[test]
fn sizes_are_bounded() {
    let at = |bytes: usize| format!("a={}", "x".repeat(bytes));
    check("https://x.org/", &at(4095), None);
    assert!(matches!(
        offer(&mut CookieJar::new(), &request("https://x.org/"), &at(4096)),
        Some(Reject::Syntax(_))
    ));
    assert!(matches!(
        offer(&mut CookieJar::new(), &request("https://x.org/"), "a=\u{1}"),
        Some(Reject::Syntax(_))
    ));
}

#[test]
fn the_rules_of_2011_know_no_newer_ones() {
    let mut jar = CookieJar::with_policy(DefaultCookiePolicy::new().with_rules(Rules::Rfc6265));
    let plain = request("http://x.org/");
    for field in ["a=1; Secure", "__Host-b=1", "c=1; SameSite=None", "d=1; Partitioned"] {
        assert_eq!(offer(&mut jar, &plain, field), None, "{field}");
    }
    assert_eq!(offer(&mut jar, &plain, "nameless"), Some(Reject::Nameless));
    assert_eq!(
        jar.cookie_header_at(&plain.clone().with_site_context(SiteContext::CrossSite), NOW).as_deref(),
        Some(&b"__Host-b=1; c=1; d=1"[..])
    );
}

#[test]
fn domains_can_be_blocked_and_allowed() {
    let mut policy = DefaultCookiePolicy::new()
        .with_blocked_domains(DomainList::new([".evil.example", "ads.example"]))
        .with_allowed_domains(Some(DomainList::new([".evil.example", "ads.example", ".good.example"])));
    assert!(policy.is_blocked("x.evil.example") && !policy.is_blocked("evil.example"));
    assert!(policy.is_not_allowed("good.example") && !policy.is_not_allowed("a.good.example"));
    assert_eq!(policy.blocked_domains().iter().count(), 2);
    let mut jar = CookieJar::with_policy(policy.clone());
    assert_eq!(offer(&mut jar, &request("https://ads.example/"), "a=1"), Some(Reject::Blocked));
    assert_eq!(offer(&mut jar, &request("https://other.example/"), "a=1"), Some(Reject::NotAllowed));
    assert_eq!(offer(&mut jar, &request("https://a.good.example/"), "a=1"), None);
    policy.set_allowed_domains(Some(DomainList::default()));
    jar.set_policy(policy);
    let verdict = jar.explain_at(&request("https://a.good.example/"), NOW).first().map(|e| e.verdict);
    assert_eq!(verdict, Some(Err(Withhold::NotAllowed)));
}

#[test]
fn third_parties_can_be_blocked() {
    let image = request("https://ads.example/").with_unverifiable(true).with_origin_host("www.x.org");
    let own = request("https://img.x.org/").with_unverifiable(true).with_origin_host("www.x.org");
    let mut jar = CookieJar::with_policy(DefaultCookiePolicy::new().with_third_party(ThirdParty::Block));
    assert_eq!(offer(&mut jar, &image, "a=1"), Some(Reject::Unverifiable));
    assert_eq!(offer(&mut jar, &own, "a=1"), None);
    assert_eq!(offer(&mut CookieJar::new(), &image, "a=1"), None);
}

#[test]
fn hand_made_cookies_are_put_to_the_same_rules() {
    let mut jar = CookieJar::new();
    let cookie =
        |domain: &str| crate::cookie::Cookie::builder("a", "1").domain(domain).build().expect("a cookie");
    let www = request("https://www.x.org/");
    assert_eq!(jar.set_cookie_if_ok(cookie("x.org"), &www), Err(Reject::DomainMismatch));
    assert_eq!(jar.set_cookie_if_ok(cookie(".org"), &www), Err(Reject::PublicSuffix));
    assert_eq!(jar.set_cookie_if_ok(cookie(".x.org"), &www), Ok(None));
    assert_eq!(jar.len(), 1);
}

#[test]
fn every_reason_is_a_sentence_for_people() {
    let mut jar = CookieJar::new();
    let got = jar.extract_cookies_at(&[("Set-Cookie", "a=1; Domain=org")], &request("https://x.org/"), NOW);
    let text = got.refused.first().map(ToString::to_string).unwrap_or_default();
    assert!(text.starts_with("cookie \"a\" refused: the domain attribute is a public suffix"), "{text}");
}

#[test]
fn which_schemes_are_secure_can_be_said() {
    let mut jar = CookieJar::with_policy(DefaultCookiePolicy::new().with_secure_schemes(["HTTPS", "gopher"]));
    let at = |scheme| RequestInfo::new(scheme, "example.org", None, "/");
    assert_eq!(offer(&mut jar, &at("wss"), "a=1; Secure"), Some(Reject::InsecureOrigin));
    assert_eq!(offer(&mut jar, &at("gopher"), "a=1; Secure"), None);
    for (scheme, sent) in [("https", true), ("gopher", true), ("wss", false), ("http", false)] {
        assert_eq!(jar.cookie_header_at(&at(scheme), NOW).is_some(), sent, "{scheme}");
    }
}
