//! The command line of `httpkit`: curl's letters where curl has one.

use clap::{ArgAction, Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
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

impl Options {
    /// Reads the arguments of this process; ends it with 0 or 2 where clap has said all.
    #[must_use]
    pub fn read() -> Self {
        let matches = crate::http_server::matches_within(command(), "serve", like_curl(std::env::args_os()));
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }
}

const AFTER_HELP: &str = "\
Examples:
  httpkit get example.org/page           print a page
  httpkit get -O https://example.org/f   save a file; -C goes on where it stopped
  httpkit get -d name=value URL          send a form
  httpkit get -v --timings URL           show what goes over the wire, and when
  httpkit serve 8000                     serve the present folder
  httpkit get -b c.txt -c c.txt URL      send the cookies of a file, and keep it up to date
  httpkit cookies cookies.txt --to json -o cookies.json

Exit codes: 0 done, 1 no answer, 2 bad command line, 3 a file or standard
output cannot be read or written, 22 a status of 400 or more with --fail";

/// What to do.
#[derive(Debug, Subcommand)]
#[non_exhaustive]
pub enum Command {
    /// Make a request: GET, or POST with content; redirects are followed
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
    /// Where to; http:// may be left out
    #[arg(hide = true)]
    pub url: String,

    /// Method [default: GET, POST with content]
    #[arg(short = 'X', long, value_name = "METHOD", help_heading = REQUEST)]
    pub request: Option<String>,

    /// Ask for the head alone (HEAD), and print it
    #[arg(short = 'I', long, conflicts_with_all = ["request", "data", "data_raw", "form", "json"], help_heading = REQUEST)]
    pub head: bool,

    /// 'Name: value'; 'Name:' for none, 'Name;' for empty
    #[arg(short = 'H', long, value_name = "FIELD", help_heading = REQUEST)]
    pub header: Vec<String>,

    /// User agent
    #[arg(short = 'A', long, value_name = "NAME", help_heading = REQUEST)]
    pub user_agent: Option<String>,

    /// Form field, or @FILE, or @- for standard input
    #[arg(short, long, alias = "data-binary", value_name = "DATA", help_heading = REQUEST)]
    pub data: Vec<String>,

    /// As --data, but an @ stands for itself: what browsers copy
    #[arg(long, value_name = "DATA", conflicts_with = "data", hide = true)]
    pub data_raw: Vec<String>,

    /// Form with files: name=value or name=@FILE[;type=T]
    #[arg(short = 'F', long, value_name = "PART", conflicts_with_all = ["data", "data_raw"], help_heading = REQUEST)]
    pub form: Vec<String>,

    /// JSON, or @FILE, or @- for standard input
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["data", "data_raw", "form"], help_heading = REQUEST)]
    pub json: Option<String>,

    /// PUT a file, below a URL that ends in /; - for input
    #[arg(short = 'T', long, value_name = "FILE", help_heading = REQUEST,
        conflicts_with_all = ["head", "data", "data_raw", "form", "json"])]
    pub upload_file: Option<PathBuf>,

    /// USER:PASSWORD, or USER: the password is asked for
    #[arg(short, long, value_name = "USER", help_heading = REQUEST)]
    pub user: Option<String>,

    /// Take user and password from ~/.netrc
    #[arg(short, long, help_heading = REQUEST)]
    pub netrc: bool,

    /// Cookies: 'a=b; c=d', or a file of them
    #[arg(short = 'b', long, value_name = "COOKIES", help_heading = REQUEST)]
    pub cookie: Vec<String>,

    /// Save to this file, whole or not at all
    #[arg(short, long, value_name = "FILE", help_heading = ANSWER)]
    pub output: Option<PathBuf>,

    /// Save to a file named as the URL's path ends
    #[arg(short = 'O', long, conflicts_with = "output", help_heading = ANSWER)]
    pub remote_name: bool,

    /// Go on where an earlier download stopped
    #[arg(short = 'C', long = "continue", alias = "continue-at", help_heading = ANSWER)]
    pub resume: bool,

    /// Print the head too
    #[arg(short, long, help_heading = ANSWER)]
    pub include: bool,

    /// End with 22 for a status of 400 or more
    #[arg(short, long, help_heading = ANSWER)]
    pub fail: bool,

    /// Save all cookies to a file of curl's, - for output
    #[arg(short = 'c', long, value_name = "FILE", help_heading = ANSWER)]
    pub cookie_jar: Option<PathBuf>,

    /// Show on standard error what goes over the wire
    #[arg(short, long, help_heading = ANSWER)]
    pub verbose: bool,

    /// Show on standard error how long each step took
    #[arg(long, help_heading = ANSWER)]
    pub timings: bool,

    /// No progress bar
    #[arg(short, long, help_heading = ANSWER)]
    pub silent: bool,

    /// http, https, socks4, 4a, 5, 5h://HOST, '' for none
    #[arg(short = 'x', long, value_name = "URL", help_heading = WAY)]
    pub proxy: Option<String>,

    /// Connect to this Unix socket instead of the host
    #[cfg(unix)]
    #[arg(long, value_name = "PATH", help_heading = WAY)]
    pub unix_socket: Option<PathBuf>,

    /// Follow redirects: always done
    #[arg(short = 'L', long, hide = true)]
    pub location: bool,

    /// Show errors also with -s: always done
    #[arg(short = 'S', long, hide = true)]
    pub show_error: bool,

    /// Ask for codings and take them off: always done
    #[arg(long, hide = true)]
    pub compressed: bool,

    /// Redirects to follow [default: 10]
    #[arg(long, value_name = "N", default_value_t = 10, hide_default_value = true, help_heading = WAY)]
    pub max_redirects: u16,

    /// Follow redirects from https to http
    #[arg(long, help_heading = WAY)]
    pub allow_downgrade: bool,

    /// Seconds that the whole may take, 0 for no end
    #[arg(short = 'm', long = "timeout", alias = "max-time", value_name = "SECONDS", help_heading = WAY,
        allow_hyphen_values = true)]
    pub timeout: Option<f64>,

    /// Repeat up to N times what may pass [default: 0]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true, help_heading = WAY)]
    pub retry: u32,

    /// Trust these authorities (PEM), not the usual ones
    #[arg(long, value_name = "FILE", help_heading = WAY)]
    pub cacert: Option<PathBuf>,

    /// Trust any certificate, and so anyone on the way
    #[arg(short = 'k', long, conflicts_with = "cacert", help_heading = WAY)]
    pub insecure: bool,
}

