//! A blocking HTTP/1.x server for embedding: Python's `http.server` for Rust, safe to expose, without an async runtime.
//!
//! **In scope:** [`Server`] with TLS, keep-alive, pipelining, limits and deadlines; [`Handler`] as plain blocking code;
//! [`Response`] as a value; dispatch by method; error pages; upgrades to raw streams. **Out of scope:** HTTP/2 and
//! HTTP/3, async, templates, sessions.
//!
//! ```
//! use http_server::{Request, Response, Server};
//! use std::io::{Read, Write};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = Server::bind("127.0.0.1:0")?.serve(|request: &mut Request<'_>| {
//!     Response::text(format!("you asked for {}\n", request.path()))
//! })?;
//!
//! let mut client = std::net::TcpStream::connect(server.addresses()[0])?;
//! client.write_all(b"GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
//! let mut answer = String::new();
//! client.read_to_string(&mut answer)?;
//! assert!(answer.ends_with("you asked for /x\n"));
//!
//! let report = server.shutdown(std::time::Duration::from_secs(5));
//! assert_eq!(report.cut, 0);
//! # Ok(())
//! # }
//! ```
//!
//! Where each of Python's names is, and what is done otherwise: [`python`].
//!
//! # Around a handler
//!
//! Wrappers are handlers that own a handler, so they nest as they are written: `Logged::new(Compressed::new(files))`.
//!
//! | to | use |
//! | --- | --- |
//! | hand on by path, method or host | [`Router`], [`Methods`] or [`MethodHandler`], [`VirtualHosts`] |
//! | log, count | [`Logged`], [`Measured`] with [`Metrics`] |
//! | compress answers | [`Compressed`] |
//! | let pages of other origins in | [`Cors`] |
//! | ask for a password | [`BasicAuth`] |
//! | make browsers careful | [`SecurityHeaders`] |
//! | bound how often, how long, how fast | [`RateLimit`], [`Timeout`], [`Throttled`] |
//! | write the error pages | [`ServerBuilder::error_pages`] |
//! | test all of that without a socket | [`testing`] |
//!
//! # What is promised
//!
//! | promise | by | held by |
//! | --- | --- | --- |
//! | both sides agree where a request ends | one parser and one framing rule, strict; what is doubtful is refused and the connection closed | `smuggled_requests_are_refused_however_they_are_cut`, `a_message_with_two_lengths_is_refused` |
//! | no peer holds a thread by doing nothing | connections that wait for a request are kept without one | `idle_connections_hold_no_threads`, `slow_clients_keep_nobody_from_being_served`, `handshakes_that_are_not_finished_hold_nobody` |
//! | no peer holds a thread by not reading | content in memory, in a file or of a reader goes out as it is taken, by whatever thread is free then | `a_file_goes_out_as_its_readers_take_it`, `content_that_is_shared_goes_out_as_its_readers_take_it`, `what_a_reader_gives_goes_out_as_its_readers_take_it`, `content_is_compressed_as_its_readers_take_it`, `an_archive_is_made_as_its_readers_take_it`, `answers_that_are_held_back_hold_no_thread`, `answers_to_many_requests_at_a_time_go_out_as_their_reader_takes_them`, `over_tls_too_content_goes_out_as_its_readers_take_it` |
//! | peers that send slowly do not stop the others | each has a thread while its handler runs, of 1 024 at most, and a quarter of these for one address ([`ServerBuilder::threads_max`]) | `clients_that_do_not_send_what_they_announced_keep_nobody_waiting`, `upgraded_connections_that_idle_keep_nobody_waiting`, `by_default_no_address_has_all_threads_but_those_that_stand_for_many_are_not_counted` |
//! | no peer fills the memory or waits for ever | [`limits`], each with a default | `a_huge_declared_length_costs_no_memory`, `heads_and_lines_beyond_their_bounds_are_refused_with_the_bound_named`, `the_deadline_of_a_head_counts_from_its_first_byte_not_from_its_last`, `a_body_below_the_minimum_rate_gets_408_although_it_never_stalls`, `a_peer_that_does_not_read_its_answer_is_cut` |
//! | no handler can break an answer | fields are checked when they are set, content is held to its length, a panic becomes a 500 | `a_field_that_would_break_the_message_is_not_sent`, `content_that_ends_early_cuts_the_connection_so_that_the_client_notices`, `a_panic_is_answered_with_500_and_the_server_lives` |
//! | no path leads out of a folder | [`files`] are opened beneath their root | `no_spelling_leads_out_by_any_feature_over_any_link`, `no_link_leads_out_by_any_feature` |
//! | a shutdown ends in the time that it is given, and says whom it cut off | [`ShutdownReport`] | `what_takes_longer_than_its_grace_is_cut`, `a_request_under_way_is_finished_and_its_answer_says_close` |
//!
//! # Features
//!
//! | feature | brings |
//! | --- | --- |
//! | `tls` (default) | HTTPS by rustls |
//! | `br`, `gzip`, `zstd` | what [`Compressed`] can write |
//! | `json` | `Request::read_json` and `Response::json` |
//! | `systemd` | listeners from a service manager, and word to it |
//!
//! Rust 1.89 or later; a release that needs a newer one says so in the changelog.

