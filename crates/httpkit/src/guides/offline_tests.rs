//! Testing without a network: handlers without a socket, connections without a peer, time without waiting.
//!
//! # A handler
//!
//! [`server::testing`](crate::server::testing) runs a handler behind the real parser, framing and sending:
//!
//! ```
//! use httpkit::server::{HandlerError, Request, Response, testing};
//!
//! fn double(request: &mut Request<'_>) -> Result<Response, HandlerError> {
//!     let number: u32 = request.read_to_string(20)?.parse()?;
//!     Ok(Response::text((number * 2).to_string()))
//! }
//!
//! assert_eq!(testing::post("/", "21").send_to(&double).text(), "42");
//! assert_eq!(testing::post("/", "?").send_to(&double).status(), 500);
//!
//! // Bytes that no client would send: two lengths are one too many.
//! let answer = testing::raw_exchange(
//!     "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n21", &double);
//! assert!(answer.starts_with(b"HTTP/1.1 400 "));
//! ```
//!
//! # A connection
//!
//! [`client::testing`](crate::client::testing) plays the server: which bytes it expects, which it sends, when it is slow, when it
//! breaks. The clock is moved by the script, so a test of a timeout takes no time:
//!
//! ```
//! use httpkit::Headers;
//! use httpkit::client::testing::{FakeClock, Script};
//! use httpkit::client::{ErrorKind, HttpConnection};
//! use std::time::Duration;
//!
//! let clock = FakeClock::new();
//! let (transport, recording) = Script::new()
//!     .expect("GET /slow HTTP/1.1\r\nHost: example.org\r\nAccept-Encoding: identity\r\n\r\n")
//!     .delay(Duration::from_secs(3600))
//!     .clock(&clock)
//!     .build();
//! let mut connection = HttpConnection::builder("example.org").transport(transport).clock(clock).build()?;
//! connection.request("GET", "/slow", (), &Headers::new())?;
//! let error = connection.get_response().unwrap_err();
//! assert!(matches!(error.kind(), ErrorKind::Timeout(_)), "{error}");
//! assert!(recording.is_closed());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A client
//!
//! [`ScriptedConnector`](crate::client::testing::ScriptedConnector) gives a [`Client`](crate::client::Client) one script a
//! connection:
//!
//! ```
//! use httpkit::client::Client;
//! use httpkit::client::testing::{Script, ScriptedConnector};
//!
//! let moved = Script::new().reply("HTTP/1.1 302 Found\r\nLocation: /new\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
//! let found = Script::new().reply("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
//! let (connector, _recordings) = ScriptedConnector::new([moved, found]);
//! let client = Client::builder().connector(connector).build()?;
//! let answer = client.get("http://example.org/old").send()?;
//! assert_eq!(answer.url().path(), "/new");
//! assert_eq!(answer.text()?, "ok");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Cookies
//!
//! Every operation of the jar that depends on time has a form that takes it:
//! [`extract_cookies_at`](crate::cookiejar::CookieJar::extract_cookies_at) and its fellows, in seconds since 1970.
//!
//! # Both for real
//!
//! A server on port 0 of the loopback starts in well under a millisecond, so a test may as well have one:
//!
//! ```
//! use httpkit::server::{Request, Response, Server};
//!
//! let server = Server::bind("127.0.0.1:0")?.serve(|_: &mut Request<'_>| Response::text("up"))?;
//! let answer = httpkit::client::get(format!("http://{}/", server.addresses()[0])).send()?;
//! assert_eq!(answer.text()?, "up");
//! server.shutdown(std::time::Duration::ZERO);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
