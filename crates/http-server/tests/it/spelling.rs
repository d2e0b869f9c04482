//! How the server spells its own fields: as Python's server and the RFCs do, and in one way everywhere.

use crate::client::{Client, serve};
use http_server::files::StaticFiles;
use http_server::{
    ByMethod, Handler, HandlerError, Method, MethodHandler, Request, Response, ServerHandle, StatusCode,
};

/// Refuses what is not GET or HEAD.
struct Pages(StaticFiles);

impl MethodHandler for Pages {
    fn methods(&self) -> &[Method] {
        &[Method::GET, Method::HEAD]
    }

    fn do_get(&self, request: &mut Request<'_>) -> Result<Response, HandlerError> {
        Ok(match request.path() {
            "/redirect" => Response::redirect(StatusCode::FOUND, "/a"),
            "/events" => Response::event_stream(|events| events.send("one")),
            "/upgrade" => Response::upgrade("x", drop),
            "/error" => Response::error_page(StatusCode::NOT_FOUND),
            _ => return self.0.handle(request),
        })
    }
}

fn pages() -> (tempfile::TempDir, ServerHandle) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.txt"), "hello").unwrap();
    std::fs::create_dir(folder.path().join("sub")).unwrap();
    let server = serve(ByMethod(Pages(StaticFiles::new(folder.path()).unwrap())));
    (folder, server)
}

/// `Content-Type`, `ETag`, `WWW-Authenticate`: each part begins with a capital.
fn is_train_case(name: &str) -> bool {
    name.split('-').all(|part| part.starts_with(|first: char| first.is_ascii_uppercase()))
}

#[test]
fn every_field_of_the_server_is_in_train_case() {
    let (_folder, server) = pages();
    for (request, status) in [
        ("GET /a.txt HTTP/1.1\r\nHost: x", "200"),
        ("GET /a.txt HTTP/1.1\r\nHost: x\r\nRange: bytes=1-2", "206"),
        ("GET /a.txt HTTP/1.1\r\nHost: x\r\nRange: bytes=0-0,2-2", "206"),
        ("GET /a.txt HTTP/1.1\r\nHost: x\r\nRange: bytes=9-", "416"),
        ("GET /a.txt HTTP/1.1\r\nHost: x\r\nIf-None-Match: *", "304"),
        ("GET /a.txt HTTP/1.1\r\nHost: x\r\nIf-Match: \"x\"", "412"),
        ("GET / HTTP/1.1\r\nHost: x", "200"),
        ("GET /?format=json HTTP/1.1\r\nHost: x", "200"),
        ("GET /sub HTTP/1.1\r\nHost: x", "301"),
        ("GET /nothing HTTP/1.1\r\nHost: x", "404"),
        ("GET /redirect HTTP/1.1\r\nHost: x", "302"),
        ("GET /events HTTP/1.1\r\nHost: x", "200"),
        ("GET /error HTTP/1.1\r\nHost: x", "404"),
        ("GET /upgrade HTTP/1.1\r\nHost: x", "426"),
        ("GET /upgrade HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: x", "101"),
        ("HEAD /a.txt HTTP/1.1\r\nHost: x", "200"),
        ("HEAD /a.txt HTTP/1.0\r\nConnection: keep-alive", "200"),
        ("OPTIONS / HTTP/1.1\r\nHost: x", "204"),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0", "405"),
        ("BREW / HTTP/1.1\r\nHost: x", "501"),
        ("GET / HTTP/1.1\r\nHost: x\r\nExpect: more", "417"),
        ("GET / HTTP/1.1\r\nNo host", "400"),
    ] {
        let mut client = Client::connect(&server);
        client.send(format!("{request}\r\n\r\n")).end_sending();
        let output = client.rest();
        let end = output.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(output[..end].to_vec()).unwrap();
        let (status_line, fields) = head.split_once("\r\n").unwrap();
        assert_eq!(status_line.split(' ').nth(1), Some(status), "{request}");
        for line in fields.split("\r\n") {
            let (name, _) = line.split_once(": ").unwrap();
            assert!(is_train_case(name), "{name} in the answer to {request}");
        }
    }
}
