//! What a 3xx leads to: the table of RFC 9110 §15.4, Locations as browsers read them, and who may see what next.
//! It decides; sending is left to the loop in `call.rs`.

use crate::client::origin::{same_origin, strip_for_no_content, strip_for_other_origin};
use http_proto::{Headers, Method, StatusCode};
use percent_encoding::{AsciiSet, percent_encode};
use std::fmt;
use std::sync::Arc;
use url::Url;

/// How many redirects are followed unless one says otherwise.
pub(crate) const HOPS_MAX: u16 = 10;

/// Which redirects a client follows, and what it forgets on the way.
///
/// | status | GET, HEAD | POST | other methods |
/// | --- | --- | --- | --- |
/// | 301, 302 | as they are | GET without content | as they are, content sent again |
/// | 303 | as they are, without content | GET without content | GET without content |
/// | 307, 308 | as they are, content sent again | as it is, content sent again | as they are, content sent again |
///
/// Content that cannot be sent again ends the chain: the 3xx is the answer. So does a 3xx without one usable
/// `Location`, and a `Location` that is not of `http` or `https`. A step from `https` to `http` is an
/// [error](crate::client::ErrorKind::RedirectRefused) unless it is [allowed](Self::allow_downgrade).
///
/// On a step to another origin (scheme, host or port) `Authorization`, `Cookie`, `Host`, `Proxy-Authorization` and
/// every name given to [`strip`](Self::strip) are removed, and stay removed for the rest of the chain. Cookies of a
/// [`CookieStore`](crate::client::CookieStore) are worked out anew at each step. Python: `HTTPRedirectHandler`.
///
/// ```
/// use http_client::client::{Client, Redirects};
///
/// let careful = Client::builder().redirects(Redirects::follow(3).strip(["X-Api-Key"])).build()?;
/// let plain = Client::builder().redirects(Redirects::none()).build()?; // a 3xx is the answer
/// # Ok::<(), http_client::client::Error>(())
/// ```
#[derive(Clone)]
#[must_use]
#[doc(alias = "HTTPRedirectHandler")]
pub struct Redirects {
    hops_max: u16,
    strip: Vec<String>,
    downgrade: bool,
    hook: Option<Arc<HopHook>>,
}

type HopHook = dyn Fn(&mut Hop) -> HopAction + Send + Sync;

/// A redirect that is about to be followed: shown to the hook, which may edit what comes next.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Hop {
    /// The status that asks for the step.
    pub status: StatusCode,
    /// Where the answer came from.
    pub from: Url,
    /// The fields of the answer.
    pub response_headers: Headers,
    /// How many steps were taken before this one.
    pub hops: u16,
    /// Where the next request goes. Setting it to another origin does not bring back what was stripped.
    pub to: Url,
    /// The method of the next request.
    pub method: Method,
    /// The caller's fields as the next request will have them. Credentials may be put back in here.
    pub headers: Headers,
}

impl Hop {
    /// Whether the step leads to another scheme, host or port.
    #[must_use]
    pub fn is_cross_origin(&self) -> bool {
        !same_origin(&self.from, &self.to)
    }
}

/// What a hook says to a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a step is taken, not taken, or forbidden")]
pub enum HopAction {
    /// Take it.
    Follow,
    /// Do not: the 3xx is the answer.
    Stop,
    /// Do not, and fail with [`RedirectRefused`](crate::client::ErrorKind::RedirectRefused).
    Refuse,
}

impl Redirects {
    /// Follows up to `hops_max` redirects; one more is an error.
    pub const fn follow(hops_max: u16) -> Self {
        Self { hops_max, strip: Vec::new(), downgrade: false, hook: None }
    }

    /// Follows none: every 3xx is the answer.
    pub const fn none() -> Self {
        Self::follow(0)
    }

    /// Adds names of fields that no other origin may see, such as `X-Api-Key`. Case does not matter.
    pub fn strip<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.strip.extend(names.into_iter().map(Into::into));
        self
    }

    /// Allows steps from `https` to `http`. Whoever is on the way can then read and change what follows.
    pub const fn allow_downgrade(mut self, allow: bool) -> Self {
        self.downgrade = allow;
        self
    }

    /// Shows each step to `hook` before it is taken.
    pub fn on_hop(mut self, hook: impl Fn(&mut Hop) -> HopAction + Send + Sync + 'static) -> Self {
        self.hook = Some(Arc::new(hook));
        self
    }

    /// Whether no redirect is followed.
    pub(crate) const fn is_none(&self) -> bool {
        self.hops_max == 0
    }
}

impl Default for Redirects {
    /// Up to 10.
    fn default() -> Self {
        Self::follow(HOPS_MAX)
    }
}

impl fmt::Debug for Redirects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redirects")
            .field("hops_max", &self.hops_max)
            .field("strip", &self.strip)
            .field("downgrade", &self.downgrade)
            .field("hook", &self.hook.is_some())
            .finish()
    }
}

/// The request that was answered, as far as a redirect changes it.
#[derive(Debug)]
pub(crate) struct Sent<'a> {
    pub(crate) method: &'a Method,
    pub(crate) url: &'a Url,
    pub(crate) headers: &'a Headers,
    pub(crate) content: Content,
}

