//! The log of a run: in which form, in which time, where to, and in colour only where a person looks on.

use super::{Failure, Options};
use httpkit::server::observe::Event;
use httpkit::server::{Handler, Logged, ServerBuilder};
use std::fs::File;
use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Writes lines for what never reaches a handler.
pub(crate) type Refusals = Box<dyn Fn(&Event<'_>) + Send + Sync>;

/// What is found out at the start, while there is one thread and all rights: the file, if there is one, and how far local
/// time is ahead of UTC.
#[derive(Debug)]
pub(crate) struct Journal {
    file: Option<Arc<LogFile>>,
    offset_minutes: i16,
}

impl Journal {
    /// What the options ask for; `None` where nothing is logged.
    pub(crate) fn open(options: &Options) -> Result<Option<Self>, Failure> {
        if options.quiet {
            return Ok(None);
        }
        let file = options.log_file.as_ref().map(LogFile::open).transpose()?.map(Arc::new);
        Ok(Some(Self { file, offset_minutes: local_offset_minutes() }))
    }

    /// The file, to be opened again.
    pub(crate) fn file(&self) -> Option<Arc<LogFile>> {
        self.file.clone()
    }
}

/// A log file that can be moved away: then it is opened again by its name.
#[derive(Debug)]
pub(crate) struct LogFile {
    path: PathBuf,
    file: Mutex<File>,
}

impl LogFile {
    fn open(path: &PathBuf) -> Result<Self, Failure> {
        // The name must mean the same whenever it is opened again.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
        let file = Mutex::new(open(&path)?);
        Ok(Self { path, file })
    }

    /// Writes from now on to what has the name now; where that cannot be, on to what it was.
    pub(crate) fn open_again(&self) -> Result<(), Failure> {
        let file = open(&self.path)?;
        *self.file.lock().unwrap_or_else(PoisonError::into_inner) = file;
        Ok(())
    }
}

fn open(path: &Path) -> Result<File, Failure> {
    let opened = File::options().append(true).create(true).open(path);
    opened.map_err(|error| Failure::new(format!("cannot write the log file {}: {error}", path.display())))
}

/// Where the lines go.
struct Lines(Arc<LogFile>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.file.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.file.lock().unwrap_or_else(PoisonError::into_inner).flush()
    }
}

/// The handler with a line for each of its answers, and what writes such lines where no handler is asked.
pub(crate) fn logged(
    handler: Box<dyn Handler>,
    options: &Options,
    journal: Option<Journal>,
) -> (Box<dyn Handler>, Option<Refusals>) {
    let Some(Journal { file, offset_minutes }) = journal else { return (handler, None) };
    let mut logged = Logged::new(handler).format(options.log.into()).utc_offset_minutes(offset_minutes);
    if let Some(file) = file {
        logged = logged.to_writer(Lines(file));
    } else if wants_colour() {
        logged = logged.to_sink(|line| super::say(&coloured(line)));
    }
    let refusals = logged.observer();
    (Box::new(logged), Some(Box::new(refusals)))
}

/// Tells of what never reaches a handler, unless that was not asked for.
pub(crate) fn observed(builder: ServerBuilder, refusals: Option<Refusals>) -> ServerBuilder {
    builder.observer(move |event| match (&refusals, event) {
        (Some(log), Event::Refused { .. }) => log(event),
        (Some(_), Event::BadRequest { .. }) => super::say(&event.to_string()),
        (_, Event::AddressFull { .. }) => super::say(&format!("{event} (--max-connections-per-address)")),
        (_, Event::ThreadsExhausted { .. }) => super::say(&format!("{event} (--threads)")),
        _ if event.is_own_fault() => super::say(&event.to_string()),
        _ => {}
    })
}

/// How far local time is ahead of UTC: asked once at the start, since the system answers safely only to a process
/// without other threads; 0 where it does not answer.
fn local_offset_minutes() -> i16 {
    time::UtcOffset::current_local_offset().map_or(0, time::UtcOffset::whole_minutes)
}

/// Colour is for terminals, and not for those who have said no (<https://no-color.org>).
fn wants_colour() -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    io::stderr().is_terminal() && !refused
}

/// The line with its status in the colour of its class.
fn coloured(line: &str) -> String {
    const RED: &str = "\u{1b}[31m";
    const GREEN: &str = "\u{1b}[32m";
    const YELLOW: &str = "\u{1b}[33m";
    const CYAN: &str = "\u{1b}[36m";
    const PLAIN: &str = "\u{1b}[0m";
    let Some((before, rest)) =
        line.split_once(" HTTP/1.").and_then(|(target, _)| line.split_at_checked(target.len() + 11))
    else {
        return line.to_owned();
    };
    let (Some(status), Some(after)) = (rest.get(..3), rest.get(3..)) else {
        return line.to_owned();
    };
    let colour = match status.as_bytes().first() {
        Some(b'2') => GREEN,
        Some(b'3') => CYAN,
        Some(b'4') => YELLOW,
        Some(b'5') => RED,
        _ => return line.to_owned(),
    };
    format!("{before}{colour}{status}{PLAIN}{after}")
}

#[cfg(test)]
mod tests;
