//! `SameSite`: the three words a server can say about cross-site requests, and nothing about enforcing them.

use std::fmt;

/// The value of a `SameSite` attribute (RFC 6265bis §4.1.2.7).
///
/// That a cookie has no such attribute, or one with an unknown word, is `Option::None` around this type: a browser then
/// applies its default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "RFC 6265bis closes the set")]
pub enum SameSite {
    /// Sent with same-site requests only.
    Strict,
    /// Sent with same-site requests and with cross-site top-level navigations by a safe method.
    Lax,
    /// Sent with every request; browsers keep such a cookie only if it is `Secure` too.
    None,
}

impl SameSite {
    /// The word as it is written in a `Set-Cookie` field: `Strict`, `Lax` or `None`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "Strict",
            Self::Lax => "Lax",
            Self::None => "None",
        }
    }

    /// Reads an attribute value in any case; an unknown word is `None`.
    #[must_use]
    pub fn from_bytes(value: &[u8]) -> Option<Self> {
        [Self::Strict, Self::Lax, Self::None]
            .into_iter()
            .find(|word| value.eq_ignore_ascii_case(word.as_str().as_bytes()))
    }
}

impl fmt::Display for SameSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
