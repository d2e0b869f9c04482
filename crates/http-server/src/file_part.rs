//! A part of a file as a reader that neither uses nor moves the descriptor's position, where the system can do that.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

/// `length` bytes of a file from `offset` on. It ends with an error where the file is shorter.
#[derive(Debug)]
pub(crate) struct FilePart {
    file: Arc<File>,
    offset: u64,
    left: u64,
}

impl FilePart {
    pub(crate) fn new(file: Arc<File>, offset: u64, length: u64) -> Self {
        Self { file, offset, left: length }
    }

    /// For the kernel, which copies: the file, where the rest begins, and how much it is; both numbers move.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(crate) fn rest(&mut self) -> (&File, &mut u64, &mut u64) {
        (&self.file, &mut self.offset, &mut self.left)
    }

    /// How many bytes are left.
    pub(crate) const fn left(&self) -> u64 {
        self.left
    }
}

impl Read for FilePart {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let want = usize::try_from(self.left).unwrap_or(usize::MAX).min(out.len());
        let out = out.get_mut(..want).unwrap_or_default();
        if out.is_empty() {
            return Ok(0);
        }
        let count = read_at(&self.file, out, self.offset)?;
        if count == 0 {
            return Err(shrunk(self.left));
        }
        self.offset += count as u64;
        self.left -= count as u64;
        Ok(count)
    }
}

/// The file has become shorter since its length was promised (RFC 9112 §8: the peer must notice).
pub(crate) fn shrunk(missing_bytes: u64) -> io::Error {
    let missing = http_proto::ProtocolError::IncompleteBody { missing_bytes };
    io::Error::new(io::ErrorKind::UnexpectedEof, missing)
}

/// Reads at this offset, wherever others read.
#[cfg(unix)]
pub(crate) fn read_at(file: &File, out: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, out, offset)
}

#[cfg(windows)]
pub(crate) fn read_at(file: &File, out: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, out, offset)
}

#[cfg(not(any(unix, windows)))]
pub(crate) fn read_at(file: &File, out: &mut [u8], offset: u64) -> io::Result<usize> {
    use std::io::{Seek, SeekFrom};
    let mut file = file;
    file.seek(SeekFrom::Start(offset))?;
    file.read(out)
}
