//! What the jar promises, whatever the policy.

use super::{CookieJar, Scope};
use crate::cookie::Cookie;
use crate::error::NotFound;
use crate::policy::default::DefaultCookiePolicy;
use crate::policy::reason::{Reject, Withhold};
use crate::policy::{CookiePolicy, Limits, Made, StoreView};
use crate::python::PythonCookiePolicy;
use crate::request::{CookieResponse, RequestInfo, RequestView};

const NOW: i64 = 1_786_000_000;

fn request(url: &str) -> RequestInfo {
    RequestInfo::from_url(url).expect("a url")
}

fn take(jar: &mut CookieJar, url: &str, fields: &[&str]) -> super::Extracted {
    let response: Vec<_> = fields.iter().map(|value| ("set-cookie", *value)).collect();
    jar.extract_cookies_at(&response, &request(url), NOW)
}

fn header(jar: &mut CookieJar, url: &str) -> String {
    header_at(jar, url, NOW)
}

fn header_at(jar: &mut CookieJar, url: &str, now: i64) -> String {
    String::from_utf8(jar.cookie_header_at(&request(url), now).unwrap_or_default()).expect("text")
}

fn names(jar: &CookieJar) -> Vec<String> {
    jar.iter().map(|cookie| cookie.name_str().expect("text").to_owned()).collect()
}

#[test]
fn cookies_go_back_longest_path_first_then_oldest_first() {
    let mut jar = CookieJar::new();
    take(
        &mut jar,
        "http://a.example.org/x/y",
        &["one=1; path=/", "two=2; path=/x", "three=3; path=/x; domain=example.org"],
    );
    take(&mut jar, "http://a.example.org/x/y", &["four=4; path=/", "one=5; path=/"]);
    assert_eq!(header(&mut jar, "http://a.example.org/x/y"), "two=2; three=3; one=5; four=4");
    assert_eq!(header(&mut jar, "http://b.example.org/x"), "three=3");
    assert_eq!(header(&mut jar, "http://example.org/xy"), "");
}

#[test]
fn an_expired_cookie_deletes_its_namesake_and_only_that() {
    let mut jar = CookieJar::new();
    take(&mut jar, "http://example.org/", &["a=1", "b=2"]);
    let got = take(&mut jar, "http://example.org/", &["a=; Max-Age=0", "c=; Max-Age=0"]);
    assert_eq!((got.stored, got.deleted), (0, 1));
    assert_eq!(got.refused.first().map(|refused| refused.reason), Some(Reject::AlreadyExpired));
    assert_eq!(names(&jar), ["b"]);
}

#[test]
fn a_stranger_cannot_delete_a_cookie() {
    let mut jar = CookieJar::new();
    take(&mut jar, "https://bank.example/", &["sid=1; Secure"]);
    take(&mut jar, "https://evil.example/", &["sid=; Max-Age=0; Domain=bank.example; Secure"]);
    take(&mut jar, "http://bank.example/", &["sid=; Max-Age=0"]);
    assert_eq!(header(&mut jar, "https://bank.example/"), "sid=1");
}

#[test]
fn one_response_is_worked_off_in_order() {
    let mut jar = CookieJar::new();
    take(&mut jar, "http://example.org/", &["x=y", "x=; Max-Age=0"]);
    assert!(jar.is_empty());
    take(&mut jar, "http://example.org/", &["x=; Max-Age=0", "x=y"]);
    assert_eq!(header(&mut jar, "http://example.org/"), "x=y");
}

#[test]
fn cookies_leave_when_their_time_has_come() {
    let mut jar = CookieJar::new();
    take(&mut jar, "http://example.org/", &["a=1; Max-Age=10", "b=2; Max-Age=20", "c=3"]);
    assert_eq!(header_at(&mut jar, "http://example.org/", NOW + 9), "a=1; b=2; c=3");
    assert_eq!(header_at(&mut jar, "http://example.org/", NOW + 10), "b=2; c=3");
    assert_eq!(jar.len(), 2);
    assert_eq!(jar.clear_expired_cookies_at(NOW + 20), 1);
    assert_eq!(jar.clear_session_cookies(), 1);
    assert!(jar.is_empty());
}

