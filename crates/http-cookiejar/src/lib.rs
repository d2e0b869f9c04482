//! Python's `http.cookiejar` for Rust: cookies as a client keeps and returns them, by RFC 6265bis.
//!
//! **In scope:** taking cookies out of responses, putting them into requests, saying why or why not, and keeping them in
//! files that survive. **Out of scope:** making requests (that is `http-client`), cookies on the server's
//! side (that is `http-cookies`), and the encrypted stores of browsers.
//!
//! ```
//! use http_cookiejar::{CookieJar, RequestInfo};
//!
//! let mut jar = CookieJar::new();
//! let login = RequestInfo::from_url("https://example.org/login")?;
//! let answer = [("Set-Cookie", "sid=31d4; Path=/; Secure; HttpOnly"), ("Set-Cookie", "x=1; Domain=other.example")];
//! let got = jar.extract_cookies(&answer, &login);
//! assert_eq!(got.stored, 1);
//! assert_eq!(
//!     got.refused[0].to_string(),
//!     "cookie \"x\" refused: the domain attribute does not cover the host that sent the cookie",
//! );
//!
//! let mut page = RequestInfo::from_url("https://example.org/page")?;
//! jar.add_cookie_header(&mut page);
//! assert_eq!(page.header("Cookie"), Some(&b"sid=31d4"[..]));
//! for explained in jar.explain(&RequestInfo::from_url("http://example.org/")?) {
//!     assert_eq!(explained.verdict.unwrap_err().to_string(), "the cookie is secure and the connection is not");
//! }
//! # Ok::<(), http_cookiejar::RequestError>(())
//! ```
//!
//! # With a client
//!
//! `http_client::Client` takes a clone of a [`SharedJar`]; beside an `HttpConnection` two calls are enough: see
//! [`client`]. Any other client implements [`CookieRequest`] and [`CookieResponse`] for its types, or describes
//! each request by a [`RequestInfo`] and hands over its fields as pairs.
//!
//! # Rules
//!
//! [`DefaultCookiePolicy`] follows RFC 6265bis: cookies without `Domain` stay with their host, the last attribute wins, `Secure`
//! comes from secure origins (this machine is trusted) and is left alone by others, prefixes bind in any case, `SameSite` and
//! `Partitioned` are honoured, names and values have at most 4096 bytes together, nothing lives longer than 400 days,
//! a host has at most 180 cookies and a jar 3000 ([`Limits`]), and public suffixes get none. With the feature `psl`
//! the Mozilla list of public suffixes is compiled in; without it a name of one label counts as one, and a list can be
//! read at run time ([`SuffixList`]).
//!
//! [`PythonCookiePolicy`] decides as CPython's `DefaultCookiePolicy` does; [`python`] lists what differs.
//! [`CookiePolicy`] is the trait of both.
//!
//! # Files
//!
//! [`MozillaCookieJar`] is `cookies.txt`, [`LwpCookieJar`] libwww-perl's format, [`JsonCookieJar`] the only one that holds
//! everything. A save waits for its lock, merges what other processes saved meanwhile, writes a new file with mode 0600 and puts it
//! in the place of the old one in one step. Cookies of a driven browser come over by [`read_storage_state`], those of
//! Firefox by `read_firefox` (feature `firefox`, which compiles SQLite and so needs a C compiler).
//!
//! # What is promised
//!
//! | promise | by | held by |
//! | --- | --- | --- |
//! | every cookie that is not taken or not sent has a reason | [`Extracted::refused`], [`CookieJar::explain`] | `explaining_says_of_every_cookie_why_it_goes_or_stays_and_changes_nothing`, `every_reason_has_a_sentence_of_its_own` |
//! | no peer fills the memory | [`Limits`]: bytes a cookie, cookies a host, cookies a jar | `a_million_hostile_fields_keep_the_jar_within_its_bounds`, `a_response_can_neither_flood_the_jar_nor_the_report` |
//! | a file is the old one or the new one, never half of one, and two programs lose nothing of each other's | one step, under a lock | `a_file_is_whole_whenever_its_writer_is_killed`, `eight_processes_that_save_at_once_lose_nothing`, `a_session_cookie_that_a_save_kept_stays_at_the_next_save`, `a_save_without_room_keeps_the_old_file_and_says_so` |
//! | no value shows in `Debug` or in an error | cookies are credentials | `debug_does_not_show_values`, `debug_shows_no_values` |
//!
//! # Features
//!
//! | feature | brings |
//! | --- | --- |
//! | `psl` | the Mozilla list of public suffixes, compiled in |
//! | `firefox` | import of Firefox's `cookies.sqlite`; compiles SQLite, which is C |
//!
//! Rust 1.89 or later; a release that needs a newer one says so in the changelog.
//!
//! # From Python
//!
//! | `http.cookiejar` | here |
//! | --- | --- |
//! | `CookieJar(policy=None)` | [`CookieJar::new`], [`CookieJar::with_policy`] |
//! | `jar.extract_cookies(response, request)` | [`CookieJar::extract_cookies`], which says what it did |
//! | `jar.make_cookies(response, request)` | [`CookieJar::make_cookies`], which never changes the jar |
//! | `jar.add_cookie_header(request)` | [`CookieJar::add_cookie_header`] |
//! | `jar.set_cookie(c)`, `jar.set_cookie_if_ok(c, request)` | [`CookieJar::set_cookie`], [`CookieJar::set_cookie_if_ok`] |
//! | `jar.clear(domain, path, name)`, `KeyError` | [`CookieJar::clear`] with a [`Scope`], [`NotFound`] |
//! | `jar.clear_session_cookies()`, `jar.clear_expired_cookies()` | the same names |
//! | `for cookie in jar`, `len(jar)` | [`CookieJar::iter`] in the same order, [`CookieJar::len`] |
//! | `DefaultCookiePolicy(rfc2965=True, …)` | [`PythonCookiePolicy`] |
//! | `policy.set_blocked_domains`, `policy.is_not_allowed`, … | the same names, on both policies |
//! | `MozillaCookieJar`, `LWPCookieJar`, `FileCookieJar` | [`MozillaCookieJar`], [`LwpCookieJar`], [`FileCookieJar`] |
//! | `jar.save(ignore_discard=True)`, `jar.load()`, `jar.revert()` | [`FileCookieJar::save`] and its fellows, with options |
//! | `LoadError` | [`LoadError`] |
//! | `cookie.get_nonstandard_attr("HttpOnly")` | [`Cookie::nonstandard_attr`], [`Cookie::http_only`] |
//! | the module flag `debug` | [`Extracted::refused`], [`CookieJar::explain`] |

