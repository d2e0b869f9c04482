//! A foreign program that a test talks to: started with pipes, read line by line with a deadline, ended by its id
//! when the test lets go of it. What the program says on either pipe is kept for the message of a failing test.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How long a foreign program may take for one answer; far more than any needs, so that a slow machine passes.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A running program.
#[derive(Debug)]
pub struct Peer {
    child: Child,
    shown: String,
    lines: Receiver<String>,
    complaints: Arc<Mutex<Vec<u8>>>,
}

/// What a program said until it ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Said {
    /// How it ended.
    pub status: ExitStatus,
    /// Its standard output.
    pub output: String,
    /// Its standard error so far.
    pub complaints: String,
}

impl Peer {
    /// Starts a program and writes `input` to it.
    ///
    /// # Errors
    ///
    /// The program is missing, or does not take its input.
    pub fn start(command: &mut Command, input: &[u8]) -> io::Result<Self> {
        let shown = format!("{command:?}");
        let missing = |error: io::Error| io::Error::new(error.kind(), format!("starting {shown}: {error}"));
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(missing)?;
        let output = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let errors = child.stderr.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let (send, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(output).lines() {
                if line.and_then(|line| send.send(line).map_err(io::Error::other)).is_err() {
                    return;
                }
            }
        });
        let complaints = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&complaints);
        thread::spawn(move || keep(errors, &kept));
        let peer = Self { child, shown, lines, complaints };
        peer.feed(input)
    }

    fn feed(mut self, input: &[u8]) -> io::Result<Self> {
        if let Some(mut pipe) = self.child.stdin.take() {
            pipe.write_all(input)?;
        }
        Ok(self)
    }

    /// The next line of its standard output.
    ///
    /// # Errors
    ///
    /// None came within [`PATIENCE`], or the program ended first; the message has what it complained about.
    pub fn line(&self) -> io::Result<String> {
        self.lines.recv_timeout(PATIENCE).map_err(|why| match why {
            RecvTimeoutError::Timeout => self.failed(io::ErrorKind::TimedOut, "said nothing in time"),
            RecvTimeoutError::Disconnected => {
                self.failed(io::ErrorKind::UnexpectedEof, "ended without a word")
            }
        })
    }

    /// The port that it prints as its next line.
    ///
    /// # Errors
    ///
    /// As for [`line`](Self::line), or the line is no port.
    pub fn port(&self) -> io::Result<u16> {
        let line = self.line()?;
        let digits = line.trim();
        digits
            .parse()
            .map_err(|_| self.failed(io::ErrorKind::InvalidData, &format!("printed {digits:?}, not a port")))
    }

    /// Everything it says until its output closes, and how it ended.
    ///
    /// # Errors
    ///
    /// It went silent for longer than [`PATIENCE`], or could not be waited for.
    pub fn finish(mut self) -> io::Result<Said> {
        let mut output = String::new();
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => {
                    output.push_str(&line);
                    output.push('\n');
                }
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    return Err(self.failed(io::ErrorKind::TimedOut, "does not end"));
                }
            }
        }
        let status = self.child.wait()?;
        Ok(Said { status, output, complaints: self.complaints() })
    }

    /// Whether it has not ended yet.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// What it wrote to standard error so far.
    #[must_use]
    pub fn complaints(&self) -> String {
        let bytes = self.complaints.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn failed(&self, kind: io::ErrorKind, what: &str) -> io::Error {
        io::Error::new(kind, format!("{} {what}; its standard error:\n{}", self.shown, self.complaints()))
    }
}

impl Drop for Peer {
    /// Ends the program; it may have ended by itself, which is fine.
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Runs a program to its end and hands back its standard output.
///
/// # Errors
///
/// It could not be started, did not end within [`PATIENCE`], or ended badly: the message has what it complained about.
pub fn run(command: &mut Command, input: &[u8]) -> io::Result<String> {
    let shown = format!("{command:?}");
    let said = Peer::start(command, input)?.finish()?;
    if said.status.success() {
        return Ok(said.output);
    }
    Err(io::Error::other(format!(
        "{shown} failed ({}); its standard error:\n{}",
        said.status, said.complaints
    )))
}

fn keep(mut pipe: impl Read, kept: &Mutex<Vec<u8>>) {
    let mut piece = [0_u8; 1024];
    while let Ok(count @ 1..) = pipe.read(&mut piece) {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(piece.iter().take(count));
    }
}
