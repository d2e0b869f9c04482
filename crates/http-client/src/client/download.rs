//! Content into files: whole or not at all, and continued where it stopped (RFC 9110 §14, §13.1.5).

use crate::client::clock::wall_now;
use crate::client::error::{Error, ErrorKind, Past, TimeoutKind};
use crate::client::partial::{Partial, beside, follow, is_no_file};
use crate::client::random;
use crate::client::request::invalid;
use crate::client::request_builder::RequestBuilder;
use crate::client::response::Response;
use crate::client::retry::is_idempotent;
use crate::client::timings::Timings;
use crate::error::Phase;
use http_proto::date::parse_http_date;
use http_proto::field::decimal;
use http_proto::{Headers, StatusCode};
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What became of a [download](RequestBuilder::download).
#[derive(Debug)]
#[non_exhaustive]
pub enum Downloaded {
    /// The file is there.
    Saved {
        /// Its length.
        bytes: u64,
        /// How much of it was there from an earlier attempt.
        resumed_bytes: u64,
    },
    /// The server answered with another status than 200, 206 or 416: nothing was saved.
    Refused(Box<Response>),
}

impl Response {
    /// Saves the content under `path`, decoded: how many bytes. The file appears whole or not at all, in place of one
    /// that was there, whose permissions it takes over; a link stays a link. What is no file, as a device or a pipe, is not replaced: it is written to.
    ///
    /// # Errors
    /// Whatever reading fails with; [`ErrorKind::Save`] for what the file fails with.
    #[doc(alias = "urlretrieve")]
    pub fn save_to(mut self, path: impl AsRef<Path>) -> Result<u64, Error> {
        let path = path.as_ref();
        if is_no_file(path) {
            return self.write_to(path);
        }
        let target = follow(path).map_err(|error| self.unsaved(path, error))?;
        self.save_beside(&target)
    }

    fn write_to(&mut self, path: &Path) -> Result<u64, Error> {
        let opened = OpenOptions::new().write(true).open(path);
        let mut device = opened.map_err(|error| self.unsaved(path, error))?;
        self.copy_into(&mut device, path)
    }

    /// As [`copy_to`](Self::copy_to), into what an error calls `path`.
    fn copy_into(&mut self, file: &mut fs::File, path: &Path) -> Result<u64, Error> {
        let mut named = Named { file, path };
        self.copy_to(&mut named)
    }

    fn unsaved(&self, path: &Path, error: io::Error) -> Error {
        self.because(ErrorKind::Save, naming(path, error))
    }

    /// Saves under a name that nobody has first.
    fn save_beside(mut self, target: &Path) -> Result<u64, Error> {
        let at = beside(target, &format!(".{}.part", random::token()));
        let mut partial = Partial::create(at.clone(), target).map_err(|error| self.unsaved(target, error))?;
        let saved = self.copy_into(partial.file(), target).and_then(|bytes| {
            partial.replace(target).map_err(|error| self.unsaved(target, error))?;
            Ok(bytes)
        });
        if saved.is_err() {
            // It may be gone; the first error is the one to tell.
            let _ = fs::remove_file(&at);
        }
        saved
    }
}

impl RequestBuilder {
    /// Makes a GET request and saves its content under `path`, as it comes over the wire. What an earlier attempt has
    /// left is continued, if the server still has the same content.
    ///
    /// Until it is whole, content is kept in `path` with `.part` behind it, and what tells whether it is still the same
    /// (an entity tag or a date) in `.part.validator`. Content without either is fetched from its beginning. A file that
    /// is replaced leaves its permissions to the new one, and a link stays. Two downloads of one path at a time do not
    /// mix: the second fails. What is no
    /// file, as a device or a pipe, is written to, from the beginning. Where a server sends less than was asked for, the
    /// rest is asked for; progress is told of the first answer.
    ///
    /// # Errors
    /// Those of [`send`](RequestBuilder::send); what reading fails with, after which calling it again continues;
    /// [`ErrorKind::Save`] for what files fail with, and [`ErrorKind::Protocol`] for a part that was not asked for.
    pub fn download(self, path: impl AsRef<Path>) -> Result<Downloaded, Error> {
        self.download_to(path.as_ref(), true)
    }

    /// Like [`download`](Self::download), but from the beginning, whatever an earlier attempt has left.
    ///
    /// # Errors
    /// Those of [`download`](Self::download).
    pub fn download_anew(self, path: impl AsRef<Path>) -> Result<Downloaded, Error> {
        self.download_to(path.as_ref(), false)
    }

