//! A stretch of network that misbehaves on purpose: it stands between a client and a server, hands bytes on in both
//! directions in order, and at one byte splits, waits, ends or resets.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use socket2::SockRef;

/// Which way the bytes go that suffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    ToServer,
    ToClient,
}

/// What happens at the byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Bytes before it and from it on arrive apart.
    Split,
    /// Every byte arrives alone.
    Dribble,
    /// A pause.
    Wait(Duration),
    /// This way ends with a FIN; the other goes on.
    End,
    /// Both ways end with a RST.
    Reset,
}

/// One fault on one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) way: Way,
    pub(crate) kind: Kind,
    /// So many bytes pass before it.
    pub(crate) at: u64,
}

/// How many bytes have passed on the last connection, by way.
#[derive(Debug, Default)]
struct Passed {
    to_server: AtomicU64,
    to_client: AtomicU64,
}

/// The stretch of network. It carries one connection after the other, each with the fault that was set last.
#[derive(Debug)]
pub(crate) struct FaultyPath {
    address: SocketAddr,
    fault: Arc<Mutex<Option<Fault>>>,
    passed: Arc<Passed>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl FaultyPath {
    pub(crate) fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let fault = Arc::new(Mutex::new(None));
        let passed = Arc::new(Passed::default());
        let stop = Arc::new(AtomicBool::new(false));
        let thread = std::thread::spawn({
            let (fault, passed, stop) = (Arc::clone(&fault), Arc::clone(&passed), Arc::clone(&stop));
            move || {
                for client in listener.incoming() {
                    if stop.load(Ordering::SeqCst) {
                        return;
                    }
                    let fault = *fault.lock().unwrap_or_else(PoisonError::into_inner);
                    if let (Ok(client), Ok(server)) = (client, TcpStream::connect(server)) {
                        carry(&client, &server, fault, &passed);
                    }
                }
            }
        });
        Self { address, fault, passed, stop, thread: Some(thread) }
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What the next connection suffers.
    pub(crate) fn set(&self, fault: Option<Fault>) {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    /// How many bytes the last connection has carried.
    pub(crate) fn passed(&self, way: Way) -> u64 {
        match way {
            Way::ToServer => self.passed.to_server.load(Ordering::SeqCst),
            Way::ToClient => self.passed.to_client.load(Ordering::SeqCst),
        }
    }
}

impl Drop for FaultyPath {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address)); // wakes the thread
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

/// Hands bytes on both ways until both have ended.
fn carry(client: &TcpStream, server: &TcpStream, fault: Option<Fault>, passed: &Passed) {
    drop((client.set_nodelay(true), server.set_nodelay(true)));
    let on = |way| fault.filter(|fault| fault.way == way);
    passed.to_server.store(0, Ordering::SeqCst);
    passed.to_client.store(0, Ordering::SeqCst);
    std::thread::scope(|scope| {
        scope.spawn(|| hand_on(client, server, on(Way::ToServer), &passed.to_server));
        hand_on(server, client, on(Way::ToClient), &passed.to_client);
    });
}

/// Hands bytes on one way. An end or an error of one side is passed to the other, as a network does.
fn hand_on(mut from: &TcpStream, mut to: &TcpStream, fault: Option<Fault>, passed: &AtomicU64) {
    let mut buffer = [0; 4096];
    loop {
        let so_far = passed.load(Ordering::SeqCst);
        let here = fault.is_some_and(|fault| fault.at == so_far);
        if here && !suffer(from, to, fault.map(|fault| fault.kind)) {
            return;
        }
        let room = match fault {
            Some(Fault { kind: Kind::Dribble, .. }) => 1,
            Some(fault) if fault.at > so_far => usize::try_from(fault.at - so_far).unwrap_or(usize::MAX),
            _ => buffer.len(),
        };
        let room = room.min(buffer.len());
        match from.read(&mut buffer[..room]) {
            Ok(0) => {
                drop(to.shutdown(Shutdown::Write));
                return;
            }
            Ok(count) => {
                // Before they are handed on, so that whoever has seen the answer sees them counted.
                passed.fetch_add(count as u64, Ordering::SeqCst);
                if to.write_all(&buffer[..count]).is_err() {
                    cut(from);
                    cut(to);
                    return;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => {
                cut(from);
                cut(to);
                return;
            }
        }
    }
}

/// Whether this way goes on.
fn suffer(from: &TcpStream, to: &TcpStream, kind: Option<Kind>) -> bool {
    match kind {
        Some(Kind::Wait(time)) => std::thread::park_timeout(time),
        Some(Kind::End) => {
            drop(to.shutdown(Shutdown::Write));
            drop(from.shutdown(Shutdown::Read));
            return false;
        }
        Some(Kind::Reset) => {
            cut(from);
            cut(to);
            return false;
        }
        // Long enough for the peer to read what has come.
        Some(Kind::Split) => std::thread::park_timeout(Duration::from_micros(200)),
        Some(Kind::Dribble) | None => {}
    }
    true
}

/// Ends a connection; the peer sees a reset once the descriptor is closed.
fn cut(stream: &TcpStream) {
    drop(SockRef::from(stream).set_linger(Some(Duration::ZERO)));
    drop(stream.shutdown(Shutdown::Both));
}
