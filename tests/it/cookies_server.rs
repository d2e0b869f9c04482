//! Cookies through `http-server`, with header lists as the only thing between the crates.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http_cookies::secure::{Keyring, SecretKey};
use http_cookies::{CookieBuilder, SimpleCookie, parse_set_cookie, request_pairs};
use http_server::testing::get;
use http_server::{HandlerError, Request, Response};

const NOW: SystemTime = UNIX_EPOCH;
const AN_HOUR: Duration = Duration::from_secs(3600);

/// Counts visits in a cookie that the service can read and nobody can change.
fn count(keys: &Keyring, request: &Request<'_>, now: SystemTime) -> Result<Response, HandlerError> {
    let visits = request_pairs(request.headers())
        .filter(|(name, _)| *name == b"visits")
        .find_map(|(_, text)| keys.verify_at("visits", text, now).ok())
        .map_or(0, |found| found.value.len());
    let mut response = Response::text(format!("{visits} so far"));
    let signed = keys.sign("visits", "x".repeat(visits + 1), now + AN_HOUR)?;
    CookieBuilder::new("visits", &signed).path("/").append_to(response.headers_mut())?;
    Ok(response)
}

fn keys(secret: u8) -> Keyring {
    Keyring::new(SecretKey::from_bytes(&[secret; 32]).unwrap())
}

#[test]
fn state_in_a_cookie_goes_from_machine_to_machine() {
    let machines = [0, 1].map(|_| |request: &mut Request<'_>| count(&keys(1), request, NOW));
    let stranger = |request: &mut Request<'_>| count(&keys(2), request, NOW);
    let later = |request: &mut Request<'_>| count(&keys(1), request, NOW + AN_HOUR);
    let mut cookie = String::new();
    for visits in 0..4 {
        let answer =
            get("/").with_header("Cookie", format!("theme=x; {cookie}; y")).send_to(&machines[visits % 2]);
        assert_eq!(answer.text(), format!("{visits} so far"));
        let line = answer.headers().get("Set-Cookie").unwrap();
        let set = parse_set_cookie(line.as_bytes()).unwrap();
        assert_eq!((set.name, set.path), (&b"visits"[..], Some(&b"/"[..])));
        cookie = format!("visits={}", String::from_utf8_lossy(set.value));
    }
    for forgetful in [
        get("/").with_header("Cookie", &cookie).send_to(&stranger),
        get("/").with_header("Cookie", &cookie).send_to(&later),
    ] {
        assert_eq!(forgetful.text(), "0 so far");
    }
}

#[test]
fn pythons_dictionary_reads_the_request_and_fills_the_response() {
    let handler = |request: &mut Request<'_>| -> Result<Response, HandlerError> {
        let mut cookies = SimpleCookie::new();
        let skipped = cookies.load_request(request.headers());
        let mut response = Response::text(format!("{} and {}", cookies.len(), skipped.len()));
        cookies.set("seen", "two words; é")?.set_named("path", "/")?;
        cookies.append_to(response.headers_mut())?;
        Ok(response)
    };
    let answer = get("/").with_header("Cookie", "b=2; [=x; a=\"\\073\"").send_to(&handler);
    assert_eq!(answer.text(), "2 and 1");
    let fields: Vec<_> =
        answer.headers().get_all("Set-Cookie").map(|field| field.as_bytes().to_vec()).collect();
    assert_eq!(fields, [&b"a=\"\\073\""[..], b"b=2", b"seen=\"two words\\073 \\351\"; Path=/"]);
}

#[test]
fn a_cookie_that_no_browser_would_keep_is_answered_with_500() {
    let handler = |_: &mut Request<'_>| -> Result<Response, HandlerError> {
        let mut response = Response::text("fine");
        CookieBuilder::new("a", "x\r\nSet-Cookie: b=c").append_to(response.headers_mut())?;
        Ok(response)
    };
    let answer = get("/").send_to(&handler);
    assert_eq!(answer.status(), 500);
    assert!(!answer.headers().contains("Set-Cookie"));
}
