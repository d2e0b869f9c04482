//! Tests without a network: a transport that follows a script, and a clock that moves when it is told to.
//!
//! ```
//! use http_client::testing::Script;
//! use http_client::{Headers, HttpConnection};
//!
//! let (transport, recording) = Script::new()
//!     .expect("GET / HTTP/1.1\r\nHost: example.org\r\nAccept-Encoding: identity\r\n\r\n")
//!     .reply("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
//!     .build();
//! let mut connection = HttpConnection::from_transport(transport, "example.org")?;
//! connection.request("GET", "/", (), &Headers::new())?;
//! assert_eq!(connection.get_response()?.read_all(100)?, b"hello");
//! assert_eq!(recording.check(), Ok(()));
//! # Ok::<(), http_client::Error>(())
//! ```

use crate::authority::Authority;
use crate::bell::Bell;
use crate::clock::{Clock, SystemClock};
use crate::connect::Connect;
use crate::transport::{Incoming, Transport};
use std::collections::VecDeque;
use std::fmt;
use std::io::{self, Read, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A clock that stands still until it is moved; scripted delays move it. Whoever waits by it waits until it has been
/// moved far enough.
#[derive(Clone, Debug)]
pub struct FakeClock {
    hands: Arc<Hands>,
}

#[derive(Debug)]
struct Hands {
    face: Mutex<Face>,
    changed: Condvar,
}

#[derive(Debug)]
struct Face {
    now: Instant,
    /// Whoever waits by this clock.
    waiting: Vec<Arc<Bell>>,
}

/// How long [`FakeClock::advance_once_waited_for`] has patience, by the system's time.
const WAITED_FOR_MAX: Duration = Duration::from_secs(60);

impl FakeClock {
    /// A clock that shows some time.
    #[must_use]
    pub fn new() -> Self {
        let face = Mutex::new(Face { now: SystemClock.now(), waiting: Vec::new() });
        Self { hands: Arc::new(Hands { face, changed: Condvar::new() }) }
    }

    fn face(&self) -> MutexGuard<'_, Face> {
        self.hands.face.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves it forward.
    pub fn advance(&self, by: Duration) {
        let mut face = self.face();
        if let Some(later) = face.now.checked_add(by) {
            face.now = later;
        }
        face.waiting.iter().for_each(|bell| bell.nudge());
    }

    /// Moves it forward as soon as some thread waits by it: whether one did within a minute of the system's time.
    pub fn advance_once_waited_for(&self, by: Duration) -> bool {
        let nobody = |face: &mut Face| face.waiting.is_empty();
        let (face, _) = self
            .hands
            .changed
            .wait_timeout_while(self.face(), WAITED_FOR_MAX, nobody)
            .unwrap_or_else(PoisonError::into_inner);
        let is_waited_for = !face.waiting.is_empty();
        drop(face);
        self.advance(by);
        is_waited_for
    }
}

impl Default for FakeClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Instant {
        self.face().now
    }

    fn wait(&self, bell: &Arc<Bell>, limit: Option<Duration>) -> bool {
        let until = limit.and_then(|limit| self.now().checked_add(limit));
        self.face().waiting.push(Arc::clone(bell));
        self.hands.changed.notify_all();
        let was_rung = loop {
            let seen = bell.nudges();
            if bell.take() {
                break true;
            }
            if until.is_some_and(|until| until <= self.now()) {
                break false;
            }
            bell.wait_past(seen);
        };
        let mut face = self.face();
        if let Some(at) = face.waiting.iter().position(|waiting| Arc::ptr_eq(waiting, bell)) {
            face.waiting.swap_remove(at);
        }
        was_rung
    }
}

/// What the peer does, step by step.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Script {
    steps: VecDeque<Step>,
    clock: Option<FakeClock>,
    write_bytes_max: Option<usize>,
}

#[derive(Clone, Debug)]
enum Step {
    /// Takes exactly these bytes.
    Expect(Vec<u8>),
    /// Gives these bytes.
    Reply(Vec<u8>),
    /// Does nothing for so long, neither reading nor writing.
    Delay(Duration),
    /// A system call is interrupted.
    Interrupt,
    /// Ends its side.
    End,
    /// Resets the connection.
    Reset,
    /// Takes no more bytes: writes fail.
    RefuseWrites,
}

impl Script {
    /// A peer that does nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// The peer takes exactly these bytes before it goes on. Others make the write fail.
    pub fn expect(self, bytes: impl AsRef<[u8]>) -> Self {
        self.then(Step::Expect(bytes.as_ref().to_vec()))
    }

    /// The peer sends these bytes in one piece.
    pub fn reply(self, bytes: impl AsRef<[u8]>) -> Self {
        self.then(Step::Reply(bytes.as_ref().to_vec()))
    }

    /// The peer sends these bytes in pieces of this size.
    pub fn reply_in_pieces(mut self, bytes: impl AsRef<[u8]>, piece_bytes: usize) -> Self {
        for piece in bytes.as_ref().chunks(piece_bytes.max(1)) {
            self = self.reply(piece);
        }
        self
    }

