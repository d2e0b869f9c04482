//! Digest authentication (RFC 7616): MD5 and SHA-256, with and without sessions, `qop=auth`. It answers challenges
//! and counts nonces; when to send is left to the loop in `call.rs`.

use crate::client::auth::challenge::{Challenge, challenges};
use crate::client::auth::{Auth, AuthError, AuthRequest};
use crate::client::random;
use http_proto::{Headers, Method, field};
use md5::Digest as _;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt::{self, Write as _};
use std::sync::{Mutex, PoisonError};

/// User and password, sent as a digest that is good for one request (RFC 7616).
///
/// SHA-256 is taken where the server offers it, MD5 else. `qop=auth-int` alone is refused. Once a server has given a
/// nonce, further requests use it without another challenge. Python: `HTTPDigestAuthHandler`.
///
/// ```
/// use http_client::client::{Client, Digest};
///
/// let request = Client::new().get("https://example.org/").auth(Digest::new("joe", "sesame")); // and then `send`
/// ```
#[doc(alias = "HTTPDigestAuthHandler")]
pub struct Digest {
    user: String,
    password: String,
    session: Mutex<Option<Session>>,
}

/// What a server gave, and how often it was used.
#[derive(Clone, Debug)]
struct Session {
    realm: String,
    nonce: String,
    opaque: Option<String>,
    algorithm: Algorithm,
    has_qop: bool,
    hides_user: bool,
    uses: u32,
    /// The client nonce of the first answer, which A1 of a `-sess` algorithm is made of (RFC 7616 §3.4.2).
    first_cnonce: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Algorithm {
    hash: Hash,
    session: bool,
    /// Whether the challenge named it, so that the answer does.
    named: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Hash {
    Md5,
    Sha256,
}

impl Digest {
    /// Credentials of this user.
    #[must_use]
    pub fn new(user: impl Into<String>, password: impl Into<String>) -> Self {
        Self { user: user.into(), password: password.into(), session: Mutex::new(None) }
    }

    /// The field value for one more request with what the server gave.
    fn answer(&self, session: &mut Session, method: &Method, target: &str, cnonce: &str) -> String {
        session.uses = session.uses.saturating_add(1);
        if session.algorithm.session {
            session.first_cnonce.get_or_insert_with(|| cnonce.to_owned());
        }
        let Session { realm, nonce, algorithm, has_qop, uses, .. } = &*session;
        let hash = |text: &str| algorithm.hash.hex(text.as_bytes());
        let mut secret = hash(&format!("{}:{realm}:{}", self.user, self.password));
        if let Some(first) = &session.first_cnonce {
            secret = hash(&format!("{secret}:{nonce}:{first}"));
        }
        let what = hash(&format!("{method}:{target}"));
        let response = if *has_qop {
            hash(&format!("{secret}:{nonce}:{uses:08x}:{cnonce}:auth:{what}"))
        } else {
            hash(&format!("{secret}:{nonce}:{what}"))
        };
        let user =
            if session.hides_user { hash(&format!("{}:{realm}", self.user)) } else { self.user.clone() };

        let mut value = format!(
            "Digest {}, realm={}, nonce={}, uri={}, response=\"{response}\"",
            user_parameter(&user),
            quoted(realm),
            quoted(nonce),
            quoted(target)
        );
        if algorithm.named {
            value.push_str(", algorithm=");
            value.push_str(algorithm.name());
        }
        // Writing into a string cannot fail.
        if *has_qop {
            let _ = write!(value, ", qop=auth, nc={uses:08x}, cnonce=\"{cnonce}\"");
        } else if algorithm.session {
            let _ = write!(value, ", cnonce=\"{cnonce}\"");
        }
        if let Some(opaque) = &session.opaque {
            let _ = write!(value, ", opaque={}", quoted(opaque));
        }
        if session.hides_user {
            value.push_str(", userhash=true");
        }
        value
    }

    fn session(&self) -> std::sync::MutexGuard<'_, Option<Session>> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Auth for Digest {
    fn start(&self, request: &AuthRequest<'_>, headers: &mut Headers) -> Result<(), AuthError> {
        if let Some(session) = self.session().as_mut() {
            let value = self.answer(session, request.method, request.target, &random::token());
            headers.set("Authorization", value)?;
        }
        Ok(())
    }

    fn retry(
        &self,
        request: &AuthRequest<'_>,
        response: &Headers,
        headers: &mut Headers,
    ) -> Result<bool, AuthError> {
        let tried = headers.contains("Authorization");
        let Some((mut session, is_stale)) = choose(&challenges(response, "WWW-Authenticate"))? else {
            return Ok(false);
        };
        let mut kept = self.session();
        if let Some(old) = kept.as_ref().filter(|old| old.nonce == session.nonce) {
            // RFC 7616 §3.3: the nonce was good and is not called stale, so user or password are wrong.
            if tried && !is_stale {
                *kept = None;
                return Ok(false);
            }
            // §3.4: another request has answered this challenge meanwhile, and no count may come twice.
            session.uses = old.uses;
            if session.algorithm == old.algorithm {
                session.first_cnonce.clone_from(&old.first_cnonce);
            }
        }
        let value = self.answer(&mut session, request.method, request.target, &random::token());
        *kept = Some(session);
        headers.set("Authorization", value)?;
        Ok(true)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Digest").field("user", &self.user).finish_non_exhaustive()
    }
}

/// The strongest challenge that can be answered, and whether it says `stale`; `None` without any of Digest.
fn choose(offered: &[Challenge]) -> Result<Option<(Session, bool)>, AuthError> {
    let mut best: Option<(Session, bool)> = None;
    let mut refused = None;
    for challenge in offered.iter().filter(|challenge| challenge.scheme.eq_ignore_ascii_case("digest")) {
        match session_of(challenge) {
            Ok(session) if best.as_ref().is_none_or(|(other, _)| other.algorithm < session.algorithm) => {
                let is_stale =
                    challenge.parameter("stale").is_some_and(|stale| stale.eq_ignore_ascii_case("true"));
                best = Some((session, is_stale));
            }
            Ok(_) => {}
            Err(reason) => refused = Some(reason),
        }
    }
    match (best, refused) {
        (None, Some(reason)) => Err(AuthError::Digest { reason }),
        (best, _) => Ok(best),
    }
}

fn session_of(challenge: &Challenge) -> Result<Session, &'static str> {
    let algorithm = match challenge.parameter("algorithm") {
        None => Algorithm { hash: Hash::Md5, session: false, named: false },
        Some(name) => algorithm(name).ok_or("the algorithm is neither MD5 nor SHA-256")?,
    };
    let has_qop = match challenge.parameter("qop") {
        None => false,
        Some(offers)
            if field::elements(offers.as_bytes()).any(|offer| offer.eq_ignore_ascii_case(b"auth")) =>
        {
            true
        }
        Some(_) => return Err("only auth-int is offered, which is not supported"),
    };
    Ok(Session {
        realm: challenge.parameter("realm").ok_or("there is no realm")?.to_owned(),
        nonce: challenge.parameter("nonce").ok_or("there is no nonce")?.to_owned(),
        opaque: challenge.parameter("opaque").map(str::to_owned),
        algorithm,
        has_qop,
        hides_user: challenge.parameter("userhash").is_some_and(|hides| hides.eq_ignore_ascii_case("true")),
        uses: 0,
        first_cnonce: None,
    })
}

fn algorithm(name: &str) -> Option<Algorithm> {
    let (hash, session) = match name.to_ascii_lowercase().as_str() {
        "md5" => (Hash::Md5, false),
        "md5-sess" => (Hash::Md5, true),
        "sha-256" => (Hash::Sha256, false),
        "sha-256-sess" => (Hash::Sha256, true),
        _ => return None,
    };
    Some(Algorithm { hash, session, named: true })
}

impl Algorithm {
    const fn name(self) -> &'static str {
        match (self.hash, self.session) {
            (Hash::Md5, false) => "MD5",
            (Hash::Md5, true) => "MD5-sess",
            (Hash::Sha256, false) => "SHA-256",
            (Hash::Sha256, true) => "SHA-256-sess",
        }
    }
}

impl Hash {
    fn hex(self, bytes: &[u8]) -> String {
        match self {
            Self::Md5 => random::hex(&md5::Md5::digest(bytes)),
            Self::Sha256 => random::hex(&sha2::Sha256::digest(bytes)),
        }
    }
}

/// What is none of these: `attr-char = ALPHA / DIGIT / "!" / "#" / "$" / "&" / "+" / "-" / "." / "^" / "_" / "`" / "|" /
/// "~"` (RFC 8187 §3.2.1).
const NOT_ATTR_CHAR: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// `username`, or `username*` where a quoted string cannot hold it (RFC 7616 §3.4.4).
fn user_parameter(user: &str) -> String {
    if user.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return format!("username={}", quoted(user));
    }
    format!("username*=UTF-8''{}", utf8_percent_encode(user, NOT_ATTR_CHAR))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests;
