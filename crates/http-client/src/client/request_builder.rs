//! Requests in one expression: what is wrong with one is told when it is sent.

use crate::cancel::CancelToken;
use crate::client::Client;
use crate::client::auth::{Auth, Basic, Bearer};
use crate::client::body::Body;
use crate::client::cookies::SiteContext;
use crate::client::error::{Error, ErrorKind};
use crate::client::form::Form;
use crate::client::multipart::Multipart;
use crate::client::proxies::Proxy;
use crate::client::redirect::Redirects;
use crate::client::request::{IntoUrl, Request, Special, invalid, invalid_field};
use crate::client::response::Response;
use crate::client::retry::Retry;
use crate::client::timeouts::Timeouts;
#[cfg(feature = "tls")]
use crate::tls::TlsConfig;
use http_proto::field::is_token_byte;
use http_proto::{Headers, Method, ResponseHead};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// Builds a [`Request`] and sends it.
///
/// ```no_run
/// let answer = http_client::get("https://example.org/search")
///     .query("q", "blocking http")
///     .header("Accept-Language", "en")
///     .send()?;
/// println!("{} {}", answer.status(), answer.text()?);
/// # Ok::<(), http_client::client::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "nothing is sent until `send` is called"]
pub struct RequestBuilder {
    client: Client,
    request: Result<Request, Error>,
}

impl RequestBuilder {
    pub(crate) fn new(client: Client, method: Method, url: impl IntoUrl) -> Self {
        Self { client, request: Request::new(method, url) }
    }

    fn change(mut self, change: impl FnOnce(&mut Request) -> Result<(), Error>) -> Self {
        if let Ok(request) = &mut self.request
            && let Err(error) = change(request)
        {
            self.request = Err(error);
        }
        self
    }

    fn special(self, change: impl FnOnce(&mut Special)) -> Self {
        self.change(|request| {
            change(request.special());
            Ok(())
        })
    }

    /// Adds a field; fields with the same name stay.
    ///
    /// Content is framed as `Content-Length` or `Transfer-Encoding: chunked` announces it, where they are given; without
    /// content, `Expect` is left out (RFC 9110 §10.1.1). `TE` and `Upgrade` are named in `Connection` (§7.6.1).
    pub fn header(self, name: impl AsRef<str>, value: impl AsRef<[u8]>) -> Self {
        self.change(|request| {
            let name = name.as_ref();
            request.headers.append(name, value).map_err(|error| invalid_field(name, error))
        })
    }

    /// Adds all fields of a list.
    pub fn headers(self, headers: &Headers) -> Self {
        self.change(|request| request.headers.append_all(headers).map_err(invalid))
    }

    /// Sends a cookie along, in one field with those of the client's [store](crate::client::CookieStore); of a name
    /// that the store has too, this one. It goes to no other origin. Nothing is quoted or encoded.
    ///
    /// Sending fails with [`ErrorKind::InvalidRequest`] where the name is no
    /// token, or the value has control characters, a semicolon, or blanks at its ends (RFC 6265bis §4.2.1).
    #[doc(alias = "cookies")]
    pub fn cookie(self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.change(|request| {
            let cookie = cookie_pair(name.as_ref(), value.as_ref())?;
            request.special().cookies.push(cookie);
            Ok(())
        })
    }

    /// Adds a parameter to the URL's query.
    pub fn query(self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.change(|request| {
            request.url.query_pairs_mut().append_pair(name.as_ref(), value.as_ref());
            Ok(())
        })
    }

    /// Adds parameters to the URL's query, in their order.
    ///
    /// ```no_run
    /// let page = http_client::get("https://example.org/search").query_pairs([("q", "a b"), ("page", "2")]).send()?;
    /// assert_eq!(page.url().query(), Some("q=a+b&page=2"));
    /// # Ok::<(), http_client::client::Error>(())
    /// ```
    #[doc(alias = "params")]
    pub fn query_pairs<N: AsRef<str>, V: AsRef<str>>(self, pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        pairs.into_iter().fold(self, |builder, (name, value)| builder.query(name, value))
    }

    /// Sets the content.
    pub fn body(self, body: impl Into<Body>) -> Self {
        self.change(|request| {
            request.set_body(body);
            Ok(())
        })
    }

    /// Sets the content to the fields of a form.
    #[doc(alias = "send_form")]
    pub fn form<N: AsRef<str>, V: AsRef<str>>(self, fields: impl IntoIterator<Item = (N, V)>) -> Self {
        self.body(fields.into_iter().collect::<Form>())
    }

    /// Sets the content to a form with files.
    #[doc(alias = "files")]
    pub fn multipart(self, form: Multipart) -> Self {
        self.body(form)
    }

    /// Sets the content to a value as JSON.
    #[cfg(feature = "json")]
    pub fn json(self, value: &(impl serde::Serialize + ?Sized)) -> Self {
        self.change(|request| {
            let text =
                serde_json::to_vec(value).map_err(|error| Error::new(ErrorKind::Json).because(error))?;
            request.set_body(Body::bytes(text).with_content_type("application/json"));
            Ok(())
        })
    }

