//! A synchronous HTTP/1.x toolkit: Python's `http` package for Rust, as it would be made today.
//!
//! This crate has no logic. It puts four crates under one roof, and the words that they share at the root, as
//! `http.HTTPStatus` is in Python:
//!
//! | module | crate | Python | what it is |
//! | --- | --- | --- | --- |
//! | [`client`] | `http-client` | `http.client` | one connection, one state machine, every byte under control |
//! | [`server`] | `http-server` | `http.server` | a blocking server with handlers that return a response |
//! | [`cookies`] | `http-cookies` | `http.cookies` | cookies as a server reads and writes them |
//! | [`cookiejar`] | `http-cookiejar` | `http.cookiejar` | cookies as a client keeps and returns them |
//!
//! **In scope:** HTTP/1.0 and HTTP/1.1, TLS, files, cookies, blocking code on plain threads. **Out of scope:**
//! HTTP/2 and HTTP/3, async, a web framework. Upgrades and tunnels hand out the raw stream, and ALPN can be set,
//! so that others can build those on top.
//!
//! ```
//! # #[cfg(all(feature = "client", feature = "server"))]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use httpkit::client::Client;
//! use httpkit::server::{Request, Response, Server};
//!
//! let server = Server::bind("127.0.0.1:0")?
//!     .serve(|request: &mut Request<'_>| Response::text(format!("this is {}\n", request.path())))?;
//! let page = Client::new().get(format!("http://{}/here", server.addresses()[0])).send()?.text()?;
//! assert_eq!(page, "this is /here\n");
//! assert_eq!(server.shutdown(std::time::Duration::from_secs(5)).cut, 0);
//! # Ok(())
//! # }
//! # #[cfg(not(all(feature = "client", feature = "server")))]
//! # fn main() {}
//! ```
//!
//! # What is promised
//!
//! | promise | by | held by |
//! | --- | --- | --- |
//! | bytes from a peer, a file or a command line cause no panic, no unbounded memory and no endless wait | limits and deadlines, each with a default | `a_client_against_any_answer_bounded`, `a_server_against_any_bytes_bounded`, `any_file_is_read_or_reported`, `bombs_are_decoded_drained_and_refused_within_a_ceiling_of_memory` |
//! | nothing that a caller passes injects a field or a request | all of it is checked when it is given | `no_part_of_a_request_takes_a_line_break`, `a_field_that_would_break_the_message_is_not_sent` |
//! | secrets show in no `Debug`, no error and no log | types that hide them | `debug_text_of_clients_requests_answers_and_errors_holds_no_secrets`, `tracing_gets_a_span_a_call_and_an_event_a_step_without_secrets` |
//! | client and server agree where a message ends | one parser and one framing rule | `a_message_goes_out_and_comes_back_the_same`, `an_end_at_any_byte_never_makes_a_part_the_whole` |
//!
//! The crates below say each for itself what that means.
//!
//! # Features
//!
//! The first five are on by default; each can be taken alone. Every feature of the crates below can be had here.
//!
//! | feature | brings |
//! | --- | --- |
//! | `client` | [`client`] |
//! | `server` | [`server`] |
//! | `cookies` | [`cookies`] |
//! | `cookiejar` | [`cookiejar`], and with it `client` and `cookies` |
//! | `tls` | HTTPS in `client` and `server`, by rustls |
//! | `psl` | the Mozilla list of public suffixes in `cookiejar`, compiled in |
//! | `firefox` | import of Firefox's cookies in `cookiejar`; compiles SQLite, which is C |
//! | `secure` | signed and encrypted cookies in `cookies` |
//! | `compress` | br and gzip, written by the server's `Compressed` |
//! | `systemd` | listeners from a service manager, in `server` |
//! | `json` | JSON bodies in `client` and `server` |
//! | `zstd` | zstd, read by `client` and written by the server's `Compressed` |
//! | `brotli` | br, read by `client`, which has gzip and deflate without a feature |
//! | `charset` | every charset of the web in the `text` of an answer to `client` |
//! | `digest` | Digest authentication in `client` |
//! | `platform-verifier` | trust in what the operating system trusts, in `client` |
//! | `log`, `tracing` | observers of `client` that write to these crates |
//!
//! Rust 1.89 or later; a release that needs a newer one says so in the changelog.
//!
//! # Where to go on
//!
//! The README is the tour. [`guides`] go through one task each.

#[cfg(all(
    feature = "client",
    feature = "server",
    feature = "cookies",
    feature = "cookiejar",
    feature = "tls"
))]
pub mod guides;

#[cfg(feature = "client")]
#[doc(inline)]
pub use http_client as client;
#[cfg(feature = "cookiejar")]
#[doc(inline)]
pub use http_cookiejar as cookiejar;
#[cfg(feature = "cookies")]
#[doc(inline)]
pub use http_cookies as cookies;
#[cfg(feature = "server")]
#[doc(inline)]
pub use http_server as server;

/// HTTP/1.x without input or output: what client and server share.
#[doc(inline)]
pub use http_proto as proto;

#[doc(inline)]
pub use http_proto::{
    FieldValue, Headers, InvalidInput, Method, MethodExt, ProtocolError, StatusCode, StatusExt, Version,
    header,
};
