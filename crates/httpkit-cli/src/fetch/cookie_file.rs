//! Cookie files in whichever format they are: read with a word on each line that is no cookie, and replaced.

use crate::fetch::options::CookieFormat;
use crate::fetch::{Failure, clock, say};
use httpkit::cookiejar::policy::Limits;
use httpkit::cookiejar::{
    BadLine, Cookie, CookieJar, DefaultCookiePolicy, FileCookieJar, FileFormat, JsonFormat, LoadError,
    LoadOptions, LwpFormat, MozillaFormat, NotThisFormat, SaveError, SaveOptions, Unwritable,
    read_storage_state,
};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// How many lines that are no cookies are told of, each by itself.
const BAD_LINES_SHOWN: usize = 10;

/// A format that is known only now.
#[derive(Debug)]
pub(crate) struct AnyFormat(Box<dyn FileFormat>);

impl AnyFormat {
    fn of(format: CookieFormat) -> Self {
        Self(match format {
            CookieFormat::Mozilla => Box::new(MozillaFormat::default()),
            CookieFormat::Lwp => Box::new(LwpFormat),
            CookieFormat::Json => Box::new(JsonFormat),
        })
    }
}

impl FileFormat for AnyFormat {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn read(
        &self,
        text: &[u8],
        now: i64,
        each: &mut dyn FnMut(Result<Cookie, BadLine>) -> bool,
    ) -> Result<(), NotThisFormat> {
        self.0.read(text, now, each)
    }

    fn has_header(&self, text: &[u8]) -> bool {
        self.0.has_header(text)
    }

    fn write_header(&self, out: &mut Vec<u8>) {
        self.0.write_header(out);
    }

    fn write_cookie(&self, cookie: &Cookie, out: &mut Vec<u8>) -> Result<(), Unwritable> {
        self.0.write_cookie(cookie, out)
    }

    fn is_lossless(&self) -> bool {
        self.0.is_lossless()
    }
}

/// The format that a text begins like; `None` for a browser's `storageState`, which is read and never written.
fn format_of(text: &[u8]) -> Option<CookieFormat> {
    let begin = text.trim_ascii_start();
    if begin.starts_with(b"#LWP-Cookies") {
        Some(CookieFormat::Lwp)
    } else if !begin.starts_with(b"{") && !begin.starts_with(b"[") {
        Some(CookieFormat::Mozilla)
    } else if JsonFormat.has_header(text) {
        Some(CookieFormat::Json)
    } else {
        None
    }
}

/// A jar that holds whatever a file does: nothing is pushed out of it.
pub(crate) fn roomy_jar() -> CookieJar {
    CookieJar::with_policy(roomy())
}

fn roomy() -> DefaultCookiePolicy {
    let limits = Limits::default().with_cookies_max(usize::MAX).with_cookies_per_host_max(usize::MAX);
    DefaultCookiePolicy::new().with_limits(limits)
}

/// The cookies of a file, or of standard input for `-`; session cookies too, and none that have expired.
pub(crate) fn read(path: &Path) -> Result<Vec<Cookie>, Failure> {
    let is_input = path.as_os_str() == "-";
    let text = if is_input { read_input() } else { std::fs::read(path) };
    let text = text.map_err(|error| Failure::file("read", path, error))?;
    let now = clock::unix_now();
    let mut cookies = match format_of(&text) {
        Some(format) => parse(&AnyFormat::of(format), &text, path, now)?,
        None => read_driven(&text, path, now)?,
    };
    cookies.retain(|cookie| !cookie.is_expired_at(now));
    Ok(cookies)
}

fn read_input() -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    io::stdin().lock().read_to_end(&mut text)?;
    Ok(text)
}

fn parse(format: &AnyFormat, text: &[u8], path: &Path, now: i64) -> Result<Vec<Cookie>, Failure> {
    let (mut cookies, mut bad) = (Vec::new(), Vec::new());
    let read = format.read(text, now, &mut |item| {
        match item {
            Ok(cookie) => cookies.push(cookie),
            Err(line) => bad.push(line),
        }
        true
    });
    if read.is_err() || (cookies.is_empty() && !bad.is_empty() && !format.has_header(text)) {
        return Err(foreign(path));
    }
    tell_bad_lines(path, &bad, "passed over");
    Ok(cookies)
}

/// What Playwright and its like save of a browser that they drive.
fn read_driven(text: &[u8], path: &Path, now: i64) -> Result<Vec<Cookie>, Failure> {
    let text = str::from_utf8(text).map_err(|_| foreign(path))?;
    let imported = read_storage_state(text, now).map_err(|_| foreign(path))?;
    for place in imported.bad.iter().take(BAD_LINES_SHOWN) {
        say(&format!(
            "{}: number {place} of its cookies (counted from 0) is none; passed over",
            path.display()
        ));
    }
    tell_of_more(path, imported.bad.len());
    Ok(imported.cookies)
}

