//! Content into files: whole or not at all, and continued where it stopped (RFC 9110 §14, §13.1.5).

use crate::client::error::{Error, ErrorKind};
use crate::client::random;
use crate::client::request::invalid;
use crate::client::request_builder::RequestBuilder;
use crate::client::response::Response;
use crate::error::Phase;
use http_proto::{Headers, StatusCode};
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom};
use std::path::{Path, PathBuf};

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
    /// that was there. What is no file, as a device or a pipe, is not replaced: it is written to.
    ///
    /// # Errors
    /// Whatever reading fails with; [`ErrorKind::Save`] for what the file fails with.
    #[doc(alias = "urlretrieve")]
    pub fn save_to(mut self, path: impl AsRef<Path>) -> Result<u64, Error> {
        let path = path.as_ref();
        if is_no_file(path) {
            return self.write_to(path);
        }
        let partial = beside(path, &format!(".{}.part", random::token()));
        let saved = self.save_through(&partial, path);
        if saved.is_err() {
            // It may not exist; the first error is the one to tell.
            let _ = fs::remove_file(&partial);
        }
        saved
    }

    fn write_to(&mut self, device: &Path) -> Result<u64, Error> {
        let opened = OpenOptions::new().write(true).open(device);
        let mut device = opened.map_err(|error| self.because(ErrorKind::Save, error))?;
        self.copy_to(&mut device)
    }

    fn save_through(&mut self, partial: &Path, path: &Path) -> Result<u64, Error> {
        let opened = OpenOptions::new().write(true).create_new(true).open(partial);
        let mut file = opened.map_err(|error| self.because(ErrorKind::Save, error))?;
        let bytes = self.copy_to(&mut file)?;
        finish(&file, partial, path).map_err(|error| self.because(ErrorKind::Save, error))?;
        Ok(bytes)
    }
}

impl RequestBuilder {
    /// Makes a GET request and saves its content under `path`, as it comes over the wire. What an earlier attempt has
    /// left is continued, if the server still has the same content.
    ///
    /// Until it is whole, content is kept in `path` with `.part` behind it, and what tells whether it is still the same
    /// (an entity tag or a date) in `.part.validator`. Content without either is fetched from its beginning. What is no
    /// file, as a device or a pipe, is written to, from the beginning.
    ///
    /// # Errors
    /// Those of [`send`](RequestBuilder::send); what reading fails with, after which calling it again continues;
    /// [`ErrorKind::Save`] for what files fail with, and [`ErrorKind::Protocol`] for a part that was not asked for.
    pub fn download(self, path: impl AsRef<Path>) -> Result<Downloaded, Error> {
        let (client, request) = self.raw().into_parts()?;
        if is_no_file(path.as_ref()) {
            let mut answer = client.send(request)?;
            return Ok(if answer.status() == StatusCode::OK {
                Downloaded::Saved { bytes: answer.write_to(path.as_ref())?, resumed_bytes: 0 }
            } else {
                Downloaded::Refused(Box::new(answer))
            });
        }
        let place = Place::of(path.as_ref());
        let (there_bytes, validator) = place.there().map_err(save_error)?;
        let mut first = request.try_clone().ok_or_else(|| {
            Error::new(ErrorKind::InvalidRequest)
                .because("a download has no content that can be sent once only")
        })?;
        if let Some(validator) = &validator {
            first.headers.set("Range", format!("bytes={there_bytes}-")).map_err(invalid)?;
            first.headers.set("If-Range", validator).map_err(invalid)?;
        }
        let answer = client.send(first)?;
        let asked = validator.is_some();
        match answer.status() {
            StatusCode::PARTIAL_CONTENT if asked => place.go_on(answer, there_bytes),
            StatusCode::OK => place.begin(answer),
            StatusCode::RANGE_NOT_SATISFIABLE if asked => {
                if complete_length(answer.headers()) == Some(there_bytes) {
                    return place.complete(there_bytes, there_bytes).map_err(save_error);
                }
                // What is there is longer than what the server has: it is something else.
                answer.finish();
                let answer = client.send(request)?;
                if answer.status() == StatusCode::OK {
                    place.begin(answer)
                } else {
                    Ok(Downloaded::Refused(Box::new(answer)))
                }
            }
            _ => Ok(Downloaded::Refused(Box::new(answer))),
        }
    }
}

