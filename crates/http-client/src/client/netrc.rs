//! `.netrc` files: logins by host name, as ftp, curl and Python's `netrc` read them.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The logins of a `.netrc` file.
///
/// Tokens are `machine NAME`, `default`, `login`, `user`, `password`, `account`, `macdef` (passed over), comments from
/// `#` at the start of a token to the end of the line, and quoted strings with backslash escapes. Python: `netrc.netrc`.
///
/// A client looks hosts up at each step of a chain of redirects, by the host that it connects to, and only where
/// the request has no credentials of its own.
///
/// ```
/// use http_client::client::Netrc;
///
/// let netrc = Netrc::parse("machine example.org login joe password sesame")?;
/// assert_eq!(netrc.find("example.org").map(|login| login.login.as_str()), Some("joe"));
/// assert!(netrc.find("example.com").is_none());
/// # Ok::<(), http_client::client::NetrcError>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
#[doc(alias = "netrc")]
pub struct Netrc {
    entries: Vec<(Option<String>, NetrcLogin)>,
}

/// One login.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct NetrcLogin {
    /// The user's name; empty where the file has none.
    pub login: String,
    /// The password; empty where the file has none.
    pub password: String,
    /// The account, which HTTP has no use for.
    pub account: Option<String>,
}

/// Why a `.netrc` file was not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NetrcError {
    /// The file could not be read.
    #[error("cannot read {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A token stands where it makes no sense.
    #[error("line {line} of the netrc file: {reason}")]
    Syntax {
        /// The line, beginning at 1.
        line: usize,
        /// What is wrong.
        reason: &'static str,
    },
    /// The file in the home directory has passwords and others may read it.
    #[error("{} can be read by others: `chmod 600` it", path.display())]
    Readable {
        /// The file.
        path: PathBuf,
    },
}

impl Netrc {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// [`NetrcError::Syntax`].
    pub fn parse(text: &str) -> Result<Self, NetrcError> {
        let mut netrc = Self::default();
        let mut tokens = Tokens { rest: text, line: 1 };
        let mut current: Option<(Option<String>, NetrcLogin)> = None;
        while let Some(token) = tokens.next()? {
            match token.as_str() {
                "machine" => {
                    netrc.entries.extend(current.take());
                    let host = tokens.value("`machine` without a name")?;
                    current = Some((Some(host.to_ascii_lowercase()), NetrcLogin::default()));
                }
                "default" => {
                    netrc.entries.extend(current.take());
                    current = Some((None, NetrcLogin::default()));
                }
                "macdef" => {
                    tokens.value("`macdef` without a name")?;
                    tokens.skip_macro();
                }
                field => {
                    let Some((_, login)) = &mut current else {
                        return Err(tokens.error("a token before the first `machine`"));
                    };
                    match field {
                        "login" | "user" => login.login = tokens.value("`login` without a value")?,
                        "password" => login.password = tokens.value("`password` without a value")?,
                        "account" => login.account = Some(tokens.value("`account` without a value")?),
                        _ => return Err(tokens.error("an unknown token")),
                    }
                }
            }
        }
        netrc.entries.extend(current);
        Ok(netrc)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`NetrcError::Io`] and [`NetrcError::Syntax`].
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, NetrcError> {
        let path = path.as_ref();
        let text =
            fs::read_to_string(path).map_err(|source| NetrcError::Io { path: path.to_owned(), source })?;
        Self::parse(&text)
    }

    /// Reads the file that the variable `NETRC` names, or `.netrc` in the home directory (`_netrc` on Windows).
    /// Without such a file the list is empty.
    ///
    /// # Errors
    /// As [`from_file`](Self::from_file), and [`NetrcError::Readable`] on Unix where the file in the home directory
    /// has a password and its mode lets others read it.
    pub fn from_default_file() -> Result<Self, NetrcError> {
        let named = std::env::var_os("NETRC").map(PathBuf::from);
        let is_named = named.is_some();
        let home = || {
            let name = if cfg!(windows) { "_netrc" } else { ".netrc" };
            std::env::home_dir().map(|home| home.join(name))
        };
        let Some(path) = named.or_else(home) else { return Ok(Self::default()) };
        let netrc = match Self::from_file(&path) {
            Err(NetrcError::Io { source, .. }) if !is_named && source.kind() == io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            other => other?,
        };
        if !is_named && netrc.has_passwords() && others_can_read(&path)? {
            return Err(NetrcError::Readable { path });
        }
        Ok(netrc)
    }

