//! What goes wrong in handlers, and what the peer is told of it.

use crate::client::{Client, serve};
use http_server::{
    ByMethod, Error, HandlerError, Method, MethodHandler, Request, Response, Server, StatusCode,
};
use std::sync::{Arc, Mutex};

/// A server and what its observer has been told.
fn observed(
    handler: impl http_server::Handler + 'static,
) -> (http_server::ServerHandle, Arc<Mutex<Vec<String>>>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = Arc::clone(&told);
    let server = Server::bind("127.0.0.1:0")
        .unwrap()
        .observer(move |event| tell.lock().unwrap().push(event.to_string()))
        .serve(handler)
        .unwrap();
    (server, told)
}

#[test]
fn an_error_is_answered_with_500_and_its_text_stays_here() {
    let (server, told) = observed(|_: &mut Request<'_>| -> Result<Response, HandlerError> {
        Err(std::io::Error::other("the password is\nhunter2").into())
    });
    let mut client = Client::connect(&server);
    let answer = client.get("/secret?x=1");
    assert_eq!(answer.status, 500);
    assert!(!answer.text().contains("hunter2"));
    // The connection is fine.
    assert_eq!(client.get("/").status, 500);
    let told = told.lock().unwrap();
    assert!(told[0].ends_with(r"GET /secret?x=1: handler failed: the password is\nhunter2"), "{told:?}");
}

#[test]
fn an_error_that_names_a_status_is_answered_with_it() {
    let server = serve(|request: &mut Request<'_>| match request.path() {
        "/status" => Err::<Response, HandlerError>(Error::Status(StatusCode::IM_A_TEAPOT).into()),
        "/wrapped" => Err(std::io::Error::from(Error::Status(StatusCode::CONFLICT)).into()),
        _ => Err(std::fmt::Error.into()),
    });
    let mut client = Client::connect(&server);
    assert_eq!(client.get("/status").status, 418);
    assert_eq!(client.get("/wrapped").status, 409);
    assert_eq!(client.get("/").status, 500);
}

#[test]
fn a_panic_is_answered_with_500_and_the_server_lives() {
    let (server, told) = observed(|request: &mut Request<'_>| {
        assert_ne!(request.path(), "/panic", "on purpose");
        Response::text("fine")
    });
    // More of them than there are threads.
    for _ in 0..40 {
        let mut client = Client::connect(&server);
        assert_eq!(client.get("/").text(), "fine");
        let answer = client.get("/panic");
        assert_eq!(answer.status, 500);
        assert!(answer.says_close());
        client.expect_end();
    }
    assert_eq!(Client::connect(&server).get("/").text(), "fine");
    assert!(told.lock().unwrap().iter().all(|line| line.ends_with("GET /panic: handler panicked")));
}

#[test]
fn a_panic_while_an_answer_is_streamed_cuts_it() {
    let server = serve(|_: &mut Request<'_>| {
        Response::stream("a/b", |body| {
            std::io::Write::write_all(body, b"begun")?;
            std::io::Write::flush(body)?;
            panic!("on purpose");
        })
    });
    for _ in 0..20 {
        let rest = Client::connect(&server).send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").rest();
        assert!(rest.ends_with(b"5\r\nbegun\r\n"), "{}", rest.escape_ascii());
    }
}

/// Gives something once, and then panics.
struct Breaks(bool);

impl std::io::Read for Breaks {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        assert!(self.0, "on purpose");
        self.0 = false;
        out[..5].copy_from_slice(b"begun");
        Ok(5)
    }
}

#[test]
fn a_panic_of_a_reader_cuts_its_answer_or_is_answered_with_500_and_is_told_of() {
    let (server, told) = observed(|request: &mut Request<'_>| {
        let begins = request.path() == "/begins";
        Response::content("a/b", http_server::Body::reader(Breaks(begins)))
    });
    for _ in 0..20 {
        let rest = Client::connect(&server).send("GET /begins HTTP/1.1\r\nHost: x\r\n\r\n").rest();
        assert!(rest.ends_with(b"5\r\nbegun\r\n"), "{}", rest.escape_ascii());
        assert_eq!(Client::connect(&server).get("/").status, 500);
    }
    let told = told.lock().unwrap();
    let of = |what: &str| told.iter().filter(|line| line.ends_with(what)).count();
    assert_eq!((of("GET /begins: handler panicked"), of("GET /: handler panicked")), (20, 20), "{told:?}");
}

