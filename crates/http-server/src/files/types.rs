//! From the name of a file to the Content-Type it is served with.
//!
//! `mime_guess` knows the registry; the table here corrects what has changed since or what browsers want otherwise.

use crate::error::Error;
use http_proto::Headers;
use http_proto::field::is_token_byte;
use std::borrow::Cow;

/// The types of a set of files: built-in ones, own ones, and one for all others.
#[derive(Clone, Debug)]
pub(crate) struct Types {
    /// Own extension, lower case, without the dot, and its whole field value.
    own: Vec<(String, String)>,
    fallback: String,
}

impl Default for Types {
    fn default() -> Self {
        Self { own: Vec::new(), fallback: "application/octet-stream".to_owned() }
    }
}

impl Types {
    /// Gives an extension a type of its own, as a whole field value: nothing is added to it.
    pub(crate) fn set(&mut self, extension: &str, value: &str) -> Result<(), Error> {
        checked(value)?;
        let extension = extension.trim_start_matches('.').to_ascii_lowercase();
        self.own.retain(|(own, _)| *own != extension);
        self.own.push((extension, value.to_owned()));
        Ok(())
    }

    /// Sets the type of files whose extension says nothing.
    pub(crate) fn set_fallback(&mut self, value: &str) -> Result<(), Error> {
        checked(value)?;
        value.clone_into(&mut self.fallback);
        Ok(())
    }

    /// The Content-Type of a file with this name.
    pub(crate) fn of(&self, name: &[u8]) -> Cow<'_, str> {
        let Some(extension) = extension(name) else {
            return Cow::Borrowed(&self.fallback);
        };
        if let Some((_, value)) = self.own.iter().find(|(own, _)| own.eq_ignore_ascii_case(extension)) {
            return Cow::Borrowed(value);
        }
        match essence(extension) {
            Some(essence) => with_charset(essence),
            None => Cow::Borrowed(&self.fallback),
        }
    }
}

/// The type of a file with this name without parameters, for the choice of an icon.
pub(crate) fn essence_of(name: &[u8]) -> Option<&'static str> {
    essence(extension(name)?)
}

/// Whether a file with this name holds what is compressed already, so that compressing it once more gains nothing.
pub(crate) fn is_packed(name: &[u8]) -> bool {
    let Some(essence) = essence_of(name) else { return false };
    let (kind, subtype) = essence.split_once('/').unwrap_or((essence, ""));
    match kind {
        "image" => {
            !matches!(subtype, "bmp" | "svg+xml" | "tiff" | "vnd.microsoft.icon" | "x-icon" | "x-xbitmap")
                && !subtype.starts_with("x-portable-")
        }
        "audio" => !matches!(subtype, "wav" | "midi" | "aiff" | "basic"),
        "video" => true,
        "font" => matches!(subtype, "woff" | "woff2"),
        _ => {
            subtype.ends_with("+zip")
                || subtype.starts_with("vnd.openxmlformats-")
                || subtype.starts_with("vnd.oasis.opendocument.")
                || matches!(
                    subtype,
                    "gzip"
                        | "zip"
                        | "zstd"
                        | "x-bzip2"
                        | "x-xz"
                        | "x-7z-compressed"
                        | "vnd.rar"
                        | "java-archive"
                        | "vnd.android.package-archive"
                )
        }
    }
}

/// What stands behind the last dot, if there is something before and behind it. Python: `splitext`.
fn extension(name: &[u8]) -> Option<&str> {
    let dot = name.iter().rposition(|&byte| byte == b'.')?;
    let (stem, extension) = name.split_at_checked(dot)?;
    let has_stem = stem.iter().any(|&byte| byte != b'.');
    let extension = std::str::from_utf8(extension.get(1..)?).ok()?;
    (has_stem && !extension.is_empty()).then_some(extension)
}

/// Longest extension that is looked up.
const EXTENSION_BYTES_MAX: usize = 32;

fn essence(extension: &str) -> Option<&'static str> {
    // Longer ones are in neither table.
    let mut lower = [0; EXTENSION_BYTES_MAX];
    let lower = lower.get_mut(..extension.len())?;
    lower.copy_from_slice(extension.as_bytes());
    lower.make_ascii_lowercase();
    match CORRECTIONS.binary_search_by(|(known, _)| known.as_bytes().cmp(lower)) {
        Ok(at) => CORRECTIONS.get(at).map(|(_, essence)| *essence),
        Err(_) => mime_guess::from_ext(extension).first_raw(),
    }
}

