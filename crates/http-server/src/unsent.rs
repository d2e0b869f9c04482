//! What is left of an answer whose reader has no room for more: content of a known length that nobody has to be asked for.

use crate::file_part::FilePart;
use std::borrow::Cow;
use std::io::{self, Read};
use std::sync::Arc;

/// Bytes of a file that are read at a time where the kernel does not copy them itself.
const PIECE_BYTES: usize = 64 * 1024;

/// Content in memory or in a file, and how much of it has gone.
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

    const fn new(content: Content) -> Self {
        Self { content, piece: Vec::new(), from: 0 }
    }

    /// What comes next, read if need be; empty behind the last of it.
    ///
    /// # Errors
    /// Those of reading, and an end of the file before its promised length.
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
        };
        Ok(bytes.get(self.from..).unwrap_or_default())
    }

    /// So much of what comes next has gone.
    pub(crate) const fn advance(&mut self, count: usize) {
        self.from += count;
    }

    /// How many bytes are left.
    pub(crate) fn left(&self) -> u64 {
        let (held, beyond) = match &self.content {
            Content::Bytes(bytes) => (bytes.len(), 0),
            Content::Shared(bytes) => (bytes.len(), 0),
            Content::File(part) => (self.piece.len(), part.left()),
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
