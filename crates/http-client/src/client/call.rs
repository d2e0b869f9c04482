//! One call from its first request to its answer: challenges, redirects and repetitions. A single exchange is made by
//! `exchange.rs`; what to do next is decided by `redirect.rs` and `retry.rs`.

use crate::bell::Bell;
use crate::client::Url;
use crate::client::auth::{Auth, AuthRequest, Basic};
use crate::client::body::Body;
use crate::client::content::{Content, Live};
use crate::client::cookies::CookieRequest;
use crate::client::decode::{codings, decoders};
use crate::client::error::{Error, ErrorKind, Past, TimeoutKind};
use crate::client::events::Event;
use crate::client::origin::same_origin;
use crate::client::random;
use crate::client::redirect::{self, Decision, Redirects, Refused};
use crate::client::request::{Request, Special, invalid, without_credentials};
use crate::client::response::{Decoded, Head, Redirected, Response};
use crate::client::retry::{Retry, is_idempotent};
use crate::client::shared::{Schemes, Shared};
use crate::client::timeouts::Timeouts;
use crate::client::timings::Timings;
use crate::error::Sent;
use crate::transport::Interrupt;
use http_proto::{Headers, Method, StatusCode};
use std::sync::Arc;
use std::time::{Duration, Instant};
use url::Position;

/// A call under way.
pub(crate) struct Call<'a> {
    pub(crate) shared: &'a Arc<Shared>,
    pub(crate) method: Method,
    /// Without user and password.
    pub(crate) url: Url,
    /// The caller's fields, as far as they may still be sent.
    pub(crate) headers: Headers,
    /// Fields for the present request only.
    pub(crate) credentials: Headers,
    pub(crate) body: Body,
    pub(crate) special: Option<Box<Special>>,
    pub(crate) timeouts: Timeouts,
    pub(crate) deadline: Option<Instant>,
    pub(crate) timings: Timings,
    pub(crate) begun: Instant,
    auth: Option<Arc<dyn Auth>>,
    /// Whether the caller gave credentials by some way.
    has_own_credentials: bool,
    pub(crate) past: Past,
    /// Whether every request so far went to the first URL's origin.
    is_home: bool,
    /// Whether somebody has answered that he knows no expectations: none is sent any more.
    pub(crate) expects_nothing: bool,
    pub(crate) hops: u16,
    pub(crate) retries: u32,
    history: Vec<Redirected>,
}

impl<'a> Call<'a> {
    pub(crate) fn new(shared: &'a Arc<Shared>, request: Request) -> Result<Self, Error> {
        let Request { method, mut url, headers, body, mut special } = request;
        let told =
            |error: Error| error.of_call(&without_credentials(&url), Past::default(), Timings::default());
        check_url(&url, shared.config.schemes).map_err(told)?;
        if method == Method::CONNECT {
            let text = "CONNECT is a matter of proxies: use `HttpConnection::set_tunnel`";
            return Err(told(Error::new(ErrorKind::InvalidRequest).because(text)));
        }
        let mut auth = special.as_mut().and_then(|special| special.auth.take());
        if let Some(basic) = Basic::of_url(&url) {
            auth.get_or_insert_with(|| Arc::new(basic));
            url = without_credentials(&url);
        }
        let begun = shared.now();
        let timeouts =
            special.as_ref().and_then(|special| special.timeouts).unwrap_or(shared.config.timeouts);
        let deadline = timeouts.total.and_then(|total| begun.checked_add(total));
        let names_credentials = |headers: &Headers| headers.contains("Authorization");
        let past = Past { is_harmless: is_idempotent(&method, &headers), is_answered: false };
        let has_own_credentials =
            auth.is_some() || names_credentials(&headers) || names_credentials(&shared.config.headers);
        Ok(Self {
            shared,
            method,
            url,
            headers,
            credentials: Headers::new(),
            body,
            special,
            timeouts,
            deadline,
            timings: Timings::default(),
            begun,
            auth,
            has_own_credentials,
            past,
            is_home: true,
            expects_nothing: false,
            hops: 0,
            retries: 0,
            history: Vec::new(),
        })
    }

