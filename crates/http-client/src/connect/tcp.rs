//! TCP connections by happy eyeballs (RFC 8305): addresses of both families in turn, a new attempt every quarter of
//! a second, the first that answers wins. One thread where there is poll, no runtime.

use crate::authority::Authority;
#[cfg(unix)]
use crate::cancel::{CancelToken, Watch};
use crate::connect::resolve::Resolve;
use crate::connect::tcp::attempt::socket;
use crate::connect::{Budget, SocketOptions};
use crate::error::{Error, ErrorKind, Phase};
use crate::timeouts::Limit;
use crate::transport::tcp::TcpTransport;
#[cfg(unix)]
use crate::transport::{FailedAttempt, Interrupt};
use socket2::Socket;
use std::io;
use std::net::{SocketAddr, TcpStream};
#[cfg(unix)]
use std::sync::Arc;
use std::time::Duration;

mod attempt;
#[cfg(any(not(unix), test))]
mod threads;
#[cfg(not(unix))]
use threads::race;

/// Addresses that are tried at most; resolvers may answer with hundreds.
const ATTEMPTS_MAX: usize = 16;

/// Connects to the first address of `to` that answers.
pub(crate) fn open(
    resolver: &dyn Resolve,
    options: &SocketOptions,
    to: &Authority,
    budget: Budget<'_>,
) -> Result<TcpTransport, Error> {
    let mut failed = Vec::new();
    let (stream, peer, write_timeout) = match literal(options, to) {
        Some(address) if budget.token.is_none() => {
            let whole = budget.whole(Limit::Connect, Phase::Connect);
            connect_one(address, options, budget, whole.map_err(|error| error.with_address(Some(address)))?)?
        }
        _ => {
            let addresses = addresses(resolver, options, to, budget)?;
            match addresses.as_slice() {
                // Who may be stopped must not be caught in a system call: a race of one.
                [one] if budget.token.is_none() => {
                    let left = budget.left(Limit::Connect, Phase::Connect);
                    let left = left.map_err(|error| error.with_address(Some(*one)))?;
                    connect_one(*one, options, budget, left)?
                }
                several => race(several, options, budget, &mut failed)
                    .map(|(stream, address)| (stream, address, None))?,
            }
        }
    };
    let stream = TcpStream::from(stream);
    let transport = TcpTransport::connected(stream, Some(peer), failed, write_timeout);
    Ok(if options.defers_nodelay() { transport.nodelay_when_needed() } else { transport })
}

/// The address that the host itself is, unless it is of another family than the source address.
fn literal(options: &SocketOptions, to: &Authority) -> Option<SocketAddr> {
    to.ip().map(|ip| SocketAddr::new(ip, to.port())).filter(|address| options.reaches(*address))
}

fn addresses(
    resolver: &dyn Resolve,
    options: &SocketOptions,
    to: &Authority,
    budget: Budget<'_>,
) -> Result<Vec<SocketAddr>, Error> {
    let mut found = match to.ip() {
        Some(address) => vec![SocketAddr::new(address, to.port())],
        None => look_up(resolver, to, budget)?,
    };
    budget.go_on(Phase::Resolve)?;
    found.retain(|address| options.reaches(*address));
    let ordered = if found.len() > 1 { in_turn(found) } else { found };
    if ordered.is_empty() {
        let problem = "the name has no address, or none of the family of the source address";
        let error = io::Error::new(io::ErrorKind::AddrNotAvailable, problem);
        return Err(Error::new(ErrorKind::Resolve(error), Phase::Resolve));
    }
    Ok(ordered)
}

/// What a resolver finds for a name in the time that is left, unless the token ends it.
pub(crate) fn look_up(
    resolver: &dyn Resolve,
    to: &Authority,
    budget: Budget<'_>,
) -> Result<Vec<SocketAddr>, Error> {
    let timeout = budget.left(Limit::Resolve, Phase::Resolve)?;
    let found = match budget.token {
        Some(token) => resolver.resolve_unless(to.host(), to.port(), timeout, token),
        None => resolver.resolve(to.host(), to.port(), timeout),
    };
    found.map_err(|error| budget.error(error, Limit::Resolve, ErrorKind::Resolve, Phase::Resolve))
}

