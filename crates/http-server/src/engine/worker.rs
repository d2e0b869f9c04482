//! A thread that serves: it takes what has arrived, goes with each connection as far as its bytes allow, and parks it.

use super::Shared;
use super::crowd::{Crowd, Desk, Plan};
use super::poller::{EVENTS_MAX, Interest, Key, News, Poller, Ready, Source};
use super::stopwatch::Stopwatch;
use super::table::Parked;
use crate::connection::{Connection, Next, Work};
use crate::context::Watch;
use crate::observe::Event;
use crate::socket::Socket;
use crate::upgrade::Upgraded;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Starts one more thread, unless there are enough already.
pub(super) fn start<P: Poller>(shared: &Arc<Shared<P>>) -> io::Result<()> {
    let Some(desk) = shared.crowd.join() else { return Ok(()) };
    let worker = Worker {
        shared: Arc::clone(shared),
        desk: Arc::clone(&desk),
        work: None,
        events: Vec::with_capacity(EVENTS_MAX),
        surplus: Crowd::START,
        serving: None,
        stopwatch: shared.crowd.stopwatch(),
    };
    let started = std::thread::Builder::new().name("http-server".to_owned()).spawn(move || worker.run());
    started.map(drop).inspect_err(|_| shared.crowd.leave(&desk))
}

/// One thread.
struct Worker<P: Poller> {
    shared: Arc<Shared<P>>,
    desk: Arc<Desk>,
    /// Buffers without a connection.
    work: Option<Box<Work>>,
    /// Room for what has arrived.
    events: Vec<Ready>,
    surplus: u32,
    /// The connection that it serves, or served last.
    serving: Option<Key>,
    stopwatch: Stopwatch,
}

/// How a thread comes to its end.
enum End {
    /// With the server.
    Finished,
    /// There were more than enough: its place has been given back.
    Retired,
}

impl<P: Poller> Worker<P> {
    fn run(mut self) {
        let end = loop {
            match self.next() {
                // Handlers are caught where they run. A fault of the engine's ends one connection, not a thread.
                Ok(ready) => {
                    self.serving = None;
                    if catch_unwind(AssertUnwindSafe(|| self.event(ready))).is_err() {
                        // Of a connection that has just been accepted, the event has the listener's key.
                        if let Some(key) = self.serving.take() {
                            self.shared.remove(key);
                        }
                        self.work = None;
                    }
                }
                Err(end) => break end,
            }
        };
        if matches!(end, End::Finished) {
            self.shared.crowd.leave(&self.desk);
            self.shared.tell_gone();
        }
    }

    /// The next event, wherever it comes from.
    fn next(&mut self) -> Result<Ready, End> {
        loop {
            if self.shared.is_finished() {
                return Err(End::Finished);
            }
            if let Some((ready, more)) = self.shared.crowd.next(&self.desk) {
                if more {
                    self.shared.poller.nudge();
                }
                return Ok(ready);
            }
            match self.shared.crowd.begin_wait(&mut self.surplus) {
                Plan::Rest => {
                    self.count_handlers();
                    let was_called = self.shared.crowd.rest();
                    // However long that was: it is no handler's time, and nothing that follows began before its end.
                    self.stopwatch.take();
                    if !was_called && self.shared.crowd.retire(&self.desk) {
                        return Err(End::Retired);
                    }
                }
                Plan::Wait { max, timeout } => {
                    // Those on connections that have been closed have not been told of yet.
                    self.count_handlers();
                    let before = self.stopwatch.taken();
                    let waited = self.shared.poller.wait(&mut self.events, max, timeout);
                    let last = self.shared.crowd.end_wait();
                    self.stopwatch.take();
                    // A wait may also come back to have a look at what others have left.
                    let has_idled = timeout.is_some_and(|timeout| self.stopwatch.taken() - before >= timeout);
                    let count = self.events.len();
                    self.shared.crowd.share_out(count, max);
                    // The usual case with few clients: what is dealt with at once need not be laid on the desk.
                    let only = if count == 1 { self.events.pop() } else { None };
                    self.keep_events(last);
                    if let Some(ready) = only {
                        return Ok(ready);
                    }
                    if let Err(error) = waited {
                        self.shared.context.observe(&Event::AcceptFailed { error: &error });
                        std::thread::yield_now();
                    } else if count == 0 && has_idled && !last && self.shared.crowd.retire(&self.desk) {
                        return Err(End::Retired);
                    }
                }
            }
        }
    }

