//! Connections onto threads: a thread accepts, each connection has one of its own that sleeps until there is input.

use crate::clock;
use crate::connection::{Connection, Next, Peer, Work};
use crate::context::Context;
use crate::error::Error;
use crate::link::Link;
use crate::observe::Event;
use crate::server::ShutdownReport;
use crate::socket::Socket;
use std::collections::HashMap;
use std::net::{Shutdown, SocketAddr, TcpListener};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

#[derive(Debug)]
pub(crate) struct Listening {
    listener: TcpListener,
    #[cfg(feature = "tls")]
    tls: Option<crate::tls::TlsConfig>,
}

impl Listening {
    pub(crate) fn tcp(listener: TcpListener) -> Result<Self, Error> {
        Ok(Self {
            listener,
            #[cfg(feature = "tls")]
            tls: None,
        })
    }
    #[cfg(feature = "tls")]
    pub(crate) fn with_tls(mut self, tls: crate::tls::TlsConfig) -> Self {
        self.tls = Some(tls);
        self
    }
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        self.listener.local_addr().ok()
    }
}

#[derive(Debug, Default)]
struct Open {
    next: u64,
    sockets: HashMap<u64, Arc<Socket>>,
}

pub(crate) struct Engine {
    shared: Arc<(Context<'static>, Mutex<Open>, Condvar)>,
    addresses: Vec<SocketAddr>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

impl Engine {
    pub(crate) fn start(
        context: Context<'static>,
        listeners: Vec<Listening>,
        _threads_max: Option<usize>,
    ) -> Result<Self, Error> {
        let shared = Arc::new((context, Mutex::default(), Condvar::new()));
        let addresses = listeners.iter().filter_map(Listening::address).collect();
        for listening in listeners {
            let shared = Arc::clone(&shared);
            std::thread::Builder::new().spawn(move || accept(&listening, &shared)).map_err(Error::System)?;
        }
        Ok(Self { shared, addresses })
    }

    pub(crate) fn wait(&self) {
        let guard = self.shared.1.lock().unwrap_or_else(PoisonError::into_inner);
        let stopping = &self.shared.0.stopping;
        drop(
            self.shared
                .2
                .wait_while(guard, |_| !stopping.load(std::sync::atomic::Ordering::Relaxed))
                .unwrap_or_else(PoisonError::into_inner),
        );
    }

    pub(crate) fn stop(&self) {
        self.shared.0.stopping.store(true, std::sync::atomic::Ordering::Relaxed);
        for address in &self.addresses {
            drop(std::net::TcpStream::connect(address));
        }
        self.shared.2.notify_all();
    }

    pub(crate) fn shutdown(&self, grace: Duration) -> ShutdownReport {
        let began = clock::now();
        self.stop();
        let guard = self.shared.1.lock().unwrap_or_else(PoisonError::into_inner);
        for socket in guard.sockets.values() {
            socket.shutdown(Shutdown::Read);
        }
        let (guard, _) = self
            .shared
            .2
            .wait_timeout_while(guard, grace, |open| !open.sockets.is_empty())
            .unwrap_or_else(PoisonError::into_inner);
        for socket in guard.sockets.values() {
            socket.shutdown(Shutdown::Both);
        }
        ShutdownReport {
            cut: guard.sockets.len(),
            elapsed: clock::now() - began,
            ..ShutdownReport::default()
        }
    }
}

fn accept(listening: &Listening, shared: &Arc<(Context<'static>, Mutex<Open>, Condvar)>) {
    let context = &shared.0;
    loop {
        let accepted = listening.listener.accept();
        if context.stopping.load(std::sync::atomic::Ordering::Relaxed) {
            return;
        }
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                context.observe(&Event::AcceptFailed { error: &error });
                std::thread::sleep(Duration::from_millis(50));
                continue;
            }
        };
        drop(stream.set_nodelay(true));
        let socket = Arc::new(Socket::Tcp(stream));
        drop(socket.set_timeouts(Some(context.timeouts.stall), Some(context.timeouts.stall)));
        let link = Link::new(Arc::clone(&socket), &context.timeouts);
        #[cfg(feature = "tls")]
        let link = match &listening.tls {
            Some(tls) => match crate::tls::Session::new(tls) {
                Ok(session) => link.with_tls(Some(Box::new(session))),
                Err(_) => continue,
            },
            None => link,
        };
        let connection = Connection::new(link, Peer { addr: Some(peer) }, context);
        let shared = Arc::clone(shared);
        let spawned = std::thread::Builder::new().spawn(move || serve(connection, socket, &shared));
        if let Err(error) = spawned {
            context.observe(&Event::ThreadFailed { error: &error });
        }
    }
}

fn serve(mut connection: Connection, socket: Arc<Socket>, shared: &(Context<'static>, Mutex<Open>, Condvar)) {
    let (context, open, changed) = shared;
    let id = {
        let mut open = open.lock().unwrap_or_else(PoisonError::into_inner);
        open.next += 1;
        let id = open.next;
        open.sockets.insert(id, Arc::clone(&socket));
        id
    };
    let mut work = Work::new(context.limits.message);
    loop {
        match connection.drive(&mut work, context) {
            Next::Again => {}
            Next::Close => break,
            Next::Wait => {
                let left =
                    connection.deadline().map(|deadline| deadline.saturating_duration_since(clock::now()));
                if !socket.wait_readable(left) {
                    if let Next::Close = connection.expire(&mut work, context) {
                        break;
                    }
                }
            }
            Next::Upgrade(run) => {
                if let Ok(stream) = connection.into_upgraded(&mut work, context) {
                    run(stream);
                }
                break;
            }
        }
    }
    open.lock().unwrap_or_else(PoisonError::into_inner).sockets.remove(&id);
    changed.notify_all();
}
