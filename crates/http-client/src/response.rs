//! The answer to a request: its head, and its content as a reader. The work is done by `connection/receiving.rs`.

use crate::connection::HttpConnection;
use crate::error::{Error, ErrorKind, Phase, Sent};
use crate::timeouts::Timeouts;
use crate::transport::{ConnectionInfo, TlsInfo};
use crate::upgraded::Upgraded;
use http_proto::{CloseReason, FieldValue, Framing, Headers, ResponseHead, StatusCode, Version};
use std::fmt;
use std::io::{self, BufRead, Read, Write};
use std::net::SocketAddr;
use std::time::Duration;

/// Size of the buffer that content is copied through.
const COPY_BYTES: usize = 64 * 1024;

/// How long draining what nobody reads may take.
const DRAIN_MAX: Duration = Duration::from_secs(1);

/// Large buffers begin at a page boundary: receiving into them is cheaper (4 KiB aliasing).
const PAGE_BYTES: usize = 4096;

/// The answer to a request on a connection: Python's `HTTPResponse`. `Client` answers with `http_client::client::Response`.
///
/// Reading it reads the content, without framing, up to its end: `Read` and `BufRead`, so that `read_to_end`,
/// `read_until` and `lines` work. Content that ends early is an error, always
/// ([`ErrorKind::IncompleteRead`]); what came before has been delivered. It cannot be sought.
///
/// The next request can be sent when the response is gone. Read it to its end, or call [`finish`](Self::finish),
/// and the connection is kept; drop it with content left, and the connection is closed, unless what is left is in
/// the buffer already.
///
/// ```
/// # use http_client::testing::Script;
/// use http_client::{Headers, HttpConnection};
/// use std::io::BufRead;
///
/// # let fields = "Host: example.org\r\nAccept-Encoding: identity\r\n\r\n";
/// # let (transport, _recording) = Script::new()
/// #     .expect(format!("GET / HTTP/1.1\r\n{fields}"))
/// #     .reply("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\none\ntwo\n")
/// #     .expect(format!("DELETE / HTTP/1.1\r\n{fields}"))
/// #     .reply("HTTP/1.1 204 No Content\r\n\r\n")
/// #     .build();
/// # let mut connection = HttpConnection::from_transport(transport, "example.org")?;
/// connection.request("GET", "/", (), &Headers::new())?;
/// let response = connection.get_response()?;
/// assert_eq!((response.status().as_u16(), response.header_or("Content-Type", "none")), (200, b"none".to_vec()));
/// let lines: Vec<String> = response.lines().collect::<Result<_, _>>()?; // to the end, so that the connection is kept
/// assert_eq!(lines, ["one", "two"]);
/// connection.request("DELETE", "/", (), &Headers::new())?;
/// assert_eq!(connection.get_response()?.status(), 204);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "HTTPResponse")]
#[must_use]
#[doc(alias = "read1")]
#[doc(alias = "readinto")]
#[doc(alias = "readline")]
#[doc(alias = "peek")]
pub struct Response<'c> {
    connection: Slot<'c>,
}

enum Slot<'c> {
    Borrowed(&'c mut HttpConnection),
    Owned(Box<HttpConnection>),
    /// Taken out by a method that consumes the response.
    Gone,
}

impl<'c> Response<'c> {
    pub(crate) fn borrowed(connection: &'c mut HttpConnection) -> Self {
        Self { connection: Slot::Borrowed(connection) }
    }

