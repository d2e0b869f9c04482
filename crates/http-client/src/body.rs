//! What the content of a request can be, and how long it is if that is known. How it is framed is decided in
//! `connection/sending.rs`.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek};

/// The content of a request on a connection. That of a `Client`'s, which may have to be sent twice, is
/// `http_client::client::Body`.
///
/// Made from bytes and text by `From`, from a file, a reader or an iterator by the constructors. Text is sent as
/// UTF-8. Nothing is `()`.
///
/// ```
/// use http_client::Body;
///
/// let text = Body::from("a=1&b=2");
/// assert_eq!(text.len(), Some(7));
/// let stream = Body::reader(std::io::stdin());
/// assert_eq!(stream.len(), None); // will be sent in chunks
/// ```
pub struct Body<'b> {
    pub(crate) source: Source<'b>,
}

pub(crate) enum Source<'b> {
    Empty,
    Bytes(Bytes<'b>),
    Reader { reader: Box<dyn Read + 'b>, length: Option<u64> },
    Chunks(Box<dyn Iterator<Item = io::Result<Vec<u8>>> + 'b>),
}

pub(crate) enum Bytes<'b> {
    Borrowed(&'b [u8]),
    Owned(Vec<u8>),
}

impl Bytes<'_> {
    pub(crate) fn as_slice(&self) -> &[u8] {
        match self {
            Self::Borrowed(bytes) => bytes,
            Self::Owned(bytes) => bytes,
        }
    }
}

impl<'b> Body<'b> {
    /// No content at all. POST, PUT and PATCH say so by `Content-Length: 0` (RFC 9110 §8.6).
    #[must_use]
    pub const fn empty() -> Self {
        Self { source: Source::Empty }
    }

    /// What `reader` gives up to its end, in chunks, since nobody knows how much it is.
    #[must_use]
    pub fn reader(reader: impl Read + 'b) -> Self {
        Self { source: Source::Reader { reader: Box::new(reader), length: None } }
    }

    /// Exactly `length` bytes from `reader`, by Content-Length. A reader that gives less is an error; if it could
    /// give more, the rest stays in it.
    #[must_use]
    pub fn sized_reader(reader: impl Read + 'b, length: u64) -> Self {
        Self { source: Source::Reader { reader: Box::new(reader), length: Some(length) } }
    }

    /// What a file holds from its present position to its end, by Content-Length; in chunks where it is no
    /// regular file.
    ///
    /// # Errors
    /// Those of asking for its length and position.
    pub fn file(mut file: File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Ok(Self::reader(file));
        }
        let position = file.stream_position()?;
        Ok(Self::sized_reader(file, metadata.len().saturating_sub(position)))
    }

    /// What an iterator gives, each item one chunk; empty items are left out. An error ends the request.
    #[must_use]
    pub fn chunks<I>(items: I) -> Self
    where
        I: IntoIterator<Item = io::Result<Vec<u8>>>,
        I::IntoIter: 'b,
    {
        Self { source: Source::Chunks(Box::new(items.into_iter())) }
    }

    /// How many bytes it is, where that is known.
    #[must_use]
    #[expect(
        clippy::len_without_is_empty,
        reason = "the length may be unknown, so that emptiness may be too"
    )]
    pub fn len(&self) -> Option<u64> {
        match &self.source {
            Source::Empty => Some(0),
            Source::Bytes(bytes) => Some(bytes.as_slice().len() as u64),
            Source::Reader { length, .. } => *length,
            Source::Chunks(_) => None,
        }
    }
}

impl fmt::Debug for Body<'_> {
    /// The kind and the length: the content may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.source {
            Source::Empty => "empty",
            Source::Bytes(_) => "bytes",
            Source::Reader { .. } => "reader",
            Source::Chunks(_) => "chunks",
        };
        f.debug_struct("Body").field("kind", &kind).field("len", &self.len()).finish()
    }
}

impl From<()> for Body<'_> {
    fn from((): ()) -> Self {
        Self::empty()
    }
}

impl<'b> From<&'b [u8]> for Body<'b> {
    fn from(bytes: &'b [u8]) -> Self {
        Self { source: Source::Bytes(Bytes::Borrowed(bytes)) }
    }
}

impl<'b, const N: usize> From<&'b [u8; N]> for Body<'b> {
    fn from(bytes: &'b [u8; N]) -> Self {
        Self::from(bytes.as_slice())
    }
}

impl<'b> From<&'b Vec<u8>> for Body<'b> {
    fn from(bytes: &'b Vec<u8>) -> Self {
        Self::from(bytes.as_slice())
    }
}

impl From<Vec<u8>> for Body<'_> {
    fn from(bytes: Vec<u8>) -> Self {
        Self { source: Source::Bytes(Bytes::Owned(bytes)) }
    }
}

impl<'b> From<&'b str> for Body<'b> {
    fn from(text: &'b str) -> Self {
        Self::from(text.as_bytes())
    }
}

impl<'b> From<&'b String> for Body<'b> {
    fn from(text: &'b String) -> Self {
        Self::from(text.as_bytes())
    }
}

impl From<String> for Body<'_> {
    fn from(text: String) -> Self {
        Self::from(text.into_bytes())
    }
}

impl<'b, B: Into<Self>> From<Option<B>> for Body<'b> {
    /// Nothing for `None`.
    fn from(body: Option<B>) -> Self {
        body.map_or_else(Self::empty, Into::into)
    }
}
