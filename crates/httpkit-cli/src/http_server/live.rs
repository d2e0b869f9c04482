//! Pages that load anew when a file changes: what watches the folder, and what is put into pages.
//!
//! The folder is looked through twice a second, which works on every system and every file system. A page carries the
//! number of the state it was made of, so that nothing is lost between a page and its first question.

use super::{Failure, Options, say};
use httpkit::Method;
use httpkit::server::{EventStream, Handler, HandlerError, Request, Response};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// Where pages ask; a name with a dot, so that it is in the way of no file that is served.
const PLACE: &str = "/.http-server/live";
/// Between two looks through the folder.
const PERIOD: Duration = Duration::from_millis(500);
/// A silent stream shows that often that it lives, and notices that its reader is gone.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Entries that are looked at; changes beyond are not noticed.
const ENTRIES_MAX: usize = 50_000;

/// The state of a folder, by number.
#[derive(Debug)]
pub(crate) struct Live {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    number: u64,
    ended: bool,
}

impl Live {
    /// Watches the folder from now on.
    pub(crate) fn watch(options: &Options) -> Result<Arc<Self>, Failure> {
        // Another number than that of an earlier run, so that a page which outlived it is loaded anew.
        let mut hasher = DefaultHasher::new();
        std::process::id().hash(&mut hasher);
        let Fingerprint { sum: mut seen, is_whole } =
            fingerprint(&options.directory, options.hidden, ENTRIES_MAX);
        if !is_whole {
            say(&format!(
                "--live: the folder has more than {ENTRIES_MAX} entries; not all changes will be noticed"
            ));
        }
        seen.hash(&mut hasher);
        let state = State { number: hasher.finish() >> 16, ended: false };
        let live = Arc::new(Self { state: Mutex::new(state), changed: Condvar::new() });
        let (watching, folder, hidden) = (Arc::clone(&live), options.directory.clone(), options.hidden);
        let thread = std::thread::Builder::new().name("live".to_owned());
        let spawned = thread.spawn(move || {
            while !watching.wait(PERIOD) {
                let now = fingerprint(&folder, hidden, ENTRIES_MAX).sum;
                if now != seen {
                    seen = now;
                    watching.next();
                }
            }
        });
        spawned.map_err(|error| Failure::new(format!("cannot start a thread: {error}")))?;
        Ok(live)
    }

    /// Lets go of all pages, since the server ends.
    pub(crate) fn end(&self) {
        self.lock().ended = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for so long; whether it is over.
    fn wait(&self, time: Duration) -> bool {
        let waited = self.changed.wait_timeout_while(self.lock(), time, |state| !state.ended);
        waited.unwrap_or_else(PoisonError::into_inner).0.ended
    }

    fn next(&self) {
        self.lock().number += 1;
        self.changed.notify_all();
    }

    /// Tells once that the state is another than `seen`.
    fn tell(&self, events: &mut EventStream<'_, '_>, seen: u64) -> io::Result<()> {
        loop {
            let waited = self
                .changed
                .wait_timeout_while(self.lock(), HEARTBEAT, |state| state.number == seen && !state.ended);
            let state = waited.unwrap_or_else(PoisonError::into_inner).0;
            let (number, ended) = (state.number, state.ended);
            drop(state);
            if ended {
                return Ok(());
            }
            if number != seen {
                return events.send("reload");
            }
            events.comment("unchanged")?;
        }
    }
}

/// A handler whose pages load anew.
#[derive(Debug)]
pub(crate) struct WithLive<H> {
    handler: H,
    live: Arc<Live>,
}

impl<H: Handler> WithLive<H> {
    pub(crate) const fn new(handler: H, live: Arc<Live>) -> Self {
        Self { handler, live }
    }

    fn page(&self, response: Response) -> Response {
        let number = self.live.lock().number;
        let script = format!(
            "\n<script>new EventSource(\"{PLACE}?{number}\").onmessage=()=>location.reload()</script>\n"
        );
        let mut response = response.with_header("Cache-Control", "no-store");
        // What belongs to the file does not belong to the page, and its policy would forbid the script.
        for name in ["Accept-Ranges", "Content-Length", "Content-Security-Policy", "ETag", "Last-Modified"] {
            response.headers_mut().remove(name);
        }
        let body = response.take_body().followed_by(script.into_bytes());
        response.with_body(body)
    }
}

impl<H: Handler> Handler for WithLive<H> {
    fn handle(&self, request: &mut Request<'_>) -> Result<Response, HandlerError> {
        if request.path() == PLACE {
            let seen = request.query().and_then(|query| query.parse().ok()).unwrap_or(0);
            let live = Arc::clone(&self.live);
            return Ok(Response::event_stream(move |events| live.tell(events, seen)));
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return self.handler.handle(request);
        }
        // A browser may have kept a page from before, whose script asks about a state that is gone.
        let mut head = request.to_head();
        for name in ["If-None-Match", "If-Modified-Since"] {
            head.headers.remove(name);
        }
        let mut response = request.with_head(&head, |request| self.handler.handle(request))?;
        let is_page = |response: &Response| {
            let value = response.header("Content-Type")?;
            Some(value.as_bytes().get(..9)?.eq_ignore_ascii_case(b"text/html"))
        };
        if is_page(&response) == Some(true) {
            if response.status() == httpkit::StatusCode::PARTIAL_CONTENT {
                head.headers.remove("Range");
                response = request.with_head(&head, |request| self.handler.handle(request))?;
            }
            response.headers_mut().remove("Cache-Control");
            return Ok(self.page(response));
        }
        Ok(response)
    }
}

/// What a folder looked like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fingerprint {
    /// One number for names, sizes and times of all files.
    sum: u64,
    /// Whether all entries were looked at.
    is_whole: bool,
}

/// Looks at all files beneath the folder, but at no more than so many entries. Links to folders are not followed.
fn fingerprint(folder: &Path, hidden: bool, entries_max: usize) -> Fingerprint {
    let mut sum = 0_u64;
    let mut left = entries_max;
    let mut open: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        // What cannot be read now may be later, and that is a change then.
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            if left == 0 {
                return Fingerprint { sum, is_whole: false };
            }
            left -= 1;
            if !hidden && entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let Ok(metadata) = entry.metadata() else { continue };
            let mut hasher = DefaultHasher::new();
            entry.path().hash(&mut hasher);
            if metadata.is_dir() {
                open.push(entry.path());
            } else {
                // Of a link, what it leads to.
                let metadata = std::fs::metadata(entry.path()).unwrap_or(metadata);
                metadata.len().hash(&mut hasher);
                metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH).hash(&mut hasher);
            }
            // In whatever order the system lists them.
            sum = sum.wrapping_add(hasher.finish());
        }
    }
    Fingerprint { sum, is_whole: true }
}

#[cfg(test)]
mod tests;
