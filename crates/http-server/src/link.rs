//! One connection's bytes: the socket, TLS on top of it where it is used, and the pace that the peer must keep.
//! It knows no HTTP.

use crate::clock;
use crate::error::Error;
#[cfg(any(target_os = "linux", target_os = "android"))]
use crate::file_part::{FilePart, shrunk};
use crate::limits::Timeouts;
use crate::listener::effective;
use crate::socket::Socket;
#[cfg(feature = "tls")]
use crate::tls::{Session, Shaken};
use std::io::{self, IoSlice, Read};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// As much of a record counts before it is whole: a longer one is against the rules (RFC 8446 §5.2).
#[cfg(feature = "tls")]
const RECORD_BYTES_MAX: usize = 5 + 16 * 1024 + 256;

/// As much of a file is copied by the kernel in one call, so that others get their turn and the pace can be watched.
#[cfg(any(target_os = "linux", target_os = "android"))]
const COPIED_BYTES_MAX: usize = 1 << 20;

/// A connection as a stream of bytes.
#[derive(Debug)]
pub(crate) struct Link {
    socket: Arc<Socket>,
    #[cfg(feature = "tls")]
    tls: Option<Box<Session>>,
    /// Whether a read waits for input. Only while a handler has the connection.
    waits: bool,
    /// Whether something has been written since the answer began.
    wrote: bool,
    /// Whether a write has failed: nobody knows how much of it has gone, so nothing can follow it.
    cut: bool,
    pace: Pace,
    /// How long the socket waits without a byte moving.
    stall: Duration,
    /// Nothing waits beyond this; only as long as a handler has the connection, and its answer is under way.
    until: Option<Instant>,
    /// Bytes that have left without waiting since somebody asked.
    moved_bytes: usize,
    /// Whether the socket itself does not wait, which the kernel's copying needs.
    never_waits: bool,
    /// Whether the kernel does not copy the files that are sent.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    copies_files: bool,
}

impl Link {
    pub(crate) const fn new(socket: Arc<Socket>, timeouts: &Timeouts) -> Self {
        Self {
            socket,
            #[cfg(feature = "tls")]
            tls: None,
            waits: false,
            wrote: false,
            cut: false,
            pace: Pace::new(timeouts),
            stall: timeouts.stall,
            until: None,
            moved_bytes: 0,
            never_waits: false,
            #[cfg(any(target_os = "linux", target_os = "android"))]
            copies_files: false,
        }
    }

    #[cfg(feature = "tls")]
    pub(crate) fn with_tls(mut self, session: Box<Session>) -> Self {
        self.tls = Some(session);
        self
    }

    #[cfg(feature = "tls")]
    pub(crate) fn tls(&self) -> Option<&Session> {
        self.tls.as_deref()
    }

    /// Takes the session out, for whoever goes on with it.
    #[cfg(feature = "tls")]
    pub(crate) fn take_tls(&mut self) -> Option<Box<Session>> {
        self.tls.take()
    }

    /// Whether the connection is encrypted.
    pub(crate) const fn is_tls(&self) -> bool {
        #[cfg(feature = "tls")]
        return self.tls.is_some();
        #[cfg(not(feature = "tls"))]
        false
    }

    /// Goes on with a TLS handshake as far as the bytes that are there allow. With a peer that does not speak TLS, the
    /// connection goes on without.
    #[cfg(feature = "tls")]
    pub(crate) fn handshake(&mut self) -> io::Result<Shaken> {
        let shaken = match &mut self.tls {
            Some(session) => session.handshake(&self.socket)?,
            None => Shaken::Done,
        };
        if shaken == Shaken::Plain {
            self.tls = None;
        }
        Ok(shaken)
    }

    pub(crate) const fn socket(&self) -> &Arc<Socket> {
        &self.socket
    }

    /// Whether reads wait from now on.
    pub(crate) const fn set_waits(&mut self, waits: bool) {
        self.waits = waits;
    }

    /// Waits are as long as any from now on.
    #[inline]
    pub(crate) fn forget_until(&mut self) {
        if self.until.take().is_some() {
            let stall = effective(self.stall);
            // A socket that takes no timeout fails with the next read as well.
            let _ = self.socket.set_timeouts(stall, stall);
        }
    }

    /// Nothing waits beyond `until` from now on, or beyond what was said before if that is earlier.
    pub(crate) fn set_until(&mut self, until: Instant) {
        self.until = Some(self.until.map_or(until, |before| before.min(until)));
    }

    /// Beyond which nothing waits.
    pub(crate) const fn until(&self) -> Option<Instant> {
        self.until
    }

