//! Our client and our server with a bad network between them: at every byte of an exchange the connection is split, held,
//! ended or reset, over plain TCP and over TLS. Whatever happens, nobody panics or hangs, and nobody takes a part of a
//! message for the whole.

mod path;

use std::io::{Read, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use http_client::{Headers, HttpConnection, StatusCode, Timeouts, TlsConfig};
use http_server::limits::Timeouts as ServerTimeouts;
use http_server::{Body, HandlerError, Request, Response, Server, ServerHandle};
use support::certificate::Certificate;

use path::{Fault, FaultyPath, Kind, Way};

/// What no exchange may need, on the slowest machine: far more than the client's own limit.
const PATIENCE: Duration = Duration::from_secs(20);
/// The client's limit for each wait.
const LIMIT: Duration = Duration::from_secs(5);

/// What is asked for and what must come of it.
#[derive(Clone, Copy, Debug)]
struct Exchange {
    method: &'static str,
    target: &'static str,
    sent: Sent,
    content: &'static [u8],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sent {
    Nothing,
    ByLength(&'static [u8]),
    Chunked(&'static [u8]),
}

const UPLOAD: &[u8] = b"all of this or nothing of it";

const EXCHANGES: [Exchange; 5] = [
    Exchange { method: "GET", target: "/length", sent: Sent::Nothing, content: b"hello, here I am" },
    Exchange { method: "GET", target: "/chunked", sent: Sent::Nothing, content: b"one two three" },
    Exchange { method: "HEAD", target: "/length", sent: Sent::Nothing, content: b"" },
    Exchange { method: "POST", target: "/echo", sent: Sent::ByLength(UPLOAD), content: UPLOAD },
    Exchange { method: "PUT", target: "/echo", sent: Sent::Chunked(UPLOAD), content: UPLOAD },
];

/// A server, the bad network before it, and what the server's handler has read as whole.
struct Stage {
    server: ServerHandle,
    path: FaultyPath,
    uploads: Arc<Mutex<Vec<Vec<u8>>>>,
    /// The certificate in PEM, over TLS.
    trusted: Option<String>,
}

impl Stage {
    fn new(with_tls: bool) -> Self {
        let uploads = Arc::new(Mutex::new(Vec::new()));
        let timeouts = ServerTimeouts::default().head(LIMIT).handshake(LIMIT).stall(LIMIT);
        let builder = Server::builder().timeouts(timeouts);
        let (builder, trusted) = if with_tls {
            let certificate = Certificate::new().unwrap();
            let served = http_server::TlsConfig::from_pem(
                certificate.certificate.as_bytes(),
                certificate.key.as_bytes(),
            )
            .unwrap();
            let builder = builder.bind_tls("127.0.0.1:0", served).unwrap();
            (builder, Some(certificate.certificate.clone()))
        } else {
            (builder.bind("127.0.0.1:0").unwrap(), None)
        };
        let server = builder.serve(handler(Arc::clone(&uploads))).unwrap();
        let path = FaultyPath::to(server.addresses()[0]);
        Self { server, path, uploads, trusted }
    }

    /// One exchange on a connection of its own. What the client takes for a whole answer is the right one, or the
    /// server's word that it has not got the whole request.
    #[track_caller]
    #[expect(clippy::disallowed_methods, reason = "the network is a real one, and so is its time")]
    fn run(&self, exchange: Exchange, fault: Option<Fault>) -> Result<StatusCode, http_client::Error> {
        self.path.set(fault);
        let begin = Instant::now();
        let outcome = self.exchange(exchange);
        let elapsed = begin.elapsed();
        assert!(elapsed < PATIENCE, "{exchange:?} with {fault:?} took {elapsed:?}");
        match &outcome {
            Ok((StatusCode::OK, content)) => {
                assert_eq!(content, exchange.content, "{exchange:?} with {fault:?}");
            }
            Ok((status, _)) => {
                let is_cut =
                    matches!(fault, Some(Fault { way: Way::ToServer, kind: Kind::End | Kind::Reset, .. }));
                assert!(is_cut && status.is_client_error(), "{exchange:?} with {fault:?}: {status}");
            }
            Err(_) => {}
        }
        for upload in self.uploads.lock().unwrap().drain(..) {
            assert_eq!(upload, UPLOAD, "the server took this for whole: {exchange:?} with {fault:?}");
        }
        outcome.map(|(status, _)| status)
    }

    fn exchange(&self, exchange: Exchange) -> Result<(StatusCode, Vec<u8>), http_client::Error> {
        let host = format!("localhost:{}", self.path.address().port());
        let mut builder = HttpConnection::builder(&host).timeouts(Timeouts::all(LIMIT));
        if let Some(certificate) = &self.trusted {
            // Made anew, so that no handshake is shortened by what an earlier one has left.
            let tls = TlsConfig::builder().without_mozilla_roots().roots_pem(certificate)?.build()?;
            builder = builder.tls(tls);
        }
        let mut connection = builder.build()?;
        let headers = Headers::new();
        match exchange.sent {
            Sent::Nothing => connection.request(exchange.method, exchange.target, (), &headers)?,
            Sent::ByLength(content) => {
                connection.request(exchange.method, exchange.target, content, &headers)?;
            }
            Sent::Chunked(content) => {
                let body = http_client::Body::reader(content);
                connection.request(exchange.method, exchange.target, body, &headers)?;
            }
        }
        let mut response = connection.get_response()?;
        let status = response.status();
        Ok((status, response.read_all(1 << 20)?))
    }

    /// The server has survived: it answers, and stops with nobody left behind.
    fn end(self) {
        for exchange in EXCHANGES {
            assert_eq!(self.run(exchange, None).unwrap(), StatusCode::OK);
        }
        let Self { server, path, .. } = self;
        drop(path);
        let report = server.shutdown(PATIENCE);
        assert_eq!(report.cut, 0, "{report:?}");
        assert_eq!(server.stats().connections_open, 0);
    }
}

fn handler(
    uploads: Arc<Mutex<Vec<Vec<u8>>>>,
) -> impl Fn(&mut Request<'_>) -> Result<Response, HandlerError> + Send + Sync {
    move |request| match request.path() {
        "/length" => Ok(Response::text("hello, here I am")),
        "/chunked" => Ok(Response::text("").with_body(Body::stream(|out| {
            for piece in ["one ", "two ", "three"] {
                out.write_all(piece.as_bytes())?;
                out.flush()?;
            }
            Ok(())
        }))),
        "/echo" => {
            let mut content = Vec::new();
            request.body().read_to_end(&mut content)?;
            uploads.lock().unwrap().push(content.clone());
            Ok(Response::text("").with_body(content))
        }
        other => panic!("nobody asks for {other}"),
    }
}

/// How many bytes an undisturbed exchange carries, by way.
fn lengths(stage: &Stage, exchange: Exchange) -> [(Way, u64); 2] {
    assert_eq!(stage.run(exchange, None).unwrap(), StatusCode::OK);
    [Way::ToServer, Way::ToClient].map(|way| (way, stage.path.passed(way)))
}

/// Every `step`th byte of every exchange, from `first` on.
fn at_bytes(with_tls: bool, kinds: &[Kind], first: u64, step: usize) {
    let stage = Stage::new(with_tls);
    for exchange in EXCHANGES {
        for (way, length) in lengths(&stage, exchange) {
            assert!(length > 40, "{exchange:?} {way:?} {length}");
            for at in (first..=length).step_by(step) {
                for &kind in kinds {
                    let fault = Fault { way, kind, at };
                    let outcome = stage.run(exchange, Some(fault));
                    if matches!(kind, Kind::Split | Kind::Dribble | Kind::Wait(_)) {
                        outcome.unwrap_or_else(|error| panic!("{exchange:?} with {fault:?}: {error:#}"));
                    }
                }
            }
        }
    }
    stage.end();
}

#[test]
fn a_split_at_any_byte_changes_nothing() {
    at_bytes(false, &[Kind::Split], 0, 1);
}

#[test]
fn a_dribble_or_a_pause_changes_nothing() {
    at_bytes(false, &[Kind::Dribble, Kind::Wait(Duration::from_millis(3))], 7, 29);
}

#[test]
fn an_end_at_any_byte_never_makes_a_part_the_whole() {
    at_bytes(false, &[Kind::End], 0, 1);
}

#[test]
fn a_reset_at_any_byte_never_makes_a_part_the_whole() {
    at_bytes(false, &[Kind::Reset], 0, 1);
}

#[test]
fn over_tls_a_split_changes_nothing_and_an_end_or_reset_never_makes_a_part_the_whole() {
    at_bytes(true, &[Kind::Split, Kind::End, Kind::Reset], 0, 23);
    at_bytes(true, &[Kind::End], 11, 23);
}

#[test]
fn an_end_before_the_last_byte_is_an_error_for_the_client() {
    for with_tls in [false, true] {
        let stage = Stage::new(with_tls);
        for exchange in EXCHANGES.into_iter().filter(|exchange| exchange.method != "HEAD") {
            let [_, (way, length)] = lengths(&stage, exchange);
            // Over TLS the last bytes are a farewell, without which the content is whole all the same.
            let last = if with_tls { length.saturating_sub(80) } else { length - 1 };
            for kind in [Kind::End, Kind::Reset] {
                let outcome = stage.run(exchange, Some(Fault { way, kind, at: last }));
                assert!(outcome.is_err(), "{exchange:?} ended before byte {last} of {length}");
            }
        }
        stage.end();
    }
}
