//! The command line of `http-server`, and what of it can be judged without looking at the system.

use super::amount::Bytes;
use super::auth::Secret;
use super::environment::{self, PORT_NAME};
use clap::{CommandFactory as _, FromArgMatches as _, Parser, ValueEnum};
use httpkit::server::files::{ArchiveFormat, Symlinks};
use httpkit::server::limits::{Limits, Timeouts};
use httpkit::server::{LogFormat, ServerBuilder};
use std::path::PathBuf;
use std::time::Duration;

/// Serve a folder over HTTP.
///
/// Without options: the current folder, on port 8000, on all interfaces, as `python -m http.server` does. Every option
/// that Python has is spelled as there.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "http-server",
    version,
    after_help = AFTER_SHORT_HELP,
    after_long_help = AFTER_LONG_HELP,
    max_term_width = 100
)]
#[non_exhaustive]
pub struct Options {
    /// Port to listen on, 0 for a free one [default: 8000]
    ///
    /// Port to listen on, 8000 where none is given; 0 takes a free one, which the first line on standard output tells
    #[arg(env = PORT_NAME, hide_env = true)]
    pub port: Option<u16>,

    /// Address or unix:PATH [default: all interfaces]
    ///
    /// Address, host name or unix:PATH to listen on; may be repeated [default: all interfaces, IPv6 and IPv4]
    #[arg(
        short,
        long,
        value_name = "ADDRESS",
        env = "HTTP_SERVER_BIND",
        hide_env = true,
        value_delimiter = ','
    )]
    pub bind: Vec<String>,

    /// Folder to serve
    #[arg(
        short,
        long,
        value_name = "DIR",
        default_value = ".",
        env = "HTTP_SERVER_DIRECTORY",
        hide_env = true
    )]
    pub directory: PathBuf,

    /// HTTP/1.1 keeps connections open for more requests; HTTP/1.0 closes them after each answer
    #[arg(
        short,
        long,
        value_name = "VERSION",
        default_value = "HTTP/1.1",
        ignore_case = true,
        hide_short_help = true
    )]
    pub protocol: Protocol,

    /// Extra response header; may be repeated
    ///
    /// Extra response header for successful answers; may be repeated
    #[arg(short = 'H', long, num_args = 2, value_names = ["NAME", "VALUE"], allow_hyphen_values = true)]
    pub header: Vec<String>,

    /// Value of the Server field, none if empty [default: httpkit/ and the version]
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    pub server_name: Option<String>,

    /// Content type of files whose extension says nothing [default: application/octet-stream]
    #[arg(long, value_name = "TYPE", hide_short_help = true)]
    pub content_type: Option<String>,

    /// Certificate chain for HTTPS (PEM)
    ///
    /// Serve HTTPS with the certificate chain in this file (PEM)
    #[arg(
        long,
        value_name = "PATH",
        env = "HTTP_SERVER_TLS_CERT",
        hide_env = true,
        help_heading = TLS
    )]
    pub tls_cert: Option<PathBuf>,

    /// Private key of the certificate (PEM) [default: the file of the certificate]
    #[arg(
        long,
        value_name = "PATH",
        env = "HTTP_SERVER_TLS_KEY",
        hide_env = true,
        requires = "tls_cert",
        help_heading = TLS,
        hide_short_help = true
    )]
    pub tls_key: Option<PathBuf>,

    /// File with the password of an encrypted private key
    #[arg(long, value_name = "PATH", requires = "tls_cert", help_heading = TLS, hide_short_help = true)]
    pub tls_password_file: Option<PathBuf>,

    /// HTTPS with a certificate for this run only
    ///
    /// Serve HTTPS with a certificate made on the spot, for this run only; browsers will warn
    #[arg(long, conflicts_with = "tls_cert", help_heading = TLS)]
    pub self_signed: bool,

    /// Demand client certificates that an authority in this file (PEM) has issued
    #[arg(long, value_name = "PATH", help_heading = TLS, hide_short_help = true)]
    pub tls_client_ca: Option<PathBuf>,

    /// Also listen on this port without TLS, and send everyone who comes there to the TLS port
    #[arg(long, value_name = "PORT", help_heading = TLS, hide_short_help = true)]
    pub redirect_http: Option<u16>,

    /// File that answers for its folder; may be repeated [default: index.html, index.htm]
    #[arg(long, value_name = "NAME", help_heading = FILES, hide_short_help = true)]
    pub index: Vec<String>,

    /// 404 for folders without index file
    ///
    /// Answer 404 for a folder without index file instead of listing it
    #[arg(long, help_heading = FILES)]
    pub no_listing: bool,

    /// List folders as Python does: names only
    #[arg(long, conflicts_with = "no_listing", help_heading = FILES, hide_short_help = true)]
    pub plain_listing: bool,

    /// Serve names that begin with a dot, too
    ///
    /// Serve and list names that begin with a dot
    #[arg(long, help_heading = FILES)]
    pub hidden: bool,

    /// Which symbolic links are followed: none, those that stay in the folder, or all
    #[arg(
        long,
        value_name = "POLICY",
        default_value = "beneath",
        help_heading = FILES,
        hide_short_help = true
    )]
    pub symlinks: Links,

    /// Send index.html for pages that are missing
    ///
    /// Answer with this file, status 200, where a browser asks for a page that is not there [default file: index.html]
    #[arg(
        long,
        value_name = "FILE",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "index.html",
        help_heading = FILES
    )]
    pub spa: Option<String>,

    /// Send this file, status 404, for what is not there
    #[arg(long = "404", value_name = "FILE", help_heading = FILES, hide_short_help = true)]
    pub not_found: Option<String>,

    /// Send app.js.br, .zst or .gz, where they lie beside app.js, to clients that take them
    #[arg(long, help_heading = FILES, hide_short_help = true)]
    pub precompressed: bool,

    /// Compress texts on their way
    ///
    /// Compress texts on their way (br, gzip) for clients that take it
    #[arg(long, help_heading = FILES)]
    pub compress: bool,

    /// Offer folders as tar or zip
    ///
    /// Offer every folder as one download: as tar and as zip, or only as the one that is named
    #[arg(
        long,
        value_name = "FORMAT",
        num_args = 0..=1,
        require_equals = true,
        value_delimiter = ',',
        default_missing_values = ["tar", "zip"],
        hide_possible_values = true,
        help_heading = FILES
    )]
    pub archive: Vec<Archive>,

    /// Take uploads: by PUT, and by a form
    ///
    /// Take uploads: by PUT, and by a form on the pages of folders
    #[arg(long, help_heading = FILES)]
    pub upload: bool,

    /// Largest upload, such as 500k, 20M or 2G [default: 1G]
    #[arg(long, value_name = "SIZE", requires = "upload", help_heading = FILES, hide_short_help = true)]
    pub upload_max: Option<Bytes>,

    /// Let uploads take the place of files that are there
    #[arg(long, requires = "upload", help_heading = FILES, hide_short_help = true)]
    pub overwrite: bool,

    /// How long clients keep files unasked
    ///
    /// Let clients keep files for so many seconds without asking [default: they ask each time]
    #[arg(long, value_name = "SECONDS", help_heading = FILES)]
    pub cache: Option<u32>,

    /// Let nobody keep files at all (Cache-Control: no-store)
    #[arg(
        long,
        conflicts_with_all = ["cache", "immutable"],
        help_heading = FILES,
        hide_short_help = true
    )]
    pub no_cache: bool,

    /// Cache-Control of files like `*.css`, `/assets/*` or `image/*`; may be repeated, the first that fits decides
    #[arg(
        long,
        num_args = 2,
        value_names = ["PATTERN", "VALUE"],
        help_heading = FILES,
        hide_short_help = true
    )]
    pub cache_rule: Vec<String>,

    /// Let clients keep files with a hash in their name (app.3f2a9c1b.js) for ever
    #[arg(long, help_heading = FILES, hide_short_help = true)]
    pub immutable: bool,

    /// Memory for small files that are asked for often, in MiB, where a change is seen up to a second late; 0 for none
    #[arg(
        long,
        value_name = "MIB",
        default_value_t = 64,
        help_heading = FILES,
        hide_short_help = true
    )]
    pub memory_cache: u32,

    /// Reload pages when a file changes
    ///
    /// Have pages load anew in the browser when a file changes; keeps no files in memory
    #[arg(long, help_heading = FILES)]
    pub live: bool,

    /// Let pages of other origins read files
    ///
    /// Let pages of other origins read the files: of all, or of this one, which may then upload as well where --upload
    /// is given
    #[arg(
        long,
        value_name = "ORIGIN",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "*",
        help_heading = ACCESS
    )]
    pub cors: Option<String>,

    /// Isolate pages from those of other origins, as SharedArrayBuffer and precise clocks demand (COOP and COEP)
    #[arg(long, help_heading = ACCESS, hide_short_help = true)]
    pub coop_coep: bool,

    /// Ask for a user name and password
    ///
    /// Ask for a user name and password; better given by the environment (HTTP_SERVER_AUTH), since command lines can be
    /// seen by others
    #[arg(
        long,
        value_name = "USER:PASSWORD",
        env = "HTTP_SERVER_AUTH",
        hide_env = true,
        help_heading = ACCESS
    )]
    pub auth: Option<Secret>,

    /// File with a user and password a line, as USER:PASSWORD, not hashed
    #[arg(long, value_name = "PATH", help_heading = ACCESS, hide_short_help = true)]
    pub auth_file: Option<PathBuf>,

    /// Bytes a second for each answer at most, such as 500k or 2M
    #[arg(long, value_name = "RATE", help_heading = ACCESS, hide_short_help = true)]
    pub limit_rate: Option<Bytes>,

    /// Close connections that are idle for so many seconds [default: 60]
    #[arg(
        long,
        value_name = "SECONDS",
        value_parser = clap::value_parser!(u32).range(1..),
        help_heading = ACCESS,
        hide_short_help = true
    )]
    pub timeout: Option<u32>,

    /// Connections at a time; when there are more, the ones that idle longest make room [default: 10000, or what descriptors allow]
    #[arg(
        long,
        value_name = "COUNT",
        value_parser = clap::value_parser!(u32).range(1..),
        help_heading = ACCESS,
        hide_short_help = true
    )]
    pub max_connections: Option<u32>,

    /// Connections from one address at a time; further ones are closed [default: a quarter of the threads, not for this machine]
    ///
    /// Connections from one address, or one IPv6 network of 64 bits, at a time; further ones are closed. A number counts for
    /// every address [default: a quarter of the threads and 64 at least, and no bound for this machine]
    #[arg(
        long,
        value_name = "COUNT",
        value_parser = clap::value_parser!(u32).range(1..),
        help_heading = ACCESS,
        hide_short_help = true
    )]
    pub max_connections_per_address: Option<u32>,

    /// Requests at a time that a handler works on, or waits for: each has a thread meanwhile [default: 1024, or the connections]
    #[arg(
        long,
        value_name = "COUNT",
        value_parser = clap::value_parser!(u32).range(1..),
        help_heading = ACCESS,
        hide_short_help = true
    )]
    pub threads: Option<u32>,

    /// Become this user (a name, or UID or UID:GID) once the ports are open; Linux only
    ///
    /// Become this user (a name, or UID or UID:GID) once ports, certificates, passwords and log are open. From then on it is
    /// this user who reads the files, writes the port file, reads a certificate that was renewed, and opens the log file again
    /// on SIGHUP: who moves that away must put a new one there that this user may write. Linux only
    #[arg(long, value_name = "USER", help_heading = ACCESS, hide_short_help = true)]
    pub user: Option<String>,

    /// How requests are logged on standard error
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "python",
        conflicts_with = "quiet",
        help_heading = OUTPUT,
        hide_short_help = true
    )]
    pub log: Log,

    /// Append the log to this file instead; SIGHUP opens it again, as behind logrotate
    #[arg(
        long,
        value_name = "PATH",
        conflicts_with = "quiet",
        help_heading = OUTPUT,
        hide_short_help = true
    )]
    pub log_file: Option<PathBuf>,

    /// Log no requests
    #[arg(short, long, help_heading = OUTPUT)]
    pub quiet: bool,

    /// Print the first line as JSON
    ///
    /// Print the first line as JSON: url, urls, port, directory, tls, pid
    #[arg(long, help_heading = OUTPUT)]
    pub json: bool,

    /// Show the URL as a QR code
    ///
    /// Show the URL as a QR code, for the camera of a telephone
    #[arg(long, conflicts_with = "json", help_heading = OUTPUT)]
    pub qr: bool,

    /// Open the first URL in a browser
    #[arg(long, help_heading = OUTPUT)]
    pub open: bool,

    /// Write the port into this file once the server listens
    #[arg(long, value_name = "PATH", help_heading = OUTPUT, hide_short_help = true)]
    pub port_file: Option<PathBuf>,

    /// Take the listeners that the service manager hands on (LISTEN_FDS), and tell it when all is ready
    #[arg(long, conflicts_with_all = ["bind", "port"], help_heading = OUTPUT, hide_short_help = true)]
    pub systemd: bool,

    /// Check folder, certificate, options and port, and end
    #[arg(long, help_heading = OUTPUT, hide_short_help = true)]
    pub check: bool,
}

