//! Jars that live in files: load, save and revert with Python's meaning, in any [`FileFormat`].

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};

use crate::cookie::Cookie;
use crate::file::disk::{Disk, Stamp};
use crate::file::error::{LoadError, SaveError};
use crate::file::merge::Snapshot;
use crate::file::options::{LoadOptions, SaveOptions};
use crate::jar::CookieJar;
use crate::policy::CookiePolicy;

pub mod error;
#[cfg(feature = "firefox")]
pub mod firefox;
pub mod json;
pub mod lwp;
pub mod mozilla;
pub mod options;
pub mod storage_state;

mod disk;
mod json_text;
mod merge;

/// A way to write cookies down and to read them back.
pub trait FileFormat: fmt::Debug {
    /// What the format is called in messages.
    fn name(&self) -> &'static str;

    /// Reads a whole file and calls `each` with every cookie or bad line, in order; `now` is the time of creation that
    /// cookies without one get. Stops when `each` answers false.
    ///
    /// # Errors
    /// [`NotThisFormat`](error::NotThisFormat) if the text is something else altogether.
    fn read(
        &self,
        text: &[u8],
        now: i64,
        each: &mut dyn FnMut(Result<Cookie, BadLine>) -> bool,
    ) -> Result<(), error::NotThisFormat>;

    /// Whether CPython would refuse the text for what stands at its beginning.
    fn has_header(&self, text: &[u8]) -> bool;

    /// Writes what stands at the beginning of a file.
    fn write_header(&self, out: &mut Vec<u8>);

    /// Writes one cookie behind the others, or leaves `out` as it was and says why it cannot.
    ///
    /// # Errors
    /// What about the cookie the format cannot hold.
    fn write_cookie(&self, cookie: &Cookie, out: &mut Vec<u8>) -> Result<(), Unwritable>;

    /// Whether the format holds everything that makes a cookie what it is, its times of creation and last use aside.
    /// Formats that do can be merged with less work.
    fn is_lossless(&self) -> bool {
        false
    }
}

/// The lines of a text, without their line feeds.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        match memchr::memchr(b'\n', text).and_then(|end| text.split_at_checked(end)) {
            Some((line, behind)) => {
                rest = behind.get(1..);
                Some(line)
            }
            None => rest.take(),
        }
    })
}

/// A line of a file that is no cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BadLine {
    /// The line's number, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: BadLineReason,
}

impl BadLine {
    /// A bad line, counted from 1.
    #[must_use]
    pub fn new(line: usize, reason: BadLineReason) -> Self {
        Self { line, reason }
    }
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

/// What is wrong with a line of a cookie file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadLineReason {
    /// Not as many fields as the format has.
    #[error("wrong number of fields")]
    FieldCount,
    /// The domain is no host.
    #[error("the domain is not a host")]
    Domain,
    /// The flag for subdomains or for secure connections is neither `TRUE` nor `FALSE`.
    #[error("a flag is neither TRUE nor FALSE")]
    Flag,
    /// The flag for subdomains contradicts the domain's leading dot; only CPython minds.
    #[error("the subdomain flag and the domain's leading dot disagree")]
    FlagDisagrees,
    /// The path is not UTF-8 text.
    #[error("the path is not text")]
    Path,
    /// The end is no number and no date.
    #[error("the expiry is not a time")]
    Expiry,
    /// A control character, or a separator within name or value.
    #[error("the name or value has characters that a cookie cannot have")]
    Text,
    /// The line is not of the format.
    #[error("not a cookie in this format")]
    Syntax,
}

/// Why a cookie cannot stand in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unwritable {
    /// A tab or a line break would break the line.
    #[error("the cookie has a tab or line break, which the file format cannot hold")]
    Separator,
    /// The format has no place for the partition, and without it the cookie would go to other sites.
    #[error("the cookie is partitioned, which the file format cannot hold")]
    Partitioned,
    /// The name is empty, or would be read back as something else.
    #[error("the cookie has a name that the file format cannot hold")]
    Name,
    /// A part is not text, and the format holds nothing else.
    #[error("the cookie has bytes that are not text, which the file format cannot hold")]
    NotText,
}

