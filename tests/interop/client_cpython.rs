//! Our client against CPython's `http.server`, plain and over TLS.

use std::io::Read;
use std::path::Path;

use http_client::{Body, ErrorKind, Headers, HttpConnection, HttpsConnection, StatusCode, TlsConfig};
use support::certificate::Certificate;
use support::peer::Peer;
use support::python::FileServer;
use tempfile::TempDir;

/// More than any answer here has.
const BYTES_MAX: u64 = 16 << 20;

/// A server over a folder with one small and one large file.
struct Python {
    _server: Peer,
    port: u16,
    folder: TempDir,
    certificate: Option<Certificate>,
}

impl Python {
    fn start(tls: bool, http10: bool) -> Self {
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("small.txt"), "hello").unwrap();
        std::fs::write(folder.path().join("large.bin"), large()).unwrap();
        std::fs::create_dir(folder.path().join("sub")).unwrap();
        let certificate = tls.then(|| Certificate::new().unwrap());
        let mut options = FileServer::default();
        options.http10 = http10;
        options.certificate = certificate.as_ref();
        let (server, port) = options.start(folder.path()).unwrap();
        Self { _server: server, port, folder, certificate }
    }

    fn connection(&self) -> HttpConnection {
        let host = format!("127.0.0.1:{}", self.port);
        let mut builder = HttpConnection::builder(&host);
        if let Some(certificate) = &self.certificate {
            let tls =
                TlsConfig::builder().without_mozilla_roots().roots_pem(&certificate.certificate).unwrap();
            builder = builder.tls(tls.build().unwrap());
        }
        builder.build().unwrap()
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }
}

fn large() -> Vec<u8> {
    (0..3_000_000_u32).map(|number| number.to_le_bytes()[1]).collect()
}

/// One request and its whole answer.
#[track_caller]
fn exchange(
    connection: &mut HttpConnection,
    method: &str,
    path: &str,
    body: &[u8],
) -> (StatusCode, Headers, Vec<u8>) {
    connection.request(method, path, Body::from(body), &Headers::new()).unwrap();
    let mut response = connection.get_response().unwrap();
    let content = response.read_all(BYTES_MAX).unwrap();
    (response.status(), response.headers().clone(), content)
}

/// Both transports, CPython speaking HTTP/1.1.
fn each(test: impl Fn(&Python)) {
    for tls in [false, true] {
        test(&Python::start(tls, false));
    }
}

#[test]
fn files_and_listings_come_whole_over_one_connection() {
    each(|python| {
        let mut connection = python.connection();
        connection.connect().unwrap();
        let local = connection.info().unwrap().local_addr();
        assert_eq!(exchange(&mut connection, "GET", "/small.txt", b"").2, b"hello");
        assert!(exchange(&mut connection, "GET", "/large.bin", b"").2 == large(), "the large file differs");
        let (status, _, listing) = exchange(&mut connection, "GET", "/", b"");
        assert_eq!(status, StatusCode::OK);
        assert!(String::from_utf8(listing).unwrap().contains("small.txt"));
        let (status, headers, _) = exchange(&mut connection, "GET", "/sub", b"");
        assert_eq!(status, StatusCode::MOVED_PERMANENTLY);
        assert!(headers.get("location").unwrap().to_str().unwrap().ends_with("/sub/"));
        assert_eq!(connection.info().unwrap().local_addr(), local, "it was connected again");
    });
}

#[test]
fn an_answer_without_content_leaves_the_connection_usable() {
    each(|python| {
        let mut connection = python.connection();
        let (status, headers, content) = exchange(&mut connection, "HEAD", "/small.txt", b"");
        assert_eq!((status, content.len()), (StatusCode::OK, 0));
        assert_eq!(headers.get("content-length").unwrap(), "5");
        let modified = headers.get("last-modified").unwrap().to_str().unwrap().to_owned();

        let mut conditional = Headers::new();
        conditional.append("If-Modified-Since", modified).unwrap();
        connection.request("GET", "/small.txt", (), &conditional).unwrap();
        let response = connection.get_response().unwrap();
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
        response.finish(0).unwrap();

        assert_eq!(exchange(&mut connection, "GET", "/small.txt", b"").2, b"hello");
        connection.is_reusable().unwrap();
    });
}

#[test]
fn an_error_page_is_an_answer() {
    each(|python| {
        let mut connection = python.connection();
        let (status, _, page) = exchange(&mut connection, "GET", "/missing", b"");
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert!(String::from_utf8(page).unwrap().contains("404"));
        // CPython closes after an error; the client opens a new connection by itself.
        assert_eq!(exchange(&mut connection, "GET", "/small.txt", b"").2, b"hello");
    });
}

#[test]
fn bodies_of_every_size_arrive_and_come_back() {
    each(|python| {
        let mut connection = python.connection();
        for size in [0, 1, 100, 16 << 10, 1 << 20] {
            let body = &large()[..size];
            let (status, headers, content) = exchange(&mut connection, "PUT", "/", body);
            assert_eq!(status, StatusCode::OK);
            assert_eq!(headers.get("x-method").unwrap(), "PUT");
            assert!(content == body, "{size} bytes differ");
        }
        let file = std::fs::File::open(python.folder().join("large.bin")).unwrap();
        connection.request("POST", "/", Body::file(file).unwrap(), &Headers::new()).unwrap();
        assert!(
            connection.get_response().unwrap().read_all(BYTES_MAX).unwrap() == large(),
            "the file differs"
        );
    });
}

#[test]
fn a_chunked_answer_and_its_trailer_are_read() {
    each(|python| {
        let mut connection = python.connection();
        connection.request("GET", "/chunked", (), &Headers::new()).unwrap();
        let mut response = connection.get_response().unwrap();
        let mut text = String::new();
        response.read_to_string(&mut text).unwrap();
        assert_eq!(text, "one, two, three");
        assert_eq!(response.trailers().unwrap().get("x-last").unwrap(), "yes");
        response.finish(0).unwrap();
        assert_eq!(exchange(&mut connection, "GET", "/small.txt", b"").2, b"hello");
    });
}

#[test]
fn a_server_that_speaks_http_1_0_closes_each_time_and_is_connected_again() {
    for tls in [false, true] {
        let python = Python::start(tls, true);
        let mut connection = python.connection();
        for _ in 0..3 {
            assert_eq!(exchange(&mut connection, "GET", "/small.txt", b"").2, b"hello");
            assert!(!connection.is_open());
        }
    }
}

#[test]
fn a_server_with_an_unknown_certificate_gets_no_request() {
    let python = Python::start(true, false);
    let mut connection = HttpsConnection::new(&format!("127.0.0.1:{}", python.port)).unwrap();
    let error = connection.request("GET", "/", (), &Headers::new()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Tls { .. }), "{error:?}");
}
