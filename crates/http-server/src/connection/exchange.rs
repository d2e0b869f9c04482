//! One request and its answer: what the head asks of the connection, the handler, and what follows from both.

use super::sending::Then;
use super::{Connection, Heard, Next, Phase, Work};
use crate::context::{Context, Watch};
use crate::engine::poller::Interest;
use crate::error::{Error, HandlerError};
use crate::feed::{caught, is_panic};
use crate::observe::Event;
use crate::request::Request;
use crate::response::Response;
use crate::send::{Facts, Sent, send};
use crate::unsent::Unsent;
use http_proto::{
    Framing, Method, ProtocolError, RequestHead, StatusCode, TargetForm, Verdict, Version, header,
    request_framing,
};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;

/// From this many bytes on, content is taken to come in pieces.
const LONG_BODY_BYTES: u64 = 32 * 1024;

/// What Expect asks for (RFC 9110 §10.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expectation {
    None,
    Continue,
    /// One that is not known: 417.
    Unknown,
}

fn expectation(head: &RequestHead) -> Expectation {
    // A server must ignore it in HTTP/1.0.
    if head.version == Version::HTTP_10 || !head.headers.contains("expect") {
        return Expectation::None;
    }
    let mut found = Expectation::None;
    for element in head.headers.list(header::EXPECT) {
        if !element.eq_ignore_ascii_case(b"100-continue") {
            return Expectation::Unknown;
        }
        found = Expectation::Continue;
    }
    found
}

/// What follows from the fields of a head, and from what else counts beside them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Concluded {
    version: Version,
    form: TargetForm,
    verdict: Verdict,
    expectation: Expectation,
}

impl Concluded {
    /// Of the head in `work`. Pipelined requests mostly have the fields of the one before them.
    fn of(work: &mut Work) -> Result<&Self, ProtocolError> {
        let head = &work.head;
        let (version, form) = (head.version, head.target.form());
        let is_same = |before: &Self| (before.version, before.form) == (version, form);
        if !work.parser.repeats_fields() || !work.concluded.as_ref().is_some_and(is_same) {
            work.concluded = None;
        }
        match &mut work.concluded {
            Some(before) => Ok(before),
            none => {
                let (verdict, expectation) = (request_framing(head)?, expectation(head));
                Ok(none.insert(Self { version, form, verdict, expectation }))
            }
        }
    }
}

/// The status for a request that no handler is to see, whose head breaks no rule.
fn refusal(expectation: Expectation, framing: Framing, context: &Context<'_>) -> Option<StatusCode> {
    match framing {
        // RFC 9110 §10.1.1.
        _ if expectation == Expectation::Unknown => Some(StatusCode::EXPECTATION_FAILED),
        Framing::Length(bytes) if bytes > context.limits.body_bytes_max => {
            Some(StatusCode::PAYLOAD_TOO_LARGE)
        }
        _ => None,
    }
}

impl Connection {
    /// Answers the request whose head is in `work`; `None` where the connection goes on in its phase.
    pub(super) fn exchange(
        &mut self,
        work: &mut Work,
        context: &Context<'_>,
        watch: &impl Watch,
    ) -> Option<Next> {
        self.requests = self.requests.saturating_add(1);
        watch.count_request();
        let verdict = self.admit(work, context, watch)?;
        self.link.begin_body();
        self.link.set_waits(true);
        let began = watch.begin();
        let mut result = self.call(work, context);
        let mut instead = None;
        let response = self.judge(&mut result, &mut instead, &work.head, context);
        // RFC 9112 §9.6: such a peer sends no more, so nothing of it can make a reset that overtakes the answer.
        self.heard_last =
            verdict.persistence.is_err() && matches!(verdict.framing, Framing::None | Framing::Length(0));
        let keep =
            verdict.persistence.is_ok() && context.speaks == Version::HTTP_11 && self.can_stay(work, context);
        work.io.opening.renew(watch.recent(), &context.server_name);
        let facts = Facts {
            method: &work.head.method,
            version: work.head.version.min(context.speaks),
            speaks: context.speaks,
            keep,
            // With content the switch would come in its middle.
            may_upgrade: work.head.version == Version::HTTP_11
                && matches!(verdict.framing, Framing::None | Framing::Length(0)),
            server: &context.server_name,
            pages: &context.error_pages,
            asked: Some(&work.head.headers),
            stopping: &context.stopping,
        };
        let queued = work.io.out.len();
        self.link.begin_answer();
        let sent = if response.is_data() {
            send(response, &facts, &mut self.link, &mut work.io)
        } else {
            // Bodies are code of the handler's, too.
            let send = || send(response, &facts, &mut self.link, &mut work.io);
            caught(send)
        };
        self.link.set_waits(false);
        watch.end(began);
        if work.io.unsent.is_some()
            && let Ok(Sent::Kept | Sent::Last) = sent
        {
            return self.answer_rest(matches!(sent, Ok(Sent::Kept)), queued, work, context, watch);
        }
        self.link.forget_until();
        self.after(sent, queued, work, context, watch)
    }

