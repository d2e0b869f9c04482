//! One request and the head of its answer: over a kept connection, or a new one, or first the one and then the other.

use crate::bell::Bell;
use crate::body::Body as WireBody;
use crate::cancel::CancelToken;
use crate::client::body::Opened;
use crate::client::call::Call;
use crate::client::content::Live;
use crate::client::decode::accepted;
use crate::client::dial::{self, Target};
use crate::client::error::{Error, ErrorKind, TimeoutKind};
use crate::client::events::Event;
use crate::client::held::Held;
use crate::client::pool::{Denied, Slot};
use crate::client::proxies::Proxy;
use crate::client::request::{ProgressHook, invalid};
use crate::client::shared::{Key, KeyRef, KeyView};
use crate::connection::{HttpConnection, RequestOptions};
use crate::error::{Error as WireError, Phase, Sent};
use crate::timeouts::Timeouts as WireTimeouts;
#[cfg(feature = "tls")]
use crate::tls::TlsConfig;
use crate::transport::Interrupt;
use http_proto::{CloseReason, Headers, InvalidInput};
use std::io::Read;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};
use url::Position;

/// A request that failed, and whether it is known that a kept connection had gone stale.
struct Failure {
    error: Error,
    is_stale: bool,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, is_stale: false }
    }
}

/// The right to a connection, with one that was kept, or what is left of one.
struct Acquired {
    slot: Slot<Key, Box<Held>>,
    kept: Option<Box<Held>>,
    shell: Option<Box<Held>>,
}

