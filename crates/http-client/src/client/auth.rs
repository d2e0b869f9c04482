//! Who we say we are: the trait, Basic and Bearer. Challenges are read in `auth/challenge.rs`, Digest is in
//! `auth/digest.rs`. When to ask whom is left to the loop in `call.rs`.

use crate::client::base64;
use http_proto::{Headers, InvalidInput, Method};
use percent_encoding::percent_decode_str;
use std::fmt;
use url::Url;

#[cfg(feature = "digest")]
pub(crate) mod challenge;
#[cfg(feature = "digest")]
pub(crate) mod digest;

/// A way to authenticate to an origin server (RFC 9110 §11).
///
/// It is asked for requests to the origin that the caller's URL names and for no other: not behind a redirect to
/// another scheme, host or port. Fields that it sets are never carried over to the next request of a chain.
///
/// Python: `AbstractBasicAuthHandler`, `AbstractDigestAuthHandler`.
///
/// ```
/// use http_client::Headers;
/// use http_client::client::{Auth, AuthError, AuthRequest, Client};
///
/// /// A key in a field of its own, over TLS only.
/// struct ApiKey(String);
///
/// impl Auth for ApiKey {
///     fn start(&self, request: &AuthRequest<'_>, headers: &mut Headers) -> Result<(), AuthError> {
///         if request.url.scheme() != "https" {
///             return Err(AuthError::Other("the key goes over TLS only".into()));
///         }
///         Ok(headers.set("X-Api-Key", &self.0)?)
///     }
/// }
///
/// // What is printed holds no key.
/// impl std::fmt::Debug for ApiKey {
///     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
///         f.write_str("ApiKey")
///     }
/// }
///
/// let error = Client::new().get("http://example.org/").auth(ApiKey("31d4".into())).send().unwrap_err();
/// assert!(format!("{error:#}").contains("the key goes over TLS only"));
/// ```
pub trait Auth: Send + Sync + fmt::Debug {
    /// Adds fields to a request before any challenge.
    ///
    /// # Errors
    /// What makes it impossible to send the request.
    fn start(&self, request: &AuthRequest<'_>, headers: &mut Headers) -> Result<(), AuthError>;

    /// The server answered 401 with the fields `response`: sets fields for one more attempt and says whether it
    /// should be made. Without one, the 401 is the answer. It is asked once a hop.
    ///
    /// # Errors
    /// What makes it impossible to answer, such as a challenge that only offers what is not supported.
    fn retry(
        &self,
        request: &AuthRequest<'_>,
        response: &Headers,
        headers: &mut Headers,
    ) -> Result<bool, AuthError> {
        let _ = (request, response, headers);
        Ok(false)
    }
}

/// The request that is to be authenticated.
#[derive(Debug)]
#[non_exhaustive]
pub struct AuthRequest<'a> {
    /// Its method.
    pub method: &'a Method,
    /// Its URL, without user and password.
    pub url: &'a Url,
    /// Its path and query, as they are on the wire: also where a plain proxy gets the whole URL (RFC 7616 §3.4.6).
    pub target: &'a str,
}

/// Why a request could not be authenticated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// A user name with a colon cannot be sent by Basic (RFC 7617 §2).
    #[error("a user name for Basic authentication cannot have a colon")]
    ColonInUser,
    /// A user name or a password with a control character cannot be sent by Basic (RFC 7617 §2).
    #[error("a user name or password for Basic authentication cannot have a control character")]
    ControlInCredentials,
    /// The server offers Digest in no form that is supported.
    #[error("digest challenge cannot be answered: {reason}")]
    Digest {
        /// What is not supported.
        reason: &'static str,
    },
    /// A part cannot stand in a field.
    #[error("credentials cannot stand in a header field")]
    Field(#[from] InvalidInput),
    /// What another implementation says.
    #[error("authentication failed")]
    Other(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// User and password, sent with each request in a form that everyone on the way can read: over `https` only
/// (RFC 7617). Text is sent as UTF-8.
///
/// ```
/// use http_client::client::{Basic, Client};
///
/// let request = Client::new().get("https://example.org/").auth(Basic::new("joe", "sesame")); // and then `send`
/// assert!(!format!("{:?}", Basic::new("joe", "sesame")).contains("sesame"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Basic {
    user: String,
    password: String,
}

impl Basic {
    /// Credentials of this user.
    #[must_use]
    pub fn new(user: impl Into<String>, password: impl Into<String>) -> Self {
        Self { user: user.into(), password: password.into() }
    }

    /// Those that stand in a URL, if any do.
    pub(crate) fn of_url(url: &Url) -> Option<Self> {
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let is_there = !url.username().is_empty() || url.password().is_some();
        is_there.then(|| Self::new(decoded(url.username()), decoded(url.password().unwrap_or_default())))
    }

    pub(crate) fn user(&self) -> &str {
        &self.user
    }

    pub(crate) fn password(&self) -> &str {
        &self.password
    }

    /// The value of `Authorization` or `Proxy-Authorization`.
    pub(crate) fn field_value(&self) -> Result<String, AuthError> {
        if self.user.contains(':') {
            return Err(AuthError::ColonInUser);
        }
        if self.user.bytes().chain(self.password.bytes()).any(|byte| byte.is_ascii_control()) {
            return Err(AuthError::ControlInCredentials);
        }
        Ok(format!("Basic {}", base64::encode(format!("{}:{}", self.user, self.password).as_bytes())))
    }
}

impl Auth for Basic {
    fn start(&self, _: &AuthRequest<'_>, headers: &mut Headers) -> Result<(), AuthError> {
        Ok(headers.set("Authorization", self.field_value()?)?)
    }
}

impl fmt::Debug for Basic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Basic").field("user", &self.user).finish_non_exhaustive()
    }
}

/// A token that is sent with each request (RFC 6750 §2.1): over `https` only.
///
/// ```
/// use http_client::client::{Bearer, Client};
///
/// let request = Client::new().get("https://example.org/").auth(Bearer::new("31d4d96e407aad42")); // and then `send`
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Bearer {
    token: String,
}

impl Bearer {
    /// This token.
    #[must_use]
    pub fn new(token: impl Into<String>) -> Self {
        Self { token: token.into() }
    }
}

impl Auth for Bearer {
    fn start(&self, _: &AuthRequest<'_>, headers: &mut Headers) -> Result<(), AuthError> {
        Ok(headers.set("Authorization", format!("Bearer {}", self.token))?)
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bearer").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
