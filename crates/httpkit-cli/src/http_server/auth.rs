//! Who may come in: user names and passwords from the command line, the environment or a file.

use super::{Failure, Options};
use crate::causes::with_causes;
use httpkit::server::{BasicAuth, Handler};
use std::fmt;
use std::path::Path;

/// User name and password as they were given, never shown by `Debug`.
#[derive(Clone)]
pub struct Secret(String);

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}

/// A name and a password.
pub(crate) type User = (String, String);

/// Those whom the options name, if they name any.
pub(crate) fn users(options: &Options) -> Result<Vec<User>, Failure> {
    let mut users = Vec::new();
    if let Some(Secret(text)) = &options.auth {
        let user =
            user(text).ok_or_else(|| Failure::new("--auth needs a user name, a colon and a password"))?;
        users.push(user);
    }
    if let Some(path) = &options.auth_file {
        users.extend(read_users(path)?);
    }
    Ok(users)
}

/// The handler behind the passwords of these users, if there are any.
pub(crate) fn locked(handler: Box<dyn Handler>, users: Vec<User>) -> Result<Box<dyn Handler>, Failure> {
    if users.is_empty() {
        return Ok(handler);
    }
    let failed = |error| Failure::new(with_causes(&error));
    let locked = BasicAuth::new(handler, "files").map_err(failed)?;
    Ok(Box::new(users.into_iter().fold(locked, |locked, (name, password)| locked.user(name, password))))
}

/// `user:password`; a password may hold colons, a name may not, and is not empty.
fn user(text: &str) -> Option<User> {
    let (name, password) = text.split_once(':')?;
    (!name.is_empty()).then(|| (name.to_owned(), password.to_owned()))
}

/// A line for each user; empty lines and those that begin with `#` are passed over.
fn read_users(path: &Path) -> Result<Vec<User>, Failure> {
    let failed = |what: String| Failure::new(format!("--auth-file {}: {what}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| failed(format!("cannot read it: {error}")))?;
    let mut users = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        // The line itself may be a secret.
        let user = user(line).ok_or_else(|| {
            failed(format!("line {} is not a user name, a colon and a password", index + 1))
        })?;
        if is_hash(&user.1) {
            return Err(failed(format!(
                "line {} has the hash of a password, which would itself be taken for the password; write the password, \
                 or let a proxy in front check hashes",
                index + 1
            )));
        }
        users.push(user);
    }
    if users.is_empty() { Err(failed("there is no user in it".to_owned())) } else { Ok(users) }
}

/// How hashes of passwords begin, as htpasswd and crypt write them.
const HASHES: [&str; 14] = [
    "$apr1$", "$1$", "$2$", "$2a$", "$2b$", "$2x$", "$2y$", "$5$", "$6$", "$y$", "$gy$", "$7$", "{SHA",
    "{SSHA",
];

/// Whether a password looks like a hash: whoever has read the file could come in with it.
fn is_hash(password: &str) -> bool {
    HASHES.iter().any(|beginning| password.starts_with(beginning)) || password.starts_with("$argon2")
}

#[cfg(test)]
mod tests;
