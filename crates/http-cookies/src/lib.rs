//! Cookies as a server sees them: Python's `http.cookies` for Rust, and beside it what a server should use today.
//!
//! **In scope:** the two header fields `Cookie` and `Set-Cookie`, read, written, checked, signed and encrypted. **Out of
//! scope:** which cookies a client keeps and sends, which is the cookie jar's business; sessions and their storage.
//!
//! | you want to | use |
//! | --- | --- |
//! | read what a browser sent, without copying and without failing | [`pairs`], or [`request_pairs`] for a whole header list |
//! | set or remove a cookie, and be told what no browser would keep | [`CookieBuilder`] |
//! | keep state with the browser, on any number of machines | `secure`, by the feature of that name |
//! | read `Set-Cookie`, by RFC 6265bis | [`parse_set_cookie`], [`parse_cookie_date`] |
//! | port a program from Python | [`SimpleCookie`], [`BaseCookie`], [`Morsel`], [`quote`], [`unquote`] |
//!
//! ```
//! use http_cookies::{CookieBuilder, SameSite, request_pairs};
//! use http_proto::Headers;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut request = Headers::new();
//! request.append("Cookie", "theme=dark; visits=6")?;
//! let visits = request_pairs(&request).find(|(name, _)| *name == b"visits").map(|(_, value)| value);
//! let visits = visits.and_then(|value| std::str::from_utf8(value).ok()?.parse().ok()).unwrap_or(0_u32) + 1;
//!
//! let mut response = Headers::new();
//! CookieBuilder::new("visits", &visits.to_string())
//!     .path("/")
//!     .secure()
//!     .same_site(SameSite::Lax)
//!     .append_to(&mut response)?;
//! assert_eq!(response.get("Set-Cookie").unwrap(), "visits=7; Path=/; Secure; SameSite=Lax");
//! # Ok(())
//! # }
//! ```
//!
//! # What is promised
//!
//! | promise | by | held by |
//! | --- | --- | --- |
//! | what is written is one field with one cookie | names, values and attributes are checked on every way in | `control_characters_are_refused_on_every_way_in`, `semicolons_are_refused_where_they_would_end_something`, `names_and_values_that_would_not_survive_are_refused` |
//! | reading what a browser sent neither fails nor copies | [`pairs`] loses the bad pair and nothing else | `any_cookie_field_is_read`, `bench cookies` |
//! | no field panics, whatever it holds | fuzzed in every test run | `any_cookie_field_is_read`, `any_set_cookie_that_is_read_can_be_written`, `any_text_loads_all_or_nothing` |
//! | no value shows in `Debug` or in an error | cookies are credentials | `debug_shows_no_values`, `debug_shows_no_value`, `debug_shows_attributes_but_no_value`, `errors_name_the_part_and_never_the_value` |
//!
//! # Features
//!
//! `secure`: signed and encrypted cookies, by the crate `ring`. Without it there is no cryptography in the build.
//!
//! Rust 1.89 or later; a release that needs a newer one says so in the changelog.
//!
//! # Coming from Python
//!
//! | `http.cookies` | here |
//! | --- | --- |
//! | `SimpleCookie()`, `BaseCookie()` | [`SimpleCookie::new()`](BaseCookie::new), `BaseCookie::<Raw>::new()` |
//! | `SimpleCookie(text)`, `c.load(text)` | [`SimpleCookie::parse`](BaseCookie::parse), [`load`](BaseCookie::load); better [`load_tolerant`](BaseCookie::load_tolerant) |
//! | `c.load({"a": "b"})` | [`load_map`](BaseCookie::load_map) |
//! | `c["a"] = 7`, `c["a"] = morsel`, `del c["a"]` | [`set`](BaseCookie::set), [`insert`](BaseCookie::insert), [`remove`](BaseCookie::remove) |
//! | `c["a"]["path"] = "/"` | `c.get_mut("a")` and [`set_named`](Morsel::set_named) or [`set_attr`](Morsel::set_attr) |
//! | `m.key`, `m.value`, `m.coded_value` | [`key`](Morsel::key), [`value`](Morsel::value), [`coded_value`](Morsel::coded_value) |
//! | `m.set(key, value, coded)`, `m.update(…)`, `m.setdefault(…)` | [`set`](Morsel::set), [`update`](Morsel::update), [`set_default`](Morsel::set_default) |
//! | `m.isReservedKey(name)` | [`Attr::from_name`] |
//! | `c.output(attrs, header, sep)`, `m.OutputString(attrs)`, `js_output` | [`Output`], [`output`](BaseCookie::output), [`output_string_with`](Morsel::output_string_with), [`js_output`](BaseCookie::js_output) |
//! | `value_encode`, `value_decode` | [`Codec`]: [`Quoted`], [`Raw`], [`Percent`], or your own |
//! | `CookieError` | [`CookieError`] |
//!
//! For safe input the output is CPython's, byte for byte. Different on purpose:
//!
//! | CPython | here | why |
//! | --- | --- | --- |
//! | control characters go through (before the fixes of 2026) | refused on every way in | they inject header fields |
//! | a semicolon in an attribute, or in a value without quoting, goes out | refused; inside a quoted value that was received it becomes `\073` | it ends the value or attribute for every browser |
//! | a name that is refused leaves the cookies before it loaded | all or nothing | half a request's cookies are worse than none |
//! | text that breaks the grammar is dropped without a word | [`CookieError::Syntax`], nothing loaded either | nobody noticed |
//! | more words than anybody sends are taken | [`CookieError::TooMany`] beyond 4096 | bounded work |
//! | `Partitioned`, full weekdays, a safe `js_output`: since 3.14 | always | they are what Python does now |
//! | `$Path` without a value prints as `Path=None` | unset | no such path was meant |
//! | `expires` before 1970 as an integer prints that date | the first second of 1970 | both mean that it has expired |
//! | `setdefault` never sets anything on a morsel | [`set_default`](Morsel::set_default) sets what has no value | it is what it is called for |
//! | a fresh `Morsel()` has no name and prints as `None=None` | a morsel has a name | |
//! | `repr` shows values | `Debug` does not | cookies are credentials |
//!
//! # Where RFC 6265bis and Python part ways
//!
//! Python reads both fields with one grammar: blanks and commas can separate, attributes can stand in `Cookie`, one bad
//! pair can lose all, and a cookie cannot be called `path` or `version`. [`BaseCookie::load`] keeps all that for
//! programs that need it. Everything else here follows the RFC: [`pairs`] and
//! [`load_tolerant`](BaseCookie::load_tolerant) take §5.4's list of pairs with `;` alone between them and lose only the bad
//! pair, [`parse_set_cookie`] is §5.6, and [`CookieBuilder`] neither quotes (no browser undoes it; take [`Percent`]) nor
//! writes `Comment` and `Version`, and refuses what §5.7 lets no browser keep.