    /// The login for a host: the first `machine` with its name (case does not matter), else `default`.
    #[must_use]
    #[doc(alias = "authenticators")]
    pub fn find(&self, host: &str) -> Option<&NetrcLogin> {
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        let named = |entry: &&(Option<String>, NetrcLogin)| {
            entry.0.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(host))
        };
        let fallback = || self.entries.iter().find(|(name, _)| name.is_none());
        self.entries.iter().find(named).or_else(fallback).map(|(_, login)| login)
    }

    fn has_passwords(&self) -> bool {
        self.entries.iter().any(|(_, login)| !login.password.is_empty() && login.login != "anonymous")
    }
}

impl fmt::Debug for Netrc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Netrc").field("entries", &self.entries.len()).finish()
    }
}

impl fmt::Debug for NetrcLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NetrcLogin").field("login", &self.login).finish_non_exhaustive()
    }
}

#[cfg(unix)]
fn others_can_read(path: &Path) -> Result<bool, NetrcError> {
    use std::os::unix::fs::MetadataExt;
    let metadata = fs::metadata(path).map_err(|source| NetrcError::Io { path: path.to_owned(), source })?;
    Ok(metadata.mode() & 0o077 != 0)
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same shape as on Unix")]
fn others_can_read(_: &Path) -> Result<bool, NetrcError> {
    Ok(false)
}

/// Words between blanks, quoted strings, without comments.
struct Tokens<'a> {
    rest: &'a str,
    line: usize,
}

impl Tokens<'_> {
    fn next(&mut self) -> Result<Option<String>, NetrcError> {
        loop {
            let trimmed = self.rest.trim_start();
            let skipped = self.rest.len() - trimmed.len();
            self.advance(skipped);
            if !self.rest.starts_with('#') {
                break;
            }
            let end = self.rest.find('\n').unwrap_or(self.rest.len());
            self.advance(end);
        }
        if self.rest.is_empty() {
            return Ok(None);
        }
        self.word().map(Some)
    }

    /// A value may begin with `#`.
    fn value(&mut self, reason: &'static str) -> Result<String, NetrcError> {
        let trimmed = self.rest.trim_start();
        let skipped = self.rest.len() - trimmed.len();
        self.advance(skipped);
        if self.rest.is_empty() {
            return Err(self.error(reason));
        }
        self.word()
    }

    fn word(&mut self) -> Result<String, NetrcError> {
        let is_quoted = self.rest.starts_with('"');
        let mut text = String::new();
        let mut characters = self.rest.char_indices();
        if is_quoted {
            characters.next();
        }
        let mut end = None;
        while let Some((at, character)) = characters.next() {
            match character {
                '"' if is_quoted => {
                    end = Some(at + 1);
                    break;
                }
                '\\' => match characters.next() {
                    Some((_, escaped)) => text.push(escaped),
                    None => return Err(self.error("a backslash at the end")),
                },
                _ if !is_quoted && character.is_ascii_whitespace() => {
                    end = Some(at);
                    break;
                }
                _ => text.push(character),
            }
        }
        let end = match end {
            Some(end) => end,
            None if is_quoted => return Err(self.error("a quoted string without an end")),
            None => self.rest.len(),
        };
        self.advance(end);
        Ok(text)
    }

    /// A macro runs to an empty line.
    fn skip_macro(&mut self) {
        let end = ["\n\n", "\n\r\n"].iter().filter_map(|end| self.rest.find(end)).min();
        self.advance(end.unwrap_or(self.rest.len()));
    }

    fn advance(&mut self, bytes: usize) {
        if let Some((passed, rest)) = self.rest.split_at_checked(bytes) {
            self.line += passed.matches('\n').count();
            self.rest = rest;
        }
    }

    const fn error(&self, reason: &'static str) -> NetrcError {
        NetrcError::Syntax { line: self.line, reason }
    }
}

#[cfg(test)]
mod tests;
