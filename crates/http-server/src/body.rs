//! The content of an answer as a value: bytes, files, readers, whatever writes it. How it is sent is `send.rs`.

use crate::file_part::FilePart;
use crate::rate_bound::RateBound;
use crate::upgrade::Upgraded;
use crate::writer::BodyWriter;
use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::{self, Cursor, Read, Write as _};
use std::sync::Arc;

/// The content of a [`Response`](crate::Response).
///
/// Text and bytes become one by `From`; the rest have constructors.
///
/// ```
/// use http_server::{Body, Request, Response, testing};
/// use std::io::Write;
///
/// let numbers = |_: &mut Request<'_>| {
///     Response::content("text/plain", Body::stream(|out| (1..=3).try_for_each(|number| writeln!(out, "{number}"))))
/// };
/// assert_eq!(testing::get("/").send_to(&numbers).text(), "1\n2\n3\n");
/// assert_eq!(Body::from("hello").length(), Some(5));
/// ```
#[derive(Default)]
pub struct Body(pub(crate) Kind);

type Write = Box<dyn FnOnce(&mut BodyWriter<'_>) -> io::Result<()> + Send>;
type Run = Box<dyn FnOnce(Upgraded) + Send>;

/// What can be sent. Only this crate looks inside.
#[derive(Default)]
pub(crate) enum Kind {
    #[default]
    Empty,
    Bytes(Cow<'static, [u8]>),
    Shared(Arc<[u8]>),
    File {
        file: Arc<File>,
        offset: u64,
        length: u64,
    },
    Reader {
        reader: Box<dyn Read + Send>,
        length: Option<u64>,
        /// How fast it may leave.
        bound: Option<Box<RateBound>>,
    },
    Stream(Write),
    Upgrade(Run),
}

impl Kind {
    /// How many bytes there are, where that is known before they are sent.
    pub(crate) fn length(&self) -> Option<u64> {
        match self {
            Self::Empty => Some(0),
            Self::Bytes(bytes) => Some(bytes.len() as u64),
            Self::Shared(bytes) => Some(bytes.len() as u64),
            Self::File { length, .. } => Some(*length),
            Self::Reader { length, .. } => *length,
            Self::Stream(_) | Self::Upgrade(_) => None,
        }
    }
}

impl Body {
    /// No content.
    #[must_use]
    pub const fn empty() -> Self {
        Self(Kind::Empty)
    }

    /// `length` bytes of a file from `offset` on. The descriptor's own position is neither used nor moved, so one
    /// descriptor can serve many answers at a time.
    ///
    /// If the file turns out to be shorter, the connection is cut, so that the peer notices (RFC 9112 §8); if it
    /// grows, what is beyond is not sent.
    #[must_use]
    #[doc(alias = "copyfile")]
    pub fn file(file: impl Into<Arc<File>>, offset: u64, length: u64) -> Self {
        Self(Kind::File { file: file.into(), offset, length })
    }

    /// All that a reader gives: chunked, or up to the connection's end for HTTP/1.0. What it gives in one read is sent at
    /// once.
    ///
    /// It is read as the client takes the content, after the handler has returned, and holds a thread only while it is
    /// read. If it fails, the connection is cut, so that the client sees an incomplete answer; 500 is sent instead if it
    /// does so at the first read.
    #[must_use]
    pub fn reader(reader: impl Read + Send + 'static) -> Self {
        Self::of_reader(reader, None, None)
    }

    /// Exactly `length` bytes from a reader, read as by [`reader`](Self::reader); up to 16 KiB that it gives in small pieces
    /// are sent together. If it has fewer, the connection is cut.
    #[must_use]
    pub fn sized_reader(reader: impl Read + Send + 'static, length: u64) -> Self {
        Self::of_reader(reader, Some(length), None)
    }

    /// What a reader gives, no faster than `bound` where there is one.
    pub(crate) fn of_reader(
        reader: impl Read + Send + 'static,
        length: Option<u64>,
        bound: Option<Box<RateBound>>,
    ) -> Self {
        Self(Kind::Reader { reader: Box::new(reader), length, bound })
    }

    /// What a closure writes: see [`Response::stream`](crate::Response::stream).
    #[must_use]
    pub fn stream(write: impl FnOnce(&mut BodyWriter<'_>) -> io::Result<()> + Send + 'static) -> Self {
        Self(Kind::Stream(Box::new(write)))
    }

    /// Bytes that are shared with other answers and not copied for this one.
    #[must_use]
    pub const fn shared(bytes: Arc<[u8]>) -> Self {
        Self(Kind::Shared(bytes))
    }

    /// This content with `tail` behind it: for wrappers that add to a page. An upgrade stays as it is.
    ///
    /// ```
    /// use http_server::{Body, Request, Response, testing};
    ///
    /// let page = |_: &mut Request<'_>| Response::html("").with_body(Body::from("<p>hi").followed_by(&b"<p>there"[..]));
    /// assert_eq!(testing::get("/").send_to(&page).text(), "<p>hi<p>there");
    /// ```
    #[must_use]
    pub fn followed_by(self, tail: impl Into<Cow<'static, [u8]>>) -> Self {
        let tail = tail.into();
        let added = tail.len() as u64;
        match self.0 {
            Kind::Empty => Self(Kind::Bytes(tail)),
            Kind::Bytes(bytes) => [&*bytes, &*tail].concat().into(),
            Kind::Shared(bytes) => [&*bytes, &*tail].concat().into(),
            Kind::File { file, offset, length } => Self::sized_reader(
                FilePart::new(file, offset, length).chain(Cursor::new(tail)),
                length.saturating_add(added),
            ),
            Kind::Reader { reader, length: Some(length), bound } => {
                let length = length.saturating_add(added);
                Self::of_reader(reader.take(length - added).chain(Cursor::new(tail)), Some(length), bound)
            }
            Kind::Reader { reader, length: None, bound } => {
                Self::of_reader(reader.chain(Cursor::new(tail)), None, bound)
            }
            Kind::Stream(write) => Self::stream(move |writer| {
                write(writer)?;
                writer.write_all(&tail)
            }),
            Kind::Upgrade(_) => self,
        }
    }

    /// How many bytes there are, where that is known before they are sent.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.0.length()
    }

    /// The content, where it is held in memory.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match &self.0 {
            Kind::Empty => Some(&[]),
            Kind::Bytes(bytes) => Some(bytes),
            Kind::Shared(bytes) => Some(bytes),
            _ => None,
        }
    }
}

