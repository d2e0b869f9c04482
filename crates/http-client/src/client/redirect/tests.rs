//! The redirect table, Locations, stripping, limits and the hook.

use super::*;

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn list(fields: &[(&str, &str)]) -> Headers {
    let mut headers = Headers::new();
    for (name, value) in fields {
        headers.append(name, value).unwrap();
    }
    headers
}

fn decide(policy: &Redirects, from: &str, location: &str, hops: u16) -> Result<Decision, Refused> {
    let headers = Headers::new();
    let from = url(from);
    let sent = Sent { method: &Method::GET, url: &from, headers: &headers, content: Content::None };
    policy.decide(&sent, StatusCode::FOUND, &list(&[("Location", location)]), hops)
}

#[test]
fn the_table_of_statuses_methods_and_contents_is_that_of_rfc_9110() {
    #[track_caller]
    fn check(status: u16, method: &str, content: Content, expected: Option<(&str, bool)>) {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let headers = list(&[("Content-Type", "a/b"), ("Accept", "c/d")]);
        let from = url("http://a.test/");
        let sent = Sent { method: &method, url: &from, headers: &headers, content };
        let decision = Redirects::default()
            .decide(&sent, StatusCode::from_u16(status).unwrap(), &list(&[("Location", "/x")]), 0)
            .unwrap();
        match (decision, expected) {
            (Decision::Answer, None) => {}
            (Decision::Follow(next), Some((expected, keeps))) => {
                assert_eq!((next.method.as_str(), next.keeps_content), (expected, keeps));
                assert_eq!(next.url.as_str(), "http://a.test/x");
                assert_eq!(next.headers.contains("Content-Type"), keeps);
                assert_eq!(next.headers.get("Accept").unwrap(), "c/d");
            }
            (decision, expected) => panic!("{status} {method} {content:?}: {decision:?}, not {expected:?}"),
        }
    }
    for status in [301, 302] {
        for content in [Content::None, Content::Replayable, Content::OneShot] {
            check(status, "POST", content, Some(("GET", false)));
        }
        for method in ["GET", "HEAD", "PUT", "DELETE", "PURGE"] {
            check(status, method, Content::None, Some((method, false)));
            check(status, method, Content::Replayable, Some((method, true)));
            check(status, method, Content::OneShot, None);
        }
    }
    for content in [Content::None, Content::Replayable, Content::OneShot] {
        for method in ["POST", "PUT", "DELETE", "PURGE", "GET"] {
            check(303, method, content, Some(("GET", false)));
        }
        check(303, "HEAD", content, Some(("HEAD", false)));
        for status in [200, 300, 304, 305, 306, 399, 400] {
            check(status, "GET", content, None);
        }
    }
    for status in [307, 308] {
        for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "PURGE"] {
            check(status, method, Content::None, Some((method, false)));
            check(status, method, Content::Replayable, Some((method, true)));
            check(status, method, Content::OneShot, None);
        }
    }
}

#[test]
fn locations_are_read_as_browsers_read_them() {
    #[track_caller]
    fn check(location: impl AsRef<[u8]>, expected: Option<&str>) {
        let mut headers = Headers::new();
        headers.append("Location", location.as_ref()).unwrap();
        let found = target(&url("http://a.test:81/d/e?q#frag"), &headers);
        assert_eq!(found.as_ref().map(Url::as_str), expected);
    }
    check("/x", Some("http://a.test:81/x#frag"));
    check("x", Some("http://a.test:81/d/x#frag"));
    check("../../x", Some("http://a.test:81/x#frag"));
    check("?n", Some("http://a.test:81/d/e?n#frag"));
    check("#new", Some("http://a.test:81/d/e?q#new"));
    check("", Some("http://a.test:81/d/e?q#frag"));
    check("//b.test/y", Some("http://b.test/y#frag"));
    check("\\\\b.test\\y", Some("http://b.test/y#frag"));
    check("https://b.test", Some("https://b.test/#frag"));
    check("HTTP://B.test/%7e", Some("http://b.test/%7e#frag"));
    check("/a b", Some("http://a.test:81/a%20b#frag"));
    check("/\u{e9}?\u{e9}", Some("http://a.test:81/%C3%A9?%C3%A9#frag"));
    check(b"/\xe9", Some("http://a.test:81/%E9#frag"));
    check("http:/one/slash", Some("http://a.test:81/one/slash#frag"));
    check("http://b\u{fc}cher.test/", Some("http://xn--bcher-kva.test/#frag"));
    check("file:///etc/passwd", None);
    check("ftp://a.test/", None);
    check("javascript:alert(1)", None);
    check("http://127.0.0.1:99999/", None);
    check("http://[fe80::1%25eth0]/", None);
    check("http://", None);
    check("http://a b/", None);
}

#[test]
fn one_location_is_followed_two_that_differ_are_not() {
    let base = url("http://a.test/");
    assert!(target(&base, &Headers::new()).is_none());
    assert!(target(&base, &list(&[("Location", "/x"), ("location", "/x")])).is_some());
    assert!(target(&base, &list(&[("Location", "/x"), ("Location", "/y")])).is_none());
}

