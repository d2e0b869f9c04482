//! A server without threads: one connection after the other, on the thread that asks for it. For tests, for a single
//! answer, and for handlers whose requests must not meet.

use crate::address_counts::Addresses;
use crate::clock;
use crate::connection::{Connection, Next, Owed, Work};
use crate::context::{Context, Unwatched};
use crate::engine::poller::{Interest, Key, Native, Poller, Ready, Source};
use crate::error::Error;
use crate::introduction::Introduction;
use crate::limits::Timeouts;
use crate::link::Link;
use crate::listener::{AcceptFault, Listening, effective};
use crate::observe::Event;
use crate::peer::Peer;
use crate::socket::Socket;
use std::fmt;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// A server that does everything on the thread that calls it, made by [`ServerBuilder::serial`].
///
/// Python: `HTTPServer`, as opposed to `ThreadingHTTPServer`. Connections that wait stay in the kernel's queue. All limits
/// and deadlines hold, so a silent client is waited for only as long as [`Timeouts`] allow.
///
/// ```
/// use http_server::{Request, Response, Server};
/// use std::io::{Read, Write};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut server = Server::bind("127.0.0.1:0")?.serial(|_: &mut Request<'_>| Response::text("once"))?;
/// let mut client = std::net::TcpStream::connect(server.addresses()[0])?;
/// client.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
///
/// server.handle_request()?;
///
/// let mut answer = String::new();
/// client.read_to_string(&mut answer)?;
/// assert!(answer.ends_with("once"));
/// # Ok(())
/// # }
/// ```
///
/// [`ServerBuilder::serial`]: crate::ServerBuilder::serial
/// [`Timeouts`]: crate::Timeouts
#[must_use = "it does nothing by itself"]
pub struct SerialServer<'h> {
    context: Context<'h>,
    listeners: Vec<Listening>,
    poller: Native,
    /// Room for what has arrived.
    ready: Vec<Ready>,
    addresses: Vec<SocketAddr>,
}

impl<'h> SerialServer<'h> {
    pub(crate) fn new(context: Context<'h>, listeners: Vec<Listening>) -> Result<Self, Error> {
        let poller = Native::new().map_err(Error::System)?;
        for (key, listening) in (0..).zip(&listeners) {
            listening.listener.prepare(&context.timeouts).map_err(Error::System)?;
            poller.add(Source::Listener(&listening.listener), key, Interest::Read).map_err(Error::System)?;
        }
        let addresses = listeners.iter().filter_map(Listening::address).collect();
        Ok(Self { context, listeners, poller, ready: Vec::new(), addresses })
    }

    /// The TCP addresses that it listens on, in the order of the builder, with the ports that were chosen.
    #[must_use]
    #[doc(alias = "server_address")]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Waits for a connection, answers its first request, and closes it. Python: `handle_request`.
    ///
    /// # Errors
    /// [`Error::System`] where the system cannot wait or accept. What goes wrong on the connection is told to the
    /// observer only, as is a handler's failure: then this is over, too.
    pub fn handle_request(&mut self) -> Result<(), Error> {
        self.next(None, 1).map(drop)
    }

    /// Like [`handle_request`](Self::handle_request), unless nobody connects for so long; whether somebody did. Python:
    /// `handle_request` of a server with `timeout`.
    ///
    /// # Errors
    /// As [`handle_request`](Self::handle_request).
    #[doc(alias = "handle_timeout")]
    pub fn handle_request_within(&mut self, timeout: Duration) -> Result<bool, Error> {
        self.next(clock::now().checked_add(timeout), 1)
    }

    /// Waits for a connection and answers its requests until it ends.
    ///
    /// # Errors
    /// As [`handle_request`](Self::handle_request).
    #[doc(alias = "process_request")]
    pub fn handle_connection(&mut self) -> Result<(), Error> {
        self.next(None, u32::MAX).map(drop)
    }

    /// Answers one connection after the other until the system refuses to. Python: `serve_forever`.
    ///
    /// # Errors
    /// As [`handle_request`](Self::handle_request).
    pub fn serve_forever(&mut self) -> Result<(), Error> {
        loop {
            self.handle_connection()?;
        }
    }

