//! A TLS session as a transport over another one. What may be negotiated is decided in `tls.rs`.

use crate::clock::{Clock, Deadline};
use crate::error::{copy_of, is_wait};
use crate::transport::{ConnectionInfo, Incoming, Interrupt, TlsInfo, Transport};
use rustls::ClientConnection;
use rustls::pki_types::CertificateDer;
use std::fmt;
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// Ciphertext that one read takes at most: a record with its overhead, and some of the next.
const CIPHERTEXT_BYTES: usize = 32 * 1024;

/// How long last words may wait for the peer to take them.
const LAST_WORDS_MAX: Duration = Duration::from_millis(1);

/// By so much a timeout below may exceed what is left: setting it anew each time would cost a system call each time.
const TIMEOUT_SLACK: Duration = Duration::from_millis(5);

/// TLS over `inner`.
pub(crate) struct TlsTransport {
    session: ClientConnection,
    inner: Box<dyn Transport>,
    clock: Arc<dyn Clock>,
    /// Ciphertext that has been read and not yet been taken by the session: `start..end`.
    ciphertext: Vec<u8>,
    start: usize,
    end: usize,
    read_timeout: Timeout,
    write_timeout: Timeout,
    /// Why ciphertext could not be sent whose plaintext had been taken: for the next write to say.
    failure: Option<io::Error>,
}

/// A timeout as it was asked for, and as the transport below has it, if that is known.
#[derive(Clone, Copy, Debug, Default)]
struct Timeout {
    asked: Option<Duration>,
    below: Option<Option<Duration>>,
}

impl Timeout {
    /// Whether the transport below need not be told.
    fn is_near(self, wanted: Option<Duration>) -> bool {
        match (self.below, wanted) {
            (Some(Some(below)), Some(wanted)) => {
                below.checked_sub(wanted).is_some_and(|excess| excess <= TIMEOUT_SLACK)
            }
            (below, wanted) => below == Some(wanted),
        }
    }
}

impl TlsTransport {
    pub(crate) fn new(session: ClientConnection, inner: Box<dyn Transport>, clock: Arc<dyn Clock>) -> Self {
        Self {
            session,
            inner,
            clock,
            ciphertext: Vec::new(),
            start: 0,
            end: 0,
            read_timeout: Timeout::default(),
            write_timeout: Timeout::default(),
            failure: None,
        }
    }

    /// Drives the handshake by one read or write: whether it is done.
    ///
    /// Returning after each lets the caller set the time that is left.
    pub(crate) fn handshake_step(&mut self) -> io::Result<bool> {
        if self.session.wants_write() {
            self.send_some()?;
        } else if !self.session.is_handshaking() {
            // The last of it may be held below. An answer that has come before that went is there to be read.
            let is_answered = self.inner.holds_unsent() && !self.send_unless_answered()?;
            return Ok(is_answered || !self.holds_unsent());
        } else if self.inner.holds_unsent() {
            self.let_write(self.write_timeout.asked)?;
            if let Sent::Incoming = self.send_unless_incoming()? {
                self.read_handshake()?;
            }
        } else {
            self.read_handshake()?;
        }
        Ok(!self.session.is_handshaking() && !self.holds_unsent())
    }

    /// Reads once for the handshake, which must not end there.
    fn read_handshake(&mut self) -> io::Result<()> {
        if self.read_ciphertext()? > 0 {
            return Ok(());
        }
        Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the connection ended during the TLS handshake"))
    }

    /// Reads once from below and feeds the session: how many bytes came; 0 is the end.
    fn read_ciphertext(&mut self) -> io::Result<usize> {
        if self.start == self.end {
            if self.ciphertext.is_empty() {
                self.ciphertext.resize(CIPHERTEXT_BYTES, 0);
            }
            self.start = 0;
            self.end = 0;
            let count = self.inner.read(&mut self.ciphertext)?;
            self.end = count.min(self.ciphertext.len());
            if count == 0 {
                // The session learns of the end.
                self.session.read_tls(&mut io::empty())?;
                return Ok(0);
            }
        }
        let mut fresh = self.ciphertext.get(self.start..self.end).unwrap_or_default();
        let taken = self.session.read_tls(&mut fresh)?;
        self.start = self.start.saturating_add(taken).min(self.end);
        if let Err(error) = self.session.process_new_packets() {
            // The alert that says why.
            self.send_last_words();
            return Err(crate::tls::explained(error));
        }
        Ok(taken)
    }

