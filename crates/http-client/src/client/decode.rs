//! Content codings (RFC 9110 §8.4): which ones content has, and readers that take them off, each bounded.
//! Bytes come from a [`Layer`]; what lies under it is no business of this file.

use bottom::Bottom;
use http_proto::Headers;
use std::fmt;
use std::io::{self, BufRead, Read};

mod bottom;
#[cfg(feature = "brotli")]
mod brotli;
#[cfg(feature = "gzip")]
mod deflate;
#[cfg(any(feature = "gzip", feature = "brotli", feature = "zstd"))]
mod guard;
#[cfg(feature = "zstd")]
mod zstd;

/// How many codings are taken off one after the other.
const STACKED_MAX: usize = 3;

/// A reader that knows the bottom of the pile: what came over the wire, before any decoding.
pub(crate) trait Layer<W>: BufRead + Send {
    /// The bottom.
    fn wire(&self) -> &W;

    /// Bytes of the wire that decoders have taken; it may have given more, which waits to be taken.
    #[cfg_attr(
        not(any(feature = "gzip", feature = "brotli", feature = "zstd")),
        expect(dead_code, reason = "this build decodes nothing")
    )]
    fn taken_bytes(&self) -> u64;

    /// The bottom alone, without what decoders have read ahead.
    fn into_wire(self: Box<Self>) -> W;
}

/// The bottom of a pile.
pub(crate) trait Wire: Read + Send {
    /// Content bytes that have been taken off the wire.
    fn wire_bytes(&self) -> u64;

    /// Content bytes that are still to come, where that is known.
    fn left_bytes(&self) -> Option<u64>;
}

/// Bounds on what may come out of decoders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DecodeLimits {
    /// Decoded bytes for each byte of the wire.
    pub(crate) ratio_max: u32,
    /// Decoded bytes up to which the ratio does not count.
    pub(crate) ratio_free_bytes: u64,
}

impl Default for DecodeLimits {
    /// deflate cannot do better than 1032 to 1, so that a page of one letter passes; br and zstd can.
    fn default() -> Self {
        Self { ratio_max: 1100, ratio_free_bytes: 1024 * 1024 }
    }
}

/// Why content could not be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The content does not follow the format of its coding.
    #[error("malformed {coding} content")]
    Malformed {
        /// The coding.
        coding: &'static str,
    },
    /// The content ends inside of the coding's format.
    #[error("{coding} content ends too early")]
    Truncated {
        /// The coding.
        coding: &'static str,
    },
    /// The content grows more than allowed: a bomb.
    #[error("{coding} content grows to more than {ratio_max} times its size")]
    Ratio {
        /// The coding.
        coding: &'static str,
        /// The bound.
        ratio_max: u32,
    },
    /// More than three codings lie over each other.
    #[error("more than {STACKED_MAX} content codings over each other")]
    TooManyCodings,
    /// The content asks for more memory than RFC 9659 lets it.
    #[error("zstd content asks for a window of more than 8 MiB")]
    Window,
}

impl From<DecodeError> for io::Error {
    fn from(error: DecodeError) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}

/// A coding that this build can take off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    #[cfg(feature = "gzip")]
    Gzip,
    #[cfg(feature = "gzip")]
    Deflate,
    #[cfg(feature = "brotli")]
    Brotli,
    #[cfg(feature = "zstd")]
    Zstd,
}

/// The value of `Accept-Encoding` for this build; `None` where it decodes nothing.
const ACCEPT_ENCODING: Option<&str> = {
    const GZIP: bool = cfg!(feature = "gzip");
    match (GZIP, cfg!(feature = "brotli"), cfg!(feature = "zstd")) {
        (true, true, true) => Some("gzip, deflate, br, zstd"),
        (true, true, false) => Some("gzip, deflate, br"),
        (true, false, true) => Some("gzip, deflate, zstd"),
        (true, false, false) => Some("gzip, deflate"),
        (false, true, true) => Some("br, zstd"),
        (false, true, false) => Some("br"),
        (false, false, true) => Some("zstd"),
        (false, false, false) => None,
    }
};