pub mod client;
pub mod cookie;
pub mod error;
pub mod file;
pub mod host;
pub mod jar;
pub mod path;
pub mod policy;
pub mod python;
pub mod request;
pub mod shared;
pub mod suffix;

mod clock;
mod hashed;
mod store;

pub use http_client::client::SiteContext;
pub use http_cookies::SameSite;

pub use crate::client::RequestWithHeaders;
pub use crate::clock::unix_seconds;
pub use crate::cookie::Cookie;
pub use crate::cookie::builder::CookieBuilder;
pub use crate::error::{CookieError, NotFound, RequestError};
pub use crate::file::error::{LoadError, NotThisFormat, SaveError};
#[cfg(feature = "firefox")]
pub use crate::file::firefox::{
    BadRow, BadRowReason, FirefoxError, FirefoxImported, FirefoxOptions, read_firefox,
};
pub use crate::file::json::{JsonCookieJar, JsonFormat};
pub use crate::file::lwp::{LwpCookieJar, LwpFormat, as_lwp_str};
pub use crate::file::mozilla::{MozillaCookieJar, MozillaFormat};
pub use crate::file::options::{LoadOptions, SaveOptions};
pub use crate::file::storage_state::{Imported, NotStorageState, read_storage_state};
pub use crate::file::{BadLine, BadLineReason, FileCookieJar, FileFormat, Loaded, Saved, Unwritable};
pub use crate::jar::{CookieJar, Explained, Extracted, Iter, Scope};
pub use crate::policy::default::{DefaultCookiePolicy, Rules, ThirdParty};
pub use crate::policy::domains::DomainList;
pub use crate::policy::reason::{Reject, Withhold};
pub use crate::policy::{CookiePolicy, Limits, Made, Outgoing, Refused, SendOrder, StoreView};
pub use crate::python::{NetscapeDomains, PythonCookiePolicy};
pub use crate::request::{CookieRequest, CookieRequestMut, CookieResponse, RequestInfo, RequestView};
pub use crate::shared::SharedJar;
pub use crate::suffix::{PublicSuffixes, SuffixList};