/// What a load brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Loaded {
    /// Cookies that were put into the jar.
    pub cookies: usize,
    /// Session cookies and expired ones that the options left out.
    pub left_out: usize,
    /// Lines that are no cookies, at most [`BAD_LINES_MAX`] of them.
    pub bad_lines: Vec<BadLine>,
}

/// About how long the line of a cookie is.
const LINE_BYTES: usize = 192;

/// How many bad lines are reported.
pub const BAD_LINES_MAX: usize = 1000;

/// What a save did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Saved {
    /// Cookies that stand in the file now.
    pub cookies: usize,
    /// Cookies that others had changed or added, and that the jar or the file took over.
    pub merged: usize,
    /// Cookies that the format cannot hold, by name.
    pub unwritable: Vec<(Box<[u8]>, Unwritable)>,
}

/// A jar with a file.
///
/// It is a [`CookieJar`] by `Deref`. Nothing is read or written before [`load`](Self::load) and
/// [`save`](Self::save) are called. A save loses neither the file, whenever the program dies, nor the cookies
/// that other programs saved by this crate in the meantime.
///
/// ```
/// use http_cookiejar::{LoadOptions, MozillaCookieJar, RequestInfo, SaveOptions};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("cookies.txt");
/// let mut jar = MozillaCookieJar::new(&path);
/// let login = RequestInfo::from_url("https://shop.example/login")?;
/// jar.extract_cookies(&[("Set-Cookie", "sid=31d4; Max-Age=3600")], &login);
/// assert_eq!(jar.save(None, SaveOptions::new())?.cookies, 1);
///
/// let mut again = MozillaCookieJar::open(&path, LoadOptions::new())?;
/// assert_eq!(again.cookie_header(&login).as_deref(), Some(&b"sid=31d4"[..]));
/// # Ok(())
/// # }
/// ```
#[doc(alias = "http.cookiejar.FileCookieJar")]
#[derive(Clone, Debug)]
pub struct FileCookieJar<F> {
    jar: CookieJar,
    format: F,
    filename: Option<PathBuf>,
    delayload: bool,
    /// What was in the file when this jar last read or wrote it, as far as the jar took it over.
    base: Snapshot,
    /// The file's state then, if the jar holds all that was in it: only then a save need not read it first.
    stamp: Option<Stamp>,
    bad_lines: Vec<BadLine>,
}

impl<F: FileFormat + Default> Default for FileCookieJar<F> {
    fn default() -> Self {
        Self::with_format(F::default())
    }
}

impl<F: FileFormat + Default> FileCookieJar<F> {
    /// An empty jar for this file, with the default rules. The file need not exist yet.
    #[must_use]
    pub fn new(filename: impl Into<PathBuf>) -> Self {
        let mut jar = Self::default();
        jar.set_filename(Some(filename.into()));
        jar
    }

    /// An empty jar for this file, with these rules.
    #[must_use]
    pub fn with_policy(filename: impl Into<PathBuf>, policy: impl CookiePolicy + 'static) -> Self {
        let mut jar = Self::new(filename);
        jar.set_policy(policy);
        jar
    }

    /// A jar for this file with what is in it; an empty one if there is no such file. What of it is no cookie,
    /// [`bad_lines`](Self::bad_lines) says.
    ///
    /// # Errors
    /// [`LoadError`] as for [`load`](Self::load), but for a missing file.
    pub fn open(filename: impl Into<PathBuf>, options: LoadOptions) -> Result<Self, LoadError> {
        let mut jar = Self::new(filename);
        match jar.load(None, options) {
            Err(error) if error.is_not_found() => Ok(jar),
            Err(error) => Err(error),
            Ok(_) => Ok(jar),
        }
    }
}

impl<F: FileFormat> FileCookieJar<F> {
    /// An empty jar in this format, with no file yet.
    #[must_use]
    pub fn with_format(format: F) -> Self {
        Self {
            jar: CookieJar::new(),
            format,
            filename: None,
            delayload: false,
            base: Snapshot::default(),
            stamp: None,
            bad_lines: Vec::new(),
        }
    }