mod accept;
mod address_counts;
mod basic_auth;
pub mod behind_a_proxy;
mod body;
mod clock;
mod coded;
mod coding;
mod compressed;
mod connection;
mod context;
mod cors;
mod counted;
mod delivery;
mod encode;
mod engine;
mod error;
pub mod error_page;
mod events;
mod feed;
mod file_part;
pub mod files;
mod forwarded;
mod handler;
mod introduction;
#[cfg(feature = "json")]
mod json;
mod json_text;
pub mod limits;
mod link;
mod listen;
mod listener;
mod logged;
mod method_handler;
mod metrics;
mod multipart;
mod networks;
pub mod observe;
mod opening;
mod peer;
pub mod proxy_protocol;
#[cfg(feature = "tls")]
pub mod python;
mod rate_bound;
mod rate_limit;
mod request;
mod response;
mod router;
mod security_headers;
mod send;
mod serial;
mod server;
mod socket;
mod stats;
#[cfg(all(unix, feature = "systemd"))]
pub mod systemd;
mod target;
pub mod testing;
mod throttled;
mod timeout;
#[cfg(feature = "tls")]
mod tls;
mod traffic;
mod unsent;
mod upgrade;
mod vary;
mod virtual_hosts;
mod writer;

pub use basic_auth::BasicAuth;
pub use body::Body;
pub use coding::ContentCoding;
pub use compressed::Compressed;
pub use cors::Cors;
pub use delivery::Delivery;
pub use error::{Error, HandlerError};
pub use events::EventStream;
pub use files::StaticFiles;
pub use forwarded::TrustedProxies;
pub use handler::{Handler, IntoAnswer, handler_fn};
pub use http_proto::{
    FieldValue, Headers, Method, RequestHead, RequestTarget, StatusCode, StatusExt, TargetForm, Version,
    header,
};
pub use limits::{Limits, Timeouts};
pub use listen::Listen;
pub use logged::{LogFormat, Logged};
pub use method_handler::{ByMethod, MethodHandler, Methods};
pub use metrics::{Measured, Metrics, MetricsSnapshot};
pub use multipart::{Multipart, MultipartLimits, Part};
pub use networks::Networks;
pub use rate_limit::RateLimit;
pub use request::{Request, RequestBody};
pub use response::Response;
pub use router::Router;
pub use security_headers::{FramePolicy, SecurityHeaders};
pub use serial::SerialServer;
pub use server::{Server, ServerBuilder, ServerHandle};
pub use stats::{ShutdownReport, Stats};
pub use throttled::Throttled;
pub use timeout::Timeout;
#[cfg(feature = "tls")]
pub use tls::{ClientCertificates, TlsBuilder, TlsConfig, TlsError, TlsInfo};
pub use upgrade::{ReadHalf, Stopper, Upgraded, WriteHalf};
pub use virtual_hosts::VirtualHosts;
pub use writer::BodyWriter;