/// The files of a download.
struct Place {
    path: PathBuf,
    part: PathBuf,
    validator: PathBuf,
}

impl Place {
    fn of(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            part: beside(path, ".part"),
            validator: beside(path, ".part.validator"),
        }
    }

    /// What an earlier attempt has left: its length, and the validator if it can be continued.
    fn there(&self) -> io::Result<(u64, Option<Vec<u8>>)> {
        let (part, validator) = (fs::metadata(&self.part), fs::read(&self.validator));
        match (part, validator) {
            (Ok(metadata), Ok(validator)) if metadata.len() > 0 && !validator.is_empty() => {
                Ok((metadata.len(), Some(validator)))
            }
            (Err(error), _) if error.kind() != io::ErrorKind::NotFound => Err(error),
            (_, Err(error)) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok((0, None)),
        }
    }

    fn begin(&self, mut answer: Response) -> Result<Downloaded, Error> {
        let failed = |error| answer.because(ErrorKind::Save, error);
        let mut file = File::create(&self.part).map_err(failed)?;
        match validator(answer.headers()) {
            Some(validator) => fs::write(&self.validator, validator).map_err(failed)?,
            None => remove(&self.validator).map_err(failed)?,
        }
        let bytes = answer.copy_to(&mut file)?;
        drop(file);
        self.complete(bytes, 0).map_err(save_error)
    }

    fn go_on(&self, mut answer: Response, there_bytes: u64) -> Result<Downloaded, Error> {
        if first_byte(answer.headers()) != Some(there_bytes) {
            let text = "the server sent another part than the one asked for";
            return Err(Error::new(ErrorKind::Protocol).in_phase(Phase::Head).because(text));
        }
        let opened = OpenOptions::new().write(true).open(&self.part).and_then(|mut file| {
            file.seek(SeekFrom::Start(there_bytes))?;
            Ok(file)
        });
        let mut file = opened.map_err(|error| answer.because(ErrorKind::Save, error))?;
        let bytes = answer.copy_to(&mut file)?;
        drop(file);
        self.complete(there_bytes + bytes, there_bytes).map_err(save_error)
    }

    fn complete(&self, bytes: u64, resumed_bytes: u64) -> io::Result<Downloaded> {
        finish(&File::open(&self.part)?, &self.part, &self.path)?;
        remove(&self.validator)?;
        Ok(Downloaded::Saved { bytes, resumed_bytes })
    }
}

/// Whether something stands there that a file must not take the place of.
fn is_no_file(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

/// Makes what was written durable and gives it its name.
fn finish(file: &File, from: &Path, to: &Path) -> io::Result<()> {
    file.sync_all()?;
    fs::rename(from, to)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

fn save_error(error: io::Error) -> Error {
    Error::new(ErrorKind::Save).in_phase(Phase::Content).because(error)
}

/// A strong entity tag, or else the date: If-Range takes no weak tags (RFC 9110 §13.1.5).
fn validator(headers: &Headers) -> Option<Vec<u8>> {
    let tag = headers.get("ETag").filter(|tag| !tag.as_bytes().starts_with(b"W/"));
    tag.or_else(|| headers.get("Last-Modified")).map(|value| value.as_bytes().to_vec())
}

/// Of `bytes 5-9/10`, 5 (RFC 9110 §14.4).
fn first_byte(headers: &Headers) -> Option<u64> {
    let value = headers.get("Content-Range")?.to_str().ok()?;
    let (first, _) = value.strip_prefix("bytes ")?.split_once('-')?;
    number(first)
}

/// Of `bytes */10`, 10.
fn complete_length(headers: &Headers) -> Option<u64> {
    let value = headers.get("Content-Range")?.to_str().ok()?;
    number(value.strip_prefix("bytes */")?)
}

fn number(digits: &str) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { digits.parse().ok() } else { None }
}
