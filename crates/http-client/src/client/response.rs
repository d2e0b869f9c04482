//! The answer to a call: its head, and its content decoded, as reader, bytes, text, JSON or file.

use crate::client::Url;
use crate::client::charset;
use crate::client::content::Content;
use crate::client::decode::{DecodeError, Layer, Wire};
use crate::client::error::{Error, ErrorKind, Past};
use crate::client::timings::Timings;
use crate::error::{Phase, Sent};
use crate::transport::ConnectionInfo;
use crate::upgraded::Upgraded;
use http_proto::{FieldValue, Headers, StatusCode, Version};
use std::fmt;
use std::io::{self, BufRead, Read, Write};
use std::sync::Arc;

/// The answer to a call. It owns its connection, which goes back to the client when the content has been read to its
/// end. A single connection answers with a [`http_client::Response`](crate::Response).
///
/// `Read` and `BufRead` give the content decoded. It fails where the content ends early, is malformed or grows beyond
/// a limit; reading on after a failure fails again. Python: `requests.Response`, `urllib.response`.
///
/// ```
/// use http_client::Client;
/// # use http_client::testing::{Script, ScriptedConnector};
/// use std::io::BufRead;
///
/// # let script = Script::new().reply("HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: 8\r\n\r\na,b\n1,2\n");
/// # let (connector, _recordings) = ScriptedConnector::new([script]);
/// # let client = Client::builder().connector(connector).build()?;
/// let answer = client.get("http://example.org/table").send()?.error_for_status()?;
/// assert_eq!(answer.headers().get("Content-Type").unwrap(), "text/csv");
/// let lines: Vec<String> = answer.lines().collect::<Result<_, _>>()?; // or `text`, `bytes`, `copy_to`, `save_to`
/// assert_eq!(lines, ["a,b", "1,2"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Response {
    pub(crate) head: Head,
    content: Decoded,
    limit: Option<u64>,
    delivered_bytes: u64,
    bytes_max: u64,
}

/// Everything but the content.
pub(crate) struct Head {
    pub(crate) status: StatusCode,
    pub(crate) version: Version,
    /// Where it is not the usual one.
    pub(crate) reason: Option<Vec<u8>>,
    pub(crate) headers: Headers,
    pub(crate) url: Url,
    pub(crate) history: Vec<Redirected>,
    pub(crate) timings: Timings,
    /// How much of the last request had left.
    pub(crate) sent: Sent,
    /// Whether each request that led here can be made twice without harm.
    pub(crate) is_harmless: bool,
    pub(crate) info: Arc<ConnectionInfo>,
}

/// Content with its codings taken off, or not.
pub(crate) enum Decoded {
    Plain(Content),
    Layers(Box<dyn Layer<Content>>),
    /// A coding that cannot be taken off, told when it is read.
    Refused(DecodeError, Content),
}

/// A step of a chain of redirects.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Redirected {
    /// The status that asked for it.
    pub status: StatusCode,
    /// Where that answer came from.
    pub url: Url,
    /// Its fields.
    pub headers: Headers,
}

impl Head {
    /// An error that came after the head, with what is known of the call.
    pub(crate) fn told(&self, error: Error) -> Error {
        let error = if error.sent() == Sent::Nothing { error.with_sent(self.sent) } else { error };
        let past = Past { is_harmless: self.is_harmless, is_answered: true };
        error.of_call(&self.url, past, self.timings)
    }
}

impl Response {
    pub(crate) const fn new(head: Head, content: Decoded, bytes_max: u64) -> Self {
        Self { head, content, limit: None, delivered_bytes: 0, bytes_max }
    }

    /// The status.
    #[must_use]
    #[doc(alias = "status_code")]
    pub const fn status(&self) -> StatusCode {
        self.head.status
    }

