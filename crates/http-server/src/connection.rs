//! One connection as a state machine: it is driven by whatever bytes are there and says what it waits for. Only a
//! handler that reads or writes waits inside. It knows no poller and no threads.
//!
//! Ahead of TLS, a proxy may introduce its client: that is the phase before the first one here.
//!
//! ```text
//!   Handshake ──> Head ──────────> (handler, answer) ──> Draining ──> Head
//!                  │ error, close        │ last answer      │ too much
//!                  └─────────────────────┴──> Lingering <───┘
//! ```
//!
//! Between any two of these it may be Sending: the peer has no room for what it is owed. Then what follows waits for that.

use crate::context::{Context, Watch};
#[cfg(feature = "tls")]
use crate::counted::Counted;
use crate::engine::poller::{Interest, News};
use crate::introduction::Introduced;
use crate::link::Link;
use crate::observe::Event;
use crate::peer::Peer;
use crate::response::Response;
use crate::socket::Socket;
#[cfg(feature = "tls")]
use crate::tls::Shaken;
use crate::traffic::{INPUT_BYTES, Io};
use crate::upgrade::Upgraded;
use http_proto::stream::{BodyError, fill_body};
use http_proto::{
    Framing, Limits as MessageLimits, Parsed, ProtocolError, RequestHead, RequestParser, StatusCode,
};
use sending::Then;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

mod exchange;
mod sending;

/// Answers to pipelined requests are gathered up to this size.
const OUT_BYTES: usize = 64 * 1024;

/// The buffers of one request. They belong to a connection only while it is served or has bytes that wait.
#[derive(Debug)]
pub(crate) struct Work {
    parser: RequestParser,
    head: RequestHead,
    io: Io,
    /// What has been concluded from the fields of `head`.
    concluded: Option<exchange::Concluded>,
}

impl Work {
    pub(crate) fn new(limits: MessageLimits) -> Self {
        Self {
            parser: RequestParser::new(limits),
            head: RequestHead::default(),
            io: Io::new(limits),
            concluded: None,
        }
    }

    /// Forgets what belonged to a connection that has ended; whether the buffers are small enough to be kept.
    pub(crate) fn make_clean(&mut self) -> bool {
        let left = self.io.input.filled().len();
        self.io.input.consume(left);
        self.io.forget_unsent();
        self.io.decoder.begin(Framing::None);
        self.parser.reset();
        self.is_small()
    }

    /// Whether the buffers are small enough to be kept for whoever comes next.
    pub(crate) fn is_small(&self) -> bool {
        self.io.input.capacity_bytes() <= 4 * INPUT_BYTES && self.io.out.capacity() <= OUT_BYTES * 2
    }

    /// Whether nothing in here belongs to the connection that it served last.
    pub(crate) fn is_clean(&self) -> bool {
        self.io.input.is_empty()
            && !self.io.has_unsent()
            && self.parser.is_idle()
            && self.io.decoder.is_done()
    }
}

/// What a connection is waiting for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// What a proxy says about the connection, ahead of all else.
    Introduction,
    /// The TLS handshake.
    #[cfg(feature = "tls")]
    Handshake,
    /// A request, or the rest of its head.
    Head,
    /// Room for what the peer is owed.
    Sending(Then),
    /// The rest of content that the handler left unread.
    Draining { bytes_left: u64 },
    /// The peer's end, so that the last answer reaches it (RFC 9112 §9.6).
    Lingering { bytes_left: u64 },
}

/// What a connection whose time has passed is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owed {
    /// Nothing: it ends.
    Nothing,
    /// A word, once there is room for it: the next [`drive`](Connection::drive) says it.
    Word,
    /// Its end told to whoever waits for what has become of its answer: the next [`drive`](Connection::drive) does it.
    Verdict,
}

/// What has come of a request that is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Heard {
    /// All of its head.
    Head,
    /// Not so much, or nothing that can be understood.
    Part,
}

/// What to do with a connection that has been driven.
pub(crate) enum Next {
    /// Come back when there is input.
    Wait,
    /// Come back when others have had their turn: a request is waiting already.
    Again,
    /// Close it.
    Close,
    /// Hand it over to this.
    Upgrade(Box<dyn FnOnce(Upgraded) + Send>),
}

/// One connection. Light while it is parked: the buffers are elsewhere.
#[derive(Debug)]
pub(crate) struct Connection {
    link: Link,
    peer: Peer,
    phase: Phase,
    deadline: Option<Instant>,
    /// Whether the deadline is that of a head which has begun.
    in_head: bool,
    requests: u32,
    /// What the poller tells of; `None` as long as it does not know the connection.
    armed: Option<Interest>,
    /// Whether the peer has said that its last request, which has no content, was the last one.
    heard_last: bool,
    /// Whether its end may be waiting behind its input.
    may_end: bool,
    /// Whether the last read took all that was there: it had room for more.
    drained: bool,
    /// Whether a request that has come waits for its turn behind other connections.
    lined_up: bool,
    /// Whether what the peer is owed is held back.
    held: bool,
    /// Whether the deadline of a head has passed, and 408 is owed.
    expired: bool,
    /// Counts it among the unfinished handshakes.
    #[cfg(feature = "tls")]
    handshake: Option<Counted>,
    /// Buffers with bytes in them.
    work: Option<Box<Work>>,
}