const REQUEST: &str = "Request";
const ANSWER: &str = "Answer";
const WAY: &str = "Way";

/// Cookie files.
#[derive(Debug, Args)]
#[non_exhaustive]
pub struct CookiesOptions {
    /// File of curl, wget, LWP or Playwright, or JSON; - for input
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

    /// Write what was found to a file, in place of what was there
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Format to write [default: that of the file, mozilla for a new one]
    #[arg(short, long, value_name = "FORMAT")]
    pub to: Option<CookieFormat>,
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

/// The words of a command line, with `-C -` as curl has it: the dash, which says that the file tells where to go on, is
/// left out, since nothing else could stand there.
fn like_curl(words: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let command = command();
    let get = command.find_subcommand("get").into_iter().flat_map(clap::Command::get_arguments);
    let switches = get.filter(|argument| matches!(argument.get_action(), ArgAction::SetTrue));
    let switches: Vec<char> = switches.filter_map(clap::Arg::get_short).collect();
    // Whether the last of switches that stand together, as in `-OC`, is `C`.
    let continues = |word: &str| match word.strip_prefix('-') {
        Some("-continue" | "-continue-at") => true,
        Some(letters) => letters.ends_with('C') && letters.chars().all(|letter| switches.contains(&letter)),
        None => false,
    };
    let mut kept: Vec<OsString> = Vec::new();
    for word in words {
        let is_get = kept.get(1).is_some_and(|command| command == "get");
        let is_behind = kept.last().and_then(|last| last.to_str()).is_some_and(continues);
        let attached = word.to_str().and_then(|word| word.strip_suffix('-')).filter(|word| continues(word));
        if is_get && is_behind && word == "-" {
            continue;
        }
        match attached.filter(|word| is_get && !word.starts_with("--")).map(OsString::from) {
            Some(switches) => kept.push(switches),
            None => kept.push(word),
        }
    }
    kept
}

/// The command line, for completions and manual pages.
#[must_use]
pub fn command() -> clap::Command {
    Options::command().mut_subcommand("serve", crate::http_server::from_environment)
}
