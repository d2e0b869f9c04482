//! A connection whose peer is a test: bytes in, bytes out, and a clock that goes on when it is told to.

use crate::clock;
use crate::connection::{Connection, Next, Owed, Work};
use crate::context::{Context, Counters, Watch};
use crate::error_page::ErrorPages;
use crate::handler::Handler;
use crate::limits::{Limits, Timeouts};
use crate::link::Link;
use crate::peer::Peer;
use crate::socket::{Script, Socket};
use http_proto::Version;
use std::cell::Cell;
use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// One connection of a server without the server: the same states, limits and deadlines as on a network, driven by a test
/// step by step. Nothing waits: what [`Throttled`](crate::Throttled) holds back comes with [`advance`](Self::advance).
///
/// A handler that reads content which has not been sent yet finds a peer that is too slow, and so does one that reads
/// from an upgraded stream: send first what is to be read.
///
/// ```
/// use http_server::{Request, Response, testing};
/// use std::time::Duration;
///
/// let mut connection = testing::connect(|_: &mut Request<'_>| Response::text("hello"));
/// connection.send("GET / HTTP/1.1\r\n");
/// assert!(connection.received().is_empty());
/// connection.send("Host: localhost\r\n\r\n");
/// assert!(connection.received().ends_with(b"hello"));
///
/// // A head that is not finished within ten seconds is refused.
/// connection.send("GET ");
/// connection.advance(Duration::from_secs(9));
/// assert!(connection.received().is_empty());
/// connection.advance(Duration::from_secs(1));
/// assert!(connection.received().starts_with(b"HTTP/1.1 408 "));
/// assert!(connection.is_over());
/// ```
#[must_use]
pub struct ScriptedConnection<'h> {
    context: Context<'h>,
    /// `None` once it is closed.
    connection: Option<Connection>,
    work: Work,
    socket: Arc<Socket>,
    watch: ScriptedWatch,
}

/// The clock of a script.
struct ScriptedWatch {
    now: Cell<Instant>,
}

impl Watch for ScriptedWatch {
    fn now(&self) -> Instant {
        self.now.get()
    }
}

impl<'h> ScriptedConnection<'h> {
    pub(super) fn new(
        handler: impl Handler + 'h,
        peer: Option<SocketAddr>,
        limits: Limits,
        timeouts: Timeouts,
    ) -> Self {
        Self::within(
            Context {
                handler: Box::new(handler),
                per_address_default: usize::MAX,
                limits,
                timeouts,
                server_name: Vec::new(),
                speaks: Version::HTTP_11,
                stopping: Arc::new(AtomicBool::new(false)),
                observer: Box::new(|_| {}),
                proxies: None,
                error_pages: ErrorPages::default(),
                counters: Counters::default(),
            },
            peer,
        )
    }

    pub(super) fn within(context: Context<'h>, peer: Option<SocketAddr>) -> Self {
        let now = clock::now();
        let script = Script { open: true, ..Script::default() };
        let socket = Arc::new(Socket::Memory(Box::new(Mutex::new(script))));
        let link = Link::new(Arc::clone(&socket), &context.timeouts);
        let connection = Connection::new(link, Peer { addr: peer, introduction: None }, &context, now);
        let work = Work::new(context.limits.message);
        let watch = ScriptedWatch { now: Cell::new(now) };
        Self { context, connection: Some(connection), work, socket, watch }
    }

    /// The peer sends these bytes, and the connection goes as far as they allow.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        if let Some(mut script) = self.script() {
            script.input.get_mut().extend_from_slice(bytes.as_ref());
        }
        self.drive()
    }

    /// The peer says that it sends no more.
    pub fn end_sending(&mut self) -> &mut Self {
        if let Some(mut script) = self.script() {
            script.open = false;
        }
        self.drive()
    }

    /// The peer goes away: whatever is sent to it fails, and [`Request::client_gone`](crate::Request::client_gone) says so.
    pub fn go_away(&mut self) -> &mut Self {
        if let Some(mut script) = self.script() {
            script.gone = true;
        }
        self.drive()
    }

    /// The server begins to shut down.
    pub fn begin_shutdown(&mut self) -> &mut Self {
        self.context.stopping.store(true, Ordering::Relaxed);
        self
    }

    /// Time goes by without a byte, and the deadlines within it pass.
    pub fn advance(&mut self, time: Duration) -> &mut Self {
        let end = self.watch.now.get() + time;
        while let Some(deadline) = self.connection.as_ref().and_then(Connection::deadline)
            && deadline <= end
        {
            self.watch.now.set(deadline.max(self.watch.now.get()));
            let Some(mut connection) = self.connection.take() else { break };
            if connection.expire(&self.context, self.watch.now.get()) == Owed::Nothing {
                connection.hang_up();
            } else {
                self.connection = Some(connection);
                self.drive();
            }
        }
        self.watch.now.set(end);
        self
    }

    /// Lets the time go by for which an answer is held back, until it is whole.
    pub(super) fn wait_for_held(&mut self) -> &mut Self {
        while let Some(due) =
            self.connection.as_ref().filter(|own| own.is_held()).and_then(Connection::deadline)
        {
            self.advance(due.saturating_duration_since(self.watch.now.get()));
        }
        self
    }

    /// What the peer has received since this was asked last.
    #[must_use]
    pub fn received(&mut self) -> Vec<u8> {
        self.script().map(|mut script| std::mem::take(&mut script.output)).unwrap_or_default()
    }

    /// Whether the server has ended the connection: nothing more will be received.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.connection.is_none() || self.script().is_some_and(|script| script.ended)
    }

    fn script(&self) -> Option<MutexGuard<'_, Script>> {
        match &*self.socket {
            Socket::Memory(script) => Some(script.lock().unwrap_or_else(PoisonError::into_inner)),
            _ => None,
        }
    }

    fn drive(&mut self) -> &mut Self {
        while let Some(mut connection) = self.connection.take() {
            match connection.drive(&mut self.work, &self.context, &self.watch) {
                Next::Again => self.connection = Some(connection),
                Next::Wait => {
                    self.connection = Some(connection);
                    break;
                }
                Next::Close => {}
                Next::Upgrade(run) => {
                    if let Ok(stream) = connection.into_upgraded(&mut self.work, &self.context) {
                        run(stream);
                    }
                }
            }
        }
        self
    }
}

impl fmt::Debug for ScriptedConnection<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScriptedConnection").field("is_over", &self.is_over()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
