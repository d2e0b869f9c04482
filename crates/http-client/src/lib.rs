//! Python's `http.client` for Rust: one HTTP/1.x connection under your control, blocking, without a runtime; and a client
//! for URLs on top.
//!
//! **In scope:** [`HttpConnection`] and [`HttpsConnection`]: requests byte for byte as you want them, answers with
//! every framing, trailers, interim answers, `100-continue`, upgrades, tunnels, SOCKS, TLS, Unix sockets, own
//! transports, deadlines. **Out of scope:** HTTP/2 and HTTP/3, async.
//!
//! That is level 1. On it stands level 2, the feature `client`: `Client`, which knows URLs, keeps connections, follows
//! redirects, decodes, authenticates and repeats. It has a module of its own, `client`, whose names stand beside those of
//! level 1:
//!
//! | | one connection | URLs |
//! | --- | --- | --- |
//! | begins with | [`HttpConnection::new`] | `Client::new`, or `http_client::get(url)` and its like |
//! | fails with | [`http_client::Error`](Error), [`ErrorKind`] | `http_client::client::Error`, `client::ErrorKind` |
//! | answers with | [`Response`], which borrows the connection | `client::Response`, which owns it |
//! | takes | [`Body`], [`Timeouts`], [`Observer`] of [`Event`]s | those of `client` |
//!
//! A program for URLs imports from the module: `use http_client::client::{Client, Error, Timeouts};`. Where both levels are
//! used, `?` makes a `client::Error` of an [`Error`].
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
//! | promise | by | held by |
//! | --- | --- | --- |
//! | nothing can be injected | methods, targets, hosts, field names and values, trailers and tunnel requests are checked when they are given; what was refused leaves no trace | `what_no_request_can_hold_is_refused_before_anything_is_sent`, `nothing_can_be_injected_into_a_tunnel_request`, `no_part_of_a_request_takes_a_line_break` |
//! | nothing is cut in silence | content that ends early is an error in every way of reading it, over TLS too, and content of a wrong length cannot be sent | `an_end_at_any_byte_never_makes_a_part_the_whole`, `an_end_without_close_notify_is_no_end_of_content`, `wrong_lengths_are_caught` |
//! | nothing a peer sends is unbounded, and what comes byte by byte costs linear time | [`Limits`] on lines, heads, fields, interim answers, chunk extensions, trailers | `answers_without_an_end_are_ended`, `a_length_that_is_only_promised_costs_no_memory`, `limits_can_be_changed`, `a_head_that_comes_byte_by_byte_costs_linear_time` |
//! | every wait ends | [`Timeouts`]; an [`Error`] says in which phase, with whom and how much had been sent, so that one knows whether the request may be sent again | `deadlines_are_kept_to_a_few_milliseconds_and_named`, `a_total_deadline_ends_an_answer_that_drips`, `errors_say_phase_peer_and_what_was_sent` |
//! | a connection is used again only if it is clean | it says why not ([`CloseReason`]) | `unread_content_is_drained_within_a_bound_or_the_connection_closes`, `a_transport_that_the_peer_closed_while_idle_is_not_used_again`, `every_end_of_a_connection_is_told_with_its_reason` |
//! | no secret shows in `Debug`, in an error or in a log | types of their own, and URLs without their credentials | `debug_text_of_clients_requests_answers_and_errors_holds_no_secrets`, `tracing_gets_a_span_a_call_and_an_event_a_step_without_secrets`, `an_observer_sees_everything_but_secrets` |
//! | on a kept connection a request costs no allocation, one write and one read | buffers live in the connection | `bench client` |
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