    /// The peer does nothing for so long. The clock of [`clock`](Self::clock) moves on meanwhile; timeouts count.
    pub fn delay(self, time: Duration) -> Self {
        self.then(Step::Delay(time))
    }

    /// The next read or write is interrupted by a signal.
    pub fn interrupt(self) -> Self {
        self.then(Step::Interrupt)
    }

    /// The peer ends its side.
    pub fn end(self) -> Self {
        self.then(Step::End)
    }

    /// The peer resets the connection: reads and writes fail.
    pub fn reset(self) -> Self {
        self.then(Step::Reset)
    }

    /// From here on writes fail with a broken pipe; what follows can still be read.
    pub fn refuse_writes(self) -> Self {
        self.then(Step::RefuseWrites)
    }

    /// The clock that delays move.
    pub fn clock(mut self, clock: &FakeClock) -> Self {
        self.clock = Some(clock.clone());
        self
    }

    /// Each write takes at most so many bytes.
    pub fn write_bytes_max(mut self, bytes: usize) -> Self {
        self.write_bytes_max = Some(bytes.max(1));
        self
    }

    fn then(mut self, step: Step) -> Self {
        self.steps.push_back(step);
        self
    }

    /// The transport, and what tells how it went.
    #[must_use]
    pub fn build(self) -> (ScriptedTransport, Recording) {
        let shared = Arc::new(Mutex::new(Shared { script: self, ..Shared::default() }));
        (ScriptedTransport { shared: Arc::clone(&shared) }, Recording { shared })
    }
}

#[derive(Debug, Default)]
struct Shared {
    script: Script,
    sent: Vec<u8>,
    writes: Vec<usize>,
    reads: usize,
    read_timeout: Option<Duration>,
    write_timeout: Option<Duration>,
    timeouts_set: usize,
    refuses_writes: bool,
    problem: Option<String>,
    dropped: bool,
}

impl Shared {
    /// Lets a delay pass, or as much of it as the timeout allows.
    fn wait(&mut self, time: Duration, timeout: Option<Duration>) -> io::Result<()> {
        let passed = timeout.map_or(time, |timeout| timeout.min(time));
        if let Some(clock) = &self.script.clock {
            clock.advance(passed);
        }
        self.script.steps.pop_front();
        if passed < time {
            self.script.steps.push_front(Step::Delay(time.saturating_sub(passed)));
            return Err(io::ErrorKind::WouldBlock.into());
        }
        Ok(())
    }

    fn complain(&mut self, problem: String) -> io::Error {
        let error = io::Error::other(problem.clone());
        self.problem.get_or_insert(problem);
        error
    }

    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.script.steps.front_mut() {
                Some(Step::Reply(bytes)) => {
                    let count = bytes.len().min(buf.len());
                    if let (Some(to), Some(from)) = (buf.get_mut(..count), bytes.get(..count)) {
                        to.copy_from_slice(from);
                    }
                    bytes.drain(..count);
                    if bytes.is_empty() {
                        self.script.steps.pop_front();
                    }
                    if count > 0 || buf.is_empty() {
                        self.reads += 1;
                        return Ok(count);
                    }
                }
                Some(Step::Expect(bytes)) if bytes.is_empty() => {
                    self.script.steps.pop_front();
                }
                Some(Step::Expect(bytes)) => {
                    let problem =
                        format!("reading, while the peer waits for {:?}", bytes.escape_ascii().to_string());
                    return Err(self.complain(problem));
                }
                Some(&mut Step::Delay(time)) => self.wait(time, self.read_timeout)?,
                Some(Step::Interrupt) => {
                    self.script.steps.pop_front();
                    return Err(io::ErrorKind::Interrupted.into());
                }
                Some(Step::RefuseWrites) => {
                    self.refuses_writes = true;
                    self.script.steps.pop_front();
                }
                Some(Step::Reset) => return Err(io::ErrorKind::ConnectionReset.into()),
                Some(Step::End) => return Ok(0),
                None => {
                    return Err(self.complain(String::from("reading behind the end of the script")));
                }
            }
        }
    }

    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let mut count = self.script.write_bytes_max.unwrap_or(usize::MAX).min(buf.len());
        loop {
            if self.refuses_writes {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            match self.script.steps.front_mut() {
                Some(Step::Expect(expected)) if expected.is_empty() => {
                    self.script.steps.pop_front();
                }
                Some(Step::Expect(expected)) => {
                    count = count.min(expected.len());
                    let given = buf.get(..count).unwrap_or_default();
                    if !expected.starts_with(given) {
                        let problem = format!(
                            "the peer waits for {:?} and gets {:?}",
                            expected.escape_ascii().to_string(),
                            given.escape_ascii().to_string()
                        );
                        return Err(self.complain(problem));
                    }
                    expected.drain(..count);
                    break;
                }
                Some(&mut Step::Delay(time)) => self.wait(time, self.write_timeout)?,
                Some(Step::Interrupt) => {
                    self.script.steps.pop_front();
                    return Err(io::ErrorKind::Interrupted.into());
                }
                Some(Step::RefuseWrites) => {
                    self.refuses_writes = true;
                    self.script.steps.pop_front();
                }
                Some(Step::Reset) => return Err(io::ErrorKind::ConnectionReset.into()),
                Some(Step::Reply(_) | Step::End) | None => break,
            }
        }
        self.sent.extend_from_slice(buf.get(..count).unwrap_or_default());
        self.writes.push(count);
        Ok(count)
    }

    fn incoming(&self) -> Incoming {
        let taken = |step: &&Step| matches!(step, Step::Expect(bytes) if bytes.is_empty());
        match self.script.steps.iter().find(|step| !taken(step)) {
            Some(Step::Reply(_)) => Incoming::Bytes,
            Some(Step::End | Step::Reset) => Incoming::End,
            _ => Incoming::Nothing,
        }
    }
}

