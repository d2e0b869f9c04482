//! Python's `http.client` for Rust: one HTTP/1.x connection under your control, blocking, without a runtime.
//!
//! **In scope:** [`HttpConnection`] and [`HttpsConnection`]: requests byte for byte as you want them, answers with
//! every framing, trailers, interim answers, `100-continue`, upgrades, tunnels, SOCKS, TLS, Unix sockets, own
//! transports, deadlines. **Out of scope:** HTTP/2 and HTTP/3, async.
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
//! [`ErrorKind::CannotSendRequest`], [`ErrorKind::CannotSendHeader`] or [`ErrorKind::ResponseNotReady`].
//!
//! Answers with status 400 and up are answers, not errors.

mod authority;
mod body;
mod builder;
#[cfg(feature = "client")]
pub mod client;
mod clock;
mod connect;
mod connection;
mod error;
#[cfg(feature = "tls")]
mod https;
mod observer;
mod response;
mod state;
pub mod testing;
mod timeouts;
#[cfg(feature = "tls")]
pub mod tls;
mod transport;
mod upgraded;
mod wire;

pub use authority::Authority;
pub use body::Body;
pub use builder::{ConnectionBuilder, HTTP_PORT, HTTPS_PORT};
#[cfg(feature = "client")]
pub use client::{Client, ClientBuilder, delete, get, head, patch, post, put, request};
pub use clock::{Clock, SystemClock};
pub use connect::Connect;
pub use connect::resolve::{Resolve, SystemResolver};
pub use connect::socks::SocksProxy;
pub use connection::steps::{Awaiting, BodyLength, BodyWriter, Continue, HeadWriter};
pub use connection::{HttpConnection, ProxyAnswer, RequestOptions};
pub use error::{Blame, Error, ErrorKind, Phase, Sent};
pub use http_proto::{
    CloseReason, FieldValue, Framing, Headers, InvalidInput, Leniency, Limits, Method, ProtocolError,
    ResponseHead, StatusCode, StatusExt, Version, header,
};
#[cfg(feature = "tls")]
pub use https::HttpsConnection;
pub use observer::{Event, Observer};
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
