//! Python's `http.client` for Rust: one HTTP/1.x connection under your control, blocking, without a runtime; and a client
//! for URLs on top.
//!
//! **In scope:** [`HttpConnection`] and [`HttpsConnection`]: requests byte for byte as you want them, answers with
//! every framing, trailers, interim answers, `100-continue`, upgrades, tunnels, SOCKS, TLS, Unix sockets, own
//! transports, deadlines. **Out of scope:** HTTP/2 and HTTP/3, async.
//!
//! That is level 1. On it stands level 2, the feature `client`: `Client`, which knows URLs, keeps connections, follows
//! redirects, decodes, authenticates and repeats. It has a module of its own, `client`, whose names stand beside those of
//! level 1.
//!
//! | feature | brings |
//! | --- | --- |
//! | `tls` (default) | HTTPS by rustls, Mozilla's roots |
//! | `client` (default) | level 2 |
//! | `gzip` (default), `brotli`, `zstd` | codings that level 2 takes off |
//! | `charset`, `json`, `digest` | charsets of the web, JSON bodies, Digest authentication |
//! | `log`, `tracing` | what happens to a client, in the program's log or trace |
//! | `platform-verifier` | what the operating system trusts |
//!
//! Rust 1.89 or later; a release that needs a newer one says so in the changelog.
//!
//! # Python's way
//!
//! ```no_run
//! use http_client::{Headers, HttpConnection};
//!
//! let mut connection = HttpConnection::new("localhost:8000")?;
//! let mut headers = Headers::new();
//! headers.append("Accept", "text/html")?;
//! connection.request("GET", "/", (), &headers)?;
//! let mut response = connection.get_response()?;
//! println!("{} {}", response.status(), String::from_utf8_lossy(response.reason()));
//! let page = response.read_all(10 << 20)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The response borrows the connection, so that a second request before the first answer is read does not compile.
//! Step by step it is `put_request`, `put_header`, `end_headers`, `send`; what comes in the wrong order is an
//! [`ErrorKind::CannotSendRequest`], [`ErrorKind::CannotSendHeader`] or [`ErrorKind::ResponseNotReady`]. Where each
//! of Python's names is, and what is done otherwise: [`python`].
//!
//! # The typed way
//!
//! The same steps as types: [`HttpConnection::start`] gives a [`HeadWriter`], that a [`BodyWriter`] or an
//! [`Awaiting`], that a [`Response`]. A wrong order does not compile, and a step that is dropped leaves nothing
//! behind. Trailers, `100-continue` and interim answers one at a time are here.
//!
//! ```
//! use http_client::testing::Script;
//! use http_client::{BodyLength, Headers, HttpConnection};
//! use std::io::Write;
//!
//! let (transport, recording) = Script::new()
//!     .expect("PUT /n HTTP/1.1\r\nHost: example.org\r\nAccept-Encoding: identity\r\n")
//!     .expect("Transfer-Encoding: chunked\r\n\r\n2\r\n42\r\n0\r\nX-Sum: 6\r\n\r\n")
//!     .reply("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n")
//!     .build();
//! let mut connection = HttpConnection::from_transport(transport, "example.org")?;
//! let mut body = connection.start("PUT", "/n")?.body(BodyLength::Chunked)?;
//! body.write_all(b"42")?;
//! let mut trailers = Headers::new();
//! trailers.append("X-Sum", "6")?;
//! let mut awaiting = body.finish_with_trailers(&trailers)?;
//! while let Some(hint) = awaiting.informational()? {
//!     assert_eq!(hint.headers.get("Link").unwrap(), "</a>");
//! }
//! assert_eq!(awaiting.response()?.status(), 204);
//! assert_eq!(recording.check(), Ok(()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is promised
//!
//! - **Nothing can be injected.** Methods, targets, hosts, field names and values, trailers and tunnel requests are
//!   checked when they are given; what was refused leaves no trace.
//! - **Nothing is cut in silence.** Content that ends early is an error in every way of reading it, over TLS too, and
//!   content of a wrong length cannot be sent.
//! - **Nothing a peer sends is unbounded**: lines, heads, fields, interim answers, chunk extensions, trailers
//!   ([`Limits`]). What comes byte by byte costs linear time.
//! - **Every wait ends**: see [`Timeouts`]. An [`Error`] says in which phase, with whom and how much had been sent, so
//!   that one knows whether the request may be sent again.
//! - **A connection is used again only if it is clean**, and it says why not ([`CloseReason`]).
//! - On a kept connection a request costs no allocation, one write and one read.
//!
//! Answers with status 400 and up are answers, not errors.

mod authority;
mod bell;
mod body;
mod builder;
mod cancel;
#[cfg(feature = "client")]
pub mod client;
mod clock;
mod connect;
mod connection;
mod error;
#[cfg(feature = "tls")]
mod https;
mod observer;
mod options;
#[cfg(feature = "tls")]
pub mod python;
mod response;
mod spare;
mod state;
pub mod testing;
mod timeouts;
#[cfg(feature = "tls")]
pub mod tls;
mod transport;
mod upgraded;
mod wire;

pub use authority::Authority;
pub use bell::Bell;
pub use body::Body;
pub use builder::ConnectionBuilder;
pub use cancel::CancelToken;
#[cfg(feature = "client")]
pub use client::{Client, ClientBuilder, delete, get, head, patch, post, put, request};
pub use clock::{Clock, SystemClock};
pub use connect::Connect;
pub use connect::resolve::{Resolve, SystemResolver};
pub use connect::socks::SocksProxy;
pub use connection::steps::{Awaiting, BodyLength, BodyWriter, Continue, HeadWriter};
pub use connection::{HttpConnection, OpenTimes, ProxyAnswer, RequestOptions};
pub use error::{Blame, Error, ErrorKind, Phase, Sent};
pub use http_proto::{
    CloseReason, FieldValue, Framing, Headers, InvalidInput, Leniency, Limits, Method, ProtocolError,
    ResponseHead, StatusCode, StatusExt, Version, header,
};
#[cfg(feature = "tls")]
pub use https::HttpsConnection;
pub use observer::{Event, Observer};
pub use options::{HTTP_PORT, HTTPS_PORT};
pub use response::Response;
pub use state::State;
pub use timeouts::{Limit, Timeouts};
#[cfg(feature = "tls")]
pub use tls::{TlsBuilder, TlsConfig};
pub use transport::tcp::TcpTransport;
#[cfg(unix)]
pub use transport::unix::UnixTransport;
pub use transport::{ConnectionInfo, FailedAttempt, Incoming, Interrupt, TlsInfo, Transport};
pub use upgraded::Upgraded;