fn foreign(path: &Path) -> Failure {
    let known = "it is in none of the known formats: that of curl and wget, of LWP, our JSON, and Playwright's storageState";
    Failure::file("read", path, known)
}

fn tell_bad_lines(path: &Path, bad: &[BadLine], fate: &str) {
    for line in bad.iter().take(BAD_LINES_SHOWN) {
        say(&format!("{}, {line}; {fate}", path.display()));
    }
    tell_of_more(path, bad.len());
}

fn tell_of_more(path: &Path, count: usize) {
    let more = count.saturating_sub(BAD_LINES_SHOWN);
    if more > 0 {
        say(&format!("{}: {more} more of that kind", path.display()));
    }
}

/// Where cookies will be written to. A file is opened early: what others change in it later is not lost.
#[derive(Debug)]
pub(crate) enum Target {
    /// Standard output.
    Output(CookieFormat),
    /// A file, and the cookies that were in it.
    File(Box<FileCookieJar<AnyFormat>>, PathBuf),
}

impl Target {
    /// Opens a file in the format that it has; a new one, and standard output (`-`), get the wanted one or that of curl.
    pub(crate) fn open(path: &Path, wanted: Option<CookieFormat>) -> Result<Self, Failure> {
        if path.as_os_str() == "-" {
            return Ok(Self::Output(wanted.unwrap_or(CookieFormat::Mozilla)));
        }
        let text = match std::fs::metadata(path) {
            Ok(facts) if facts.is_dir() => {
                return Err(Failure::file("write", path, "it is a folder; name a file in it"));
            }
            // A device or a pipe is written to as it is.
            Ok(facts) if !facts.is_file() => Vec::new(),
            Ok(_) => std::fs::read(path).map_err(|error| Failure::file("read", path, error))?,
            Err(_) => Vec::new(),
        };
        let there = if text.trim_ascii().is_empty() {
            wanted.or(Some(CookieFormat::Mozilla))
        } else {
            format_of(&text)
        };
        let keeps = "it holds something else, which stays; name another file, or remove this one first";
        let Some(format) = there.filter(|there| wanted.is_none_or(|wanted| wanted == *there)) else {
            return Err(Failure::file("write", path, keeps));
        };
        let mut jar = FileCookieJar::with_format(AnyFormat::of(format));
        jar.set_policy(roomy());
        jar.set_filename(Some(path.to_owned()));
        if !text.is_empty() {
            match jar.load(None, LoadOptions::new().ignore_discard(true)) {
                Ok(_) => {}
                Err(LoadError::NotThisFormat { .. }) => return Err(Failure::file("write", path, keeps)),
                Err(error) => return Err(Failure::because("read", path, &error, "")),
            }
        }
        Ok(Self::File(Box::new(jar), path.to_owned()))
    }

    /// The cookies that are there, for a file that is read as well as written. A line that is no cookie is told of: a
    /// save drops it.
    pub(crate) fn cookies(&self) -> Vec<Cookie> {
        match self {
            Self::Output(_) => Vec::new(),
            Self::File(jar, path) => {
                tell_bad_lines(path, jar.bad_lines(), "a save drops it");
                jar.iter().cloned().collect()
            }
        }
    }

    /// Writes these cookies, session cookies too, in the place of all that were there.
    pub(crate) fn replace(self, cookies: impl IntoIterator<Item = Cookie>) -> Result<(), Failure> {
        match self {
            Self::Output(format) => {
                print(&AnyFormat::of(format), cookies).map_err(|error| Failure::output(&error))
            }
            Self::File(mut jar, path) => {
                jar.clear_all();
                for cookie in cookies {
                    jar.set_cookie(cookie);
                }
                let saved = jar.save(None, SaveOptions::new().ignore_discard(true));
                let saved =
                    saved.map_err(|error| Failure::because("write", &path, &error, advice(&error)))?;
                for (name, reason) in &saved.unwritable {
                    tell_unwritten(name, *reason);
                }
                Ok(())
            }
        }
    }
}

fn advice(error: &SaveError) -> &'static str {
    match error {
        SaveError::Io { .. } => "; is there such a folder, room in it, and may you write to it?",
        _ => "; name another file, or remove this one first",
    }
}

fn print(format: &AnyFormat, cookies: impl IntoIterator<Item = Cookie>) -> io::Result<()> {
    let mut text = Vec::new();
    format.write_header(&mut text);
    for cookie in cookies {
        if let Err(reason) = format.write_cookie(&cookie, &mut text) {
            tell_unwritten(cookie.name(), reason);
        }
    }
    let mut out = io::stdout().lock();
    out.write_all(&text)?;
    out.flush()
}

fn tell_unwritten(name: &[u8], reason: Unwritable) {
    say(&format!("cookie {:?} is not written: {reason}", String::from_utf8_lossy(name)));
}
