//! From the path of a request target to the name of a file below a root: decoded once, refused or safe to open.
//!
//! The rules hold for the decoded segments, since they are what the file system sees. Whether the name exists, and
//! whether a link leads out of the root, is for `root` to find out.

use std::fmt;

/// Longest path that is looked up, in bytes after decoding. Linux takes no longer ones (`PATH_MAX`).
const PATH_BYTES_MAX: usize = 4095;

/// The name of a file or folder relative to a root: segments joined by `/`, none of them empty, `.` or `..`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct FilePath {
    /// The decoded segments joined by `/`; empty for the root itself. Not necessarily UTF-8.
    joined: Vec<u8>,
    /// Whether the path on the wire ended with a slash, so that only a folder fits.
    folder: bool,
}

/// Why a path can't name a file of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathRefusal {
    /// A percent sign without two hexadecimal digits behind it, or no slash in front: the request is wrong (400).
    Malformed,
    /// A segment that no file of ours can have: `..`, `.`, a slash, backslash or NUL that was encoded, a device
    /// name of Windows, that of an upload on its way, or more bytes than a path can have (404).
    Unservable,
}

/// Which rules hold beyond those for all systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NameRules {
    /// A name is bytes without slash, backslash and NUL.
    Unix,
    /// Also none of the names that Windows reads in a way of its own.
    Windows,
}

impl NameRules {
    /// The rules of the system this was compiled for.
    pub(crate) const HERE: Self = if cfg!(windows) { Self::Windows } else { Self::Unix };
}

impl FilePath {
    /// Reads the path of a request target, as it stands on the wire and without its query.
    ///
    /// Repeated slashes count as one. What is decoded is not decoded again: `%252e` names a file called `%2e`.
    pub(crate) fn parse(path: &str, rules: NameRules) -> Result<Self, PathRefusal> {
        let rest = path.strip_prefix('/').ok_or(PathRefusal::Malformed)?;
        let mut joined = Vec::with_capacity(rest.len());
        for segment in rest.split('/') {
            if segment.is_empty() {
                continue;
            }
            if !joined.is_empty() {
                joined.push(b'/');
            }
            let start = joined.len();
            decode_into(segment.as_bytes(), &mut joined)?;
            let name = joined.get(start..).unwrap_or_default();
            if !is_plain_name(name, rules) || is_unfinished_name(name) {
                return Err(PathRefusal::Unservable);
            }
        }
        if joined.len() > PATH_BYTES_MAX {
            return Err(PathRefusal::Unservable);
        }
        Ok(Self { joined, folder: path.ends_with('/') })
    }

    /// The whole relative name, `/` between the segments, empty for the root.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.joined
    }

    /// The decoded segments, none for the root.
    pub(crate) fn segments(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        self.joined.split(|&byte| byte == b'/').filter(|segment| !segment.is_empty())
    }

    /// The last segment; `None` for the root.
    pub(crate) fn name(&self) -> Option<&[u8]> {
        self.segments().next_back()
    }

    /// The folder that this is in, and its name there; `None` for the root.
    pub(crate) fn split(&self) -> Option<(Self, &[u8])> {
        let name = self.name()?;
        let rest = self.joined.get(..self.joined.len() - name.len()).unwrap_or_default();
        let folder = rest.strip_suffix(b"/").unwrap_or(rest).to_vec();
        Some((Self { joined: folder, folder: true }, name))
    }

    /// Whether the path ended with a slash.
    pub(crate) fn names_folder(&self) -> bool {
        self.folder
    }

    /// Whether this is the root itself.
    pub(crate) fn is_root(&self) -> bool {
        self.joined.is_empty()
    }

    /// Whether a segment begins with a dot; `.well-known` at the top does not count (RFC 8615).
    pub(crate) fn is_hidden(&self) -> bool {
        self.segments().enumerate().any(|(depth, name)| is_hidden_name(name, depth == 0))
    }

    /// The path of an entry of this folder. The name is one that [`is_plain_name`] accepts.
    pub(crate) fn child(&self, name: &[u8]) -> Self {
        let mut joined = Vec::with_capacity(self.joined.len() + 1 + name.len());
        joined.extend_from_slice(&self.joined);
        if !joined.is_empty() {
            joined.push(b'/');
        }
        joined.extend_from_slice(name);
        Self { joined, folder: false }
    }

    /// The path of a file beside this one, whose name is this one's with `suffix` behind it.
    pub(crate) fn sibling(&self, suffix: &str) -> Self {
        let mut joined = Vec::with_capacity(self.joined.len() + suffix.len());
        joined.extend_from_slice(&self.joined);
        joined.extend_from_slice(suffix.as_bytes());
        Self { joined, folder: false }
    }
}