/// What is known of the content of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    None,
    Replayable,
    OneShot,
}

/// What to do with an answer.
#[derive(Debug)]
pub(crate) enum Decision {
    /// It is the answer.
    Answer,
    /// Another request follows.
    Follow(Box<Next>),
}

/// The request that follows.
#[derive(Debug)]
pub(crate) struct Next {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: Headers,
    pub(crate) keeps_content: bool,
}

/// Why a chain ends with an error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    #[error("more than {hops_max} redirects")]
    TooMany { hops_max: u16 },
    #[error("redirect from https to http refused: `Redirects::allow_downgrade` allows it")]
    Downgrade,
    #[error("redirect refused by the hook")]
    Hook,
}

impl Redirects {
    /// Decides what follows an answer after `hops` steps.
    pub(crate) fn decide(
        &self,
        sent: &Sent<'_>,
        status: StatusCode,
        response_headers: &Headers,
        hops: u16,
    ) -> Result<Decision, Refused> {
        if self.is_none() {
            return Ok(Decision::Answer);
        }
        let Some((method, keeps_content)) = method_after(status, sent.method) else {
            return Ok(Decision::Answer);
        };
        let keeps_content = keeps_content && sent.content != Content::None;
        if keeps_content && sent.content == Content::OneShot {
            return Ok(Decision::Answer);
        }
        let Some(url) = target(sent.url, response_headers) else { return Ok(Decision::Answer) };
        if hops >= self.hops_max {
            return Err(Refused::TooMany { hops_max: self.hops_max });
        }
        let mut headers = sent.headers.clone();
        if !keeps_content {
            strip_for_no_content(&mut headers);
        }
        if !same_origin(sent.url, &url) {
            strip_for_other_origin(&mut headers, &self.strip);
        }
        let mut next = Next { method, url, headers, keeps_content };
        if let Some(hook) = &self.hook {
            let mut hop = Hop {
                status,
                from: sent.url.clone(),
                response_headers: response_headers.clone(),
                hops,
                to: next.url,
                method: next.method,
                headers: next.headers,
            };
            let planned = hop.to.clone();
            let action = hook(&mut hop);
            let moved = !same_origin(&planned, &hop.to);
            match action {
                HopAction::Follow => {}
                HopAction::Stop => return Ok(Decision::Answer),
                HopAction::Refuse => return Err(Refused::Hook),
            }
            next = Next { method: hop.method, url: hop.to, headers: hop.headers, keeps_content };
            if moved && !same_origin(sent.url, &next.url) {
                forget_what_was_bound(&mut next.headers, sent.headers, &self.strip);
            }
        }
        if sent.url.scheme() == "https" && next.url.scheme() == "http" && !self.downgrade {
            return Err(Refused::Downgrade);
        }
        Ok(Decision::Follow(Box::new(next)))
    }
}

/// Where a hook turned to another origin: removes what the request before had for its own, not what the hook has set.
fn forget_what_was_bound(headers: &mut Headers, before: &Headers, strip: &[String]) {
    let mut rest = before.clone();
    strip_for_other_origin(&mut rest, strip);
    headers.retain(|name, value| {
        !before.get_all(name).any(|old| old == value) || rest.get_all(name).any(|old| old == value)
    });
}

/// The method of the next request and whether content goes along (RFC 9110 §15.4); `None` where the status is no
/// redirect that is followed.
fn method_after(status: StatusCode, method: &Method) -> Option<(Method, bool)> {
    let safe = matches!(*method, Method::GET | Method::HEAD);
    match status {
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND if *method == Method::POST => {
            Some((Method::GET, false))
        }
        StatusCode::SEE_OTHER if safe => Some((method.clone(), false)),
        StatusCode::SEE_OTHER => Some((Method::GET, false)),
        StatusCode::MOVED_PERMANENTLY
        | StatusCode::FOUND
        | StatusCode::TEMPORARY_REDIRECT
        | StatusCode::PERMANENT_REDIRECT => Some((method.clone(), true)),
        _ => None,
    }
}

/// The URL that `Location` names, read as browsers do: relative to `base`, blanks and bytes beyond ASCII encoded,
/// backslashes as slashes, the fragment inherited (RFC 9110 §10.2.2).
///
/// `None` where there is none, several that differ, or one that is not of `http` or `https`.
fn target(base: &Url, headers: &Headers) -> Option<Url> {
    let mut locations = headers.get_all("Location");
    let first = locations.next()?;
    if locations.any(|other| other != first) {
        return None;
    }
    let mut url = match first.to_str() {
        Ok(text) => base.join(text),
        // Octets that are no UTF-8, each in its percent-encoding.
        Err(_) => base.join(&percent_encode(first.as_bytes(), &AsciiSet::EMPTY).to_string()),
    }
    .ok()?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return None;
    }
    if url.fragment().is_none() {
        url.set_fragment(base.fragment());
    }
    Some(url)
}

#[cfg(test)]
mod tests;
