//! The command `httpkit`: requests from a terminal, a folder served, cookie files shown and converted.
//!
//! What the options are is in `options`, how a request is made of them in `request`, what is printed while it runs in
//! `trace`, where its content goes in `output`, and cookie files in `cookies`.
//!
//! Exit codes: 0 done, 1 no answer (resolving, connecting, TLS, a timeout, a broken answer), 2 a command line that makes no
//! sense, 3 a file that cannot be read or written, 22 a status of 400 or more with `--fail`.

use clap::Parser as _;
use httpkit::client::client::{Error, ErrorKind};
use std::io::{self, Write as _};
use std::process::ExitCode;

mod cookies;
mod options;
mod output;
mod request;
mod trace;

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

    pub(crate) fn output(error: &io::Error) -> Self {
        Self { text: format!("cannot write the content: {error}"), code: 3 }
    }

    pub(crate) fn status(status: u16) -> Self {
        Self { text: format!("the server answered {status}"), code: 22 }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let code = match error.kind() {
            ErrorKind::InvalidUrl | ErrorKind::InvalidRequest | ErrorKind::InvalidConfiguration => 2,
            ErrorKind::Save | ErrorKind::Body => 3,
            _ => 1,
        };
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
        ErrorKind::Resolve => "; is the name spelled right, and the network up?",
        ErrorKind::Tls => "; --cacert FILE trusts another authority, --insecure trusts anyone",
        ErrorKind::Timeout => "; --timeout SECONDS waits longer",
        ErrorKind::Proxy => {
            "; --proxy URL names another proxy, with user:password@ before its host if it wants one"
        }
        ErrorKind::TooManyRedirects => "; --max-redirects N follows more",
        ErrorKind::RedirectRefused => "; --allow-downgrade follows from https to http",
        ErrorKind::Incomplete => "; --continue goes on where a download to a file stopped",
        _ => "",
    }
}

/// Runs the command with the arguments of this process.
#[must_use]
pub fn main() -> ExitCode {
    // Clap prints usage errors and help itself, and ends with 2 or 0.
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Nobody is left to tell where standard error is closed.
            let _ = writeln!(io::stderr(), "httpkit: {failure}");
            ExitCode::from(failure.code)
        }
    }
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
