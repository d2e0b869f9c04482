//! Cookie paths: the default path and the path match of RFC 6265 section 5.1.4.

/// The path that a cookie without `Path` gets: the request path up to, not including, its last slash.
///
/// `/a/b/c` gives `/a/b`; `/a`, the empty path, and anything that does not start with a slash give `/`.
#[must_use]
pub fn default_path(request_path: &str) -> &str {
    if !request_path.starts_with('/') {
        return "/";
    }
    match request_path.rsplit_once('/') {
        Some((directory, _)) if !directory.is_empty() => directory,
        _ => "/",
    }
}

/// Whether a request path lies at or below a cookie path; the border is a slash.
///
/// ```
/// use http_cookiejar::path::path_match;
///
/// assert!(path_match("/docs/a", "/docs") && path_match("/docs", "/docs"));
/// assert!(!path_match("/docsets", "/docs"));
/// ```
#[must_use]
pub fn path_match(request_path: &str, cookie_path: &str) -> bool {
    path_match_bytes(request_path.as_bytes(), cookie_path.as_bytes())
}

pub(crate) fn path_match_bytes(request_path: &[u8], cookie_path: &[u8]) -> bool {
    match request_path.strip_prefix(cookie_path) {
        None => false,
        Some(rest) => rest.is_empty() || cookie_path.ends_with(b"/") || rest.starts_with(b"/"),
    }
}

/// The path of a request without its query or fragment; `/` stands for a missing one.
pub(crate) fn request_path(path: &str) -> &str {
    let end = path.find(['?', '#']).unwrap_or(path.len());
    match path.get(..end) {
        Some(path) if path.starts_with('/') => path,
        _ => "/",
    }
}

#[cfg(test)]
mod tests;
