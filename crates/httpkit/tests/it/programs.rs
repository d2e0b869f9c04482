//! The examples that are programs of their own: a proxy, a board, an API, a checker of links, a keeper of cookies.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use httpkit::client::Client;
use httpkit::client::client::Url;
use httpkit::server::{Request, Response, Server, ServerHandle};
use httpkit::{FieldValue, StatusCode};

use crate::examples::program;

/// A program that serves, killed when the test is over.
struct Serving {
    child: Child,
    url: Url,
}

impl Serving {
    /// Starts it and reads its URL, the first line it prints.
    fn start(name: &str, arguments: &[&str]) -> Self {
        let mut command = Command::new(program(name));
        let mut child = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = Url::parse(line.trim()).unwrap();
        Self { child, url }
    }

    fn at(&self, path: &str) -> Url {
        self.url.join(path).unwrap()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn serve(handler: fn(&mut Request<'_>) -> Response) -> (ServerHandle, String) {
    let server = Server::bind("127.0.0.1:0").unwrap().serve(handler).unwrap();
    let origin = format!("http://{}", server.addresses()[0]);
    (server, origin)
}

/// What a program prints and its exit code.
fn run(name: &str, arguments: &[&str]) -> (String, Option<i32>) {
    let output = Command::new(program(name)).args(arguments).stdin(Stdio::null()).output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.code())
}

#[test]
fn the_proxy_hands_on_requests_and_answers_and_stops_fields_of_one_connection() {
    let (_origin, url) = serve(|request| {
        let content = request.read_to_string(100).unwrap_or_default();
        let seen = |name: &str| request.header(name).map_or("-".to_owned(), FieldValue::to_latin1);
        let forwarded = seen("Forwarded").contains("for=\"127.0.0.1:");
        let text = format!(
            "{} {} {content} {} {} {forwarded} {} {}",
            request.method(),
            request.target(),
            seen("X-Kept"),
            seen("X-Dropped"),
            seen("Expect"),
            request.headers().get_all("Via").map(FieldValue::to_latin1).collect::<Vec<_>>().join(", ")
        );
        Response::text(text).with_status(StatusCode::IM_A_TEAPOT).with_header("X-Origin", "1")
    });
    let proxy = Serving::start("reverse_proxy", &[&url]);
    let answer = Client::new()
        .put(proxy.at("/a%20b?c=d"))
        .header("X-Kept", "kept")
        .header("X-Dropped", "dropped")
        .header("Connection", "X-Dropped")
        .header("Forwarded", "for=liar")
        .header("Expect", "100-continue")
        .header("Via", "1.0 other")
        .body("content")
        .send()
        .unwrap();
    assert_eq!(answer.status(), StatusCode::IM_A_TEAPOT);
    assert_eq!(answer.header("X-Origin").unwrap(), "1");
    assert_eq!(answer.text().unwrap(), "PUT /a%20b?c=d content kept - true - 1.0 other, 1.1 httpkit");
}

#[test]
fn the_proxy_tells_the_length_of_content_that_an_answer_leaves_out() {
    let (_origin, url) = serve(|request| match request.path() {
        "/same" => Response::new(StatusCode::NOT_MODIFIED).with_header("ETag", "\"1\""),
        _ => Response::text("hello"),
    });
    let proxy = Serving::start("reverse_proxy", &[&url]);
    let client = Client::new();
    let length = |answer: &httpkit::client::client::Response| {
        answer.header("Content-Length").map(FieldValue::to_latin1)
    };
    let answer = client.head(proxy.at("/")).send().unwrap();
    assert_eq!(length(&answer).as_deref(), Some("5"));
    let answer = client.get(proxy.at("/same")).send().unwrap();
    assert_eq!((answer.status(), length(&answer)), (StatusCode::NOT_MODIFIED, None));
    assert_eq!(client.get(proxy.at("/")).send().unwrap().text().unwrap(), "hello");
}

#[test]
fn the_proxy_says_502_when_nobody_is_behind_it() {
    let (origin, url) = serve(|_| Response::text(""));
    origin.shutdown(std::time::Duration::ZERO);
    let proxy = Serving::start("reverse_proxy", &[&url]);
    assert_eq!(Client::new().get(proxy.at("/")).send().unwrap().status(), StatusCode::BAD_GATEWAY);
}

#[test]
fn the_board_tells_what_was_pinned_and_goes_on_where_a_reader_left() {
    let board = Serving::start("live_events", &[]);
    let client = Client::new();
    for note in ["first", "two\nlines"] {
        let pinned = client.post(board.at("/")).body(note).send().unwrap();
        assert_eq!(pinned.status(), StatusCode::NO_CONTENT);
    }
    let mut events = BufReader::new(client.get(board.at("/events")).send().unwrap()).lines();
    let mut lines =
        |count: usize| -> Vec<String> { events.by_ref().take(count).map(Result::unwrap).collect() };
    assert_eq!(lines(3), ["id: 1", "data: first", ""]);
    assert_eq!(lines(4), ["id: 2", "data: two", "data: lines", ""]);
    client.post(board.at("/")).body("while you watch").send().unwrap();
    assert_eq!(lines(2), ["id: 3", "data: while you watch"]);
    let later = client.get(board.at("/events")).header("Last-Event-ID", "2").send().unwrap();
    assert_eq!(BufReader::new(later).lines().next().unwrap().unwrap(), "id: 3");
}

#[test]
fn the_notes_are_kept_changed_and_not_overwritten_unseen() {
    let notes = Serving::start("notes_api", &[]);
    let client = Client::new();
    let made = client.post(notes.url.clone()).form([("text", "milk & bread")]).send().unwrap();
    assert_eq!(made.status(), StatusCode::CREATED);
    assert_eq!(made.header("Location").unwrap(), "/notes/1");
    let note = notes.at("/notes/1");
    let shown = client.get(note.clone()).send().unwrap();
    assert_eq!(shown.header("ETag").unwrap(), "\"1\"");
    assert_eq!(shown.text().unwrap(), "milk & bread\n");
    let change = |tag: &str| {
        let call = client.put(note.clone()).header("If-Match", tag).form([("text", "bread")]);
        call.send().unwrap().status()
    };
    assert_eq!(change("\"1\""), StatusCode::NO_CONTENT);
    assert_eq!(change("\"1\""), StatusCode::PRECONDITION_FAILED);
    assert_eq!(client.get(notes.url.clone()).send().unwrap().text().unwrap(), "1\tbread\n");
    assert_eq!(client.post(note.clone()).send().unwrap().status(), StatusCode::METHOD_NOT_ALLOWED);
    let empty = client.post(notes.url.clone()).form([("other", "1")]).send().unwrap();
    assert_eq!(empty.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(client.delete(note.clone()).send().unwrap().status(), StatusCode::NO_CONTENT);
    assert_eq!(client.get(note).send().unwrap().status(), StatusCode::NOT_FOUND);
}

#[test]
fn the_checker_names_broken_links_and_stays_out_of_private_networks() {
    let (_server, url) = serve(|request| match request.path() {
        "/" => Response::html(
            "<a href=\"/good#part\">1</a> <a href=\"missing?a&amp;b\">2</a> <a href=\"mailto:a@b.example\">3</a>",
        ),
        "/good" => Response::text(""),
        _ => Response::error_page(StatusCode::NOT_FOUND),
    });
    let (printed, code) = run("link_check", &["--private", &url]);
    assert_eq!(code, Some(1), "{printed}");
    assert!(printed.starts_with(&format!("{url}/missing?a&b: ")), "{printed}");
    assert!(printed.ends_with("2 links, 1 broken\n"), "{printed}");
    let (printed, code) = run("link_check", &[&url]);
    assert_eq!((printed.as_str(), code), ("", Some(1)), "the page itself is at home");
}

#[test]
fn the_keeper_brings_back_what_it_was_given() {
    let (_server, url) = serve(|request| {
        let sent = request.header("Cookie").map_or("none".to_owned(), FieldValue::to_latin1);
        let status = if sent == "session=1" { StatusCode::OK } else { StatusCode::ACCEPTED };
        Response::text(sent)
            .with_status(status)
            .with_header("Set-Cookie", "session=1")
            .with_header("Set-Cookie", "elsewhere=1; Path=/elsewhere")
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cookies.txt");
    let file = file.to_str().unwrap();
    let (printed, code) = run("keep_cookies", &[file, &url]);
    assert_eq!(code, Some(0), "{printed}");
    assert!(printed.starts_with("202 Accepted from http://127.0.0.1:"), "{printed}");
    let (printed, code) = run("keep_cookies", &[file, &url]);
    assert_eq!(code, Some(0), "{printed}");
    assert!(printed.starts_with("200 OK from http://127.0.0.1:"), "{printed}");
    assert!(printed.contains("session of 127.0.0.1: would be sent there again\n"), "{printed}");
    assert!(printed.contains("elsewhere of 127.0.0.1: would not be sent there, "), "{printed}");
}