/// Text is UTF-8: without the parameter, browsers fall back to a guess by region.
fn with_charset(essence: &'static str) -> Cow<'static, str> {
    match essence {
        "text/html" => Cow::Borrowed("text/html; charset=utf-8"),
        "text/css" => Cow::Borrowed("text/css; charset=utf-8"),
        "text/javascript" => Cow::Borrowed("text/javascript; charset=utf-8"),
        "text/plain" => Cow::Borrowed("text/plain; charset=utf-8"),
        text if text.starts_with("text/") => Cow::Owned(format!("{text}; charset=utf-8")),
        other => Cow::Borrowed(other),
    }
}

/// A type and a subtype (RFC 9110 §8.3.1), behind which there may be parameters, in what a field can hold.
fn checked(value: &str) -> Result<(), Error> {
    Headers::new().append("Content-Type", value)?;
    let essence = value.split(';').next().unwrap_or_default().trim_end();
    let is_token = |part: &str| !part.is_empty() && part.bytes().all(is_token_byte);
    match essence.split_once('/') {
        Some((kind, own)) if is_token(kind) && is_token(own) => Ok(()),
        _ => Err(Error::InvalidSetting("a media type such as text/plain, or \"text/plain; charset=utf-8\"")),
    }
}

/// Corrections of and additions to the registry, by extension in lower case, in the order of bytes.
///
/// Sources: RFC 9239 (JavaScript), RFC 8081 (fonts), RFC 7763 (Markdown), RFC 9512 (YAML), RFC 8878 (zstd), the
/// registrations of WebAssembly, web manifests, AVIF and JPEG XL, and Python's map for compressed files.
const CORRECTIONS: &[(&str, &str)] = &[
    ("7z", "application/x-7z-compressed"),
    ("aac", "audio/aac"),
    ("apk", "application/vnd.android.package-archive"),
    ("apng", "image/apng"),
    ("atom", "application/atom+xml"),
    ("avif", "image/avif"),
    ("bmp", "image/bmp"),
    ("bz2", "application/x-bzip2"),
    ("cfg", "text/plain"),
    ("cjs", "text/javascript"),
    ("conf", "text/plain"),
    ("csv", "text/csv"),
    ("db", "application/octet-stream"),
    ("eot", "application/vnd.ms-fontobject"),
    ("epub", "application/epub+zip"),
    ("flac", "audio/flac"),
    ("geojson", "application/geo+json"),
    ("glb", "model/gltf-binary"),
    ("gltf", "model/gltf+json"),
    ("gz", "application/gzip"),
    ("heic", "image/heic"),
    ("heif", "image/heif"),
    ("ico", "image/vnd.microsoft.icon"),
    ("ics", "text/calendar"),
    ("ini", "text/plain"),
    ("js", "text/javascript"),
    ("json", "application/json"),
    ("jsonl", "application/jsonl"),
    ("jsonld", "application/ld+json"),
    ("jxl", "image/jxl"),
    ("log", "text/plain"),
    ("m3u8", "application/vnd.apple.mpegurl"),
    ("m4a", "audio/mp4"),
    ("m4v", "video/mp4"),
    ("map", "application/json"),
    ("markdown", "text/markdown"),
    ("mbox", "application/mbox"),
    ("md", "text/markdown"),
    ("mid", "audio/midi"),
    ("midi", "audio/midi"),
    ("mjs", "text/javascript"),
    ("mka", "audio/matroska"),
    ("mkv", "video/matroska"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("mpd", "application/dash+xml"),
    ("obj", "model/obj"),
    ("oga", "audio/ogg"),
    ("ogg", "audio/ogg"),
    ("ogv", "video/ogg"),
    ("opus", "audio/ogg"),
    ("otf", "font/otf"),
    ("parquet", "application/vnd.apache.parquet"),
    ("pem", "application/x-pem-file"),
    ("rar", "application/vnd.rar"),
    ("rss", "application/rss+xml"),
    ("sqlite", "application/vnd.sqlite3"),
    ("stl", "model/stl"),
    ("svg", "image/svg+xml"),
    ("tar", "application/x-tar"),
    ("tgz", "application/gzip"),
    ("toml", "application/toml"),
    ("topojson", "application/json"),
    ("ts", "video/mp2t"),
    ("tsv", "text/tab-separated-values"),
    ("ttc", "font/collection"),
    ("ttf", "font/ttf"),
    ("txt", "text/plain"),
    ("usdz", "model/vnd.usdz+zip"),
    ("vcf", "text/vcard"),
    ("vtt", "text/vtt"),
    ("wasm", "application/wasm"),
    ("wav", "audio/wav"),
    ("weba", "audio/webm"),
    ("webm", "video/webm"),
    ("webmanifest", "application/manifest+json"),
    ("webp", "image/webp"),
    ("woff", "font/woff"),
    ("woff2", "font/woff2"),
    ("xhtml", "application/xhtml+xml"),
    ("xml", "text/xml"),
    ("xz", "application/x-xz"),
    ("yaml", "application/yaml"),
    ("yml", "application/yaml"),
    ("z", "application/octet-stream"),
    ("zip", "application/zip"),
    ("zst", "application/zstd"),
];

#[cfg(test)]
mod tests;
