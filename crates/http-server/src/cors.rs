//! Cross-origin requests (the Fetch standard, 3.3): which pages of other origins a browser lets read an answer.

use crate::error::{Error, HandlerError};
use crate::handler::Handler;
use crate::request::Request;
use crate::response::Response;
use crate::vary;
use http_proto::{Headers, Method, StatusCode};
use std::fmt;
use std::net::Ipv6Addr;
use std::time::Duration;

/// Lets pages of other origins use the handler that it owns, as far as browsers ask: a handler that owns a handler.
///
/// It answers preflight requests itself and adds the fields that let a page read an answer, to those of handlers that
/// failed too. It is no protection against anything but browsers: whoever is no browser needs no permission.
///
/// What is not allowed here a page cannot do: read answers of origins that are not in the list, use other methods than
/// [`methods`](Self::methods), send other fields than [`headers`](Self::headers), read other fields than those of
/// [`expose`](Self::expose), and have cookies sent without [`credentials`](Self::credentials), which never go together with
/// any origin. A public page is never let into a private network. What the handler itself says of these is replaced for
/// origins that are allowed.
///
/// ```
/// use http_server::{Cors, Method, Request, Response, testing};
///
/// let api = |_: &mut Request<'_>| Response::text("42");
/// let api = Cors::origins(api, ["https://app.example.org"])?.methods([Method::GET, Method::PUT]);
/// let answer = testing::get("/").with_header("Origin", "https://app.example.org").send_to(&api);
/// assert_eq!(answer.headers().get("Access-Control-Allow-Origin").unwrap(), "https://app.example.org");
/// let other = testing::get("/").with_header("Origin", "https://evil.example").send_to(&api);
/// assert!(!other.headers().contains("Access-Control-Allow-Origin"));
/// # Ok::<(), http_server::Error>(())
/// ```
#[derive(Debug)]
#[must_use]
#[doc(alias = "Access-Control-Allow-Origin")]
pub struct Cors<H> {
    handler: H,
    origins: Origins,
    credentials: bool,
    methods: Vec<Method>,
    /// In lower case; `None` for all.
    headers: Option<Vec<String>>,
    exposed: String,
    max_age: Option<Duration>,
}

enum Origins {
    Any,
    Listed(Vec<String>),
    Checked(Box<dyn Fn(&str) -> bool + Send + Sync>),
}

impl fmt::Debug for Origins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("Any"),
            Self::Listed(origins) => f.debug_tuple("Listed").field(origins).finish(),
            Self::Checked(_) => f.write_str("Checked"),
        }
    }
}

impl<H> Cors<H> {
    fn new(handler: H, origins: Origins) -> Self {
        Self {
            handler,
            origins,
            credentials: false,
            methods: vec![Method::GET, Method::HEAD, Method::POST],
            headers: Some(Vec::new()),
            exposed: String::new(),
            max_age: None,
        }
    }

    /// Lets pages of every origin in, without credentials.
    pub fn any(handler: H) -> Self {
        Self::new(handler, Origins::Any)
    }

    /// Lets pages of these origins in, such as `https://example.org` or `http://localhost:8080`.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] for what no browser sends as an origin: without a scheme, with a path or a slash at its
    /// end, with capitals, with the usual port of its scheme, or `null`, which is whoever wants to be nobody.
    pub fn origins<T: Into<String>>(handler: H, origins: impl IntoIterator<Item = T>) -> Result<Self, Error> {
        let origins: Vec<String> = origins.into_iter().map(Into::into).collect();
        if !origins.iter().all(|origin| is_origin(origin)) {
            return Err(Error::InvalidSetting(
                "an origin is scheme, host and unusual port in lower case without a path: https://example.org",
            ));
        }
        Ok(Self::new(handler, Origins::Listed(origins)))
    }

    /// Lets pages of those origins in for which this says so. It sees the field as it was sent, `null` too.
    pub fn origins_by(handler: H, allows: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        Self::new(handler, Origins::Checked(Box::new(allows)))
    }

    /// Has browsers send cookies and other credentials with the requests of these pages.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] where any origin is allowed: every page on the web could act for every user.
    #[doc(alias = "Access-Control-Allow-Credentials")]
    pub fn credentials(mut self) -> Result<Self, Error> {
        if matches!(self.origins, Origins::Any) {
            return Err(Error::InvalidSetting("credentials cannot be allowed to any origin"));
        }
        self.credentials = true;
        Ok(self)
    }

    /// The methods that pages may use: GET, HEAD and POST by default, which browsers let them anyway.
    #[doc(alias = "Access-Control-Allow-Methods")]
    pub fn methods(mut self, methods: impl IntoIterator<Item = Method>) -> Self {
        self.methods = methods.into_iter().collect();
        self
    }