impl Call<'_> {
    pub(crate) fn proxy(&self) -> Option<Arc<Proxy>> {
        if self.unix_socket().is_some() {
            return None;
        }
        match self.special.as_ref().and_then(|special| special.proxy.as_ref()) {
            Some(own) => own.clone(),
            None => self.shared.config.proxies.shared_for_url(&self.url).cloned(),
        }
    }

    fn unix_socket(&self) -> Option<&Path> {
        let own = self.special.as_ref().and_then(|special| special.unix_socket.as_deref());
        own.filter(|_| self.is_home()).or(self.shared.config.unix_socket.as_deref())
    }

    /// The caller's own address; `None` for that of the client.
    fn source_address(&self) -> Option<SocketAddr> {
        self.special.as_ref().and_then(|special| special.source_address)
    }

    /// The caller's own TLS, which may show a certificate: it is for the origin that the caller has named.
    #[cfg(feature = "tls")]
    fn tls(&self) -> Option<&TlsConfig> {
        self.special.as_ref().and_then(|special| special.tls.as_ref()).filter(|_| self.is_home())
    }

    /// Makes one request. A kept connection that turns out to be closed is replaced once by a new one, if the request
    /// can do no harm twice (RFC 9112 §9.3.1).
    pub(crate) fn exchange(&mut self) -> Result<Live, Error> {
        let proxy = self.proxy();
        self.shared.observe(|| Event::Started { method: &self.method, url: &self.url });
        let is_first = !self.past.is_answered && self.retries == 0;
        let now = if is_first && self.is_prompt() { self.begun } else { self.shared.now() };
        let mut acquired = self.acquire(proxy.as_ref(), now)?;
        let now = now + self.timings.pool_wait;
        let Some(held) = acquired.kept.take() else {
            return self.on_new(acquired, proxy.as_ref(), now).map_err(|failure| failure.error);
        };
        self.shared.observe(|| Event::Reused { info: &held.info });
        match self.attempt(acquired.slot, held, now) {
            Ok(live) => Ok(live),
            Err(Failure { error, is_stale }) => {
                if !is_stale
                    || !self.is_harmless_after(&error)
                    || !self.resends()
                    || !self.body.is_replayable()
                {
                    return Err(error);
                }
                let why = "the kept connection had been closed";
                self.shared.observe(|| Event::Repeated { wait: Duration::ZERO, why });
                // Another kept one may be as old: an unused slot is taken for a new connection.
                let now = self.shared.now();
                let mut acquired = self.acquire(proxy.as_ref(), now)?;
                drop(acquired.kept.take());
                let now = now + self.timings.pool_wait;
                self.on_new(acquired, proxy.as_ref(), now).map_err(|failure| failure.error)
            }
        }
    }

    /// Whether nobody else has a hand in it, who might take his time between two steps.
    fn is_prompt(&self) -> bool {
        let config = &self.shared.config;
        config.observers.is_empty() && config.cookies.is_none() && !self.is_authenticated()
    }

    /// A slot, and a kept connection if there is one. It is `begun` now.
    fn acquire(&mut self, proxy: Option<&Arc<Proxy>>, begun: Instant) -> Result<Acquired, Error> {
        let shared = self.shared;
        let key = KeyRef {
            is_https: self.url.scheme() == "https",
            host: self.url.host_str().unwrap_or_default(),
            port: self.url.port_or_known_default().unwrap_or_default(),
            proxy,
            unix_socket: self.unix_socket(),
            source_address: self.source_address(),
            #[cfg(feature = "tls")]
            tls: self.tls(),
        };
        let until = self.timeouts.pool_wait.and_then(|wait| begun.checked_add(wait));
        let (until, kind) = match (until, self.deadline) {
            (Some(wait), Some(total)) if total < wait => (Some(total), TimeoutKind::Total),
            (None, Some(total)) => (Some(total), TimeoutKind::Total),
            (wait, _) => (wait, TimeoutKind::PoolWait),
        };
        let token = self.special.as_ref().and_then(|special| special.cancel.as_ref());
        if token.is_some_and(CancelToken::is_cancelled) {
            return Err(Error::new(ErrorKind::Cancelled));
        }
        let (mut watch, mut has_waited) = (None, false);
        let patience = |bell: &Arc<Bell>| {
            has_waited = true;
            if let Some(token) = token {
                watch.get_or_insert_with(|| token.watch(Arc::clone(bell) as Arc<dyn Interrupt>));
            }
            let left = until.map(|until| until.saturating_duration_since(shared.now()));
            let is_over = left == Some(Duration::ZERO);
            if !is_over {
                shared.config.clock.wait(bell, left);
            }
            match token {
                Some(token) if token.is_cancelled() => Err(Denied::Cancelled),
                _ if is_over => Err(Denied::TimedOut),
                _ => Ok(()),
            }
        };
        let view: &dyn KeyView = &key;
        // With the shell of an earlier connection there is a key as well.
        let mut shell = None;
        let make_key = || match shared.shells.take(|other| other.view() == key) {
            Some((key, found)) => {
                shell = Some(found);
                key
            }
            None => key.to_key(),
        };
        let acquired = shared.pool.acquire(view, make_key, begun, patience);
        self.timings.pool_wait =
            if has_waited { shared.now().saturating_duration_since(begun) } else { Duration::ZERO };
        let (slot, kept) = acquired.map_err(|denied| match denied {
            Denied::TimedOut => Error::timed_out(kind, Phase::Connect),
            Denied::Shut => Error::new(ErrorKind::Shutdown),
            Denied::Cancelled => Error::new(ErrorKind::Cancelled),
        })?;
        Ok(Acquired { slot, kept, shell })
    }

    /// What is left of the total.
    fn left(&self) -> Result<Option<Duration>, Error> {
        let Some(deadline) = self.deadline else { return Ok(None) };
        match deadline.saturating_duration_since(self.shared.now()) {
            Duration::ZERO => Err(Error::timed_out(TimeoutKind::Total, Phase::Connect)),
            left => Ok(Some(left)),
        }
    }

    fn wire_timeouts(&self) -> Result<WireTimeouts, Error> {
        let own = &self.timeouts;
        Ok(WireTimeouts::NONE
            .connect(own.connect)
            .tls(own.tls)
            .write(own.send)
            .first_byte(own.first_byte)
            .between_bytes(own.between_bytes)
            .total(self.left()?))
    }

    /// Opens a connection and makes the request on it. It is `begun` now.
    fn on_new(
        &mut self,
        Acquired { slot, shell, .. }: Acquired,
        proxy: Option<&Arc<Proxy>>,
        begun: Instant,
    ) -> Result<Live, Failure> {
        let target = Target {
            url: &self.url,
            proxy,
            unix_socket: self.unix_socket(),
            source_address: self.source_address(),
            #[cfg(feature = "tls")]
            tls: self.tls(),
        };
        let shell = shell.or_else(|| Some(self.shared.shells.take(|key| key == slot.key())?.1));
        // Making a connection takes its time, and so may whoever has been told of others that were closed.
        let is_current = shell.is_some() && self.is_prompt();
        let mut held = dial::prepare(self.shared, &target, self.timeouts.resolve, shell)?;
        let Some(mut connection) = held.connection.take() else {
            return Err(Error::new(ErrorKind::Connect).into());
        };
        connection.set_timeouts(self.wire_timeouts()?);
        let begun = if is_current { begun } else { self.shared.now() };
        connection.note_now(begun);
        let opened = self.open(&mut connection);
        self.timings.resolve = held.notes.took();
        if let Err(error) = opened {
            self.timings.connect = self.shared.now().saturating_duration_since(begun);
            return Err(self.not_opened(error, &connection).into());
        }
        let info = connection.info().unwrap_or_default();
        match Arc::get_mut(&mut held.info) {
            Some(unused) => *unused = info,
            None => held.info = Arc::new(info),
        }
        held.interrupt = connection.interrupt_handle();
        if let Some(interrupt) = &held.interrupt {
            self.shared.opened(interrupt);
        }
        let times = connection.open_times();
        self.timings.connect = times.connect + times.proxy + times.tls;
        self.timings.tls = times.tls;
        let took = (times.connect + times.proxy).saturating_sub(self.timings.resolve);
        self.shared.observe(|| Event::Connected { info: &held.info, took });
        #[cfg(feature = "tls")]
        if let Some(tls) = &held.info.tls {
            self.shared.observe(|| Event::Secured { tls, took: times.tls });
        }
        held.connection = Some(connection);
        let opened_at = begun + self.timings.connect;
        self.attempt(slot.since(opened_at), held, opened_at)
    }

    /// Opens a connection. A call that can be cancelled is stopped by a shutdown as well.
    fn open(&self, connection: &mut HttpConnection) -> Result<(), WireError> {
        let Some(token) = self.special.as_ref().and_then(|special| special.cancel.as_ref()) else {
            return connection.connect();
        };
        let either = CancelToken::new();
        let stop: Arc<dyn Interrupt> = Arc::new(either.clone());
        self.shared.opened(&stop);
        let watch = token.watch(stop);
        let opened = connection.connect_unless(&either);
        drop(watch);
        opened
    }

    fn not_opened(&self, error: WireError, connection: &HttpConnection) -> Error {
        let refusal = connection.proxy_answer().filter(|_| error.phase() == Phase::Proxy).cloned();
        let own = Error::of_wire(error).with_sent(Sent::Nothing).with_proxy_answer(refusal);
        let is_over = self.deadline.is_some_and(|deadline| deadline <= self.shared.now());
        self.explained(if own.timeout().is_some() && is_over {
            own.with_timeout(TimeoutKind::Total)
        } else {
            own
        })
    }

    /// An error as the caller should see it: what it has brought about is called so.
    fn explained(&self, error: Error) -> Error {
        let token = self.special.as_ref().and_then(|special| special.cancel.as_ref());
        if token.is_some_and(CancelToken::is_cancelled) {
            return error.with_kind(ErrorKind::Cancelled);
        }
        if self.shared.is_shut() {
            return error.with_kind(ErrorKind::Shutdown);
        }
        error
    }

    /// Makes the request on an open connection. It is `begun` now.
    fn attempt(
        &mut self,
        slot: Slot<Key, Box<Held>>,
        mut held: Box<Held>,
        begun: Instant,
    ) -> Result<Live, Failure> {
        let Some(mut connection) = held.connection.take() else {
            return Err(Error::new(ErrorKind::Connect).into());
        };
        connection.set_timeouts(self.wire_timeouts()?);
        let cancel = self.special.as_ref().and_then(|special| special.cancel.clone());
        let watch = match (&cancel, &held.interrupt) {
            (Some(token), Some(interrupt)) => Some(token.watch(Arc::clone(interrupt))),
            _ => None,
        };
        self.lend_hook(&held);
        let is_watched = !self.shared.config.observers.is_empty();
        if is_watched {
            held.notes.set_sent_at(None);
        }
        // Whoever has been told of the connection may have taken his time.
        let is_prompt = self.is_prompt();
        let begun = if is_prompt { begun } else { self.shared.now() };
        if is_prompt && self.body.is_none() {
            connection.note_now(begun);
        }
        let sent = self.send(&mut connection, &mut held);
        let sent_at = self.shared.now();
        connection.note_now(sent_at);
        self.timings.send = sent_at.saturating_duration_since(begun);
        let outcome = match sent {
            Ok(()) => {
                if is_watched {
                    held.notes.set_sent_at(Some(sent_at));
                }
                self.shared.observe(|| Event::Sent { headers: &held.fields });
                connection.into_response()
            }
            Err(SendError::Wire(error)) => Err((error, connection)),
            Err(SendError::Own(error)) => {
                self.take_hook_back(&held);
                // Told of by whoever closes it.
                held.connection = Some(connection);
                return Err(error.into());
            }
        };
        self.take_hook_back(&held);
        let response = outcome.map_err(|(error, connection)| {
            let reason = connection.is_reusable().err().unwrap_or(CloseReason::UnfinishedMessage);
            self.shared.observe(|| Event::Closed { reason });
            let is_stale = error.is_disconnect() || error.sent() == Sent::Nothing;
            Failure { error: self.explained(Error::of_wire(error)), is_stale }
        })?;
        self.answered(&response, sent_at);
        Ok(Live { response, held, slot, shared: Arc::clone(self.shared), watch, cancel })
    }

    fn answered(&mut self, response: &crate::response::Response<'_>, sent_at: Instant) {
        let (first_byte_at, answered_at) = response.head_times().unwrap_or((sent_at, sent_at));
        let took = answered_at.saturating_duration_since(sent_at);
        self.timings.first_byte = first_byte_at.saturating_duration_since(sent_at);
        self.timings.head = answered_at.saturating_duration_since(self.begun);
        let (status, headers) = (response.status(), response.headers());
        self.shared.observe(|| Event::Answered { status, headers, took });
    }

    /// Lets the connection call the hook for interim answers.
    fn lend_hook(&mut self, held: &Held) {
        if let Some(hook) = self.special.as_mut().and_then(|special| special.on_informational.take()) {
            *held.informational.lock().unwrap_or_else(PoisonError::into_inner) = Some(hook);
        }
    }

    fn take_hook_back(&mut self, held: &Held) {
        let Some(special) = &mut self.special else { return };
        if let Some(hook) = held.informational.lock().unwrap_or_else(PoisonError::into_inner).take() {
            special.on_informational = Some(hook);
        }
    }

    fn send(&mut self, connection: &mut HttpConnection, held: &mut Held) -> Result<(), SendError> {
        self.write_fields(&mut held.fields, held.relay.as_deref()).map_err(invalid)?;
        let target = match &held.relay {
            Some(_) => &self.url[..Position::AfterQuery],
            None => &self.url[Position::BeforePath..Position::AfterQuery],
        };
        let progress = self.special.as_mut().and_then(|special| special.on_upload.as_deref_mut());
        let opened = self.body.open().map_err(|error| {
            SendError::Own(Error::new(ErrorKind::Body).in_phase(Phase::SendBody).because(error))
        })?;
        let announces = |name: &str| held.fields.contains(name);
        let body = match (opened, progress) {
            // Level 1 would wait for content that is written later.
            (Opened::None, _) if announces("Content-Length") || announces("Transfer-Encoding") => {
                WireBody::from(&b""[..])
            }
            (Opened::None, _) => WireBody::empty(),
            (Opened::Bytes(bytes), None) => WireBody::from(bytes),
            (Opened::Bytes(bytes), Some(hook)) => {
                let length = bytes.len() as u64;
                WireBody::sized_reader(Watched { reader: bytes, hook, sent: 0, length: Some(length) }, length)
            }
            (Opened::Reader { reader, length: None }, None) => WireBody::reader(reader),
            (Opened::Reader { reader, length: Some(length) }, None) => WireBody::sized_reader(reader, length),
            (Opened::Reader { reader, length }, Some(hook)) => {
                let reader = Watched { reader, hook, sent: 0, length };
                match length {
                    Some(length) => WireBody::sized_reader(reader, length),
                    None => WireBody::reader(reader),
                }
            }
        };
        // Chunks that a caller's field announces are made here: content is content, whatever it looks like.
        let options = RequestOptions::new().skip_accept_encoding().encode_chunked();
        connection
            .request_with(self.method.as_str(), target, body, &held.fields, options)
            .map_err(SendError::Wire)
    }

    /// All fields of the request but those that level 1 writes: Host, and what frames the content.
    fn write_fields(&self, fields: &mut Headers, relay: Option<&Headers>) -> Result<(), InvalidInput> {
        self.write_own_fields(fields)?;
        relay.map_or(Ok(()), |relay| fields.append_all(relay))
    }

    /// The client's own fields as far as the call leaves them to it: what it sets itself, its credentials and the type
    /// of its content come before. After a redirect they are among the call's own, less what the step has removed.
    pub(crate) fn write_defaults(&self, fields: &mut Headers) -> Result<(), InvalidInput> {
        if self.hops > 0 {
            return Ok(());
        }
        let config = &self.shared.config;
        let is_raw = self.special.as_ref().is_some_and(|special| special.raw);
        let brings_type = self.body.content_type().is_some();
        if self.headers.is_empty() && self.credentials.is_empty() && !is_raw && !brings_type {
            // The usual case, which compares no names.
            return fields.append_all(&config.usual_headers);
        }
        for (name, value) in &config.headers {
            let is_set = self.headers.contains(name)
                || self.credentials.contains(name)
                || (self.is_authenticated() && name.eq_ignore_ascii_case("Authorization"))
                || (brings_type && name.eq_ignore_ascii_case("Content-Type"));
            if !is_set {
                fields.append(name, value)?;
            }
        }
        if !self.headers.contains("Accept-Encoding") && !config.headers.contains("Accept-Encoding") {
            let is_part = self.headers.contains("Range");
            fields.append("Accept-Encoding", accepted(config.decodes && !is_raw && !is_part))?;
        }
        Ok(())
    }

    fn write_own_fields(&self, fields: &mut Headers) -> Result<(), InvalidInput> {
        let config = &self.shared.config;
        fields.clear();
        self.write_defaults(fields)?;
        fields.append_all(&self.headers)?;
        if let Some(content_type) = self.body.content_type()
            && !self.headers.contains("Content-Type")
        {
            fields.append("Content-Type", content_type)?;
        }
        self.write_cookies(fields)?;
        // RFC 9110 §10.1.1: not without content either.
        if self.expects_nothing || self.body.len() == Some(0) && fields.contains("Expect") {
            fields.remove("Expect");
        } else if let Some(above) = config.expect_above_bytes
            && !self.body.is_none()
            && self.body.len().is_none_or(|length| length > above)
            && !fields.contains("Expect")
        {
            fields.append("Expect", "100-continue")?;
        }
        for (name, value) in &self.credentials {
            fields.append(name, value)?;
        }
        // RFC 9110 §7.8, §10.1.4: these are for the next server alone, which Connection must say.
        for name in ["TE", "Upgrade"] {
            if fields.contains(name) && !fields.has_token("Connection", name) {
                fields.append("Connection", name)?;
            }
        }
        Ok(())
    }
}