#[test]
fn only_the_limit_counts_hops() {
    let policy = Redirects::default();
    assert!(matches!(decide(&policy, "http://a.test/", "/x", 9), Ok(Decision::Follow(_))));
    assert_eq!(decide(&policy, "http://a.test/", "/x", 10).unwrap_err(), Refused::TooMany { hops_max: 10 });
    assert!(matches!(decide(&Redirects::none(), "http://a.test/", "/x", 0), Ok(Decision::Answer)));
}

#[test]
fn a_step_down_from_https_is_refused_unless_allowed() {
    let policy = Redirects::default();
    assert_eq!(decide(&policy, "https://a.test/", "http://a.test/", 0).unwrap_err(), Refused::Downgrade);
    assert!(decide(&policy, "http://a.test/", "https://a.test/", 0).is_ok());
    let allowed = Redirects::default().allow_downgrade(true);
    assert!(matches!(decide(&allowed, "https://a.test/", "http://a.test/", 0), Ok(Decision::Follow(_))));
}

#[test]
fn credentials_stay_at_their_origin() {
    #[track_caller]
    fn check(location: &str, stays: bool) {
        let headers = list(&[
            ("Host", "virtual.test"),
            ("Authorization", "Basic x"),
            ("Cookie", "a=b"),
            ("Proxy-Authorization", "Basic y"),
            ("X-Api-Key", "k"),
            ("Accept", "z"),
        ]);
        let from = url("http://a.test/");
        let sent = Sent { method: &Method::GET, url: &from, headers: &headers, content: Content::None };
        let policy = Redirects::default().strip(["x-api-key"]);
        let answer = list(&[("Location", location)]);
        let Decision::Follow(next) = policy.decide(&sent, StatusCode::FOUND, &answer, 0).unwrap() else {
            panic!("not followed")
        };
        let expected = if stays { headers } else { list(&[("Accept", "z")]) };
        assert_eq!(next.headers, expected, "{location}");
    }
    check("/x", true);
    check("http://a.test:80/x", true);
    check("http://a.test:8080/x", false);
    check("https://a.test/x", false);
    check("http://b.test/x", false);
    check("http://sub.a.test/x", false);
    check("http://a.test./x", false);
}

#[test]
fn the_hook_sees_edits_stops_and_refuses() {
    let edit = Redirects::default().on_hop(|hop| {
        assert_eq!((hop.from.as_str(), hop.to.as_str()), ("http://a.test/", "http://b.test/"));
        assert!(hop.is_cross_origin());
        assert_eq!(hop.status, StatusCode::FOUND);
        assert!(hop.response_headers.contains("Location"));
        hop.headers.append("X-Hop", "1").unwrap();
        hop.to.set_path("/edited");
        hop.method = Method::HEAD;
        HopAction::Follow
    });
    let Ok(Decision::Follow(next)) = decide(&edit, "http://a.test/", "//b.test", 0) else {
        panic!("not followed")
    };
    assert_eq!((next.url.as_str(), next.method), ("http://b.test/edited", Method::HEAD));
    assert_eq!(next.headers.get("X-Hop").unwrap(), "1");

    let stop = Redirects::default().on_hop(|_| HopAction::Stop);
    assert!(matches!(decide(&stop, "http://a.test/", "/", 0), Ok(Decision::Answer)));
    let refuse = Redirects::default().on_hop(|_| HopAction::Refuse);
    assert_eq!(decide(&refuse, "http://a.test/", "/", 0).unwrap_err(), Refused::Hook);
}

#[test]
fn a_hook_cannot_step_down_by_accident() {
    let policy = Redirects::default().on_hop(|hop| {
        hop.to.set_scheme("http").unwrap();
        HopAction::Follow
    });
    assert_eq!(decide(&policy, "https://a.test/", "/x", 0).unwrap_err(), Refused::Downgrade);
}

#[test]
fn a_hook_that_turns_to_another_origin_takes_no_credentials_but_its_own() {
    let policy = Redirects::default().on_hop(|hop| {
        hop.to = Url::parse("http://b.test/").unwrap();
        hop.headers.append("X-Own", "1").unwrap();
        hop.headers.append("Cookie", "new=1").unwrap();
        HopAction::Follow
    });
    let headers = list(&[("Authorization", "Basic x"), ("Cookie", "a=b"), ("Accept", "z")]);
    let from = url("http://a.test/");
    let sent = Sent { method: &Method::GET, url: &from, headers: &headers, content: Content::None };
    let Decision::Follow(next) =
        policy.decide(&sent, StatusCode::FOUND, &list(&[("Location", "/x")]), 0).unwrap()
    else {
        panic!("not followed")
    };
    assert_eq!(next.headers, list(&[("Accept", "z"), ("X-Own", "1"), ("Cookie", "new=1")]));
}
