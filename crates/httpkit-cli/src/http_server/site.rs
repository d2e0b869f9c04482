//! What answers: the files of the folder, and what the options put around them.

use super::auth::{User, locked};
use super::live::{Live, WithLive};
use super::{Failure, Options};
use crate::causes::with_causes;
use httpkit::Method;
use httpkit::server::files::{ContentCoding, FolderView, StaticFiles, Uploads};
use httpkit::server::{Compressed, Cors, Error, Handler, HandlerError, Request, Response, Throttled};
use std::num::NonZeroU64;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// What answers, and what makes its pages load anew, if that is wanted.
pub(crate) struct Site {
    pub(crate) handler: Box<dyn Handler>,
    pub(crate) live: Option<Arc<Live>>,
}

/// The site of a run.
pub(crate) fn site(options: &Options, users: Vec<User>) -> Result<Site, Failure> {
    let mut handler: Box<dyn Handler> = Box::new(files(options)?);
    let live = if options.live { Some(Live::watch(options)?) } else { None };
    if let Some(live) = &live {
        handler = Box::new(WithLive::new(handler, Arc::clone(live)));
    }
    if options.compress {
        handler = Box::new(Compressed::new(handler));
    }
    if let Some(rate) = options.limit_rate.and_then(|rate| NonZeroU64::new(rate.count)) {
        handler = Box::new(Throttled::new(handler, rate));
    }
    handler = locked(handler, users)?;
    if options.coop_coep {
        handler = Box::new(Isolated(handler));
    }
    // Around the password: a browser sends none when it asks whether it may.
    if let Some(origin) = &options.cors {
        handler = Box::new(cors(handler, origin, options)?);
    }
    Ok(Site { handler, live })
}

/// A handler whose pages share no process with those of other origins, and load nothing of theirs that is not meant for
/// them.
#[derive(Debug)]
struct Isolated<H>(H);

impl<H: Handler> Handler for Isolated<H> {
    fn handle(&self, request: &mut Request<'_>) -> Result<Response, HandlerError> {
        let response = self.0.handle(request)?;
        Ok(response
            .with_header("Cross-Origin-Opener-Policy", "same-origin")
            .with_header("Cross-Origin-Embedder-Policy", "require-corp"))
    }
}

fn cors(
    handler: Box<dyn Handler>,
    origin: &str,
    options: &Options,
) -> Result<Cors<Box<dyn Handler>>, Failure> {
    let failed = |error| refused("--cors", origin, &error);
    let cors = match origin {
        "*" => Cors::any(handler),
        origin => Cors::origins(handler, [origin]).map_err(failed)?,
    };
    let mut methods = vec![Method::GET, Method::HEAD];
    // Whoever lets everybody read has not let every page that is open in a browser write.
    if options.upload && origin != "*" {
        methods.extend([Method::PUT, Method::POST]);
    }
    let exposed = ["Accept-Ranges", "Content-Encoding", "Content-Length", "Content-Range", "ETag"];
    let cors = cors.methods(methods).any_headers().expose(exposed).map_err(failed)?;
    Ok(cors.max_age(Duration::from_secs(86_400)))
}

fn files(options: &Options) -> Result<StaticFiles, Failure> {
    let view = match (options.no_listing, options.plain_listing) {
        (true, _) => FolderView::NotFound,
        (false, true) => FolderView::Python,
        (false, false) => FolderView::Page,
    };
    let mut files = StaticFiles::new(&options.directory)
        .map_err(|error| Failure::new(setup_text(&error)))?
        .folder_view(view)
        .hidden(options.hidden)
        .archives(options.archive.iter().copied().map(Into::into))
        .symlinks(options.symlinks.into());
    if !options.index.is_empty() {
        if let Some(name) = options.index.iter().find(|name| !is_name(name)) {
            return Err(Failure::new(format!(
                "--index {name:?}: give the name of a file, which is looked for in each folder"
            )));
        }
        files = files.index(&options.index);
    }
    for (name, value) in options.header_pairs() {
        if let Some((name, rest)) = name.split_once(':') {
            return Err(Failure::new(format!(
                "--header {name}:{rest} {value}: name and value are two arguments, without a colon: --header {name} \"{}\"",
                rest.trim()
            )));
        }
        files = files.header(name, value).map_err(|error| refused("--header", name, &error))?;
    }
    if let Some(content_type) = &options.content_type {
        files = files
            .default_content_type(content_type)
            .map_err(|error| refused("--content-type", content_type, &error))?;
    }
    if let Some(seconds) = options.cache {
        let value = format!("max-age={seconds}");
        files = files.cache_control(&value).map_err(|error| refused("--cache", &value, &error))?;
    }
    if options.no_cache {
        files = files.cache_control("no-store").map_err(|error| refused("--no-cache", "", &error))?;
    }
    for (pattern, value) in options.cache_rules() {
        files = files.cache_rule(pattern, value).map_err(|error| refused("--cache-rule", pattern, &error))?;
    }
    if let Some(path) = &options.spa {
        files = files.fallback(path).map_err(|error| refused("--spa", path, &error))?;
        must_be_there("--spa", path, options)?;
    }
    if let Some(path) = &options.not_found {
        files = files.not_found(path).map_err(|error| refused("--404", path, &error))?;
        must_be_there("--404", path, options)?;
    }
    if options.precompressed {
        files = files.precompressed(ContentCoding::ALL);
    }
    if options.upload {
        warn_unless_writable(&options.directory);
        let uploads = Uploads::new().overwrite(options.overwrite);
        files = files.uploads(match options.upload_max {
            Some(largest) => uploads.bytes_max(largest.count),
            None => uploads,
        });
    }
    // What is kept in memory is looked for on the disk once a second: a page that loads anew would get its old self.
    let cache_mib = if options.live { 0 } else { options.memory_cache };
    let cache_bytes = usize::try_from(cache_mib).unwrap_or(usize::MAX).saturating_mul(1 << 20);
    Ok(files.immutable_hashed_names(options.immutable).keep_in_memory(cache_bytes))
}

/// Uploads may be meant for folders further down: so this is no reason not to start.
fn warn_unless_writable(folder: &Path) {
    let probe = folder.join(format!(".http-server-{}", std::process::id()));
    let made = std::fs::File::options().write(true).create_new(true).open(&probe);
    match made.and_then(|_| std::fs::remove_file(&probe)) {
        Ok(()) => {}
        Err(error) => {
            super::say(&format!(
                "--upload: nothing can be written into {} itself: {error}",
                folder.display()
            ));
        }
    }
}

/// Whether it names something in a folder, and not a path.
fn is_name(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && !name.contains(['/', '\\', '\0'])
}

/// A file that is to answer for others is looked for at the start: later nobody would be told that it is missing.
fn must_be_there(option: &str, path: &str, options: &Options) -> Result<(), Failure> {
    let full = options.directory.join(path.trim_start_matches('/'));
    if full.is_file() {
        return Ok(());
    }
    Err(Failure::new(format!("{option} {path:?}: there is no file {}", full.display())))
}

/// The system's errors name the folder themselves.
fn setup_text(error: &Error) -> String {
    match error {
        Error::System(error) => error.to_string(),
        other => with_causes(other),
    }
}

/// What is wrong with the value of an option. That it is one is said by naming the option.
fn refused(option: &str, value: &str, error: &Error) -> Failure {
    let what = match error {
        Error::InvalidSetting(wanted) => format!("this needs {wanted}"),
        Error::InvalidResponse(source) => source.to_string(),
        other => with_causes(other),
    };
    Failure::new(format!("{option} {value:?}: {what}"))
}
