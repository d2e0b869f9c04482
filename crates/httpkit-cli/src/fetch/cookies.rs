//! The cookies of a request, and the command that shows, filters and converts cookie files.

use crate::fetch::Failure;
use crate::fetch::cookie_file::{self, Target};
use crate::fetch::options::{CookiesOptions, GetOptions};
use httpkit::Headers;
use httpkit::client::client::{CookieRequest, CookieStore, Url};
use httpkit::cookiejar::host::canonical_host;
use httpkit::cookiejar::{Cookie, SharedJar};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

/// The cookies of a request: those of files, those that were typed, and where all are saved behind it.
#[derive(Debug)]
pub(crate) struct Cookies {
    jar: SharedJar,
    typed: String,
    target: Option<Target>,
}

impl Cookies {
    /// Reads the files that the options name.
    pub(crate) fn of(options: &GetOptions) -> Result<Self, Failure> {
        let target = options.cookie_jar.as_deref().map(|path| Target::open(path, None)).transpose()?;
        let mut jar = cookie_file::roomy_jar();
        let mut typed = Vec::new();
        for text in &options.cookie {
            // curl: what has an equals sign is no file, and nothing is no cookie.
            if text.contains('=') {
                typed.push(text.as_str());
                continue;
            }
            let path = Path::new(text);
            match (&target, &options.cookie_jar) {
                _ if text.is_empty() => {}
                // It need not exist yet, and what is read is what will be replaced.
                (Some(target), Some(saved)) if is_same(path, saved) => jar.extend(target.cookies()),
                _ => jar.extend(cookie_file::read(path)?),
            }
        }
        let typed = typed.join("; ");
        Headers::new()
            .append("Cookie", &typed)
            .map_err(|error| Failure::usage(format!("--cookie: {error}")))?;
        Ok(Self { jar: SharedJar::new(jar), typed, target })
    }

    /// What a client asks for cookies, for a request to this URL and all that follow it.
    pub(crate) fn store(&self, url: &str) -> Arc<dyn CookieStore> {
        match Url::parse(url) {
            Ok(url) if !self.typed.is_empty() => {
                Arc::new(WithTyped { jar: self.jar.clone(), typed: self.typed.clone(), url })
            }
            _ => Arc::new(self.jar.clone()),
        }
    }

    /// Keeps the cookies that came, whatever became of the content.
    pub(crate) fn saved_after(self, shown: Result<(), Failure>) -> Result<(), Failure> {
        self.save()?;
        shown
    }

    /// Saves all cookies, session cookies too, where the options say so; those that were typed are no part of them.
    fn save(self) -> Result<(), Failure> {
        let Some(target) = self.target else { return Ok(()) };
        let cookies: Vec<Cookie> = self.jar.lock().iter().cloned().collect();
        target.replace(cookies)
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    one == other || matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// A jar, and cookies that were typed for one site.
#[derive(Debug)]
struct WithTyped {
    jar: SharedJar,
    typed: String,
    url: Url,
}

impl CookieStore for WithTyped {
    /// The jar's cookies, and at the site that they were typed for those that were typed, but for what a server or a file
    /// has given another value to.
    fn cookies(&self, request: &CookieRequest<'_>) -> Option<Vec<u8>> {
        let jar = self.jar.cookies(request);
        if request.url.origin() != self.url.origin() {
            return jar;
        }
        let mut all = jar.unwrap_or_default();
        let known: Vec<Vec<u8>> =
            all.split(|byte| *byte == b';').map(|pair| name_of(pair).to_vec()).collect();
        for pair in self.typed.split(';').map(str::trim).filter(|pair| !pair.is_empty()) {
            if known.iter().any(|known| known == name_of(pair.as_bytes())) {
                continue;
            }
            if !all.is_empty() {
                all.extend_from_slice(b"; ");
            }
            all.extend_from_slice(pair.as_bytes());
        }
        (!all.is_empty()).then_some(all)
    }

    fn store(&self, request: &CookieRequest<'_>, response: &Headers) {
        self.jar.store(request, response);
    }
}

fn name_of(pair: &[u8]) -> &[u8] {
    pair.split(|byte| *byte == b'=').next().unwrap_or_default().trim_ascii()
}

/// Shows what a file holds, or writes it somewhere.
pub(crate) fn run(options: &CookiesOptions) -> Result<(), Failure> {
    let domain = options.domain.as_deref().map(host).transpose()?;
    let mut found = cookie_file::read(&options.file)?;
    found.retain(|cookie| {
        options.name.as_ref().is_none_or(|name| cookie.name() == name.as_bytes())
            && domain.as_ref().is_none_or(|domain| is_related(cookie.domain(), domain))
    });
    match (&options.output, options.to) {
        (Some(file), to) => Target::open(file, to)?.replace(found),
        (None, Some(_)) => Target::open(Path::new("-"), options.to)?.replace(found),
        (None, None) => list(&found, options.values).map_err(|error| Failure::output(&error)),
    }
}

fn host(typed: &str) -> Result<String, Failure> {
    let bare = typed.strip_prefix('.').unwrap_or(typed);
    let host = canonical_host(bare).ok_or_else(|| Failure::usage(format!("--domain {typed}: not a host")))?;
    Ok(host.into_owned())
}

/// Whether one is the other, or below it.
fn is_related(one: &str, other: &str) -> bool {
    let is_below = |host: &str, above: &str| {
        host.strip_suffix(above).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    is_below(one, other) || is_below(other, one)
}

fn list(cookies: &[Cookie], values: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for cookie in cookies {
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
