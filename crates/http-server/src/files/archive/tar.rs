//! The tar format (POSIX.1-2001, "pax"): the blocks before and behind the content of an entry.

use super::{Member, Packing};
use std::io::{self, Write};
use std::time::{SystemTime, UNIX_EPOCH};

/// Everything in an archive is a multiple of this.
const BLOCK_BYTES: usize = 512;

/// What ends an archive.
const END: [u8; 2 * BLOCK_BYTES] = [0; 2 * BLOCK_BYTES];

/// An archive on its way.
#[derive(Debug, Default)]
pub(super) struct Tar {
    head: Vec<u8>,
    /// Of the current file.
    size_bytes: u64,
}

impl Packing for Tar {
    fn begin(&mut self, member: &Member<'_>, out: &mut impl Write) -> io::Result<()> {
        self.head.clear();
        self.size_bytes = member.size_bytes;
        member.write_header(&mut self.head);
        out.write_all(&self.head)
    }

    fn content(&mut self, piece: &[u8], out: &mut impl Write) -> io::Result<()> {
        out.write_all(piece)
    }

    fn end(&mut self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(END.get(..padding(self.size_bytes)).unwrap_or_default())
    }

    fn finish(self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(&END)
    }
}

impl Member<'_> {
    /// Appends the header of the entry, with an extended one before it where the plain one has no room.
    fn write_header(&self, out: &mut Vec<u8>) {
        let mut path = self.path.to_vec();
        if self.is_folder {
            path.push(b'/');
        }
        let needs_path = path.len() > NAME_BYTES || !path.is_ascii();
        let needs_size = self.size_bytes > SIZE_MAX;
        if needs_path || needs_size {
            let mut records = Vec::new();
            if std::str::from_utf8(&path).is_err() {
                push_record(&mut records, b"hdrcharset", b"BINARY");
            }
            if needs_path {
                push_record(&mut records, b"path", &path);
            }
            if needs_size {
                push_record(&mut records, b"size", self.size_bytes.to_string().as_bytes());
            }
            let length_bytes = records.len() as u64;
            push_block(out, b"././@PaxHeader", b'x', length_bytes, None);
            out.extend_from_slice(&records);
            out.resize(out.len() + padding(length_bytes), 0);
        }
        let kind = if self.is_folder { b'5' } else { b'0' };
        push_block(out, &path, kind, self.size_bytes, self.modified);
    }
}

/// Zeros to write behind so many bytes of content.
fn padding(content_bytes: u64) -> usize {
    let rest = usize::try_from(content_bytes % BLOCK_BYTES as u64).unwrap_or(0);
    (BLOCK_BYTES - rest) % BLOCK_BYTES
}

/// Room for the name in a plain header.
const NAME_BYTES: usize = 100;

/// The largest size that eleven octal digits hold, one below 8 GiB.
const SIZE_MAX: u64 = 0o777_7777_7777;

/// `length SP key = value LF`, where the length counts its own digits.
fn push_record(out: &mut Vec<u8>, key: &[u8], value: &[u8]) {
    let rest_bytes = key.len() + value.len() + 3;
    let mut length = rest_bytes + 1;
    while length != rest_bytes + length.to_string().len() {
        length += 1;
    }
    out.extend_from_slice(length.to_string().as_bytes());
    out.push(b' ');
    out.extend_from_slice(key);
    out.push(b'=');
    out.extend_from_slice(value);
    out.push(b'\n');
}

fn push_block(out: &mut Vec<u8>, path: &[u8], kind: u8, size_bytes: u64, modified: Option<SystemTime>) {
    let mut block = [0_u8; BLOCK_BYTES];
    let mut put = |at: usize, bytes: &[u8]| {
        if let Some(place) = block.get_mut(at..at + bytes.len()) {
            place.copy_from_slice(bytes);
        }
    };
    put(0, path.get(..NAME_BYTES).unwrap_or(path));
    put(100, if kind == b'5' { b"0000755\0" } else { b"0000644\0" });
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{:011o}\0", size_bytes.min(SIZE_MAX)).as_bytes());
    let seconds =
        modified.and_then(|when| when.duration_since(UNIX_EPOCH).ok()).map_or(0, |since| since.as_secs());
    put(136, format!("{:011o}\0", seconds.min(SIZE_MAX)).as_bytes());
    // The sum is taken with blanks in its own place.
    put(148, b"        ");
    put(156, &[kind]);
    put(257, b"ustar\x0000");
    let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
    let sum = format!("{sum:06o}\0 ");
    if let Some(place) = block.get_mut(148..156) {
        place.copy_from_slice(sum.as_bytes());
    }
    out.extend_from_slice(&block);
}

#[cfg(test)]
mod tests;
