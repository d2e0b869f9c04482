//! Several sites on one server: which handler answers for which host.

use crate::error::{Error, HandlerError};
use crate::handler::Handler;
use crate::request::Request;
use crate::response::Response;
use http_proto::StatusCode;
use std::collections::HashMap;
use std::fmt;

/// A handler that looks at the host of a request ([`Request::host`]) and hands it on.
///
/// Hosts are compared without regard to case, port and a dot at their end. A name wins over a pattern, and a longer
/// pattern over a shorter one. A host that nobody answers for gets 421 (RFC 9110 §15.5.20), unless there is a
/// [`fallback`](Self::fallback): a page behind a name that anybody can point here is no good default.
///
/// ```
/// use http_server::{Request, Response, VirtualHosts, testing};
///
/// let hosts = VirtualHosts::new()
///     .host("example.org", |_: &mut Request<'_>| Response::text("home"))?
///     .host("*.example.org", |_: &mut Request<'_>| Response::text("some user's"))?;
/// let ask = |host| testing::get("/").with_header("Host", host).send_to(&hosts);
/// assert_eq!(ask("Example.org:8080").text(), "home");
/// assert_eq!(ask("ada.example.org").text(), "some user's");
/// assert_eq!(ask("example.com").status(), 421);
/// # Ok::<(), http_server::Error>(())
/// ```
#[derive(Default)]
#[must_use]
pub struct VirtualHosts {
    /// By name, and by what stands behind the star of a pattern, dot included.
    hosts: HashMap<String, Box<dyn Handler>>,
    /// How long the longest of these is: no longer part of a host is looked up.
    longest_bytes: usize,
    fallback: Option<Box<dyn Handler>>,
}

impl VirtualHosts {
    /// Answers for no host yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers for this host: a name (`example.org`), an address (`192.0.2.1`, `[::1]`), or `*.example.org` for every
    /// name below one, however deep.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] for a host that is there already, is empty, has a port, is not in ASCII (IDNA names
    /// begin with `xn--`), or has a star elsewhere.
    pub fn host(mut self, host: &str, handler: impl Handler + 'static) -> Result<Self, Error> {
        let key =
            host.strip_prefix('*').map_or(host, |below| below).trim_end_matches('.').to_ascii_lowercase();
        let is_pattern = host.starts_with('*');
        let plain = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
        let literal = key.starts_with('[') && key.ends_with(']');
        if key.trim_matches('.').is_empty() || !(plain || literal) || is_pattern != key.starts_with('.') {
            return Err(Error::InvalidSetting(
                "a host is a name or an address without a port, or *. and a name",
            ));
        }
        self.longest_bytes = self.longest_bytes.max(key.len());
        if self.hosts.insert(key, Box::new(handler)).is_some() {
            return Err(Error::InvalidSetting("two handlers for one host"));
        }
        Ok(self)
    }

    /// Answers for every other host, and for requests that name none.
    pub fn fallback(mut self, handler: impl Handler + 'static) -> Self {
        self.fallback = Some(Box::new(handler));
        self
    }

    fn find(&self, host: &str) -> Option<&dyn Handler> {
        let port = host.rfind(':').filter(|&colon| !host.get(colon..).unwrap_or_default().contains(']'));
        let name = host.get(..port.unwrap_or(host.len())).unwrap_or_default();
        let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        keys(&name, self.longest_bytes).find_map(|key| self.hosts.get(key)).map(|handler| &**handler)
    }
}

/// What a host can be listed as, the longest first: itself, and what begins with one of its dots, from `.example.org` of
/// `a.example.org` to `.org`. A Host field may be as long as a head, so what is longer than any that is listed is left
/// out.
fn keys(name: &str, bytes_max: usize) -> impl Iterator<Item = &str> {
    let itself = (name.len() <= bytes_max).then_some(name);
    let from = name.len().saturating_sub(bytes_max).max(1);
    let dots = (from..).zip(name.as_bytes().get(from..).unwrap_or_default());
    let below = dots.filter(|(_, byte)| **byte == b'.').filter_map(|(at, _)| name.get(at..));
    itself.into_iter().chain(below)
}

impl Handler for VirtualHosts {
    fn handle(&self, request: &mut Request<'_>) -> Result<Response, HandlerError> {
        let found = request.host().and_then(|host| self.find(host));
        match found.or(self.fallback.as_deref()) {
            Some(handler) => handler.handle(request),
            None => Ok(Response::error_page(StatusCode::MISDIRECTED_REQUEST)),
        }
    }
}

impl fmt::Debug for VirtualHosts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut hosts: Vec<_> = self.hosts.keys().collect();
        hosts.sort();
        f.debug_struct("VirtualHosts")
            .field("hosts", &hosts)
            .field("fallback", &self.fallback.is_some())
            .finish()
    }
}

#[cfg(test)]
mod tests;