    /// Serves one connection, up to so many requests; whether there was one before the deadline.
    fn next(&mut self, deadline: Option<Instant>, requests_max: u32) -> Result<bool, Error> {
        loop {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(clock::now()));
            self.poller.wait(&mut self.ready, 1, left).map_err(Error::System)?;
            let Some(Ready { key, .. }) = self.ready.pop() else {
                match deadline {
                    Some(deadline) if deadline <= clock::now() => return Ok(false),
                    _ => continue,
                }
            };
            let accepted = self.accept(key);
            if let Some(listening) = usize::try_from(key).ok().and_then(|index| self.listeners.get(index)) {
                let source = Source::Listener(&listening.listener);
                self.poller.arm(source, key, Interest::Read).map_err(Error::System)?;
            }
            if let Some(connection) = accepted? {
                self.serve(connection, requests_max);
                return Ok(true);
            }
        }
    }

    /// The connection that waits at this listener, if it is one to be served.
    fn accept(&self, key: Key) -> Result<Option<Connection>, Error> {
        let context = &self.context;
        let Some(listening) = usize::try_from(key).ok().and_then(|index| self.listeners.get(index)) else {
            return Ok(None);
        };
        let (socket, peer) = match listening.accept(&context.timeouts) {
            Ok(accepted) => accepted,
            Err(error) if AcceptFault::of(&error) == AcceptFault::Passing => return Ok(None),
            Err(error) => return Err(Error::System(error)),
        };
        context.counters.accepted.fetch_add(1, Ordering::Relaxed);
        let mut introduction = None;
        if let Some(introducers) = &listening.introducers {
            if !introducers.contains_peer(peer.map(|peer| peer.ip())) {
                context.observe(&Event::IntroductionRefused { peer, error: None });
                return Ok(None);
            }
            introduction = Some(Box::new(Introduction::new(Addresses::default())));
        }
        let link = Link::new(Arc::new(socket), &context.timeouts);
        #[cfg(feature = "tls")]
        let link = match listening.new_session() {
            Some(session) => link.with_tls(session?),
            None => link,
        };
        Ok(Some(Connection::new(link, Peer { addr: peer, introduction }, context, clock::now())))
    }

    fn serve(&mut self, mut connection: Connection, requests_max: u32) {
        let context = &mut self.context;
        let usual = context.limits.requests_per_connection_max;
        context.limits.requests_per_connection_max = usual.min(requests_max);
        let mut work = Work::new(context.limits.message);
        loop {
            match connection.drive(&mut work, context, &Unwatched) {
                Next::Again => {}
                #[cfg(feature = "tls")]
                Next::Wait if connection.interest() == Interest::Write => {
                    if connection.wait_for_room().is_err() {
                        break;
                    }
                }
                Next::Wait => {
                    if !wait(connection.socket(), connection.deadline(), &context.timeouts)
                        && connection.expire(context, clock::now()) == Owed::Nothing
                    {
                        connection.hang_up();
                        break;
                    }
                }
                Next::Close => break,
                Next::Upgrade(run) => {
                    let peer = connection.peer().addr;
                    match connection.into_upgraded(&mut work, context) {
                        Ok(stream) => {
                            if catch_unwind(AssertUnwindSafe(|| run(stream))).is_err() {
                                context.observe(&Event::UpgradePanicked { peer });
                            }
                        }
                        Err(error) => context.observe(&Event::AnswerCut { peer, error: &error }),
                    }
                    break;
                }
            }
        }
        context.limits.requests_per_connection_max = usual;
    }
}

/// Waits until there is input or the end of it; not beyond the deadline. Whether there is.
fn wait(socket: &Socket, deadline: Option<Instant>, timeouts: &Timeouts) -> bool {
    let left = deadline.map(|deadline| deadline.saturating_duration_since(clock::now()));
    if left.is_some_and(|left| left.is_zero()) {
        return socket.has_input();
    }
    socket.wait_input(left, effective(timeouts.stall))
}

impl fmt::Debug for SerialServer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SerialServer").field("addresses", &self.addresses).finish_non_exhaustive()
    }
}
