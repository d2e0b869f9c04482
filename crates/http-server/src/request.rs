//! A request as a handler sees it: the head, who sent it, and the content still to be read.

use crate::error::Error;
use crate::error_page::ErrorPages;
use crate::forwarded::{Origin, TrustedProxies};
use crate::link::Link;
use crate::multipart::{Multipart, MultipartLimits};
use crate::peer::Peer;
use crate::response::Response;
use crate::target;
use crate::traffic::Io;
use http::Extensions;
use http_proto::stream::{BodyError, fill_body, read_body};
use http_proto::{
    FieldValue, Headers, Method, RequestHead, RequestTarget, StatusCode, StatusExt, Version,
    encode_status_line, field, header,
};
use std::borrow::Cow;
use std::fmt;
use std::io::{self, BufRead, Read};
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Fields that say where a message ends and how the connection goes on: the server's own.
const OF_FRAMING: [&str; 5] = ["connection", "content-length", "keep-alive", "transfer-encoding", "upgrade"];

/// One request. Its content is read through it, piece by piece or whole.
///
/// Python: the attributes of a `BaseHTTPRequestHandler`.
///
/// | Python | here |
/// | --- | --- |
/// | `command` | [`method`](Self::method) |
/// | `path` | [`target`](Self::target), [`path`](Self::path) |
/// | `request_version` | [`version`](Self::version) |
/// | `headers` | [`headers`](Self::headers) |
/// | `client_address` | [`peer_addr`](Self::peer_addr), [`client_addr`](Self::client_addr) |
/// | `rfile` | [`body`](Self::body), [`read_to_vec`](Self::read_to_vec) |
///
/// ```
/// use http_server::{HandlerError, Request, Response, testing};
///
/// fn greet(request: &mut Request<'_>) -> Result<Response, HandlerError> {
///     let greeting = request.query_value("greeting").unwrap_or("Hello".into());
///     let name = request.read_to_string(100)?; // a bound is part of the call
///     Ok(Response::text(format!("{greeting}, {name}, by {}\n", request.method())))
/// }
///
/// assert_eq!(testing::post("/?greeting=Hi", "Ada").send_to(&greet).text(), "Hi, Ada, by POST\n");
/// ```
pub struct Request<'c> {
    head: &'c RequestHead,
    link: &'c mut Link,
    io: &'c mut Io,
    peer: &'c Peer,
    around: Surroundings<'c>,
    extensions: Extensions,
}

/// What a server has that its requests look at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Surroundings<'c> {
    pub(crate) stopping: &'c AtomicBool,
    pub(crate) proxies: Option<&'c TrustedProxies>,
    pub(crate) pages: &'c ErrorPages,
    /// The version that answers are in.
    pub(crate) speaks: Version,
}

impl<'c> Request<'c> {
    pub(crate) fn new(
        head: &'c RequestHead,
        link: &'c mut Link,
        io: &'c mut Io,
        peer: &'c Peer,
        around: Surroundings<'c>,
    ) -> Self {
        Self { head, link, io, peer, around, extensions: Extensions::new() }
    }

