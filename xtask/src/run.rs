//! Runs other programs from the root of the workspace: prints the call first, and a failure names it.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::ops::Add;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::context::{Context, Failure, Outcome};
use crate::tally::{self, Tally};

/// One call of a program, built up and then run once.
#[derive(Debug)]
pub(crate) struct Call {
    command: Command,
    words: Vec<String>,
}

impl Call {
    /// A call of `program` in the root folder.
    pub(crate) fn new(context: &Context, program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program.as_ref());
        command.current_dir(context.root()).stdin(Stdio::null());
        Self { command, words: vec![program.as_ref().to_string_lossy().into_owned()] }
    }

    /// A call of the cargo that runs this program.
    pub(crate) fn cargo(context: &Context) -> Self {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut call = Self::new(context, cargo);
        call.words = vec!["cargo".to_owned()];
        call
    }

    /// Appends arguments.
    pub(crate) fn args<S: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        for argument in arguments {
            self.words.push(argument.as_ref().to_string_lossy().into_owned());
            self.command.arg(argument);
        }
        self
    }

    /// Runs it elsewhere than in the root.
    pub(crate) fn current_dir(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Sets a variable of the environment for this call alone.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.words.insert(0, format!("{name}={}", value.as_ref().to_string_lossy()));
        self.command.env(name, value);
        self
    }

    /// Sets a variable for this call alone, and does not show it.
    pub(crate) fn quiet_env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs it with this program's output; an exit code other than zero is a failure.
    pub(crate) fn run(mut self) -> Outcome {
        self.announce();
        let status = self.command.status().map_err(|error| self.not_started(&error))?;
        if status.success() { Ok(()) } else { Err(self.failed(&status.to_string())) }
    }

    /// Runs it without a word and hands back its standard output; what it writes to standard error is seen.
    pub(crate) fn output(mut self) -> Outcome<String> {
        let output =
            self.command.stderr(Stdio::inherit()).output().map_err(|error| self.not_started(&error))?;
        if !output.status.success() {
            return Err(self.failed(&output.status.to_string()));
        }
        String::from_utf8(output.stdout)
            .map_err(|_| Failure::new(format!("`{}` wrote text that is not UTF-8", self.shown())))
    }

    /// Runs it without a word and hands back what it writes to standard error; its standard output is dropped.
    pub(crate) fn complaint(mut self) -> Outcome<String> {
        let output = self.command.stdout(Stdio::null()).output().map_err(|error| self.not_started(&error))?;
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        if output.status.success() {
            Ok(said)
        } else {
            Err(self.failed(&format!("{}: {said}", output.status)))
        }
    }

    /// Whether it starts and ends well; everything it says is dropped.
    pub(crate) fn succeeds(mut self) -> bool {
        self.command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    }

    /// Runs a test harness: its output is passed on line by line and its closing lines are counted.
    pub(crate) fn run_tests(mut self, context: &Context) -> Outcome<Tally> {
        self.announce();
        let mut child =
            self.command.stdout(Stdio::piped()).spawn().map_err(|error| self.not_started(&error))?;
        let mut sum = Tally::default();
        if let Some(output) = child.stdout.take() {
            let closing = |line: &str| tally::read_line(line).is_some();
            let lines = pass_on(BufReader::new(output), &mut std::io::stdout().lock(), closing)
                .map_err(|error| self.broken("reading from", &error))?;
            sum = lines.iter().filter_map(|line| tally::read_line(line)).fold(sum, Tally::add);
        }
        context.count(sum);
        let status = child.wait().map_err(|error| self.broken("waiting for", &error))?;
        if status.success() { Ok(sum) } else { Err(self.failed(&status.to_string())) }
    }

    /// Runs it, and takes a warning of cargo's own for a failure: no option of cargo's does that.
    pub(crate) fn run_without_warnings(mut self) -> Outcome {
        self.announce();
        let mut child =
            self.command.stderr(Stdio::piped()).spawn().map_err(|error| self.not_started(&error))?;
        let mut warnings = 0;
        if let Some(errors) = child.stderr.take() {
            warnings = pass_on(BufReader::new(errors), &mut std::io::stderr().lock(), |line| {
                line.starts_with("warning: ")
            })
            .map_err(|error| self.broken("reading from", &error))?
            .len();
        }
        let status = child.wait().map_err(|error| self.broken("waiting for", &error))?;
        match warnings {
            _ if !status.success() => Err(self.failed(&status.to_string())),
            0 => Ok(()),
            count => Err(self.failed(&format!("{count} warnings"))),
        }
    }

    fn announce(&self) {
        println!("$ {}", self.shown());
    }

    fn shown(&self) -> String {
        self.words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
    }

    fn not_started(&self, error: &std::io::Error) -> Failure {
        Failure::new(format!("`{}` could not be started: {error}", self.shown()))
    }

    fn broken(&self, doing: &str, error: &std::io::Error) -> Failure {
        Failure::new(format!("{doing} `{}` failed: {error}", self.shown()))
    }

    fn failed(&self, status: &str) -> Failure {
        Failure::new(format!("`{}` failed ({status})", self.shown()))
    }
}

/// Copies lines on as they come and keeps those that matter.
fn pass_on(
    mut from: impl BufRead,
    to: &mut impl Write,
    matters: impl Fn(&str) -> bool,
) -> std::io::Result<Vec<String>> {
    let mut kept = Vec::new();
    let mut line = Vec::new();
    while from.read_until(b'\n', &mut line)? > 0 {
        to.write_all(&line)?;
        to.flush()?;
        let text = String::from_utf8_lossy(&line);
        if matters(text.trim_end()) {
            kept.push(text.trim_end().to_owned());
        }
        line.clear();
    }
    Ok(kept)
}

/// A word as a shell would take it.
fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=,+@%".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Where a program stands on the search path.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests;
