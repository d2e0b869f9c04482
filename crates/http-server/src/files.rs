//! Static files: a folder as a handler. It decides which file answers a path; opening is in `root`, what is sent of a
//! file in `content`, and how a folder is shown in `listing`.

use crate::clock;
use crate::error::{Error, HandlerError};
use crate::files::accept::{asks_for_html, is_compressible, prefers_json};
use crate::files::archive::write_tar;
use crate::files::coding::accepted;
use crate::files::content::{Representation, Source, serve_file};
use crate::files::listing::html::{CONTENT_SECURITY_POLICY, HtmlPage};
use crate::files::listing::json::JsonPage;
use crate::files::listing::plain::PlainPage;
use crate::files::listing::{Listing, ListingQuery, ListingReader, Look, encode_segment};
use crate::files::memory::{Found, Memory};
use crate::files::path::{FilePath, NameRules, PathRefusal};
use crate::files::root::{OpenFailure, Opened, OpenedFile, Root};
use crate::files::types::Types;
use crate::handler::Handler;
use crate::request::Request;
use crate::response::{Body, Response};
use http_proto::{Headers, Method, StatusCode};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

mod accept;
mod archive;
mod coding;
mod conditional;
mod content;
mod listing;
mod memory;
mod multipart;
mod path;
mod range;
mod root;
mod tar;
mod types;

pub use coding::ContentCoding;
pub use conditional::{EntityTag, InvalidEntityTag};
pub use content::serve_content;
pub use root::Symlinks;

/// How a folder without an index file is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum FolderView {
    /// 404.
    NotFound,
    /// A page with names, sizes and times that can be sorted and filtered, or JSON for those who prefer it by Accept
    /// or ask for `?format=json`.
    #[default]
    Page,
    /// The list of links that Python's `http.server` shows.
    Python,
}

/// Serves the files of a folder. Python: `SimpleHTTPRequestHandler` with `directory`.
///
/// What it does beside sending files: `index.html` or a listing for folders; conditional requests and ranges by RFC 9110
/// §13 and §14; types with `charset=utf-8` for text; `nosniff`. What it never does: leave the folder by any spelling
/// of a path, wait on a FIFO or a device, or send a client to another host. By default links are followed only as long
/// as they stay inside the folder, and names that begin with a dot are not found (`.well-known` at the top is).
///
/// Where the system knows `openat2` or `openat`, files are opened relative to the folder's descriptor, so that a link
/// which is swapped during a request leads nowhere; elsewhere the path is checked before and after.
///
/// ```
/// use http_server::files::StaticFiles;
/// use http_server::testing;
///
/// # let folder = tempfile::tempdir()?;
/// # let folder = folder.path();
/// std::fs::write(folder.join("hello.txt"), "Hello!")?;
/// let files = StaticFiles::new(folder)?.cache_control("max-age=60")?;
/// let answer = testing::get("/hello.txt").send_to(&files);
/// assert_eq!(answer.text(), "Hello!");
/// assert_eq!(testing::get("/../etc/passwd").send_to(&files).status(), 404);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
#[derive(Debug)]
#[doc(alias = "SimpleHTTPRequestHandler")]
pub struct StaticFiles {
    root: Root,
    prefix: String,
    index: Vec<Vec<u8>>,
    folder_view: FolderView,
    entries_max: usize,
    hidden: bool,
    archives: bool,
    types: Types,
    /// For answers that are no errors.
    headers: Headers,
    cache_control: String,
    codings: Vec<ContentCoding>,
    fallback: Option<FilePath>,
    not_found: Option<FilePath>,
    memory: Option<Memory>,
}

impl StaticFiles {
    /// Serves the files of this folder.
    ///
    /// The folder is looked up again once a second, so that a link which is switched to another release is noticed.
    ///
    /// # Errors
    /// [`Error::System`] with the path, where it is no folder or cannot be opened.
    #[doc(alias = "directory")]
    pub fn new(folder: impl AsRef<Path>) -> Result<Self, Error> {
        let folder = folder.as_ref();
        let root = Root::new(folder, Symlinks::default()).map_err(|error| {
            let message = format!("cannot serve the folder {}: {error}", folder.display());
            Error::System(io::Error::new(error.kind(), message))
        })?;
        Ok(Self {
            root,
            prefix: String::new(),
            index: vec![b"index.html".to_vec(), b"index.htm".to_vec()],
            folder_view: FolderView::default(),
            entries_max: 10_000,
            hidden: false,
            archives: false,
            types: Types::default(),
            headers: Headers::new(),
            cache_control: "no-cache".to_owned(),
            codings: Vec::new(),
            fallback: None,
            not_found: None,
            memory: None,
        })
    }