    /// The head of an answer is queued, and large content behind it is left to be sent.
    fn answer_rest(
        &mut self,
        keep: bool,
        queued: usize,
        work: &mut Work,
        context: &Context<'_>,
        watch: &impl Watch,
    ) -> Option<Next> {
        let waits = &context.counters.feeds;
        if watch.parks() && work.io.unsent.as_mut().is_none_or(|unsent| unsent.may_wait(waits)) {
            self.phase = Phase::Sending(Then::Answered { keep, queued });
            return None;
        }
        let began = watch.begin();
        let sent = work.io.send_all(&mut self.link, &context.stopping);
        watch.end(began);
        self.link.forget_until();
        let sent = match sent {
            Ok(()) => self.told(if keep { Sent::Kept } else { Sent::Last }, work, context),
            Err(error) => Err(error),
        };
        self.after(sent, queued, work, context, watch)
    }

    /// Tells whoever wants to know that an answer has gone out.
    pub(super) fn told(&self, sent: Sent, work: &mut Work, context: &Context<'_>) -> io::Result<Sent> {
        if self.tell(true, work, context) {
            return Ok(sent);
        }
        Err(io::Error::other("what wants to know what has been sent panicked"))
    }

    /// Tells what has become of an answer; whether whoever is told did not panic.
    fn tell(&self, complete: bool, work: &mut Work, context: &Context<'_>) -> bool {
        let is_told = work.io.tell_caught(complete);
        if !is_told {
            context.observe(&Event::HandlerPanicked { peer: self.peer.addr, head: &work.head });
        }
        is_told
    }

    /// What the head asks of the connection, ready to be handled; `None` where the request has been refused.
    fn admit(&mut self, work: &mut Work, context: &Context<'_>, watch: &impl Watch) -> Option<Verdict> {
        let (verdict, expectation) = match Concluded::of(work) {
            Ok(concluded) => (concluded.verdict, concluded.expectation),
            Err(error) => {
                self.refuse(error, Heard::Head, work, context, watch);
                return None;
            }
        };
        if let Some(status) = refusal(expectation, verdict.framing, context) {
            self.answer_unseen(Response::error_page(status), Heard::Head, work, context, watch);
            return None;
        }
        let expects = expectation == Expectation::Continue;
        work.io.begin_body(verdict.framing, expects, context.limits.body_bytes_max);
        // A long body comes in many pieces, and no thread is to be woken for each: its handler waits for them itself.
        let left = work.io.decoder.remaining_bytes().unwrap_or(u64::MAX);
        if left > LONG_BODY_BYTES && self.armed.is_some() && watch.mute(self.link.socket()) {
            self.armed = Some(Interest::Nothing);
        }
        Some(verdict)
    }

