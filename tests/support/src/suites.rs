//! The foreign suites: data that is no part of this project and is read where `HTTPKIT_SUITES` says. A test that reads
//! them has `suites` in its path, so that `cargo xtask parity` can leave it out, and say so, where they are missing.

use std::path::PathBuf;
use std::{env, fs, io};

use serde_json::Value;

/// Reads one file of the suites.
///
/// # Errors
///
/// `HTTPKIT_SUITES` is not set, or the file is missing or no JSON.
pub fn read(name: &str) -> io::Result<Value> {
    let folder = env::var_os("HTTPKIT_SUITES").map(PathBuf::from).ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::NotFound,
            "HTTPKIT_SUITES is not set: run `cargo xtask parity --suites PATH`",
        )
    })?;
    let path = folder.join(name);
    let text = fs::read(&path)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
    serde_json::from_slice(&text).map_err(|error| io::Error::other(format!("{}: {error}", path.display())))
}

/// The bytes of a header text: a string stands for its UTF-8 bytes, `{"hex": "…"}` for any others.
#[must_use]
pub fn bytes(value: &Value) -> Option<Vec<u8>> {
    if let Some(text) = value.as_str() {
        return Some(text.as_bytes().to_vec());
    }
    let digits = value.get("hex")?.as_str()?.as_bytes();
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.chunks(2).map(pair).collect()
}