#[test]
fn a_renewed_cookie_outlives_its_first_end() {
    let mut jar = CookieJar::new();
    take(&mut jar, "http://example.org/", &["a=1; Max-Age=10"]);
    take(&mut jar, "http://example.org/", &["a=2; Max-Age=100"]);
    assert_eq!(header_at(&mut jar, "http://example.org/", NOW + 50), "a=2");
}

#[test]
fn clearing_names_what_it_cannot_find() {
    let mut jar = CookieJar::new();
    let fill = |jar: &mut CookieJar| {
        let fields = ["a=1; path=/", "b=2; path=/", "a=3; path=/x", "a=4; path=/; domain=example.org"];
        take(jar, "http://example.org/x/", &fields);
        take(jar, "http://other.example/", &["z=1"]);
    };
    fill(&mut jar);
    assert_eq!(jar.clear(Scope::Name("example.org", "/", "b")), Ok(1));
    assert_eq!(jar.clear(Scope::Name("example.org", "/", "b")), Err(NotFound));
    assert_eq!(jar.clear(Scope::Path("example.org", "/x")), Ok(1));
    assert_eq!(jar.clear(Scope::Path("example.org", "/x")), Err(NotFound));
    assert_eq!(jar.clear(Scope::Domain(".example.org")), Ok(1));
    assert_eq!(jar.clear(Scope::Domain("EXAMPLE.org")), Ok(1));
    assert_eq!(jar.clear(Scope::Domain("example.org")), Err(NotFound));
    assert_eq!(jar.clear(Scope::All), Ok(1));
    assert_eq!(jar.clear(Scope::All), Ok(0));
}

#[test]
fn one_cookie_can_be_got_by_domain_path_and_name() {
    let mut jar = CookieJar::new();
    take(&mut jar, "http://example.org/", &["a=1"]);
    assert_eq!(jar.get("example.org", "/", "a").and_then(Cookie::value_str), Some("1"));
    assert!(jar.get("example.org", "/", "b").is_none());
}

#[test]
fn iteration_groups_by_domain_and_path_in_order_of_appearance() {
    let mut jar = CookieJar::new();
    take(&mut jar, "http://b.example/", &["one=1; path=/"]);
    take(&mut jar, "http://a.example/", &["two=2; path=/x", "three=3; path=/"]);
    take(&mut jar, "http://b.example/", &["four=4; path=/y", "five=5; path=/"]);
    take(&mut jar, "http://a.example/", &["six=6; path=/x"]);
    assert_eq!(names(&jar), ["one", "five", "four", "two", "six", "three"]);
}

