//! What pages of which origins may do, row by row.

use super::{Cors, is_origin};
use crate::error::Error;
use crate::handler::Handler;
use crate::request::Request;
use crate::response::Response;
use crate::testing::{self, TestAnswer};
use http_proto::Method;
use std::time::Duration;

const APP: &str = "https://app.example";

fn api(_: &mut Request<'_>) -> Response {
    Response::text("42").with_header("X-Count", "1")
}

fn get(handler: &impl Handler, origin: &str) -> TestAnswer {
    testing::get("/").with_header("Origin", origin).send_to(handler)
}

fn preflight(handler: &impl Handler, origin: &str, method: &str, headers: &str) -> TestAnswer {
    let mut request = testing::request(Method::OPTIONS, "/")
        .with_header("Origin", origin)
        .with_header("Access-Control-Request-Method", method)
        .with_header("Access-Control-Request-Private-Network", "true");
    if !headers.is_empty() {
        request = request.with_header("Access-Control-Request-Headers", headers);
    }
    request.send_to(handler)
}

/// The fields of cross-origin requests and Vary, as one text.
#[track_caller]
fn check(answer: &TestAnswer, expected: &[&str]) {
    let fields: Vec<String> = answer
        .headers()
        .iter()
        .filter(|(name, _)| name.starts_with("Access-Control") || *name == "Vary")
        .map(|(name, value)| {
            format!("{}: {}", name.trim_start_matches("Access-Control-"), value.to_str().unwrap())
        })
        .collect();
    assert_eq!(fields, expected);
}

#[test]
fn listed_origins_are_named_and_others_are_not() {
    let handler = Cors::origins(api, [APP, "http://localhost:8080"]).unwrap();
    check(&get(&handler, APP), &["Vary: Origin", "Allow-Origin: https://app.example"]);
    check(&get(&handler, "http://localhost:8080"), &["Vary: Origin", "Allow-Origin: http://localhost:8080"]);
    for other in [
        "http://app.example",
        "https://app.example.evil",
        "https://app.example:444",
        "HTTPS://APP.EXAMPLE",
        "null",
        "",
    ] {
        let answer = get(&handler, other);
        check(&answer, &["Vary: Origin"]);
        assert_eq!(answer.text(), "42");
    }
    check(&testing::get("/").send_to(&handler), &["Vary: Origin"]);
}

#[test]
fn any_origin_is_a_star_without_vary_and_never_with_credentials() {
    check(&get(&Cors::any(api), APP), &["Allow-Origin: *"]);
    check(&testing::get("/").send_to(&Cors::any(api)), &[]);
    assert!(matches!(Cors::any(api).credentials(), Err(Error::InvalidSetting(_))));
}

#[test]
fn a_function_decides_and_credentials_name_the_origin() {
    let handler = Cors::origins_by(api, |origin| origin.ends_with(".example")).credentials().unwrap();
    check(
        &get(&handler, APP),
        &["Vary: Origin", "Allow-Origin: https://app.example", "Allow-Credentials: true"],
    );
    check(&get(&handler, "https://example.org"), &["Vary: Origin"]);
    check(&get(&Cors::origins_by(api, |_| true), "null"), &["Vary: Origin", "Allow-Origin: null"]);
}

#[test]
fn preflight_requests_are_answered_without_the_handler_and_only_with_what_is_allowed() {
    let handler = Cors::origins(|_: &mut Request<'_>| -> Response { panic!("not for this") }, [APP])
        .unwrap()
        .methods([Method::GET, Method::PUT])
        .headers(["Content-Type", "X-Token"])
        .max_age(Duration::from_secs(600));
    let vary =
        ["Vary: Origin", "Vary: Access-Control-Request-Method", "Vary: Access-Control-Request-Headers"];
    let with = |fields: &[&'static str]| [&vary[..], fields].concat();
    let answer = preflight(&handler, APP, "PUT", "content-type,x-evil, X-TOKEN");
    assert_eq!(answer.status(), 204);
    check(
        &answer,
        &with(&[
            "Allow-Origin: https://app.example",
            "Allow-Methods: GET, PUT",
            "Allow-Headers: content-type, X-TOKEN",
            "Max-Age: 600",
        ]),
    );
    check(
        &preflight(&handler, APP, "DELETE", ""),
        &with(&["Allow-Origin: https://app.example", "Max-Age: 600"]),
    );
    check(&preflight(&handler, "https://evil.example", "PUT", "content-type"), &vary);
}

#[test]
fn all_headers_can_be_allowed_by_naming_those_that_are_asked_for() {
    let handler = Cors::any(api).any_headers();
    let answer = preflight(&handler, APP, "POST", "Authorization, X-Y");
    assert_eq!(answer.headers().get("Access-Control-Allow-Headers").unwrap(), "Authorization, X-Y");
}

#[test]
fn options_that_is_no_preflight_reaches_the_handler() {
    let request = testing::request(Method::OPTIONS, "/");
    assert_eq!(request.send_to(&Cors::any(api)).text(), "42");
    assert_eq!(request.with_header("Origin", APP).send_to(&Cors::any(api)).text(), "42");
}

#[test]
fn fields_of_answers_are_shown_and_what_the_handler_says_itself_is_replaced() {
    let handler = |_: &mut Request<'_>| {
        Response::text("").with_header("Access-Control-Allow-Origin", "*").with_header("Vary", "Cookie")
    };
    let handler = Cors::origins(handler, [APP]).unwrap().expose(["X-Count", "ETag"]).unwrap();
    check(
        &get(&handler, APP),
        &[
            "Allow-Origin: https://app.example",
            "Vary: Cookie",
            "Vary: Origin",
            "Expose-Headers: X-Count, ETag",
        ],
    );
    assert!(Cors::any(api).expose(["a b"]).is_err());
}

#[test]
fn a_page_can_read_that_a_handler_has_failed() {
    let failing = |_: &mut Request<'_>| Err::<Response, _>(Error::Status(http_proto::StatusCode::CONFLICT));
    let answer = get(&Cors::origins(failing, [APP]).unwrap(), APP);
    assert_eq!(answer.status(), 409);
    check(&answer, &["Vary: Origin", "Allow-Origin: https://app.example", "Vary: Accept"]);
}

#[test]
fn an_origin_is_what_a_browser_would_send() {
    for origin in [
        "http://a",
        "https://a.b-c:8443",
        "http://127.0.0.1:81",
        "http://[::1]:3000",
        "https://[::1]",
        "moz-extension://1-2",
    ] {
        assert!(is_origin(origin), "{origin}");
    }
    for no_origin in [
        "",
        "null",
        "*",
        "a",
        "http://",
        "http://a/",
        "http://a/b",
        "HTTP://a",
        "http://A",
        "http://a:80",
        "https://a:443",
        "http://a:",
        "http://a:08",
        "http://a:99999",
        "http://[::1",
        "http://[x]",
        "http://a b",
        "http://u@a",
        "http://a:b:c",
        "http://a?",
    ] {
        assert!(!is_origin(no_origin), "{no_origin}");
        assert!(Cors::origins(api, [no_origin]).is_err());
    }
}
