//! Level 2: a [`Client`] that knows URLs, keeps connections, follows redirects, decodes, authenticates and repeats.
//!
//! ```no_run
//! use http_client::Client;
//!
//! let client = Client::new();
//! let page = client.get("https://example.org/").query("q", "a b").send()?.text()?;
//! # Ok::<(), http_client::client::Error>(())
//! ```
//!
//! `Error`, `ErrorKind`, `Response`, `Body`, `Timeouts`, `Observer` and `Event` of this module are level 2's; those of the
//! same names at the root of the crate belong to one connection. The free functions at the root, [`get`] and
//! its like, are level 2's too: they fail with this module's [`Error`], of which `?` makes one out of a
//! [`http_client::Error`](crate::Error) and an [`InvalidInput`](crate::InvalidInput) as well.
//!
//! It is built on the public parts of level 1: [`HttpConnection`](crate::HttpConnection). Statuses of 400 and more are
//! answers, not errors; every limit and timeout is finite unless it is told otherwise.

mod address_filter;
pub(crate) mod auth;
mod base64;
mod body;
mod builder;
mod call;
mod charset;
mod clock;
mod content;
mod cookies;
mod decode;
mod dial;
mod download;
mod error;
mod events;
mod exchange;
mod form;
mod held;
mod middleware;
mod multipart;
mod netrc;
mod no_proxy;
mod origin;
mod partial;
mod pool;
mod proxies;
mod quick_hash;
mod random;
mod redirect;
mod request;
mod request_builder;
mod response;
mod retry;
mod shared;
mod shells;
mod shown;
mod status_error;
mod timeouts;
mod timings;
#[cfg(feature = "tracing")]
mod tracing;
mod url_memo;

pub use crate::cancel::CancelToken;
pub use address_filter::AddressFilter;
#[cfg(feature = "digest")]
pub use auth::digest::Digest;
pub use auth::{Auth, AuthError, AuthRequest, Basic, Bearer};
pub use body::Body;
pub use builder::ClientBuilder;
pub use cookies::{CookieRequest, CookieStore, SiteContext};
pub use decode::DecodeError;
pub use download::Downloaded;
pub use error::{Error, ErrorKind, TimeoutKind};
#[cfg(feature = "log")]
pub use events::LogObserver;
pub use events::{Event, Observer};
pub use form::Form;
pub use middleware::{Middleware, Next};
pub use multipart::{Multipart, Part};
pub use netrc::{Netrc, NetrcError, NetrcLogin};
pub use no_proxy::NoProxy;
pub use pool::PoolLimits;
pub use proxies::{Proxies, Proxy, ProxyError, ProxyKind};
pub use redirect::{Hop, HopAction, Redirects};
pub use request::{IntoUrl, Request};
pub use request_builder::RequestBuilder;
pub use response::{Redirected, Response};
pub use retry::Retry;
pub use status_error::StatusError;
pub use timeouts::Timeouts;
pub use timings::Timings;
#[cfg(feature = "tracing")]
pub use tracing::Tracing;
pub use url::Url;

use call::Call;
use http_proto::Method;
use shared::Shared;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// Makes requests. Clones share everything: settings, connections, limits.
///
/// Dropping the last clone closes the connections that are idle; those in use end with their answers. Python:
/// `requests.Session`, `urllib.request.OpenerDirector`.
///
/// ```
/// use http_client::Client;
/// # use http_client::testing::{Script, ScriptedConnector};
///
/// # // Two requests over one connection of a scripted server.
/// # let script = Script::new()
/// #     .reply("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
/// #     .reply("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
/// # let (connector, _recordings) = ScriptedConnector::new([script]);
/// let client = Client::builder().default_header("X-App", "tour").build()?; // or Client::new()
/// # let client = Client::builder().connector(connector).default_header("X-App", "tour").build()?;
/// assert_eq!(client.get("http://example.org/").query("q", "a b").send()?.text()?, "hi");
///
/// let missing = client.get("http://example.org/nothing").send()?; // no status is an error,
/// assert!(missing.status().is_client_error());
/// assert!(missing.error_for_status().is_err()); // unless it is made one
/// # Ok::<(), http_client::client::Error>(())
/// ```
#[derive(Clone)]
#[doc(alias = "Session")]
#[doc(alias = "Agent")]
pub struct Client {
    shared: Arc<Shared>,
    /// Outside of what is shared with connections, which know nothing of it.
    middleware: Arc<[Arc<dyn Middleware>]>,
}

