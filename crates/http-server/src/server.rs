//! A server from the outside: where it listens, within which bounds, and how it is stopped.

use crate::context::{Context, Counters};
use crate::engine::Engine;
use crate::error::Error;
use crate::error_page::{ErrorPage, ErrorPages};
use crate::forwarded::TrustedProxies;
use crate::handler::Handler;
use crate::limits::{self, Limits, Timeouts};
use crate::listen::Listen;
use crate::listener::{Listener, Listening};
use crate::observe::{Event, Observer, to_standard_error};
use crate::serial::SerialServer;
use crate::stats::{ShutdownReport, Stats};
#[cfg(feature = "tls")]
use crate::tls::TlsConfig;
use http_proto::{Headers, Version};
use std::fmt;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// Where a server begins: an address, then what it should be like, then [`serve`](ServerBuilder::serve).
///
/// Python: `HTTPServer`, `ThreadingHTTPServer`, `HTTPSServer`.
///
/// ```
/// use http_server::{Request, Response, Server};
/// use std::time::Duration;
///
/// let server = Server::bind("127.0.0.1:0")?.serve(|request: &mut Request<'_>| match request.path() {
///     "/" => Response::text("hello\n"),
///     _ => Response::error_page(http_server::StatusCode::NOT_FOUND),
/// })?;
/// println!("http://{}/", server.addresses()[0]);
/// let report = server.shutdown(Duration::from_secs(5)); // or `wait`, or `serve_forever` in place of `serve`
/// assert_eq!(report.cut, 0);
/// # Ok::<(), http_server::Error>(())
/// ```
#[derive(Debug)]
#[doc(alias = "HTTPServer")]
#[doc(alias = "ThreadingHTTPServer")]
#[doc(alias = "HTTPSServer")]
#[expect(clippy::exhaustive_structs, reason = "a name for functions; it has no values")]
pub struct Server;

impl Server {
    /// Listens on `address`, on the first that works where a name has several: port 0 takes a free one.
    ///
    /// # Errors
    /// [`Error::Listen`] with the address, as where the port is taken.
    #[doc(alias = "server_bind")]
    pub fn bind(address: impl ToSocketAddrs + fmt::Debug) -> Result<ServerBuilder, Error> {
        Self::builder().bind(address)
    }

    /// A server without an address yet.
    pub fn builder() -> ServerBuilder {
        ServerBuilder::default()
    }
}

/// Makes a server. Every setting has a safe default.
#[must_use]
pub struct ServerBuilder {
    listeners: Vec<Listening>,
    limits: Limits,
    timeouts: Timeouts,
    server_name: String,
    speaks: Version,
    observer: Observer,
    error_pages: ErrorPages,
    threads_max: Option<usize>,
    proxies: Option<TrustedProxies>,
}

impl Default for ServerBuilder {
    fn default() -> Self {
        Self {
            listeners: Vec::new(),
            limits: Limits::default(),
            timeouts: Timeouts::default(),
            server_name: concat!("httpkit/", env!("CARGO_PKG_VERSION")).to_owned(),
            speaks: Version::HTTP_11,
            observer: Box::new(to_standard_error),
            error_pages: ErrorPages::default(),
            threads_max: None,
            proxies: None,
        }
    }
}

impl ServerBuilder {
    /// Listens on one more address as it is described: with TLS, behind a proxy, beside another server.
    ///
    /// # Errors
    /// [`Error::Listen`] with the address, as where the port is taken.
    pub fn listen(mut self, listen: Listen) -> Result<Self, Error> {
        self.listeners.push(listen.open()?);
        Ok(self)
    }

    /// Listens on one more address, without TLS.
    ///
    /// # Errors
    /// As [`Server::bind`].
    #[doc(alias = "allow_reuse_address")]
    pub fn bind(self, address: impl ToSocketAddrs + fmt::Debug) -> Result<Self, Error> {
        self.listen(Listen::tcp(address)?)
    }

    /// Listens on one more address, with TLS.
    ///
    /// # Errors
    /// As [`Server::bind`].
    #[cfg(feature = "tls")]
    #[doc(alias = "ThreadingHTTPSServer")]
    pub fn bind_tls(self, address: impl ToSocketAddrs + fmt::Debug, tls: TlsConfig) -> Result<Self, Error> {
        self.listen(Listen::tcp(address)?.tls(tls))
    }

    /// Listens on a local socket at `path`, a file that those whom `mode` allows may connect to: `0o600` is its owner
    /// alone. It is removed when the server stops.
    ///
    /// A socket that a dead server has left is replaced; one that answers is not, and no other file ever is.
    ///
    /// # Errors
    /// [`Error::Listen`] with the path.
    #[cfg(unix)]
    pub fn bind_unix(self, path: impl AsRef<std::path::Path>, mode: u32) -> Result<Self, Error> {
        self.listen(Listen::unix(path, mode))
    }

