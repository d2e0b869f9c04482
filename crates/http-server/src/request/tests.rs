//! What a handler sees of a request, and what it may send before its answer.

use crate::error::{Error, HandlerError};
use crate::request::Request;
use crate::response::Response;
use crate::testing;
use http_proto::{Headers, Method, RequestTarget};
use std::io::{BufRead, Read};

fn hints() -> Headers {
    let mut hints = Headers::new();
    hints.append("Link", "</a.css>; rel=preload").unwrap();
    hints.append("Content-Length", "5").unwrap();
    hints.append("Connection", "close").unwrap();
    hints
}

/// The start lines and Link fields of all that a handler sends to these requests.
#[track_caller]
fn check_sent(
    requests: &str,
    handler: impl Fn(&mut Request<'_>) -> Result<Response, HandlerError> + Send + Sync,
    expected: &[&str],
) {
    let sent = String::from_utf8(testing::raw_exchange(requests, &handler)).unwrap();
    let lines: Vec<_> =
        sent.lines().filter(|line| line.starts_with("HTTP/1.1 ") || line.starts_with("Link")).collect();
    assert_eq!(lines, expected, "{sent}");
}

#[test]
fn early_hints_and_other_interim_answers_go_out_before_the_answer() {
    let handler = |request: &mut Request<'_>| -> Result<Response, HandlerError> {
        request.send_processing()?;
        request.send_early_hints(&hints())?;
        Ok(Response::text("x\n").with_header("Link", "<b>"))
    };
    let one = [
        "HTTP/1.1 102 Processing",
        "HTTP/1.1 103 Early Hints",
        "Link: </a.css>; rel=preload",
        "HTTP/1.1 200 OK",
        "Link: <b>",
    ];
    check_sent("GET / HTTP/1.1\r\nHost: a\r\n\r\n", handler, &one);
    let pipelined = "GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(2);
    check_sent(&pipelined, handler, &[one, one].concat());
    // HTTP/1.0 has no interim answers.
    check_sent("GET / HTTP/1.0\r\n\r\n", handler, &one[3..]);
}

#[test]
fn interim_answers_have_no_fields_that_frame_a_message() {
    let handler = |request: &mut Request<'_>| -> Result<Response, Error> {
        request.send_early_hints(&hints())?;
        Err(Error::TooSlow)
    };
    let sent = testing::raw_exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n", &handler);
    assert!(
        sent.starts_with(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\nHTTP/1.1 408 ")
    );
}

#[test]
fn continue_is_sent_once_and_only_to_those_who_wait() {
    let early = |request: &mut Request<'_>| -> Result<Response, HandlerError> {
        request.send_continue()?;
        request.send_continue()?;
        Ok(Response::text(request.read_to_vec(10)?))
    };
    check_sent(
        "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\nx",
        early,
        &["HTTP/1.1 100 Continue", "HTTP/1.1 200 OK"],
    );
    check_sent("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx", early, &["HTTP/1.1 200 OK"]);
    check_sent(
        "PUT / HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\nx",
        early,
        &["HTTP/1.1 200 OK"],
    );
}

/// What a handler tells of a request.
#[track_caller]
fn check_told(request: &str, tell: impl Fn(&mut Request<'_>) -> String + Send + Sync, expected: &str) {
    let sent = testing::raw_exchange(request, &|request: &mut Request<'_>| Response::text(tell(request)));
    let sent = String::from_utf8(sent).unwrap();
    assert_eq!(sent.split_once("\r\n\r\n").unwrap().1, expected, "{sent}");
}

#[test]
fn head_target_and_query_are_seen_raw_and_decoded() {
    check_told(
        "DELETE /a%20b/c%2Fd?x=1&y=a+b%21&x=2 HTTP/1.1\r\nhOST: example.org:81\r\nCookie: a=1\r\ncookie: b=2\r\n\r\n",
        |request| {
            let cookies: Vec<_> =
                request.headers().get_all("cookie").map(|value| value.to_str().unwrap()).collect();
            let pairs: Vec<_> = request.query_pairs().collect();
            format!(
                "{} {} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
                request.method(),
                request.path(),
                request.segments().collect::<Vec<_>>(),
                request.query(),
                pairs,
                request.query_value("y"),
                request.version(),
                request.host(),
                cookies
            )
        },
        r#"DELETE /a%20b/c%2Fd ["a b", "c/d"] Some("x=1&y=a+b%21&x=2") [("x", "1"), ("y", "a b!"), ("x", "2")] Some("a b!") HTTP/1.1 Some("example.org:81") ["a=1", "b=2"]"#,
    );
}

#[test]
fn forms_are_read_as_pairs_and_other_types_are_refused() {
    let form = |request: &mut Request<'_>| match request.read_form(20) {
        Ok(pairs) => format!("{pairs:?}"),
        Err(error) => error.status_hint().as_str().to_owned(),
    };
    let send = |content_type: &str, content: &str| {
        format!(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n{content}",
            content.len()
        )
    };
    let urlencoded = "application/x-www-form-urlencoded";
    check_told(&send(urlencoded, "a=1&b=x+y%26&c"), form, r#"[("a", "1"), ("b", "x y&"), ("c", "")]"#);
    check_told(&send(urlencoded, "a=12345678901234567890"), form, "413");
    check_told(&send("text/plain", "a=1"), form, "415");
}

#[test]
fn content_is_read_through_read_and_bufread_and_trailers_come_behind_it() {
    check_told(
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nab\ncd\n\r\n2\r\nef\r\n0\r\nX-Sum: 7\r\n\r\n",
        |request| {
            assert!(request.trailers().is_none() && request.remaining_bytes().is_none());
            let mut line = String::new();
            request.body().read_line(&mut line).unwrap();
            let mut byte = [0; 1];
            request.body().read_exact(&mut byte).unwrap();
            let rest = request.read_to_string(10).unwrap();
            let sum = request.trailers().unwrap().get("X-Sum").unwrap().to_str().unwrap().to_owned();
            assert!(!request.headers().contains("X-Sum"));
            format!("{line:?} {byte:?} {rest:?} {sum}")
        },
        r#""ab\n" [99] "d\nef" 7"#,
    );
}

#[test]
fn what_a_wrapper_leaves_in_the_extensions_reaches_the_handler_under_another_head_too() {
    #[derive(Clone)]
    struct User(&'static str);
    let inner = |request: &mut Request<'_>| {
        let user = request.extensions().get::<User>().map(|user| user.0).unwrap_or_default();
        let answer = format!("{} {} {user}", request.path(), request.read_to_string(10).unwrap());
        request.extensions_mut().insert(7u8);
        Response::text(answer)
    };
    let wrapper = move |request: &mut Request<'_>| {
        request.extensions_mut().insert(User("ada"));
        let mut head = request.to_head();
        head.target = RequestTarget::new("/inside", &Method::POST).unwrap();
        let answer = request.with_head(&head, |request| inner(request));
        assert_eq!(request.extensions().get::<u8>(), Some(&7));
        assert_eq!(request.path(), "/outside");
        answer
    };
    assert_eq!(testing::post("/outside", "abc").send_to(&wrapper).text(), "/inside abc ada");
}
