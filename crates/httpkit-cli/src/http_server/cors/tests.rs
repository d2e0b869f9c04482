//! Answers for pages of other origins.

use super::WithCors;
use httpkit::Method;
use httpkit::server::{Request, Response, testing};

fn handler(_: &mut Request<'_>) -> Response {
    Response::text("content").with_header("Vary", "Accept")
}

#[test]
fn origins_are_stars_or_scheme_and_host() {
    for origin in ["*", "null", "https://a.example", "http://localhost:3000"] {
        assert!(WithCors::new(handler, origin).is_some(), "{origin}");
    }
    for origin in
        ["", "a.example", "https://", "://a", "https://a/b", "https://a, https://b", "https://a\r\nX: y"]
    {
        assert!(WithCors::new(handler, origin).is_none(), "{origin:?}");
    }
}

#[test]
fn answers_name_the_origin_and_vary_by_it_only_where_it_is_not_all() {
    let answer = testing::get("/").send_to(&WithCors::new(handler, "*").unwrap());
    assert_eq!(answer.headers().get("Access-Control-Allow-Origin").unwrap(), "*");
    assert_eq!(answer.headers().get_all("Vary").count(), 1);
    let answer = testing::get("/").send_to(&WithCors::new(handler, "https://a.example").unwrap());
    assert_eq!(answer.headers().get("Access-Control-Allow-Origin").unwrap(), "https://a.example");
    assert!(answer.headers().has_token("Vary", "Origin"));
    assert_eq!(answer.text(), "content");
}

#[test]
fn preflights_are_answered_here_and_other_options_by_the_handler() {
    let cors = WithCors::new(handler, "*").unwrap();
    let preflight = testing::request(Method::OPTIONS, "/")
        .with_header("Origin", "https://a.example")
        .with_header("Access-Control-Request-Method", "GET");
    let answer = preflight.send_to(&cors);
    assert_eq!(answer.status(), 204);
    assert_eq!(answer.headers().get("Access-Control-Allow-Headers").unwrap(), "Range");
    let answer = testing::request(Method::OPTIONS, "/").send_to(&cors);
    assert_eq!(answer.text(), "content");
}
