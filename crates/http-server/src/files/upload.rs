//! Files put into the folder that is served: settings, and one file from a request's content to its name.
//!
//! A file is written under a name of its own beside its place and renamed when it is whole, so that nobody ever sees
//! half of one. An upload in pieces is for `resume`, a form for `form`.

use crate::error::Error;
use crate::files::conditional::{Asked, Condition, EntityTag, Validators, evaluate};
use crate::files::path::{FilePath, UNFINISHED};
use crate::files::root::{Facts, Occupant, OpenFailure, Root, Workplace};
use crate::request::Request;
use crate::response::Response;
use http_proto::{Headers, Method, StatusCode};
use std::collections::hash_map::RandomState;
use std::fs::File;
use std::hash::BuildHasher as _;
use std::io::{self, Read, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

mod form;
mod resume;

/// What may be uploaded into a folder that is served: see
/// [`StaticFiles::uploads`](crate::files::StaticFiles::uploads).
#[must_use]
#[derive(Clone, Debug)]
pub struct Uploads {
    bytes_max: u64,
    overwrite: bool,
    keep_unfinished: Duration,
}

impl Default for Uploads {
    fn default() -> Self {
        Self::new()
    }
}

impl Uploads {
    /// New files of up to 1 GiB each, nothing replaced, what is unfinished kept for a day.
    pub const fn new() -> Self {
        Self { bytes_max: 1 << 30, overwrite: false, keep_unfinished: Duration::from_secs(24 * 60 * 60) }
    }

    /// Largest file in bytes; 413 for larger ones.
    ///
    /// [`Limits::body_bytes_max`](crate::limits::Limits::body_bytes_max) of the server holds beside it, for each
    /// request.
    pub const fn bytes_max(mut self, bytes: u64) -> Self {
        self.bytes_max = bytes;
        self
    }

    /// Whether an upload may take the place of a file that is there already. By default it may not (409).
    pub const fn overwrite(mut self, allow: bool) -> Self {
        self.overwrite = allow;
        self
    }

    /// How long an upload in pieces is kept after its last piece.
    pub const fn keep_unfinished(mut self, time: Duration) -> Self {
        self.keep_unfinished = time;
        self
    }
}

/// Receives uploads.
#[derive(Debug)]
pub(crate) struct Receiver {
    settings: Uploads,
    /// Held from the last look at a name to the renaming, so that of two uploads with a precondition one fails.
    commit: Mutex<()>,
    /// The minute in which old pieces were last looked for.
    swept_minute: AtomicU64,
}

/// Most entries of a folder that are looked at for old pieces.
const SWEPT_ENTRIES_MAX: usize = 100_000;

/// Bytes that are read at a time.
const BUFFER_BYTES: usize = 64 * 1024;

/// The place of one upload.
#[derive(Debug)]
struct Target<'a> {
    workplace: &'a Workplace,
    name: &'a [u8],
}

/// How an upload ended that did not fail for a reason of the system's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Saved {
    New,
    Replaced,
    /// Nothing was changed, and this tells why.
    Refused(Refusal),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    /// A precondition of the request does not hold (412).
    Precondition,
    /// A file with this name is there (409).
    Exists,
    /// Something that is no file has the name (409).
    NoFile,
    /// The system takes no such name, most likely since it is too long (400).
    BadName,
    /// The folder may not be entered (403).
    Denied,
}

impl Receiver {
    pub(crate) const fn new(settings: Uploads) -> Self {
        Self { settings, commit: Mutex::new(()), swept_minute: AtomicU64::new(0) }
    }

    /// Saves the content of a PUT request under this path (RFC 9110 §9.3.4).
    pub(crate) fn put(
        &self,
        request: &mut Request<'_>,
        root: &Root,
        path: &FilePath,
        now: SystemTime,
    ) -> Result<Response, Error> {
        let Some((folder, name)) = path.split() else {
            return Ok(page(StatusCode::CONFLICT, "A folder cannot be uploaded"));
        };
        let workplace = match self.workplace(root, &folder, now)? {
            Ok(workplace) => workplace,
            Err(refused) => return Ok(refused),
        };
        let target = Target { workplace: &workplace, name };
        if request.headers().contains("Content-Range") {
            return self.put_piece(request, &target, now);
        }
        self.check_size(request.remaining_bytes())?;
        let (method, headers) = (request.method(), request.headers());
        let admit = || self.admit(method, headers, &target, now);
        // Told before the content is read, and once more when it has been.
        if let Err(refusal) = admit()? {
            return Ok(refusal.into_page());
        }
        let saved =
            self.save(&target, &mut request.body(), |content_bytes| self.check_size(Some(content_bytes)));
        let saved = match saved? {
            Ok(unnamed) => self.commit(unnamed, admit)?,
            Err(failed) => return Ok(failed),
        };
        Ok(saved.into_response())
    }

