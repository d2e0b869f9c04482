//! What can be wrong with a cookie that a program makes or loads.

use http_proto::InvalidInput;

use crate::attr::Attr;
use crate::prefix::{CookiePrefix, PrefixRule};

/// Why a cookie, an attribute or a text with cookies is refused.
///
/// No variant carries a cookie's value; names are cut after 64 characters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[doc(alias = "http.cookies.CookieError")]
pub enum CookieError {
    /// The name is empty or has a character outside `A-Z a-z 0-9 !#$%&'*+-.^_|~:` and the backquote.
    #[error("illegal cookie name {0:?}: use letters, digits and !#$%&'*+-.^_`|~:")]
    IllegalName(Box<str>),
    /// The name is that of an attribute, which Python's classes do not allow; [`CookieBuilder`](crate::CookieBuilder) does.
    #[error("cookie name {0:?} is reserved for an attribute")]
    ReservedName(Box<str>),
    /// No attribute has this name.
    #[error("invalid cookie attribute {0:?}")]
    UnknownAttribute(Box<str>),
    /// A control character (U+0000 to U+001F, U+007F) stands in the named part.
    #[error("control characters are not allowed in the {0} of a cookie")]
    ControlCharacter(Part),
    /// A semicolon stands in the named part and would end it on the wire.
    #[error("a semicolon is not allowed in the {0} of a cookie: encode it")]
    Semicolon(Part),
    /// Blanks stand at an end of the named part, where every browser removes them.
    #[error("blanks at the ends of the {0} of a cookie would get lost: encode them")]
    OuterBlanks(Part),
    /// A character above U+00FF was to be written as Latin-1.
    #[error("the {0} of a cookie has a character that Latin-1 lacks")]
    NotLatin1(Part),
    /// The coded value cannot be decoded by the codec; `at` counts its bytes from 0.
    #[error("coded cookie value cannot be decoded at byte {at}")]
    Undecodable {
        /// Where decoding stopped, in bytes.
        at: usize,
    },
    /// The text is no list of cookies by Python's grammar, so nothing of it is loaded; `at` counts its bytes from 0.
    #[error("cookie text breaks Python's grammar at byte {at}; load_tolerant would keep its good pairs")]
    Syntax {
        /// Where the offending word starts, in bytes.
        at: usize,
    },
    /// More words than [`PAIRS_MAX`](crate::PAIRS_MAX) in one text; `at` is where the first one too many starts.
    #[error("more than 4096 cookies in one text, at byte {at}")]
    TooMany {
        /// Where the first one too many starts, in bytes.
        at: usize,
    },
    /// A pair of this name stands earlier in the field, and that one is kept.
    #[error("a second cookie {0:?} in one field, and the first one is kept")]
    Duplicate(Box<str>),
    /// Name and value have more than 4096 bytes together (RFC 6265bis §5.6 step 5).
    #[error("name and value of a cookie have {bytes} bytes, more than 4096")]
    NameValueTooLong {
        /// How many they have.
        bytes: usize,
    },
    /// An attribute value has more than 1024 bytes (RFC 6265bis §5.6 step 6 of the attributes).
    #[error("the {attr} attribute of a cookie has {bytes} bytes, more than 1024")]
    AttributeTooLong {
        /// Which attribute.
        attr: Attr,
        /// How many bytes it has.
        bytes: usize,
    },
    /// An attribute beyond those that browsers know cannot be sent as it is.
    #[error("the attribute {name:?} of a cookie {problem}")]
    IllegalAttribute {
        /// Its name.
        name: Box<str>,
        /// What is wrong with it.
        problem: AttributeProblem,
    },
    /// `Path` does not start with `/`, or has bytes outside ASCII; a browser would take another path, or refuse.
    #[error("the Path attribute of a cookie must start with a slash and be ASCII")]
    IllegalPath,
    /// `Domain` is empty or has a byte that no host name has.
    #[error("the Domain attribute of a cookie must be a host name in ASCII")]
    IllegalDomain,
    /// The prefix of the name demands something that the cookie lacks (RFC 6265bis §4.1.3).
    #[error("a cookie whose name starts with {prefix} must {rule}")]
    Prefix {
        /// The prefix of the name.
        prefix: CookiePrefix,
        /// What it demands.
        rule: PrefixRule,
    },
    /// `SameSite=None` or `Partitioned` without `Secure`.
    #[error("a cookie with {0} must be Secure too")]
    NeedsSecure(&'static str),
    /// The header list refuses a further field.
    #[error("the cookie does not fit into the header list")]
    Headers(#[source] InvalidInput),
}

/// Why an attribute that no browser knows cannot be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum AttributeProblem {
    /// The name is empty or has a character that no token has.
    #[error("has a name that is no token")]
    Name,
    /// The attribute is known: [`CookieBuilder`](crate::CookieBuilder) has a method for it, which checks it.
    #[error("has a method of its own")]
    Known,
    /// The value has more than 1024 bytes (RFC 6265bis §5.6 step 6 of the attributes).
    #[error("has a value of more than 1024 bytes")]
    TooLong,
    /// The value has a control character, a semicolon or blanks at its ends.
    #[error("has a value with a control character, a semicolon or blanks at its ends")]
    Value,
}

/// A part of a cookie, for error messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Part {
    /// The name.
    Name,
    /// The value as the program sees it.
    Value,
    /// The value as it is on the wire.
    CodedValue,
    /// The value of an attribute.
    Attribute(Attr),
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name => f.write_str("name"),
            Self::Value => f.write_str("value"),
            Self::CodedValue => f.write_str("coded value"),
            Self::Attribute(attr) => write!(f, "{attr} attribute"),
        }
    }
}

/// A name as an error shows it: at most 64 characters.
pub(crate) fn shown(name: &str) -> Box<str> {
    name.chars().take(64).collect::<String>().into_boxed_str()
}

#[cfg(test)]
mod tests;