    /// Serves the folder under this path, such as `/static`; what is outside of it is not found.
    pub fn at(mut self, prefix: &str) -> Self {
        prefix.trim_end_matches('/').clone_into(&mut self.prefix);
        self
    }

    /// The names of files that answer for their folder, the first one that is there. Python: `index_pages`.
    ///
    /// By default `index.html` and `index.htm`. None: every folder is shown as [`folder_view`](Self::folder_view) says.
    #[doc(alias = "index_pages")]
    pub fn index<I: IntoIterator<Item: AsRef<str>>>(mut self, names: I) -> Self {
        self.index = names.into_iter().map(|name| name.as_ref().as_bytes().to_vec()).collect();
        self.index.retain(|name| path::is_plain_name(name, NameRules::HERE));
        self
    }

    /// How a folder without an index file is answered. Python: `list_directory`.
    #[doc(alias = "list_directory")]
    pub fn folder_view(mut self, view: FolderView) -> Self {
        self.folder_view = view;
        self
    }

    /// Most entries that are listed of one folder, 10 000 by default; the listing tells when there are more.
    pub fn entries_max(mut self, entries: usize) -> Self {
        self.entries_max = entries;
        self
    }

    /// What happens to symbolic links, [`Symlinks::Beneath`] by default.
    pub fn symlinks(mut self, symlinks: Symlinks) -> Self {
        self.root.set_links(symlinks);
        self
    }

    /// Whether names that begin with a dot are served and listed, which by default they are not.
    pub fn hidden(mut self, serve: bool) -> Self {
        self.hidden = serve;
        self
    }

    /// Whether a folder can be downloaded as a whole, as a tar archive by `?archive=tar`. By default it can't.
    ///
    /// The archive is made while it is sent: it costs no memory, but reads everything below the folder.
    pub fn archives(mut self, allow: bool) -> Self {
        self.archives = allow;
        self
    }

    /// The Content-Type for files with this extension, sent as it is. Python: `extensions_map`.
    ///
    /// # Errors
    /// [`Error::InvalidResponse`] for a type that no field can hold.
    #[doc(alias = "extensions_map")]
    pub fn content_type(mut self, extension: &str, value: &str) -> Result<Self, Error> {
        self.types.set(extension, value)?;
        Ok(self)
    }

    /// The Content-Type for files whose extension says nothing, `application/octet-stream` by default. Python:
    /// `default_content_type`.
    ///
    /// # Errors
    /// [`Error::InvalidResponse`] for a type that no field can hold.
    pub fn default_content_type(mut self, value: &str) -> Result<Self, Error> {
        self.types.set_fallback(value)?;
        Ok(self)
    }

    /// One more field for every answer that is no error. Python: `extra_response_headers`.
    ///
    /// # Errors
    /// [`Error::InvalidResponse`] for a name or a value that cannot be sent.
    #[doc(alias = "extra_response_headers")]
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, Error> {
        self.headers.append(name, value)?;
        Ok(self)
    }

    /// The Cache-Control of files: `no-cache` by default, so that a client asks each time and is told with 304 that
    /// nothing has changed. None if empty.
    ///
    /// # Errors
    /// [`Error::InvalidResponse`] for a value that no field can hold.
    pub fn cache_control(mut self, value: &str) -> Result<Self, Error> {
        Headers::new().append("Cache-Control", value)?;
        value.clone_into(&mut self.cache_control);
        Ok(self)
    }

    /// Sends a ready compressed variant that lies beside a file, `app.js.br` for `app.js`, to those who take it.
    ///
    /// None by default. Among codings that a client likes equally, the first of these is sent.
    pub fn precompressed(mut self, codings: impl IntoIterator<Item = ContentCoding>) -> Self {
        self.codings = codings.into_iter().collect();
        self
    }

    /// Keeps files of up to 16 KiB in memory, `bytes_max` bytes in all; by default none.
    ///
    /// A file that is kept is looked at on the disk once a second, so that a change is seen a second later at most. One
    /// that changed within the last two seconds is not kept.
    pub fn keep_in_memory(mut self, bytes_max: usize) -> Self {
        self.memory = (bytes_max > 0).then(|| Memory::new(bytes_max));
        self
    }

