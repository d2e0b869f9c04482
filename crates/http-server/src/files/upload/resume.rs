//! An upload in pieces: PUT with Content-Range (RFC 9110 §14.5), each piece behind the one before.
//!
//! What has come is kept under a name made of the file's name and its whole size. When a connection breaks in the
//! middle of a piece, what came of it is kept too. `Upload-Offset` in the answer tells where to go on, and
//! `Content-Range: bytes */SIZE` without content asks for it.

use super::{Receiver, Target, Unnamed, copy, failed, page};
use crate::error::Error;
use crate::files::path::UNFINISHED;
use crate::files::root::{Facts, Occupant};
use crate::request::Request;
use crate::response::Response;
use http_proto::field::decimal;
use http_proto::{Headers, StatusCode};
use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::time::SystemTime;

/// What Content-Range says of an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    /// `bytes first-last/size`
    Bytes { first: u64, length_bytes: u64, size_bytes: u64 },
    /// `bytes */size`: how far is it?
    Question { size_bytes: u64 },
}

impl Receiver {
    pub(super) fn put_piece(
        &self,
        request: &mut Request<'_>,
        target: &Target<'_>,
        now: SystemTime,
    ) -> Result<Response, Error> {
        let Some(piece) = piece(request.headers()) else {
            let explain = "Content-Range of an upload is `bytes FIRST-LAST/SIZE`, or `bytes */SIZE` to ask how far it is";
            return Ok(page(StatusCode::BAD_REQUEST, explain));
        };
        let (Piece::Bytes { size_bytes, .. } | Piece::Question { size_bytes }) = piece;
        self.check_size(Some(size_bytes))?;
        let (method, headers) = (request.method(), request.headers());
        let admit = || self.admit(method, headers, target, now);
        if let Err(refusal) = admit()? {
            return Ok(refusal.into_page());
        }
        let own = own_name(target.name, size_bytes);
        let Piece::Bytes { first, length_bytes, .. } = piece else {
            let offset = match target.workplace.look(&own).map_err(Error::System)? {
                Occupant::File(facts) => facts.size_bytes,
                Occupant::Nobody | Occupant::Other => 0,
            };
            return Ok(at_offset(StatusCode::ACCEPTED, offset));
        };
        if request.remaining_bytes().is_some_and(|bytes| bytes != length_bytes) {
            return Ok(page(StatusCode::BAD_REQUEST, "Content-Length is not what Content-Range says"));
        }
        let mut file = match open(target, &own) {
            Ok(Some(file)) => file,
            Ok(None) => return Ok(page(StatusCode::CONFLICT, "Another request is uploading this file")),
            Err(error) => return failed(error),
        };
        let offset = file.metadata().map_err(Error::System)?.len();
        if first > offset {
            return Ok(at_offset(StatusCode::CONFLICT, offset));
        }
        if let Err(error) = file.set_len(first).and_then(|()| file.seek(SeekFrom::Start(first))) {
            return failed(error);
        }
        // One byte more than there should be, to see that it is the end.
        let mut content = request.body().take(length_bytes.saturating_add(1));
        let copied_bytes = match copy(&mut content, &mut file, |_| Ok(()))? {
            Ok(copied_bytes) => copied_bytes,
            Err(error) => return failed(error),
        };
        if copied_bytes != length_bytes {
            file.set_len(first).map_err(Error::System)?;
            return Ok(page(StatusCode::BAD_REQUEST, "The content is not as long as Content-Range says"));
        }
        let offset = first.saturating_add(length_bytes);
        if offset < size_bytes {
            return Ok(at_offset(StatusCode::ACCEPTED, offset));
        }
        if let Err(error) = file.sync_all() {
            return failed(error);
        }
        let unnamed = Unnamed { workplace: target.workplace, name: target.name, own, is_wanted: false };
        Ok(self.commit(unnamed, admit)?.into_response())
    }
}

fn at_offset(status: StatusCode, offset: u64) -> Response {
    Response::new(status).with_header("Upload-Offset", offset.to_string())
}

/// The name under which pieces of a file with this name and size are kept.
fn own_name(name: &[u8], size_bytes: u64) -> Vec<u8> {
    // FNV-1a: short whatever the name is, and the same after a restart.
    let hash = name.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{UNFINISHED}{hash:016x}-{size_bytes:x}").into_bytes()
}

/// Opens the file for the pieces, for this request alone; `None` if another has it.
fn open(target: &Target<'_>, own: &[u8]) -> io::Result<Option<File>> {
    let file = target.workplace.open_or_create(own)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    // Between opening and locking, another request can have finished it: then it has another name now.
    let is_still = match target.workplace.look(own)? {
        Occupant::File(facts) => facts.inode == Facts::of(&file.metadata()?).inode,
        Occupant::Nobody | Occupant::Other => false,
    };
    Ok(is_still.then_some(file))
}

/// `Content-Range: bytes first-last/size` or `bytes */size` (RFC 9110 §14.4).
fn piece(headers: &Headers) -> Option<Piece> {
    let mut values = headers.get_all("Content-Range");
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() {
        return None;
    }
    let (unit, range) = value.split_once(' ')?;
    let (range, size) = range.split_once('/')?;
    let size_bytes = decimal(size.as_bytes())?;
    if !unit.eq_ignore_ascii_case("bytes") {
        return None;
    }
    if range == "*" {
        return Some(Piece::Question { size_bytes });
    }
    let (first, last) = range.split_once('-')?;
    let (first, last) = (decimal(first.as_bytes())?, decimal(last.as_bytes())?);
    (first <= last && last < size_bytes).then(|| Piece::Bytes {
        first,
        length_bytes: last - first + 1,
        size_bytes,
    })
}

#[cfg(unix)]
#[cfg(test)]
mod tests;
