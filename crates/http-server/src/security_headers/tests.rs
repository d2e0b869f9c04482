//! Which fields are added, and when they are not.

use super::{FramePolicy, SecurityHeaders};
use crate::error::Error;
use crate::request::Request;
use crate::response::Response;
use crate::testing;
use http_proto::StatusCode;
use std::time::Duration;

fn page(_: &mut Request<'_>) -> Response {
    Response::html("<p>page")
}

#[test]
fn careful_fields_are_added_unless_the_handler_has_its_own() {
    let answer = testing::get("/").send_to(&SecurityHeaders::new(page));
    for (name, value) in [
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "strict-origin-when-cross-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ] {
        assert_eq!(answer.headers().get(name).unwrap(), value);
    }
    assert!(!answer.headers().contains("Content-Security-Policy"));
    let own = |_: &mut Request<'_>| Response::html("").with_header("x-frame-options", "SAMEORIGIN");
    let answer = testing::get("/").send_to(&SecurityHeaders::new(own));
    let values: Vec<_> = answer.headers().list("X-Frame-Options").collect();
    assert_eq!(values, [b"SAMEORIGIN"]);
}

#[test]
fn each_field_can_be_set_or_taken_out() {
    let handler = SecurityHeaders::new(page)
        .frames(FramePolicy::Everybody)
        .content_security_policy("default-src 'self'")
        .and_then(|handler| handler.referrer_policy("no-referrer"))
        .and_then(|handler| handler.field("Permissions-Policy", "camera=()"))
        .and_then(|handler| handler.field("Cross-Origin-Opener-Policy", ""))
        .unwrap();
    let answer = testing::get("/").send_to(&handler);
    assert!(!answer.headers().contains("X-Frame-Options"));
    assert!(!answer.headers().contains("Cross-Origin-Opener-Policy"));
    assert_eq!(answer.headers().get("Content-Security-Policy").unwrap(), "default-src 'self'");
    assert_eq!(answer.headers().get("Referrer-Policy").unwrap(), "no-referrer");
    assert_eq!(answer.headers().get("Permissions-Policy").unwrap(), "camera=()");
    let same = SecurityHeaders::new(page).frames(FramePolicy::SameOrigin);
    assert_eq!(testing::get("/").send_to(&same).headers().get("X-Frame-Options").unwrap(), "SAMEORIGIN");
    assert!(SecurityHeaders::new(page).content_security_policy("a\r\nb").is_err());
}

#[test]
fn strict_transport_is_not_said_without_tls() {
    let handler = SecurityHeaders::new(page).strict_transport_security(Duration::from_secs(60), true);
    assert!(!testing::get("/").send_to(&handler).headers().contains("Strict-Transport-Security"));
}

#[test]
fn answers_of_handlers_that_failed_have_them_too() {
    let failing = |_: &mut Request<'_>| Err::<Response, _>(Error::Status(StatusCode::NOT_FOUND));
    let answer = testing::get("/").send_to(&SecurityHeaders::new(failing));
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    assert!(answer.headers().contains("X-Content-Type-Options"));
}