    /// What follows from an answer that has been sent, or has not. Behind the first `queued` bytes of the queue, it
    /// began.
    pub(super) fn after(
        &mut self,
        sent: io::Result<Sent>,
        queued: usize,
        work: &mut Work,
        context: &Context<'_>,
        watch: &impl Watch,
    ) -> Option<Next> {
        match sent {
            Ok(Sent::Kept) => {
                if !work.io.decoder.is_done() {
                    self.phase = Phase::Draining { bytes_left: context.limits.drain_bytes_max };
                    self.set_deadline(watch.now(), context.timeouts.stall);
                }
                None
            }
            Ok(Sent::Last) if self.heard_last && self.has_all(work) => {
                match self.send_queued(Then::Closing, work, context, watch) {
                    Ok(false) => None,
                    Ok(true) | Err(_) => Some(Next::Close),
                }
            }
            Ok(Sent::Last) => {
                self.begin_linger(work, context, watch);
                None
            }
            Ok(Sent::Upgrade(run)) => Some(Next::Upgrade(run)),
            Err(error) => {
                if is_panic(&error) {
                    context.observe(&Event::HandlerPanicked { peer: self.peer.addr, head: &work.head });
                }
                context.observe(&Event::AnswerCut { peer: self.peer.addr, error: &error });
                if !self.link.has_written() {
                    // The peer has seen nothing of it: there can be another.
                    work.io.out.truncate(queued);
                    work.io.unsent = None;
                    let page = Response::error_page(StatusCode::INTERNAL_SERVER_ERROR)
                        .telling(work.io.on_sent.take());
                    self.answer_fault(page, Heard::Head, work, context, watch);
                    return None;
                }
                // A body that panicked has left that to be done.
                self.tell(false, work, context);
                // What is queued is true as far as it goes: the peer sees that the rest is missing.
                if work.io.ends_with_connection {
                    self.link.reset_on_close();
                } else if self.send_last(work, watch).is_ok() {
                    self.link.shutdown_sending();
                }
                work.io.forget_unsent();
                Some(Next::Close)
            }
        }
    }

    /// Sends what is queued of an answer that has broken off, as far as there is room for it.
    fn send_last(&mut self, work: &mut Work, watch: &impl Watch) -> io::Result<()> {
        work.io.unsent = None;
        if watch.parks() {
            return work.io.send_on(&mut self.link, || watch.now()).map(drop);
        }
        work.io.flush(&mut self.link)
    }

    /// Runs the handler.
    fn call(&mut self, work: &mut Work, context: &Context<'_>) -> Result<Response, HandlerError> {
        let head = &work.head;
        // RFC 9112 §3.2.4: asks about the server in general.
        if head.target.form() == TargetForm::Asterisk {
            return Ok(Response::new(StatusCode::NO_CONTENT));
        }
        let mut request =
            Request::new(head, &mut self.link, &mut work.io, &self.peer, context.surroundings());
        let result = catch_unwind(AssertUnwindSafe(|| context.handler.handle(&mut request)));
        drop(request);
        result.unwrap_or_else(|_| {
            work.io.body_broken = true;
            context.observe(&Event::HandlerPanicked { peer: self.peer.addr, head });
            Ok(Response::error_page(StatusCode::INTERNAL_SERVER_ERROR))
        })
    }

