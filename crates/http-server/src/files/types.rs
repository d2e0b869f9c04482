//! From the name of a file to the Content-Type it is served with.
//!
//! `mime_guess` knows the registry; the table here corrects what has changed since or what browsers want otherwise.

use http_proto::{Headers, InvalidInput};
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
    pub(crate) fn set(&mut self, extension: &str, value: &str) -> Result<(), InvalidInput> {
        checked(value)?;
        let extension = extension.trim_start_matches('.').to_ascii_lowercase();
        self.own.retain(|(own, _)| *own != extension);
        self.own.push((extension, value.to_owned()));
        Ok(())
    }

    /// Sets the type of files whose extension says nothing.
    pub(crate) fn set_fallback(&mut self, value: &str) -> Result<(), InvalidInput> {
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

/// What stands behind the last dot, if there is something before and behind it. Python: `splitext`.
fn extension(name: &[u8]) -> Option<&str> {
    let dot = name.iter().rposition(|&byte| byte == b'.')?;
    let (stem, extension) = name.split_at_checked(dot)?;
    let has_stem = stem.iter().any(|&byte| byte != b'.');
    let extension = std::str::from_utf8(extension.get(1..)?).ok()?;
    (has_stem && !extension.is_empty()).then_some(extension)
}

fn essence(extension: &str) -> Option<&'static str> {
    let corrected = CORRECTIONS.iter().find(|(known, _)| known.eq_ignore_ascii_case(extension));
    corrected.map(|(_, essence)| *essence).or_else(|| mime_guess::from_ext(extension).first_raw())
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

fn checked(value: &str) -> Result<(), InvalidInput> {
    Headers::new().append("Content-Type", value)
}

/// Corrections of and additions to the registry, by extension in lower case.
///
/// Sources: RFC 9239 (JavaScript), RFC 8081 (fonts), RFC 7763 (Markdown), RFC 9512 (YAML), RFC 8878 (zstd), the
/// registrations of WebAssembly, web manifests, AVIF and JPEG XL, and Python's map for compressed files.
const CORRECTIONS: &[(&str, &str)] = &[
    ("js", "text/javascript"),
    ("mjs", "text/javascript"),
    ("cjs", "text/javascript"),
    ("json", "application/json"),
    ("map", "application/json"),
    ("jsonl", "application/jsonl"),
    ("jsonld", "application/ld+json"),
    ("geojson", "application/geo+json"),
    ("topojson", "application/json"),
    ("webmanifest", "application/manifest+json"),
    ("wasm", "application/wasm"),
    ("woff", "font/woff"),
    ("woff2", "font/woff2"),
    ("ttf", "font/ttf"),
    ("otf", "font/otf"),
    ("ttc", "font/collection"),
    ("eot", "application/vnd.ms-fontobject"),
    ("avif", "image/avif"),
    ("webp", "image/webp"),
    ("jxl", "image/jxl"),
    ("heic", "image/heic"),
    ("heif", "image/heif"),
    ("apng", "image/apng"),
    ("svg", "image/svg+xml"),
    ("ico", "image/vnd.microsoft.icon"),
    ("bmp", "image/bmp"),
    ("m4a", "audio/mp4"),
    ("aac", "audio/aac"),
    ("flac", "audio/flac"),
    ("opus", "audio/ogg"),
    ("oga", "audio/ogg"),
    ("ogg", "audio/ogg"),
    ("weba", "audio/webm"),
    ("wav", "audio/wav"),
    ("mp3", "audio/mpeg"),
    ("mid", "audio/midi"),
    ("midi", "audio/midi"),
    ("mkv", "video/matroska"),
    ("mka", "audio/matroska"),
    ("webm", "video/webm"),
    ("mp4", "video/mp4"),
    ("m4v", "video/mp4"),
    ("ogv", "video/ogg"),
    ("ts", "video/mp2t"),
    ("m3u8", "application/vnd.apple.mpegurl"),
    ("mpd", "application/dash+xml"),
    ("md", "text/markdown"),
    ("markdown", "text/markdown"),
    ("csv", "text/csv"),
    ("tsv", "text/tab-separated-values"),
    ("txt", "text/plain"),
    ("log", "text/plain"),
    ("ini", "text/plain"),
    ("conf", "text/plain"),
    ("cfg", "text/plain"),
    ("vtt", "text/vtt"),
    ("ics", "text/calendar"),
    ("vcf", "text/vcard"),
    ("toml", "application/toml"),
    ("yaml", "application/yaml"),
    ("yml", "application/yaml"),
    ("xml", "text/xml"),
    ("xhtml", "application/xhtml+xml"),
    ("atom", "application/atom+xml"),
    ("rss", "application/rss+xml"),
    ("gz", "application/gzip"),
    ("tgz", "application/gzip"),
    ("bz2", "application/x-bzip2"),
    ("xz", "application/x-xz"),
    ("z", "application/octet-stream"),
    ("zst", "application/zstd"),
    ("zip", "application/zip"),
    ("7z", "application/x-7z-compressed"),
    ("rar", "application/vnd.rar"),
    ("tar", "application/x-tar"),
    ("epub", "application/epub+zip"),
    ("apk", "application/vnd.android.package-archive"),
    ("mbox", "application/mbox"),
    ("parquet", "application/vnd.apache.parquet"),
    ("sqlite", "application/vnd.sqlite3"),
    ("db", "application/octet-stream"),
    ("pem", "application/x-pem-file"),
    ("glb", "model/gltf-binary"),
    ("gltf", "model/gltf+json"),
    ("stl", "model/stl"),
    ("obj", "model/obj"),
    ("usdz", "model/vnd.usdz+zip"),
];

#[cfg(test)]
mod tests;