    /// Takes a listener that the caller has made or inherited.
    pub fn listener(mut self, listener: TcpListener) -> Self {
        self.listeners.push(Listening::new(Listener::Tcp(listener)));
        self
    }

    /// Takes a listener that the caller has made or inherited, and speaks TLS on it.
    #[cfg(feature = "tls")]
    pub fn listener_tls(mut self, listener: TcpListener, tls: TlsConfig) -> Self {
        self.listeners.push(Listening::new(Listener::Tcp(listener)).with_tls(tls));
        self
    }

    /// Takes a listening local socket that the caller has made or inherited. Its file is the caller's.
    #[cfg(unix)]
    pub fn listener_unix(mut self, listener: std::os::unix::net::UnixListener) -> Self {
        self.listeners.push(Listening::new(Listener::Unix { listener, path: None }));
        self
    }

    /// Believes these proxies when they say for whom they ask: then [`Request::client_addr`], [`Request::scheme`] and
    /// [`Request::host`] are the client's. By default nobody is believed.
    ///
    /// [`Request::client_addr`]: crate::Request::client_addr
    /// [`Request::scheme`]: crate::Request::scheme
    /// [`Request::host`]: crate::Request::host
    pub fn trusted_proxies(mut self, proxies: TrustedProxies) -> Self {
        self.proxies = Some(proxies);
        self
    }

    /// Bounds on sizes and counts.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Bounds on time.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// The value of the Server field, `httpkit/` and the version by default; none if empty. Python: `server_version`.
    #[doc(alias = "server_version")]
    #[doc(alias = "version_string")]
    pub fn server_name(mut self, name: &str) -> Self {
        name.clone_into(&mut self.server_name);
        self
    }

    /// Answers as an old server does: every answer says HTTP/1.0, and every connection ends with it. Python:
    /// `protocol_version`.
    ///
    /// By default answers are in HTTP/1.1, which clients of HTTP/1.0 understand as well (RFC 9110 §2.5). This is for
    /// seeing how a client copes.
    #[doc(alias = "protocol_version")]
    pub const fn http10(mut self) -> Self {
        self.speaks = Version::HTTP_10;
        self
    }

    /// The greatest number of threads that run handlers: 1 024 by default, or as many as there may be connections, if that
    /// is less. There are two, or as many as cores, while handlers are fast; they grow within some milliseconds while
    /// handlers block, and end when they have been idle for 10 s.
    ///
    /// A client holds a thread while its handler runs: as long as that takes to read what the client sends and to write what
    /// its [`Body::stream`](crate::Body::stream) writes, and for an event stream or an upgraded connection as long as that
    /// lasts. Idle connections hold none, nor does any other content, however slowly it is taken. So this is how many slow
    /// clients can be heard, or told what handlers write, at a time; others wait, and the observer is told of it
    /// ([`Event::ThreadsExhausted`]). A thread takes some 50 KiB of memory, and address space for its stack (2 MiB, or
    /// `RUST_MIN_STACK`) of which it touches little.
    pub fn threads_max(mut self, threads: usize) -> Self {
        self.threads_max = Some(threads);
        self
    }

    /// What is called with everything that goes wrong, instead of a line on standard error for the server's own faults. A
    /// panic in it is caught.
    #[doc(alias = "log_error")]
    pub fn observer(mut self, observer: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Self {
        self.observer = Box::new(observer);
        self
    }

    /// What writes the text of error pages: those of handlers by [`Response::error_page`](crate::Response::error_page) and
    /// all that the server sends by itself, such as 400 for a malformed request. It returns the type and the text, or
    /// `None` for the usual page: Python's in HTML, or JSON where the client likes that better.
    ///
    /// Texts of a handler in it may come from a peer: escape them by [`error_page::escape`](crate::error_page::escape).
    ///
    /// ```
    /// use http_server::{Server, error_page};
    ///
    /// let server = Server::builder().error_pages(|page| {
    ///     let text = format!("<h1>{}</h1>", error_page::escape(page.message));
    ///     (!page.wants_json).then(|| (error_page::CONTENT_TYPE.to_owned(), text))
    /// });
    /// # drop(server);
    /// ```
    #[doc(alias = "error_message_format")]
    #[doc(alias = "error_content_type")]
    pub fn error_pages(
        mut self,
        write: impl Fn(&ErrorPage<'_>) -> Option<(String, String)> + Send + Sync + 'static,
    ) -> Self {
        self.error_pages = ErrorPages::new(write);
        self
    }

    /// Starts the threads and returns: `handler` answers from now on.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] without an address or with a server name that no field can hold, and
    /// [`Error::System`] where threads or descriptors are missing.
    pub fn serve(self, handler: impl Handler + 'static) -> Result<ServerHandle, Error> {
        let addresses = self.listeners.iter().filter_map(Listening::address).collect();
        let threads_max = self.threads();
        let (context, listeners) = self.into_parts(handler)?;
        let engine = Engine::start(context, listeners, threads_max)?;
        Ok(ServerHandle { engine, addresses })
    }

    fn threads(&self) -> usize {
        self.threads_max.unwrap_or_else(|| self.limits.threads())
    }

    fn into_parts<'h>(self, handler: impl Handler + 'h) -> Result<(Context<'h>, Vec<Listening>), Error> {
        if self.listeners.is_empty() {
            return Err(Error::InvalidSetting("a server needs an address to listen on"));
        }
        self.into_context(handler)
    }

    /// All that connections need to know, and the listeners.
    pub(crate) fn into_context<'h>(
        self,
        handler: impl Handler + 'h,
    ) -> Result<(Context<'h>, Vec<Listening>), Error> {
        Headers::new().append("Server", &self.server_name).map_err(|_| {
            Error::InvalidSetting("the name of a server has no line breaks or other controls")
        })?;
        let context = Context {
            per_address_default: limits::per_address(self.threads()),
            handler: Box::new(handler),
            limits: self.limits,
            timeouts: self.timeouts,
            server_name: self.server_name.into_bytes(),
            speaks: self.speaks,
            stopping: Arc::new(AtomicBool::new(false)),
            observer: self.observer,
            proxies: self.proxies,
            error_pages: self.error_pages,
            counters: Counters::default(),
        };
        Ok((context, self.listeners))
    }