    /// The lines of the file that was loaded last which are no cookies, at most [`BAD_LINES_MAX`] of them. A save to that
    /// file drops them.
    #[must_use]
    pub fn bad_lines(&self) -> &[BadLine] {
        &self.bad_lines
    }

    /// The file that is used when none is said.
    #[must_use]
    pub fn filename(&self) -> Option<&Path> {
        self.filename.as_deref()
    }

    /// Says which file is used when none is said.
    pub fn set_filename(&mut self, filename: Option<PathBuf>) {
        self.filename = filename;
    }

    /// Python's `delayload`: kept for those who ask, and of no effect, there as here.
    #[must_use]
    pub fn delayload(&self) -> bool {
        self.delayload
    }

    /// Sets Python's `delayload`.
    pub fn set_delayload(&mut self, on: bool) {
        self.delayload = on;
    }

    /// The format.
    #[must_use]
    pub fn format(&self) -> &F {
        &self.format
    }

    /// The jar without the file.
    #[must_use]
    pub fn into_jar(self) -> CookieJar {
        self.jar
    }

    fn path(&self, filename: Option<&Path>) -> Option<PathBuf> {
        filename.map(Path::to_owned).or_else(|| self.filename.clone())
    }

    /// Puts the cookies of a file into the jar; those that are there already stay or are replaced.
    ///
    /// The policy is not asked. Session cookies and expired ones are left out unless the options say otherwise. Bad lines
    /// are reported and do not lose the others.
    ///
    /// # Errors
    /// [`LoadError`] if there is no such file, if it cannot be read or is something else, and with
    /// [`strict`](LoadOptions::strict) for the first bad line. The jar is then as it was.
    #[doc(alias = "LoadError")]
    pub fn load(&mut self, filename: Option<&Path>, options: LoadOptions) -> Result<Loaded, LoadError> {
        let path = self.path(filename).ok_or(LoadError::NoFileName)?;
        let (text, stamp) = disk::read(&path).map_err(|source| LoadError::io(&path, source))?;
        let now = options.now_or_clock();
        let (cookies, mut loaded) = parse_file(&self.format, &text, &path, options, now)?;
        let own_file = self.filename.as_deref() == Some(path.as_path());
        let mut base = Snapshot::default();
        let mut line = Vec::new();
        for cookie in cookies {
            if options.takes(&cookie, now) {
                if own_file {
                    base.note(&self.format, &cookie, &mut line);
                }
                self.jar.set_cookie(cookie);
                loaded.cookies += 1;
            } else {
                loaded.left_out += 1;
            }
        }
        if own_file {
            self.base = base;
            // What the jar does not hold must be read again before a save, or the save would lose it.
            self.stamp = Some(stamp).filter(|_| loaded.left_out == 0);
        }
        self.bad_lines.clone_from(&loaded.bad_lines);
        Ok(loaded)
    }

    /// Empties the jar and loads the file; if that fails the jar is as it was.
    ///
    /// # Errors
    /// As for [`load`](Self::load).
    pub fn revert(&mut self, filename: Option<&Path>, options: LoadOptions) -> Result<Loaded, LoadError> {
        let before = self.jar.clone();
        self.jar.clear_all();
        let result = self.load(filename, options);
        if result.is_err() {
            self.jar = before;
        }
        result
    }