    fn download_to(self, path: &Path, continues: bool) -> Result<Downloaded, Error> {
        let (client, request) = self.raw().into_parts()?;
        if is_no_file(path) {
            let mut answer = client.send(request)?;
            return Ok(if answer.status() == StatusCode::OK {
                Downloaded::Saved { bytes: answer.write_to(path)?, resumed_bytes: 0 }
            } else {
                Downloaded::Refused(Box::new(answer))
            });
        }
        let again = request.try_clone().ok_or_else(|| {
            Error::new(ErrorKind::InvalidRequest)
                .because("a download has no content that can be sent once only")
        })?;
        let timeouts =
            request.special.as_ref().and_then(|special| special.timeouts).unwrap_or(*client.timeouts());
        let until = timeouts.total.and_then(|total| client.shared.now().checked_add(total));
        let save_error = |error| unsaved(path, error);
        let mut place = Place::of(path).map_err(save_error)?;
        if !continues {
            place.forget().map_err(save_error)?;
        }
        let (begun_bytes, _) = place.there().map_err(save_error)?;
        let (mut next, mut has_answer) = (Some(request), false);
        loop {
            let Some(mut asking) = next.take().or_else(|| again.try_clone()) else {
                return Err(Error::new(ErrorKind::InvalidRequest));
            };
            if let Some(until) = until {
                // The total is one for all parts.
                let left = until.saturating_duration_since(client.shared.now());
                if left.is_zero() {
                    let is_harmless = is_idempotent(&asking.method, &asking.headers);
                    let past = Past { is_harmless, is_answered: has_answer };
                    let error = Error::timed_out(TimeoutKind::Total, Phase::Content);
                    return Err(error.of_call(asking.url(), past, Timings::default()));
                }
                asking.set_timeouts(timeouts.total(Some(left)));
            }
            let (there_bytes, validator) = place.there().map_err(save_error)?;
            if let Some(validator) = &validator {
                asking.headers.set("Range", format!("bytes={there_bytes}-")).map_err(invalid)?;
                asking.headers.set("If-Range", validator).map_err(invalid)?;
            }
            let answer = client.send(asking)?;
            has_answer = true;
            match (answer.status(), validator) {
                (StatusCode::OK, _) => return place.begin(answer),
                (StatusCode::PARTIAL_CONTENT, Some(validator)) => {
                    if is_other(answer.headers(), &validator) {
                        answer.finish();
                        place.forget().map_err(save_error)?;
                    } else if let Some(bytes) = place.go_on(answer, there_bytes)? {
                        return place.complete(bytes, begun_bytes).map_err(save_error);
                    }
                }
                (StatusCode::RANGE_NOT_SATISFIABLE, Some(_)) => {
                    if complete_length(answer.headers()) == Some(there_bytes) {
                        return place.complete(there_bytes, begun_bytes).map_err(save_error);
                    }
                    // What is there is longer than what the server has: it is something else.
                    answer.finish();
                    place.forget().map_err(save_error)?;
                }
                _ => return Ok(Downloaded::Refused(Box::new(answer))),
            }
        }
    }
}

/// The files of a download.
struct Place {
    target: PathBuf,
    part: PathBuf,
    validator: PathBuf,
    /// Open once it is known to be ours.
    partial: Option<Partial>,
}

impl Place {
    fn of(path: &Path) -> io::Result<Self> {
        let target = follow(path)?;
        let (part, validator) = (beside(&target, ".part"), beside(&target, ".part.validator"));
        Ok(Self { target, part, validator, partial: None })
    }

    /// What an earlier attempt has left: its length, and the validator if it can be continued. A part without a
    /// validator is somebody else's file.
    fn there(&mut self) -> io::Result<(u64, Option<Vec<u8>>)> {
        let validator = match fs::read(&self.validator) {
            Ok(validator) if !validator.is_empty() => validator,
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => return Ok((0, None)),
        };
        if self.partial.is_none() {
            if !fs::exists(&self.part)? {
                return Ok((0, None));
            }
            self.partial = Some(Partial::open(self.part.clone(), &self.target)?);
        }
        let bytes = self.partial.as_ref().map_or(Ok(0), Partial::len)?;
        Ok(if bytes == 0 { (0, None) } else { (bytes, Some(validator)) })
    }

    /// Has the next request begin anew: removes what is there, if it is ours.
    fn forget(&mut self) -> io::Result<()> {
        self.there()?;
        if let Some(partial) = self.partial.take() {
            partial.discard()?;
        }
        remove(&self.validator)
    }

    fn begin(mut self, mut answer: Response) -> Result<Downloaded, Error> {
        let target = self.target.clone();
        let save_error = |error| unsaved(&target, error);
        self.forget().map_err(save_error)?;
        let validator = validator(answer.headers());
        let (Some(validator), false) = (validator, fs::exists(&self.part).map_err(save_error)?) else {
            let bytes = answer.save_beside(&self.target)?;
            return Ok(Downloaded::Saved { bytes, resumed_bytes: 0 });
        };
        let failed = |error| answer.unsaved(&target, error);
        fs::write(&self.validator, validator).map_err(failed)?;
        let partial = Partial::open(self.part.clone(), &self.target).map_err(failed)?;
        partial.clear().map_err(failed)?;
        let bytes = answer.copy_into(self.partial.insert(partial).file(), &target)?;
        self.complete(bytes, 0).map_err(save_error)
    }

