//! The kinds of sockets that a connection can have, behind one set of calls on `&self`, so that another thread can
//! cut a connection that is busy.

#[cfg(unix)]
use rustix::net::SendFlags;
use std::io::{self, IoSlice, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// For a write that does not wait, and whose failure is an error only.
#[cfg(all(unix, not(target_vendor = "apple")))]
const NOW: SendFlags = SendFlags::DONTWAIT.union(SendFlags::NOSIGNAL);
/// The standard library has seen to it that there is no signal.
#[cfg(all(unix, target_vendor = "apple"))]
const NOW: SendFlags = SendFlags::DONTWAIT;

/// A stream socket, or a script in memory that takes its place in tests of handlers.
#[derive(Debug)]
pub(crate) enum Socket {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
    Memory(Box<Mutex<Script>>),
}

/// Input that is there from the beginning or comes when it is put there, and output that is kept.
#[derive(Debug, Default)]
pub(crate) struct Script {
    pub(crate) input: io::Cursor<Vec<u8>>,
    pub(crate) output: Vec<u8>,
    /// Whether more input may come: then reading beyond what is there does not tell the end.
    pub(crate) open: bool,
    /// Whether the peer has gone away.
    pub(crate) gone: bool,
    /// Whether this side has said that nothing follows.
    pub(crate) ended: bool,
    /// How the peer keeps this side waiting.
    #[cfg(test)]
    pub(crate) tempo: Tempo,
}

/// A peer that takes its time, by the clock of the thread that waits for it.
#[cfg(test)]
#[derive(Debug, Default)]
pub(crate) struct Tempo {
    /// How many bytes it sends or takes at a time, and how long that lasts.
    pub(crate) piece: Option<(usize, Duration)>,
    /// Whether there is no room for anything.
    pub(crate) full: bool,
    /// Whether there is room for whoever waits for it, and for nobody else.
    pub(crate) crowded: bool,
    /// For how many bytes there is room without waiting, where that is bounded.
    pub(crate) room: Option<usize>,
    /// How long a read or write that cannot go on waits.
    pub(crate) timeout: Option<Duration>,
}

impl Script {
    /// Reads as a socket does that waits.
    fn read_waiting(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let result = self.read(out);
        #[cfg(test)]
        self.tempo.spend(&result);
        result
    }

    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        #[cfg(test)]
        let out = match self.tempo.piece {
            Some((count, _)) if count < out.len() => &mut out[..count],
            _ => out,
        };
        match self.input.read(out)? {
            0 if !out.is_empty() && self.gone => Err(io::ErrorKind::ConnectionReset.into()),
            0 if !out.is_empty() && self.open => Err(io::ErrorKind::WouldBlock.into()),
            count => Ok(count),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.gone {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        #[cfg(test)]
        if self.tempo.full || self.tempo.piece.is_some() {
            let result = self.tempo.take(bytes, &mut self.output);
            self.tempo.spend(&result);
            return result;
        }
        self.output.write(bytes)
    }

    fn write_vectored(&mut self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        if self.gone {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        #[cfg(test)]
        if self.tempo.full || self.tempo.piece.is_some() {
            return self.write(&parts.iter().flat_map(|part| part.iter().copied()).collect::<Vec<_>>());
        }
        self.output.write_vectored(parts)
    }

    /// Writes as a socket does that never waits.
    fn write_now(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.gone {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        #[cfg(test)]
        let bytes = self.tempo.fitting(bytes)?;
        self.output.write(bytes)
    }

    fn take_error(&self) -> io::Result<Option<io::Error>> {
        Ok(self.gone.then(|| io::ErrorKind::ConnectionReset.into()))
    }

    /// Looks at what is there; the end only of a peer that has gone away.
    fn peek(&self, out: &mut [u8]) -> io::Result<usize> {
        let from = usize::try_from(self.input.position()).unwrap_or(usize::MAX);
        let mut rest = self.input.get_ref().get(from..).unwrap_or_default();
        match rest.read(out)? {
            0 if !self.gone => Err(io::ErrorKind::WouldBlock.into()),
            count => Ok(count),
        }
    }
}

#[cfg(test)]
impl Tempo {
    /// As much as there is room for.
    fn fitting<'b>(&mut self, bytes: &'b [u8]) -> io::Result<&'b [u8]> {
        let room =
            if self.full || self.crowded { 0 } else { self.room.unwrap_or(usize::MAX) }.min(bytes.len());
        if room == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        self.room = self.room.map(|left| left - room);
        Ok(&bytes[..room])
    }

    fn take(&self, bytes: &[u8], output: &mut Vec<u8>) -> io::Result<usize> {
        match self.piece {
            _ if self.full => Err(io::ErrorKind::WouldBlock.into()),
            Some((count, _)) => output.write(&bytes[..count.min(bytes.len())]),
            None => output.write(bytes),
        }
    }

    /// The time that such a call takes goes by.
    fn spend<T>(&self, result: &io::Result<T>) {
        let time = match result {
            Ok(_) => self.piece.map(|(_, time)| time),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.timeout,
            Err(_) => None,
        };
        crate::clock::advance(time.unwrap_or_default());
    }
}

macro_rules! each {
    ($socket:expr, $stream:ident => $call:expr, $script:ident => $scripted:expr) => {
        match $socket {
            Socket::Tcp($stream) => $call,
            #[cfg(unix)]
            Socket::Unix($stream) => $call,
            Socket::Memory(script) => {
                let mut guard = script.lock().unwrap_or_else(PoisonError::into_inner);
                let $script = &mut *guard;
                $scripted
            }
        }
    };
}

/// A call that does not wait, where there is no flag for that.
#[cfg(not(unix))]
fn at_once<T>(stream: &TcpStream, call: impl FnOnce(&TcpStream) -> io::Result<T>) -> io::Result<T> {
    stream.set_nonblocking(true)?;
    let result = call(stream);
    stream.set_nonblocking(false)?;
    result
}

impl Socket {
    /// Reads, and waits for input up to the socket's timeout.
    pub(crate) fn read(&self, out: &mut [u8]) -> io::Result<usize> {
        each!(self, stream => { let mut stream = stream; stream.read(out) }, script => script.read_waiting(out))
    }

    /// Reads what is there; [`io::ErrorKind::WouldBlock`] where nothing is.
    pub(crate) fn read_now(&self, out: &mut [u8]) -> io::Result<usize> {
        #[cfg(unix)]
        {
            use rustix::net::{RecvFlags, recv};
            each!(
                self,
                stream => recv(stream, out, RecvFlags::DONTWAIT).map(|(count, _)| count).map_err(Into::into),
                script => script.read(out)
            )
        }
        #[cfg(not(unix))]
        {
            each!(
                self,
                stream => at_once(stream, |mut stream| stream.read(out)),
                script => script.read(out)
            )
        }
    }

    /// Writes some of `bytes`, and waits for room up to the socket's timeout.
    pub(crate) fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        each!(self, stream => { let mut stream = stream; stream.write(bytes) }, script => script.write(bytes))
    }

    /// Writes some of `parts`.
    pub(crate) fn write_vectored(&self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        each!(
            self,
            stream => { let mut stream = stream; stream.write_vectored(parts) },
            script => script.write_vectored(parts)
        )
    }

    /// Whether no call waits from now on.
    pub(crate) fn set_nonblocking(&self, never_waits: bool) -> io::Result<()> {
        each!(self, stream => stream.set_nonblocking(never_waits), _script => Ok(()))
    }

    /// Writes what there is room for; [`io::ErrorKind::WouldBlock`] where there is none.
    pub(crate) fn write_now(&self, bytes: &[u8]) -> io::Result<usize> {
        #[cfg(unix)]
        {
            use rustix::net::send;
            each!(
                self,
                stream => send(stream, bytes, NOW).map_err(Into::into),
                script => script.write_now(bytes)
            )
        }
        #[cfg(not(unix))]
        {
            each!(
                self,
                stream => at_once(stream, |mut stream| stream.write(bytes)),
                script => script.write_now(bytes)
            )
        }
    }

    /// Writes of `parts` what there is room for; [`io::ErrorKind::WouldBlock`] where there is none.
    pub(crate) fn write_vectored_now(&self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        #[cfg(unix)]
        {
            use rustix::net::{SendAncillaryBuffer, sendmsg};
            each!(
                self,
                stream => sendmsg(stream, parts, &mut SendAncillaryBuffer::default(), NOW).map_err(Into::into),
                script => script.write_now(parts.first().map_or(&[], |part| &**part))
            )
        }
        #[cfg(not(unix))]
        {
            each!(
                self,
                stream => at_once(stream, |mut stream| stream.write_vectored(parts)),
                script => script.write_now(parts.first().map_or(&[], |part| &**part))
            )
        }
    }

    /// Whether the kernel can copy files into it.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(crate) const fn takes_files(&self) -> bool {
        !matches!(self, Self::Memory(_))
    }

    /// Writes what there is room for and says that more follows at once, so that it waits for company.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(crate) fn write_more_now(&self, bytes: &[u8]) -> io::Result<usize> {
        use rustix::net::send;
        each!(
            self,
            stream => send(stream, bytes, SendFlags::MORE | NOW).map_err(Into::into),
            script => script.write_now(bytes)
        )
    }

    /// Lets the kernel copy up to `count` bytes of a file from `offset` on, which moves.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(crate) fn send_file(
        &self,
        file: &std::fs::File,
        offset: &mut u64,
        count: usize,
    ) -> Result<usize, rustix::io::Errno> {
        use rustix::fs::sendfile;
        match self {
            Self::Tcp(stream) => sendfile(stream, file, Some(offset), count),
            Self::Unix(stream) => sendfile(stream, file, Some(offset), count),
            Self::Memory(_) => Err(rustix::io::Errno::INVAL),
        }
    }

    /// Whether there are bytes that have not been read. Does not wait.
    pub(crate) fn has_input(&self) -> bool {
        matches!(self.peek(), Ok(count) if count > 0)
    }

    /// Whether the peer has closed its sending side or reset the connection. Does not wait.
    pub(crate) fn peer_gone(&self) -> bool {
        match self.peek() {
            Ok(count) => count == 0,
            Err(error) => !matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted),
        }
    }

    /// What has broken the connection since somebody asked: a reset, as a rule.
    pub(crate) fn take_error(&self) -> Option<io::Error> {
        each!(self, stream => stream.take_error(), script => script.take_error()).unwrap_or_else(Some)
    }

    /// One if a byte is there, 0 at the end; [`io::ErrorKind::WouldBlock`] where there is nothing yet.
    fn peek(&self) -> io::Result<usize> {
        self.peek_now(&mut [0u8; 1])
    }

    /// Looks at what is there without taking it; [`io::ErrorKind::WouldBlock`] where nothing is.
    pub(crate) fn peek_now(&self, out: &mut [u8]) -> io::Result<usize> {
        #[cfg(unix)]
        {
            use rustix::net::{RecvFlags, recv};
            each!(
                self,
                stream => recv(stream, out, RecvFlags::DONTWAIT | RecvFlags::PEEK)
                    .map(|(count, _)| count)
                    .map_err(Into::into),
                script => script.peek(out)
            )
        }
        #[cfg(not(unix))]
        {
            each!(
                self,
                stream => at_once(stream, |stream| stream.peek(out)),
                script => script.peek(out)
            )
        }
    }

    /// Waits until there is input, or the end of it, up to the socket's timeout, and takes none.
    #[cfg(feature = "tls")]
    pub(crate) fn wait_readable(&self) -> io::Result<()> {
        let mut byte = [0u8; 1];
        #[cfg(unix)]
        {
            use rustix::net::{RecvFlags, recv};
            each!(
                self,
                stream => recv(stream, &mut byte[..], RecvFlags::PEEK).map(drop).map_err(Into::into),
                _script => Err(io::ErrorKind::WouldBlock.into())
            )
        }
        #[cfg(not(unix))]
        {
            each!(self, stream => stream.peek(&mut byte).map(drop), _script => Err(io::ErrorKind::WouldBlock.into()))
        }
    }

    /// Waits until there is input, or the end of it, for so long at most (`None` for ever); whether there is. Reads wait
    /// for `usual` behind it.
    pub(crate) fn wait_input(&self, timeout: Option<Duration>, usual: Option<Duration>) -> bool {
        let mut byte = [0u8; 1];
        #[cfg(unix)]
        let mut peek = || {
            use rustix::net::{RecvFlags, recv};
            each!(
                self,
                stream => recv(stream, &mut byte[..], RecvFlags::PEEK).map(|(_, count)| count).map_err(io::Error::from),
                _script => Err(io::ErrorKind::WouldBlock.into())
            )
        };
        #[cfg(not(unix))]
        let mut peek = || each!(self, stream => stream.peek(&mut byte), _script => Err(io::ErrorKind::WouldBlock.into()));
        let timeout = timeout.map(|timeout| timeout.max(Duration::from_millis(1)));
        let limit = |timeout| each!(self, stream => stream.set_read_timeout(timeout), _script => Ok(()));
        let found = limit(timeout).and_then(|()| peek());
        let restored = limit(usual);
        let is_timeout =
            |error: &io::Error| matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut);
        // Any other error is one that reading will tell; and behind a signal, it finds that there is nothing yet.
        restored.is_ok() && !found.is_err_and(|error| is_timeout(&error))
    }

    /// Closes one side or both. A socket that is closed already is no error.
    pub(crate) fn shutdown(&self, how: Shutdown) {
        let result = each!(self, stream => stream.shutdown(how), script => {
            script.ended |= how != Shutdown::Read;
            Ok(())
        });
        // The peer may have closed first: then there is nothing left to do.
        drop(result);
    }

    /// Closing throws away what is queued and resets the connection.
    pub(crate) fn reset_on_close(&self) {
        // Where the system refuses, the connection ends like any other.
        if let Self::Tcp(stream) = self {
            let _ = socket2::SockRef::from(stream).set_linger(Some(Duration::ZERO));
        }
    }

    /// How long reads and writes wait without a byte moving; `None` for ever.
    pub(crate) fn set_timeouts(&self, read: Option<Duration>, write: Option<Duration>) -> io::Result<()> {
        each!(
            self,
            stream => stream.set_read_timeout(read).and_then(|()| stream.set_write_timeout(write)),
            _script => {
                #[cfg(test)]
                (_script.tempo.timeout = read.or(write));
                Ok(())
            }
        )
    }

    /// The address on this side, where the socket has one.
    pub(crate) fn local_addr(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp(stream) => stream.local_addr().ok(),
            _ => None,
        }
    }
}
