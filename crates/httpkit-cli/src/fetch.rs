//! The command `httpkit`: requests from a terminal, a folder served, cookie files shown and converted.
//!
//! What the options are is in `options`, how a request is made of them in `request` (its URL in `typed`, its form in `form`,
//! the file that it sends in `upload`, its password in `password`), what is printed while it runs in `trace`, where its
//! content goes in `output`, what Ctrl-C does meanwhile in `interrupt`, which cookies it has in `cookies`, and how their
//! files are read and replaced in `cookie_file`.
//!
//! Exit codes: 0 done, 1 no answer (resolving, connecting, TLS, a timeout, a broken answer), 2 a command line that makes no
//! sense, 3 a file or standard output that cannot be read or written, 22 a status of 400 or more with `--fail`.

use crate::causes::with_causes;
use httpkit::client::client::{Error, ErrorKind, TimeoutKind};
use std::error::Error as _;
use std::io::{self, Write as _};
use std::process::ExitCode;

mod clock;
mod cookie_file;
mod cookies;
mod form;
mod interrupt;
mod options;
mod output;
mod password;
mod request;
mod trace;
mod typed;
mod upload;

pub use options::{Command, CookieFormat, CookiesOptions, GetOptions, Options, command};

/// How a command ended badly: what to say, and the code to end with.
#[derive(Debug)]
pub struct Failure {
    text: String,
    code: u8,
}

impl Failure {
    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self { text: text.into(), code: 2 }
    }

    pub(crate) fn file(what: &str, path: &std::path::Path, error: impl std::fmt::Display) -> Self {
        Self { text: format!("cannot {what} {}: {error}", path.display()), code: 3 }
    }

    /// As [`file`](Self::file), with all that an error comes from, and what to do about it.
    pub(crate) fn because(
        what: &str,
        path: &std::path::Path,
        error: &dyn std::error::Error,
        advice: &str,
    ) -> Self {
        Self::file(what, path, format!("{}{advice}", with_causes(error)))
    }

    pub(crate) fn output(error: &io::Error) -> Self {
        // Who reads no further, as `head` does, has what he wants.
        let text =
            if is_broken_pipe(error) { String::new() } else { format!("cannot write the content: {error}") };
        Self { text, code: 3 }
    }

    /// Reading the content failed.
    pub(crate) fn broken(error: &io::Error) -> Self {
        Self { text: format!("the content cannot be read: {error}; --retry N tries again"), code: 1 }
    }

    pub(crate) fn terminal() -> Self {
        let text = "the content is no text: -o FILE saves it, -o - shows it all the same";
        Self { text: text.to_owned(), code: 3 }
    }

    pub(crate) fn status(status: u16) -> Self {
        Self { text: format!("the server answered {status}; without --fail its content is shown"), code: 22 }
    }
}

fn is_broken_pipe(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let code = match error.kind() {
            ErrorKind::InvalidUrl | ErrorKind::InvalidRequest | ErrorKind::InvalidConfiguration => 2,
            // `Other` is ours: a head that could not be written.
            ErrorKind::Save | ErrorKind::Body | ErrorKind::Other => 3,
            _ => 1,
        };
        let cause = error.source().and_then(|cause| cause.downcast_ref::<io::Error>());
        if code == 3 && cause.is_some_and(is_broken_pipe) {
            return Self { text: String::new(), code };
        }
        Self { text: format!("{error:#}{}", advice(&error)), code }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Failure {}

/// What to do next.
fn advice(error: &Error) -> &'static str {
    match error.kind() {
        ErrorKind::InvalidUrl => "; a URL is like http://example.org/path",
        ErrorKind::Resolve => "; is the name spelled right, and the network up?",
        ErrorKind::Connect => "; is the server running, and the port right?",
        ErrorKind::Tls => "; --cacert FILE trusts another authority, --insecure trusts anyone",
        ErrorKind::Timeout if error.timeout() == Some(TimeoutKind::Total) => {
            "; --timeout SECONDS allows more"
        }
        ErrorKind::Timeout | ErrorKind::Disconnected => "; --retry N tries again",
        ErrorKind::Proxy => {
            "; --proxy URL names another proxy, with user:password@ before its host if it wants one"
        }
        ErrorKind::Protocol => "; is it an HTTP server, and does it want https:// instead?",
        ErrorKind::TooManyRedirects => "; --max-redirects N follows more",
        ErrorKind::RedirectRefused => "; --allow-downgrade follows from https to http",
        ErrorKind::Incomplete => "; --continue goes on where a download to a file stopped",
        ErrorKind::Save => "; is there such a folder, room in it, and may you write to it?",
        _ => "",
    }
}

/// Runs the command with the arguments of this process.
#[must_use]
pub fn main() -> ExitCode {
    // Clap prints usage errors and help itself, and ends with 2 or 0.
    match run(&Options::read()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.text.is_empty() {
                say(&failure.to_string());
            }
            ExitCode::from(failure.code)
        }
    }
}

/// A word on standard error that is no reason to stop.
pub(crate) fn say(text: &str) {
    // Nobody is left to tell where standard error is closed.
    let _ = writeln!(io::stderr(), "httpkit: {text}");
}

/// Runs one command.
///
/// # Errors
/// [`Failure`], with the code to end with.
pub fn run(options: &Options) -> Result<(), Failure> {
    match &options.command {
        Command::Get(options) => request::run(options),
        Command::Serve(options) => {
            crate::http_server::run(options).map_err(|failure| Failure { text: failure.to_string(), code: 1 })
        }
        Command::Cookies(options) => cookies::run(options),
    }
}