    /// Adds the part that was sent: the length of the whole if it is complete now. A server may send less than what was
    /// asked for (RFC 9110 §15.3.7), but something.
    fn go_on(&mut self, mut answer: Response, there_bytes: u64) -> Result<Option<u64>, Error> {
        let protocol =
            |text: &'static str| Error::new(ErrorKind::Protocol).in_phase(Phase::Head).because(text);
        let part = Part::of(answer.headers()).filter(|part| part.first == there_bytes);
        let (Some(part), Some(partial)) = (part, &mut self.partial) else {
            return Err(protocol("the server sent another part than the one asked for"));
        };
        let save_error = |error| unsaved(&self.target, error);
        let file = partial.file();
        file.seek(SeekFrom::Start(there_bytes)).map_err(save_error)?;
        let bytes = answer.copy_into(file, &self.target)?;
        if there_bytes.checked_add(bytes) != Some(part.end) {
            file.set_len(there_bytes).map_err(save_error)?;
            return Err(protocol("the server sent another number of bytes than its Content-Range says"));
        }
        Ok(part.complete.filter(|complete| *complete == part.end))
    }

    fn complete(&mut self, bytes: u64, resumed_bytes: u64) -> io::Result<Downloaded> {
        if let Some(partial) = self.partial.take() {
            partial.replace(&self.target)?;
        }
        remove(&self.validator)?;
        Ok(Downloaded::Saved { bytes, resumed_bytes })
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn unsaved(path: &Path, error: io::Error) -> Error {
    Error::new(ErrorKind::Save).in_phase(Phase::Content).because(naming(path, error))
}

/// The same error, of a kind that says which file it is about.
fn naming(path: &Path, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), FileError { path: path.to_owned(), error })
}

/// What a file failed with.
#[derive(Debug)]
struct FileError {
    path: PathBuf,
    error: io::Error,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot write {}", self.path.display())
    }
}

impl std::error::Error for FileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

/// A file whose errors name it.
struct Named<'f> {
    file: &'f mut fs::File,
    path: &'f Path,
}

impl Write for Named<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes).map_err(|error| match error.kind() {
            // `write_all` goes on after this one.
            io::ErrorKind::Interrupted => error,
            _ => naming(self.path, error),
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// What If-Range may say later (RFC 9110 §13.1.5): a strong entity tag; where there is no tag at all, a date that is
/// known to be strong, since the answer was made a second or more after it (§8.8.2.2).
fn validator(headers: &Headers) -> Option<Vec<u8>> {
    if let Some(tag) = headers.get("ETag") {
        return (!tag.as_bytes().starts_with(b"W/")).then(|| tag.as_bytes().to_vec());
    }
    let modified = headers.get("Last-Modified")?.as_bytes();
    let now = wall_now();
    let when = |value: &[u8]| parse_http_date(value, now);
    let age = when(headers.get("Date")?.as_bytes())?.duration_since(when(modified)?).ok()?;
    (age >= Duration::from_secs(1)).then(|| modified.to_vec())
}

/// Whether a part says that it is of something else than what `validator` stands for: parts of different things are
/// never put together (RFC 9110 §15.3.7.3).
fn is_other(headers: &Headers, validator: &[u8]) -> bool {
    let name = if validator.starts_with(b"\"") { "ETag" } else { "Last-Modified" };
    headers.get(name).is_some_and(|value| value.as_bytes() != validator)
}

/// Of `bytes 5-9/10`: 5, 10 and 10; the last is `None` where it stands as `*` (RFC 9110 §14.4).
struct Part {
    first: u64,
    /// Behind its last byte.
    end: u64,
    complete: Option<u64>,
}

impl Part {
    fn of(headers: &Headers) -> Option<Self> {
        let (range, complete) = content_range(headers)?;
        let (first, last) = range.split_once('-')?;
        let (first, last) = (decimal(first.as_bytes())?, decimal(last.as_bytes())?);
        let complete = if complete == "*" { None } else { Some(decimal(complete.as_bytes())?) };
        let is_sound = first <= last && complete.is_none_or(|complete| last < complete);
        if is_sound { Some(Self { first, end: last.checked_add(1)?, complete }) } else { None }
    }
}

/// Of `bytes */10`, 10.
fn complete_length(headers: &Headers) -> Option<u64> {
    let (_, complete) = content_range(headers).filter(|(range, _)| *range == "*")?;
    decimal(complete.as_bytes())
}

/// What stands around the slash, of bytes: units are compared without regard to case (RFC 9110 §14.1).
fn content_range(headers: &Headers) -> Option<(&str, &str)> {
    let value = headers.get("Content-Range")?.to_str().ok()?;
    let (unit, range) = value.split_once(' ')?;
    if unit.eq_ignore_ascii_case("bytes") { range.split_once('/') } else { None }
}