#[test]
fn a_field_that_would_break_the_message_is_not_sent() {
    // CVE-2026-66753 (tiny_http), python/cpython#142533.
    let (server, told) = observed(|request: &mut Request<'_>| {
        let value = request.query_value("v").unwrap().into_owned();
        Response::text("x").with_header("X-Echo", value)
    });
    let mut client = Client::connect(&server);
    assert_eq!(client.get("/?v=fine").header("x-echo"), "fine");
    for value in ["a%0D%0ASet-Cookie:%20b", "a%0Ab", "a%0Db", "a%00b"] {
        let answer = client.get(&format!("/?v={value}"));
        assert_eq!(answer.status, 500, "{value}");
        assert!(!answer.headers.contains("set-cookie") && !answer.headers.contains("x-echo"));
    }
    assert_eq!(told.lock().unwrap().len(), 4);
}

#[test]
fn error_pages_are_those_of_python_with_everything_escaped() {
    let server = serve(|request: &mut Request<'_>| match request.path() {
        "/own" => Response::error_page_with(StatusCode::NOT_FOUND, Some("<b>&\"'"), Some("a<b")),
        "/204" => Response::error_page(StatusCode::NO_CONTENT),
        "/599" => Response::error_page(StatusCode::from_u16(599).unwrap()),
        _ => Response::error_page(StatusCode::NOT_FOUND),
    });
    let mut client = Client::connect(&server);
    let answer = client.get("/");
    assert_eq!(answer.header("content-type"), "text/html;charset=utf-8");
    let page = answer.text();
    for line in [
        "<!DOCTYPE HTML>\n<html lang=\"en\">\n    <head>\n        <meta charset=\"utf-8\">\n",
        "        <title>Error response</title>\n    </head>\n    <body>\n        <h1>Error response</h1>\n",
        "        <p>Error code: 404</p>\n        <p>Message: Not Found.</p>\n",
        "        <p>Error code explanation: 404 - Nothing matches the given URI.</p>\n    </body>\n</html>\n",
    ] {
        assert!(page.contains(line), "{line} is missing in {page}");
    }
    let page = client.get("/own").text();
    assert!(
        page.contains("Message: &lt;b&gt;&amp;&quot;&#x27;.</p>") && page.contains("404 - a&lt;b.</p>"),
        "{page}"
    );
    assert!(client.get("/204").body.is_empty());
    assert!(client.get("/599").text().contains("Message: ???."));
}

struct ReadOnly;

impl MethodHandler for ReadOnly {
    fn methods(&self) -> &[Method] {
        &[Method::GET, Method::HEAD]
    }

    fn do_get(&self, _request: &mut Request<'_>) -> Result<Response, HandlerError> {
        Ok(Response::text("read"))
    }
}

#[test]
fn methods_are_dispatched_and_refused_by_name() {
    let server = serve(ByMethod(ReadOnly));
    let mut client = Client::connect(&server);
    assert_eq!(client.get("/").text(), "read");
    client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(client.answer_to(&Method::HEAD).header("content-length"), "4");
    for (method, status, allow) in [
        ("POST", 405, Some("GET, HEAD, OPTIONS")),
        ("TRACE", 405, Some("GET, HEAD, OPTIONS")),
        ("OPTIONS", 204, Some("GET, HEAD, OPTIONS")),
        ("get", 501, None),
        ("BREW", 501, None),
    ] {
        let answer = client.send(format!("{method} / HTTP/1.1\r\nHost: x\r\n\r\n")).answer();
        assert_eq!(answer.status, status, "{method}");
        assert_eq!(
            answer.headers.get("allow").map(http_server::FieldValue::to_latin1).as_deref(),
            allow,
            "{method}"
        );
    }
    assert_eq!(client.send("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").answer().status, 204);
    assert_eq!(client.send("GET http://y/z HTTP/1.1\r\nHost: x\r\n\r\n").answer().text(), "read");
}