    /// Takes the time, and counts the handlers that have ended since it was taken.
    fn count_handlers(&self) {
        if let Some((ended, each)) = self.stopwatch.lap() {
            self.shared.crowd.count_handlers(ended, each);
        }
    }

    /// Keeps what has arrived, to be done one after the other. Should a handler block meanwhile, or should nobody be left
    /// waiting, somebody must notice.
    fn keep_events(&mut self, last: bool) {
        let several = self.events.len() > 1;
        if !self.events.is_empty() {
            self.shared.crowd.keep(&self.desk, self.events.drain(..));
        }
        if (last || several) && self.shared.crowd.ask() {
            self.shared.keeper.wake();
        }
    }

    fn event(&mut self, ready: Ready) {
        if let Some(gate) = ready.key.checked_sub(super::table::KEYS_END) {
            if let Some((key, connection)) = self.shared.accept(gate) {
                self.serve(key, connection, News::Input);
            }
        } else if let Some(connection) = self.shared.table.take_for(ready.key, ready.news) {
            self.serve(ready.key, connection, ready.news);
        }
    }

    /// Goes on with a connection and parks it, or ends it.
    fn serve(&mut self, key: Key, mut connection: Box<Connection>, mut news: News) {
        self.serving = Some(key);
        loop {
            let mut work = connection.take_work().unwrap_or_else(|| self.take_work());
            connection.note(news);
            match connection.drive(&mut work, &self.shared.context, &self.watch(key)) {
                Next::Wait => {
                    self.keep_work(&mut connection, work);
                    let interest = connection.interest();
                    match self.shared.park(key, connection, interest) {
                        None => return,
                        // Something has arrived meanwhile.
                        Some((same, more)) => (connection, news) = (same, more),
                    }
                }
                Next::Again => {
                    self.keep_work(&mut connection, work);
                    return self.line_up(key, connection);
                }
                Next::Close => {
                    drop(connection);
                    self.shared.remove(key);
                    return self.put_work(work);
                }
                Next::Upgrade(run) => {
                    self.upgrade(*connection, &mut work, run, key);
                    self.shared.remove(key);
                    return self.put_work(work);
                }
            }
        }
    }

    /// Puts a connection with a request that waits behind all that have arrived by now.
    fn line_up(&mut self, key: Key, connection: Box<Connection>) {
        let interest = connection.armed().unwrap_or(Interest::Read);
        self.shared.set_down(key, connection, interest);
        let arrived = self.shared.poller.wait(&mut self.events, EVENTS_MAX, Some(Duration::ZERO));
        if let Err(error) = arrived {
            self.shared.context.observe(&Event::AcceptFailed { error: &error });
        }
        let last = Ready { key, news: News::End };
        if self.shared.crowd.is_slow() {
            self.events.push(last);
            self.events.drain(..).for_each(|ready| self.shared.crowd.leave_event(ready));
            self.shared.poller.nudge();
        } else {
            self.events.push(last);
            self.keep_events(false);
        }
    }

    /// The handler of an upgraded connection has this thread as long as it likes.
    fn upgrade(
        &self,
        connection: Connection,
        work: &mut Work,
        run: Box<dyn FnOnce(Upgraded) + Send>,
        key: Key,
    ) {
        let context = &self.shared.context;
        let peer = connection.peer().addr;
        let watch = self.watch(key);
        if connection.armed().is_some() {
            watch.mute(connection.socket());
        }
        let stream = match connection.into_upgraded(work, context) {
            Ok(stream) => stream,
            Err(error) => return context.observe(&Event::AnswerCut { peer, error: &error }),
        };
        let began = watch.begin();
        if catch_unwind(AssertUnwindSafe(|| run(stream))).is_err() {
            context.observe(&Event::UpgradePanicked { peer });
        }
        watch.end(began);
    }

