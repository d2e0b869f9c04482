//! Which file answers a path of a request, and with which fields. Opening is in `root`, what is sent of a file in
//! `content`, how a folder is shown in `listing`.

use crate::accept::{asks_for_html, is_compressible, prefers_json};
use crate::body::Body;
use crate::coding::{ContentCoding, accepted};
use crate::error::Error;
use crate::files::archive::{ArchiveFormat, ArchiveReader};
use crate::files::conditional::EntityTag;
use crate::files::content::{Described, Description, Facts, Source, serve_file};
use crate::files::listing::html::{CONTENT_SECURITY_POLICY, HtmlPage};
use crate::files::listing::json::JsonPage;
use crate::files::listing::plain::PlainPage;
use crate::files::listing::{Listing, ListingQuery, ListingReader, Look, encode_segment};
use crate::files::memory::{Content, Found};
use crate::files::path::{FilePath, NameRules, PathRefusal};
use crate::files::root::{Facts as FileFacts, OpenFailure, Opened, OpenedFile};
use crate::files::upload::Receiver;
use crate::files::{FolderView, StaticFiles};
use crate::method_handler::refuse;
use crate::request::Request;
use crate::response::Response;
use http_proto::{Headers, Method, StatusCode};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::SystemTime;

/// The methods by which files are read.
const READING: [Method; 3] = [Method::GET, Method::HEAD, Method::OPTIONS];

/// The methods where files can be uploaded, too.
const WITH_UPLOADS: [Method; 5] = [Method::GET, Method::HEAD, Method::OPTIONS, Method::PUT, Method::POST];

/// What the path of a request names as far as its spelling tells.
enum Place {
    Path(FilePath),
    /// The prefix without the slash behind it.
    Prefix,
    Malformed,
    /// Nothing that could be a file of ours.
    Nowhere,
}

impl StaticFiles {
    /// Answers a request at this time, which decides about the age of files and nothing else.
    ///
    /// Uploads need the content of the request, so they are answered by [`Handler::handle`](crate::Handler::handle)
    /// alone.
    ///
    /// # Errors
    /// Where the system fails in a way that is neither "not there" nor "not allowed".
    pub fn respond_at(&self, request: &Request<'_>, now: SystemTime) -> Result<Response, Error> {
        let method = request.method();
        if *method != Method::GET && *method != Method::HEAD {
            let allowed: &[Method] = if self.receiver.is_some() { &WITH_UPLOADS } else { &READING };
            return Ok(refuse(method, allowed));
        }
        match self.place_of(request) {
            Place::Path(path) => self.respond_to(request, &path, now),
            Place::Prefix => {
                let name = self.prefix.rsplit('/').next().unwrap_or_default();
                Ok(redirect_to_folder(name, request.query()))
            }
            Place::Malformed => Ok(Response::error_page(StatusCode::BAD_REQUEST)),
            Place::Nowhere => self.respond_not_found(now),
        }
    }

    /// Answers a request that may be an upload.
    pub(super) fn respond_or_receive(
        &self,
        receiver: &Receiver,
        request: &mut Request<'_>,
        now: SystemTime,
    ) -> Result<Response, Error> {
        let is_put = *request.method() == Method::PUT;
        if !is_put && *request.method() != Method::POST {
            return self.respond_at(request, now);
        }
        let path = match self.place_of(request) {
            Place::Path(path) => path,
            Place::Malformed => return Ok(Response::error_page(StatusCode::BAD_REQUEST)),
            Place::Prefix | Place::Nowhere => return self.respond_not_found(now),
        };
        if !self.hidden && path.is_hidden() {
            return self.respond_not_found(now);
        }
        match (is_put, path.names_folder()) {
            (true, false) => {
                let response = receiver.put(request, &self.root, &path, now)?;
                if let Some(memory) = &self.memory {
                    memory.forget(path.as_bytes());
                }
                Ok(response)
            }
            (false, true) => {
                let response = receiver.post(request, &self.root, &path, self.hidden, now)?;
                if let Some(memory) = &self.memory {
                    memory.forget_all();
                }
                Ok(response)
            }
            // A form is sent to a folder, a file is put under a name.
            (true, true) | (false, false) => {
                let allow = if is_put { "GET, HEAD, OPTIONS, POST" } else { "GET, HEAD, OPTIONS, PUT" };
                Ok(Response::error_page(StatusCode::METHOD_NOT_ALLOWED).with_header("Allow", allow))
            }
        }
    }

