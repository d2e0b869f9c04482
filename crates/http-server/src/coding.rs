//! Which content coding a request wants, among those that lie ready beside a file (RFC 9110 §12.5.3).

use http_proto::{Headers, field};

/// A content coding of which a file can have a ready variant beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ContentCoding {
    /// `br` (RFC 7932), in a file with `.br` behind its name.
    Brotli,
    /// `zstd` (RFC 8878), in a file with `.zst` behind its name.
    Zstd,
    /// `gzip` (RFC 1952), in a file with `.gz` behind its name.
    Gzip,
}

impl ContentCoding {
    /// All of them, the one that makes texts smallest first.
    pub const ALL: [Self; 3] = [Self::Brotli, Self::Zstd, Self::Gzip];

    /// The name in Content-Encoding and Accept-Encoding.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
        }
    }

    /// What stands behind the name of the file.
    pub(crate) const fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Zstd => ".zst",
            Self::Gzip => ".gz",
        }
    }
}

/// The codings among `offered` that the request takes, the one it likes best first; among equals, in the order offered.
///
/// None without an Accept-Encoding field. A coding that is liked less than the plain form is left out.
pub(crate) fn accepted(headers: &Headers, offered: &[ContentCoding]) -> Vec<ContentCoding> {
    if !headers.contains("Accept-Encoding") {
        return Vec::new();
    }
    let weight_of = |name: &str| -> Option<u16> {
        let named = |wanted: &str| {
            headers.list("Accept-Encoding").find_map(|element| {
                let coding = field::before_parameters(element);
                let is_it = coding.eq_ignore_ascii_case(wanted.as_bytes())
                    || (wanted == "gzip" && coding.eq_ignore_ascii_case(b"x-gzip"));
                is_it.then(|| field::weight(element).unwrap_or(0))
            })
        };
        named(name).or_else(|| named("*"))
    };
    let plain = headers
        .list("Accept-Encoding")
        .find(|element| field::before_parameters(element).eq_ignore_ascii_case(b"identity"))
        .and_then(field::weight)
        .unwrap_or(0);
    let mut liked: Vec<(u16, ContentCoding)> = offered
        .iter()
        .filter_map(|&coding| Some((weight_of(coding.as_str())?, coding)))
        .filter(|&(weight, _)| weight > 0 && weight >= plain)
        .collect();
    liked.sort_by_key(|&(weight, _)| std::cmp::Reverse(weight));
    liked.into_iter().map(|(_, coding)| coding).collect()
}

#[cfg(test)]
mod tests;