    /// A server on the calling thread, one connection after the other.
    ///
    /// # Errors
    /// As [`serve`](Self::serve).
    #[doc(alias = "TCPServer")]
    pub fn serial<'h>(self, handler: impl Handler + 'h) -> Result<SerialServer<'h>, Error> {
        let (context, listeners) = self.into_parts(handler)?;
        SerialServer::new(context, listeners)
    }

    /// Serves until the process ends. Python: `serve_forever`.
    ///
    /// # Errors
    /// As [`serve`](Self::serve).
    pub fn serve_forever(self, handler: impl Handler + 'static) -> Result<(), Error> {
        self.serve(handler)?.wait();
        Ok(())
    }
}

impl fmt::Debug for ServerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerBuilder")
            .field("listeners", &self.listeners)
            .field("limits", &self.limits)
            .field("timeouts", &self.timeouts)
            .finish_non_exhaustive()
    }
}

/// A running server. Dropping it stops it without waiting for anything.
#[must_use = "a server stops when its handle is dropped"]
#[derive(Debug)]
pub struct ServerHandle {
    engine: Engine,
    addresses: Vec<SocketAddr>,
}

impl ServerHandle {
    /// The TCP addresses that it listens on, in the order of the builder, with the ports that were chosen.
    #[must_use]
    #[doc(alias = "server_address")]
    #[doc(alias = "server_name")]
    #[doc(alias = "server_port")]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// What has been counted, and what there is now.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.engine.stats()
    }

    /// Uses other certificates for the TLS sessions that begin from now on, on all TLS listeners; those that are open
    /// stay. Says on how many listeners: 0 means that none speaks TLS.
    #[cfg(feature = "tls")]
    #[must_use = "0 means that nothing was changed"]
    pub fn reload_tls(&self, tls: &TlsConfig) -> usize {
        self.engine.reload_tls(tls)
    }

    /// Whether the server has been told to stop.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.engine.is_stopping()
    }

    /// Waits until the server has been stopped from another thread: for ever, if nobody does.
    pub fn wait(&self) {
        self.engine.wait();
    }

    /// Stops: no more connections, idle ones are closed at once, running requests have `grace` to finish and are cut
    /// then, upgraded streams as well. It returns within `grace` and 50 ms: a handler that goes on all the same, since it does
    /// not look at its connection, keeps its thread.
    #[doc(alias = "server_close")]
    #[expect(clippy::must_use_candidate, reason = "it is called for what it does; the report is extra")]
    #[doc(alias = "daemon_threads")]
    pub fn shutdown(&self, grace: Duration) -> ShutdownReport {
        self.engine.shutdown(grace)
    }

    /// Stops so that nobody notices while another server takes over the addresses, within `grace`: no more connections
    /// here, and each that is open is closed behind its next answer, which says so. Whoever asks nothing until the end
    /// of `grace` is closed then, and what is still under way is cut.
    ///
    /// The other server must listen before this is called:
    /// - on the same sockets, inherited or handed on: connections wait in the one queue of both;
    /// - on sockets of its own that [share the port](Listen::reuse_port): on Linux, connections that have begun here are
    ///   waited for, half a second long, and new ones begin there, some of them a second late. Elsewhere, those that
    ///   arrive in the moment of the end are lost.
    #[expect(clippy::must_use_candidate, reason = "it is called for what it does; the report is extra")]
    pub fn hand_over(&self, grace: Duration) -> ShutdownReport {
        self.engine.hand_over(grace)
    }
}

impl Drop for ServerHandle {
    fn drop(&mut self) {
        self.engine.stop();
    }
}