    /// The folder for an upload, or the answer where there can be none.
    fn workplace(
        &self,
        root: &Root,
        folder: &FilePath,
        now: SystemTime,
    ) -> Result<Result<Workplace, Response>, Error> {
        let refused = match root.workplace(folder, now) {
            Ok(workplace) => {
                self.sweep(root, folder, &workplace, now);
                return Ok(Ok(workplace));
            }
            Err(OpenFailure::NotFound) => page(StatusCode::NOT_FOUND, "The folder is not there"),
            Err(OpenFailure::Denied) => page(StatusCode::FORBIDDEN, "The folder cannot be written"),
            Err(OpenFailure::Exhausted) => {
                Response::error_page(StatusCode::SERVICE_UNAVAILABLE).with_header("Retry-After", "1")
            }
            Err(OpenFailure::Io(error)) => return Err(Error::System(error)),
        };
        Ok(Err(refused))
    }

    /// 413 for more than a file may have.
    fn check_size(&self, content_bytes: Option<u64>) -> Result<(), Error> {
        let bytes_max = self.settings.bytes_max;
        match content_bytes {
            Some(bytes) if bytes > bytes_max => Err(Error::BodyTooLong { bytes_max }),
            _ => Ok(()),
        }
    }

    /// Whether the name may be taken as things are now: `true` if a file has it that is replaced.
    fn admit(
        &self,
        method: &Method,
        headers: &Headers,
        target: &Target<'_>,
        now: SystemTime,
    ) -> Result<Result<bool, Refusal>, Error> {
        let facts = match target.workplace.look(target.name) {
            Ok(Occupant::Other) => return Ok(Err(Refusal::NoFile)),
            // RFC 9110 §13.1.1: nothing matches where nothing is.
            Ok(Occupant::Nobody) if headers.contains("If-Match") => return Ok(Err(Refusal::Precondition)),
            Ok(Occupant::Nobody) => return Ok(Ok(false)),
            Ok(Occupant::File(facts)) => facts,
            Err(error) if error.kind() == io::ErrorKind::InvalidFilename => return Ok(Err(Refusal::BadName)),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Ok(Err(Refusal::Denied)),
            Err(error) => return Err(Error::System(error)),
        };
        let Facts { size_bytes, modified, inode } = facts;
        let tag = modified.map(|modified| EntityTag::of_file(size_bytes, modified, inode, now));
        let validators = Validators { tag: tag.as_ref(), modified };
        if evaluate(Asked::of(headers), method, headers, validators, now) == Condition::Failed {
            return Ok(Err(Refusal::Precondition));
        }
        Ok(if self.settings.overwrite { Ok(true) } else { Err(Refusal::Exists) })
    }