    /// The file, as a path below the folder, that answers GET and HEAD for what is not found with 200 if the client
    /// asks for HTML by name: for applications that read the path themselves.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] for a path that can't name a file.
    pub fn fallback(mut self, path: &str) -> Result<Self, Error> {
        self.fallback = Some(setting(path)?);
        Ok(self)
    }

    /// The file, as a path below the folder, that is sent with 404 instead of the usual page.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] for a path that can't name a file.
    pub fn not_found(mut self, path: &str) -> Result<Self, Error> {
        self.not_found = Some(setting(path)?);
        Ok(self)
    }

    /// The folder, as an absolute path.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.root.path()
    }

    /// Answers a request at this time, which decides about the age of files and nothing else.
    ///
    /// # Errors
    /// Where the system fails in a way that is neither "not there" nor "not allowed".
    pub fn respond_at(&self, request: &Request<'_>, now: SystemTime) -> Result<Response, Error> {
        const ALLOW: &str = "GET, HEAD, OPTIONS";
        let method = request.method();
        if *method == Method::OPTIONS {
            return Ok(Response::new(StatusCode::NO_CONTENT).with_header("Allow", ALLOW));
        }
        if *method != Method::GET && *method != Method::HEAD {
            return Ok(Response::error_page(StatusCode::METHOD_NOT_ALLOWED).with_header("Allow", ALLOW));
        }
        let Some(below) = self.below_prefix(request.path()) else {
            return self.respond_not_found(now);
        };
        if below.is_empty() {
            let name = self.prefix.rsplit('/').next().unwrap_or_default();
            return Ok(redirect_to_folder(name, request.query()));
        }
        match FilePath::parse(below, NameRules::HERE) {
            Ok(path) => self.respond_to(request, &path, now),
            Err(PathRefusal::Malformed) => Ok(Response::error_page(StatusCode::BAD_REQUEST)),
            Err(PathRefusal::Unservable) => self.respond_not_found(now),
        }
    }

    /// The path below the prefix: empty if it is the prefix itself, `None` if it is outside.
    fn below_prefix<'p>(&self, path: &'p str) -> Option<&'p str> {
        let below = path.strip_prefix(self.prefix.as_str())?;
        let ends_there = below.starts_with('/') || (below.is_empty() && !self.prefix.is_empty());
        ends_there.then_some(below)
    }

    fn respond_to(&self, request: &Request<'_>, path: &FilePath, now: SystemTime) -> Result<Response, Error> {
        if !self.hidden && path.is_hidden() {
            return self.respond_not_found(now);
        }
        let wants_archive =
            self.archives && request.query_value("archive").is_some_and(|format| format == "tar");
        if path.names_folder() && !wants_archive {
            // Looked for before the folder: most folders that are asked for have one.
            if let Some(answer) = self.respond_with_index(request, path, now)? {
                return Ok(answer);
            }
        }
        match self.find(path, now) {
            // Python as well: a file is no folder.
            Ok(Found::File(_) | Found::Kept(_)) if path.names_folder() => self.respond_missing(request, now),
            Ok(Found::Folder) if !path.names_folder() => match path.name() {
                Some(name) => Ok(redirect_to_folder(encode_segment(name), request.query())),
                None => self.respond_missing(request, now),
            },
            Ok(Found::Folder) if wants_archive => Ok(self.respond_with_archive(path, now)),
            Ok(Found::Folder) if self.folder_view == FolderView::NotFound => {
                self.respond_missing(request, now)
            }
            Ok(Found::Folder) => self.respond_with_listing(request, path, now),
            Ok(found) => Ok(self.respond_with_file(request, path, found, now)),
            Err(failure) => match not_there(failure)? {
                Some(unavailable) => Ok(unavailable),
                None => self.respond_missing(request, now),
            },
        }
    }

    /// Finds what the path names, in memory or on the disk.
    fn find(&self, path: &FilePath, now: SystemTime) -> Result<Found, OpenFailure> {
        match &self.memory {
            Some(memory) => memory.find(path.as_bytes(), now, || self.root.open(path, now)),
            None => self.root.open(path, now).map(|opened| match opened {
                Opened::File(found) => Found::File(found),
                Opened::Folder => Found::Folder,
            }),
        }
    }

    /// The first index file of a folder; `None` where there is none.
    fn respond_with_index(
        &self,
        request: &Request<'_>,
        folder: &FilePath,
        now: SystemTime,
    ) -> Result<Option<Response>, Error> {
        for name in &self.index {
            let index = folder.child(name);
            match self.find(&index, now) {
                Ok(Found::Folder) => {}
                Ok(found) => return Ok(Some(self.respond_with_file(request, &index, found, now))),
                // An index that may not be read still means that its folder is not to be listed.
                Err(OpenFailure::Denied) => return self.respond_not_found(now).map(Some),
                Err(failure) => {
                    if let Some(unavailable) = not_there(failure)? {
                        return Ok(Some(unavailable));
                    }
                }
            }
        }
        Ok(None)
    }

    fn respond_with_listing(
        &self,
        request: &Request<'_>,
        path: &FilePath,
        now: SystemTime,
    ) -> Result<Response, Error> {
        let found = match self.root.entries(path, self.hidden, self.entries_max, now) {
            Ok(found) => found,
            Err(OpenFailure::Denied) => {
                let message = Some("No permission to list directory");
                return Ok(Response::error_page_with(StatusCode::NOT_FOUND, message, None));
            }
            Err(failure) => {
                return match not_there(failure)? {
                    Some(unavailable) => Ok(unavailable),
                    None => self.respond_missing(request, now),
                };
            }
        };
        let trail = path.segments().map(<[u8]>::to_vec).collect();
        if self.folder_view == FolderView::Python {
            let listing = Listing::in_python_order(trail, found);
            let response = listing_response("text/html; charset=utf-8", listing, PlainPage)
                .with_header("Content-Security-Policy", "default-src 'none'");
            return Ok(self.with_own_fields(response));
        }
        let query = ListingQuery::parse(request.query());
        let json = query.json || prefers_json(request.headers());
        let listing = Listing::new(trail, found, query);
        let response = if json {
            listing_response("application/json", listing, JsonPage::default())
        } else {
            listing_response("text/html; charset=utf-8", listing, HtmlPage::new(self.archives))
                .with_header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
                .with_header("Referrer-Policy", "same-origin")
        };
        let response = response.with_header("Vary", "Accept");
        Ok(self.with_own_fields(response.with_header("Cache-Control", "no-cache")))
    }

    fn respond_with_archive(&self, path: &FilePath, now: SystemTime) -> Response {
        let (root, folder, hidden) = (self.root.clone(), path.clone(), self.hidden);
        let name = path.name().unwrap_or(b"files").to_vec();
        let disposition = format!("attachment; filename*=UTF-8''{}.tar", encode_segment(&name));
        let response = Response::stream("application/x-tar", move |out| {
            write_tar(&root, &folder, &name, hidden, now, out)
        });
        self.with_own_fields(
            response.with_header("Content-Disposition", disposition).with_header("Cache-Control", "no-cache"),
        )
    }

    fn respond_with_file(
        &self,
        request: &Request<'_>,
        path: &FilePath,
        found: Found,
        now: SystemTime,
    ) -> Response {
        let content_type = self.types.of(path.name().unwrap_or_default());
        let varies = !self.codings.is_empty() && is_compressible(&content_type);
        let variant = if varies { self.find_variant(request, path, now) } else { None };
        let (found, coding) = match variant {
            Some((variant, coding)) => (variant, Some(coding)),
            None => (found, None),
        };
        let (facts, source) = match found {
            Found::File(OpenedFile { file, facts }) => (facts, Source::File(file)),
            Found::Kept(kept) => (kept.facts, Source::Memory(Arc::clone(&kept.content))),
            // Callers have looked.
            Found::Folder => return Response::error_page(StatusCode::NOT_FOUND),
        };
        let tag = facts.modified.map(|modified| {
            let tag = EntityTag::of_file(facts.size_bytes, modified, facts.inode, now);
            coding.map(|coding| tag.variant(coding.as_str())).unwrap_or(tag)
        });
        let representation = Representation {
            content_type: &content_type,
            size_bytes: facts.size_bytes,
            modified: facts.modified,
            tag,
        };
        let mut response = serve_file(request, &representation, source, now);
        if varies {
            response = response.with_header("Vary", "Accept-Encoding");
        }
        if let Some(coding) = coding.filter(|_| response.status().is_success()) {
            response = response.with_header("Content-Encoding", coding.as_str());
        }
        if !self.cache_control.is_empty() && is_no_error(response.status()) {
            response = response.with_header("Cache-Control", &self.cache_control);
        }
        self.with_own_fields(response)
    }

    /// The best ready variant of a file for this request.
    fn find_variant(
        &self,
        request: &Request<'_>,
        path: &FilePath,
        now: SystemTime,
    ) -> Option<(Found, ContentCoding)> {
        accepted(request.headers(), &self.codings).into_iter().find_map(|coding| {
            match self.find(&path.sibling(coding.suffix()), now) {
                Ok(variant @ (Found::File(_) | Found::Kept(_))) => Some((variant, coding)),
                _ => None,
            }
        })
    }

    /// Nothing is there: the fallback for a person's browser, else 404.
    fn respond_missing(&self, request: &Request<'_>, now: SystemTime) -> Result<Response, Error> {
        if let Some(path) = self.fallback.as_ref().filter(|_| asks_for_html(request.headers())) {
            match self.find(path, now) {
                Ok(found @ (Found::File(_) | Found::Kept(_))) => {
                    let mut response = self.respond_with_file(request, path, found, now);
                    let _ = response.headers_mut().remove("Cache-Control");
                    return Ok(response.with_header("Cache-Control", "no-cache"));
                }
                Ok(Found::Folder) => {}
                Err(failure) => {
                    if let Some(unavailable) = not_there(failure)? {
                        return Ok(unavailable);
                    }
                }
            }
        }
        self.respond_not_found(now)
    }

    fn respond_not_found(&self, now: SystemTime) -> Result<Response, Error> {
        if let Some(path) = &self.not_found {
            match self.root.open(path, now) {
                Ok(Opened::File(OpenedFile { file, facts })) => {
                    let content_type = self.types.of(path.name().unwrap_or_default());
                    let body = Body::file(file, 0, facts.size_bytes);
                    let response = Response::content(&content_type, body).with_status(StatusCode::NOT_FOUND);
                    return Ok(response.with_header("X-Content-Type-Options", "nosniff"));
                }
                Ok(Opened::Folder) => {}
                Err(failure) => {
                    if let Some(unavailable) = not_there(failure)? {
                        return Ok(unavailable);
                    }
                }
            }
        }
        Ok(Response::error_page_with(StatusCode::NOT_FOUND, Some("File not found"), None))
    }

    /// Adds what every answer with content from the folder has.
    fn with_own_fields(&self, response: Response) -> Response {
        if !is_no_error(response.status()) {
            return response;
        }
        let response = response.with_header("X-Content-Type-Options", "nosniff");
        self.headers.iter().fold(response, |response, (name, value)| response.with_header(name, value))
    }
}