    fn redirects(&self) -> Redirects {
        let own = self.special.as_ref().and_then(|special| special.redirects.as_ref());
        own.unwrap_or(&self.shared.config.redirects).clone()
    }

    fn retry(&self) -> &Retry {
        let own = self.special.as_ref().and_then(|special| special.retry.as_ref());
        own.unwrap_or(&self.shared.config.retry)
    }

    /// Whether the caller has given a way to work out credentials, which comes before the client's default.
    pub(crate) const fn is_authenticated(&self) -> bool {
        self.auth.is_some()
    }

    pub(crate) fn resends(&self) -> bool {
        self.retry().resends()
    }

    pub(crate) fn is_idempotent(&self) -> bool {
        is_idempotent(&self.method, &self.headers)
    }

    /// Whether the present request, not those that led to it, can do no harm when it is made again.
    pub(crate) fn is_harmless_after(&self, error: &Error) -> bool {
        error.sent() == Sent::Nothing || self.is_idempotent()
    }

    fn told(&self, error: Error) -> Error {
        error.of_call(&self.url, self.past, self.timings).through(self.proxy())
    }

    /// Makes the call.
    pub(crate) fn run(mut self) -> Result<Response, Error> {
        self.retry().count_request();
        loop {
            let live = match self.hop() {
                Ok(live) => live,
                Err(error) => {
                    let error = self.told(error);
                    self.pause_after_error(error)?;
                    continue;
                }
            };
            let head = live.response.head();
            let (status, answered) = (head.status, &head.headers);
            let wait = self.wait_after_answer(status, answered);
            if let Some(wait) = wait {
                live.drain();
                self.retries += 1;
                self.shared.observe(|| Event::Repeated { wait, why: "the status asks for it" });
                self.sleep(wait).map_err(|error| self.told(error))?;
                continue;
            }
            match self.next_step(status, answered) {
                Ok(None) => return Ok(self.answer(live)),
                Ok(Some(next)) => self.follow(live, next),
                Err(error) => return Err(self.told(error)),
            }
        }
    }

    /// One request, and a second one where a challenge can be answered.
    fn hop(&mut self) -> Result<Live, Error> {
        self.authenticate()?;
        let live = self.exchange_expecting()?;
        if live.response.status() != StatusCode::UNAUTHORIZED || !self.body.is_replayable() {
            return Ok(live);
        }
        let Some(auth) = self.auth.clone().filter(|_| self.is_home) else { return Ok(live) };
        let mut credentials = std::mem::take(&mut self.credentials);
        let answered = auth.retry(&self.auth_request(), live.response.headers(), &mut credentials);
        self.credentials = credentials;
        if !answered.map_err(|error| Error::new(ErrorKind::Auth).because(error))? {
            return Ok(live);
        }
        live.drain();
        self.exchange_expecting()
    }

    /// One exchange, and a second one without an expectation where that was answered by 417 (RFC 9110 §10.1.1).
    fn exchange_expecting(&mut self) -> Result<Live, Error> {
        let live = self.exchange()?;
        self.past.is_answered = true;
        self.store_cookies(live.response.headers());
        if live.response.status() != StatusCode::EXPECTATION_FAILED
            || !live.held.fields.has_token("Expect", "100-continue")
            || !self.body.is_replayable()
        {
            return Ok(live);
        }
        live.drain();
        self.expects_nothing = true;
        let why = "the expectation was refused";
        self.shared.observe(|| Event::Repeated { wait: Duration::ZERO, why });
        let live = self.exchange()?;
        self.store_cookies(live.response.headers());
        Ok(live)
    }

