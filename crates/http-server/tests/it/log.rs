//! The access log, for requests that a handler sees and for those that none does.

use crate::client::{Client, PATIENCE, wait_until};
use http_server::observe::Event;
use http_server::{
    Limits, LogFormat, Logged, Networks, Request, Response, Server, ServerHandle, StatusCode, Timeouts,
    TrustedProxies,
};
use std::sync::{Arc, Mutex};
use std::time::Duration;

type Lines = Arc<Mutex<Vec<String>>>;

fn answer(request: &mut Request<'_>) -> Result<Response, http_server::Error> {
    match request.path() {
        "/" => Ok(Response::text("hello")),
        "/own" => Ok(Response::error_page_with(StatusCode::NOT_FOUND, Some("Look elsewhere\n"), None)),
        "/plain" => Ok(Response::text("no").with_status(StatusCode::NOT_FOUND)),
        "/fails" => Err(http_server::Error::Status(StatusCode::SERVICE_UNAVAILABLE)),
        _ => Ok(Response::error_page(StatusCode::NOT_FOUND)),
    }
}

/// A server with a log of its own kind, and its lines.
fn logging(format: LogFormat) -> (ServerHandle, Lines) {
    let lines = Lines::default();
    let kept = Arc::clone(&lines);
    let logged =
        Logged::new(answer).format(format).to_sink(move |line| kept.lock().unwrap().push(line.to_owned()));
    let server = Server::bind("127.0.0.1:0")
        .unwrap()
        .timeouts(Timeouts::default().head(Duration::from_millis(30)))
        .limits(Limits::default().body_bytes_max(10))
        .trusted_proxies(TrustedProxies::x_forwarded(Networks::loopback()))
        .observer(logged.observer())
        .serve(logged)
        .unwrap();
    (server, lines)
}

/// Sends this on a connection of its own, and looks for these lines, without their times; `SIZE` is that of the content.
#[track_caller]
fn check(format: LogFormat, request: &str, status: u16, want: &[&str]) {
    let (server, lines) = logging(format);
    let mut client = Client::connect(&server);
    client.send(request);
    let answer = client.answer();
    assert_eq!(answer.status, status, "{request:?}");
    wait_until(|| lines.lock().unwrap().len() >= want.len(), "a line is missing");
    drop(client);
    server.shutdown(PATIENCE);
    let lines = lines.lock().unwrap();
    let found: Vec<String> = lines
        .iter()
        .map(|line| match (line.split_once('['), line.split_once("] ")) {
            (Some((before, _)), Some((_, after))) => format!("{before}{after}"),
            _ => line.clone(),
        })
        .collect();
    let size = answer.body.len().to_string();
    let want: Vec<String> = want.iter().map(|line| line.replace("SIZE", &size)).collect();
    assert_eq!(found, want, "{request:?}");
}

#[test]
fn an_error_page_is_told_as_python_tells_it_ahead_of_its_request() {
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    check(LogFormat::Python, &get("/"), 200, &["127.0.0.1 - - \"GET / HTTP/1.1\" 200 5"]);
    check(
        LogFormat::Python,
        &get("/none"),
        404,
        &["127.0.0.1 - - code 404, message Not Found", "127.0.0.1 - - \"GET /none HTTP/1.1\" 404 SIZE"],
    );
    check(
        LogFormat::Python,
        &get("/own"),
        404,
        &[
            "127.0.0.1 - - code 404, message Look elsewhere\\x0a",
            "127.0.0.1 - - \"GET /own HTTP/1.1\" 404 SIZE",
        ],
    );
    check(
        LogFormat::Python,
        &get("/fails"),
        503,
        &[
            "127.0.0.1 - - code 503, message Service Unavailable",
            "127.0.0.1 - - \"GET /fails HTTP/1.1\" 503 SIZE",
        ],
    );
    // An answer of the program's own is no error page, as `send_response(404)` is none.
    check(LogFormat::Python, &get("/plain"), 404, &["127.0.0.1 - - \"GET /plain HTTP/1.1\" 404 2"]);
    check(LogFormat::Common, &get("/none"), 404, &["127.0.0.1 - - \"GET /none HTTP/1.1\" 404 SIZE"]);
}