impl Connection {
    pub(crate) fn new(link: Link, peer: Peer, context: &Context<'_>, now: Instant) -> Self {
        let is_introduced = peer.introduction.is_some();
        let mut connection = Self {
            link,
            peer,
            phase: Phase::Head,
            deadline: None,
            in_head: false,
            requests: 0,
            armed: None,
            heard_last: false,
            may_end: true,
            drained: false,
            lined_up: false,
            held: false,
            expired: false,
            #[cfg(feature = "tls")]
            handshake: None,
            work: None,
        };
        if is_introduced {
            connection.phase = Phase::Introduction;
            connection.set_deadline(now, context.timeouts.head);
        } else {
            connection.begin(context, now);
        }
        connection
    }

    /// The peer's own bytes follow: TLS, or a request.
    fn begin(&mut self, context: &Context<'_>, now: Instant) {
        self.phase = Phase::Head;
        self.set_deadline(now, context.timeouts.idle);
        #[cfg(feature = "tls")]
        if self.link.is_tls() {
            self.phase = Phase::Handshake;
            self.handshake = Some(Counted::new(&context.counters.handshakes));
            self.set_deadline(now, context.timeouts.handshake);
        }
    }

    /// When to give up waiting; `None` for never.
    pub(crate) const fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Whether what the peer is owed is held back until the deadline.
    pub(crate) fn is_held(&self) -> bool {
        self.is_sending() && self.held
    }

    /// Whether no request is under way.
    pub(crate) fn is_idle(&self) -> bool {
        match self.phase {
            Phase::Head => !self.in_head && !self.lined_up,
            Phase::Introduction => self.peer.introduction.as_ref().is_none_or(|told| told.is_silent()),
            _ => false,
        }
    }

    /// Whether a request has come on it.
    pub(crate) const fn has_served(&self) -> bool {
        self.requests > 0
    }

    /// Whether all has been sent and only the peer's end is waited for.
    pub(crate) const fn is_lingering(&self) -> bool {
        matches!(self.phase, Phase::Lingering { .. })
    }

    /// Whether the TLS handshake is under way.
    #[cfg(feature = "tls")]
    pub(crate) const fn is_handshaking(&self) -> bool {
        matches!(self.phase, Phase::Handshake)
    }

    pub(crate) const fn peer(&self) -> &Peer {
        &self.peer
    }

    pub(crate) const fn socket(&self) -> &Arc<Socket> {
        self.link.socket()
    }

    /// Whether there are bytes that have not been read.
    pub(crate) fn has_input(&self) -> bool {
        self.link.socket().has_input()
    }

    /// What it waits for.
    pub(crate) fn interest(&self) -> Interest {
        if self.is_sending() {
            // What is held back waits for the time alone.
            return if self.is_held() { Interest::Nothing } else { Interest::Write };
        }
        #[cfg(feature = "tls")]
        if self.is_handshaking() && self.link.wants_room() {
            return Interest::Write;
        }
        Interest::Read
    }

    /// Waits for room for what it has to say before it goes on.
    ///
    /// # Errors
    /// Where the peer is gone or too slow.
    #[cfg(feature = "tls")]
    pub(crate) fn wait_for_room(&mut self) -> io::Result<()> {
        self.link.send_queued()
    }

    /// What the poller has been told to tell of it.
    pub(crate) const fn armed(&self) -> Option<Interest> {
        self.armed
    }

    pub(crate) const fn set_armed(&mut self, interest: Option<Interest>) {
        self.armed = interest;
    }

    /// Something has arrived.
    pub(crate) fn note(&mut self, news: News) {
        self.drained = false;
        self.may_end = news == News::End;
    }

    /// The buffers with bytes in them, to be put back with the next [`drive`](Self::drive).
    pub(crate) const fn take_work(&mut self) -> Option<Box<Work>> {
        self.work.take()
    }

    /// Keeps buffers that have bytes in them.
    pub(crate) fn keep_work(&mut self, work: Box<Work>) {
        self.work = Some(work);
    }

    fn set_deadline(&mut self, now: Instant, after: Duration) {
        self.deadline = now.checked_add(after);
    }