    /// Calls wait again where they are to.
    pub(crate) fn block(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.never_waits) {
            self.socket.set_nonblocking(false)?;
        }
        Ok(())
    }

    /// A call begins that waits, by the socket's own timeout and not beyond the deadline.
    fn hold(&mut self) -> io::Result<()> {
        self.block()?;
        hold(&self.socket, self.until, self.stall)
    }

    /// An answer begins, of which nothing has been written, and the peer has been slow with nothing of it.
    pub(crate) const fn begin_answer(&mut self) {
        self.wrote = false;
        self.pace.begin();
    }

    /// Whether something of the answer may be on its way.
    pub(crate) const fn has_written(&self) -> bool {
        self.wrote
    }

    /// A body begins: what the peer has been slow with before is forgotten.
    pub(crate) const fn begin_body(&mut self) {
        self.pace.begin();
    }

    /// The peer may be as slow as it likes from now on.
    pub(crate) const fn switch_pace_off(&mut self) {
        self.pace.rate_bytes_per_second_min = 0;
    }

    /// Writes all of `bytes`.
    pub(crate) fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.cut || self.wrote || self.is_tls() || self.until.is_some() || self.never_waits {
            return self.write_all_parts(&mut [IoSlice::new(bytes)]);
        }
        // The usual case is an answer of which one call takes all.
        self.wrote = true;
        let count = match self.socket.write(bytes) {
            Ok(count) if count == bytes.len() => return Ok(()),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
            Err(error) => {
                self.cut = true;
                return Err(stalled(error));
            }
        };
        self.write_all_parts(&mut [IoSlice::new(bytes.get(count..).unwrap_or_default())])
    }

    /// Writes all of `parts` in order, in as few calls as the system allows.
    pub(crate) fn write_all_parts(&mut self, parts: &mut [IoSlice<'_>]) -> io::Result<()> {
        if self.cut {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let is_first = !std::mem::replace(&mut self.wrote, true);
        let written = self.write_parts(parts, is_first);
        self.cut = written.is_err();
        written
    }

    fn write_parts(&mut self, parts: &mut [IoSlice<'_>], is_first: bool) -> io::Result<()> {
        #[cfg(feature = "tls")]
        if self.tls.is_some() {
            return self.write_tls(parts);
        }
        let mut parts = parts;
        IoSlice::advance_slices(&mut parts, 0);
        // The usual case is an answer of which one call takes all: it is not timed.
        let mut began = (!is_first && !parts.is_empty()).then(clock::now);
        while !parts.is_empty() {
            self.hold()?;
            let result = match &*parts {
                [only] => self.socket.write(only),
                several => self.socket.write_vectored(several),
            };
            let count = match result {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(stalled(error)),
            };
            IoSlice::advance_slices(&mut parts, count);
            if let Some(began) = began {
                self.pace.note(count, clock::now().saturating_duration_since(began))?;
            }
            if !parts.is_empty() {
                began = Some(clock::now());
            }
        }
        Ok(())
    }

    /// Writes of `first` and `second` behind it what there is room for, and says how much that is. It does not wait.
    pub(crate) fn write_now(&mut self, first: &[u8], second: &[u8]) -> io::Result<usize> {
        self.try_now(|link| {
            #[cfg(feature = "tls")]
            if link.tls.is_some() {
                return link.queue_now([first, second]);
            }
            let result = match (first, second) {
                ([], []) => return Ok(0),
                (only, []) | ([], only) => link.socket.write_now(only),
                _ => link.socket.write_vectored_now(&[IoSlice::new(first), IoSlice::new(second)]),
            };
            result.inspect(|count| link.moved_bytes += count)
        })
    }

    /// Like [`write_now`](Self::write_now) of bytes that others follow at once: they wait for them in the socket.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(crate) fn write_more_now(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.try_now(|link| link.socket.write_more_now(bytes).inspect(|count| link.moved_bytes += count))
    }

    /// Whether the kernel can copy files into this.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(crate) fn takes_files(&self) -> bool {
        !self.copies_files && !self.is_tls() && self.socket.takes_files()
    }

    /// Has the kernel copy of a file what there is room for, and says how much that is; `None` where it cannot.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(crate) fn send_file_now(&mut self, part: &mut FilePart) -> io::Result<Option<usize>> {
        use rustix::io::Errno;

        if !std::mem::replace(&mut self.never_waits, true) {
            self.socket.set_nonblocking(true)?;
        }
        let (file, offset, left) = part.rest();
        let most = usize::try_from(*left).unwrap_or(usize::MAX).min(COPIED_BYTES_MAX);
        let mut is_short = false;
        let count = self.try_now(|link| match link.socket.send_file(file, offset, most) {
            Err(Errno::INVAL | Errno::NOSYS) => {
                link.copies_files = true;
                Ok(0)
            }
            result => {
                is_short = result == Ok(0);
                Ok(result?)
            }
        })?;
        if is_short {
            return Err(shrunk(*left));
        }
        if self.copies_files {
            return Ok(None);
        }
        *left = left.saturating_sub(count as u64);
        self.moved_bytes += count;
        Ok(Some(count))
    }

    /// Sends what is queued within TLS as far as there is room for it; whether that was all.
    pub(crate) fn flush_now(&mut self) -> io::Result<bool> {
        #[cfg(feature = "tls")]
        while let Some(session) = self.tls.as_mut().filter(|session| session.wants_room()) {
            match session.send(&self.socket, false) {
                Ok(count) => self.moved_bytes += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) => {
                    self.cut = true;
                    return Err(error);
                }
            }
        }
        Ok(true)
    }

    /// A write that does not wait: 0 where there is no room.
    fn try_now(&mut self, mut write: impl FnMut(&mut Self) -> io::Result<usize>) -> io::Result<usize> {
        if self.cut {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.wrote = true;
        loop {
            return match write(self) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
                Err(error) => {
                    self.cut = true;
                    Err(error)
                }
                result => result,
            };
        }
    }

    /// How many bytes have left without waiting since this was asked last.
    pub(crate) const fn take_moved(&mut self) -> usize {
        std::mem::replace(&mut self.moved_bytes, 0)
    }

    /// The peer has had no room for so long, and then taken `bytes`.
    pub(crate) fn note_waited(&mut self, bytes: usize, waited: Duration) -> io::Result<()> {
        self.pace.note(bytes, waited).inspect_err(|_| self.cut = true)
    }

    /// How long a peer may have no room if it has none since then; `None` for ever.
    pub(crate) fn patience(&self, since: Instant) -> Option<Instant> {
        let stall = effective(self.stall).and_then(|stall| since.checked_add(stall));
        let pace = self.pace.left().and_then(|left| since.checked_add(left));
        [stall, pace, self.until].into_iter().flatten().min()
    }

    /// The peer has been given up: nothing follows.
    pub(crate) const fn give_up(&mut self) -> Error {
        self.cut = true;
        // There can be no other answer in its place.
        self.wrote = true;
        Error::TooSlow
    }

    /// Ends the sending side without the word of TLS that all has been said.
    pub(crate) fn shutdown_sending(&self) {
        self.socket.shutdown(std::net::Shutdown::Write);
    }

    /// Makes the connection end in a reset, so that an answer which ends with it is not taken for a whole one.
    pub(crate) fn reset_on_close(&self) {
        self.socket.reset_on_close();
    }

    /// Tells the peer that nothing follows, on TLS by its own message (RFC 8446 §6.1), which waits for room as what it
    /// follows has waited: without it, the peer would take that for cut off.
    pub(crate) fn finish(&mut self) {
        #[cfg(feature = "tls")]
        if let Some(session) = self.tls.as_mut().filter(|_| !self.cut) {
            session.say_goodbye();
            // A peer that takes no more has been cut off indeed.
            let _ = self.send_queued();
        }
        self.shutdown_sending();
    }

    /// The same without waiting, where nothing is under way.
    pub(crate) fn finish_now(&mut self) {
        self.say_goodbye();
        // A peer that has no room has been told nothing else.
        let _ = self.flush_now();
        self.shutdown_sending();
    }

    /// Queues the word of TLS that nothing follows (RFC 8446 §6.1).
    pub(crate) fn say_goodbye(&mut self) {
        #[cfg(feature = "tls")]
        if let Some(session) = self.tls.as_mut().filter(|_| !self.cut) {
            session.say_goodbye();
        }
    }
}

