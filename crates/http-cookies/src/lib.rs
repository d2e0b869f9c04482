//! Cookies as a server sees them: Python's `http.cookies` for Rust.

mod attr;
#[cfg(feature = "secure")]
mod base64url;
mod builder;
mod clock;
mod codec;
mod cookie;
pub mod date;
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
pub mod same_site;
mod scan;
#[cfg(feature = "secure")]
pub mod secure;
pub mod set_cookie;
pub mod simple;
mod syntax;

pub use crate::attr::{Attr, AttrValue};
pub use crate::builder::{CookieBuilder, SetCookieValue};
pub use crate::codec::{Codec, Percent, Quoted, Raw};
pub use crate::cookie::{HeaderText, Pairs, pairs};
pub use crate::date::parse_cookie_date;
pub use crate::error::{CookieError, Part};
pub use crate::headers::request_pairs;
pub use crate::latin1::{latin1_bytes, text_from_bytes};
pub use crate::load::{Skipped, SkippedPair};
pub use crate::morsel::Morsel;
pub use crate::output::Output;
pub use crate::prefix::CookiePrefix;
pub use crate::quoting::{quote, unquote};
pub use crate::same_site::SameSite;
pub use crate::set_cookie::{SetCookie, SetCookieError, parse_set_cookie};
pub use crate::simple::{BaseCookie, SimpleCookie};
