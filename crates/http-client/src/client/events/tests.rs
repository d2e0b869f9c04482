//! What stands in debug text of events.

use super::*;

#[test]
fn debug_text_of_events_holds_no_secrets() {
    let url = Url::parse("http://a.test/p?token=secret").unwrap();
    let mut headers = Headers::new();
    for name in ["Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie"] {
        headers.append(name, "secret").unwrap();
    }
    for name in ["Location", "Referer", "Content-Location"] {
        headers.append(name, "http://a.test/p?code=secret").unwrap();
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
