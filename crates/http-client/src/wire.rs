//! An open transport with its patience: which timeout counts now, how much time is left, how much has been sent.
//! It reads and writes bytes and knows nothing of messages.

use crate::clock::{Clock, Deadline};
use crate::error::is_wait;
use crate::timeouts::Limit;
use crate::transport::{Incoming, Transport};
use std::io::{self, IoSlice, IoSliceMut, Read};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The shortest time that is waited: the system takes zero for "for ever".
const WAIT_MIN: Duration = Duration::from_millis(1);

/// An open transport.
pub(crate) struct Wire {
    transport: Box<dyn Transport>,
    clock: Arc<dyn Clock>,
    /// As they were last set at the transport: setting them costs a system call.
    read_timeout: Timeout,
    write_timeout: Timeout,
    /// How long a read may wait, and what it is called.
    pub(crate) read_patience: (Option<Duration>, Limit),
    /// How long a write may wait.
    pub(crate) write_patience: Option<Duration>,
    /// When the whole exchange must be over.
    pub(crate) total: Deadline,
    /// The time, where whoever reads or writes next has just asked the clock.
    pub(crate) noted_now: Option<Instant>,
    /// Which limit passed, once one has.
    pub(crate) expired: Option<Limit>,
    /// Bytes of the present request that the transport has taken.
    pub(crate) sent_bytes: u64,
}

/// A timeout of the transport, or that it is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Timeout {
    Unknown,
    Set(Option<Duration>),
}

impl Wire {
    pub(crate) fn new(transport: Box<dyn Transport>, clock: Arc<dyn Clock>) -> Self {
        Self {
            transport,
            clock,
            read_timeout: Timeout::Unknown,
            write_timeout: Timeout::Unknown,
            read_patience: (None, Limit::BetweenBytes),
            write_patience: None,
            total: Deadline(None),
            noted_now: None,
            expired: None,
            sent_bytes: 0,
        }
    }

    pub(crate) fn transport(&self) -> &dyn Transport {
        &*self.transport
    }

    pub(crate) fn into_transport(self) -> Box<dyn Transport> {
        self.transport
    }

    /// What can be read without waiting.
    pub(crate) fn incoming(&mut self) -> Incoming {
        self.transport.incoming().unwrap_or(Incoming::End)
    }

    /// The time that an operation may take from now on, and what limits it.
    fn window(&mut self, patience: Option<Duration>, limit: Limit) -> io::Result<Window> {
        let noted = self.noted_now.take();
        let own = match noted {
            Some(now) => Deadline::since(now, patience),
            None => Deadline::after(&*self.clock, patience),
        };
        let (deadline, by_total) = own.earlier(self.total);
        let limit = if by_total { Limit::Total } else { limit };
        // Without a total, the timeout is the same each time and needs setting once.
        let timeout = if by_total { deadline.left(&*self.clock) } else { patience };
        self.checked(Window { deadline, limit, timeout })
    }

    fn checked(&mut self, window: Window) -> io::Result<Window> {
        if window.timeout == Some(Duration::ZERO) {
            self.expired = Some(window.limit);
            return Err(io::ErrorKind::TimedOut.into());
        }
        Ok(Window { timeout: window.timeout.map(|timeout| timeout.max(WAIT_MIN)), ..window })
    }

    /// The window that is left after an interruption.
    fn rest(&mut self, window: Window) -> io::Result<Window> {
        let timeout = window.deadline.left(&*self.clock);
        self.checked(Window { timeout, ..window })
    }

    /// What an error of the transport means: waiting too long, or itself.
    fn failed(&mut self, error: io::Error, limit: Limit) -> io::Error {
        if is_wait(&error) {
            self.expired = Some(limit);
            return io::ErrorKind::TimedOut.into();
        }
        error
    }

    /// Writes all of `data` behind its first `written` bytes, one after the other, in as few writes as possible. Where
    /// something comes meanwhile that may make it needless, it says how many bytes are left. Without `mind_answer` it
    /// does not look for that before the transport has taken everything.
    pub(crate) fn write(
        &mut self,
        mut data: &mut [IoSlice<'_>],
        written: usize,
        mind_answer: bool,
    ) -> io::Result<Option<usize>> {
        IoSlice::advance_slices(&mut data, written);
        if written > 0 && self.transport.holds_unsent() && !self.flush_held()? {
            return Ok(Some(bytes_in(data)));
        }
        let mut interrupted = None;
        while !data.is_empty() {
            let window = self.write_window(interrupted.take())?;
            let taken = if mind_answer {
                self.transport.write_unless_incoming(data)
            } else if let [one] = &*data {
                self.transport.write(one).map(Some)
            } else {
                self.transport.write_vectored(data).map(Some)
            };
            match taken {
                Ok(Some(0)) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(Some(count)) => {
                    self.sent_bytes += count as u64;
                    let left = bytes_in(data);
                    IoSlice::advance_slices(&mut data, count.min(left));
                    if self.transport.holds_unsent() && !self.flush_held()? {
                        return Ok(Some(bytes_in(data)));
                    }
                }
                Ok(None) => return Ok(Some(bytes_in(data))),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => interrupted = Some(window),
                Err(error) => return Err(self.failed(error, window.limit)),
            }
        }
        Ok(None)
    }

    /// The time for the next write, which the transport is told; the rest of a window that a signal has interrupted.
    #[inline(always)]
    fn write_window(&mut self, interrupted: Option<Window>) -> io::Result<Window> {
        let window = match interrupted {
            Some(window) => self.rest(window)?,
            None => self.window(self.write_patience, Limit::Write)?,
        };
        if self.write_timeout != Timeout::Set(window.timeout) {
            self.transport.set_write_timeout(window.timeout)?;
            self.write_timeout = Timeout::Set(window.timeout);
        }
        Ok(window)
    }

    /// Has the transport send what it holds, and looks at the clock before each of its writes: whether all went before
    /// something came.
    #[cold]
    fn flush_held(&mut self) -> io::Result<bool> {
        let mut interrupted = None;
        while self.transport.holds_unsent() {
            let window = self.write_window(interrupted.take())?;
            match self.transport.flush_unless_incoming() {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => interrupted = Some(window),
                Err(error) => return Err(self.failed(error, window.limit)),
            }
        }
        Ok(true)
    }
}

impl Read for Wire {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.read_patiently(|transport| transport.read(buf))
    }

    fn read_vectored(&mut self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        self.read_patiently(|transport| transport.read_vectored(bufs))
    }
}

impl Wire {
    fn read_patiently(
        &mut self,
        mut read: impl FnMut(&mut dyn Transport) -> io::Result<usize>,
    ) -> io::Result<usize> {
        let (patience, limit) = self.read_patience;
        let mut window = self.window(patience, limit)?;
        loop {
            if self.read_timeout != Timeout::Set(window.timeout) {
                self.transport.set_read_timeout(window.timeout)?;
                self.read_timeout = Timeout::Set(window.timeout);
            }
            match read(&mut *self.transport) {
                Ok(count) => return Ok(count),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => window = self.rest(window)?,
                Err(error) => return Err(self.failed(error, window.limit)),
            }
        }
    }
}

fn bytes_in(data: &[IoSlice<'_>]) -> usize {
    data.iter().map(|slice| slice.len()).sum()
}

/// How long an operation may take.
#[derive(Clone, Copy, Debug)]
struct Window {
    /// When it ends.
    deadline: Deadline,
    /// What passes then.
    limit: Limit,
    /// The same as a duration from now.
    timeout: Option<Duration>,
}