/// RFC 8305 §4: the families alternate, beginning with the resolver's first; duplicates are left out.
pub(crate) fn in_turn(found: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let Some(first_is_v4) = found.first().map(SocketAddr::is_ipv4) else { return found };
    let (first, second): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|address| address.is_ipv4() == first_is_v4);
    let mut ordered: Vec<SocketAddr> = Vec::with_capacity(first.len() + second.len());
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    loop {
        let pair = [first.next(), second.next()];
        if pair.iter().all(Option::is_none) {
            return ordered;
        }
        for address in pair.into_iter().flatten() {
            if ordered.len() < ATTEMPTS_MAX && !ordered.contains(&address) {
                ordered.push(address);
            }
        }
    }
}

/// One address needs no race: the socket, the address, and the write timeout that was set for connecting. `left` is the
/// time that there is.
fn connect_one(
    address: SocketAddr,
    options: &SocketOptions,
    budget: Budget<'_>,
    left: Option<Duration>,
) -> Result<(Socket, SocketAddr, Option<Duration>), Error> {
    let failed = |error| {
        let error = budget.error(error, Limit::Connect, ErrorKind::Connect, Phase::Connect);
        error.with_address(Some(address))
    };
    let socket = socket(address, options).map_err(failed)?;
    let Some(left) = left else {
        // Without a limit there is nothing but to wait; an interrupted connect goes on by itself.
        return match socket.connect(&address.into()) {
            Ok(()) => Ok((socket, address, None)),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                wait_connected(&socket, address, budget).map_err(failed)?;
                Ok((socket, address, None))
            }
            Err(error) => Err(failed(error)),
        };
    };
    // Linux: a blocking connect minds SO_SNDTIMEO, which saves three system calls.
    #[cfg(target_os = "linux")]
    {
        let timeout = Some(budget.rounded(left).max(Duration::from_millis(1)));
        socket.set_write_timeout(timeout).map_err(failed)?;
        match socket.connect(&address.into()) {
            Ok(()) => Ok((socket, address, timeout)),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                wait_connected(&socket, address, budget).map_err(failed)?;
                Ok((socket, address, timeout))
            }
            // EINPROGRESS, after the time has passed.
            Err(error) if error.raw_os_error() == Some(rustix::io::Errno::INPROGRESS.raw_os_error()) => {
                Err(failed(io::ErrorKind::TimedOut.into()))
            }
            Err(error) => Err(failed(error)),
        }
    }
    #[cfg(not(target_os = "linux"))]
    {
        socket.connect_timeout(&address.into(), left).map_err(failed)?;
        Ok((socket, address, None))
    }
}