    /// The method, in its exact case.
    #[must_use]
    #[doc(alias = "command")]
    pub fn method(&self) -> &'c Method {
        &self.head.method
    }

    /// The target as it stands in the request line, with its form and raw parts.
    #[must_use]
    #[doc(alias = "requestline")]
    pub fn target(&self) -> &'c RequestTarget {
        &self.head.target
    }

    /// The path as it stands in the request line, percent-encoded, without the query.
    #[must_use]
    pub fn path(&self) -> &'c str {
        self.head.target.path()
    }

    /// The segments of the path between its slashes, each decoded once: `/a%20b/c` has `a b` and `c`, `/` has one
    /// empty segment, and a path that ends with a slash has an empty one at its end.
    ///
    /// A decoded segment may hold anything, `/`, `..` and control characters included: it is no file name. Bytes that
    /// are no UTF-8 become U+FFFD.
    #[must_use]
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = Cow<'c, str>> {
        target::segments(self.path())
    }

    /// The query as it stands in the request line, without the `?`.
    #[must_use]
    pub fn query(&self) -> Option<&'c str> {
        self.head.target.query()
    }

    /// The pairs of the query in order, decoded as forms are: `?a=1&b=x+y%21` has `a`, `1` and `b`, `x y!`.
    pub fn query_pairs(&self) -> impl Iterator<Item = (Cow<'c, str>, Cow<'c, str>)> {
        target::pairs(self.query().unwrap_or_default())
    }

    /// The decoded value of the first query pair with this name.
    #[must_use]
    pub fn query_value(&self, name: &str) -> Option<Cow<'c, str>> {
        self.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The version that the peer speaks: [`Version::HTTP_10`] or [`Version::HTTP_11`].
    #[must_use]
    #[doc(alias = "request_version")]
    pub fn version(&self) -> Version {
        self.head.version
    }

    /// The header fields in the order and the spelling of the wire.
    #[must_use]
    pub fn headers(&self) -> &'c Headers {
        &self.head.headers
    }

    /// The value of the first field with this name.
    #[must_use]
    pub fn header(&self, name: impl AsRef<str>) -> Option<FieldValue<'c>> {
        self.head.headers.get(name)
    }

    /// The host that the request is for, without user information: what [trusted proxies](TrustedProxies) say, else that
    /// of the target where it has one (RFC 9112 §3.2.2), else of the Host field. With the port, if one was given; `None`
    /// in HTTP/1.0 without either.
    #[must_use]
    pub fn host(&self) -> Option<&'c str> {
        if let Some(host) = self.origin().host {
            return Some(host);
        }
        let authority = match self.head.target.authority() {
            Some(authority) => authority.rsplit_once('@').map_or(authority, |(_, host)| host),
            None => self.head.headers.get(header::HOST)?.to_str().ok()?,
        };
        (!authority.is_empty()).then_some(authority)
    }

    /// The address of the connection's other end; `None` on a local socket. Where a proxy introduces its clients by the
    /// [PROXY protocol](crate::proxy_protocol), it is the client's.
    #[must_use]
    #[doc(alias = "client_address")]
    #[doc(alias = "address_string")]
    pub fn peer_addr(&self) -> Option<SocketAddr> {
        self.peer.addr
    }

    /// The address of whoever asks: that of the peer, or of the client that [trusted proxies](TrustedProxies) name. An
    /// IPv4 address is shown as one, whichever socket it came through. `None` on a local socket.
    #[must_use]
    #[doc(alias = "X-Forwarded-For")]
    pub fn client_addr(&self) -> Option<IpAddr> {
        self.origin().client
    }

    /// `https` or `http`: how the client asks, as far as [trusted proxies](TrustedProxies) tell, else how this connection
    /// is.
    #[must_use]
    #[doc(alias = "X-Forwarded-Proto")]
    pub fn scheme(&self) -> &'static str {
        if self.origin().is_https.unwrap_or_else(|| self.is_tls()) { "https" } else { "http" }
    }

    fn origin(&self) -> Origin<'c> {
        let peer = self.peer.addr.map(|peer| peer.ip());
        match self.around.proxies {
            Some(proxies) => proxies.read(peer, &self.head.headers),
            None => Origin { client: peer.map(|peer| peer.to_canonical()), ..Origin::default() },
        }
    }

    /// The address that the peer connected to, on this side or on that of a proxy which introduced it; `None` on a local
    /// socket.
    #[must_use]
    pub fn local_addr(&self) -> Option<SocketAddr> {
        let told = self.peer.introduction.as_ref().and_then(|told| told.destination());
        told.or_else(|| self.link.socket().local_addr())
    }

    /// Whether the connection is encrypted.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.link.is_tls()
    }

    /// What is known of the TLS session; `None` on a plain connection.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls(&self) -> Option<crate::tls::TlsInfo<'_>> {
        self.link.tls().map(crate::tls::Session::info)
    }

    /// Whether the server is shutting down: long answers may want to end.
    #[must_use]
    pub fn shutting_down(&self) -> bool {
        self.around.stopping.load(Ordering::Relaxed)
    }

    /// Whether the peer has closed its side of the connection or reset it. Does not wait.
    ///
    /// While content is unread this cannot be told, and is `false`. A peer that only closes its sending side counts as
    /// gone; few clients do that.
    #[must_use]
    pub fn client_gone(&self) -> bool {
        self.link.socket().peer_gone()
    }

    /// When the time for this request is over that a [`Timeout`](crate::Timeout) has set: from then on, reading its content
    /// and writing its answer fail. A handler that computes for long looks at it itself. `None` without one.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.link.until()
    }

    /// Sets the time for this request, unless it is shorter already.
    pub(crate) fn set_deadline(&mut self, until: Instant) {
        self.link.set_until(until);
    }

    /// The answer may take as long as any.
    pub(crate) fn forget_deadline(&mut self) {
        self.link.forget_until();
    }

    /// Values that wrappers leave for the handlers that they own.
    #[must_use]
    pub fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// The values, to be changed.
    pub fn extensions_mut(&mut self) -> &mut Extensions {
        &mut self.extensions
    }

    pub(crate) const fn head(&self) -> &'c RequestHead {
        self.head
    }

    /// The head as a value, to be changed and handed on by [`with_head`](Self::with_head).
    #[must_use]
    pub fn to_head(&self) -> RequestHead {
        self.head.clone()
    }

    /// Calls `run` with this request under another head, as a wrapper does that rewrites paths or fields for the
    /// handler that it owns. How the content is framed has been decided already.
    pub fn with_head<T>(&mut self, head: &RequestHead, run: impl FnOnce(&mut Request<'_>) -> T) -> T {
        let mut inner = Request {
            head,
            link: self.link,
            io: self.io,
            peer: self.peer,
            around: self.around,
            extensions: std::mem::take(&mut self.extensions),
        };
        let result = run(&mut inner);
        self.extensions = inner.extensions;
        result
    }

    /// Sends 103 with these fields before the answer, so that the client begins to fetch what the answer will need, by
    /// `Link: </style.css>; rel=preload` (RFC 8297). They are no fields of the answer, which has its own.
    ///
    /// Nothing is sent to a client of HTTP/1.0, which knows no interim answers. Fields that frame a message are left out.
    ///
    /// ```
    /// use http_server::{HandlerError, Headers, Request, Response, testing};
    ///
    /// let page = |request: &mut Request<'_>| -> Result<Response, HandlerError> {
    ///     let mut hints = Headers::new();
    ///     hints.append("Link", "</style.css>; rel=preload; as=style")?;
    ///     request.send_early_hints(&hints)?;
    ///     Ok(Response::html("<p>This took a while."))
    /// };
    /// let sent = testing::raw_exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n", &page);
    /// assert!(sent.starts_with(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload; as=style\r\n\r\nHTTP/1.1 200 OK"));
    /// ```
    ///
    /// # Errors
    /// Where the peer is gone or too slow.
    pub fn send_early_hints(&mut self, fields: &Headers) -> Result<(), Error> {
        self.send_interim(StatusCode::EARLY_HINTS, fields)
    }

    /// Sends 100, if the client waits for it (RFC 9110 §10.1.1). Without this, the first read of the content sends it:
    /// this is for a handler that has agreed and reads later.
    ///
    /// # Errors
    /// As [`send_early_hints`](Self::send_early_hints).
    #[doc(alias = "handle_expect_100")]
    pub fn send_continue(&mut self) -> Result<(), Error> {
        if !std::mem::take(&mut self.io.expects_continue) {
            return Ok(());
        }
        self.send_interim(StatusCode::CONTINUE, &Headers::new())
    }

    /// Sends 102, which tells a client that its request is being worked on (RFC 2518 §10.1).
    ///
    /// # Errors
    /// As [`send_early_hints`](Self::send_early_hints).
    pub fn send_processing(&mut self) -> Result<(), Error> {
        self.send_interim(StatusCode::PROCESSING, &Headers::new())
    }

    fn send_interim(&mut self, status: StatusCode, fields: &Headers) -> Result<(), Error> {
        // RFC 9110 §15.2: never to HTTP/1.0.
        if self.head.version == Version::HTTP_10 || self.around.speaks == Version::HTTP_10 {
            return Ok(());
        }
        encode_status_line(Version::HTTP_11, status, status.phrase().as_bytes(), &mut self.io.out)?;
        for (name, value) in fields {
            if !OF_FRAMING.iter().any(|framing| name.eq_ignore_ascii_case(framing)) {
                for part in [name.as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
                    self.io.out.extend_from_slice(part);
                }
            }
        }
        self.io.out.extend_from_slice(b"\r\n");
        self.io.flush(self.link).map_err(Error::from_connection)
    }

    /// Makes an error page what it is to be for the client, as it would be on its way out: for wrappers that look at
    /// content.
    pub(crate) fn dress(&self, response: &mut Response) {
        response.dress(self.around.pages, Some(&self.head.headers));
    }

    /// The content, to be read. `100 Continue` is sent on the first read, if the peer waits for it (RFC 9110 §10.1.1).
    #[doc(alias = "rfile")]
    pub fn body(&mut self) -> RequestBody<'_> {
        RequestBody { link: self.link, io: self.io }
    }

    /// Bytes of content that are left to be read, where the framing tells: `None` for a chunked body.
    #[must_use]
    pub fn remaining_bytes(&self) -> Option<u64> {
        self.io.decoder.remaining_bytes()
    }

    /// Reads the rest of the content, `bytes_max` bytes at most.
    ///
    /// # Errors
    /// [`Error::BodyTooLong`] where there is more, which is answered with 413 if the handler returns it; and those of
    /// reading.
    pub fn read_to_vec(&mut self, bytes_max: usize) -> Result<Vec<u8>, Error> {
        let too_long = Error::BodyTooLong { bytes_max: bytes_max as u64 };
        let declared = self.remaining_bytes().unwrap_or_default();
        if declared > bytes_max as u64 {
            return Err(too_long);
        }
        // What a peer declares is no reason to allocate more than a little at once.
        let capacity = usize::try_from(declared).unwrap_or(usize::MAX).min(64 * 1024);
        let mut content = Vec::with_capacity(capacity);
        let mut body = self.body();
        loop {
            let piece = body.fill()?;
            if piece.is_empty() {
                return Ok(content);
            }
            if content.len() + piece.len() > bytes_max {
                return Err(too_long);
            }
            content.extend_from_slice(piece);
            let count = piece.len();
            body.consume(count);
        }
    }

    /// Reads the rest of the content as text.
    ///
    /// # Errors
    /// As [`read_to_vec`](Self::read_to_vec), and [`Error::UnexpectedContent`] where it is no UTF-8.
    pub fn read_to_string(&mut self, bytes_max: usize) -> Result<String, Error> {
        String::from_utf8(self.read_to_vec(bytes_max)?)
            .map_err(|_| Error::UnexpectedContent { wanted: "text in UTF-8" })
    }

    /// Reads the rest of the content as a form of type `application/x-www-form-urlencoded`: its pairs in order.
    ///
    /// # Errors
    /// As [`read_to_vec`](Self::read_to_vec), and [`Error::UnexpectedContent`] for another type.
    pub fn read_form(&mut self, bytes_max: usize) -> Result<Vec<(String, String)>, Error> {
        let wanted = "a form of type application/x-www-form-urlencoded";
        let content_type = self.header(header::CONTENT_TYPE).map(FieldValue::as_bytes).unwrap_or_default();
        if !field::before_parameters(content_type).eq_ignore_ascii_case(b"application/x-www-form-urlencoded")
        {
            return Err(Error::UnexpectedContent { wanted });
        }
        let text = self.read_to_string(bytes_max)?;
        Ok(target::pairs(&text).map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    /// The content as a form with files (`multipart/form-data`), to be read part by part.
    ///
    /// # Errors
    /// As [`Multipart::new`].
    #[doc(alias = "FieldStorage")]
    pub fn multipart(&mut self, limits: MultipartLimits) -> Result<Multipart<RequestBody<'_>>, Error> {
        let content_type = self.header(header::CONTENT_TYPE).map(FieldValue::as_bytes).unwrap_or_default();
        Multipart::new(self.body(), content_type, limits)
    }

    /// The trailer fields, once all content has been read; `None` before, and where there can be none.
    ///
    /// They are kept apart from the header fields, and nothing in them decides anything (RFC 9110 §6.5.1).
    #[must_use]
    pub fn trailers(&self) -> Option<&Headers> {
        self.io.decoder.trailers()
    }
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.head.method)
            .field("target", &self.head.target)
            .field("version", &self.head.version)
            .field("headers", &self.head.headers)
            .field("peer_addr", &self.peer.addr)
            .finish_non_exhaustive()
    }
}

