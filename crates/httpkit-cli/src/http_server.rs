//! The command `http-server`: a folder over HTTP, with Python's spelling and safe defaults.
//!
//! It starts and stops; what the options are is in `options`, where to listen in `listen`, what is put around
//! the files in `site`, how certificates are read in `tls`, and what is printed first in `banner`.
//!
//! Exit codes: 0 after Ctrl-C or SIGTERM (and for `--help`, `--version` and a `--check` that finds nothing wrong), 1
//! where it cannot start or a second signal cuts it short, 2 for a command line that it does not understand.

use crate::causes::with_causes;
use httpkit::server::{Server, ServerHandle, ShutdownReport};
use std::fmt;
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

mod amount;
mod auth;
mod banner;
mod environment;
mod listen;
mod live;
mod log;
mod options;
mod qr;
mod redirect;
mod renew;
mod signals;
mod site;
mod tls;
mod user;

pub use amount::Bytes;
pub use auth::Secret;
pub(crate) use environment::{matches_within, named as from_environment};
pub use options::{Archive, Links, Log, Options, Protocol, command};

/// How long requests that are under way have to finish after the first signal.
const GRACE: Duration = Duration::from_secs(10);

/// Why the server cannot start: what was tried, what went wrong, and what to do about it, on one line.
#[derive(Debug)]
pub struct Failure(String);

impl Failure {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

/// Runs the command with the arguments of this process.
#[must_use]
pub fn main() -> ExitCode {
    // Clap prints usage errors and help itself, and ends with 2 or 0.
    let options = Options::read();
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            say(&format!("http-server: {failure}"));
            ExitCode::FAILURE
        }
    }
}

/// Serves until a signal comes.
///
/// # Errors
/// Where the server cannot start.
pub fn run(options: &Options) -> Result<(), Failure> {
    listen::judge(options)?;
    banner::judge(options)?;
    // What rights may be needed for that `--user` gives up, and what wants to be done while there is one thread.
    let (users, journal) = (auth::users(options)?, log::Journal::open(options)?);
    let tls = tls::config(options)?;
    if options.redirect_http.is_some() && tls.is_none() {
        return Err(Failure::new("--redirect-http needs --tls-cert or --self-signed"));
    }
    let doors = listen::doors(options)?;
    let redirecting = match options.redirect_http {
        Some(port) => listen::listen(&listen::hosts(options), port)?,
        None => Vec::new(),
    };
    let mut builder = options.apply(Server::builder());
    let mut paths = Vec::new();
    // A check leaves no local socket behind.
    let doors = if options.check { Vec::new() } else { doors };
    for listen::Door { listen, path } in doors {
        let listen = match &tls {
            Some(tls) => listen.tls(tls.clone()),
            None => listen,
        };
        builder = builder.listen(listen).map_err(|error| Failure::new(with_causes(&error)))?;
        paths.extend(path);
    }
    user::become_another(options)?;
    let site::Site { handler, live } = site::site(options, users)?;
    let log_file = journal.as_ref().and_then(log::Journal::file);
    let (site, refusals) = log::logged(handler, options, journal);
    if options.check {
        return banner::print_line("everything is in order");
    }
    // Signals are taken from here on, so that none is lost between the first line and the wait.
    let (renew, asked) = std::sync::mpsc::channel();
    let signals = signals::Signals::take(wants_hangups(options).then_some(renew.clone()))?;
    let builder = log::observed(builder, refusals);
    let server = Arc::new(builder.serve(site).map_err(|error| Failure::new(with_causes(&error)))?);
    renew::watch(options, &server, log_file, asked)?;
    let redirector = redirect::serve(redirecting, server.addresses())?;
    let plain = redirector.as_ref().map_or(&[][..], ServerHandle::addresses);
    banner::announce(options, server.addresses(), &paths, tls.is_some(), plain)?;
    notify(options, "READY=1");
    let signal = signals.wait();
    notify(options, "STOPPING=1");
    say(&format!("\n{signal} received, exiting."));
    signals.end_at_once_on_the_next();
    drop((redirector, renew));
    if let Some(live) = live {
        live.end();
    }
    say(&report_text(&server.shutdown(GRACE)));
    Ok(())
}

/// Whether SIGHUP means that something is to be read or opened again. Where there is nothing of the kind it ends the server,
/// as it ends others, Python's too.
fn wants_hangups(options: &Options) -> bool {
    options.tls_cert.is_some() || options.log_file.is_some()
}

/// Tells the service manager, if that was asked for.
fn notify(options: &Options, state: &str) {
    #[cfg(unix)]
    if options.systemd
        && let Err(error) = httpkit::server::systemd::notify(state)
    {
        say(&format!("cannot tell the service manager {state}: {error}"));
    }
    #[cfg(not(unix))]
    let _ = (options, state);
}

fn report_text(report: &ShutdownReport) -> String {
    let ShutdownReport { idle_closed, drained, cut, elapsed, .. } = *report;
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    let seconds = elapsed.as_secs_f64();
    format!(
        "{idle_closed} idle connection{} closed, {drained} request{} finished, {cut} cut, in {seconds:.1} s",
        plural(idle_closed),
        plural(drained)
    )
}

/// One line on standard error.
fn say(line: &str) {
    // There is nowhere to report that standard error is closed.
    drop(writeln!(io::stderr().lock(), "{line}"));
}
