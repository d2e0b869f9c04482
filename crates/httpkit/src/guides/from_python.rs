//! From Python's `http`: the same words in Rust's shape, and what differs once the first program runs.
//!
//! Names keep their words: `HTTPConnection` is [`HttpConnection`](crate::client::HttpConnection), `putrequest` is
//! [`put_request`](crate::client::HttpConnection::put_request). The search box of this documentation finds Python's spelling
//! too. The README has the table of every public name; each crate lists what it does otherwise and which RFC says so:
//! [`client::python`](crate::client::python), [`server::python`](crate::server::python), the first page of
//! [`cookies`](crate::cookies), [`cookiejar::python`](crate::cookiejar::python).
//!
//! # `http.client`
//!
//! ```text
//! connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=10)
//! connection.request("POST", "/items", body=b"a=1", headers={"Content-Type": "application/x-www-form-urlencoded"})
//! response = connection.getresponse()
//! print(response.status, response.reason, response.getheader("Location", "-"))
//! text = response.read()
//! ```
//!
//! ```
//! use httpkit::Headers;
//! use httpkit::client::{HttpConnection, Timeouts};
//! use std::time::Duration;
//!
//! # let server = httpkit::server::Server::bind("127.0.0.1:0")?.serve(|request: &mut httpkit::server::Request<'_>| {
//! #     httpkit::server::Response::text(request.read_to_string(100).unwrap_or_default())
//! # })?;
//! # let address = server.addresses()[0].to_string();
//! let mut connection = HttpConnection::builder(&address).timeouts(Timeouts::all(Duration::from_secs(10))).build()?;
//! let mut headers = Headers::new();
//! headers.append("Content-Type", "application/x-www-form-urlencoded")?;
//! connection.request("POST", "/items", "a=1", &headers)?;
//! let mut response = connection.get_response()?;
//! println!("{} {:?} {:?}", response.status(), response.reason(), response.header("Location"));
//! let text = response.read_all(1 << 20)?; // a bound is part of the call
//! assert_eq!(text, b"a=1");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What surprises at first:
//!
//! - The response borrows the connection. A second request before the first answer is read does not compile; in Python it
//!   is `ResponseNotReady` or `CannotSendRequest` at run time.
//! - Header fields are bytes that keep their order and their case. A value with a line break is refused, not sent.
//! - Timeouts are on from the beginning, one for each step, and the error names the one that passed.
//! - Content that ends early is an error, also where CPython returns what there was.
//!
//! # `urllib.request`, `requests`
//!
//! [`Client`](crate::client::Client) is a session: it follows redirects, keeps connections, decodes, authenticates. No
//! status is an exception; [`error_for_status`](crate::client::client::Response::error_for_status) is
//! `raise_for_status()`.
//!
//! | `requests` | here |
//! | --- | --- |
//! | `requests.get(url, params={"q": "x"})` | `client.get(url).query("q", "x").send()?` |
//! | `requests.post(url, data={"a": "1"})`, `json=…`, `files=…` | `.form([("a", "1")])`, `.json(&value)` (feature `json`), `.multipart(…)` |
//! | `r.text`, `r.content`, `r.json()` | `answer.text()?`, `bytes()?`, `json()?`: each reads once, up to a limit |
//! | `stream=True`, `r.iter_content()` | an answer is a reader: `copy_to`, `save_to`, [`Read`](std::io::Read) |
//! | `Session()`, `session.cookies`, `session.headers` | `Client::builder()` with `cookies(…)`, `default_header(…)` |
//! | `timeout=(3, 60)` | `Timeouts::DEFAULT.connect(…).total(…)`; without a word it is finite |
//! | `HTTPAdapter(max_retries=3)` | `.retry(Retry::policy(3))` |
//!
//! # `http.server`
//!
//! ```text
//! class Hello(http.server.BaseHTTPRequestHandler):
//!     def do_GET(self):
//!         self.send_response(200)
//!         self.send_header("Content-Type", "text/plain")
//!         self.end_headers()
//!         self.wfile.write(b"hello\n")
//!
//! http.server.ThreadingHTTPServer(("", 8000), Hello).serve_forever()
//! ```
//!
//! A handler returns its answer instead of writing it, so nothing can be sent twice or forgotten, and wrappers can still
//! change it.
//!
//! ```
//! use httpkit::server::{ByMethod, HandlerError, Method, MethodHandler, Request, Response, testing};
//!
//! struct Hello;
//!
//! impl MethodHandler for Hello {
//!     fn methods(&self) -> &[Method] {
//!         &[Method::GET, Method::HEAD] // what `Allow` says
//!     }
//!     fn do_get(&self, _request: &mut Request<'_>) -> Result<Response, HandlerError> {
//!         Ok(Response::text("hello\n"))
//!     }
//! }
//!
//! let hello = ByMethod(Hello); // Server::bind("0.0.0.0:8000")?.serve_forever(hello)
//! assert_eq!(testing::get("/").send_to(&hello).text(), "hello\n");
//! assert_eq!(testing::post("/", "x").send_to(&hello).status(), 405); // Python: 501, for any method without a function
//! ```
//!
//! `SimpleHTTPRequestHandler` is [`StaticFiles`](crate::server::StaticFiles), and `python -m http.server` the command
//! `http-server` with the same options and more.
//!
//! # `http.cookies`
//!
//! [`SimpleCookie`](crate::cookies::SimpleCookie) and [`Morsel`](crate::cookies::Morsel) write what Python writes. For a
//! server that reads what strangers send, [`pairs`](crate::cookies::pairs) never fails and copies nothing; for new cookies
//! [`CookieBuilder`](crate::cookies::CookieBuilder) refuses what no browser would keep.
//!
//! # `http.cookiejar`
//!
//! [`CookieJar`](crate::cookiejar::CookieJar) follows today's rules (RFC 6265bis). For Python's decisions, give it
//! [`PythonCookiePolicy`](crate::cookiejar::PythonCookiePolicy). `MozillaCookieJar` and `LWPCookieJar` read and write the
//! same files as Python does.