impl Call<'_> {
    /// The caller's own cookies and those of the store, in one field (RFC 6265bis §5.8). A field that the caller has set
    /// takes the place of the store's.
    fn write_cookies(&self, fields: &mut Headers) -> Result<(), InvalidInput> {
        let own = self.special.as_ref().filter(|_| self.is_home()).map(|special| &*special.cookies);
        let own = own.unwrap_or_default();
        let stored = || {
            let store = self.shared.config.cookies.as_ref()?;
            store.cookies(&self.cookie_request())
        };
        let first = match fields.get("Cookie") {
            Some(_) if own.is_empty() => return Ok(()),
            Some(set) => Some(set.as_bytes().to_vec()),
            None => stored(),
        };
        if own.is_empty() {
            return first.map_or(Ok(()), |stored| fields.append("Cookie", stored));
        }
        let name = |pair: &[u8]| pair.split(|&byte| byte == b'=').next().map(<[u8]>::to_vec);
        let is_replaced = |pair: &[u8]| own.iter().any(|cookie| name(cookie.as_bytes()) == name(pair));
        let first = first.unwrap_or_default();
        let kept = first.split(|&byte| byte == b';').map(<[u8]>::trim_ascii);
        let kept = kept.filter(|pair| !pair.is_empty() && !is_replaced(pair));
        let all: Vec<&[u8]> = kept.chain(own.iter().map(String::as_bytes)).collect();
        fields.set("Cookie", all.join(&b"; "[..]))
    }
}

/// What sending failed with: before level 1 was asked, or in it.
enum SendError {
    Own(Error),
    Wire(WireError),
}

impl From<Error> for SendError {
    fn from(error: Error) -> Self {
        Self::Own(error)
    }
}

/// A reader that tells how much has been read.
struct Watched<'a, R> {
    reader: R,
    hook: &'a mut ProgressHook,
    sent: u64,
    length: Option<u64>,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let count = self.reader.read(out)?;
        if count > 0 {
            self.sent += count as u64;
            (self.hook)(self.sent, self.length);
        }
        Ok(count)
    }
}