/// The value of `Accept-Encoding` for content that will be decoded, or not.
pub(crate) fn accepted(decodes: bool) -> &'static str {
    ACCEPT_ENCODING.filter(|_| decodes).unwrap_or("identity")
}

/// The codings to be taken off, the outermost (last applied) first; `None` where one is unknown to this build, so
/// that the content is delivered as it is.
///
/// # Errors
/// [`DecodeError::TooManyCodings`].
pub(crate) fn codings(headers: &Headers) -> Result<Option<Vec<Coding>>, DecodeError> {
    let mut found = Vec::new();
    if !headers.contains("Content-Encoding") {
        return Ok(Some(found));
    }
    let mut is_known = true;
    for name in headers.list("Content-Encoding") {
        match coding(name) {
            Known::Coding(coding) => found.push(coding),
            Known::Identity => {}
            Known::Not => is_known = false,
        }
    }
    if !is_known {
        return Ok(None);
    }
    if found.len() > STACKED_MAX {
        return Err(DecodeError::TooManyCodings);
    }
    found.reverse();
    Ok(Some(found))
}

enum Known {
    #[cfg_attr(
        not(any(feature = "gzip", feature = "brotli", feature = "zstd")),
        expect(dead_code, reason = "this build decodes nothing")
    )]
    Coding(Coding),
    Identity,
    Not,
}

fn coding(name: &[u8]) -> Known {
    let is = |other: &str| name.eq_ignore_ascii_case(other.as_bytes());
    #[cfg(feature = "gzip")]
    if is("gzip") || is("x-gzip") {
        return Known::Coding(Coding::Gzip);
    }
    #[cfg(feature = "gzip")]
    if is("deflate") {
        return Known::Coding(Coding::Deflate);
    }
    #[cfg(feature = "brotli")]
    if is("br") {
        return Known::Coding(Coding::Brotli);
    }
    #[cfg(feature = "zstd")]
    if is("zstd") {
        return Known::Coding(Coding::Zstd);
    }
    if is("identity") { Known::Identity } else { Known::Not }
}

/// A pile of decoders over `wire`, in the order of [`codings`].
pub(crate) fn decoders<W: Wire + 'static>(
    wire: W,
    codings: &[Coding],
    limits: DecodeLimits,
) -> Box<dyn Layer<W>> {
    let bottom: Box<dyn Layer<W>> = Box::new(Bottom::new(wire));
    codings.iter().fold(bottom, |pile, coding| one_more(pile, *coding, limits))
}

#[cfg(any(feature = "gzip", feature = "brotli", feature = "zstd"))]
fn one_more<W: Wire + 'static>(
    pile: Box<dyn Layer<W>>,
    coding: Coding,
    limits: DecodeLimits,
) -> Box<dyn Layer<W>> {
    match coding {
        #[cfg(feature = "gzip")]
        Coding::Gzip => guard::guarded(deflate::Inflate::gzip(pile), "gzip", limits),
        #[cfg(feature = "gzip")]
        Coding::Deflate => guard::guarded(deflate::Inflate::deflate(pile), "deflate", limits),
        #[cfg(feature = "brotli")]
        Coding::Brotli => guard::guarded(brotli::Brotli::new(pile), "br", limits),
        #[cfg(feature = "zstd")]
        Coding::Zstd => guard::guarded(zstd::Zstd::new(pile), "zstd", limits),
    }
}

/// This build has no coding to take off.
#[cfg(not(any(feature = "gzip", feature = "brotli", feature = "zstd")))]
fn one_more<W>(_: Box<dyn Layer<W>>, coding: Coding, _: DecodeLimits) -> Box<dyn Layer<W>> {
    match coding {}
}

impl<W> fmt::Debug for dyn Layer<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Layer")
    }
}

#[cfg(test)]
mod tests;
