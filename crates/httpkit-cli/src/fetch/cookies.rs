//! Cookie files: read for a request, saved after it, shown, filtered and converted.

use crate::fetch::Failure;
use crate::fetch::options::{CookieFormat, CookiesOptions, GetOptions};
use httpkit::cookiejar::{
    Cookie, CookieJar, FileCookieJar, FileFormat, JsonCookieJar, LoadOptions, LwpCookieJar, MozillaCookieJar,
    SaveOptions, SharedJar,
};
use std::io::{self, Write as _};
use std::path::Path;

/// The jar of a request, and cookies that were given as text.
pub(crate) fn for_request(options: &GetOptions) -> Result<(SharedJar, Option<String>), Failure> {
    match &options.cookie {
        // curl: what has an equals sign is no file.
        Some(text) if text.contains('=') => Ok((SharedJar::new(CookieJar::new()), Some(text.clone()))),
        Some(file) => Ok((SharedJar::new(load(Path::new(file))?), None)),
        None => Ok((SharedJar::new(CookieJar::new()), None)),
    }
}

/// Saves all cookies in curl's format, session cookies too.
pub(crate) fn save(jar: &SharedJar, file: &Path) -> Result<(), Failure> {
    let cookies: Vec<Cookie> = jar.lock().iter().cloned().collect();
    write(&mut MozillaCookieJar::new(file), cookies, file)
}

/// Shows what a file holds, or writes it to another one.
pub(crate) fn run(options: &CookiesOptions) -> Result<(), Failure> {
    let mut jar = load(&options.file)?;
    jar.retain(|cookie| {
        options.name.as_ref().is_none_or(|name| cookie.name() == name.as_bytes())
            && options.domain.as_ref().is_none_or(|domain| is_related(cookie.domain(), domain))
    });
    let Some(file) = &options.output else {
        return list(&jar, options.values).map_err(|error| Failure::output(&error));
    };
    let cookies = jar.iter().cloned();
    match options.to {
        CookieFormat::Mozilla => write(&mut MozillaCookieJar::new(file), cookies, file),
        CookieFormat::Lwp => write(&mut LwpCookieJar::new(file), cookies, file),
        CookieFormat::Json => write(&mut JsonCookieJar::new(file), cookies, file),
    }
}

/// Whether one is the other, or below it.
fn is_related(domain: &str, wanted: &str) -> bool {
    let (one, other) = (domain.trim_start_matches('.'), wanted.trim_start_matches('.'));
    let is_below = |host: &str, above: &str| {
        host.strip_suffix(above).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    is_below(one, other) || is_below(other, one)
}

fn load(file: &Path) -> Result<CookieJar, Failure> {
    let text = std::fs::read(file).map_err(|error| Failure::file("read", file, error))?;
    let options = LoadOptions::new().ignore_discard(true);
    let failed = |error| Failure::file("read", file, error);
    let begin = text.trim_ascii_start();
    if begin.starts_with(b"{") || begin.starts_with(b"[") {
        return JsonCookieJar::open(file, options).map(FileCookieJar::into_jar).map_err(failed);
    }
    if begin.starts_with(b"#LWP-Cookies") {
        return LwpCookieJar::open(file, options).map(FileCookieJar::into_jar).map_err(failed);
    }
    MozillaCookieJar::open(file, options).map(FileCookieJar::into_jar).map_err(failed)
}

fn write<F: FileFormat>(
    jar: &mut FileCookieJar<F>,
    cookies: impl IntoIterator<Item = Cookie>,
    file: &Path,
) -> Result<(), Failure> {
    for cookie in cookies {
        jar.set_cookie(cookie);
    }
    let saved = jar.save(None, SaveOptions::new().ignore_discard(true));
    saved.map(drop).map_err(|error| Failure::file("write", file, error))
}

fn list(jar: &CookieJar, values: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for cookie in jar {
        let (name, value) = (cookie.name().escape_ascii(), cookie.value().escape_ascii());
        write!(out, "{}{}\t{name}", cookie.domain(), cookie.path())?;
        if values {
            write!(out, "={value}")?;
        }
        for (holds, word) in [(cookie.secure(), "Secure"), (cookie.http_only(), "HttpOnly")] {
            if holds {
                write!(out, "\t{word}")?;
            }
        }
        match cookie.expires() {
            Some(expires) => writeln!(out, "\texpires {expires}")?,
            None => writeln!(out, "\tsession")?,
        }
    }
    out.flush()
}