    /// Reads once from below, or writes what must be written first, within the time that a read has in all. That time
    /// begins with its first wait and ends at `until`.
    fn read_more(&mut self, until: &mut Option<Deadline>) -> io::Result<()> {
        if self.start < self.end {
            return self.read_ciphertext().map(|_| ());
        }
        let left = match (self.read_timeout.asked, &until) {
            (Some(_), Some(until)) => until.left(&*self.clock),
            (asked, _) => {
                *until = Some(Deadline::after(&*self.clock, asked));
                asked
            }
        };
        if left == Some(Duration::ZERO) {
            return Err(io::ErrorKind::TimedOut.into());
        }
        if self.holds_unsent() && self.failure.is_none() {
            // What the peer sends next may depend on it. If it cannot be sent, the next write says so: there may be
            // something to read all the same.
            self.let_write(left)?;
            match self.send_unless_incoming() {
                Ok(Sent::Some) => return Ok(()),
                Ok(Sent::Incoming) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
                Err(error) => {
                    self.failure = Some(error);
                    return Ok(());
                }
            }
        }
        self.let_read(left)?;
        self.read_ciphertext().map(|_| ())
    }

    /// Reads what is there without waiting, so that tickets and alerts are not taken for an answer.
    fn incoming_plaintext(&mut self) -> io::Result<Incoming> {
        loop {
            let state = self.session.process_new_packets().map_err(io::Error::other)?;
            if state.plaintext_bytes_to_read() > 0 {
                return Ok(Incoming::Bytes);
            }
            if state.peer_has_closed() {
                return Ok(Incoming::End);
            }
            if self.start == self.end {
                match self.inner.incoming()? {
                    Incoming::Nothing => return Ok(Incoming::Nothing),
                    Incoming::End => return Ok(Incoming::End),
                    Incoming::Bytes => {}
                }
            }
            if self.read_ciphertext()? == 0 {
                return Ok(Incoming::End);
            }
        }
    }
}

impl Read for TlsTransport {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let mut until = None;
        loop {
            match self.session.reader().read(buf) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                other => return other,
            }
            self.read_more(&mut until)?;
        }
    }

    fn read_vectored(&mut self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        let mut until = None;
        loop {
            let mut total = 0;
            for buf in bufs.iter_mut().filter(|buf| !buf.is_empty()) {
                match self.session.reader().read(buf) {
                    Ok(count) => {
                        total += count;
                        if count < buf.len() {
                            return Ok(total);
                        }
                    }
                    // The session says so again when it is asked next.
                    Err(_) if total > 0 => return Ok(total),
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    Err(error) => return Err(error),
                }
            }
            if total > 0 || bufs.iter().all(|buf| buf.is_empty()) {
                return Ok(total);
            }
            self.read_more(&mut until)?;
        }
    }
}

/// Where a write has waited, which says nothing about whether the session has taken anything: what it has taken it
/// never gives back, so that a write is done with the session's taking, and sending on is the business of whoever writes
/// or flushes next.
impl Write for TlsTransport {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.write_through(|session| session.writer().write(buf))
    }

    fn write_vectored(&mut self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        self.write_through(|session| session.writer().write_vectored(bufs))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send_held()?;
        self.inner.flush()
    }
}

/// What one write of ciphertext has come to.
enum Sent {
    /// The transport below has taken some.
    Some,
    /// It would have had to wait, and something to read has come.
    Incoming,
}

/// Writes ciphertext without waiting while something can be read instead.
struct UnlessIncoming<'a>(&'a mut Box<dyn Transport>, bool);