impl Read for Link {
    /// Reads some bytes; without waiting, [`io::ErrorKind::WouldBlock`] where there are none.
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        #[cfg(feature = "tls")]
        if self.tls.is_some() {
            return self.read_tls(out);
        }
        if !self.waits {
            return self.socket.read_now(out);
        }
        self.hold()?;
        let began = clock::now();
        let count = self.socket.read(out).map_err(stalled)?;
        self.pace.note(count, clock::now().saturating_duration_since(began))?;
        Ok(count)
    }
}

#[cfg(feature = "tls")]
impl Link {
    /// Reads some decrypted bytes. Each call that waits is held to the deadline and counted.
    fn read_tls(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut counted_bytes_left = RECORD_BYTES_MAX;
        loop {
            let Some(session) = &mut self.tls else { return Ok(0) };
            match session.take(out) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                result => return result,
            }
            if self.waits {
                hold(&self.socket, self.until, self.stall)?;
                let began = clock::now();
                let count = session.receive(&self.socket, true).map_err(stalled)?;
                // Records without content get a peer no further than one record does.
                let counted_bytes = count.min(counted_bytes_left);
                counted_bytes_left -= counted_bytes;
                self.pace.note(counted_bytes, clock::now().saturating_duration_since(began))?;
                self.send_queued()?;
            } else {
                session.receive(&self.socket, false)?;
                // What there is no room for goes with the next answer.
                while !self.cut && session.wants_room() {
                    match session.send(&self.socket, false) {
                        Ok(_) => {}
                        Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                        Err(error) => return Err(error),
                    }
                }
            }
        }
    }

    /// Writes all of `parts` as records.
    fn write_tls(&mut self, parts: &[IoSlice<'_>]) -> io::Result<()> {
        for part in parts {
            let mut rest = &**part;
            while !rest.is_empty() {
                let Some(session) = &mut self.tls else { return Ok(()) };
                let taken = session.queue(rest)?;
                rest = rest.get(taken..).unwrap_or_default();
                if !rest.is_empty() {
                    self.send_queued()?;
                }
            }
        }
        self.send_queued()
    }

    /// Queues as records what there is room for, and says how much that is.
    fn queue_now(&mut self, parts: [&[u8]; 2]) -> io::Result<usize> {
        let mut queued = 0;
        for part in parts {
            let mut rest = part;
            while !rest.is_empty() {
                let Some(session) = &mut self.tls else { return Ok(queued) };
                let count = session.queue(rest)?;
                queued += count;
                rest = rest.get(count..).unwrap_or_default();
                if !rest.is_empty() && !self.flush_now()? {
                    return Ok(queued);
                }
            }
        }
        self.flush_now()?;
        Ok(queued)
    }

    /// Whether the handshake waits for room rather than for the peer's bytes.
    pub(crate) fn wants_room(&self) -> bool {
        self.tls.as_ref().is_some_and(|session| session.wants_room())
    }

    /// Sends all that is queued. Each call is held to the deadline and counted.
    pub(crate) fn send_queued(&mut self) -> io::Result<()> {
        let Some(session) = &mut self.tls else { return Ok(()) };
        while session.wants_room() {
            hold(&self.socket, self.until, self.stall)?;
            let began = clock::now();
            let count = session.send(&self.socket, true).map_err(stalled)?;
            self.pace.note(count, clock::now().saturating_duration_since(began))?;
        }
        Ok(())
    }
}

