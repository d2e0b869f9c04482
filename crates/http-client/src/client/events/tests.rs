//! What stands in debug text of events.

use super::*;

#[test]
fn a_url_is_shown_without_its_query_and_its_user() {
    #[track_caller]
    fn check(url: &str, expected: &str) {
        assert_eq!(Shown(&Url::parse(url).unwrap()).to_string(), expected);
    }
    check("http://a.test/", "http://a.test/");
    check("https://joe:pw@a.test:8443/p/q?token=1#f", "https://a.test:8443/p/q?[hidden]");
    check("http://[::1]:81/?", "http://[::1]:81/?[hidden]");
}

#[test]
fn debug_text_of_events_holds_no_secrets() {
    let url = Url::parse("http://a.test/p?token=secret").unwrap();
    let mut headers = Headers::new();
    for name in ["Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie"] {
        headers.append(name, "secret").unwrap();
    }
    let (status, took) = (StatusCode::OK, Duration::ZERO);
    let events = [
        Event::Started { method: &Method::GET, url: &url },
        Event::Sent { headers: &headers },
        Event::Answered { status, headers: &headers, took },
        Event::Redirected { status, to: &url },
    ];
    for event in &events {
        let text = format!("{event:?}");
        assert!(!text.contains("secret"), "{text}");
        assert!(text.starts_with(event.name()), "{text}");
    }
}
