//! The command line of `httpkit`: curl's letters where curl has one.

use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// HTTP from the terminal.
#[derive(Debug, Parser)]
#[command(name = "httpkit", version, after_help = AFTER_HELP, max_term_width = 100)]
#[non_exhaustive]
pub struct Options {
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

const AFTER_HELP: &str = "Exit codes: 0 done, 1 no answer, 2 bad command line, 3 a file cannot be read or written, \
    22 a status of 400 or more with --fail.";

/// What to do.
#[derive(Debug, Subcommand)]
#[non_exhaustive]
pub enum Command {
    /// Make a request
    Get(Box<GetOptions>),
    /// Serve a folder: the same as http-server
    Serve(Box<crate::http_server::Options>),
    /// Show, filter and convert cookie files
    Cookies(CookiesOptions),
}

/// A request.
#[derive(Debug, Args)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct GetOptions {
    /// Where to; http:// where there is no scheme
    pub url: String,

    /// Method [default: GET, POST with content]
    #[arg(short = 'X', long, value_name = "METHOD")]
    pub request: Option<String>,

    /// Extra header field, 'Name: value'; may be repeated
    #[arg(short = 'H', long, value_name = "FIELD")]
    pub header: Vec<String>,

    /// User agent
    #[arg(short = 'A', long, value_name = "NAME")]
    pub user_agent: Option<String>,

    /// Content as a form field, or of the file after @ (@- is standard input); may be repeated, joined by &
    #[arg(short, long, value_name = "DATA", help_heading = "Content")]
    pub data: Vec<String>,

    /// Part of a form with files: name=value, or name=@file; may be repeated
    #[arg(short = 'F', long, value_name = "PART", conflicts_with = "data", help_heading = "Content")]
    pub form: Vec<String>,

    /// Content as JSON, or of the file after @
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["data", "form"], help_heading = "Content")]
    pub json: Option<String>,

    /// Save to this file, whole or not at all
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub output: Option<PathBuf>,

    /// Save to a file named as the last part of the URL's path
    #[arg(short = 'O', long, conflicts_with = "output", help_heading = "Output")]
    pub remote_name: bool,

    /// Go on where an earlier download to the file stopped, if it is still the same
    #[arg(short = 'C', long = "continue", help_heading = "Output")]
    pub resume: bool,

    /// Print the head of the answer too
    #[arg(short, long, help_heading = "Output")]
    pub include: bool,

    /// Show what goes over the wire, on standard error
    #[arg(short, long, help_heading = "Output")]
    pub verbose: bool,

    /// No progress bar
    #[arg(short, long, help_heading = "Output")]
    pub silent: bool,

    /// Print how long each step took, on standard error
    #[arg(long, help_heading = "Output")]
    pub timings: bool,

    /// End with 22 for a status of 400 or more, and do not print its content
    #[arg(short, long, help_heading = "Output")]
    pub fail: bool,

    /// User and password, user:password
    #[arg(short, long, value_name = "USER", help_heading = "Who")]
    pub user: Option<String>,

    /// Take user and password from ~/.netrc
    #[arg(short, long, help_heading = "Who")]
    pub netrc: bool,

    /// Cookies: 'a=b; c=d', or a file in curl's format
    #[arg(short = 'b', long, value_name = "COOKIES", help_heading = "Who")]
    pub cookie: Option<String>,

    /// Save all cookies to this file in curl's format afterwards
    #[arg(short = 'c', long, value_name = "FILE", help_heading = "Who")]
    pub cookie_jar: Option<PathBuf>,

    /// Proxy as SCHEME://USER:PASSWORD@HOST:PORT (http, https, socks4, socks4a, socks5, socks5h), or '' for none
    /// [default: from the environment]
    #[arg(short = 'x', long, value_name = "URL", help_heading = "Way")]
    pub proxy: Option<String>,

    /// Connect to this Unix socket instead of the host
    #[cfg(unix)]
    #[arg(long, value_name = "PATH", help_heading = "Way")]
    pub unix_socket: Option<PathBuf>,

    /// Follow at most so many redirects
    #[arg(long, value_name = "N", default_value_t = 10, help_heading = "Way")]
    pub max_redirects: u16,

    /// Follow redirects from https to http
    #[arg(long, help_heading = "Way")]
    pub allow_downgrade: bool,

    /// Seconds that the whole may take
    #[arg(short = 'm', long = "timeout", value_name = "SECONDS", help_heading = "Way")]
    pub timeout: Option<f64>,

    /// Repeat up to N times after failures that may pass
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Way")]
    pub retry: u32,

    /// Trust the authorities in this file (PEM) instead of the usual ones
    #[arg(long, value_name = "FILE", help_heading = "Way")]
    pub cacert: Option<PathBuf>,

    /// Trust any certificate: anyone can read and change what is sent
    #[arg(short = 'k', long, conflicts_with = "cacert", help_heading = "Way")]
    pub insecure: bool,
}

/// Cookie files.
#[derive(Debug, Args)]
#[non_exhaustive]
pub struct CookiesOptions {
    /// File in the format of curl and wget, of LWP, or JSON
    pub file: PathBuf,

    /// Only cookies of this host and of those above and below it
    #[arg(short, long, value_name = "HOST")]
    pub domain: Option<String>,

    /// Only cookies with this name
    #[arg(short, long, value_name = "NAME")]
    pub name: Option<String>,

    /// Show values, which are secret, too
    #[arg(long)]
    pub values: bool,

    /// Write what was found to a file
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Format of the file that is written
    #[arg(short, long, value_name = "FORMAT", default_value = "mozilla", requires = "output")]
    pub to: CookieFormat,
}

/// A format of cookie files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[non_exhaustive]
pub enum CookieFormat {
    /// That of curl, wget and Netscape
    Mozilla,
    /// That of libwww-perl
    Lwp,
    /// JSON
    Json,
}

/// The command line, for completions and manual pages.
#[must_use]
pub fn command() -> clap::Command {
    Options::command()
}