impl Write for UnlessIncoming<'_> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(buf)])
    }

    fn write_vectored(&mut self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        self.0.write_unless_incoming(bufs)?.ok_or_else(|| {
            self.1 = true;
            io::ErrorKind::WouldBlock.into()
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl TlsTransport {
    /// Tells the transport below how long its next read may wait, unless it knows.
    fn let_read(&mut self, wait: Option<Duration>) -> io::Result<()> {
        if !self.read_timeout.is_near(wait) {
            self.inner.set_read_timeout(wait)?;
            self.read_timeout.below = Some(wait);
        }
        Ok(())
    }

    /// The same for its next write.
    fn let_write(&mut self, wait: Option<Duration>) -> io::Result<()> {
        if !self.write_timeout.is_near(wait) {
            self.inner.set_write_timeout(wait)?;
            self.write_timeout.below = Some(wait);
        }
        Ok(())
    }

    /// Sends some of the ciphertext that is waiting, in one write below.
    fn send_some(&mut self) -> io::Result<()> {
        self.let_write(self.write_timeout.asked)?;
        let sent = self.session.write_tls(&mut self.inner);
        self.sent(sent)
    }

    /// The same, unless that would have to wait and something to read has come. Behind the ciphertext comes what the
    /// transport below has taken and still holds.
    fn send_unless_incoming(&mut self) -> io::Result<Sent> {
        if !self.session.wants_write() {
            return match self.inner.flush_unless_incoming() {
                Ok(true) => Ok(Sent::Some),
                Ok(false) => Ok(Sent::Incoming),
                Err(error) => Err(self.failed(error)),
            };
        }
        let mut below = UnlessIncoming(&mut self.inner, false);
        let sent = self.session.write_tls(&mut below);
        if below.1 { Ok(Sent::Incoming) } else { self.sent(sent).map(|()| Sent::Some) }
    }

    /// What a write below has come to.
    fn sent(&mut self, sent: io::Result<usize>) -> io::Result<()> {
        match sent {
            Ok(0) => Err(self.failed(io::ErrorKind::WriteZero.into())),
            Ok(_) => Ok(()),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Sending that fails by more than waiting or a signal is the last: otherwise what could not be sent would come
    /// before what the caller gives again.
    fn failed(&mut self, error: io::Error) -> io::Error {
        if !is_wait(&error) && error.kind() != io::ErrorKind::Interrupted {
            self.failure = Some(copy_of(&error));
        }
        error
    }

    /// Sends some of what is held, unless plaintext has come: false then. Ciphertext that is none, or not yet, is an
    /// interruption.
    fn send_unless_answered(&mut self) -> io::Result<bool> {
        self.let_write(self.write_timeout.asked)?;
        match self.send_unless_incoming()? {
            Sent::Some => Ok(true),
            Sent::Incoming if self.incoming_plaintext()? == Incoming::Nothing => {
                Err(io::ErrorKind::Interrupted.into())
            }
            Sent::Incoming => Ok(false),
        }
    }

    /// Says why what was taken could not be sent. Who has waited too long may wait again; anything else is for good.
    fn say_failure(&mut self) -> io::Result<()> {
        let Some(error) = self.failure.take() else { return Ok(()) };
        if !is_wait(&error) {
            self.failure = Some(copy_of(&error));
        }
        Err(error)
    }

    /// Sends all ciphertext that is waiting, and what the transport below holds.
    fn send_held(&mut self) -> io::Result<()> {
        self.say_failure()?;
        while self.session.wants_write() {
            self.send_some()?;
        }
        if self.inner.holds_unsent() {
            self.let_write(self.write_timeout.asked)?;
            self.inner.flush().map_err(|error| self.failed(error))?;
        }
        Ok(())
    }

    /// Writes by what `take` gives to the session.
    fn write_through(
        &mut self,
        take: impl FnOnce(&mut ClientConnection) -> io::Result<usize>,
    ) -> io::Result<usize> {
        self.send_held()?;
        let count = take(&mut self.session)?;
        let (mut sent, mut some_left) = (Ok(()), false);
        while sent.is_ok() && self.session.wants_write() {
            sent = self.send_some();
            some_left |= sent.is_ok();
            if self.write_timeout.asked.is_some() {
                // Whoever minds the time looks at the clock before the next wait.
                break;
            }
        }
        // What has left counts as sent: the failure is for the next write to say.
        if some_left && self.failure.is_some() { Ok(count) } else { self.taken(count, sent) }
    }

    /// What a write says of which the session has taken `count` bytes. They must not be given to it again, whatever
    /// became of sending them: only where nothing of them has left and nothing ever can any more it fails.
    fn taken(&mut self, count: usize, sent: io::Result<()>) -> io::Result<usize> {
        match sent {
            Err(error) if is_wait(&error) => {
                self.failure = Some(error);
                Ok(count)
            }
            Err(error) if error.kind() != io::ErrorKind::Interrupted => Err(error),
            _ => Ok(count),
        }
    }

    /// Sends what is waiting as far as the peer takes it at once; whether it arrives is of no interest.
    fn send_last_words(&mut self) {
        // A transport without timeouts has none to set.
        let _ = self.let_write(Some(LAST_WORDS_MAX));
        let _ = self.send_unless_incoming();
        if !self.session.wants_write() && self.inner.holds_unsent() {
            let _ = self.send_unless_incoming();
        }
    }
}

impl Transport for TlsTransport {
    fn set_read_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        self.read_timeout.asked = timeout;
        self.let_read(timeout)
    }

    fn set_write_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        self.write_timeout.asked = timeout;
        self.let_write(timeout)
    }

    fn incoming(&mut self) -> io::Result<Incoming> {
        self.incoming_plaintext()
    }

    fn write_unless_incoming(&mut self, data: &[IoSlice<'_>]) -> io::Result<Option<usize>> {
        while self.holds_unsent() {
            if !self.flush_unless_incoming()? {
                return Ok(None);
            }
        }
        let count = self.session.writer().write_vectored(data)?;
        // An answer that has come is there for the next write too.
        let sent = if self.holds_unsent() { self.send_unless_answered().map(|_| ()) } else { Ok(()) };
        self.taken(count, sent).map(Some)
    }

    fn holds_unsent(&self) -> bool {
        self.session.wants_write() || self.inner.holds_unsent()
    }

    fn flush_unless_incoming(&mut self) -> io::Result<bool> {
        self.say_failure()?;
        if self.holds_unsent() { self.send_unless_answered() } else { Ok(true) }
    }

    fn close_write(&mut self) -> io::Result<()> {
        self.session.send_close_notify();
        self.send_held()?;
        self.inner.close_write()
    }

    fn interrupt_handle(&self) -> Option<Arc<dyn Interrupt>> {
        self.inner.interrupt_handle()
    }

    fn peer_addr(&self) -> Option<SocketAddr> {
        self.inner.peer_addr()
    }

    fn info(&self) -> ConnectionInfo {
        let certificates = self.session.peer_certificates().unwrap_or_default();
        ConnectionInfo {
            tls: Some(TlsInfo {
                version: match self.session.protocol_version() {
                    Some(rustls::ProtocolVersion::TLSv1_2) => "TLSv1.2",
                    Some(rustls::ProtocolVersion::TLSv1_3) => "TLSv1.3",
                    _ => "",
                },
                cipher_suite: self
                    .session
                    .negotiated_cipher_suite()
                    .and_then(|suite| suite.suite().as_str())
                    .unwrap_or_default(),
                alpn: self.session.alpn_protocol().map(<[u8]>::to_vec),
                certificates_der: certificates.iter().map(|der: &CertificateDer<'_>| der.to_vec()).collect(),
            }),
            ..self.inner.info()
        }
    }
}

impl Drop for TlsTransport {
    /// Says close_notify if the peer takes it at once: half of RFC 9112 §9.8. Behind what it has not taken it never would.
    fn drop(&mut self) {
        if !self.session.is_handshaking() && !self.holds_unsent() {
            self.session.send_close_notify();
            self.send_last_words();
        }
    }
}

impl fmt::Debug for TlsTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsTransport").field("info", &self.info()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