const TLS: &str = "TLS";
const FILES: &str = "Files";
const ACCESS: &str = "Access";
const OUTPUT: &str = "Output";

/// The port without another one given. Python: the default of `http.server`'s command line.
const PORT: u16 = 8000;

/// Which versions of HTTP/1 can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[non_exhaustive]
pub enum Protocol {
    /// Every connection is closed after one answer.
    #[value(name = "HTTP/1.0")]
    Http10,
    /// Connections are kept.
    #[value(name = "HTTP/1.1")]
    Http11,
}

/// What happens to symbolic links.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[non_exhaustive]
pub enum Links {
    /// None is followed.
    Refuse,
    /// Those are followed that stay in the folder.
    Beneath,
    /// All are followed, as Python does.
    Follow,
}

impl From<Links> for Symlinks {
    fn from(links: Links) -> Self {
        match links {
            Links::Refuse => Self::Refuse,
            Links::Beneath => Self::Beneath,
            Links::Follow => Self::Follow,
        }
    }
}

/// A form in which folders are offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[non_exhaustive]
pub enum Archive {
    /// A tape archive, files as they are.
    Tar,
    /// A zip archive, files compressed.
    Zip,
}

impl From<Archive> for ArchiveFormat {
    fn from(archive: Archive) -> Self {
        match archive {
            Archive::Tar => Self::Tar,
            Archive::Zip => Self::Zip,
        }
    }
}