impl Handler for StaticFiles {
    fn handle(&self, request: &mut Request<'_>) -> Result<Response, HandlerError> {
        Ok(self.respond_at(request, clock::wall())?)
    }
}

/// A path that the one who sets up the server gives.
fn setting(path: &str) -> Result<FilePath, Error> {
    let path = path.trim_start_matches('/').replace('%', "%25");
    match FilePath::parse(&format!("/{path}"), NameRules::HERE) {
        Ok(path) if !path.is_root() => Ok(path),
        _ => Err(Error::InvalidSetting("a path below the folder that is served, without `..`")),
    }
}

/// What a failure to open comes to: `None` if nothing is there for the client, 503 if the system is short of something.
fn not_there(failure: OpenFailure) -> Result<Option<Response>, Error> {
    match failure {
        OpenFailure::NotFound | OpenFailure::Denied => Ok(None),
        OpenFailure::Exhausted => {
            let response = Response::error_page(StatusCode::SERVICE_UNAVAILABLE);
            Ok(Some(response.with_header("Retry-After", "1")))
        }
        OpenFailure::Io(error) => Err(Error::System(error)),
    }
}

/// To the same folder with a slash, relative: right behind any prefix, and never another host.
fn redirect_to_folder(encoded_name: impl std::fmt::Display, query: Option<&str>) -> Response {
    let mut location = format!("{encoded_name}/");
    if let Some(query) = query {
        location.push('?');
        location.push_str(query);
    }
    Response::redirect(StatusCode::MOVED_PERMANENTLY, &location)
}

fn is_no_error(status: StatusCode) -> bool {
    status.is_success() || status == StatusCode::NOT_MODIFIED
}

/// Long listings are made while they are sent; short ones have a length.
fn listing_response(content_type: &str, listing: Listing, look: impl Look) -> Response {
    const WHOLE_ENTRIES_MAX: usize = 500;
    let is_short = listing.entries.len() <= WHOLE_ENTRIES_MAX;
    let reader = ListingReader::new(listing, look);
    let body = if is_short { Body::from(reader.into_text()) } else { Body::reader(reader) };
    Response::content(content_type, body)
}

#[cfg(unix)]
#[cfg(test)]
mod tests;