    /// Goes on as far as the bytes that are there allow.
    pub(crate) fn drive(&mut self, work: &mut Work, context: &Context<'_>, watch: &impl Watch) -> Next {
        if std::mem::take(&mut self.expired) && self.in_head {
            // RFC 9110 §15.5.9.
            let page = Response::error_page(StatusCode::REQUEST_TIMEOUT);
            self.answer_unseen(page, Heard::Part, work, context, watch);
        }
        self.lined_up = false;
        if !self.is_sending() {
            // Nobody learns anything about fields of another's by how long comparing them takes.
            work.head.headers.clear();
        }
        let mut in_a_row = 0;
        loop {
            let next = match self.phase {
                Phase::Introduction => self.introduction(context, watch),
                #[cfg(feature = "tls")]
                Phase::Handshake => self.handshake(work, context, watch),
                Phase::Head => self.head(work, context, watch, &mut in_a_row),
                Phase::Sending(then) => self.send_on(then, work, context, watch),
                Phase::Draining { bytes_left } => self.drain(bytes_left, work, context, watch),
                Phase::Lingering { bytes_left } => self.linger(bytes_left, work),
            };
            if let Some(next) = next {
                return next;
            }
        }
    }

    /// The deadline has passed. The peer is owed 408 where a head had begun: it must come once there is room for it, and
    /// soon.
    pub(crate) fn expire(&mut self, context: &Context<'_>, now: Instant) -> Owed {
        if self.is_sending() {
            // Sending finds out that there still is no room.
            self.deadline = None;
            return Owed::Verdict;
        }
        if !self.in_head || self.expired {
            return Owed::Nothing;
        }
        self.expired = true;
        self.set_deadline(now, context.timeouts.linger);
        Owed::Word
    }

    /// Ends a connection on which nothing is under way, without waiting.
    pub(crate) fn hang_up(mut self) {
        #[cfg(feature = "tls")]
        if self.is_handshaking() {
            return;
        }
        if self.phase != Phase::Introduction {
            self.link.finish_now();
        }
    }

    /// Takes the connection apart for an upgrade.
    pub(crate) fn into_upgraded(self, work: &mut Work, context: &Context<'_>) -> io::Result<Upgraded> {
        let early = work.io.input.take_filled();
        Upgraded::new(self.link, early, self.peer.addr, context.stopping.clone())
    }

    /// Reads on in what a proxy says; `None` once it has introduced its client.
    fn introduction(&mut self, context: &Context<'_>, watch: &impl Watch) -> Option<Next> {
        if let Some(introduction) = &mut self.peer.introduction {
            let max_of = |address| context.connections_max_of(address);
            match introduction.read_on(self.link.socket(), max_of) {
                Introduced::Partly => return Some(Next::Wait),
                Introduced::As(client) => self.peer.addr = client.or(self.peer.addr),
                Introduced::TooMany { address, connections_max } => {
                    context.report_full(address, connections_max, watch.now());
                    return Some(Next::Close);
                }
                Introduced::Never(error) => {
                    if let Some(error) = error {
                        let error = Some(error);
                        context.observe(&Event::IntroductionRefused { peer: self.peer.addr, error });
                    }
                    return Some(Next::Close);
                }
            }
        }
        self.begin(context, watch.now());
        None
    }

    #[cfg(feature = "tls")]
    fn handshake(&mut self, work: &mut Work, context: &Context<'_>, watch: &impl Watch) -> Option<Next> {
        match self.link.handshake() {
            Ok(Shaken::Done) => {
                self.phase = Phase::Head;
                self.handshake = None;
                self.set_deadline(watch.now(), context.timeouts.idle);
                None
            }
            Ok(Shaken::Plain) => {
                self.handshake = None;
                context.observe(&Event::NotTls { peer: self.peer.addr });
                let explain = "This port speaks HTTPS: use a URL that begins with https";
                let page = Response::error_page_with(StatusCode::BAD_REQUEST, None, Some(explain));
                self.answer_unseen(page, Heard::Part, work, context, watch);
                None
            }
            Ok(Shaken::Partly) => Some(Next::Wait),
            Err(_) => Some(Next::Close),
        }
    }

