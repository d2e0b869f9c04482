//! Names and passwords by RFC 7617: a handler that owns a handler and lets in whoever is known.

use crate::error::{Error, HandlerError};
use crate::handler::Handler;
use crate::request::Request;
use crate::response::Response;
use http_proto::{Headers, StatusCode};
use std::fmt;
use std::hint::black_box;

mod base64;

/// Asks for name and password (RFC 7617), and lets only those to the handler that it owns who are known to it.
///
/// Others get 401 with `WWW-Authenticate`. The password crosses the network with every request and is only encoded, not
/// encrypted: use it over TLS. Comparing takes the same time whether the first letter or the last is wrong, and whether a
/// name is known or not. Guessing is slowed down by a [`RateLimit`](crate::RateLimit) around this.
///
/// Passwords that are kept as hashes are for [`check`](Self::check), which is given what was sent.
///
/// ```
/// use http_server::{BasicAuth, Request, Response, testing};
///
/// let page = |request: &mut Request<'_>| {
///     Response::text(format!("Hello, {}!", BasicAuth::user_of(request).unwrap_or_default()))
/// };
/// let page = BasicAuth::new(page, "the \"inner\" garden")?.user("Aladdin", "open sesame");
/// let answer = testing::get("/").with_header("Authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==").send_to(&page);
/// assert_eq!(answer.text(), "Hello, Aladdin!");
/// let refused = testing::get("/").send_to(&page);
/// assert_eq!(refused.status(), 401);
/// assert_eq!(
///     refused.headers().get("WWW-Authenticate").unwrap(),
///     r#"Basic realm="the \"inner\" garden", charset="UTF-8""#
/// );
/// # Ok::<(), http_server::Error>(())
/// ```
#[must_use]
#[doc(alias = "WWW-Authenticate")]
pub struct BasicAuth<H> {
    handler: H,
    challenge: String,
    users: Vec<(String, String)>,
    check: Option<Box<Check>>,
}

/// Whether name and password are right.
type Check = dyn Fn(&str, &str) -> bool + Send + Sync;

/// Who was let in.
#[derive(Clone)]
struct User(String);

impl<H> BasicAuth<H> {
    /// Lets nobody in yet. The realm is what a browser shows of why it asks.
    ///
    /// # Errors
    /// [`Error::InvalidResponse`] for a realm with control characters.
    pub fn new(handler: H, realm: &str) -> Result<Self, Error> {
        let mut quoted = String::with_capacity(realm.len() + 2);
        for character in realm.chars() {
            if matches!(character, '"' | '\\') {
                quoted.push('\\');
            }
            quoted.push(character);
        }
        // RFC 7617 §2.1: charset says that names and passwords come in UTF-8.
        let challenge = format!("Basic realm=\"{quoted}\", charset=\"UTF-8\"");
        Headers::new().append("WWW-Authenticate", &challenge)?;
        Ok(Self { handler, challenge, users: Vec::new(), check: None })
    }

    /// Lets this user in as well. A name with a colon can never be sent.
    pub fn user(mut self, name: impl Into<String>, password: impl Into<String>) -> Self {
        self.users.push((name.into(), password.into()));
        self
    }

    /// Lets in those as well for whose name and password this says so. It must itself compare in constant time.
    pub fn check(mut self, check: impl Fn(&str, &str) -> bool + Send + Sync + 'static) -> Self {
        self.check = Some(Box::new(check));
        self
    }

    fn knows(&self, name: &str, password: &str) -> bool {
        let mut known = false;
        for (other_name, other_password) in &self.users {
            // Both are compared whatever comes of the first, and all users are gone through.
            let right = same(name, other_name) & same(password, other_password);
            known = black_box(known | right);
        }
        known || self.check.as_ref().is_some_and(|check| check(name, password))
    }
}

impl BasicAuth<()> {
    /// The name of the user who was let in; `None` outside of a `BasicAuth`.
    #[must_use]
    pub fn user_of<'r>(request: &'r Request<'_>) -> Option<&'r str> {
        request.extensions().get::<User>().map(|user| user.0.as_str())
    }
}

/// Whether both are the same, in a time that depends on the length of `sent` alone.
fn same(sent: &str, right: &str) -> bool {
    let mut different = sent.len() ^ right.len();
    let mut expected = right.bytes();
    for byte in sent.bytes() {
        different = black_box(different | usize::from(byte ^ expected.next().unwrap_or_default()));
    }
    different == 0
}

/// Name and password of the one Authorization field (RFC 7617 §2).
fn credentials(headers: &Headers) -> Option<(String, String)> {
    let mut values = headers.get_all("Authorization");
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let (scheme, encoded) = value.as_bytes().split_at_checked(6)?;
    if !scheme.eq_ignore_ascii_case(b"basic ") {
        return None;
    }
    let text = String::from_utf8(base64::decode(encoded.trim_ascii())?).ok()?;
    let (name, password) = text.split_once(':')?;
    Some((name.to_owned(), password.to_owned()))
}

impl<H: Handler> Handler for BasicAuth<H> {
    fn handle(&self, request: &mut Request<'_>) -> Result<Response, HandlerError> {
        match credentials(request.headers()) {
            Some((name, password)) if self.knows(&name, &password) => {
                request.extensions_mut().insert(User(name));
                self.handler.handle(request)
            }
            _ => Ok(Response::error_page(StatusCode::UNAUTHORIZED)
                .with_header("WWW-Authenticate", &self.challenge)),
        }
    }
}

impl<H: fmt::Debug> fmt::Debug for BasicAuth<H> {
    /// Without names and passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BasicAuth")
            .field("handler", &self.handler)
            .field("challenge", &self.challenge)
            .field("users", &self.users.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
