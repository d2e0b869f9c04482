//! The example programs of the client, each run against a peer that plays its server.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::mpsc::channel;

use crate::client_peer::{PATIENCE, Peer, read_head};

#[path = "../../crates/http-client/examples/client_download.rs"]
#[expect(dead_code, reason = "its main is not needed here")]
mod client_download;
#[path = "../../crates/http-client/examples/client_get.rs"]
#[expect(dead_code, reason = "its main is not needed here")]
mod client_get;
#[path = "../../crates/http-client/examples/step_by_step.rs"]
#[expect(dead_code, reason = "its main is not needed here")]
mod step_by_step;
#[path = "../../crates/http-client/examples/trailers.rs"]
#[expect(dead_code, reason = "its main is not needed here")]
mod trailers;
#[path = "../../crates/http-client/examples/tunnel.rs"]
#[expect(dead_code, reason = "its main is not needed here")]
mod tunnel;
#[path = "../../crates/http-client/examples/upgrade.rs"]
#[expect(dead_code, reason = "its main is not needed here")]
mod upgrade;
#[path = "../../crates/http-client/examples/upload.rs"]
#[expect(dead_code, reason = "its main is not needed here")]
mod upload;

type Run = fn(&[String], &mut dyn Write) -> Result<(), Box<dyn std::error::Error>>;

/// What an example prints, and whether it ends well.
fn output(run: Run, arguments: &[&str]) -> (String, Result<(), String>) {
    let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
    let mut out = Vec::new();
    let outcome = run(&arguments, &mut out).map_err(|error| error.to_string());
    (String::from_utf8(out).unwrap(), outcome)
}

#[test]
fn a_page_is_shown_with_the_way_it_came_and_a_private_address_is_refused_where_that_is_asked() {
    let peer = Peer::start([
        |mut stream: TcpStream| {
            assert!(read_head(&mut stream).starts_with("GET /old "));
            stream.write_all(b"HTTP/1.1 302 Found\r\nLocation: /new\r\nConnection: close\r\n\r\n").unwrap();
        },
        |mut stream: TcpStream| {
            assert!(read_head(&mut stream).starts_with("GET /new "));
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello").unwrap();
        },
    ]);
    let (host, url) = (peer.host(), format!("http://{}/old", peer.host()));
    let (printed, outcome) = output(client_get::run, &[&url]);
    assert_eq!(outcome, Ok(()));
    let expected =
        format!("302 Found from http://{host}/old\n200 OK from http://{host}/new at {host}\nhello\n");
    assert_eq!(printed, expected);
    peer.finish();
    let (printed, outcome) = output(client_get::run, &[&url, "--public-only"]);
    assert!(printed.is_empty() && outcome.is_err_and(|error| error.contains("address filter")), "{printed}");
}

#[test]
fn a_download_goes_on_from_where_the_run_before_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let path = path.to_str().unwrap();
    let peer = Peer::start([
        |mut stream: TcpStream| {
            read_head(&mut stream);
            stream.write_all(b"HTTP/1.1 200 OK\r\nETag: \"a\"\r\nContent-Length: 10\r\n\r\n01234").unwrap();
        },
        |mut stream: TcpStream| {
            let head = read_head(&mut stream);
            assert!(head.contains("Range: bytes=5-\r\n") && head.contains("If-Range: \"a\"\r\n"), "{head}");
            let answer = "HTTP/1.1 206 Partial Content\r\nETag: \"a\"\r\nContent-Range: bytes 5-9/10\r\n\
                          Content-Length: 5\r\n\r\n56789";
            stream.write_all(answer.as_bytes()).unwrap();
        },
    ]);
    let url = format!("http://{}/file", peer.host());
    let (_, outcome) = output(client_download::run, &[&url, path]);
    assert!(outcome.is_err(), "half of it is missing");
    let (printed, outcome) = output(client_download::run, &[&url, path]);
    assert_eq!((printed, outcome), (format!("{path}: 10 bytes, 5 of them from before\n"), Ok(())));
    assert_eq!(std::fs::read(path).unwrap(), b"0123456789");
    peer.finish();
}

#[test]
fn a_request_step_by_step_prints_the_whole_answer() {
    let (send, receive) = channel();
    let peer = Peer::start([move |mut stream: TcpStream| {
        let head = read_head(&mut stream);
        let mut content = [0; 20];
        stream.read_exact(&mut content).unwrap();
        send.send((head, content)).unwrap();
        stream.write_all(b"HTTP/1.1 201 Created\r\nX-Id: 7\r\nContent-Length: 5\r\n\r\ndone\n").unwrap();
    }]);
    let (printed, outcome) = output(step_by_step::run, &[&peer.host(), "/form"]);
    assert_eq!(
        (printed.as_str(), outcome),
        ("201 Created Created\nX-Id: 7\nContent-Length: 5\n\ndone\n", Ok(()))
    );
    let (head, content) = receive.recv_timeout(PATIENCE).unwrap();
    assert!(head.starts_with("POST /form HTTP/1.1\r\n"), "{head}");
    assert_eq!(&content, b"name=value&other=one");
    peer.finish();
}

#[test]
fn an_upload_waits_for_leave_and_shows_what_the_server_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, [b'x'; 1000]).unwrap();
    let peer = Peer::start([|mut stream: TcpStream| {
        let head = read_head(&mut stream);
        assert!(
            head.contains("\r\nContent-Length: 1000\r\n") && head.contains("\r\nExpect: 100-continue\r\n")
        );
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").unwrap();
        let mut content = [0; 1000];
        stream.read_exact(&mut content).unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nstored").unwrap();
    }]);
    let (printed, outcome) = output(upload::run, &[&peer.host(), "/place", path.to_str().unwrap()]);
    assert_eq!((printed.as_str(), outcome), ("200 OK\nstored", Ok(())));
    peer.finish();
}

#[test]
fn a_tunnel_that_the_proxy_refuses_shows_why() {
    let peer =
        Peer::answering(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 8\r\n\r\nsign in\n");
    let (printed, outcome) = output(tunnel::run, &[&peer.host(), "www.example.org"]);
    assert_eq!(printed, "the proxy says 407 Proxy Authentication Required:\nsign in\n");
    assert!(outcome.unwrap_err().contains("refused the tunnel with status 407"));
    peer.finish();
}

#[test]
fn an_upgrade_speaks_another_protocol_on_the_same_connection() {
    let (printed, outcome) = output(upgrade::run, &[]);
    assert_eq!((printed.as_str(), outcome), ("HELLO\nIS ANYBODY THERE?\n", Ok(())));
}

#[test]
fn trailers_go_both_ways() {
    let (printed, outcome) = output(trailers::run, &[]);
    assert_eq!((printed.as_str(), outcome), ("the server saw X-Sum: 15\nX-Lines: 1\n", Ok(())));
}
