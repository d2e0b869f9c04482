//! Happy eyeballs where sockets cannot be polled by safe code: each attempt waits in a thread of its own. A loser's
//! thread ends with its attempt, at the latest when the time for connecting is over.

use crate::connect::tcp::attempt::{ATTEMPT_DELAY, socket};
use crate::connect::{Budget, SocketOptions};
use crate::error::{Error, ErrorKind, Phase};
use crate::timeouts::Limit;
use crate::transport::FailedAttempt;
use socket2::Socket;
use std::io;
use std::net::SocketAddr;
use std::sync::mpsc::{Sender, channel};

/// How an attempt went.
type Outcome = (SocketAddr, io::Result<Socket>);

/// Several addresses, the first that answers wins.
pub(super) fn race(
    addresses: &[SocketAddr],
    options: &SocketOptions,
    budget: Budget<'_>,
    failed: &mut Vec<FailedAttempt>,
) -> Result<(Socket, SocketAddr), Error> {
    let (sender, receiver) = channel();
    let mut waiting = addresses.iter();
    let mut running: Vec<SocketAddr> = Vec::new();
    let mut last: Option<Outcome> = None;
    loop {
        if let Some(&address) = waiting.next() {
            match begin(address, options, budget, &sender) {
                Ok(()) => running.push(address),
                Err(error) => last = Some((address, Err(error))),
            }
        }
        if let Some((address, Err(error))) = &last
            && !failed.iter().any(|attempt| attempt.addr == *address)
        {
            failed.push(FailedAttempt { addr: *address, reason: error.kind() });
        }
        if running.is_empty() && waiting.len() == 0 {
            let (address, error) = match last {
                Some((address, Err(error))) => (Some(address), error),
                _ => (None, io::ErrorKind::AddrNotAvailable.into()),
            };
            let error = budget.error(error, Limit::Connect, ErrorKind::Connect, Phase::Connect);
            return Err(error.with_address(address));
        }
        if running.is_empty() {
            continue;
        }
        let left = budget
            .left(Limit::Connect, Phase::Connect)
            .map_err(|error| error.with_address(running.last().copied()))?;
        let due = (waiting.len() > 0).then_some(ATTEMPT_DELAY);
        let patience = match (left, due) {
            (Some(left), Some(due)) => Some(left.min(due)),
            (left, due) => left.or(due),
        };
        let outcome = match patience {
            Some(patience) => receiver.recv_timeout(patience).ok(),
            None => receiver.recv().ok(),
        };
        // Without an outcome the next attempt is due, or the time is over.
        let Some((address, outcome)) = outcome else { continue };
        running.retain(|running| *running != address);
        match outcome {
            Ok(socket) => {
                let slower = running.into_iter();
                failed.extend(slower.map(|addr| FailedAttempt { addr, reason: io::ErrorKind::TimedOut }));
                return Ok((socket, address));
            }
            Err(error) => last = Some((address, Err(error))),
        }
    }
}

/// Begins an attempt; its outcome comes through the channel. The socket is made here, where the options are.
fn begin(
    address: SocketAddr,
    options: &SocketOptions,
    budget: Budget<'_>,
    sender: &Sender<Outcome>,
) -> io::Result<()> {
    let socket = socket(address, options)?;
    let left = budget.deadline.left(budget.clock);
    let sender = sender.clone();
    let attempt = move || {
        let to = address.into();
        let connected = match left {
            Some(left) => socket.connect_timeout(&to, left),
            None => socket.connect(&to),
        };
        // Nobody listens any more where another was faster.
        let _ = sender.send((address, connected.map(|()| socket)));
    };
    std::thread::Builder::new().name("http-client-connect".into()).spawn(attempt).map(drop)
}

#[cfg(test)]
mod tests;