/// Waits for a connection that is coming about on its own.
#[cfg(unix)]
fn wait_connected(socket: &Socket, _address: SocketAddr, budget: Budget<'_>) -> io::Result<()> {
    use rustix::event::{PollFd, PollFlags, poll};
    loop {
        let left = budget.deadline.left(budget.clock).map(crate::transport::unix::timespec);
        match poll(&mut [PollFd::new(socket, PollFlags::OUT)], left.as_ref()) {
            Ok(0) => return Err(io::ErrorKind::TimedOut.into()),
            Ok(_) => return socket.take_error()?.map_or(Ok(()), Err),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(not(unix))]
fn wait_connected(socket: &Socket, address: SocketAddr, budget: Budget<'_>) -> io::Result<()> {
    let left = budget.deadline.left(budget.clock).unwrap_or(Duration::from_secs(3600));
    socket.connect_timeout(&address.into(), left)
}

/// Several addresses, the first that answers wins.
#[cfg(unix)]
fn race(
    addresses: &[SocketAddr],
    options: &SocketOptions,
    budget: Budget<'_>,
    failed: &mut Vec<FailedAttempt>,
) -> Result<(Socket, SocketAddr), Error> {
    let failure = |error| budget.error(error, Limit::Connect, ErrorKind::Connect, Phase::Connect);
    let mut race = Race { waiting: addresses.iter(), running: Vec::new(), failed, last: None };
    let winner = loop {
        if let Some(winner) = race.begin_next(options, budget.token) {
            break winner;
        }
        budget.go_on(Phase::Connect)?;
        if race.running.is_empty() {
            if race.waiting.len() > 0 {
                continue;
            }
            let (error, address) = match race.last.take() {
                Some((error, address)) => (error, Some(address)),
                None => (io::ErrorKind::AddrNotAvailable.into(), None),
            };
            return Err(failure(error).with_address(address));
        }
        let left = budget
            .left(Limit::Connect, Phase::Connect)
            .map_err(|error| error.with_address(race.running.last().map(|runner| runner.address)))?;
        let finished = race.wait(left).map_err(failure)?;
        budget.go_on(Phase::Connect)?;
        if let Some(winner) = finished {
            break winner;
        }
    };
    for runner in race.running {
        race.failed.push(FailedAttempt { addr: runner.address, reason: io::ErrorKind::TimedOut });
    }
    let Runner { socket, address, watch } = winner;
    drop(watch);
    let Some(socket) = Arc::into_inner(socket) else {
        // Whoever breaks it off has it in his hands.
        return Err(Error::new(ErrorKind::Cancelled, Phase::Connect));
    };
    socket.set_nonblocking(false).map_err(|error| Error::new(ErrorKind::Connect(error), Phase::Connect))?;
    Ok((socket, address))
}

#[cfg(unix)]
struct Race<'a> {
    waiting: std::slice::Iter<'a, SocketAddr>,
    running: Vec<Runner>,
    failed: &'a mut Vec<FailedAttempt>,
    last: Option<(io::Error, SocketAddr)>,
}

/// An attempt under way.
#[cfg(unix)]
struct Runner {
    socket: Arc<Socket>,
    address: SocketAddr,
    watch: Option<Watch>,
}

/// A socket that is still connecting is thrown out of that by Linux; elsewhere it may go on until it times out.
#[cfg(unix)]
impl Interrupt for Socket {
    fn interrupt(&self) {
        // A socket that is closed already needs no more.
        let _ = self.shutdown(std::net::Shutdown::Both);
    }
}

#[cfg(unix)]
impl Race<'_> {
    /// Begins the next attempt, if there is an address: a winner where it succeeds at once.
    fn begin_next(&mut self, options: &SocketOptions, token: Option<&CancelToken>) -> Option<Runner> {
        let &address = self.waiting.next()?;
        let begun = socket(address, options).and_then(|socket| {
            socket.set_nonblocking(true)?;
            match socket.connect(&address.into()) {
                Ok(()) => Ok((socket, true)),
                Err(error)
                    if error.kind() == io::ErrorKind::WouldBlock
                        || error.kind() == io::ErrorKind::Interrupted
                        || error.raw_os_error() == Some(rustix::io::Errno::INPROGRESS.raw_os_error()) =>
                {
                    Ok((socket, false))
                }
                Err(error) => Err(error),
            }
        });
        match begun {
            Ok((socket, is_connected)) => {
                let socket = Arc::new(socket);
                // From here on: before, there was nothing to be thrown out of.
                let watch = token.map(|token| token.watch(Arc::clone(&socket) as Arc<dyn Interrupt>));
                let runner = Runner { socket, address, watch };
                if is_connected {
                    return Some(runner);
                }
                self.running.push(runner);
            }
            Err(error) => self.lose(address, error),
        }
        None
    }

    fn lose(&mut self, addr: SocketAddr, error: io::Error) {
        self.failed.push(FailedAttempt { addr, reason: error.kind() });
        self.last = Some((error, addr));
    }

    /// Waits until an attempt succeeds, one fails, or the next one is due.
    fn wait(&mut self, left: Option<Duration>) -> io::Result<Option<Runner>> {
        use rustix::event::{PollFd, PollFlags, poll};
        let due = (self.waiting.len() > 0).then_some(attempt::ATTEMPT_DELAY);
        let timeout = match (left, due) {
            (Some(left), Some(due)) => Some(left.min(due)),
            (left, due) => left.or(due),
        };
        let ready: Vec<bool> = {
            let mut polled: Vec<_> =
                self.running.iter().map(|runner| PollFd::new(&*runner.socket, PollFlags::OUT)).collect();
            match poll(&mut polled, timeout.map(crate::transport::unix::timespec).as_ref()) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            polled.iter().map(|fd| !fd.revents().is_empty()).collect()
        };
        let mut winner = None;
        let running = std::mem::take(&mut self.running);
        for (runner, ready) in running.into_iter().zip(ready) {
            if winner.is_some() || !ready {
                self.running.push(runner);
                continue;
            }
            match runner.socket.take_error() {
                Ok(None) => winner = Some(runner),
                Ok(Some(error)) | Err(error) => self.lose(runner.address, error),
            }
        }
        Ok(winner)
    }
}

#[cfg(test)]
mod tests;
