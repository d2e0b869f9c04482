//! A cookie jar by RFC 6265bis: Python's `http.cookiejar` for Rust.

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
mod store;

pub use http_cookies::SameSite;

pub use crate::client::RequestWithHeaders;
pub use crate::clock::unix_seconds;
pub use crate::cookie::Cookie;
pub use crate::cookie::builder::CookieBuilder;
pub use crate::error::{CookieError, NotFound, RequestError};
pub use crate::file::error::{LoadError, NotThisFormat, SaveError};
pub use crate::file::json::{JsonCookieJar, JsonFormat};
pub use crate::file::lwp::{LwpCookieJar, LwpFormat, as_lwp_str};
pub use crate::file::mozilla::{MozillaCookieJar, MozillaFormat};
pub use crate::file::storage_state::{Imported, NotStorageState, read_storage_state};
pub use crate::file::{
    BadLine, BadLineReason, FileCookieJar, FileFormat, LoadOptions, Loaded, SaveOptions, Saved, Unwritable,
};
pub use crate::jar::{CookieJar, Explained, Extracted, Iter, Scope};
pub use crate::policy::default::{DefaultCookiePolicy, Rules, ThirdParty};
pub use crate::policy::domains::DomainList;
pub use crate::policy::reason::{Reject, Withhold};
pub use crate::policy::{CookiePolicy, Limits, Made, Outgoing, Refused, SendOrder, StoreView};
pub use crate::python::{NetscapeDomains, PythonCookiePolicy};
pub use crate::request::{
    CookieRequest, CookieRequestMut, CookieResponse, RequestInfo, RequestView, SiteContext,
};
pub use crate::shared::SharedJar;
pub use crate::suffix::{PublicSuffixes, SuffixList};
