//! Cookies as a server sees them: Python's `http.cookies` for Rust.

pub mod date;
pub mod same_site;
pub mod set_cookie;

pub use crate::date::parse_cookie_date;
pub use crate::same_site::SameSite;
pub use crate::set_cookie::{SetCookie, SetCookieError, parse_set_cookie};