    /// The version.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.head.version
    }

    /// The reason phrase as sent: bytes, often empty, to be ignored by programs (RFC 9112 §4).
    #[must_use]
    pub fn reason(&self) -> &[u8] {
        let usual = || self.head.status.canonical_reason().unwrap_or_default().as_bytes();
        self.head.reason.as_deref().unwrap_or_else(usual)
    }

    /// The fields in the order and spelling of the wire. `Content-Encoding` and `Content-Length` are those of the
    /// wire too, also where the content is decoded.
    #[must_use]
    pub const fn headers(&self) -> &Headers {
        &self.head.headers
    }

    /// The first value of a field.
    #[must_use]
    pub fn header(&self, name: impl AsRef<str>) -> Option<FieldValue<'_>> {
        self.head.headers.get(name)
    }

    /// Where the answer came from: behind redirects, the last URL. It has no user and no password.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.head.url
    }

    /// The redirects that led here, the first one first.
    #[must_use]
    pub fn history(&self) -> &[Redirected] {
        &self.head.history
    }

    /// How long each step took, up to the head.
    #[doc(alias = "elapsed")]
    #[must_use]
    pub const fn timings(&self) -> &Timings {
        &self.head.timings
    }

    /// What is known of the connection that it came over: addresses, TLS.
    #[doc(alias = "remote_addr")]
    #[must_use]
    pub fn connection(&self) -> &ConnectionInfo {
        &self.head.info
    }

    /// Bytes of content over the wire, before decoding, where the framing tells.
    #[doc(alias = "content_length")]
    #[must_use]
    pub fn wire_length(&self) -> Option<u64> {
        self.content.wire_ref().total_bytes()
    }

    /// Bytes of content that have come over the wire so far, before decoding.
    #[must_use]
    pub fn wire_bytes(&self) -> u64 {
        self.content.wire_ref().wire_bytes()
    }

    /// Whether the content is being decoded.
    #[must_use]
    pub const fn is_decoded(&self) -> bool {
        matches!(self.content, Decoded::Layers(_))
    }

    /// The trailer fields, once the content has been read to its end (RFC 9110 §6.5).
    #[must_use]
    pub fn trailers(&self) -> Option<&Headers> {
        self.content.wire_ref().trailers()
    }

    /// Lets no more than `bytes` of decoded content through: more is an [`ErrorKind::TooLarge`], exactly as much is
    /// not. It replaces the client's limit for [`bytes`](Self::bytes), [`text`](Self::text) and the like.
    #[must_use]
    pub const fn limit(mut self, bytes: u64) -> Self {
        self.limit = Some(bytes);
        self
    }

    /// All content. No more than the client's limit, 64 MiB by default.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`], and whatever reading fails with.
    #[doc(alias = "content")]
    pub fn bytes(self) -> Result<Vec<u8>, Error> {
        self.read_all().map(|(_, bytes)| bytes)
    }

    fn read_all(mut self) -> Result<(Head, Vec<u8>), Error> {
        if self.limit.is_none() {
            self.limit = Some(self.bytes_max);
        }
        // Nothing is reserved on the peer's word beyond this.
        let announced = self.wire_length().unwrap_or_default().min(64 * 1024);
        let mut bytes = Vec::with_capacity(usize::try_from(announced).unwrap_or_default());
        match self.read_to_end(&mut bytes) {
            Ok(_) => Ok((self.head, bytes)),
            Err(error) => Err(self.told(error)),
        }
    }

    /// The content as text: in the charset that a byte order mark or `Content-Type` says, UTF-8 else. Malformed
    /// bytes become U+FFFD.
    ///
    /// # Errors
    /// [`ErrorKind::Charset`] for a charset that this build does not know (the feature `charset` knows those of the
    /// web), and those of [`bytes`](Self::bytes).
    pub fn text(self) -> Result<String, Error> {
        let charset = self.header("Content-Type").and_then(|value| charset::named(value.as_bytes()));
        let (head, bytes) = self.read_all()?;
        charset::decode(bytes, charset.as_deref()).ok_or_else(|| {
            let text = format!("charset {:?} is not known to this build", charset.unwrap_or_default());
            head.told(Error::new(ErrorKind::Charset).in_phase(Phase::Content).because(text))
        })
    }

    /// The content as a value from JSON.
    ///
    /// # Errors
    /// [`ErrorKind::Json`], and those of [`bytes`](Self::bytes).
    #[cfg(feature = "json")]
    pub fn json<T: serde::de::DeserializeOwned>(self) -> Result<T, Error> {
        let (head, bytes) = self.read_all()?;
        serde_json::from_slice(&bytes)
            .map_err(|error| head.told(Error::new(ErrorKind::Json).in_phase(Phase::Content).because(error)))
    }

    /// Copies all content that is left into `writer`: how many bytes.
    ///
    /// # Errors
    /// Whatever reading fails with; [`ErrorKind::Save`] for what writing fails with.
    pub fn copy_to(&mut self, writer: &mut (impl Write + ?Sized)) -> Result<u64, Error> {
        let mut block = vec![0; 64 * 1024];
        let mut copied = 0;
        loop {
            let count = self.read(&mut block).map_err(|error| self.told(error))?;
            if count == 0 {
                return Ok(copied);
            }
            writer
                .write_all(block.get(..count).unwrap_or_default())
                .map_err(|error| self.because(ErrorKind::Save, error))?;
            copied += count as u64;
        }
    }

    /// The raw stream behind a `101 Switching Protocols`, with the bytes that have been read already. `None` for
    /// other answers.
    #[must_use]
    pub fn into_upgraded(self) -> Option<Upgraded> {
        match self.content {
            Decoded::Plain(content) => content.into_upgraded(),
            _ => None,
        }
    }

    /// Gives the answer up, and reads what is left if that is little and quick (64 KiB in a quarter of a second),
    /// so that the connection can be used again. Dropping it reads nothing more.
    pub fn finish(self) {
        match self.content {
            Decoded::Plain(content) | Decoded::Refused(_, content) => content.drain(),
            Decoded::Layers(layers) => layers.into_wire().drain(),
        }
    }

    pub(crate) fn because(&self, kind: ErrorKind, source: io::Error) -> Error {
        self.head.told(Error::new(kind).in_phase(Phase::Content).because(source))
    }

    /// An error of reading, with what is known of the call.
    pub(crate) fn told(&self, error: io::Error) -> Error {
        self.head.told(Error::of_io(error))
    }

    fn too_large(limit: u64) -> io::Error {
        let text = format!("more than {limit} bytes");
        Error::new(ErrorKind::TooLarge).in_phase(Phase::Content).because(text).into()
    }
}