impl Client {
    /// A client with the defaults.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test builds it")]
    pub fn new() -> Self {
        Self::builder().build().expect("the defaults contradict nothing")
    }

    /// A client with options.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    pub(crate) fn of(shared: Shared, middleware: Vec<Arc<dyn Middleware>>) -> Self {
        Self { shared: Arc::new(shared), middleware: middleware.into() }
    }

    /// A request with any method.
    pub fn request(&self, method: Method, url: impl IntoUrl) -> RequestBuilder {
        RequestBuilder::new(self.clone(), method, url)
    }

    /// A GET request.
    pub fn get(&self, url: impl IntoUrl) -> RequestBuilder {
        self.request(Method::GET, url)
    }

    /// A HEAD request.
    pub fn head(&self, url: impl IntoUrl) -> RequestBuilder {
        self.request(Method::HEAD, url)
    }

    /// A POST request.
    pub fn post(&self, url: impl IntoUrl) -> RequestBuilder {
        self.request(Method::POST, url)
    }

    /// A PUT request.
    pub fn put(&self, url: impl IntoUrl) -> RequestBuilder {
        self.request(Method::PUT, url)
    }

    /// A PATCH request.
    pub fn patch(&self, url: impl IntoUrl) -> RequestBuilder {
        self.request(Method::PATCH, url)
    }

    /// A DELETE request.
    pub fn delete(&self, url: impl IntoUrl) -> RequestBuilder {
        self.request(Method::DELETE, url)
    }

    /// An OPTIONS request.
    pub fn options(&self, url: impl IntoUrl) -> RequestBuilder {
        self.request(Method::OPTIONS, url)
    }

    /// Makes a request.
    ///
    /// # Errors
    /// Whatever kept an answer away. No status is an error.
    pub fn send(&self, request: Request) -> Result<Response, Error> {
        match &*self.middleware {
            [] => self.execute(request),
            middleware => Next::new(self, middleware).run(request),
        }
    }

    pub(crate) fn execute(&self, request: Request) -> Result<Response, Error> {
        Call::new(&self.shared, request)?.run()
    }

    /// Closes the connections that are idle.
    pub fn close_idle(&self) {
        self.shared.pool.close_idle();
        self.shared.shells.clear();
    }

    /// How many connections are open and how many of them are idle.
    #[must_use]
    pub fn connections(&self) -> (usize, usize) {
        self.shared.pool.counts()
    }

    /// How long each step of a call may take, where the call does not say otherwise.
    #[must_use]
    pub fn timeouts(&self) -> &Timeouts {
        &self.shared.config.timeouts
    }

    /// Closes all connections, also those in use, and makes no request any more: calls under way and to come fail with
    /// [`ErrorKind::Shutdown`].
    pub fn shutdown(&self) {
        self.shared.shut_down();
    }
}

impl Default for Client {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("pool", &self.shared.pool).finish_non_exhaustive()
    }
}

/// The client behind the free functions, made when it is first used.
fn common() -> &'static Client {
    static COMMON: OnceLock<Client> = OnceLock::new();
    COMMON.get_or_init(Client::new)
}

macro_rules! free_functions {
    ($($name:ident $method:ident)*) => {$(
        #[doc = concat!("A ", stringify!($method), " request by a client that the whole program shares.")]
        ///
        /// Sending it fails with a [`client::Error`](crate::client::Error).
        pub fn $name(url: impl IntoUrl) -> RequestBuilder {
            common().request(Method::$method, url)
        }
    )*};
}

free_functions! { get GET head HEAD post POST put PUT patch PATCH delete DELETE }

/// A request with any method by a client that the whole program shares.
///
/// Sending it fails with a [`client::Error`](crate::client::Error).
pub fn request(method: Method, url: impl IntoUrl) -> RequestBuilder {
    common().request(method, url)
}
