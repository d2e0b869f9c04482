//! What answers: the files of the folder, and what the options put around them.

use super::auth::{Credentials, WithAuth};
use super::cors::WithCors;
use super::options::Protocol;
use super::{Failure, Options, chain};
use httpkit::server::files::{ContentCoding, FolderView, StaticFiles};
use httpkit::server::{Error, Handler, HandlerError, Request, Response};

/// The handler of a run.
pub(crate) fn handler(options: &Options) -> Result<Box<dyn Handler>, Failure> {
    let files = files(options)?;
    let mut handler: Box<dyn Handler> = Box::new(files);
    if let Some(credentials) = &options.auth {
        let credentials = Credentials::parse(credentials)
            .ok_or_else(|| Failure::new("--auth needs a user name, a colon and a password"))?;
        handler = Box::new(WithAuth::new(handler, credentials));
    }
    // Around the password: a browser sends none when it asks whether it may.
    if let Some(origin) = &options.cors {
        let cors = WithCors::new(handler, origin).ok_or_else(|| {
            Failure::new(format!("--cors={origin}: give `*` or an origin such as https://example.org"))
        })?;
        handler = Box::new(cors);
    }
    if options.protocol == Protocol::Http10 {
        handler = Box::new(Closing(handler));
    }
    Ok(handler)
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
        .archives(options.archive)
        .symlinks(options.symlinks.into());
    if !options.index.is_empty() {
        files = files.index(&options.index);
    }
    for (name, value) in options.header_pairs() {
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
    if let Some(path) = &options.spa {
        files = files.fallback(path).map_err(|error| refused("--spa", path, &error))?;
    }
    if let Some(path) = &options.not_found {
        files = files.not_found(path).map_err(|error| refused("--404", path, &error))?;
    }
    if options.precompressed {
        files = files.precompressed(ContentCoding::ALL);
    }
    Ok(files)
}

/// The system's errors name the folder themselves.
fn setup_text(error: &Error) -> String {
    match error {
        Error::System(error) => error.to_string(),
        other => chain(other),
    }
}

fn refused(option: &str, value: &str, error: &Error) -> Failure {
    Failure::new(format!("{option} {value:?}: {}", chain(error)))
}

/// HTTP/1.0 as Python speaks it by default: one answer per connection.
#[derive(Debug)]
struct Closing<H>(H);

impl<H: Handler> Handler for Closing<H> {
    fn handle(&self, request: &mut Request<'_>) -> Result<Response, HandlerError> {
        Ok(self.0.handle(request)?.with_header("Connection", "close"))
    }
}