    fn watch(&self, key: Key) -> DeskWatch<'_, P> {
        DeskWatch { shared: &self.shared, desk: &self.desk, stopwatch: &self.stopwatch, key }
    }

    fn take_work(&mut self) -> Box<Work> {
        self.work.take().unwrap_or_else(|| Box::new(Work::new(self.shared.context.limits.message)))
    }

    /// Keeps the buffers for the next connection, or lets this one have them if it has bytes in them.
    fn keep_work(&mut self, connection: &mut Connection, work: Box<Work>) {
        if work.is_clean() && !connection.is_sending() {
            if self.work.is_none() && work.is_small() {
                self.work = Some(work);
            }
        } else {
            connection.keep_work(work);
        }
    }

    fn put_work(&mut self, mut work: Box<Work>) {
        if self.work.is_none() && work.make_clean() {
            self.work = Some(work);
        }
    }
}

/// Tells the crowd when handlers begin and end.
struct DeskWatch<'w, P> {
    shared: &'w Shared<P>,
    desk: &'w Desk,
    stopwatch: &'w Stopwatch,
    key: Key,
}

/// Handlers that may end before somebody looks whether it is time to take the time: of pipelined requests whose handlers
/// turn out to be slow, no more answers wait for others, and dates are no older.
const UNTIMED_MAX: u32 = 4;

impl<P> DeskWatch<'_, P> {
    /// Takes the time, if some has passed, and counts the handlers that have ended since it was taken.
    fn glance(&self) {
        if let Some((ended, each)) = self.stopwatch.glance() {
            self.shared.crowd.count_handlers(ended, each);
        }
    }
}

impl<P: Poller> Watch for DeskWatch<'_, P> {
    fn now(&self) -> Instant {
        self.glance();
        self.stopwatch.taken()
    }

    fn count_request(&self) {
        self.desk.count_request();
    }

    fn recent(&self) -> Instant {
        self.stopwatch.taken()
    }

    #[inline]
    fn begin(&self) -> Instant {
        let crowd = &self.shared.crowd;
        let is_slow = crowd.is_slow();
        if is_slow {
            // What was sent meanwhile is no time of the handler's.
            self.stopwatch.take();
        }
        self.desk.begin_handler(self.stopwatch.stamp());
        if is_slow && !crowd.someone_waits() && !crowd.call() && crowd.alive() < crowd.max {
            self.shared.keeper.grow();
        }
        self.stopwatch.taken()
    }

    #[inline]
    fn end(&self, began: Instant) {
        let crowd = &self.shared.crowd;
        self.desk.end_handler();
        if crowd.is_slow() {
            self.stopwatch.take();
            crowd.count_handlers(1, self.stopwatch.taken().saturating_duration_since(began));
        } else if self.stopwatch.end_handler().is_multiple_of(UNTIMED_MAX) {
            self.glance();
        }
    }

    fn begin_sending(&self) {
        match self.stopwatch.lap() {
            Some((ended, each)) => self.shared.crowd.count_handlers(ended, each),
            None => self.stopwatch.take(),
        }
        self.desk.begin_handler(self.stopwatch.stamp());
    }

    fn end_sending(&self) {
        self.desk.end_handler();
        self.stopwatch.take();
    }

    fn answers_wait(&self) -> bool {
        !self.shared.crowd.is_slow()
    }

    fn mute(&self, socket: &Socket) -> bool {
        self.shared.poller.arm(Source::Socket(socket), self.key, Interest::Nothing).is_ok()
    }
}

