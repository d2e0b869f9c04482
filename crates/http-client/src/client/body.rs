//! What a request carries: content that knows its length, whether it can be sent again, and how to be read.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

/// The content of a [`Client`](crate::client::Client)'s request. A single connection takes a
/// [`http_client::Body`](crate::Body).
///
/// Bytes and text come by `From`, files and readers by the constructors, forms by
/// [`Form`](crate::client::Form) and [`Multipart`](crate::client::Multipart). All but a reader can be sent again, after a
/// redirect, a challenge or on a new connection.
///
/// ```
/// use http_client::client::Body;
///
/// let text = Body::from("a=1").with_content_type("application/x-www-form-urlencoded");
/// assert_eq!((text.len(), text.is_replayable()), (Some(3), true));
/// let pipe = Body::reader(std::io::empty()); // in chunks, and once only
/// assert_eq!((pipe.len(), pipe.is_replayable()), (None, false));
/// ```
#[derive(Default)]
pub struct Body {
    source: Source,
    content_type: Option<String>,
}

#[derive(Default)]
enum Source {
    #[default]
    None,
    Static(&'static [u8]),
    Shared(Arc<Vec<u8>>),
    File {
        file: File,
        start: u64,
        length: u64,
    },
    /// `None` once it has been read from.
    Reader {
        reader: Option<Box<dyn Read + Send>>,
        length: Option<u64>,
    },
    Composed(Box<dyn Composed>),
}

/// Content that is put together out of others while it is sent.
pub(crate) trait Composed: Send {
    /// What it is called in debug text.
    fn name(&self) -> &'static str;

    /// The `Content-Type`.
    fn content_type(&self) -> &str;

    /// Bytes in all, where that is known.
    fn len(&self) -> Option<u64>;

    /// Whether it can be sent more than once.
    fn is_replayable(&self) -> bool;

    /// A reader of it all.
    fn open(&mut self) -> io::Result<Box<dyn Read + '_>>;
}

/// How content is to be sent.
pub(crate) enum Opened<'b> {
    None,
    Bytes(&'b [u8]),
    Reader { reader: Box<dyn Read + 'b>, length: Option<u64> },
}

impl Body {
    /// No content at all. POST, PUT and PATCH say so by `Content-Length: 0` (RFC 9110 §8.6).
    #[must_use]
    pub const fn none() -> Self {
        Self { source: Source::None, content_type: None }
    }

    /// Bytes.
    #[must_use]
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Source::Shared(Arc::new(bytes.into())).into()
    }

    /// A file from its present position to its end, with its length. It can be sent again.
    ///
    /// # Errors
    /// Those of asking for its length and position. What is no regular file has neither: give it to
    /// [`reader`](Self::reader).
    pub fn file(mut file: File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            let text = "not a regular file: its length is unknown, so give it to `Body::reader`";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        let start = file.stream_position()?;
        let length = metadata.len().saturating_sub(start);
        Ok(Source::File { file, start, length }.into())
    }

    /// Whatever `reader` gives up to its end, in chunks. It cannot be sent again.
    pub fn reader(reader: impl Read + Send + 'static) -> Self {
        Source::Reader { reader: Some(Box::new(reader)), length: None }.into()
    }

    /// Exactly `length` bytes from `reader`; fewer are an error. It cannot be sent again.
    pub fn reader_sized(reader: impl Read + Send + 'static, length: u64) -> Self {
        Source::Reader { reader: Some(Box::new(reader)), length: Some(length) }.into()
    }

    /// The same content with another `Content-Type`. A field that the caller sets counts more.
    #[must_use]
    pub fn with_content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// The `Content-Type` that goes with it.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        match &self.source {
            Source::Composed(composed) if self.content_type.is_none() => Some(composed.content_type()),
            _ => self.content_type.as_deref(),
        }
    }

    /// How many bytes it is, where that is known; `Some(0)` for none.
    #[must_use]
    #[expect(
        clippy::len_without_is_empty,
        reason = "the length may be unknown, so that emptiness may be too"
    )]
    pub fn len(&self) -> Option<u64> {
        match &self.source {
            Source::None => Some(0),
            Source::Static(bytes) => Some(bytes.len() as u64),
            Source::Shared(bytes) => Some(bytes.len() as u64),
            Source::File { length, .. } => Some(*length),
            Source::Reader { length, .. } => *length,
            Source::Composed(composed) => composed.len(),
        }
    }

    /// Whether there is any content to speak of: [`none`](Self::none) has not, empty bytes have.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        matches!(self.source, Source::None)
    }

    /// Whether it can be sent more than once.
    #[must_use]
    pub fn is_replayable(&self) -> bool {
        match &self.source {
            Source::None | Source::Static(_) | Source::Shared(_) | Source::File { .. } => true,
            Source::Reader { .. } => false,
            Source::Composed(composed) => composed.is_replayable(),
        }
    }

    /// The same content once more, where it can be had without reading it.
    #[must_use]
    pub fn try_clone(&self) -> Option<Self> {
        let source = match &self.source {
            Source::None => Source::None,
            Source::Static(bytes) => Source::Static(bytes),
            Source::Shared(bytes) => Source::Shared(Arc::clone(bytes)),
            // Two handles on one file share its position: they would disturb each other.
            Source::File { .. } | Source::Reader { .. } | Source::Composed(_) => return None,
        };
        Some(Self { source, content_type: self.content_type.clone() })
    }

    /// Begins to send it.
    ///
    /// # Errors
    /// Those of finding the file's position, and where a reader was read from before.
    pub(crate) fn open(&mut self) -> io::Result<Opened<'_>> {
        Ok(match &mut self.source {
            Source::None => Opened::None,
            Source::Static(bytes) => Opened::Bytes(bytes),
            Source::Shared(bytes) => Opened::Bytes(bytes),
            Source::File { file, start, length } => {
                file.seek(SeekFrom::Start(*start))?;
                Opened::Reader { reader: Box::new(&*file), length: Some(*length) }
            }
            Source::Reader { reader, length } => {
                let reader = reader.take().ok_or_else(|| io::Error::other("the content was read before"))?;
                Opened::Reader { reader, length: *length }
            }
            Source::Composed(composed) => {
                let length = composed.len();
                Opened::Reader { reader: composed.open()?, length }
            }
        })
    }
}