    /// Writes content into a file without a lasting name. `check` is told the bytes so far.
    fn save<'t>(
        &self,
        target: &Target<'t>,
        content: &mut impl Read,
        check: impl Fn(u64) -> Result<(), Error>,
    ) -> Result<Result<Unnamed<'t>, Response>, Error> {
        let random = RandomState::new();
        let own = format!("{UNFINISHED}{:016x}{:016x}", random.hash_one(0), random.hash_one(1));
        let mut file = match target.workplace.create(own.as_bytes()) {
            Ok(file) => file,
            Err(error) => return failed(error).map(Err),
        };
        let unnamed = Unnamed {
            workplace: target.workplace,
            name: target.name,
            own: own.into_bytes(),
            is_wanted: false,
        };
        match copy(content, &mut file, check)? {
            Ok(_) => {}
            Err(error) => return failed(error).map(Err),
        }
        match file.sync_all() {
            Ok(()) => Ok(Ok(unnamed)),
            Err(error) => failed(error).map(Err),
        }
    }

    /// Gives a whole file its name, if that may still be taken.
    fn commit(
        &self,
        mut unnamed: Unnamed<'_>,
        admit: impl FnOnce() -> Result<Result<bool, Refusal>, Error>,
    ) -> Result<Saved, Error> {
        let _one_at_a_time = self.commit.lock().unwrap_or_else(PoisonError::into_inner);
        let replaces = match admit()? {
            Ok(replaces) => replaces,
            Err(refusal) => return Ok(Saved::Refused(refusal)),
        };
        let Unnamed { workplace, name, ref own, .. } = unnamed;
        let renamed = if replaces { workplace.replace(own, name) } else { workplace.publish(own, name) };
        match renamed {
            Ok(()) => {
                unnamed.is_wanted = true;
                Ok(if replaces { Saved::Replaced } else { Saved::New })
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(Saved::Refused(Refusal::Exists)),
            Err(error) => Err(Error::System(error)),
        }
    }

    /// Removes pieces that nobody has gone on with, at most once a minute. What cannot be removed stays.
    fn sweep(&self, root: &Root, folder: &FilePath, workplace: &Workplace, now: SystemTime) {
        let minute = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() / 60);
        if self.swept_minute.swap(minute, Ordering::Relaxed) == minute {
            return;
        }
        let Some(before) = now.checked_sub(self.settings.keep_unfinished) else { return };
        for name in root.abandoned(folder, before, SWEPT_ENTRIES_MAX, now).unwrap_or_default() {
            let _ = workplace.remove(&name);
        }
    }
}

/// A whole or half file that goes away unless it gets its name.
#[derive(Debug)]
struct Unnamed<'t> {
    workplace: &'t Workplace,
    /// The name it is to have.
    name: &'t [u8],
    /// The name it has.
    own: Vec<u8>,
    is_wanted: bool,
}

impl Drop for Unnamed<'_> {
    fn drop(&mut self) {
        if !self.is_wanted {
            // If that fails, it is swept away later.
            let _ = self.workplace.remove(&self.own);
        }
    }
}

impl Saved {
    fn into_response(self) -> Response {
        match self {
            Self::New => Response::new(StatusCode::CREATED),
            Self::Replaced => Response::new(StatusCode::NO_CONTENT),
            Self::Refused(refusal) => refusal.into_page(),
        }
    }
}

impl Refusal {
    fn into_page(self) -> Response {
        match self {
            Self::Precondition => Response::error_page(StatusCode::PRECONDITION_FAILED),
            Self::Exists => page(StatusCode::CONFLICT, "A file with this name is there already"),
            Self::BadName => page(StatusCode::BAD_REQUEST, "The name is too long"),
            Self::Denied => page(StatusCode::FORBIDDEN, "The folder cannot be written"),
            Self::NoFile => page(StatusCode::CONFLICT, "Something that is no file has this name"),
        }
    }
}

/// Copies all content; the inner error is that of writing. `check` is told the bytes so far, before they are written.
fn copy(
    content: &mut impl Read,
    file: &mut File,
    check: impl Fn(u64) -> Result<(), Error>,
) -> Result<io::Result<u64>, Error> {
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut copied_bytes = 0_u64;
    loop {
        let count = match content.read(&mut buffer) {
            Ok(0) => return Ok(Ok(copied_bytes)),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Error::from_connection(error)),
        };
        check(copied_bytes + count as u64)?;
        if let Err(error) = file.write_all(buffer.get(..count).unwrap_or_default()) {
            return Ok(Err(error));
        }
        copied_bytes += count as u64;
    }
}

/// The answer where the system refuses to take a file.
fn failed(error: io::Error) -> Result<Response, Error> {
    use io::ErrorKind as Kind;
    Ok(match error.kind() {
        Kind::PermissionDenied | Kind::ReadOnlyFilesystem => {
            page(StatusCode::FORBIDDEN, "The folder cannot be written")
        }
        Kind::StorageFull | Kind::QuotaExceeded | Kind::FileTooLarge => {
            Response::error_page(StatusCode::INSUFFICIENT_STORAGE)
        }
        // The folder has gone meanwhile.
        Kind::NotFound => page(StatusCode::NOT_FOUND, "The folder is not there"),
        Kind::AlreadyExists => Refusal::NoFile.into_page(),
        _ => return Err(Error::System(error)),
    })
}

fn page(status: StatusCode, explain: &str) -> Response {
    Response::error_page_with(status, None, Some(explain))
}

#[cfg(unix)]
#[cfg(test)]
mod tests;