    /// Reads heads and has them answered; `None` where the phase has changed.
    fn head(
        &mut self,
        work: &mut Work,
        context: &Context<'_>,
        watch: &impl Watch,
        in_a_row: &mut u32,
    ) -> Option<Next> {
        loop {
            if *in_a_row >= context.limits.requests_in_a_row_max.max(1) && !self.has_all(work) {
                // It is not the peer that is waited for.
                return match self.send_queued(Then::Head, work, context, watch) {
                    Ok(true) => {
                        self.lined_up = true;
                        self.deadline = None;
                        Some(Next::Again)
                    }
                    Ok(false) => None,
                    Err(_) => Some(Next::Close),
                };
            }
            let parsed = match work.io.input.filled() {
                [] => Ok(Parsed::Partial),
                input => work.parser.parse(input, &mut work.head),
            };
            match parsed {
                Ok(Parsed::Complete { consumed_bytes, .. }) => {
                    work.io.input.consume(consumed_bytes);
                    self.in_head = false;
                    *in_a_row += 1;
                    if !watch.answers_wait() {
                        match self.send_queued(Then::Exchange, work, context, watch) {
                            Ok(true) => {}
                            Ok(false) => return None,
                            Err(_) => return Some(Next::Close),
                        }
                    }
                    if let Some(next) = self.exchange(work, context, watch) {
                        return Some(next);
                    }
                    if self.phase != Phase::Head {
                        return None;
                    }
                    if work.io.out.len() >= OUT_BYTES {
                        match self.send_queued(Then::Head, work, context, watch) {
                            Ok(true) => {}
                            Ok(false) => return None,
                            Err(_) => return Some(Next::Close),
                        }
                    }
                }
                Ok(Parsed::Partial) => {
                    match self.send_queued(Then::Head, work, context, watch) {
                        Ok(true) => {}
                        Ok(false) => return None,
                        Err(_) => return Some(Next::Close),
                    }
                    match self.more_head(work, context, watch) {
                        Some(next) => return Some(next),
                        None if self.phase != Phase::Head => return None,
                        None => {}
                    }
                }
                Err(error) => {
                    self.refuse(error, Heard::Part, work, context, watch);
                    return None;
                }
            }
        }
    }

    /// Whether nothing is left to be read, as far as the last read tells.
    fn has_all(&self, work: &Work) -> bool {
        self.drained && !self.may_end && work.io.input.is_empty() && !self.link.is_tls()
    }

    /// Reads on in a head; `None` where there is more, or the phase has changed.
    fn more_head(&mut self, work: &mut Work, context: &Context<'_>, watch: &impl Watch) -> Option<Next> {
        // Behind an answer, the next request is hardly ever there yet. The poller will tell; only what TLS has taken in
        // already it cannot know of.
        if self.has_all(work) {
            self.drained = false;
            self.set_deadline(watch.now(), context.timeouts.idle);
            return Some(Next::Wait);
        }
        match work.io.input.fill_from(&mut self.link) {
            Ok(0) if work.parser.is_idle() => Some(Next::Close),
            Ok(0) => {
                let received_bytes = u32::try_from(work.io.input.filled().len()).unwrap_or(u32::MAX);
                self.refuse(
                    ProtocolError::IncompleteHead { received_bytes },
                    Heard::Part,
                    work,
                    context,
                    watch,
                );
                None
            }
            Ok(_) => {
                // A read that filled its room says nothing about what is left.
                self.drained = !work.io.input.is_full();
                None
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                // The parser has seen all that is there.
                if work.parser.is_idle() && work.io.input.is_empty() {
                    self.in_head = false;
                    self.set_deadline(watch.now(), context.timeouts.idle);
                } else if !self.in_head {
                    self.in_head = true;
                    self.set_deadline(watch.now(), context.timeouts.head);
                }
                Some(Next::Wait)
            }
            Err(_) => Some(Next::Close),
        }
    }

    /// Reads away what the handler left; `None` where the phase has changed.
    fn drain(
        &mut self,
        mut bytes_left: u64,
        work: &mut Work,
        context: &Context<'_>,
        watch: &impl Watch,
    ) -> Option<Next> {
        loop {
            match fill_body(&mut work.io.input, &mut self.link, &mut work.io.decoder) {
                Ok(0) => {
                    self.phase = Phase::Head;
                    return None;
                }
                Ok(count) => {
                    work.io.input.consume(count);
                    work.io.decoder.take(count as u64);
                    match bytes_left.checked_sub(count as u64) {
                        Some(left) => bytes_left = left,
                        None => {
                            self.begin_linger(work, context, watch);
                            return None;
                        }
                    }
                }
                Err(BodyError::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.phase = Phase::Draining { bytes_left };
                    return match self.send_queued(Then::Draining { bytes_left }, work, context, watch) {
                        Ok(true) => Some(Next::Wait),
                        Ok(false) => None,
                        Err(_) => Some(Next::Close),
                    };
                }
                Err(_) => {
                    self.begin_linger(work, context, watch);
                    return None;
                }
            }
        }
    }

    /// Reads and forgets what the peer still sends, within bounds.
    fn linger(&mut self, mut bytes_left: u64, work: &mut Work) -> Option<Next> {
        loop {
            let count = work.io.input.filled().len();
            work.io.input.consume(count);
            match bytes_left.checked_sub(count as u64) {
                Some(left) => bytes_left = left,
                None => return Some(Next::Close),
            }
            match work.io.input.fill_from(&mut self.link) {
                Ok(0) => return Some(Next::Close),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.phase = Phase::Lingering { bytes_left };
                    return Some(Next::Wait);
                }
                Err(_) => return Some(Next::Close),
            }
        }
    }
}