#[test]
fn a_body_that_fails_before_anything_was_sent_is_answered_with_500() {
    let server = serve(|request: &mut Request<'_>| match request.path() {
        "/panic" => Response::stream("a/b", |_| panic!("on purpose")),
        "/error" => Response::stream("a/b", |body| {
            std::io::Write::write_all(body, b"not yet sent")?;
            Err(std::io::Error::other("on purpose"))
        }),
        _ => Response::text("fine"),
    });
    for path in ["/panic", "/error"] {
        let mut client = Client::connect(&server);
        // The answer before it is not lost.
        client.send(format!("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
        assert_eq!(client.answer().text(), "fine", "{path}");
        let answer = client.answer();
        assert_eq!(answer.status, 500, "{path}");
        assert!(answer.says_close(), "{path}");
        client.expect_end();
    }
}

#[test]
fn whoever_runs_the_server_is_told_whose_fault_a_cut_answer_is() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = Arc::clone(&told);
    let server = Server::bind("127.0.0.1:0")
        .unwrap()
        .observer(move |event| tell.lock().unwrap().push((event.is_own_fault(), event.to_string())))
        .serve(|request: &mut Request<'_>| match request.path() {
            "/fails" => Response::stream("a/b", |body| {
                std::io::Write::flush(body)?;
                Err(std::io::Error::other("the disk is gone"))
            }),
            _ => Response::stream("a/b", |body| {
                loop {
                    std::io::Write::write_all(body, &[0; 65536])?;
                }
            }),
        })
        .unwrap();
    Client::connect(&server).send("GET /fails HTTP/1.1\r\nHost: x\r\n\r\n").rest();
    // It asks and goes away.
    Client::connect(&server).send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    crate::client::wait_until(|| told.lock().unwrap().len() == 2, "nobody is told");
    let told = told.lock().unwrap();
    assert!(
        told.iter().any(|(own, text)| *own && text.ends_with("answer cut: the disk is gone")),
        "{told:?}"
    );
    assert!(told.iter().any(|(own, _)| !own), "{told:?}");
}

#[test]
fn an_observer_that_panics_costs_no_connection_and_no_client_its_answer() {
    let server = Server::bind("127.0.0.1:0")
        .unwrap()
        .observer(|_| panic!("on purpose"))
        .serve(|_: &mut Request<'_>| -> Result<Response, HandlerError> { Err("on purpose".into()) })
        .unwrap();
    let mut client = Client::connect(&server);
    client.send("no request\r\n\r\n");
    assert_eq!(client.answer().status, 400);
    client.expect_end();
    let mut client = Client::connect(&server);
    assert_eq!(client.get("/").status, 500);
    assert_eq!(client.get("/").status, 500);
    drop(client);
    crate::client::wait_until(|| server.stats().connections_open == 0, "a connection is left over");
}

#[test]
fn why_a_request_was_refused_is_said_to_its_client_and_to_the_observer() {
    let (server, told) = observed(|request: &mut Request<'_>| -> Result<Response, HandlerError> {
        match request.path() {
            "/form" => request.read_form(100).map(|_| Response::text("read")).map_err(Into::into),
            "/long" => request.read_to_vec(2).map(|_| Response::text("read")).map_err(Into::into),
            "/taken" => Err(Error::StatusWith(StatusCode::CONFLICT, "<b> is taken".to_owned()).into()),
            _ => Err(Error::Status(StatusCode::FORBIDDEN).into()),
        }
    });
    let mut client = Client::connect(&server);
    for (path, status, text) in [
        ("/form", 415, "request content is not a form"),
        ("/long", 413, "request content longer than 2 bytes"),
        ("/taken", 409, "&lt;b&gt; is taken"),
        ("/", 403, "403 - Request forbidden"),
    ] {
        let request =
            format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: a/b\r\nContent-Length: 3\r\n\r\nabc");
        let answer = client.send(request).answer();
        assert_eq!(answer.status, status, "{path}");
        assert!(answer.text().contains(text), "{path}: {}", answer.text());
        if answer.says_close() {
            client = Client::connect(&server);
        }
    }
    let told = told.lock().unwrap();
    assert_eq!(told.len(), 4, "{told:?}");
    assert!(
        told[2].ends_with(
            "POST /taken: handler refused with 409: answer with status 409 Conflict: <b> is taken"
        ),
        "{told:?}"
    );
}

#[cfg(feature = "json")]
#[test]
fn what_is_wrong_with_json_is_said() {
    let (server, told) = observed(|request: &mut Request<'_>| {
        request.read_json::<(u8, u8)>(100).map(|_| Response::text("read"))
    });
    let mut client = Client::connect(&server);
    client
        .send("POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\n[1]");
    let answer = client.answer();
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("invalid length 1"), "{}", answer.text());
    assert!(told.lock().unwrap()[0].contains("invalid length 1"));
}
