//! A client that never hangs: every wait has an end, every size a bound, and every error says whether to try again.
//!
//! The defaults are finite already: 10 s to look up a name, 30 s to connect, 30 s for TLS, 60 s to the first byte, 60 s
//! between bytes. What they do not bound is the whole: a server that sends a byte a minute holds you for ever. So a service
//! sets [`total`](crate::client::client::Timeouts::total), and bounds what it reads:
//!
//! ```
//! use httpkit::client::client::{Client, ErrorKind, PoolLimits, Retry, Timeouts};
//! use std::time::Duration;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::builder()
//!     .timeouts(Timeouts::DEFAULT.connect(Some(Duration::from_secs(3))).total(Some(Duration::from_secs(20))))
//!     .content_bytes_max(10 << 20) // decoded bytes
//!     .decode_ratio_max(200) // a small answer does not become a large one
//!     .pool(PoolLimits::DEFAULT.open_per_origin_max(8))
//!     .retry(Retry::policy(2).retry_after_max(Duration::from_secs(5)))
//!     .build()?;
//! # let server = httpkit::server::Server::bind("127.0.0.1:0")?.serve(|_: &mut httpkit::server::Request<'_>| httpkit::server::Response::text("fine"))?;
//! # let url = format!("http://{}/", server.addresses()[0]);
//! match client.get(&url).send().and_then(|answer| answer.text()) {
//!     Ok(text) => assert_eq!(text, "fine"),
//!     Err(error) if error.kind() == ErrorKind::Timeout => eprintln!("{error}: {:?}", error.timeout()),
//!     Err(error) if error.is_safe_to_retry() => eprintln!("{error:#}: another try can do no harm"),
//!     Err(error) => eprintln!("{error:#}: the server may have acted on it"),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What a request may wait for
//!
//! [`Timeouts`](crate::client::client::Timeouts) draws the time-line. Each limit has one name, and the error that it
//! causes carries it: [`TimeoutKind`](crate::client::client::TimeoutKind). The total is kept while the answer is read, too:
//! `text()`, `copy_to` and every `read` end in time.
//!
//! # Cancelling
//!
//! A [`CancelToken`](crate::client::client::CancelToken) ends a call from another thread, wherever it is:
//!
//! ```
//! use httpkit::client::client::{CancelToken, Client, ErrorKind};
//!
//! let token = CancelToken::new();
//! token.cancel(); // from a signal handler, a dialog, another thread
//! let refused = Client::new().get("http://127.0.0.1:9/").cancel(&token).send();
//! assert_eq!(refused.unwrap_err().kind(), ErrorKind::Cancelled);
//! ```
//!
//! # URLs that strangers give you
//!
//! A URL from a form or a feed may point into your own network, directly or by a redirect or by a name that resolves to
//! `127.0.0.1`. [`AddressFilter::public_only`](crate::client::client::AddressFilter::public_only) looks at each address just
//! before connecting, on every hop:
//!
//! ```
//! use httpkit::client::client::{AddressFilter, Client, ErrorKind};
//!
//! let client = Client::builder().address_filter(AddressFilter::public_only()).build()?;
//! let refused = client.get("http://127.0.0.1:8000/admin").send();
//! assert_eq!(refused.unwrap_err().kind(), ErrorKind::AddressRefused);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Trying again
//!
//! By default a request is sent a second time in one case only: a kept connection turned out to be closed, no byte of
//! an answer has come, and the method is idempotent. [`Retry::policy`](crate::client::client::Retry::policy) goes further: it
//! repeats after errors of the network and after 429, 502, 503 and 504, waits for random, growing times, and heeds `Retry-After`. Its
//! [`budget`](crate::client::client::Retry::budget) keeps many calls from hammering a server that is down. A POST is never
//! repeated unless it carries an `Idempotency-Key` or nothing of it was sent.
//!
//! # One connection
//!
//! [`HttpConnection`](crate::client::HttpConnection) has [`Timeouts`](crate::client::Timeouts) of its own for the same
//! steps, and its errors say [how much was sent](crate::client::Error::sent).
