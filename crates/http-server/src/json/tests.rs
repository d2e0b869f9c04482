//! JSON through a handler: what is read, what is refused with which status, what is written.

use crate::error::Error;
use crate::request::Request;
use crate::response::Response;
use crate::testing::{self, TestAnswer};
use std::collections::HashMap;

fn send(content_type: &str, content: &str) -> TestAnswer {
    let handler = |request: &mut Request<'_>| -> Result<Response, Error> {
        let counts: HashMap<String, u32> = request.read_json(40)?;
        Response::json(&counts)
    };
    testing::post("/", content).with_header("Content-Type", content_type).send_to(&handler)
}

#[test]
fn json_of_the_right_type_is_read_and_written() {
    for content_type in ["application/json", "Application/JSON; charset=utf-8", "application/vnd.x+json"] {
        let answer = send(content_type, " {\"a\": 1} ");
        assert_eq!(answer.text(), "{\"a\":1}", "{content_type}");
        assert_eq!(answer.headers().get("Content-Type").unwrap(), "application/json");
    }
}

#[test]
fn what_is_no_json_or_too_much_of_it_is_refused() {
    let json = "application/json";
    let long = format!("{{\"a\": {}}}", "1".repeat(60));
    for (content_type, content, status) in [
        (json, "{\"a\": 1", 400),
        (json, "", 400),
        (json, "{\"a\": -1}", 400),
        (json, "[]", 400),
        (json, "\u{feff}{}", 400),
        (json, long.as_str(), 413),
        ("text/plain", "{}", 415),
        ("application/x-www-form-urlencoded", "{}", 415),
        ("multipart/x+json", "{}", 415),
        ("", "{}", 415),
    ] {
        assert_eq!(send(content_type, content).status(), status, "{content_type}: {content}");
    }
}

#[test]
fn nesting_is_bounded() {
    let handler = |request: &mut Request<'_>| -> Result<Response, Error> {
        Response::json(&request.read_json::<serde_json::Value>(1 << 20)?)
    };
    let request = testing::post("/", "[".repeat(100_000)).with_header("Content-Type", "application/json");
    assert_eq!(request.send_to(&handler).status(), 400);
}

#[test]
fn a_value_that_json_cannot_hold_is_a_fault_of_the_server() {
    let handler = |_: &mut Request<'_>| Response::json(&HashMap::from([((1, 2), 3)]));
    let answer = testing::get("/").send_to(&handler);
    assert_eq!(answer.status(), 500);
    assert!(!answer.text().contains("key"), "{}", answer.text());
}