/// Holds the next wait to the deadline, if there is one.
fn hold(socket: &Socket, until: Option<Instant>, stall: Duration) -> io::Result<()> {
    let Some(until) = until else { return Ok(()) };
    let left = until.saturating_duration_since(clock::now());
    if left.is_zero() {
        return Err(Error::TooSlow.into());
    }
    let wait = Some(left.min(stall).max(Duration::from_millis(1)));
    socket.set_timeouts(wait, wait)
}

/// A timeout of the socket comes as an error that names no reason.
fn stalled(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Error::TooSlow.into(),
        _ => error,
    }
}

/// How fast a peer must be with one body: bytes against the time spent in waiting for it.
#[derive(Clone, Copy, Debug)]
struct Pace {
    rate_bytes_per_second_min: u64,
    grace: Duration,
    waited: Duration,
    bytes: u64,
}

impl Pace {
    const fn new(timeouts: &Timeouts) -> Self {
        Self {
            rate_bytes_per_second_min: timeouts.rate_bytes_per_second_min,
            grace: timeouts.rate_grace,
            waited: Duration::ZERO,
            bytes: 0,
        }
    }

    const fn begin(&mut self) {
        self.waited = Duration::ZERO;
        self.bytes = 0;
    }

    /// How much longer the peer may be waited for; `None` for ever.
    fn left(&self) -> Option<Duration> {
        let granted = Duration::from_secs(self.bytes.checked_div(self.rate_bytes_per_second_min)?);
        Some(self.grace.saturating_add(granted).saturating_sub(self.waited))
    }

    fn note(&mut self, bytes: usize, waited: Duration) -> io::Result<()> {
        self.bytes = self.bytes.saturating_add(bytes as u64);
        self.waited = self.waited.saturating_add(waited);
        if self.rate_bytes_per_second_min == 0 || self.waited <= self.grace {
            return Ok(());
        }
        let granted = Duration::from_secs(self.bytes / self.rate_bytes_per_second_min);
        if self.waited > self.grace.saturating_add(granted) {
            return Err(Error::TooSlow.into());
        }
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests;