impl From<Source> for Body {
    fn from(source: Source) -> Self {
        Self { source, content_type: None }
    }
}

impl Body {
    /// Content that is put together.
    pub(crate) fn composed(content: impl Composed + 'static) -> Self {
        Source::Composed(Box::new(content)).into()
    }
}

impl From<()> for Body {
    fn from((): ()) -> Self {
        Self::none()
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self::bytes(bytes)
    }
}

impl From<Arc<Vec<u8>>> for Body {
    /// Without a copy.
    fn from(bytes: Arc<Vec<u8>>) -> Self {
        Source::Shared(bytes).into()
    }
}

impl From<&'static [u8]> for Body {
    fn from(bytes: &'static [u8]) -> Self {
        Source::Static(bytes).into()
    }
}

impl<const N: usize> From<&'static [u8; N]> for Body {
    fn from(bytes: &'static [u8; N]) -> Self {
        Source::Static(bytes).into()
    }
}

impl From<&'static str> for Body {
    /// UTF-8, as `text/plain; charset=utf-8`.
    fn from(text: &'static str) -> Self {
        Self::from(text.as_bytes()).with_content_type(TEXT)
    }
}

impl From<String> for Body {
    /// UTF-8, as `text/plain; charset=utf-8`.
    fn from(text: String) -> Self {
        Self::bytes(text.into_bytes()).with_content_type(TEXT)
    }
}

/// The type of text.
pub(crate) const TEXT: &str = "text/plain; charset=utf-8";

impl fmt::Debug for Body {
    /// The kind and the length: the content may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.source {
            Source::None => "none",
            Source::Static(_) | Source::Shared(_) => "bytes",
            Source::File { .. } => "file",
            Source::Reader { .. } => "reader",
            Source::Composed(composed) => composed.name(),
        };
        f.debug_struct("Body")
            .field("kind", &kind)
            .field("len", &self.len())
            .field("content_type", &self.content_type())
            .finish()
    }
}

#[cfg(test)]
mod tests;
