//! The command line of `http-server`, and what of it can be judged without looking at the system.

use super::auth::Secret;
use clap::{CommandFactory as _, Parser, ValueEnum};
use httpkit::server::files::Symlinks;
use httpkit::server::limits::Limits;
use httpkit::server::{LogFormat, ServerBuilder};
use std::path::PathBuf;

/// Serve a folder over HTTP.
///
/// Without options: the current folder, on port 8000, on all interfaces, as `python -m http.server` does. Every option
/// that Python has is spelled as there.
#[derive(Clone, Debug, Parser)]
#[command(name = "http-server", version, after_help = AFTER_HELP, max_term_width = 100)]
#[non_exhaustive]
pub struct Options {
    /// Port to listen on; 0 takes a free one, which the first line on standard output tells
    #[arg(default_value_t = 8000, env = "HTTP_SERVER_PORT")]
    pub port: u16,

    /// Address or host name to listen on; may be repeated [default: all interfaces, IPv6 and IPv4]
    #[arg(short, long, value_name = "ADDRESS", env = "HTTP_SERVER_BIND", value_delimiter = ',')]
    pub bind: Vec<String>,

    /// Folder to serve
    #[arg(short, long, value_name = "DIR", default_value = ".", env = "HTTP_SERVER_DIRECTORY")]
    pub directory: PathBuf,

    /// HTTP/1.1 keeps connections open for more requests; HTTP/1.0 closes them after each answer
    #[arg(short, long, value_name = "VERSION", default_value = "HTTP/1.1", ignore_case = true)]
    pub protocol: Protocol,

    /// Extra response header for successful answers; may be repeated
    #[arg(short = 'H', long, num_args = 2, value_names = ["NAME", "VALUE"], allow_hyphen_values = true)]
    pub header: Vec<String>,

    /// Content type of files whose extension says nothing [default: application/octet-stream]
    #[arg(long, value_name = "TYPE")]
    pub content_type: Option<String>,

    /// Serve HTTPS with the certificate chain in this file (PEM)
    #[arg(long, value_name = "PATH", env = "HTTP_SERVER_TLS_CERT", help_heading = "TLS")]
    pub tls_cert: Option<PathBuf>,

    /// Private key of the certificate (PEM) [default: the file of the certificate]
    #[arg(
        long,
        value_name = "PATH",
        env = "HTTP_SERVER_TLS_KEY",
        requires = "tls_cert",
        help_heading = "TLS"
    )]
    pub tls_key: Option<PathBuf>,

    /// File with the password of an encrypted private key
    #[arg(long, value_name = "PATH", requires = "tls_cert", help_heading = "TLS")]
    pub tls_password_file: Option<PathBuf>,

    /// Serve HTTPS with a certificate made on the spot, for this run only; browsers will warn
    #[arg(long, conflicts_with = "tls_cert", help_heading = "TLS")]
    pub self_signed: bool,

    /// Demand client certificates that an authority in this file (PEM) has issued
    #[arg(long, value_name = "PATH", help_heading = "TLS")]
    pub tls_client_ca: Option<PathBuf>,

    /// Also listen on this port without TLS, and send everyone who comes there to the TLS port
    #[arg(long, value_name = "PORT", help_heading = "TLS")]
    pub redirect_http: Option<u16>,

    /// File that answers for its folder; may be repeated [default: index.html, index.htm]
    #[arg(long, value_name = "NAME", help_heading = "Files")]
    pub index: Vec<String>,

    /// Answer 404 for a folder without index file instead of listing it
    #[arg(long, help_heading = "Files")]
    pub no_listing: bool,

    /// List folders as Python does: names only
    #[arg(long, conflicts_with = "no_listing", help_heading = "Files")]
    pub plain_listing: bool,

    /// Serve and list names that begin with a dot
    #[arg(long, help_heading = "Files")]
    pub hidden: bool,

    /// Which symbolic links are followed: none, those that stay in the folder, or all
    #[arg(long, value_name = "POLICY", default_value = "beneath", help_heading = "Files")]
    pub symlinks: Links,

    /// Answer with this file, status 200, where a browser asks for a page that is not there [default file: index.html]
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "index.html", help_heading = "Files")]
    pub spa: Option<String>,

    /// Send this file, status 404, for what is not there
    #[arg(long = "404", value_name = "FILE", help_heading = "Files")]
    pub not_found: Option<String>,

    /// Send app.js.br, .zst or .gz, where they lie beside app.js, to clients that take them
    #[arg(long, help_heading = "Files")]
    pub precompressed: bool,

    /// Offer every folder as one download, a tar archive
    #[arg(long, help_heading = "Files")]
    pub archive: bool,

    /// Let clients keep files for so many seconds without asking [default: they ask each time]
    #[arg(long, value_name = "SECONDS", help_heading = "Files")]
    pub cache: Option<u32>,

    /// Let pages of other origins read the files: of all, or of this one
    #[arg(long, value_name = "ORIGIN", num_args = 0..=1, require_equals = true, default_missing_value = "*", help_heading = "Access")]
    pub cors: Option<String>,

    /// Ask for a user name and password; better given by the environment, since command lines can be seen by others
    #[arg(
        long,
        value_name = "USER:PASSWORD",
        env = "HTTP_SERVER_AUTH",
        hide_env_values = true,
        help_heading = "Access"
    )]
    pub auth: Option<Secret>,

    /// Connections at a time; when there are more, the ones that idle longest make room [default: 10000]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Access")]
    pub max_connections: Option<u32>,

    /// How requests are logged on standard error
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "python",
        conflicts_with = "quiet",
        help_heading = "Output"
    )]
    pub log: Log,

    /// Append the log to this file instead
    #[arg(long, value_name = "PATH", conflicts_with = "quiet", help_heading = "Output")]
    pub log_file: Option<PathBuf>,

    /// Log no requests
    #[arg(short, long, help_heading = "Output")]
    pub quiet: bool,

    /// Print the first line as JSON: url, urls, port, directory, tls, pid
    #[arg(long, help_heading = "Output")]
    pub json: bool,

    /// Open the first URL in a browser
    #[arg(long, help_heading = "Output")]
    pub open: bool,

    /// Write the port into this file once the server listens
    #[arg(long, value_name = "PATH", help_heading = "Output")]
    pub port_file: Option<PathBuf>,

    /// Check folder, certificate, options and port, and end
    #[arg(long, help_heading = "Output")]
    pub check: bool,
}

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

const AFTER_HELP: &str = "\
Examples:
  http-server                       this folder, http://localhost:8000/
  http-server 0 -b 127.0.0.1        a free port, for this machine only
  http-server -d site --spa         an application with its own router
  http-server --self-signed         HTTPS without further ado

Exit codes:
  0  stopped by Ctrl-C or SIGTERM
  1  could not start: port taken, folder or certificate not usable
  2  command line not understood";

impl Options {
    /// The extra header fields, as name and value.
    pub(crate) fn header_pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.header.chunks_exact(2).filter_map(|pair| match pair {
            [name, value] => Some((name.as_str(), value.as_str())),
            _ => None,
        })
    }

    pub(crate) fn apply_limits(&self, builder: ServerBuilder) -> ServerBuilder {
        match self.max_connections {
            Some(count) => {
                let count = usize::try_from(count).unwrap_or(usize::MAX);
                builder.limits(Limits::default().connections_max(count))
            }
            None => builder,
        }
    }
}

/// The command line as clap knows it, for completions and manual pages.
#[must_use]
pub fn command() -> clap::Command {
    Options::command()
}

#[cfg(test)]
mod tests;
