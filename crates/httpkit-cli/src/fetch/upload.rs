//! A file as the content of a request: what is sent, and where to.

use crate::fetch::Failure;
use httpkit::client::client::{Body, Url};
use std::fs::File;
use std::path::Path;

/// The content of a file, read while it is sent; `-` is standard input, whose length nobody knows.
pub(crate) fn content(path: &Path) -> Result<Body, Failure> {
    if is_input(path) {
        return Ok(Body::reader(std::io::stdin()));
    }
    let unreadable = |error| Failure::file("read", path, error);
    if path.is_dir() {
        return Err(Failure::file("read", path, "it is a folder; name a file in it"));
    }
    let file = File::open(path).map_err(unreadable)?;
    let is_regular = file.metadata().map_err(unreadable)?.is_file();
    if is_regular { Body::file(file).map_err(unreadable) } else { Ok(Body::reader(file)) }
}

/// Where it goes: a URL that ends with a slash is a folder, and the file keeps its name in it.
pub(crate) fn named(url: &str, path: &Path) -> Result<String, Failure> {
    // What is no URL is refused when the request is made of it, with what to do.
    let Ok(mut parsed) = Url::parse(url) else { return Ok(url.to_owned()) };
    if is_input(path) || !parsed.path().ends_with('/') {
        return Ok(url.to_owned());
    }
    let Some(name) = path.file_name() else {
        return Err(Failure::usage(format!("--upload-file {}: not the name of a file", path.display())));
    };
    let Some(name) = name.to_str() else {
        let text = "its name is not text; end the URL with another";
        return Err(Failure::usage(format!("--upload-file {}: {text}", path.display())));
    };
    if let Ok(mut segments) = parsed.path_segments_mut() {
        segments.pop_if_empty().push(name);
    }
    Ok(parsed.into())
}

fn is_input(path: &Path) -> bool {
    path.as_os_str() == "-"
}