impl Decoded {
    fn wire_ref(&self) -> &Content {
        match self {
            Self::Plain(content) | Self::Refused(_, content) => content,
            Self::Layers(layers) => layers.wire(),
        }
    }
}

impl Read for Response {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        let room = match self.limit {
            // One byte more than allowed tells whether there is more.
            Some(limit) => {
                let left = limit.saturating_sub(self.delivered_bytes).saturating_add(1);
                usize::try_from(left).unwrap_or(usize::MAX).min(out.len())
            }
            None => out.len(),
        };
        let out = out.get_mut(..room).unwrap_or_default();
        let count = match &mut self.content {
            Decoded::Plain(content) => content.read(out),
            Decoded::Layers(layers) => layers.read(out),
            Decoded::Refused(error, _) => Err((*error).into()),
        }?;
        self.delivered_bytes += count as u64;
        match self.limit {
            Some(limit) if self.delivered_bytes > limit => Err(Self::too_large(limit)),
            _ => Ok(count),
        }
    }
}

impl BufRead for Response {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let there = match &mut self.content {
            Decoded::Plain(content) => content.fill_buf(),
            Decoded::Layers(layers) => layers.fill_buf(),
            Decoded::Refused(error, _) => Err((*error).into()),
        }?;
        let Some(limit) = self.limit else { return Ok(there) };
        let left = usize::try_from(limit.saturating_sub(self.delivered_bytes)).unwrap_or(usize::MAX);
        if left == 0 && !there.is_empty() {
            return Err(Self::too_large(limit));
        }
        Ok(there.get(..left.min(there.len())).unwrap_or_default())
    }

    fn consume(&mut self, bytes: usize) {
        self.delivered_bytes += bytes as u64;
        match &mut self.content {
            Decoded::Plain(content) => content.consume(bytes),
            Decoded::Layers(layers) => layers.consume(bytes),
            Decoded::Refused(..) => {}
        }
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.head.status)
            .field("url", &self.head.url.as_str())
            .field("headers", &self.head.headers)
            .finish_non_exhaustive()
    }
}

impl<B: Into<Vec<u8>>> From<http::Response<B>> for Response {
    /// An answer that came over no connection: for tests, and for a [`Middleware`](crate::client::Middleware) that
    /// answers by itself. Its URL is `about:blank`.
    fn from(response: http::Response<B>) -> Self {
        let (parts, body) = response.into_parts();
        let head = Head {
            status: parts.status,
            version: parts.version,
            reason: None,
            headers: Headers::try_from(&parts.headers).unwrap_or_default(),
            url: blank(),
            history: Vec::new(),
            timings: Timings::default(),
            sent: Sent::Nothing,
            is_harmless: false,
            info: Arc::default(),
        };
        Self::new(head, Decoded::Plain(Content::given(body.into())), u64::MAX)
    }
}

#[expect(clippy::expect_used, reason = "the text is a constant, and a URL")]
fn blank() -> Url {
    Url::parse("about:blank").expect("a URL")
}

impl TryFrom<Response> for http::Response<Response> {
    type Error = Error;

    /// A response of the `http` crate, whose body is the answer itself, to be read. Field names are in lower case
    /// there, and fields with one name come together.
    fn try_from(response: Response) -> Result<Self, Error> {
        let failed = |error| Error::new(ErrorKind::Other).because(error);
        let headers = http::HeaderMap::try_from(response.headers()).map_err(failed)?;
        let (status, version) = (response.status(), response.version());
        let mut own = Self::new(response);
        *own.status_mut() = status;
        *own.version_mut() = version;
        *own.headers_mut() = headers;
        Ok(own)
    }
}