#[test]
fn making_cookies_leaves_the_jar_alone() {
    let jar = CookieJar::new();
    let response = [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2; Domain=com"), ("set-cookie", "c=3; Path=/x")];
    let made = jar.make_cookies_at(&response, &request("http://example.org/"), NOW);
    assert_eq!(made.iter().map(Cookie::path).collect::<Vec<_>>(), ["/", "/x"]);
    assert!(jar.is_empty());
}

#[test]
fn a_host_that_is_full_loses_its_insecure_and_oldest_first() {
    let limits = Limits::default().with_cookies_per_host_max(3);
    let mut jar = CookieJar::with_policy(DefaultCookiePolicy::new().with_limits(limits));
    take(&mut jar, "https://example.org/", &["a=1; Secure", "b=2", "c=3"]);
    header(&mut jar, "https://example.org/");
    take(&mut jar, "https://example.org/", &["b=4", "d=5"]);
    assert_eq!(names(&jar), ["a", "b", "d"]);
    take(&mut jar, "https://other.example/", &["x=1"]);
    assert_eq!(jar.len(), 4);
}

#[test]
fn a_jar_that_is_full_loses_what_was_used_longest_ago() {
    let limits = Limits::default().with_cookies_max(4);
    let mut jar = CookieJar::with_policy(DefaultCookiePolicy::new().with_limits(limits));
    for host in ["a", "b", "c", "d"] {
        take(&mut jar, &format!("http://{host}.example/"), &["x=1"]);
    }
    header(&mut jar, "http://a.example/");
    for host in ["e", "f", "g"] {
        take(&mut jar, &format!("http://{host}.example/"), &["x=1"]);
    }
    assert_eq!(jar.len(), 4);
    assert_eq!(header(&mut jar, "http://a.example/"), "x=1");
    assert_eq!(header(&mut jar, "http://d.example/"), "");
}

#[test]
fn a_field_that_is_full_leaves_the_rest_out_and_says_so() {
    let limits = Limits::default().with_header_max(2, 1000);
    let mut jar = CookieJar::with_policy(DefaultCookiePolicy::new().with_limits(limits));
    take(&mut jar, "http://example.org/", &["a=1", "b=2", "c=3"]);
    assert_eq!(header(&mut jar, "http://example.org/"), "a=1; b=2");
    let explained = jar.explain_at(&request("http://example.org/"), NOW);
    let last = explained.last().expect("three");
    assert_eq!((last.cookie.name(), last.verdict), (&b"c"[..], Err(Withhold::HeaderFull)));
    jar.set_policy(DefaultCookiePolicy::new().with_limits(Limits::default().with_header_max(9, 8)));
    assert_eq!(header(&mut jar, "http://example.org/"), "a=1; b=2");
}

#[test]
fn a_request_with_a_cookie_field_is_left_alone() {
    use crate::request::CookieRequestMut;
    let mut jar = CookieJar::new();
    take(&mut jar, "http://example.org/", &["a=1"]);
    let mut own = request("http://example.org/");
    own.set_header("cookie", b"mine=1");
    assert!(!jar.add_cookie_header_at(&mut own, NOW + 9));
    assert_eq!(own.header("Cookie"), Some(&b"mine=1"[..]));
    assert_eq!(jar.iter().next().map(Cookie::last_access), Some(NOW), "it was not sent");
    assert_eq!(jar.explain_at(&own, NOW).first().map(|e| e.verdict), Some(Err(Withhold::HeaderPresent)));
}

#[test]
fn jars_are_equal_by_their_cookies() {
    let mut one = CookieJar::new();
    let mut two = CookieJar::new();
    take(&mut one, "http://a.example/", &["a=1", "b=2"]);
    take(&mut two, "http://a.example/", &["b=2", "a=1"]);
    header(&mut two, "http://a.example/");
    assert_eq!(one, two);
    take(&mut two, "http://a.example/", &["a=2"]);
    assert_ne!(one, two);
    assert_eq!(one.clone(), one);
}

#[test]
fn a_response_can_neither_flood_the_jar_nor_the_report() {
    let mut jar = CookieJar::new();
    let fields: Vec<String> = (0..5000).map(|n| format!("n{n}=1")).collect();
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    let got = take(&mut jar, "http://example.org/", &fields);
    assert_eq!((got.stored, jar.len()), (180, 180));
    assert_eq!(got.refused.len(), super::REFUSALS_MAX);
}

#[test]
fn debug_does_not_show_values() {
    let mut jar = CookieJar::new();
    take(&mut jar, "http://example.org/", &["sid=hush"]);
    let text = format!("{jar:?} {:?}", jar.iter().collect::<Vec<_>>());
    assert!(text.contains("sid") && !text.contains("hush"), "{text}");
    assert_eq!(jar.iter().next().expect("one").to_string(), "sid for example.org/");
    let mut sending = request("http://example.org/");
    assert!(jar.add_cookie_header_at(&mut sending, NOW));
    let view = StoreView::new(&jar.store);
    let outgoing = crate::policy::Outgoing { cookie: b"sid=hush".to_vec(), cookie2: None };
    let text = format!("{sending:?} {view:?} {outgoing:?}");
    assert!(text.contains("Cookie") && text.contains("cookie_bytes: 8") && !text.contains("hush"), "{text}");
}

#[test]
fn setting_another_policy_keeps_the_cookies() {
    let mut jar = CookieJar::with_policy(PythonCookiePolicy::new());
    take(&mut jar, "http://example.org/", &["a=1"]);
    assert_eq!(header(&mut jar, "http://www.example.org/"), "a=1");
    jar.set_policy(DefaultCookiePolicy::new());
    assert_eq!(header(&mut jar, "http://www.example.org/"), "");
    assert_eq!(header(&mut jar, "http://example.org/"), "a=1");
    assert!(format!("{:?}", jar.policy()).starts_with("DefaultCookiePolicy"));
}

#[test]
fn explaining_says_of_every_cookie_why_it_goes_or_stays_and_changes_nothing() {
    let mut jar = CookieJar::new();
    let fields = ["a=1", "b=2; Secure", "c=3; Path=/deep", "d=4; Max-Age=5", "e=5; SameSite=Strict"];
    take(&mut jar, "https://example.org/", &fields);
    take(&mut jar, "https://other.example/", &["f=6"]);
    let before = jar.clone();
    let navigation = request("http://example.org/")
        .with_site_context(http_client::client::SiteContext::CrossSiteNavigation);
    let verdicts: Vec<_> = jar.explain_at(&navigation, NOW + 5).iter().map(|e| e.verdict).collect();
    let (insecure, path) = (Err(Withhold::Insecure), Err(Withhold::Path));
    let expected = [Ok(()), insecure, Err(Withhold::Expired), Err(Withhold::SameSite), path];
    let other = Err(Withhold::Domain);
    assert_eq!(verdicts, [&expected[..], &[other]].concat());
    assert_eq!(jar, before);
    assert_eq!(jar.len(), 6);
    assert_eq!(header_at(&mut jar, "http://example.org/", NOW + 5), "a=1; e=5");
}

#[test]
fn the_time_is_an_argument_of_whatever_asks_for_it() {
    // A jar that lives in 1970 all its life: the system's clock is never asked.
    let mut jar = CookieJar::new();
    let (place, answer) = (request("http://example.org/"), [("Set-Cookie", "a=1; Max-Age=10")]);
    assert_eq!(jar.make_cookies_at(&answer, &place, 100).first().and_then(Cookie::expires), Some(110));
    assert_eq!(jar.extract_cookies_at(&answer, &place, 100).stored, 1);
    assert_eq!(jar.iter().next().map(Cookie::created), Some(100));
    assert_eq!(jar.cookies_for_at(&place, 109).len(), 1);
    assert_eq!(jar.cookies_for_at(&place, 110).len(), 0);
    assert_eq!(jar.explain_at(&place, 110).first().map(|e| e.verdict), Some(Err(Withhold::Expired)));
    assert!(jar.outgoing_at(&place, 109).is_some());
    assert!(jar.add_cookie_header_at(&mut place.clone(), 109));
    assert_eq!(jar.iter().next().map(Cookie::last_access), Some(109));
    assert_eq!(jar.clear_expired_cookies_at(109), 0);
    // By the clock of this machine it ended long ago.
    assert_eq!(jar.cookies_for(&place).len(), 0);
    assert_eq!(jar.clear_expired_cookies(), 1);
}

#[test]
fn a_policy_of_ones_own_decides_what_comes_in_and_what_goes_out() {
    #[derive(Debug, Default)]
    struct Fussy(DefaultCookiePolicy);

    impl CookiePolicy for Fussy {
        fn make_cookies(
            &self,
            response: &dyn CookieResponse,
            request: &RequestView<'_>,
            now: i64,
            sink: &mut dyn FnMut(Made),
        ) {
            self.0.make_cookies(response, request, now, sink);
        }

        fn set_ok(
            &self,
            cookie: &Cookie,
            request: &RequestView<'_>,
            jar: StoreView<'_>,
        ) -> Result<(), Reject> {
            if cookie.name().starts_with(b"_") {
                return Err(Reject::Other("a name with an underscore"));
            }
            self.0.set_ok(cookie, request, jar)
        }

        fn return_ok(&self, cookie: &Cookie, request: &RequestView<'_>, now: i64) -> Result<(), Withhold> {
            if cookie.value() == b"quiet" {
                return Err(Withhold::Other("a quiet cookie"));
            }
            self.0.return_ok(cookie, request, now)
        }
    }

    let mut jar = CookieJar::with_policy(Fussy::default());
    let got = take(&mut jar, "http://example.org/", &["_a=1", "b=2", "c=quiet"]);
    assert_eq!((got.stored, got.refused.len()), (2, 1));
    assert_eq!(got.refused[0].to_string(), "cookie \"_a\" refused: a name with an underscore");
    assert_eq!(header(&mut jar, "http://example.org/"), "b=2");
    let verdicts: Vec<_> =
        jar.explain_at(&request("http://example.org/"), NOW).iter().map(|e| e.verdict).collect();
    assert_eq!(verdicts, [Ok(()), Err(Withhold::Other("a quiet cookie"))]);
}