/// How a request is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[non_exhaustive]
pub enum Log {
    /// As Python's server does, in local time, with the size.
    Python,
    /// Common Log Format.
    Common,
    /// Common Log Format with Referer and User-Agent.
    Combined,
    /// A JSON object a line.
    Json,
}

impl From<Log> for LogFormat {
    fn from(log: Log) -> Self {
        match log {
            Log::Python => Self::Python,
            Log::Common => Self::Common,
            Log::Combined => Self::Combined,
            Log::Json => Self::Json,
        }
    }
}

const AFTER_SHORT_HELP: &str = "\
Examples: http-server 0 -b 127.0.0.1    http-server -d site --spa
All options, environment variables and exit codes: --help";

const AFTER_LONG_HELP: &str = "\
Examples:
  http-server                       this folder, http://localhost:8000/
  http-server 0 -b 127.0.0.1        a free port, for this machine only
  http-server -d site --spa         an application with its own router
  http-server --self-signed         HTTPS without further ado

The port and every long option but --header and --cache-rule, which take two values, can come from the environment:
HTTP_SERVER_PORT=80, HTTP_SERVER_NO_LISTING=1, HTTP_SERVER_CACHE=60. What may be repeated is separated by commas.

Exit codes:
  0  stopped by Ctrl-C or SIGTERM
  1  could not start: port taken, folder or certificate not usable; or stopped at once, by a second Ctrl-C
  2  command line not understood";