    /// The response that is sent: the handler's, where it lies, or one that is put into `instead`.
    fn judge<'r>(
        &self,
        result: &'r mut Result<Response, HandlerError>,
        instead: &'r mut Option<Response>,
        head: &RequestHead,
        context: &Context<'_>,
    ) -> &'r mut Response {
        let response = match result {
            Ok(response) => {
                if let Some(error) = response.take_failure() {
                    self.report(&error, head, context);
                }
                if let Some(invalid) = response.invalid() {
                    response.replace(self.failed(&Error::from(invalid).into(), head, context));
                }
                response
            }
            Err(error) => instead.insert(self.failed(error, head, context)),
        };
        let status = response.status();
        let switches = status == StatusCode::SWITCHING_PROTOCOLS && response.is_tunnel();
        // RFC 9110 §15.2: the peer would wait for the answer behind it.
        if status.is_informational() && !switches {
            response.replace(self.failed(&Error::InterimAnswer(status).into(), head, context));
        }
        // RFC 9110 §9.3.6: the peer would take any 2xx for the beginning of a tunnel.
        if head.method == Method::CONNECT && response.status().is_success() && !response.is_tunnel() {
            response.replace(Response::error_page(StatusCode::NOT_IMPLEMENTED));
        }
        response
    }

    fn failed(&self, error: &HandlerError, head: &RequestHead, context: &Context<'_>) -> Response {
        self.report(error, head, context);
        Response::page_of(error)
    }

    fn report(&self, error: &HandlerError, head: &RequestHead, context: &Context<'_>) {
        let (peer, status) = (self.peer.addr, Error::status_of(&**error));
        context.observe(&if status.is_server_error() {
            Event::HandlerFailed { peer, head, error: &**error }
        } else {
            Event::HandlerRefused { peer, head, status, error: &**error }
        });
    }

    /// Whether another request may follow this one, as far as this side is concerned.
    fn can_stay(&self, work: &Work, context: &Context<'_>) -> bool {
        let io = &work.io;
        let drainable = io.decoder.is_done()
            || !io.expects_continue
                && io.decoder.remaining_bytes().is_none_or(|bytes| bytes <= context.limits.drain_bytes_max);
        drainable
            && !io.body_broken
            // RFC 9931: what stands behind a CONNECT that is refused may be meant for the tunnel, and of somebody else.
            && work.head.method != Method::CONNECT
            && self.requests < context.limits.requests_per_connection_max
            && !context.stopping.load(Ordering::Relaxed)
    }

    /// Answers a broken rule with its status and ends the connection.
    pub(super) fn refuse(
        &mut self,
        error: ProtocolError,
        heard: Heard,
        work: &mut Work,
        context: &Context<'_>,
        watch: &impl Watch,
    ) {
        context.observe(&Event::BadRequest { peer: self.peer.addr, error });
        let explain = error.to_string();
        let answer = Response::error_page_with(error.status_hint(), None, Some(&explain));
        self.answer_unseen(answer, heard, work, context, watch);
    }

    /// Answers what no handler sees, tells of it, and ends the connection.
    pub(super) fn answer_unseen(
        &mut self,
        response: Response,
        heard: Heard,
        work: &mut Work,
        context: &Context<'_>,
        watch: &impl Watch,
    ) {
        let status = response.status();
        // Sending forgets it.
        let line = match heard {
            Heard::Head => Vec::new(),
            Heard::Part => first_line(work.io.input.filled()).to_vec(),
        };
        self.send_fault(response, heard, work, context, watch);
        let peer = self.peer.addr;
        let head = (heard == Heard::Head).then_some(&work.head);
        let client = match (&context.proxies, head) {
            (Some(proxies), Some(head)) => proxies.client_addr(peer.map(|peer| peer.ip()), &head.headers),
            _ => peer.map(|peer| peer.ip().to_canonical()),
        };
        let content_bytes = work.io.sent_bytes + work.io.unsent.as_ref().map_or(0, Unsent::left);
        context.observe(&Event::Refused { peer, client, head, line: &line, status, content_bytes });
        self.begin_linger(work, context, watch);
    }

    /// Answers a request whose handler or answer failed, and ends the connection.
    fn answer_fault(
        &mut self,
        response: Response,
        heard: Heard,
        work: &mut Work,
        context: &Context<'_>,
        watch: &impl Watch,
    ) {
        self.send_fault(response, heard, work, context, watch);
        self.begin_linger(work, context, watch);
    }

    /// An answer to HEAD has no content whatever it says (RFC 9110 §9.3.2).
    fn send_fault(
        &mut self,
        mut response: Response,
        heard: Heard,
        work: &mut Work,
        context: &Context<'_>,
        watch: &impl Watch,
    ) {
        work.io.opening.renew(watch.now(), &context.server_name);
        let (method, asked) = match heard {
            Heard::Head => (&work.head.method, Some(&work.head.headers)),
            Heard::Part => (&Method::GET, None),
        };
        let facts = Facts {
            method,
            version: Version::HTTP_11,
            speaks: context.speaks,
            keep: false,
            may_upgrade: false,
            server: &context.server_name,
            pages: &context.error_pages,
            asked,
            stopping: &context.stopping,
        };
        // The page is small, so this only queues it; what can fail is the sending, and that ends the connection too.
        if send(&mut response, &facts, &mut self.link, &mut work.io).is_err() {
            work.io.forget_unsent();
        }
    }
}

/// The line that is to be a request's, as far as it has come, or the beginning of a long one.
fn first_line(input: &[u8]) -> &[u8] {
    const LINE_BYTES: usize = 1024;
    let begin = input.iter().position(|byte| !matches!(byte, b'\r' | b'\n')).unwrap_or(input.len());
    let line = input.get(begin..).unwrap_or_default();
    let end = line.iter().take(LINE_BYTES).position(|byte| *byte == b'\n');
    let line = line.get(..end.unwrap_or(LINE_BYTES.min(line.len()))).unwrap_or_default();
    line.strip_suffix(b"\r").unwrap_or(line)
}
