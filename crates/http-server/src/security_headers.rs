//! Fields that tell browsers to be careful: a handler that owns a handler and adds what it has not said itself.

use crate::error::{Error, HandlerError};
use crate::handler::Handler;
use crate::request::Request;
use crate::response::Response;
use http_proto::Headers;
use std::time::Duration;

/// Who may show a page inside of another one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum FramePolicy {
    /// Nobody.
    #[default]
    Nobody,
    /// Pages of the same origin.
    SameOrigin,
    /// Everybody: no field is sent.
    Everybody,
}

/// Adds fields to every answer that make browsers careful, unless the handler has set them itself.
///
/// By default these: `X-Content-Type-Options: nosniff` (the type is what it says), `X-Frame-Options: DENY` (no page of
/// another's around this one), `Referrer-Policy: strict-origin-when-cross-origin` (no paths to other sites),
/// `Cross-Origin-Opener-Policy: same-origin` (no hold on the window). The rest depends on the page and is off until it is
/// set here.
///
/// ```
/// use http_server::{Request, Response, SecurityHeaders, testing};
///
/// let page = |_: &mut Request<'_>| Response::html("<p>safe");
/// let page = SecurityHeaders::new(page).content_security_policy("default-src 'self'")?;
/// let answer = testing::get("/").send_to(&page);
/// assert_eq!(answer.headers().get("X-Content-Type-Options").unwrap(), "nosniff");
/// assert_eq!(answer.headers().get("Content-Security-Policy").unwrap(), "default-src 'self'");
/// # Ok::<(), http_server::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct SecurityHeaders<H> {
    handler: H,
    fields: Headers,
    /// Only over TLS.
    strict_transport: Option<String>,
}

impl<H> SecurityHeaders<H> {
    /// Adds the fields that harm no page.
    pub fn new(handler: H) -> Self {
        let mut fields = Headers::new();
        for (name, value) in [
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
            ("Referrer-Policy", "strict-origin-when-cross-origin"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
        ] {
            // Fixed texts that a field can hold: nothing can fail.
            let _ = fields.append(name, value);
        }
        Self { handler, fields, strict_transport: None }
    }

    /// Who may show these pages inside of another one, [`FramePolicy::Nobody`] by default.
    #[doc(alias = "X-Frame-Options")]
    pub fn frames(mut self, policy: FramePolicy) -> Self {
        let value = match policy {
            FramePolicy::Nobody => "DENY",
            FramePolicy::SameOrigin => "SAMEORIGIN",
            FramePolicy::Everybody => {
                self.fields.remove("X-Frame-Options");
                return self;
            }
        };
        // A fixed text that a field can hold: nothing can fail.
        let _ = self.fields.set("X-Frame-Options", value);
        self
    }

    /// Has browsers use TLS only for this long, for all names below this one too if `subdomains`. Sent over TLS alone
    /// (RFC 6797 §7.2), be it that of a proxy that is trusted.
    ///
    /// There is no way back before that time has passed: begin with a short one.
    #[doc(alias = "HSTS")]
    pub fn strict_transport_security(mut self, age: Duration, subdomains: bool) -> Self {
        let subdomains = if subdomains { "; includeSubDomains" } else { "" };
        self.strict_transport = Some(format!("max-age={}{subdomains}", age.as_secs()));
        self
    }

    /// What a page may load and run.
    ///
    /// # Errors
    /// [`Error::InvalidResponse`] for a value that no field can hold.
    #[doc(alias = "CSP")]
    pub fn content_security_policy(self, policy: &str) -> Result<Self, Error> {
        self.field("Content-Security-Policy", policy)
    }

    /// Which referrers browsers send from here.
    ///
    /// # Errors
    /// [`Error::InvalidResponse`] for a value that no field can hold.
    pub fn referrer_policy(self, policy: &str) -> Result<Self, Error> {
        self.field("Referrer-Policy", policy)
    }

    /// Any other field of this kind, such as Permissions-Policy; none if the value is empty.
    ///
    /// # Errors
    /// [`Error::InvalidResponse`] for a name or value that no field can hold.
    pub fn field(mut self, name: &str, value: &str) -> Result<Self, Error> {
        if value.is_empty() {
            self.fields.remove(name);
        } else {
            self.fields.set(name, value)?;
        }
        Ok(self)
    }
}

impl<H: Handler> Handler for SecurityHeaders<H> {
    fn handle(&self, request: &mut Request<'_>) -> Result<Response, HandlerError> {
        let over_tls = request.scheme() == "https";
        let mut response = self.handler.handle(request).unwrap_or_else(Response::failed);
        let headers = response.headers_mut();
        for (name, value) in &self.fields {
            if !headers.contains(name) {
                headers.append(name, value).map_err(Error::from)?;
            }
        }
        if let Some(value) = self.strict_transport.as_deref().filter(|_| over_tls) {
            headers.set("Strict-Transport-Security", value).map_err(Error::from)?;
        }
        Ok(response)
    }
}

#[cfg(test)]
mod tests;
