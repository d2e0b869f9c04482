//! One user name and password for everything (RFC 7617).

use httpkit::server::{Handler, HandlerError, Request, Response, StatusCode};
use std::fmt;

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

/// What a client must send, in the form in which it sends it.
#[derive(Clone)]
pub(crate) struct Credentials {
    /// `user:password` in Base64.
    encoded: String,
}

impl Credentials {
    /// Reads `user:password`; `None` without a colon or a user.
    pub(crate) fn parse(Secret(text): &Secret) -> Option<Self> {
        let (user, _) = text.split_once(':')?;
        (!user.is_empty()).then(|| Self { encoded: base64(text.as_bytes()) })
    }

    /// Whether the value of an Authorization field has them.
    fn are_in(&self, value: &[u8]) -> bool {
        let Some((scheme, rest)) = value.split_at_checked("Basic ".len()) else {
            return false;
        };
        scheme.eq_ignore_ascii_case(b"Basic ") && same(rest.trim_ascii(), self.encoded.as_bytes())
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials([hidden])")
    }
}

/// A handler behind a password.
#[derive(Debug)]
pub(crate) struct WithAuth<H> {
    handler: H,
    credentials: Credentials,
}

impl<H: Handler> WithAuth<H> {
    pub(crate) fn new(handler: H, credentials: Credentials) -> Self {
        Self { handler, credentials }
    }
}

impl<H: Handler> Handler for WithAuth<H> {
    fn handle(&self, request: &mut Request<'_>) -> Result<Response, HandlerError> {
        let sent = request.header("Authorization");
        if sent.is_some_and(|value| self.credentials.are_in(value.as_bytes())) {
            return self.handler.handle(request);
        }
        let refusal = Response::error_page(StatusCode::UNAUTHORIZED);
        Ok(refusal.with_header("WWW-Authenticate", "Basic realm=\"files\", charset=\"UTF-8\""))
    }
}

/// Compares in a time that does not tell how much was right.
fn same(sent: &[u8], wanted: &[u8]) -> bool {
    let mut difference = u8::from(sent.len() != wanted.len());
    for (index, byte) in sent.iter().enumerate() {
        // Beyond the end anything will do: the lengths differ already.
        difference |= byte ^ wanted.get(index).unwrap_or(&0);
    }
    std::hint::black_box(difference) == 0
}

/// RFC 4648 §4.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |place: usize| u32::from(group.get(place).copied().unwrap_or(0));
        let number = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4_usize {
            let digit = usize::try_from(number >> (18 - 6 * place) & 63).unwrap_or(0);
            let is_padding = place > group.len();
            text.push(if is_padding { '=' } else { DIGITS.get(digit).copied().map_or('=', char::from) });
        }
    }
    text
}

#[cfg(test)]
mod tests;
