//! Which Cache-Control a file is sent with: rules by path, by name and by type, in the order they were given. Pure.

use crate::error::Error;
use crate::files::path::FilePath;
use http_proto::Headers;

/// For files whose content never changes under their name (RFC 8246).
const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// The rules of one folder.
#[derive(Clone, Debug)]
pub(crate) struct Caching {
    usual: String,
    rules: Vec<(Pattern, String)>,
    hashed_names: bool,
}

/// What a rule is for. In each, `*` stands for any characters, slashes among them.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Pattern {
    /// The whole path, which begins with a slash.
    Path(String),
    /// The last name of the path.
    Name(String),
    /// The type without parameters.
    Type(String),
}

impl Default for Caching {
    fn default() -> Self {
        Self { usual: "no-cache".to_owned(), rules: Vec::new(), hashed_names: false }
    }
}

impl Caching {
    /// What holds where no rule does.
    pub(crate) fn set_usual(&mut self, value: &str) -> Result<(), Error> {
        checked(value)?;
        value.clone_into(&mut self.usual);
        Ok(())
    }

    /// Adds a rule behind those that are there.
    pub(crate) fn add(&mut self, pattern: &str, value: &str) -> Result<(), Error> {
        checked(value)?;
        self.rules.push((Pattern::parse(pattern)?, value.to_owned()));
        Ok(())
    }

    /// Whether names with a hash in them are taken for names of content that never changes.
    pub(crate) fn set_hashed_names(&mut self, immutable: bool) {
        self.hashed_names = immutable;
    }

    /// The value for a file; none if empty.
    pub(crate) fn value_for(&self, path: &FilePath, content_type: &str) -> &str {
        let rule = self.rules.iter().find(|(pattern, _)| pattern.fits(path, content_type));
        match rule {
            Some((_, value)) => value,
            None if self.hashed_names && path.name().is_some_and(has_hash) => IMMUTABLE,
            None => &self.usual,
        }
    }
}

fn checked(value: &str) -> Result<(), Error> {
    Ok(Headers::new().append("Cache-Control", value)?)
}

impl Pattern {
    fn parse(text: &str) -> Result<Self, Error> {
        match text.find('/') {
            _ if text.is_empty() => Err(Error::InvalidSetting("a pattern: `/path/*`, `*.name` or `type/*`")),
            Some(0) => Ok(Self::Path(text.to_owned())),
            Some(_) => Ok(Self::Type(text.to_ascii_lowercase())),
            None => Ok(Self::Name(text.to_owned())),
        }
    }

    fn fits(&self, path: &FilePath, content_type: &str) -> bool {
        match self {
            Self::Path(pattern) => {
                let below_slash = pattern.as_bytes().get(1..).unwrap_or_default();
                glob(below_slash, path.as_bytes())
            }
            Self::Name(pattern) => path.name().is_some_and(|name| glob(pattern.as_bytes(), name)),
            Self::Type(pattern) => {
                let essence = content_type.split(';').next().unwrap_or_default().trim_end();
                glob(pattern.as_bytes(), essence.to_ascii_lowercase().as_bytes())
            }
        }
    }
}

/// Whether the text is as the pattern says, `*` standing for any bytes. Takes at most pattern times text steps.
fn glob(mut pattern: &[u8], mut text: &[u8]) -> bool {
    // What is left of both behind the last star, which can take one byte more.
    let mut retry: Option<(&[u8], &[u8])> = None;
    loop {
        match (pattern, text) {
            ([b'*', after @ ..], _) => {
                retry = Some((after, text));
                pattern = after;
            }
            ([], []) => return true,
            ([wanted, after @ ..], [byte, rest @ ..]) if wanted == byte => (pattern, text) = (after, rest),
            _ => match retry {
                Some((after, [_, rest @ ..])) => {
                    retry = Some((after, rest));
                    (pattern, text) = (after, rest);
                }
                _ => return false,
            },
        }
    }
}

/// Whether a name holds a hash of its content, as build tools write it: `app.3f2a9c1b.js`, `index-BfX12y_a.css`.
///
/// The part before the extension, behind a dot or hyphen, is eight or more hexadecimal digits with a figure among them,
/// or eight to 32 characters of base64url with a figure and letters of both cases.
fn has_hash(name: &[u8]) -> bool {
    let mut parts = name.rsplitn(2, |&byte| byte == b'.');
    let (Some(_), Some(stem)) = (parts.next(), parts.next()) else { return false };
    // The part begins behind the dot or hyphen before it, of which a base64url hash may have more.
    stem.iter()
        .enumerate()
        .filter(|(_, byte)| matches!(byte, b'.' | b'-'))
        .any(|(at, _)| at > 0 && stem.get(at + 1..).is_some_and(is_hash))
}

fn is_hash(part: &[u8]) -> bool {
    let has = |test: fn(&u8) -> bool| part.iter().any(test);
    let is_hexadecimal = part.iter().all(u8::is_ascii_hexdigit);
    let is_base64 = part.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    part.len() >= 8
        && has(u8::is_ascii_digit)
        && (is_hexadecimal
            || is_base64 && part.len() <= 32 && has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase))
}

#[cfg(test)]
mod tests;
