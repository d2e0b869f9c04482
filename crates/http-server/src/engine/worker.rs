//! A thread that serves: it waits for an event, goes with the connection as far as its bytes allow, and parks it.

use super::Shared;
use super::crowd::Desk;
use super::poller::{Interest, Key, Poller, Source};
use crate::clock;
use crate::connection::{Connection, Next, Work};
use crate::context::Watch;
use crate::observe::Event;
use crate::upgrade::Upgraded;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// Starts one more thread, unless there are enough already.
pub(super) fn start<P: Poller>(shared: &Arc<Shared<P>>) -> io::Result<()> {
    let Some(desk) = shared.crowd.join() else { return Ok(()) };
    let worker = Worker { shared: Arc::clone(shared), desk: Arc::clone(&desk), work: None };
    let started = std::thread::Builder::new().name("http-server".to_owned()).spawn(move || worker.run());
    started.map(drop).inspect_err(|_| shared.crowd.leave(&desk))
}

/// One thread.
struct Worker<P: Poller> {
    shared: Arc<Shared<P>>,
    desk: Arc<Desk>,
    /// Buffers without a connection.
    work: Option<Box<Work>>,
}

impl<P: Poller> Worker<P> {
    fn run(mut self) {
        loop {
            let timeout = self.shared.crowd.begin_wait();
            let event = self.shared.poller.wait(timeout);
            if self.shared.crowd.end_wait() {
                self.shared.keeper.wake();
            }
            if self.shared.is_finished() {
                break;
            }
            match event {
                Ok(Some(key)) => {
                    // Handlers are caught where they run. A fault of the engine's ends one connection, not a thread.
                    if catch_unwind(AssertUnwindSafe(|| self.event(key))).is_err() {
                        self.shared.remove(key);
                        self.work = None;
                    }
                }
                Ok(None) if timeout.is_some() => {
                    if self.shared.crowd.retire(&self.desk) {
                        return;
                    }
                }
                Ok(None) => {}
                Err(error) => {
                    self.shared.context.observe(&Event::AcceptFailed { error: &error });
                    std::thread::yield_now();
                }
            }
        }
        self.shared.crowd.leave(&self.desk);
        self.shared.tell_gone();
    }

    fn event(&mut self, key: Key) {
        if let Some(gate) = key.checked_sub(super::table::KEYS_END) {
            let shared = Arc::clone(&self.shared);
            if let Some((key, connection)) = shared.accept(gate) {
                self.serve(key, connection);
            }
        } else if let Some(connection) = self.shared.table.take(key) {
            self.serve(key, connection);
        }
    }

    /// Goes on with a connection and parks it, or ends it.
    fn serve(&mut self, key: Key, mut connection: Box<Connection>) {
        let shared = Arc::clone(&self.shared);
        let mut work = connection.take_work().unwrap_or_else(|| self.take_work());
        let next = connection.drive(&mut work, &shared.context, &self.watch());
        let interest = match next {
            Next::Wait => Interest::Read,
            Next::Again => Interest::Write,
            Next::Close => {
                drop(connection);
                shared.remove(key);
                self.put_work(work);
                return;
            }
            Next::Upgrade(run) => {
                self.upgrade(*connection, &mut work, run);
                shared.remove(key);
                self.put_work(work);
                return;
            }
        };
        if work.is_clean() {
            self.put_work(work);
        } else {
            connection.keep_work(work);
        }
        shared.park(key, connection, interest);
    }

    /// The handler of an upgraded connection has this thread as long as it likes.
    fn upgrade(&self, connection: Connection, work: &mut Work, run: Box<dyn FnOnce(Upgraded) + Send>) {
        let context = &self.shared.context;
        let peer = connection.peer().addr;
        let stream = match connection.into_upgraded(work, context) {
            Ok(stream) => stream,
            Err(error) => return context.observe(&Event::AnswerCut { peer, error: &error }),
        };
        let watch = self.watch();
        let began = watch.begin();
        if catch_unwind(AssertUnwindSafe(|| run(stream))).is_err() {
            context.observe(&Event::UpgradePanicked { peer });
        }
        watch.end(began);
    }

    fn watch(&self) -> DeskWatch<'_, P> {
        DeskWatch { shared: &self.shared, desk: &self.desk }
    }

    fn take_work(&mut self) -> Box<Work> {
        self.work.take().unwrap_or_else(|| Box::new(Work::new(self.shared.context.limits.message)))
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
}

impl<P: Poller> Watch for DeskWatch<'_, P> {
    fn begin(&self) -> Instant {
        let now = clock::now();
        let crowd = &self.shared.crowd;
        crowd.begin_handler(self.desk, now);
        if crowd.is_slow() && !crowd.someone_waits() && crowd.alive() < crowd.max {
            self.shared.keeper.grow();
        }
        now
    }

    fn end(&self, began: Instant) {
        self.shared.crowd.end_handler(self.desk, began, clock::now());
    }

    fn answers_wait(&self) -> bool {
        !self.shared.crowd.is_slow()
    }
}

impl<P: Poller> Shared<P> {
    /// Parks a connection until its next event or its deadline.
    pub(super) fn park(&self, key: Key, mut connection: Box<Connection>, interest: Interest) {
        let socket = Arc::clone(connection.socket());
        let known = connection.is_registered();
        connection.set_registered();
        // First into the table: the event may come before this thread goes on.
        let look_at = self.table.park(key, connection);
        let source = Source::Socket(&socket);
        let armed = if known {
            self.poller.arm(source, key, interest)
        } else {
            self.poller.add(source, key, interest)
        };
        match armed {
            Ok(()) => {
                if let Some(at) = look_at {
                    self.keeper.look_at(at, key);
                }
            }
            Err(error) => {
                self.context.observe(&Event::AcceptFailed { error: &error });
                if self.table.take(key).is_some() {
                    self.remove(key);
                }
            }
        }
        self.has_room();
        // The server may have begun to stop in between: then nobody else ends an idle connection, and once all threads
        // have gone, any.
        if self.is_stopping()
            && !self.handing_over.load(Ordering::SeqCst)
            && let Some(connection) = self.table.take(key)
        {
            if self.is_finished() || connection.is_idle() && !connection.has_input() {
                // It was busy when the stop began: what it has served since then was finished.
                if !connection.has_served() {
                    self.idle_closed.fetch_add(1, Ordering::SeqCst);
                }
                connection.hang_up();
                self.remove(key);
            } else {
                self.table.park(key, connection);
                // Its event may have come meanwhile.
                if self.poller.arm(source, key, interest).is_err() && self.table.take(key).is_some() {
                    self.remove(key);
                }
            }
        }
    }
}
