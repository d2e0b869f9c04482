//! The commands of httpkit: what they take, what they do, and what they print. A binary is one call into here.
//!
//! - [`http_server`]: the command `http-server`, what one types instead of `python -m http.server`.
//!
//! - [`fetch`]: the command `httpkit`, what one types instead of `curl`.
//!
//! The commands are a crate of their own so that nobody who uses the libraries compiles a parser of command lines.

pub mod fetch;
pub mod http_server;