    fn auth_request(&self) -> AuthRequest<'_> {
        let target = &self.url[Position::BeforePath..Position::AfterQuery];
        AuthRequest { method: &self.method, url: &self.url, target }
    }

    /// Works out the fields that say who asks.
    fn authenticate(&mut self) -> Result<(), Error> {
        self.credentials.clear();
        if self.headers.contains("Authorization") {
            return Ok(());
        }
        let mut credentials = std::mem::take(&mut self.credentials);
        let started = match (&self.auth, &self.shared.config.netrc) {
            (Some(auth), _) if self.is_home => auth.start(&self.auth_request(), &mut credentials),
            (None, Some(netrc)) if !self.has_own_credentials => {
                match netrc.find(self.url.host_str().unwrap_or_default()) {
                    Some(login) if !login.login.is_empty() => Basic::new(&login.login, &login.password)
                        .start(&self.auth_request(), &mut credentials),
                    _ => Ok(()),
                }
            }
            _ => Ok(()),
        };
        self.credentials = credentials;
        started.map_err(|error| Error::new(ErrorKind::Auth).because(error))
    }

    pub(crate) fn cookie_request(&self) -> CookieRequest<'_> {
        let context = self.special.as_ref().map(|special| special.site_context).unwrap_or_default();
        CookieRequest { url: &self.url, method: &self.method, context }
    }

    fn store_cookies(&self, answered: &Headers) {
        if let Some(store) = &self.shared.config.cookies {
            store.store(&self.cookie_request(), answered);
        }
    }

    fn wait_after_answer(&self, status: StatusCode, answered: &Headers) -> Option<Duration> {
        let retry = self.retry();
        if !retry.repeats(self.retries, status) || !self.body.is_replayable() || !self.is_idempotent() {
            return None;
        }
        let now = crate::client::clock::wall_now();
        let wait = retry.after_answer(self.retries, status, answered, now, random::bits())?;
        self.has_time_for(wait).then_some(wait)
    }

    /// Waits where the request is worth another try, or fails.
    fn pause_after_error(&mut self, error: Error) -> Result<(), Error> {
        let may_help = match error.kind() {
            ErrorKind::Resolve | ErrorKind::Connect | ErrorKind::Send | ErrorKind::Disconnected => true,
            ErrorKind::Timeout => {
                !matches!(error.timeout(), Some(TimeoutKind::Total | TimeoutKind::PoolWait))
            }
            _ => false,
        };
        if !may_help || !self.body.is_replayable() || !self.is_harmless_after(&error) {
            return Err(error);
        }
        let Some(wait) = self.retry().after_error(self.retries, random::bits()) else { return Err(error) };
        if !self.has_time_for(wait) {
            return Err(error);
        }
        self.retries += 1;
        let why = error.kind().to_string();
        self.shared.observe(|| Event::Repeated { wait, why: &why });
        self.sleep(wait).map_err(|error| self.told(error))
    }

    fn has_time_for(&self, wait: Duration) -> bool {
        self.deadline.is_none_or(|deadline| deadline.saturating_duration_since(self.shared.now()) > wait)
    }

    /// Waits before a repetition, unless somebody stops the call.
    fn sleep(&self, wait: Duration) -> Result<(), Error> {
        if wait.is_zero() {
            return Ok(());
        }
        let bell = Arc::new(Bell::new());
        let stop = Arc::clone(&bell) as Arc<dyn Interrupt>;
        self.shared.opened(&stop);
        let token = self.special.as_ref().and_then(|special| special.cancel.as_ref());
        let watch = token.map(|token| token.watch(stop));
        let is_stopped = self.shared.config.clock.wait(&bell, Some(wait));
        drop(watch);
        match token {
            Some(token) if token.is_cancelled() => Err(Error::new(ErrorKind::Cancelled)),
            _ if is_stopped => Err(Error::new(ErrorKind::Shutdown)),
            _ => Ok(()),
        }
    }

    /// What follows the answer, if anything does.
    fn next_step(&self, status: StatusCode, answered: &Headers) -> Result<Option<redirect::Next>, Error> {
        if !status.is_redirection() {
            return Ok(None);
        }
        let content = match (self.body.is_none(), self.body.is_replayable()) {
            (true, _) => redirect::Content::None,
            (false, true) => redirect::Content::Replayable,
            (false, false) => redirect::Content::OneShot,
        };
        // The client's defaults are subject to the same rules as what the call has set.
        let mut headers = Headers::new();
        self.write_defaults(&mut headers)
            .and_then(|()| headers.append_all(&self.headers))
            .map_err(invalid)?;
        let sent = redirect::Sent { method: &self.method, url: &self.url, headers: &headers, content };
        let decision = self.redirects().decide(&sent, status, answered, self.hops).map_err(|refused| {
            let kind = match refused {
                Refused::TooMany { .. } => ErrorKind::TooManyRedirects,
                Refused::Downgrade | Refused::Hook => ErrorKind::RedirectRefused,
            };
            Error::new(kind).because(refused)
        })?;
        let Decision::Follow(mut next) = decision else { return Ok(None) };
        // What a server writes before the host is nobody's credentials.
        next.url = without_credentials(&next.url);
        check_url(&next.url, self.shared.config.schemes)
            .map_err(|error| error.with_kind(ErrorKind::RedirectRefused))?;
        Ok(Some(*next))
    }

    fn follow(&mut self, live: Live, next: redirect::Next) {
        let (status, headers) = (live.response.status(), live.response.headers().clone());
        live.drain();
        self.shared.observe(|| Event::Redirected { status, to: &next.url });
        self.is_home &= same_origin(&self.url, &next.url);
        let url = std::mem::replace(&mut self.url, next.url);
        self.history.push(Redirected { status, url, headers });
        self.method = next.method;
        self.headers = next.headers;
        self.past.is_harmless &= self.is_idempotent();
        if !next.keeps_content {
            self.body = Body::none();
        }
        self.hops += 1;
    }

    /// Whether every request so far went to the first URL's origin.
    pub(crate) const fn is_home(&self) -> bool {
        self.is_home
    }

    /// In place, since a call is large and would be copied to where it is taken apart.
    #[inline(always)]
    fn answer(self, live: Live) -> Response {
        let wire_head = live.response.head();
        let is_canonical =
            wire_head.status.canonical_reason().is_some_and(|reason| reason.as_bytes() == wire_head.reason);
        let head = Head {
            status: wire_head.status,
            version: wire_head.version,
            reason: if is_canonical { None } else { Some(wire_head.reason.clone()) },
            headers: wire_head.headers.clone(),
            url: self.url,
            history: self.history,
            timings: self.timings,
            sent: live.response.sent(),
            is_harmless: self.past.is_harmless,
            info: Arc::clone(&live.held.info),
        };
        let mut special = self.special;
        let is_raw = special.as_ref().is_some_and(|special| special.raw);
        let progress = special.as_mut().and_then(|special| special.on_download.take());
        let config = &self.shared.config;
        let has_content = !live.response.is_closed();
        let content = Content::live(live, progress);
        // A part of a coded whole cannot be decoded.
        let decodes = config.decodes && !is_raw && has_content && head.status != StatusCode::PARTIAL_CONTENT;
        let content = match if decodes { codings(&head.headers) } else { Ok(None) } {
            Ok(Some(codings)) if !codings.is_empty() => {
                Decoded::Layers(decoders(content, &codings, config.decode_limits))
            }
            Ok(_) => Decoded::Plain(content),
            Err(error) => Decoded::Refused(error, content),
        };
        Response::new(head, content, config.content_bytes_max)
    }
}

/// Whether a URL can be requested at all.
fn check_url(url: &Url, schemes: Schemes) -> Result<(), Error> {
    let refused = |text: &'static str| Err(Error::new(ErrorKind::InvalidUrl).because(text));
    match url.scheme() {
        scheme if schemes.allow(scheme) => {}
        "http" => return refused("its scheme is http, which this client does not allow"),
        "https" => return refused("its scheme is https, which this client does not allow"),
        _ => return refused("its scheme is neither http nor https"),
    }
    match url.host_str() {
        None | Some("") => refused("it has no host"),
        Some(_) if url.port() == Some(0) => refused("its port is 0"),
        Some(_) => Ok(()),
    }
}
