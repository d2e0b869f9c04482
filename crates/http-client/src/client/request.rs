//! A request as a value, before a client makes it.

use crate::cancel::CancelToken;
use crate::client::Url;
use crate::client::auth::Auth;
use crate::client::body::Body;
use crate::client::cookies::SiteContext;
use crate::client::error::{Error, ErrorKind};
use crate::client::proxies::Proxy;
use crate::client::redirect::Redirects;
use crate::client::retry::Retry;
use crate::client::timeouts::Timeouts;
use crate::client::url_memo;
#[cfg(feature = "tls")]
use crate::tls::TlsConfig;
use http_proto::{Headers, InvalidInput, Method, ResponseHead};
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// A request: method, URL, fields, content, and what is special about it.
///
/// ```
/// use http_client::client::{Client, Request};
/// use http_client::Method;
///
/// let mut request = Request::new(Method::PUT, "http://localhost/a")?;
/// request.headers_mut().append("X-Trace", "1")?;
/// request.set_body("content");
/// assert_eq!(request.url().path(), "/a");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: Headers,
    pub(crate) body: Body,
    pub(crate) special: Option<Box<Special>>,
}

/// What differs from the client's own settings.
#[derive(Default)]
pub(crate) struct Special {
    pub(crate) timeouts: Option<Timeouts>,
    pub(crate) redirects: Option<Redirects>,
    pub(crate) retry: Option<Retry>,
    /// `Some(None)` is "no proxy".
    pub(crate) proxy: Option<Option<Arc<Proxy>>>,
    pub(crate) auth: Option<Arc<dyn Auth>>,
    pub(crate) cancel: Option<CancelToken>,
    pub(crate) unix_socket: Option<PathBuf>,
    pub(crate) source_address: Option<SocketAddr>,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<TlsConfig>,
    pub(crate) raw: bool,
    pub(crate) site_context: SiteContext,
    /// As `name=value`.
    pub(crate) cookies: Vec<String>,
    pub(crate) on_informational: Option<Box<InformationalHook>>,
    pub(crate) on_upload: Option<Box<ProgressHook>>,
    pub(crate) on_download: Option<Box<ProgressHook>>,
}

/// Called with each interim answer.
pub(crate) type InformationalHook = dyn FnMut(&ResponseHead) + Send;

/// Called with bytes so far, and in all where that is known.
pub(crate) type ProgressHook = dyn FnMut(u64, Option<u64>) + Send;

impl Request {
    /// A request without fields and content.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidUrl`].
    pub fn new(method: Method, url: impl IntoUrl) -> Result<Self, Error> {
        let url = url.into_url()?;
        Ok(Self { method, url, headers: Headers::new(), body: Body::none(), special: None })
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Changes the method.
    pub fn set_method(&mut self, method: Method) {
        self.method = method;
    }

    /// The URL.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Changes the URL.
    pub fn set_url(&mut self, url: Url) {
        self.url = url;
    }

    /// The fields that the caller has set. The client adds some of its own when it sends.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// The fields, to change.
    #[must_use]
    pub fn headers_mut(&mut self) -> &mut Headers {
        &mut self.headers
    }

    /// The content.
    #[must_use]
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// Changes the content.
    pub fn set_body(&mut self, body: impl Into<Body>) {
        self.body = body.into();
    }

    /// Sets the timeouts of this request.
    pub fn set_timeouts(&mut self, timeouts: Timeouts) {
        self.special().timeouts = Some(timeouts);
    }

    /// Lets `token` stop this request.
    pub fn set_cancel(&mut self, token: CancelToken) {
        self.special().cancel = Some(token);
    }

    /// The same request once more, where its content can be had without reading it. Hooks stay behind.
    #[must_use]
    pub fn try_clone(&self) -> Option<Self> {
        let special = self.special.as_ref().map(|special| {
            Box::new(Special {
                timeouts: special.timeouts,
                redirects: special.redirects.clone(),
                retry: special.retry.clone(),
                proxy: special.proxy.clone(),
                auth: special.auth.clone(),
                cancel: special.cancel.clone(),
                unix_socket: special.unix_socket.clone(),
                source_address: special.source_address,
                #[cfg(feature = "tls")]
                tls: special.tls.clone(),
                raw: special.raw,
                site_context: special.site_context,
                cookies: special.cookies.clone(),
                ..Special::default()
            })
        });
        Some(Self {
            method: self.method.clone(),
            url: self.url.clone(),
            headers: self.headers.clone(),
            body: self.body.try_clone()?,
            special,
        })
    }

    pub(crate) fn special(&mut self) -> &mut Special {
        self.special.get_or_insert_default()
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &without_credentials(&self.url).as_str())
            .field("headers", &self.headers)
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}

/// The URL as it may be shown.
pub(crate) fn without_credentials(url: &Url) -> Url {
    let mut url = url.clone();
    // A URL that cannot have them has none to remove.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

impl<B: Into<Body>> TryFrom<http::Request<B>> for Request {
    type Error = Error;

    /// Takes over a request of the `http` crate, whose URI must be absolute. Field names are in lower case then.
    fn try_from(request: http::Request<B>) -> Result<Self, Error> {
        let (parts, body) = request.into_parts();
        let mut own = Self::new(parts.method, parts.uri.to_string())?;
        own.headers = Headers::try_from(&parts.headers).map_err(invalid)?;
        own.set_body(body);
        Ok(own)
    }
}

pub(crate) fn invalid(error: InvalidInput) -> Error {
    error.into()
}

/// What is wrong with a field, by its name where that is one.
pub(crate) fn invalid_field(name: &str, error: InvalidInput) -> Error {
    match error {
        InvalidInput::FieldValue { .. } => {
            Error::new(ErrorKind::InvalidRequest).because(format!("{name}: {error}"))
        }
        _ => error.into(),
    }
}

/// What a URL can be made of: a [`Url`], or text.
pub trait IntoUrl {
    /// The URL.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidUrl`] for text that is no URL.
    fn into_url(self) -> Result<Url, Error>;
}

impl IntoUrl for Url {
    fn into_url(self) -> Result<Url, Error> {
        Ok(self)
    }
}

impl IntoUrl for &Url {
    fn into_url(self) -> Result<Url, Error> {
        Ok(self.clone())
    }
}

impl IntoUrl for &str {
    fn into_url(self) -> Result<Url, Error> {
        url_memo::parse(self).map_err(|error| {
            let invalid = Error::new(ErrorKind::InvalidUrl);
            match error {
                url::ParseError::RelativeUrlWithoutBase => {
                    invalid.because("it does not begin with a scheme, as http:// is one")
                }
                error => invalid.because(error),
            }
        })
    }
}

impl IntoUrl for &String {
    fn into_url(self) -> Result<Url, Error> {
        self.as_str().into_url()
    }
}

impl IntoUrl for String {
    fn into_url(self) -> Result<Url, Error> {
        self.as_str().into_url()
    }
}