impl Options {
    /// The port to listen on.
    pub(crate) fn port(&self) -> u16 {
        self.port.unwrap_or(PORT)
    }

    /// The extra header fields, as name and value.
    pub(crate) fn header_pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.header.chunks_exact(2).filter_map(|pair| match pair {
            [name, value] => Some((name.as_str(), value.as_str())),
            _ => None,
        })
    }

    /// The rules of caching, as pattern and value.
    pub(crate) fn cache_rules(&self) -> impl Iterator<Item = (&str, &str)> {
        self.cache_rule.chunks_exact(2).filter_map(|pair| match pair {
            [pattern, value] => Some((pattern.as_str(), value.as_str())),
            _ => None,
        })
    }

    /// The builder with all that does not depend on what is served: limits, and how the server presents itself.
    pub(crate) fn apply(&self, builder: ServerBuilder) -> ServerBuilder {
        let mut limits = Limits::default();
        if let Some(count) = self.max_connections {
            limits = limits.connections_max(usize::try_from(count).unwrap_or(usize::MAX));
        }
        if let Some(count) = self.max_connections_per_address {
            limits = limits.connections_per_address_max(Some(usize::try_from(count).unwrap_or(usize::MAX)));
        }
        if let Some(largest) = self.upload_max {
            // A form has something around the file.
            limits = limits.body_bytes_max(largest.count.saturating_add(1 << 20));
        }
        let mut timeouts = Timeouts::default();
        if let Some(seconds) = self.timeout {
            timeouts = timeouts.idle(Duration::from_secs(seconds.into()));
        }
        let mut builder = builder.limits(limits).timeouts(timeouts);
        if let Some(threads) = self.threads {
            builder = builder.threads_max(usize::try_from(threads).unwrap_or(usize::MAX));
        }
        if let Some(name) = &self.server_name {
            builder = builder.server_name(name);
        }
        match self.protocol {
            Protocol::Http10 => builder.http10(),
            Protocol::Http11 => builder,
        }
    }

    /// Reads the arguments of this process; ends it with 0 or 2 where clap has said all.
    #[must_use]
    pub fn read() -> Self {
        let matches = environment::matches(command());
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }
}

/// The command line as clap knows it, for completions and manual pages too. Every option that can be written in one word
/// can come from the environment.
#[must_use]
pub fn command() -> clap::Command {
    environment::named(Options::command())
}

#[cfg(test)]
mod tests;