    pub(crate) fn owned(connection: Box<HttpConnection>) -> Response<'static> {
        Response { connection: Slot::Owned(connection) }
    }

    fn connection(&self) -> &HttpConnection {
        match &self.connection {
            Slot::Borrowed(connection) => connection,
            Slot::Owned(connection) => connection,
            Slot::Gone => unreachable!("only a method that consumes the response empties the slot"),
        }
    }

    fn connection_mut(&mut self) -> &mut HttpConnection {
        match &mut self.connection {
            Slot::Borrowed(connection) => connection,
            Slot::Owned(connection) => connection,
            Slot::Gone => unreachable!("only a method that consumes the response empties the slot"),
        }
    }

    /// The whole head.
    #[must_use]
    pub fn head(&self) -> &ResponseHead {
        self.connection().head()
    }

    /// When its first byte came, or that of an interim answer before it, and the last piece of its head.
    #[cfg(feature = "client")]
    pub(crate) fn head_times(&self) -> Option<(std::time::Instant, std::time::Instant)> {
        self.connection().head_times()
    }

    /// The status. Python: `status`, `code`, `getcode()`.
    #[must_use]
    #[doc(alias = "getcode")]
    #[doc(alias = "code")]
    pub fn status(&self) -> StatusCode {
        self.head().status
    }

    /// The reason phrase as sent: bytes, often empty, to be ignored by programs (RFC 9112 §4).
    #[must_use]
    pub fn reason(&self) -> &[u8] {
        &self.head().reason
    }

    /// The version of the answer. Python: `version`, as 10 or 11.
    #[must_use]
    pub fn version(&self) -> Version {
        self.head().version
    }

    /// The fields in the order and spelling of the wire. Python: `headers`, `msg`, `info()`, `getheaders()`.
    #[must_use]
    #[doc(alias = "msg")]
    #[doc(alias = "info")]
    #[doc(alias = "getheaders")]
    pub fn headers(&self) -> &Headers {
        &self.head().headers
    }

    /// The first value of a field.
    #[must_use]
    #[doc(alias = "getheader")]
    pub fn header(&self, name: impl AsRef<str>) -> Option<FieldValue<'_>> {
        self.headers().get(name)
    }

    /// All values of a field as one list, joined by `, ` (RFC 9110 §5.3), or `default` where there is none. Of
    /// `Set-Cookie`, which is no list, the first. Python: `getheader(name, default)`.
    #[must_use]
    #[doc(alias = "getheader")]
    pub fn header_or(&self, name: &str, default: &str) -> Vec<u8> {
        let mut values = self.headers().get_all(name);
        let Some(first) = values.next() else { return default.as_bytes().to_vec() };
        let mut joined = first.as_bytes().to_vec();
        if !name.eq_ignore_ascii_case("set-cookie") {
            for value in values {
                joined.extend_from_slice(b", ");
                joined.extend_from_slice(value.as_bytes());
            }
        }
        joined
    }

    /// The values of all fields with this name, in order. Python: `headers.get_all(name)`.
    #[must_use]
    pub fn header_all<'a>(&'a self, name: &'a str) -> impl DoubleEndedIterator<Item = FieldValue<'a>> {
        self.headers().get_all(name)
    }

    /// The trailer fields, once the content has been read to its end (RFC 9110 §6.5). `None` before, and where
    /// the content did not come in chunks.
    #[must_use]
    pub fn trailers(&self) -> Option<&Headers> {
        self.connection().trailers()
    }

    /// How the content is delimited.
    #[must_use]
    #[doc(alias = "chunked")]
    pub fn framing(&self) -> Framing {
        self.connection().framing()
    }

    /// Bytes of content that are left, where that is known. Python: `length`.
    #[must_use]
    #[doc(alias = "length")]
    pub fn remaining_bytes(&self) -> Option<u64> {
        self.connection().remaining_bytes()
    }

    /// Whether the content has been read to its end, or there was none. Python: `isclosed()`.
    #[must_use]
    #[doc(alias = "isclosed")]
    #[doc(alias = "closed")]
    pub fn is_closed(&self) -> bool {
        !self.connection().has_content()
    }

    /// Whether the connection will be kept once the content has been read, or else why not. Python: `will_close`.
    ///
    /// # Errors
    /// The reason for which it is going to be closed, or has been.
    #[doc(alias = "will_close")]
    pub fn persistence(&self) -> Result<(), CloseReason> {
        self.connection().persistence()
    }

    /// How much of the request had left when the answer came: an early answer stops what is left of it.
    #[must_use]
    pub fn sent(&self) -> Sent {
        self.connection().answer_sent()
    }

    /// What is known of the connection: `None` once it has been closed.
    #[must_use]
    pub fn connection_info(&self) -> Option<ConnectionInfo> {
        self.connection().info()
    }

    /// Changes how long each further step may take, of this answer and of what follows on the connection.
    pub fn set_timeouts(&mut self, timeouts: Timeouts) {
        self.connection_mut().set_timeouts(timeouts);
    }

    /// The address that was connected to.
    #[must_use]
    pub fn peer_addr(&self) -> Option<SocketAddr> {
        self.connection_info().and_then(|info| info.peer_addr)
    }

    /// What TLS has negotiated.
    #[must_use]
    pub fn tls(&self) -> Option<TlsInfo> {
        self.connection_info().and_then(|info| info.tls)
    }

    /// Reads all content, at most `bytes_max`. Python: `read()`.
    ///
    /// # Errors
    /// [`ErrorKind::ContentTooLong`]; [`ErrorKind::IncompleteRead`] and whatever else reading fails with. The
    /// content until then is in [`Error::partial`].
    #[doc(alias = "read")]
    pub fn read_all(&mut self, bytes_max: u64) -> Result<Vec<u8>, Error> {
        // Nothing is reserved on the peer's word beyond one buffer.
        let announced = self.remaining_bytes().unwrap_or(0).min(COPY_BYTES as u64);
        let mut content = vec![0; usize::try_from(announced).unwrap_or(0).max(512)];
        let mut filled = 0;
        loop {
            if filled == content.len() {
                content.resize(content.len().saturating_mul(2), 0);
            }
            let read = self.connection_mut().read_content(content.get_mut(filled..).unwrap_or_default());
            let count = match read {
                Ok(count) => count,
                Err(error) => {
                    content.truncate(filled);
                    return Err(error.with_partial(content));
                }
            };
            filled += count;
            if filled as u64 > bytes_max {
                content.truncate(usize::try_from(bytes_max).unwrap_or(usize::MAX));
                let connection = self.connection_mut();
                let error =
                    connection.told(Error::new(ErrorKind::ContentTooLong { bytes_max }, Phase::Content));
                return Err(error.with_partial(content));
            }
            if count == 0 || self.is_closed() {
                content.truncate(filled);
                return Ok(content);
            }
        }
    }

    /// Copies all content into `writer` through one large buffer: how many bytes.
    ///
    /// # Errors
    /// Those of reading, as [`io::Error`] with the [`Error`] inside; those of `writer`.
    pub fn copy_to(&mut self, writer: &mut (impl Write + ?Sized)) -> io::Result<u64> {
        let mut storage = vec![0; COPY_BYTES + PAGE_BYTES];
        let start = storage.as_ptr().align_offset(PAGE_BYTES).min(PAGE_BYTES);
        let block = storage.get_mut(start..start + COPY_BYTES).unwrap_or_default();
        let mut copied = 0;
        loop {
            let count = self.read(block)?;
            if count == 0 {
                return Ok(copied);
            }
            writer.write_all(block.get(..count).unwrap_or_default())?;
            copied += count as u64;
        }
    }

    /// Gives the response up and keeps the connection if that costs no more than `bytes_max` bytes of unread
    /// content, and no more than a second. 64 KiB is a good bound.
    ///
    /// # Errors
    /// Why the connection has been closed instead.
    pub fn finish(mut self, bytes_max: u64) -> Result<(), CloseReason> {
        let mut left = bytes_max;
        let mut block = [0; 4096];
        self.connection_mut().hurry(DRAIN_MAX);
        while !self.is_closed() && self.persistence().is_ok() && left > 0 {
            let room = usize::try_from(left).unwrap_or(usize::MAX).min(block.len());
            match self.connection_mut().read_content(block.get_mut(..room).unwrap_or_default()) {
                Ok(0) => break,
                Ok(count) => left -= count as u64,
                Err(_) => break,
            }
        }
        self.connection_mut().leave_response();
        self.connection().is_reusable()
    }

    /// Closes the connection, content left or not.
    pub fn close(mut self) {
        self.connection_mut().close();
    }

    /// The raw stream behind a `101 Switching Protocols` or a 2xx to CONNECT, with the bytes that have been read
    /// already; the connection is closed then, and opens anew with the next request. `None` for other answers.
    #[must_use]
    #[doc(alias = "fileno")]
    pub fn into_upgraded(mut self) -> Option<Upgraded> {
        self.connection_mut().take_upgraded()
    }

    /// The connection of a response that owns it ([`HttpConnection::into_response`]); `None` where it is borrowed.
    /// Content that is left closes it, as dropping the response does.
    #[must_use]
    pub fn into_connection(mut self) -> Option<Box<HttpConnection>> {
        self.connection_mut().leave_response();
        match std::mem::replace(&mut self.connection, Slot::Gone) {
            Slot::Owned(connection) => Some(connection),
            Slot::Borrowed(_) | Slot::Gone => None,
        }
    }
}

impl Drop for Response<'_> {
    fn drop(&mut self) {
        match &mut self.connection {
            Slot::Borrowed(connection) => connection.leave_response(),
            Slot::Owned(connection) => connection.leave_response(),
            Slot::Gone => {}
        }
    }
}

impl Read for Response<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.connection_mut().read_content(buf).map_err(io::Error::from)
    }
}

impl BufRead for Response<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let count = self.connection_mut().fill_content()?;
        Ok(self.connection().content(count))
    }

    fn consume(&mut self, amount: usize) {
        self.connection_mut().consume_content(amount);
    }
}

impl fmt::Debug for Response<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("head", self.head())
            .field("framing", &self.framing())
            .field("remaining_bytes", &self.remaining_bytes())
            .finish_non_exhaustive()
    }
}