impl fmt::Debug for FilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}{}\"", self.joined.escape_ascii(), if self.folder { "/" } else { "" })
    }
}

/// What the names of uploads that are on their way begin with.
pub(crate) const UNFINISHED: &str = ".httpkit-upload-";

/// Whether a name is that of an upload on its way, which is never served.
pub(crate) fn is_unfinished_name(name: &[u8]) -> bool {
    name.starts_with(UNFINISHED.as_bytes())
}

/// Whether a name is hidden by the custom of Unix: it begins with a dot.
///
/// `.well-known` in the root is the exception, since its place is fixed by RFC 8615.
pub(crate) fn is_hidden_name(name: &[u8], in_root: bool) -> bool {
    name.first() == Some(&b'.') && !(in_root && name == b".well-known")
}

/// Whether a decoded segment can be the name of one entry of one folder, whatever the system does with names.
pub(crate) fn is_plain_name(name: &[u8], rules: NameRules) -> bool {
    !matches!(name, b"" | b"." | b"..")
        && !name.iter().any(|byte| matches!(byte, b'/' | b'\\' | 0))
        && (rules == NameRules::Unix || !is_special_on_windows(name))
}

/// Names that Windows reads in a way of its own: streams and drives (`a:b`), wildcards, trailing dots and spaces,
/// short names (`GIT~1`), devices with or without extension (`NUL`, `com1.txt`), and what is not UTF-8.
fn is_special_on_windows(name: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(name) else {
        return true;
    };
    let reserved = |c: char| c < ' ' || matches!(c, ':' | '<' | '>' | '"' | '|' | '?' | '*');
    if text.contains(reserved) || text.ends_with(['.', ' ']) {
        return true;
    }
    let short_name =
        name.iter().zip(name.iter().skip(1)).any(|(&tilde, digit)| tilde == b'~' && digit.is_ascii_digit());
    let stem = text.split('.').next().unwrap_or_default().trim_end();
    short_name || is_device(stem)
}

/// Whether a name without extension is that of a device.
fn is_device(stem: &str) -> bool {
    const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];
    if DEVICES.iter().any(|device| stem.eq_ignore_ascii_case(device)) {
        return true;
    }
    let Some((port, number)) = stem.split_at_checked(3) else {
        return false;
    };
    let numbered = port.eq_ignore_ascii_case("COM") || port.eq_ignore_ascii_case("LPT");
    numbered && matches!(number, "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³")
}

/// Appends the segment with its percent-encoded bytes decoded (RFC 3986 §2.1).
fn decode_into(segment: &[u8], out: &mut Vec<u8>) -> Result<(), PathRefusal> {
    // Most have none.
    let plain_bytes = segment.iter().position(|byte| *byte == b'%').unwrap_or(segment.len());
    let (plain, rest) = segment.split_at_checked(plain_bytes).unwrap_or((segment, &[]));
    out.extend_from_slice(plain);
    let mut bytes = rest.iter();
    while let Some(&byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let digit = |byte: Option<&u8>| char::from(*byte?).to_digit(16);
        let high = digit(bytes.next());
        let low = digit(bytes.next());
        let (Some(high), Some(low)) = (high, low) else {
            return Err(PathRefusal::Malformed);
        };
        out.push(u8::try_from(high * 16 + low).map_err(|_| PathRefusal::Malformed)?);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
