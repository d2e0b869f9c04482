//! The URL as a person types it: without a scheme, as a rule.

use crate::fetch::Failure;

/// The URL with a scheme: `http` where none was typed.
pub(crate) fn absolute(typed: &str) -> Result<String, Failure> {
    if typed.is_empty() || typed.starts_with(['/', '?', '#']) {
        let text = format!("{typed:?} names no host; a URL is like http://example.org/path");
        return Err(Failure::usage(text));
    }
    Ok(match split_scheme(typed) {
        Some(_) => typed.to_owned(),
        None => format!("http://{typed}"),
    })
}

/// The name that a download gets: what the path ends with. It is the user's own, but `..` and what Windows takes for a path
/// are no file names.
pub(crate) fn file_name(typed: &str) -> Option<&str> {
    let before_query = typed.split(['?', '#']).next()?;
    let rest = split_scheme(before_query).map_or(before_query, |(_, rest)| rest);
    let name = rest.split_once('/')?.1.rsplit('/').next()?;
    let is_name = !name.is_empty() && name != "." && name != ".." && !name.contains(['\\', ':']);
    is_name.then_some(name)
}

/// The scheme and what is behind its `://`, which counts only in front of path, query and fragment.
fn split_scheme(typed: &str) -> Option<(&str, &str)> {
    typed.split_once("://").filter(|(scheme, _)| !scheme.contains(['/', '?', '#']))
}

#[cfg(test)]
mod tests;
