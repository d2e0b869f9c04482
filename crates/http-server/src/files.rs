//! Static files: a folder as a handler, and its settings. Which file answers a path is decided in `answer`.

use crate::clock;
use crate::error::{Error, HandlerError};
use crate::files::caching::Caching;
use crate::files::memory::Memory;
use crate::files::path::{FilePath, NameRules};
use crate::files::root::Root;
use crate::files::types::Types;
use crate::files::upload::Receiver;
use crate::handler::Handler;
use crate::request::Request;
use crate::response::Response;
use http_proto::Headers;
use std::io;
use std::path::Path;

mod answer;
mod archive;
mod caching;

mod conditional;
mod content;
mod listing;
mod memory;
mod multipart;
mod path;
mod range;
mod reader;
mod root;
mod types;
mod upload;

pub use crate::coding::ContentCoding;
pub use archive::ArchiveFormat;
pub use conditional::{EntityTag, InvalidEntityTag};
pub use content::serve_content;
pub use root::Symlinks;
pub use upload::Uploads;

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
#[doc(alias = "translate_path")]
pub struct StaticFiles {
    root: Root,
    prefix: String,
    index: Vec<Vec<u8>>,
    folder_view: FolderView,
    entries_max: usize,
    hidden: bool,
    archives: Vec<ArchiveFormat>,
    types: Types,
    /// For answers that are no errors.
    headers: Headers,
    caching: Caching,
    codings: Vec<ContentCoding>,
    fallback: Option<FilePath>,
    not_found: Option<FilePath>,
    memory: Option<Memory>,
    receiver: Option<Receiver>,
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
            archives: Vec::new(),
            types: Types::default(),
            headers: Headers::new(),
            caching: Caching::default(),
            codings: Vec::new(),
            fallback: None,
            not_found: None,
            memory: None,
            receiver: None,
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
        self.forget();
        self
    }

    /// Whether names that begin with a dot are served and listed, which by default they are not.
    pub fn hidden(mut self, serve: bool) -> Self {
        self.hidden = serve;
        self
    }

    /// Offers every folder as one download, an archive in these forms: `?archive=tar`, `?archive=zip`. By default in none.
    ///
    /// The archive is made while it is sent: it costs little memory, but reads everything below the folder. With the
    /// feature `gzip`, files in a zip archive are deflated, save those whose type is compressed already; otherwise they
    /// are in it as they are.
    pub fn archives(mut self, formats: impl IntoIterator<Item = ArchiveFormat>) -> Self {
        self.archives = formats.into_iter().collect();
        self
    }

    /// Takes files that clients put into the folder: by default none.
    ///
    /// - PUT saves its content under the path (RFC 9110 §9.3.4): 201 for a new file, 204 for one that took the place of
    ///   another. `If-None-Match: *` and `If-Match` hold. Nobody ever sees half a file.
    /// - PUT with `Content-Range: bytes FIRST-LAST/SIZE` saves a piece: 202 with `Upload-Offset`, where the next one
    ///   begins, until the file is whole. A client that lost its connection asks with `Content-Range: bytes */SIZE` and
    ///   no content. `curl --upload-file F --continue-at OFFSET` sends such a piece.
    /// - POST of a form with files (`multipart/form-data`) to a folder saves each under its name; the listing shows
    ///   such a form. Forms on pages of other sites are refused.
    ///
    /// Names that are not served, since they are hidden or no system would take them, are not saved either. Links are
    /// never replaced nor written through; folders are not made; nothing is deleted. Whoever may send a request may upload:
    /// put a handler in front that asks who it is.
    ///
    /// ```
    /// use http_server::files::{StaticFiles, Uploads};
    /// use http_server::{Method, testing};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let folder = folder.path();
    /// let files = StaticFiles::new(folder)?.uploads(Uploads::new().bytes_max(1 << 20));
    /// let put = testing::request(Method::PUT, "/hello.txt").with_content("Hello!");
    /// assert_eq!(put.send_to(&files).status(), 201);
    /// assert_eq!(testing::get("/hello.txt").send_to(&files).text(), "Hello!");
    /// assert_eq!(put.send_to(&files).status(), 409, "it is there already");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn uploads(mut self, uploads: Uploads) -> Self {
        self.receiver = Some(Receiver::new(uploads));
        self
    }

    /// The Content-Type for files with this extension, sent as it is. Python: `extensions_map`.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] for what is no media type (RFC 9110 §8.3.1), [`Error::InvalidResponse`] for one that no field
    /// can hold.
    #[doc(alias = "extensions_map")]
    #[doc(alias = "guess_type")]
    pub fn content_type(mut self, extension: &str, value: &str) -> Result<Self, Error> {
        self.types.set(extension, value)?;
        self.forget();
        Ok(self)
    }

    /// The Content-Type for files whose extension says nothing, `application/octet-stream` by default. Python:
    /// `default_content_type`.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] for what is no media type (RFC 9110 §8.3.1), [`Error::InvalidResponse`] for one that no field
    /// can hold.
    pub fn default_content_type(mut self, value: &str) -> Result<Self, Error> {
        self.types.set_fallback(value)?;
        self.forget();
        Ok(self)
    }

    /// One more field for every answer that is no error. Python: `extra_response_headers`.
    ///
    /// Cache-Control takes the place of what would be sent without it, and Content-Type that of every file.
    ///
    /// # Errors
    /// [`Error::InvalidResponse`] for a name or a value that cannot be sent, [`Error::InvalidSetting`] for a field that
    /// follows from the file and the request, such as Content-Length, `ETag` or Transfer-Encoding.
    #[doc(alias = "extra_response_headers")]
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, Error> {
        if COMPUTED.iter().any(|computed| computed.eq_ignore_ascii_case(name)) {
            return Err(Error::InvalidSetting(
                "another field: this one the server works out for each answer",
            ));
        }
        self.headers.append(name, value)?;
        self.forget();
        Ok(self)
    }

    /// The Cache-Control of files: `no-cache` by default, so that a client asks each time and is told with 304 that
    /// nothing has changed. None if empty.
    ///
    /// # Errors
    /// [`Error::InvalidResponse`] for a value that no field can hold.
    pub fn cache_control(mut self, value: &str) -> Result<Self, Error> {
        self.caching.set_usual(value)?;
        self.forget();
        Ok(self)
    }

    /// Another Cache-Control for some files; the first rule that fits decides.
    ///
    /// A pattern that begins with a slash is compared with the path below the folder (`/assets/*`), one with a slash
    /// elsewhere with the type (`image/*`), any other with the name (`*.css`). `*` stands for any characters, slashes
    /// among them.
    ///
    /// # Errors
    /// [`Error::InvalidResponse`] for a value that no field can hold, [`Error::InvalidSetting`] for an empty pattern.
    pub fn cache_rule(mut self, pattern: &str, value: &str) -> Result<Self, Error> {
        self.caching.add(pattern, value)?;
        self.forget();
        Ok(self)
    }

    /// Whether files with a hash in their name, as build tools write them (`app.3f2a9c1b.js`), may be kept for a year
    /// without asking again: `public, max-age=31536000, immutable` (RFC 8246). By default not; rules come first.
    pub fn immutable_hashed_names(mut self, immutable: bool) -> Self {
        self.caching.set_hashed_names(immutable);
        self.forget();
        self
    }

    /// Sends a ready compressed variant that lies beside a file, `app.js.br` for `app.js`, to those who take it.
    ///
    /// None by default. Among codings that a client likes equally, the first of these is sent.
    pub fn precompressed(mut self, codings: impl IntoIterator<Item = ContentCoding>) -> Self {
        self.codings = codings.into_iter().collect();
        self.forget();
        self
    }

    /// Keeps files of up to 16 KiB in memory, `bytes_max` bytes in all, and up to 256 larger ones open; by default none.
    ///
    /// A file that is kept is looked at on the disk once a second, so that a change is seen a second later at most. One
    /// that changed within the last two seconds is not kept. A larger file that is made shorter in its place may be
    /// answered with a connection that is cut within that second; replace files by renaming, as editors and uploads do.
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

    /// Lets go what was kept under other settings.
    fn forget(&self) {
        if let Some(memory) = &self.memory {
            memory.forget_all();
        }
    }

    /// The folder, as an absolute path.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.root.path()
    }
}

impl Handler for StaticFiles {
    fn handle(&self, request: &mut Request<'_>) -> Result<Response, HandlerError> {
        let now = clock::wall();
        match &self.receiver {
            Some(receiver) => Ok(self.respond_or_receive(receiver, request, now)?),
            None => Ok(self.respond_at(request, now)?),
        }
    }
}

/// The fields that only whoever answers a request can know.
const COMPUTED: [&str; 9] = [
    "Accept-Ranges",
    "Content-Length",
    "Content-Range",
    "ETag",
    "Last-Modified",
    "Location",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
];

/// A path that the one who sets up the server gives.
fn setting(path: &str) -> Result<FilePath, Error> {
    let path = path.trim_start_matches('/').replace('%', "%25");
    match FilePath::parse(&format!("/{path}"), NameRules::HERE) {
        Ok(path) if !path.is_root() => Ok(path),
        _ => Err(Error::InvalidSetting("a path below the folder that is served, without `..`")),
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests;
