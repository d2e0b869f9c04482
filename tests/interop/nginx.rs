//! nginx on both sides: a server of files to our client, and a reverse proxy before our server.

use std::process::Command;

use http_client::{Body, Headers, HttpConnection, StatusCode};
use support::nginx::Nginx;
use support::peer;

use crate::served::{Served, streamed};

/// More than any answer here has.
const BYTES_MAX: u64 = 16 << 20;

fn connection(nginx: &Nginx) -> HttpConnection {
    HttpConnection::builder("localhost").unix_socket(nginx.socket()).build().unwrap()
}

/// One request and its whole answer.
#[track_caller]
fn exchange(
    connection: &mut HttpConnection,
    method: &str,
    path: &str,
    body: Body<'_>,
) -> (StatusCode, Headers, Vec<u8>) {
    connection.request(method, path, body, &Headers::new()).unwrap();
    let mut response = connection.get_response().unwrap();
    let content = response.read_all(BYTES_MAX).unwrap();
    (response.status(), response.headers().clone(), content)
}

#[test]
fn our_client_gets_files_ranges_and_listings_over_one_connection() {
    let folder = tempfile::tempdir().unwrap();
    let large: Vec<u8> = (0..2_000_000_u32).map(|number| number.to_le_bytes()[1]).collect();
    std::fs::write(folder.path().join("large.bin"), &large).unwrap();
    let nginx = Nginx::start(&format!("root {}; autoindex on;", folder.path().display())).unwrap();
    let mut connection = connection(&nginx);

    assert!(exchange(&mut connection, "GET", "/large.bin", ().into()).2 == large, "the file differs");
    let (status, headers, content) = exchange(&mut connection, "HEAD", "/large.bin", ().into());
    assert_eq!((status, content.len()), (StatusCode::OK, 0));
    assert_eq!(headers.get("content-length").unwrap(), "2000000");
    let (status, headers, listing) = exchange(&mut connection, "GET", "/", ().into());
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers.get("transfer-encoding").unwrap(), "chunked");
    assert!(String::from_utf8(listing).unwrap().contains("large.bin"));
    assert_eq!(exchange(&mut connection, "GET", "/missing", ().into()).0, StatusCode::NOT_FOUND);

    let mut range = Headers::new();
    range.append("Range", "bytes=1000000-1000009").unwrap();
    connection.request("GET", "/large.bin", (), &range).unwrap();
    let mut response = connection.get_response().unwrap();
    assert_eq!(response.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(response.read_all(BYTES_MAX).unwrap(), large[1_000_000..1_000_010]);
    response.finish(0).unwrap();
    connection.is_reusable().unwrap();
}

/// nginx before our server, with connections to it kept alive and bodies passed on as they come, or gathered first.
fn before(served: &Served, buffered: bool) -> Nginx {
    let (_, port) = served.origins()[0];
    let gather = if buffered { "on" } else { "off" };
    Nginx::start(&format!(
        "location / {{ proxy_pass http://127.0.0.1:{port}; proxy_http_version 1.1; proxy_set_header Connection \"\"; \
         proxy_request_buffering {gather}; proxy_buffering {gather}; }}"
    ))
    .unwrap()
}

#[test]
fn our_client_reaches_our_server_through_nginx() {
    let served = Served::start();
    for buffered in [true, false] {
        let nginx = before(&served, buffered);
        let mut connection = connection(&nginx);
        for _ in 0..3 {
            assert_eq!(exchange(&mut connection, "GET", "/hello", ().into()).2, b"hello\n");
            assert_eq!(exchange(&mut connection, "GET", "/stream", ().into()).2, streamed().as_bytes());
            assert_eq!(exchange(&mut connection, "GET", "/nothing", ().into()).0, StatusCode::NO_CONTENT);
            assert_eq!(exchange(&mut connection, "GET", "/missing", ().into()).0, StatusCode::NOT_FOUND);
            let body = vec![b'z'; 300_000];
            assert!(
                exchange(&mut connection, "PUT", "/echo", body.clone().into()).2 == body,
                "the body differs"
            );
            let chunked = Body::reader(&body[..]);
            assert_eq!(exchange(&mut connection, "POST", "/length", chunked).2, b"300000\n");
        }
        // Last, since nginx may close behind an answer that came before the whole body had left.
        let body = Body::from(vec![b'z'; 300_000]);
        assert_eq!(exchange(&mut connection, "POST", "/ignore", body).2, b"not read\n");
    }
    served.stop();
}

#[test]
fn curl_reaches_our_server_through_nginx() {
    let served = Served::start();
    for buffered in [true, false] {
        let nginx = before(&served, buffered);
        let mut curl = Command::new("curl");
        curl.args(["--disable", "--silent", "--show-error", "--max-time", "60", "--fail", "--unix-socket"]);
        curl.arg(nginx.socket());
        let upload = [
            "--upload-file",
            "-",
            "http://localhost/length",
            "--next",
            "--silent",
            "--fail",
            "--unix-socket",
        ];
        curl.args(upload).arg(nginx.socket()).args(["http://localhost/stream"]);
        let said = peer::run(&mut curl, &vec![b'q'; 500_000]).unwrap();
        assert_eq!(said, format!("500000\n{}", streamed()));
    }
    served.stop();
}