    /// Writes the jar to a file.
    ///
    /// Session cookies and expired ones are left out unless the options say otherwise. What other programs
    /// changed in the file since this jar read it is taken in first, under a lock (`NAME.lock` beside the
    /// file): their new cookies stay, their deletions too, and where both changed a cookie ours counts. The file is
    /// replaced in one step by a new one with mode 0600, or less if it had less. A link is followed to the
    /// file it names; what is no regular file is written in place.
    ///
    /// # Errors
    /// [`SaveError`] if there is no file name, if the folder or the disk refuse, or if the file is something else
    /// than cookies. The old file is then as it was.
    pub fn save(&mut self, filename: Option<&Path>, options: SaveOptions) -> Result<Saved, SaveError> {
        let path = self.path(filename).ok_or(SaveError::NoFileName)?;
        let now = options.now_or_clock();
        let own_file = self.filename.as_deref() == Some(path.as_path());
        let mut disk = Disk::lock(&path)?;
        let mut saved = Saved::default();
        let mut kept = Vec::new();
        if options.merges() {
            kept = self.merge_from(&disk, own_file, options, now, &mut saved)?;
        }
        let mut text = Vec::with_capacity(self.jar.len().saturating_mul(LINE_BYTES).min(64 << 20));
        let mut base = Snapshot::with_capacity(self.jar.len());
        self.format.write_header(&mut text);
        for cookie in self.jar.iter().filter(|cookie| options.takes(cookie, now)) {
            let start = text.len();
            match self.format.write_cookie(cookie, &mut text) {
                Ok(()) => {
                    base.note_line(&self.format, cookie, text.get(start..).unwrap_or_default());
                    saved.cookies += 1;
                }
                Err(reason) => saved.unwritable.push((cookie.name().into(), reason)),
            }
        }
        for cookie in &kept {
            if self.format.write_cookie(cookie, &mut text).is_ok() {
                saved.cookies += 1;
            }
        }
        let stamp = disk.replace(&text, options.is_durable())?;
        if own_file {
            self.base = base;
            self.stamp = stamp.filter(|_| kept.is_empty());
        }
        Ok(saved)
    }

    /// Takes in what others changed, and gives back what stays in the file without being in the jar.
    fn merge_from(
        &mut self,
        disk: &Disk,
        own_file: bool,
        options: SaveOptions,
        now: i64,
        saved: &mut Saved,
    ) -> Result<Vec<Cookie>, SaveError> {
        let known = self.stamp.filter(|_| own_file);
        let Some(text) = disk.read_unless(known)? else { return Ok(Vec::new()) };
        let load = LoadOptions::new().now(now);
        let (theirs, _) =
            parse_file(&self.format, &text, disk.path(), load, now).map_err(SaveError::NotCookies)?;
        let nothing = Snapshot::default();
        let base = if own_file { &self.base } else { &nothing };
        let outcome =
            merge::merge(&mut self.jar, base, &self.format, theirs, |cookie| options.takes(cookie, now), now);
        saved.merged = outcome.taken + outcome.kept.len();
        Ok(outcome.kept)
    }
}

/// Reads all cookies of a file, before any is put into a jar.
fn parse_file<F: FileFormat>(
    format: &F,
    text: &[u8],
    path: &Path,
    options: LoadOptions,
    now: i64,
) -> Result<(Vec<Cookie>, Loaded), LoadError> {
    if options.is_strict() && !format.has_header(text) {
        return Err(LoadError::NotThisFormat { path: path.to_owned(), format: format.name() });
    }
    let mut cookies = Vec::new();
    let mut loaded = Loaded::default();
    let mut bad_lines = 0_usize;
    let read = format.read(text, now, &mut |item| {
        match item {
            Ok(cookie) => cookies.push(cookie),
            Err(bad) => {
                bad_lines += 1;
                if loaded.bad_lines.len() < BAD_LINES_MAX {
                    loaded.bad_lines.push(bad);
                }
                return !options.is_strict();
            }
        }
        true
    });
    let foreign = read.is_err() || (cookies.is_empty() && bad_lines > 0 && !format.has_header(text));
    if foreign {
        return Err(LoadError::NotThisFormat { path: path.to_owned(), format: format.name() });
    }
    match loaded.bad_lines.first() {
        Some(&bad) if options.is_strict() => Err(LoadError::BadLine { path: path.to_owned(), bad }),
        _ => Ok((cookies, loaded)),
    }
}

/// For [`SharedJar`](crate::shared::SharedJar), which takes a jar with a file as it takes one without.
impl<F> AsMut<CookieJar> for FileCookieJar<F> {
    fn as_mut(&mut self) -> &mut CookieJar {
        &mut self.jar
    }
}

impl<F> Deref for FileCookieJar<F> {
    type Target = CookieJar;

    fn deref(&self) -> &CookieJar {
        &self.jar
    }
}

impl<F> DerefMut for FileCookieJar<F> {
    fn deref_mut(&mut self) -> &mut CookieJar {
        &mut self.jar
    }
}

#[cfg(test)]
mod tests;
