//! What a peer is owed: as much of it as there is room for goes at once, and the connection is parked until there is more.

use super::{Connection, Next, Phase, Work};
use crate::context::{Context, Watch};
use crate::observe::Event;
use crate::send::Sent;
use crate::traffic::Going;
use crate::unsent::Unsent;
use std::io;
use std::sync::atomic::Ordering;

/// What follows once all has been sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// What follows from an answer that has gone out. It began behind the first `queued` bytes of the queue.
    Answered { keep: bool, queued: usize },
    /// The next head, or the rest of it.
    Head,
    /// The handler for the head that has been read.
    Exchange,
    /// The rest of content that the handler left unread.
    Draining { bytes_left: u64 },
    /// The word that nothing follows, and the peer's end.
    Lingering,
    /// The peer's end: that word has been said.
    Goodbye,
    /// This side's end.
    Closing,
}

impl Connection {
    /// Whether it waits for room for what the peer is owed.
    pub(crate) const fn is_sending(&self) -> bool {
        matches!(self.phase, Phase::Sending(_))
    }

    /// Ends a connection whatever is under way, without waiting.
    pub(crate) fn cut(mut self, context: &Context<'_>) {
        if let (Phase::Sending(then), Some(mut work)) = (self.phase, self.work.take()) {
            self.cut_off(then, &io::ErrorKind::ConnectionAborted.into(), &mut work, context);
        }
    }

    /// An answer that was under way breaks off.
    fn cut_off(&self, then: Then, error: &io::Error, work: &mut Work, context: &Context<'_>) {
        if matches!(then, Then::Answered { .. } | Then::Lingering | Then::Closing) {
            context.observe(&Event::AnswerCut { peer: self.peer.addr, error });
            if work.io.ends_with_connection {
                // Or it would be taken for a whole one.
                self.link.reset_on_close();
            }
        }
        work.io.forget_unsent();
    }

    /// Nothing more is sent than what is queued; what the peer has on its way is read for a moment.
    pub(super) fn begin_linger(&mut self, work: &mut Work, context: &Context<'_>, watch: &impl Watch) {
        work.parser.reset();
        self.in_head = false;
        match self.send_queued(Then::Lingering, work, context, watch) {
            Ok(true) => {
                work.io.tell_caught(true);
                if !self.say_goodbye(work, watch) {
                    return;
                }
            }
            Ok(false) => return,
            Err(_) => work.io.forget_unsent(),
        }
        self.linger_on(context, watch);
    }

    /// Reads on for a moment.
    fn linger_on(&mut self, context: &Context<'_>, watch: &impl Watch) {
        const LINGER_BYTES: u64 = 1 << 20;
        self.set_deadline(watch.now(), context.timeouts.linger);
        self.phase = Phase::Lingering { bytes_left: LINGER_BYTES };
    }

    /// Tells the peer that nothing follows; whether that has gone out. If not, it waits for room.
    fn say_goodbye(&mut self, work: &mut Work, watch: &impl Watch) -> bool {
        if !watch.parks() {
            self.link.finish();
            return true;
        }
        self.link.say_goodbye();
        match work.io.send_on(&mut self.link, || watch.now()) {
            Ok(Going::NoRoom { until }) => {
                self.deadline = until;
                self.phase = Phase::Sending(Then::Goodbye);
                return false;
            }
            // A peer that takes no more has been cut off indeed.
            Ok(_) | Err(_) => self.link.shutdown_sending(),
        }
        true
    }

    /// Sends what is queued, and what is left of an answer; whether that was all. If not, it waits for room in a phase of
    /// its own, and then for what follows.
    pub(super) fn send_queued(
        &mut self,
        then: Then,
        work: &mut Work,
        context: &Context<'_>,
        watch: &impl Watch,
    ) -> io::Result<bool> {
        let io = &mut work.io;
        if io.out.is_empty() && io.unsent.is_none() {
            return Ok(true);
        }
        if !watch.parks() {
            io.send_all(&mut self.link, &context.stopping)?;
            return Ok(true);
        }
        let going = io.send_on(&mut self.link, || watch.now())?;
        if self.pause(going).is_some() {
            self.phase = Phase::Sending(then);
            return Ok(false);
        }
        Ok(true)
    }

    /// What to do until there is room, or it is this connection's turn again; `None` where all has gone.
    fn pause(&mut self, going: Going) -> Option<Next> {
        self.held = matches!(going, Going::Held { .. });
        let (until, next) = match going {
            Going::Gone => return None,
            Going::NoRoom { until } => (until, Next::Wait),
            Going::Held { until } => {
                (Some(self.link.until().map_or(until, |end| end.min(until))), Next::Wait)
            }
            Going::Turn => (None, Next::Again),
        };
        self.deadline = until;
        Some(next)
    }

    /// Sends on what the peer is owed; `None` where the phase has changed.
    pub(super) fn send_on(
        &mut self,
        then: Then,
        work: &mut Work,
        context: &Context<'_>,
        watch: &impl Watch,
    ) -> Option<Next> {
        if context.stopping.load(Ordering::Relaxed) {
            work.io.release();
        }
        // What a reader takes is its handler's time.
        let began = work.io.unsent.as_ref().is_some_and(Unsent::is_code).then(|| watch.begin());
        if began.is_none() {
            watch.begin_sending();
        }
        // What is held back has its time: whoever comes earlier has heard that the connection is broken.
        let broken =
            (self.held && self.deadline.is_some()).then(|| self.link.socket().take_error()).flatten();
        let going = match broken {
            Some(error) => Err(error),
            None => work.io.send_on(&mut self.link, || watch.now()),
        };
        match began {
            Some(began) => watch.end(began),
            None => watch.end_sending(),
        }
        match going {
            Ok(going) => match self.pause(going) {
                None => self.go_on(then, work, context, watch),
                next => next,
            },
            Err(error) => match then {
                Then::Answered { queued, .. } => self.after(Err(error), queued, work, context, watch),
                _ => {
                    self.cut_off(then, &error, work, context);
                    Some(Next::Close)
                }
            },
        }
    }

    /// All has been sent: what was to follow does. `None` where the phase has changed.
    fn go_on(
        &mut self,
        then: Then,
        work: &mut Work,
        context: &Context<'_>,
        watch: &impl Watch,
    ) -> Option<Next> {
        self.phase = Phase::Head;
        match then {
            Then::Answered { keep, queued } => {
                self.link.forget_until();
                let sent = self.told(if keep { Sent::Kept } else { Sent::Last }, work, context);
                return self.after(sent, queued, work, context, watch);
            }
            Then::Head => {}
            Then::Exchange => return self.exchange(work, context, watch),
            Then::Draining { bytes_left } => {
                self.set_deadline(watch.now(), context.timeouts.stall);
                self.phase = Phase::Draining { bytes_left };
            }
            Then::Lingering => self.begin_linger(work, context, watch),
            Then::Goodbye => {
                self.link.shutdown_sending();
                self.linger_on(context, watch);
            }
            Then::Closing => return Some(Next::Close),
        }
        None
    }
}