/// A transport that follows a [`Script`].
#[derive(Debug)]
pub struct ScriptedTransport {
    shared: Arc<Mutex<Shared>>,
}

impl ScriptedTransport {
    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Read for ScriptedTransport {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.shared().read(buf)
    }
}

impl Write for ScriptedTransport {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.shared().write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Transport for ScriptedTransport {
    fn set_read_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        let mut shared = self.shared();
        shared.read_timeout = timeout;
        shared.timeouts_set += 1;
        Ok(())
    }

    fn set_write_timeout(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        let mut shared = self.shared();
        shared.write_timeout = timeout;
        shared.timeouts_set += 1;
        Ok(())
    }

    fn incoming(&mut self) -> io::Result<Incoming> {
        Ok(self.shared().incoming())
    }
}

impl Drop for ScriptedTransport {
    fn drop(&mut self) {
        self.shared().dropped = true;
    }
}

/// What happened on a [`ScriptedTransport`], while it is used and afterwards.
#[derive(Clone, Debug)]
pub struct Recording {
    shared: Arc<Mutex<Shared>>,
}

impl Recording {
    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All bytes that were written.
    #[must_use]
    pub fn sent(&self) -> Vec<u8> {
        self.shared().sent.clone()
    }

    /// The sizes of the writes.
    #[must_use]
    pub fn writes(&self) -> Vec<usize> {
        self.shared().writes.clone()
    }

    /// How often something was read.
    #[must_use]
    pub fn reads(&self) -> usize {
        self.shared().reads
    }

    /// How often a timeout was set.
    #[must_use]
    pub fn timeouts_set(&self) -> usize {
        self.shared().timeouts_set
    }

    /// Whether the transport has been closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.shared().dropped
    }

    /// Whether everything went by the script, to its end.
    ///
    /// # Errors
    /// What differed first, or what the script still waits for.
    pub fn check(&self) -> Result<(), String> {
        let shared = self.shared();
        if let Some(problem) = &shared.problem {
            return Err(problem.clone());
        }
        let left = |step: &&Step| match step {
            Step::Expect(bytes) | Step::Reply(bytes) => !bytes.is_empty(),
            Step::End | Step::Reset | Step::RefuseWrites => false,
            Step::Delay(_) | Step::Interrupt => true,
        };
        match shared.script.steps.iter().find(left) {
            Some(Step::Expect(bytes)) => {
                Err(format!("the peer still waits for \"{}\"", bytes.escape_ascii()))
            }
            Some(Step::Reply(bytes)) => Err(format!("nobody has read \"{}\"", bytes.escape_ascii())),
            Some(step) => Err(format!("the script is not at its end: {step:?}")),
            None => Ok(()),
        }
    }
}

/// Gives one scripted transport after the other to a connection that opens several times.
pub struct ScriptedConnector {
    transports: Mutex<VecDeque<ScriptedTransport>>,
}

impl ScriptedConnector {
    /// A connector that follows these scripts in order, and refuses further connections.
    #[must_use]
    pub fn new(scripts: impl IntoIterator<Item = Script>) -> (Self, Vec<Recording>) {
        let (transports, recordings): (VecDeque<_>, Vec<_>) = scripts.into_iter().map(Script::build).unzip();
        (Self { transports: Mutex::new(transports) }, recordings)
    }
}

impl Connect for ScriptedConnector {
    fn connect(&self, _to: &Authority, _timeout: Option<Duration>) -> io::Result<Box<dyn Transport>> {
        let next = self.transports.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        match next {
            Some(transport) => Ok(Box::new(transport)),
            None => Err(io::ErrorKind::ConnectionRefused.into()),
        }
    }
}

impl fmt::Debug for ScriptedConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let left = self.transports.lock().unwrap_or_else(PoisonError::into_inner).len();
        f.debug_struct("ScriptedConnector").field("transports_left", &left).finish()
    }
}

#[cfg(test)]
mod tests;
