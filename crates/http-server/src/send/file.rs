//! A part of a file onto a connection: small ones behind the head in one write, large ones by the kernel.

use super::COPY_BYTES_MAX;
use crate::link::Link;
use crate::traffic::Io;
use http_proto::ProtocolError;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// Files up to this size are read behind the head: cheaper than asking the kernel to copy them.
const READ_BYTES_MAX: u64 = 32 * 1024;

/// Bytes that are read or copied at a time, so that the pace can be watched.
const PIECE_BYTES: usize = 64 * 1024;

/// Sends `length` bytes of `file` from `offset` on behind what is queued.
///
/// # Errors
/// Those of both sides, and an end of the file before its promised length.
pub(super) fn send(file: &File, offset: u64, length: u64, link: &mut Link, io: &mut Io) -> io::Result<()> {
    if length <= READ_BYTES_MAX {
        return queue(file, offset, length, link, io);
    }
    link.begin_body();
    #[cfg(any(target_os = "linux", target_os = "android"))]
    if link.plain_socket().is_some_and(crate::socket::Socket::takes_files) {
        return copy_in_kernel(file, offset, length, link, io);
    }
    copy(file, offset, length, link, io)
}

/// Reads a small part into the queue.
fn queue(file: &File, offset: u64, length: u64, link: &mut Link, io: &mut Io) -> io::Result<()> {
    let start = io.out.len();
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    io.out.resize(start + length, 0);
    let room = io.out.get_mut(start..).unwrap_or_default();
    if let Err(error) = read_exact_at(file, room, offset) {
        io.out.truncate(start);
        return Err(error);
    }
    io.sent_bytes += length as u64;
    if length > COPY_BYTES_MAX { io.flush(link) } else { Ok(()) }
}

fn read_exact_at(file: &File, out: &mut [u8], offset: u64) -> io::Result<()> {
    let missing = out.len();
    file.read_exact_at(out, offset).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => shrunk(missing as u64),
        _ => error,
    })
}

/// Through a buffer, for TLS and where the kernel does not copy.
fn copy(file: &File, mut offset: u64, mut length: u64, link: &mut Link, io: &mut Io) -> io::Result<()> {
    let mut buffer = vec![0u8; PIECE_BYTES];
    while length > 0 {
        let want = usize::try_from(length).unwrap_or(usize::MAX).min(PIECE_BYTES);
        let room = buffer.get_mut(..want).unwrap_or_default();
        let count = match file.read_at(room, offset) {
            Ok(0) => return Err(shrunk(length)),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let piece = room.get(..count).unwrap_or_default();
        link.write_all_parts(&mut [io::IoSlice::new(&io.out), io::IoSlice::new(piece)])?;
        io.out.clear();
        io.sent_bytes += count as u64;
        offset += count as u64;
        length -= count as u64;
    }
    Ok(())
}

/// `sendfile`: the head waits in the socket for the first bytes of the file, so that both go out together.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn copy_in_kernel(
    file: &File,
    mut offset: u64,
    mut length: u64,
    link: &mut Link,
    io: &mut Io,
) -> io::Result<()> {
    use rustix::io::Errno;

    const STEP_BYTES: usize = 512 * 1024;
    link.begin_write()?;
    let head = std::mem::take(&mut io.out);
    let sent = link.plain_socket().map_or(Ok(0), |socket| socket.write_more(&head));
    let sent = sent.or_else(|error| match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted => Ok(0),
        _ => Err(error),
    })?;
    link.write_all(head.get(sent..).unwrap_or_default())?;
    io.out = head;
    io.out.clear();
    while length > 0 {
        let want = usize::try_from(length).unwrap_or(usize::MAX).min(STEP_BYTES);
        let began = link.begin_write()?;
        let Some(socket) = link.plain_socket() else { return copy(file, offset, length, link, io) };
        match socket.send_file(file, &mut offset, want) {
            Ok(0) => return Err(shrunk(length)),
            Ok(count) => {
                length = length.saturating_sub(count as u64);
                io.sent_bytes += count as u64;
                link.note_written(count, began)?;
            }
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => return Err(crate::error::Error::TooSlow.into()),
            // Some file systems cannot.
            Err(Errno::INVAL | Errno::NOSYS) => return copy(file, offset, length, link, io),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// The file has become shorter since its length was promised (RFC 9112 §8: the peer must notice).
fn shrunk(missing_bytes: u64) -> io::Error {
    let error = ProtocolError::IncompleteBody { missing_bytes };
    io::Error::new(io::ErrorKind::UnexpectedEof, error)
}
