//! http-cookies
