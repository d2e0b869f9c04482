//! A TLS session as a transport over another one. What may be negotiated is decided in `tls.rs`.

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

/// TLS over `inner`.
pub(crate) struct TlsTransport {
    session: ClientConnection,
    inner: Box<dyn Transport>,
    /// Ciphertext that has been read and not yet been taken by the session: `start..end`.
    ciphertext: Vec<u8>,
    start: usize,
    end: usize,
}

impl TlsTransport {
    pub(crate) fn new(session: ClientConnection, inner: Box<dyn Transport>) -> Self {
        Self { session, inner, ciphertext: Vec::new(), start: 0, end: 0 }
    }

    /// Drives the handshake as far as one flight in each direction: whether it is done.
    ///
    /// Returning after each flight lets the caller set the time that is left.
    pub(crate) fn handshake_step(&mut self) -> io::Result<bool> {
        self.flush_ciphertext()?;
        if self.session.is_handshaking() {
            if self.read_ciphertext()? == 0 {
                return Err(io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    "the connection ended during the TLS handshake",
                ));
            }
            self.flush_ciphertext()?;
        }
        Ok(!self.session.is_handshaking())
    }

    /// Sends all ciphertext that is waiting.
    fn flush_ciphertext(&mut self) -> io::Result<()> {
        while self.session.wants_write() {
            if self.session.write_tls(&mut self.inner)? == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
        }
        Ok(())
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
            // The alert that says why; whether it arrives is of no interest.
            let _ = self.flush_ciphertext();
            return Err(io::Error::new(io::ErrorKind::InvalidData, error));
        }
        Ok(taken)
    }

    /// Reads once, and answers what a key update or an alert may ask.
    fn read_more(&mut self) -> io::Result<()> {
        self.read_ciphertext()?;
        if self.session.wants_write() { self.flush_ciphertext() } else { Ok(()) }
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
        loop {
            match self.session.reader().read(buf) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                other => return other,
            }
            self.read_more()?;
        }
    }

    fn read_vectored(&mut self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
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
            self.read_more()?;
        }
    }
}

impl Write for TlsTransport {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.flush_ciphertext()?;
        let count = self.session.writer().write(buf)?;
        self.flush_ciphertext()?;
        Ok(count)
    }

    fn write_vectored(&mut self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        self.flush_ciphertext()?;
        let count = self.session.writer().write_vectored(bufs)?;
        self.flush_ciphertext()?;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.flush_ciphertext()?;
        self.inner.flush()
    }
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
    /// Sends waiting ciphertext: whether all of it went before an answer came.
    fn flush_unless_incoming(&mut self) -> io::Result<bool> {
        while self.session.wants_write() {
            let mut below = UnlessIncoming(&mut self.inner, false);
            match self.session.write_tls(&mut below) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(_) => {}
                Err(_) if below.1 => {
                    if self.incoming_plaintext()? != Incoming::Nothing {
                        return Ok(false);
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }
}

impl Transport for TlsTransport {
    fn set_read_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        self.inner.set_read_timeout(timeout)
    }

    fn set_write_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        self.inner.set_write_timeout(timeout)
    }

    fn incoming(&mut self) -> io::Result<Incoming> {
        self.incoming_plaintext()
    }

    fn write_unless_incoming(&mut self, data: &[IoSlice<'_>]) -> io::Result<Option<usize>> {
        if !self.flush_unless_incoming()? {
            return Ok(None);
        }
        let count = self.session.writer().write_vectored(data)?;
        Ok(self.flush_unless_incoming()?.then_some(count))
    }

    fn close_write(&mut self) -> io::Result<()> {
        self.session.send_close_notify();
        self.flush_ciphertext()?;
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
    /// Says close_notify if that does not wait: half of RFC 9112 §9.8.
    fn drop(&mut self) {
        if !self.session.is_handshaking() {
            self.session.send_close_notify();
            let _ = self.session.write_tls(&mut UnlessIncoming(&mut self.inner, false));
        }
    }
}

impl fmt::Debug for TlsTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsTransport").field("info", &self.info()).finish_non_exhaustive()
    }
}