    /// Authenticates in this way.
    pub fn auth(self, auth: impl Auth + 'static) -> Self {
        self.special(|special| special.auth = Some(Arc::new(auth)))
    }

    /// Authenticates with user and password.
    pub fn basic_auth(self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.auth(Basic::new(user, password))
    }

    /// Authenticates with a token.
    pub fn bearer_auth(self, token: impl Into<String>) -> Self {
        self.auth(Bearer::new(token))
    }

    /// How long the whole call may take, up to the last byte of its content. The other limits stay the client's.
    pub fn timeout(self, total: Duration) -> Self {
        let usual = *self.client.timeouts();
        self.special(|special| {
            let timeouts = special.timeouts.get_or_insert(usual);
            timeouts.total = Some(total);
        })
    }

    /// Other timeouts than the client's, of which none is left: begin with [`Client::timeouts`] to change some.
    pub fn timeouts(self, timeouts: Timeouts) -> Self {
        self.special(|special| special.timeouts = Some(timeouts))
    }

    /// Other redirects than the client's.
    #[doc(alias = "allow_redirects")]
    pub fn redirects(self, redirects: Redirects) -> Self {
        self.special(|special| special.redirects = Some(redirects))
    }

    /// Other repetitions than the client's.
    pub fn retry(self, retry: Retry) -> Self {
        self.special(|special| special.retry = Some(retry))
    }

    /// Another proxy than the client's; `None` for none.
    pub fn proxy(self, proxy: Option<Proxy>) -> Self {
        self.special(|special| special.proxy = Some(proxy.map(Arc::new)))
    }

    /// Connects to a Unix socket instead of the URL's host, which is only named in the request. A redirect to
    /// another origin goes over the network.
    #[cfg(unix)]
    pub fn unix_socket(self, path: impl Into<std::path::PathBuf>) -> Self {
        self.special(|special| special.unix_socket = Some(path.into()))
    }

    /// Connects from this address instead of the client's; port 0 takes any.
    pub fn source_address(self, address: SocketAddr) -> Self {
        self.special(|special| special.source_address = Some(address))
    }

    /// Speaks TLS in this way instead of the client's: another client certificate, other roots. Connections made in one
    /// way are never used for requests that want another. A redirect to another origin goes the client's way.
    #[cfg(feature = "tls")]
    pub fn tls(self, tls: TlsConfig) -> Self {
        self.special(|special| special.tls = Some(tls))
    }

    /// Lets `token` stop the call.
    pub fn cancel(self, token: &CancelToken) -> Self {
        self.special(|special| special.cancel = Some(token.clone()))
    }

    /// Leaves the content of the answer as it comes over the wire, and asks for no coding.
    pub fn raw(self) -> Self {
        self.special(|special| special.raw = true)
    }

    /// Says how the request stands to the site that it is made from, for cookies.
    pub fn site_context(self, context: SiteContext) -> Self {
        self.special(|special| special.site_context = context)
    }

    /// Calls `hook` with each interim answer: 102, 103 Early Hints (RFC 9110 §15.2, RFC 8297).
    pub fn on_informational(self, hook: impl FnMut(&ResponseHead) + Send + 'static) -> Self {
        self.special(|special| special.on_informational = Some(Box::new(hook)))
    }

    /// Calls `hook` while the content is sent, with the bytes so far and in all, where that is known. It begins
    /// again where the content is sent again.
    pub fn on_upload(self, hook: impl FnMut(u64, Option<u64>) + Send + 'static) -> Self {
        self.special(|special| special.on_upload = Some(Box::new(hook)))
    }

    /// Calls `hook` while content is received, with the bytes over the wire so far and in all, where that is known.
    pub fn on_download(self, hook: impl FnMut(u64, Option<u64>) + Send + 'static) -> Self {
        self.special(|special| special.on_download = Some(Box::new(hook)))
    }

    /// The request, not sent.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn build(self) -> Result<Request, Error> {
        self.request
    }

    pub(crate) fn into_parts(self) -> Result<(Client, Request), Error> {
        self.request.map(|request| (self.client, request))
    }

    /// Makes the request.
    ///
    /// # Errors
    /// What is wrong with the request, and whatever kept an answer away. No status is an error.
    pub fn send(self) -> Result<Response, Error> {
        self.client.send(self.request?)
    }
}

/// `name=value`, if a Cookie field can hold it.
fn cookie_pair(name: &str, value: &str) -> Result<String, Error> {
    let refused = |text: String| Err(Error::new(ErrorKind::InvalidRequest).because(text));
    if name.is_empty() || !name.bytes().all(is_token_byte) {
        return refused(format!("the cookie name {name:?} is no token"));
    }
    // The value may be a secret.
    if value.bytes().any(|byte| byte == b';' || byte.is_ascii_control()) || value.trim_ascii() != value {
        let text = "has a semicolon, a control character or a blank at its ends: encode it";
        return refused(format!("the value of the cookie {name} {text}"));
    }
    Ok(format!("{name}={value}"))
}