macro_rules! from_bytes {
    ($($from:ty => $into:expr;)*) => {$(
        impl From<$from> for Body {
            fn from(content: $from) -> Self {
                Self(Kind::Bytes($into(content)))
            }
        }
    )*}
}

from_bytes! {
    &'static str => |text: &'static str| Cow::Borrowed(text.as_bytes());
    &'static [u8] => Cow::Borrowed;
    String => |text: String| Cow::Owned(text.into_bytes());
    Vec<u8> => Cow::Owned;
}

impl From<Cow<'static, str>> for Body {
    fn from(text: Cow<'static, str>) -> Self {
        match text {
            Cow::Borrowed(text) => text.into(),
            Cow::Owned(text) => text.into(),
        }
    }
}

impl From<Arc<[u8]>> for Body {
    fn from(bytes: Arc<[u8]>) -> Self {
        Self::shared(bytes)
    }
}

impl fmt::Debug for Body {
    /// Kind and length: the content may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.0 {
            Kind::Empty => "Empty",
            Kind::Bytes(_) | Kind::Shared(_) => "Bytes",
            Kind::File { .. } => "File",
            Kind::Reader { .. } => "Reader",
            Kind::Stream(_) => "Stream",
            Kind::Upgrade(_) => "Upgrade",
        };
        f.debug_struct(kind).field("length", &self.length()).finish()
    }
}

#[cfg(test)]
mod tests;