    /// The fields that pages may send beside those that need no permission, such as `Content-Type` for JSON and
    /// `Authorization`. None by default.
    #[doc(alias = "Access-Control-Allow-Headers")]
    pub fn headers<T: AsRef<str>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.headers = Some(names.into_iter().map(|name| name.as_ref().to_ascii_lowercase()).collect());
        self
    }

    /// Pages may send all fields.
    pub fn any_headers(mut self) -> Self {
        self.headers = None;
        self
    }

    /// The fields of answers that pages may read beside the few that they always may. None by default.
    ///
    /// # Errors
    /// [`Error::InvalidResponse`] for a name that no field can hold.
    #[doc(alias = "Access-Control-Expose-Headers")]
    pub fn expose<T: AsRef<str>>(mut self, names: impl IntoIterator<Item = T>) -> Result<Self, Error> {
        let names: Vec<String> = names.into_iter().map(|name| name.as_ref().to_owned()).collect();
        for name in &names {
            Headers::new().append(name, "")?;
        }
        self.exposed = names.join(", ");
        Ok(self)
    }

    /// How long a browser may remember what a preflight request has told it; five seconds where this is not set.
    #[doc(alias = "Access-Control-Max-Age")]
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    fn allows(&self, origin: &str) -> bool {
        match &self.origins {
            Origins::Any => true,
            Origins::Listed(origins) => origins.iter().any(|allowed| allowed == origin),
            Origins::Checked(allows) => allows(origin),
        }
    }

    /// Adds what every answer to an allowed origin has.
    fn permit(&self, origin: &str, headers: &mut Headers) -> Result<(), Error> {
        let any = matches!(self.origins, Origins::Any);
        headers.set("Access-Control-Allow-Origin", if any { "*" } else { origin })?;
        if self.credentials {
            headers.set("Access-Control-Allow-Credentials", "true")?;
        }
        Ok(())
    }

    /// Answers the question whether a request may come (Fetch, 4.8).
    fn preflight(
        &self,
        request: &Request<'_>,
        origin: Option<&str>,
        wanted: &[u8],
    ) -> Result<Response, Error> {
        const ASKED: &str = "Access-Control-Request-Headers";
        let mut response = Response::new(StatusCode::NO_CONTENT);
        let headers = response.headers_mut();
        for name in ["Origin", "Access-Control-Request-Method", ASKED] {
            vary::add(headers, name);
        }
        let asked: Vec<&[u8]> = request.headers().list(ASKED).collect();
        let known = |name: &&[u8]| match &self.headers {
            None => true,
            Some(allowed) => allowed.iter().any(|allowed| name.eq_ignore_ascii_case(allowed.as_bytes())),
        };
        let Some(origin) = origin else { return Ok(response) };
        self.permit(origin, headers)?;
        if self.methods.iter().any(|method| method.as_str().as_bytes() == wanted) {
            let methods: Vec<&str> = self.methods.iter().map(Method::as_str).collect();
            headers.append("Access-Control-Allow-Methods", methods.join(", "))?;
        }
        let allowed: Vec<&[u8]> = asked.into_iter().filter(known).collect();
        if !allowed.is_empty() {
            headers.append("Access-Control-Allow-Headers", allowed.join(&b", "[..]))?;
        }
        if let Some(age) = self.max_age {
            headers.append("Access-Control-Max-Age", age.as_secs().to_string())?;
        }
        Ok(response)
    }
}

impl<H: Handler> Handler for Cors<H> {
    fn handle(&self, request: &mut Request<'_>) -> Result<Response, HandlerError> {
        let origin = request.header("Origin").and_then(|origin| origin.to_str().ok());
        let allowed = origin.filter(|origin| self.allows(origin));
        if *request.method() == Method::OPTIONS
            && origin.is_some()
            && let Some(wanted) = request.header("Access-Control-Request-Method")
        {
            return Ok(self.preflight(request, allowed, wanted.as_bytes())?);
        }
        let mut response = self.handler.handle(request).unwrap_or_else(Response::failed);
        let headers = response.headers_mut();
        if !matches!(self.origins, Origins::Any) {
            vary::add(headers, "Origin");
        }
        if let Some(origin) = allowed {
            self.permit(origin, headers)?;
            if !self.exposed.is_empty() {
                headers.set("Access-Control-Expose-Headers", &self.exposed)?;
            }
        }
        Ok(response)
    }
}

/// An origin as browsers write it (RFC 6454 §6.2, Fetch 3.2).
fn is_origin(origin: &str) -> bool {
    let Some((scheme, authority)) = origin.split_once("://") else { return false };
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_lowercase())
        && scheme.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'+' | b'-' | b'.'));
    let port =
        authority.rfind(':').filter(|&colon| !authority.get(colon..).unwrap_or_default().contains(']'));
    let (host, port) = match port.and_then(|colon| authority.split_at_checked(colon)) {
        Some((host, port)) => (host, port.get(1..)),
        None => (authority, None),
    };
    let is_host = match host.strip_prefix('[').map(|inner| inner.strip_suffix(']')) {
        Some(Some(address)) => address.parse::<Ipv6Addr>().is_ok(),
        Some(None) => false,
        None => host.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_')),
    };
    let is_port = match (scheme, port) {
        (_, None) => true,
        ("http", Some("80")) | ("https", Some("443")) => false,
        (_, Some(port)) => {
            !port.starts_with('0') && port.parse::<u16>().is_ok_and(|number| number.to_string() == port)
        }
    };
    is_scheme && !host.is_empty() && is_host && is_port
}

#[cfg(test)]
mod tests;
