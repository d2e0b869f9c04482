//! The two calls that look before they wait, where there is neither poll nor a flag for it in safe code: the socket is
//! made non-blocking for the moment. Waiting is done in short sleeps.

use crate::transport::Incoming;
use std::io::{self, IoSlice, Write};
use std::net::TcpStream;
use std::time::Duration;

/// The first sleep, and the longest.
const NAP_MIN: Duration = Duration::from_millis(1);
const NAP_MAX: Duration = Duration::from_millis(16);

/// One look at the socket's receive queue.
pub(super) fn incoming(stream: &TcpStream) -> io::Result<Incoming> {
    Ok(match at_once(stream, || stream.peek(&mut [0]))? {
        None => Incoming::Nothing,
        Some(Ok(1..)) => Incoming::Bytes,
        Some(Ok(0) | Err(_)) => Incoming::End,
    })
}

/// Writes what the socket takes at once; else waits until it takes some or has something to read.
pub(super) fn write_unless_incoming(
    stream: &TcpStream,
    data: &[IoSlice<'_>],
    timeout: Option<Duration>,
) -> io::Result<Option<usize>> {
    let (mut nap, mut slept) = (NAP_MIN, Duration::ZERO);
    loop {
        let mut writer = stream;
        if let Some(written) = at_once(stream, || writer.write_vectored(data))? {
            return written.map(Some);
        }
        if incoming(stream)? != Incoming::Nothing {
            return Ok(None);
        }
        if timeout.is_some_and(|timeout| slept >= timeout) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        std::thread::sleep(nap);
        slept += nap;
        nap = (nap * 2).min(NAP_MAX);
    }
}

/// What `action` gives without waiting; `None` where it would have to wait.
fn at_once<T>(
    stream: &TcpStream,
    action: impl FnOnce() -> io::Result<T>,
) -> io::Result<Option<io::Result<T>>> {
    stream.set_nonblocking(true)?;
    let outcome = action();
    stream.set_nonblocking(false)?;
    Ok(match outcome {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => None,
        outcome => Some(outcome),
    })
}

#[cfg(test)]
mod tests;
