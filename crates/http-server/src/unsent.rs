//! What is left of an answer: content in memory, in a file, or of a reader, that is sent as the peer has room for it.

use crate::feed::Feed;
use crate::file_part::FilePart;
use std::borrow::Cow;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Instant;

/// Bytes of a file that are read at a time where the kernel does not copy them itself.
const PIECE_BYTES: usize = 64 * 1024;

/// Content, and how much of it has gone.
#[derive(Debug)]
pub(crate) struct Unsent {
    content: Content,
    /// What has been read of a file and has not gone.
    piece: Vec<u8>,
    /// How much of the piece, or of the bytes in memory, has gone.
    from: usize,
}

#[derive(Debug)]
enum Content {
    Bytes(Cow<'static, [u8]>),
    Shared(Arc<[u8]>),
    File(FilePart),
    Reader(Feed),
}

impl Unsent {
    pub(crate) const fn bytes(bytes: Cow<'static, [u8]>) -> Self {
        Self::new(Content::Bytes(bytes))
    }

    pub(crate) const fn shared(bytes: Arc<[u8]>) -> Self {
        Self::new(Content::Shared(bytes))
    }

    pub(crate) const fn of_file(part: FilePart) -> Self {
        Self::new(Content::File(part))
    }

    pub(crate) const fn of_reader(feed: Feed) -> Self {
        Self::new(Content::Reader(feed))
    }

    const fn new(content: Content) -> Self {
        Self { content, piece: Vec::new(), from: 0 }
    }

    /// Whether it may wait for room without a thread.
    pub(crate) fn may_wait(&mut self, waiting: &Arc<AtomicUsize>) -> bool {
        match &mut self.content {
            Content::Reader(feed) => feed.may_wait(waiting),
            _ => true,
        }
    }

    /// Whether code of the handler's gives it.
    pub(crate) const fn is_code(&self) -> bool {
        matches!(self.content, Content::Reader(_))
    }

    /// When what comes next may leave, if that is later than `now`.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub(crate) fn held_until(&mut self, now: impl FnOnce() -> Instant) -> io::Result<Option<Instant>> {
        match &mut self.content {
            Content::Reader(feed) if feed.is_bounded() => feed.held_until(now()),
            _ => Ok(None),
        }
    }

    /// All of it may leave at once.
    pub(crate) fn release(&mut self) {
        if let Content::Reader(feed) = &mut self.content {
            feed.release();
        }
    }

    /// What comes next, read if need be; empty behind the last of it.
    ///
    /// # Errors
    /// Those of reading, and an end of a file or a reader before its promised length.
    pub(crate) fn next(&mut self) -> io::Result<&[u8]> {
        let bytes: &[u8] = match &mut self.content {
            Content::Bytes(bytes) => bytes,
            Content::Shared(bytes) => bytes,
            Content::File(part) => {
                if self.from == self.piece.len() && part.left() > 0 {
                    self.from = 0;
                    self.piece.clear();
                    let most = part.left().min(PIECE_BYTES as u64);
                    part.take(most).read_to_end(&mut self.piece)?;
                }
                &self.piece
            }
            Content::Reader(feed) => return feed.next(),
        };
        Ok(bytes.get(self.from..).unwrap_or_default())
    }

    /// So much of what comes next has gone. Says how much of it was content.
    pub(crate) fn advance(&mut self, count: usize) -> u64 {
        if let Content::Reader(feed) = &mut self.content {
            return feed.advance(count);
        }
        self.from += count;
        count as u64
    }

    /// How many bytes of content are left, as far as that is known.
    pub(crate) fn left(&self) -> u64 {
        let (held, beyond) = match &self.content {
            Content::Bytes(bytes) => (bytes.len(), 0),
            Content::Shared(bytes) => (bytes.len(), 0),
            Content::File(part) => (self.piece.len(), part.left()),
            Content::Reader(feed) => return feed.left(),
        };
        (held - self.from.min(held)) as u64 + beyond
    }

    /// The rest of a file, for the kernel to copy.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(crate) fn file(&mut self) -> Option<&mut FilePart> {
        match &mut self.content {
            Content::File(part) if self.from == self.piece.len() => Some(part),
            _ => None,
        }
    }
}