/// Of a request that no handler sees, the lines without their sizes.
#[track_caller]
fn check_refused(request: &str, status: u16, message: &str, line: &str) {
    let (server, lines) = logging(LogFormat::Python);
    let mut client = Client::connect(&server);
    client.send(request);
    let answer = client.answer();
    assert_eq!(answer.status, status, "{request:?}");
    wait_until(|| lines.lock().unwrap().len() >= 2, "a line is missing");
    let lines = lines.lock().unwrap();
    let end = format!("] code {status}, message {message}");
    assert!(lines[0].starts_with("127.0.0.1 - - [") && lines[0].ends_with(&end), "{lines:?}");
    let end = format!("] \"{line}\" {status} {}", answer.body.len());
    assert!(lines[1].starts_with("127.0.0.1 - - [") && lines[1].ends_with(&end), "{lines:?}");
    assert_eq!(lines.len(), 2);
}

#[test]
fn requests_that_reach_no_handler_have_lines_in_the_same_log() {
    check_refused("GET /a b HTTP/1.1\r\n\r\n", 400, "Bad Request", "GET /a b HTTP/1.1");
    check_refused("\r\nGET /\x1b[31m HTTP/1.1\r\n\r\n", 400, "Bad Request", "GET /\\x1b[31m HTTP/1.1");
    check_refused("GET / HTTP/1.1\r\n\r\n", 400, "Bad Request", "GET / HTTP/1.1");
    check_refused("GET / HTTP/3.0\r\nHost: x\r\n\r\n", 505, "HTTP Version Not Supported", "GET / HTTP/3.0");
    check_refused("GET / HT", 408, "Request Timeout", "GET / HT");
    let long = format!("GET / HTTP/1.1\r\nHost: x\r\nA: {}\r\n\r\n", "a".repeat(100_000));
    check_refused(&long, 431, "Request Header Fields Too Large", "GET / HTTP/1.1");
    check_refused(
        "PUT /x HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n",
        413,
        "Content Too Large",
        "PUT /x HTTP/1.1",
    );
    check_refused(
        "PUT /y HTTP/1.1\r\nHost: x\r\nExpect: wonders\r\nContent-Length: 1\r\n\r\n",
        417,
        "Expectation Failed",
        "PUT /y HTTP/1.1",
    );
}

#[test]
fn a_line_that_never_ends_is_logged_as_far_as_it_matters() {
    let (server, lines) = logging(LogFormat::Json);
    let mut client = Client::connect(&server);
    client.send("GET /".to_owned() + &"a".repeat(5000));
    assert_eq!(client.answer().status, 408);
    wait_until(|| !lines.lock().unwrap().is_empty(), "a line is missing");
    let line = lines.lock().unwrap()[0].clone();
    let part = format!("\"part\":\"GET /{}\",\"status\":408,", "a".repeat(1024 - 5));
    assert!(line.contains(&part), "{line}");
}

#[test]
fn the_client_of_a_trusted_proxy_is_the_one_that_is_logged() {
    check(
        LogFormat::Common,
        "PUT / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.1\r\nContent-Length: 11\r\nExpect: x\r\n\r\n",
        417,
        &["192.0.2.1 - - \"PUT / HTTP/1.1\" 417 SIZE"],
    );
}

#[test]
fn an_observer_is_told_what_was_refused_and_with_what() {
    let told: Lines = Lines::default();
    let kept = Arc::clone(&told);
    let server = Server::bind("127.0.0.1:0")
        .unwrap()
        .observer(move |event| {
            assert!(!event.is_own_fault());
            if let Event::Refused { .. } = event {
                kept.lock().unwrap().push(event.to_string());
            }
        })
        .serve(answer)
        .unwrap();
    for (request, want) in [
        ("GET / HTTP/1.1\r\n\r\n", "GET /: refused with 400 Bad Request"),
        ("GET\x01\r\n\r\n", "\"GET\\x01\": refused with 400 Bad Request"),
    ] {
        let mut client = Client::connect(&server);
        client.send(request);
        assert_eq!(client.answer().status, 400);
        wait_until(|| !told.lock().unwrap().is_empty(), "it is not told");
        let said = told.lock().unwrap().remove(0);
        assert!(said.ends_with(want), "{said}");
    }
}
