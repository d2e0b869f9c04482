//! The server that foreign clients are set on: one handler with an answer of each kind, on a plain and on a TLS port.

use std::io::Write;
use std::time::Duration;

use http_server::{Error, Request, Response, Server, ServerHandle, StatusCode, TlsConfig};
use support::certificate::Certificate;

/// More than any test sends.
const BODY_BYTES_MAX: usize = 64 << 20;

/// A running server and what its clients must know.
pub(crate) struct Served {
    server: ServerHandle,
    pub(crate) certificate: Certificate,
}

impl Served {
    pub(crate) fn start() -> Self {
        let certificate = Certificate::new().unwrap();
        let tls =
            TlsConfig::from_pem(certificate.certificate.as_bytes(), certificate.key.as_bytes()).unwrap();
        let server =
            Server::bind("127.0.0.1:0").unwrap().bind_tls("127.0.0.1:0", tls).unwrap().serve(answer).unwrap();
        Self { server, certificate }
    }

    /// The ports and schemes that every test goes through.
    pub(crate) fn origins(&self) -> [(&'static str, u16); 2] {
        let ports: Vec<u16> = self.server.addresses().iter().map(std::net::SocketAddr::port).collect();
        [("http", ports[0]), ("https", ports[1])]
    }

    /// Stops it: every request must have been answered to its end.
    pub(crate) fn stop(self) {
        let report = self.server.shutdown(Duration::from_secs(10));
        assert_eq!(report.cut, 0, "{report:?}");
    }
}

fn answer(request: &mut Request<'_>) -> Result<Response, Error> {
    let response = match request.path() {
        "/hello" => Response::text("hello\n"),
        "/echo" => {
            let method = request.method().as_str().to_owned();
            let content = request.read_to_vec(BODY_BYTES_MAX)?;
            Response::content("application/octet-stream", content).with_header("X-Method", method)
        }
        "/length" => {
            let length = request.read_to_vec(BODY_BYTES_MAX)?.len();
            Response::text(format!("{length}\n"))
        }
        "/ignore" => Response::text("not read\n"),
        "/stream" => Response::stream("text/plain", |out| {
            for number in 0..1000 {
                writeln!(out, "line {number}")?;
            }
            out.trailer("X-Lines", "1000")
        }),
        "/nothing" => Response::new(StatusCode::NO_CONTENT),
        "/moved" => Response::redirect(StatusCode::FOUND, "/hello"),
        _ => Response::error_page(StatusCode::NOT_FOUND),
    };
    Ok(response)
}

/// What `/stream` sends.
pub(crate) fn streamed() -> String {
    (0..1000).map(|number| format!("line {number}\n")).collect()
}
