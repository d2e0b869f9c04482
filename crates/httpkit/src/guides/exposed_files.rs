//! Serving files on the internet: what is on without asking, and what to decide.
//!
//! ```
//! use httpkit::server::files::{ContentCoding, FolderView, StaticFiles};
//! use httpkit::server::limits::{Limits, Timeouts};
//! use httpkit::server::{LogFormat, Logged, Server};
//! use std::time::Duration;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! # std::fs::write(folder.join("index.html"), "<h1>hello</h1>")?;
//! let files = StaticFiles::new(folder)?
//!     .folder_view(FolderView::NotFound) // no listings
//!     .precompressed([ContentCoding::Brotli, ContentCoding::Gzip]) // page.html.br beside page.html
//!     .cache_control("public, max-age=300")?
//!     .keep_in_memory(64 << 20);
//! let server = Server::bind("127.0.0.1:0")? // "[::]:80" takes both families
//!     .limits(Limits::default().connections_max(20_000).connections_per_address_max(Some(100)).body_bytes_max(0))
//!     .timeouts(Timeouts::default().idle(Duration::from_secs(30)))
//!     .serve(Logged::new(files).format(LogFormat::Combined).to_sink(|_line| { /* to a file */ }))?;
//! # let answer = httpkit::client::get(format!("http://{}/", server.addresses()[0])).send()?;
//! # assert_eq!(answer.headers().get("Cache-Control").unwrap(), "public, max-age=300");
//! let report = server.shutdown(Duration::from_secs(10)); // running answers are finished
//! assert_eq!(report.cut, 0);
//! # Ok(())
//! # }
//! ```
//!
//! From a shell: `http-server 80 --directory public --no-listing --cache 300`.
//!
//! # On without asking
//!
//! - A path never leaves the folder, by any spelling and through any link that points out; files are opened relative to the
//!   folder's descriptor where the system can. Names that begin with a dot are not found. A FIFO or a device is not found.
//! - A head must be complete within 10 s of its first byte, a body must keep 500 bytes a second, an idle connection goes
//!   after 60 s. Neither a connection that idles nor an unfinished head holds a thread, nor does anything that is taken slowly,
//!   be it a file, a listing or an archive; a client that sends slowly holds one. There are up to 1 024
//!   ([`threads_max`](crate::server::ServerBuilder::threads_max), `--threads`), and no address gets more connections than a
//!   quarter of that.
//! - Heads, fields, bodies, connections and requests per connection are bounded:
//!   [`Limits`](crate::server::Limits). When all connections are taken, those that idle longest make room.
//! - `X-Content-Type-Options: nosniff` on every file, and a content security policy on listings.
//! - An error of a handler is a 500 that says nothing of its cause; the cause goes to the
//!   [observer](crate::server::ServerBuilder::observer).
//!
//! # To decide
//!
//! - **TLS.** [`bind_tls`](crate::server::ServerBuilder::bind_tls) with a certificate from your authority, and
//!   [`reload_tls`](crate::server::ServerHandle::reload_tls) when it is renewed; no connection is dropped. The command does
//!   it when the file changes, or when it gets SIGHUP.
//! - **Caching.** `no-cache` is the default: browsers ask, and get a 304. Files whose names hold a hash can have
//!   `max-age=31536000, immutable`.
//! - **Links.** [`Symlinks`](crate::server::files::Symlinks): followed inside the folder (the default), everywhere, or not at
//!   all.
//! - **Per address.** `connections_per_address_max` (`--max-connections-per-address`) is 256 by default for addresses other
//!   than this machine's and [trusted proxies](crate::server::ServerBuilder::trusted_proxies). Name your proxy as trusted, or
//!   set a bound of your own: a lower one where clients are single people.
