//! Error pages: for whom they are HTML, JSON, or what the program makes of them.

use super::{CONTENT_TYPE, ErrorPages, json};
use crate::error::Error;
use crate::request::Request;
use crate::response::Response;
use crate::testing;
use http_proto::{Headers, Method, StatusCode};

#[track_caller]
fn check(accept: &str, content_type: &str, text: &str) {
    let refuse = |_: &mut Request<'_>| Response::error_page(StatusCode::NOT_FOUND);
    let answer = testing::get("/").with_header("Accept", accept).send_to(&refuse);
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    assert_eq!(answer.headers().get("Content-Type").unwrap(), content_type, "{accept}");
    assert!(answer.text().contains(text), "{accept}: {}", answer.text());
    assert_eq!(answer.headers().get("Vary").unwrap(), "Accept");
}

#[test]
fn an_error_page_is_json_for_those_who_like_that_better() {
    let json = "{\"status\":404,\"title\":\"Not Found\",\"detail\":\"Nothing matches the given URI\"}\n";
    check("application/json", "application/json", json);
    check("application/problem+json", "application/problem+json", json);
    check("application/*", "application/json", json);
    check("application/json;q=0.5, application/problem+json", "application/problem+json", json);
    check("text/html;q=0.5, application/json;q=0.6", "application/json", json);
    check("text/html, application/json", CONTENT_TYPE, "<p>Error code: 404</p>");
    check("*/*", CONTENT_TYPE, "<p>Error code: 404</p>");
    check("", CONTENT_TYPE, "<p>Error code: 404</p>");
}

#[test]
fn texts_are_escaped_in_json_and_left_out_where_there_are_none() {
    let text = json(StatusCode::BAD_REQUEST, Some("a\"\\<\u{2028}\n\u{1f600}"), Some(""));
    assert_eq!(text, "{\"status\":400,\"title\":\"a\\\"\\\\\\u003c\\u2028\\n\u{1f600}\"}\n");
    let unknown = json(StatusCode::from_u16(599).unwrap(), None, None);
    assert_eq!(unknown, "{\"status\":599}\n");
}

#[test]
fn what_the_server_refuses_by_itself_is_json_as_well_where_the_head_was_whole() {
    #[track_caller]
    fn check(request: &str, status: &str, json: bool) {
        let hello = |_: &mut Request<'_>| Response::text("hello");
        let sent = String::from_utf8(testing::raw_exchange(request, &hello)).unwrap();
        assert!(sent.starts_with(&format!("HTTP/1.1 {status}")), "{sent}");
        assert_eq!(sent.contains("Content-Type: application/json\r\n"), json, "{sent}");
        assert_eq!(sent.contains(&format!("{{\"status\":{},", status.get(..3).unwrap())), json, "{sent}");
    }
    let accept = "Accept: application/json\r\n";
    check(&format!("GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n{accept}\r\n"), "417 ", true);
    check(&format!("GET / HTTP/1.1\r\n{accept}\r\n"), "400 ", true);
    check(&format!("PUT / HTTP/1.1\r\nHost: a\r\n{accept}Content-Length: 9999999999\r\n\r\n"), "413 ", true);
    // Nothing is believed of a head that is not one.
    check(&format!("GET / HTTP/1.1\r\nHost: a\r\n{accept}X\r\n\r\n"), "400 ", false);
    check(&format!("GET / HTTP/1.1\r\nHost: a\r\n{accept}"), "400 ", false);
}

#[test]
fn failures_of_handlers_have_no_text_of_their_cause_in_any_form() {
    for accept in ["text/html", "application/json"] {
        let request = testing::get("/").with_header("Accept", accept);
        let failing =
            |_: &mut Request<'_>| Err::<Response, _>(std::io::Error::other("the secret of the cause"));
        let answer = request.send_to(&failing);
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!answer.text().contains("secret"), "{}", answer.text());
        let panicking = |_: &mut Request<'_>| -> Response { panic!("the secret of the panic") };
        let answer = request.send_to(&panicking);
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!answer.text().contains("secret"), "{}", answer.text());
        let invalid = |_: &mut Request<'_>| Response::text("x").with_header("X", "the secret\r\nvalue");
        let answer = request.send_to(&invalid);
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!answer.text().contains("secret"), "{}", answer.text());
    }
}

#[test]
fn a_body_of_the_handlers_own_is_sent_as_it_is() {
    let own = |_: &mut Request<'_>| Response::error_page(StatusCode::NOT_FOUND).with_body("own");
    let answer = testing::get("/").with_header("Accept", "application/json").send_to(&own);
    assert_eq!(answer.text(), "own");
    assert_eq!(answer.headers().get("Content-Type").unwrap(), CONTENT_TYPE);
}

#[test]
fn fields_beside_an_error_page_stay_and_head_has_no_content() {
    let refuse = |_: &mut Request<'_>| {
        Response::error_page(StatusCode::METHOD_NOT_ALLOWED)
            .with_header("Allow", "GET")
            .with_header("Vary", "Cookie")
    };
    let answer =
        testing::request(Method::HEAD, "/").with_header("Accept", "application/json").send_to(&refuse);
    assert_eq!(answer.headers().get("Allow").unwrap(), "GET");
    assert_eq!(answer.headers().get("Content-Type").unwrap(), "application/json");
    let vary: Vec<_> = answer.headers().list("Vary").collect();
    assert_eq!(vary, [&b"Cookie"[..], b"Accept"]);
    assert!(answer.content().is_empty() && answer.is_complete());
}

#[test]
fn a_program_writes_its_own_pages_or_leaves_them_as_they_are() {
    let pages = ErrorPages::new(|page| match page.status.as_u16() {
        404 => Some((
            "text/plain".to_owned(),
            format!("{} {:?} {}", page.message, page.explain, page.wants_json),
        )),
        500 => panic!("on purpose"),
        _ => None,
    });
    let mut json_headers = Headers::new();
    json_headers.append("Accept", "application/json").unwrap();
    let mut page = Response::error_page_with(StatusCode::NOT_FOUND, Some("gone"), None);
    page.dress(&pages, Some(&json_headers));
    assert_eq!(page.body().as_bytes().unwrap(), b"gone \"Nothing matches the given URI\" true");
    assert_eq!(page.header("Content-Type").unwrap(), "text/plain");
    for status in [StatusCode::INTERNAL_SERVER_ERROR, StatusCode::FORBIDDEN] {
        let mut page = Response::error_page(status);
        page.dress(&pages, None);
        assert_eq!(page.header("Content-Type").unwrap(), CONTENT_TYPE, "{status}");
    }
}

#[test]
fn an_error_that_names_a_status_is_answered_with_its_page() {
    let teapot = |_: &mut Request<'_>| Err::<Response, _>(Error::Status(StatusCode::IM_A_TEAPOT));
    let answer = testing::get("/").with_header("Accept", "application/json").send_to(&teapot);
    assert!(answer.text().starts_with("{\"status\":418,"), "{}", answer.text());
}