impl<P: Poller> Shared<P> {
    /// Parks a connection until its next event or its deadline; gives it back if something has arrived for it since it
    /// was taken.
    pub(super) fn park(
        &self,
        key: Key,
        mut connection: Box<Connection>,
        interest: Interest,
    ) -> Option<(Box<Connection>, News)> {
        // While it is this thread's: what the poller tells from now on is noted in the table, and nobody else can arm it for
        // something else meanwhile.
        if !self.arm(key, &mut connection, interest) {
            drop(connection);
            self.remove(key);
            return None;
        }
        match self.table.park(key, connection) {
            Parked::Waits(look_at) => self.parked(key, interest, look_at),
            Parked::Has(news, connection) => return Some((connection, news)),
            Parked::Gone => {}
        }
        None
    }

    /// Has some thread go on with a connection that no thread serves, though nothing has arrived for it.
    pub(super) fn put_in_hand(&self, key: Key, connection: Box<Connection>) {
        let interest = connection.armed().unwrap_or(Interest::Read);
        self.set_down(key, connection, interest);
        self.crowd.leave_event(Ready { key, news: News::End });
        self.poller.nudge();
    }

    /// Parks a connection that no thread serves, whatever has arrived for it: then some thread is told.
    pub(super) fn put_back(&self, key: Key, connection: Box<Connection>, interest: Interest) {
        if let Some(news) = self.set_down(key, connection, interest) {
            self.crowd.leave_event(Ready { key, news });
            self.poller.nudge();
        }
    }

    /// Parks a connection, and says what has arrived for it since it was taken: the caller sees to it.
    fn set_down(&self, key: Key, mut connection: Box<Connection>, interest: Interest) -> Option<News> {
        if !self.arm(key, &mut connection, interest) {
            drop(connection);
            self.remove(key);
            return None;
        }
        let (news, look_at) = self.table.set_down(key, connection)?;
        self.parked(key, interest, look_at);
        news
    }

    /// Has the poller tell of `interest`, unless it does so anyway; whether it will.
    fn arm(&self, key: Key, connection: &mut Connection, interest: Interest) -> bool {
        let armed = connection.armed();
        if !P::TELLS_ONCE && armed == Some(interest) && interest != Interest::Nothing {
            return true;
        }
        let source = Source::Socket(connection.socket());
        let told = match armed {
            Some(_) => self.poller.arm(source, key, interest),
            None => self.poller.add(source, key, interest),
        };
        match told {
            Ok(()) => connection.set_armed(Some(interest)),
            Err(error) => {
                self.context.observe(&Event::AcceptFailed { error: &error });
                return false;
            }
        }
        true
    }

    /// What is left to do for a connection that lies in the table.
    fn parked(&self, key: Key, interest: Interest, look_at: Option<Instant>) {
        if let Some(at) = look_at {
            self.keeper.look_at(at, key);
        }
        self.has_room();
        if self.is_stopping() && !self.handing_over.load(Ordering::SeqCst) {
            self.end_if_idle(key, interest);
        }
    }

    /// The server may have begun to stop before a connection was parked: then nobody else ends an idle one, and once all
    /// threads have gone, any.
    fn end_if_idle(&self, key: Key, interest: Interest) {
        let Some(connection) = self.table.take(key) else { return };
        if self.is_finished() || connection.is_idle() && !connection.has_input() {
            // It was busy when the stop began: what it has served since then was finished.
            if !connection.has_served() {
                self.idle_closed.fetch_add(1, Ordering::SeqCst);
            }
            connection.hang_up();
            self.remove(key);
            return;
        }
        // Its event may have come meanwhile.
        if P::TELLS_ONCE && self.poller.arm(Source::Socket(connection.socket()), key, interest).is_err() {
            drop(connection);
            self.remove(key);
        } else if let Some((Some(news), _)) = self.table.set_down(key, connection) {
            self.crowd.leave_event(Ready { key, news });
            self.poller.nudge();
        }
    }
}