    /// What the path of a request names as far as its spelling tells.
    fn place_of(&self, request: &Request<'_>) -> Place {
        match self.below_prefix(request.path()) {
            None => Place::Nowhere,
            Some("") => Place::Prefix,
            Some(below) => match FilePath::parse(below, NameRules::HERE) {
                Ok(path) => Place::Path(path),
                Err(PathRefusal::Malformed) => Place::Malformed,
                Err(PathRefusal::Unservable) => Place::Nowhere,
            },
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
        let archive = self.wanted_archive(request);
        if path.names_folder() && archive.is_none() {
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
            Ok(Found::Folder) => match archive {
                Some(format) => self.respond_with_archive(format, request, path, now),
                None if self.folder_view == FolderView::NotFound => self.respond_missing(request, now),
                None => self.respond_with_listing(request, path, now),
            },
            Ok(found) => self.respond_with_file(request, path, found, now),
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
                Ok(found) => return self.respond_with_file(request, &index, found, now).map(Some),
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

    /// A folder that cannot be read is not found, and says so.
    fn respond_unlistable(
        &self,
        failure: OpenFailure,
        request: &Request<'_>,
        now: SystemTime,
    ) -> Result<Response, Error> {
        if matches!(failure, OpenFailure::Denied) {
            let message = Some("No permission to list directory");
            return Ok(Response::error_page_with(StatusCode::NOT_FOUND, message, None));
        }
        match not_there(failure)? {
            Some(unavailable) => Ok(unavailable),
            None => self.respond_missing(request, now),
        }
    }

    fn respond_with_listing(
        &self,
        request: &Request<'_>,
        path: &FilePath,
        now: SystemTime,
    ) -> Result<Response, Error> {
        let found = match self.root.entries(path, self.hidden, self.entries_max, now) {
            Ok(found) => found,
            Err(failure) => return self.respond_unlistable(failure, request, now),
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
            listing_response(
                "text/html; charset=utf-8",
                listing,
                HtmlPage::new(&self.archives, self.receiver.is_some()),
            )
            .with_header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
            .with_header("Referrer-Policy", "same-origin")
        };
        let response = response.with_header("Vary", "Accept");
        Ok(self.with_own_fields(response.with_header("Cache-Control", "no-cache")))
    }

    /// The form of archive that a request asks for, where that is allowed.
    fn wanted_archive(&self, request: &Request<'_>) -> Option<ArchiveFormat> {
        if self.archives.is_empty() || request.query().is_none() {
            return None;
        }
        let name = request.query_value("archive")?;
        self.archives.iter().copied().find(|format| format.as_str() == name)
    }

    fn respond_with_archive(
        &self,
        format: ArchiveFormat,
        request: &Request<'_>,
        path: &FilePath,
        now: SystemTime,
    ) -> Result<Response, Error> {
        if let Err(failure) = self.root.entries(path, self.hidden, 1, now) {
            return self.respond_unlistable(failure, request, now);
        }
        let name = path.name().unwrap_or(b"files").to_vec();
        let disposition =
            format!("attachment; filename*=UTF-8''{}.{}", encode_segment(&name), format.as_str());
        let reader = ArchiveReader::new(format, self.root.clone(), path.clone(), name, self.hidden, now);
        let response = Response::content(format.content_type(), Body::reader(reader));
        Ok(self.with_own_fields(
            response.with_header("Content-Disposition", disposition).with_header("Cache-Control", "no-cache"),
        ))
    }

    fn respond_with_file(
        &self,
        request: &Request<'_>,
        path: &FilePath,
        found: Found,
        now: SystemTime,
    ) -> Result<Response, Error> {
        let asks = !self.codings.is_empty() && request.headers().contains("Accept-Encoding");
        let variant =
            if asks && self.varies(path, &found) { self.find_variant(request, path, now) } else { None };
        let (found, coding) = match variant {
            Some((variant, coding)) => (variant, Some(coding)),
            None => (found, None),
        };
        let response = match found {
            Found::File(OpenedFile { file, facts }) => {
                let described = Described::Once(self.describe(path, coding, facts, now)?);
                serve_file(request, described, Source::File(Arc::new(file)), now)?
            }
            Found::Kept(kept) => {
                let [own, as_variant] = &kept.described;
                let place = if coding.is_some() { as_variant } else { own };
                let described = match place.get() {
                    Some(described) => described,
                    None => {
                        let fresh = self.describe(path, coding, kept.facts, now)?.ready()?;
                        place.get_or_init(|| fresh)
                    }
                };
                let source = match &kept.content {
                    Content::Bytes(bytes) => Source::Memory(Arc::clone(bytes)),
                    Content::Open(file) => Source::File(Arc::clone(file)),
                };
                serve_file(request, Described::Kept(described), source, now)?
            }
            // Callers have looked.
            Found::Folder => return Ok(Response::error_page(StatusCode::NOT_FOUND)),
        };
        if is_no_error(response.status()) || !self.varies(path, &Found::Folder) {
            return Ok(response);
        }
        Ok(response.with_header("Vary", "Accept-Encoding"))
    }

    /// Whether variants of this file would be sent.
    fn varies(&self, path: &FilePath, found: &Found) -> bool {
        if let Found::Kept(kept) = found
            && let [own, _] = &kept.described
            && let Some(described) = own.get()
        {
            return is_compressible(&described.facts.content_type);
        }
        !self.codings.is_empty() && is_compressible(&self.types.of(path.name().unwrap_or_default()))
    }

    /// What is sent with a file in this state.
    fn describe(
        &self,
        path: &FilePath,
        coding: Option<ContentCoding>,
        facts: FileFacts,
        now: SystemTime,
    ) -> Result<Description, Error> {
        let FileFacts { size_bytes, modified, inode } = facts;
        let content_type = match self.headers.get("Content-Type") {
            Some(own) => Cow::Owned(own.to_latin1()),
            None => self.types.of(path.name().unwrap_or_default()),
        };
        let tag = modified.map(|modified| {
            let tag = EntityTag::of_file(size_bytes, modified, inode, now);
            coding.map(|coding| tag.variant(coding.as_str())).unwrap_or(tag)
        });
        let coding = coding.map(ContentCoding::as_str);
        let content_type = content_type.into_owned();
        let facts = Facts { content_type, coding, size_bytes, modified, tag };
        let mut fields = facts.validators(now)?;
        if !self.codings.is_empty() && is_compressible(&facts.content_type) {
            fields.append("Vary", "Accept-Encoding")?;
        }
        let cache_control = self.caching.value_for(path, &facts.content_type);
        if !cache_control.is_empty() {
            fields.append("Cache-Control", cache_control)?;
        }
        fields.append("X-Content-Type-Options", "nosniff")?;
        self.add_own_headers(&mut fields)?;
        Ok(Description { facts, fields, whole: None })
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
                    let mut response = self.respond_with_file(request, path, found, now)?;
                    let _ = response.headers_mut().remove("Cache-Control");
                    // Who asks for no HTML is told that nothing is there.
                    return Ok(response
                        .with_header("Vary", "Accept")
                        .with_header("Cache-Control", "no-cache"));
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
        let mut response = response.with_header("X-Content-Type-Options", "nosniff");
        for name in OVERRIDING.into_iter().filter(|name| self.headers.contains(name)) {
            response.headers_mut().remove(name);
        }
        // What is made here has the type that it has.
        let own = self.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("Content-Type"));
        own.fold(response, |response, (name, value)| response.with_header(name, value))
    }

    /// Adds the fields of the one who set this up; those that can be there once take the place of ours.
    fn add_own_headers(&self, fields: &mut Headers) -> Result<(), Error> {
        for name in OVERRIDING.into_iter().filter(|name| self.headers.contains(name)) {
            fields.remove(name);
        }
        for (name, value) in &self.headers {
            // It goes with the type of the content.
            if !name.eq_ignore_ascii_case("Content-Type") {
                fields.append(name, value)?;
            }
        }
        Ok(())
    }
}

/// Of our fields those that own ones take the place of: two that contradict each other help nobody.
const OVERRIDING: [&str; 3] = ["Cache-Control", "Referrer-Policy", "X-Content-Type-Options"];

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