/// The content of a [`Request`], decoded, ending where it ends.
///
/// Large reads go straight from the socket into the caller's buffer. Errors hold an [`Error`] of this crate, so that
/// a handler which returns them is answered with the right status: 413 beyond the limit, 400 for malformed chunks, 408
/// for a peer that is too slow.
#[derive(Debug)]
pub struct RequestBody<'r> {
    link: &'r mut Link,
    io: &'r mut Io,
}

impl RequestBody<'_> {
    /// The next bytes, at least one unless the content is over.
    pub(crate) fn fill(&mut self) -> Result<&[u8], Error> {
        self.before_read()?;
        let count = fill_body(&mut self.io.input, self.link, &mut self.io.decoder);
        let count = count.map_err(|error| self.io.body_failed(error))?;
        let allowed = self.io.within_limit(count)?;
        Ok(self.io.input.filled().get(..allowed).unwrap_or_default())
    }

    /// The peer may be waiting for `100 Continue`, or for answers to earlier requests.
    fn before_read(&mut self) -> Result<(), Error> {
        if self.io.decoder.is_done() {
            return Ok(());
        }
        if self.io.body_broken {
            return Err(Error::Connection(io::ErrorKind::InvalidData.into()));
        }
        if self.io.expects_continue {
            self.io.expects_continue = false;
            // RFC 9110 §10.1.1: may be left out if content has arrived already.
            if self.io.input.is_empty() {
                self.io.out.extend_from_slice(b"HTTP/1.1 100 Continue\r\n\r\n");
            }
        }
        if self.io.input.is_empty() {
            self.io.flush(self.link).map_err(Error::from_connection)?;
        }
        Ok(())
    }
}

impl Read for RequestBody<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.before_read()?;
        let count = read_body(&mut self.io.input, self.link, &mut self.io.decoder, out);
        let count = count.map_err(|error: BodyError| self.io.body_failed(error))?;
        self.io.count_body(count)?;
        Ok(count)
    }
}

impl BufRead for RequestBody<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        Ok(self.fill()?)
    }

    fn consume(&mut self, amount: usize) {
        self.io.input.consume(amount);
        self.io.decoder.take(amount as u64);
        self.io.body_bytes = self.io.body_bytes.saturating_add(amount as u64);
    }
}

#[cfg(test)]
mod tests;