mod attr;
mod attr_value;
#[cfg(feature = "secure")]
mod base64url;
mod builder;
mod clock;
mod codec;
mod cookie;
mod date;
mod error;
mod expires;
mod headers;
mod latin1;
mod load;
mod morsel;
mod ordered;
mod output;
mod prefix;
mod quoting;
mod same_site;
mod scan;
#[cfg(feature = "secure")]
pub mod secure;
mod set_cookie;
mod simple;
mod syntax;

pub use crate::attr::Attr;
pub use crate::attr_value::AttrValue;
pub use crate::builder::{CookieBuilder, SetCookieValue};
pub use crate::codec::{Codec, Percent, Quoted, Raw};
pub use crate::cookie::{HeaderText, Pairs, pairs};
pub use crate::date::parse_cookie_date;
pub use crate::error::{AttributeProblem, CookieError, Part};
pub use crate::headers::request_pairs;
pub use crate::latin1::{latin1_bytes, text_from_bytes};
pub use crate::load::{Skipped, SkippedPair};
pub use crate::morsel::Morsel;
pub use crate::output::Output;
pub use crate::prefix::{CookiePrefix, PrefixRule};
pub use crate::quoting::{quote, unquote};
pub use crate::same_site::SameSite;
pub use crate::set_cookie::{
    ATTRIBUTE_VALUE_BYTES_MAX, Attributes, NAME_VALUE_BYTES_MAX, SetCookie, SetCookieError, parse_set_cookie,
};
pub use crate::simple::{BaseCookie, Iter, PAIRS_MAX, SimpleCookie};
