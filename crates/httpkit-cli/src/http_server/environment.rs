//! What comes from the environment: which variables stand for which options, and what is said where one of them cannot be
//! understood.

use clap::builder::FalseyValueParser;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches};
use std::ffi::OsString;

/// The command whose options that can be written in one word can come from the environment as well.
pub(crate) fn named(command: clap::Command) -> clap::Command {
    let with_name = |arg: Arg| {
        let takes_two = arg.get_num_args().is_some_and(|count| count.max_values() > 1);
        let Some(long) = arg.get_long().filter(|_| !takes_two && arg.get_env().is_none()) else { return arg };
        let name = format!("HTTP_SERVER_{}", long.to_ascii_uppercase().replace('-', "_"));
        let arg = match arg.get_action() {
            // For people, 1 is as good as true.
            ArgAction::SetTrue => arg.value_parser(FalseyValueParser::new()),
            _ => arg,
        };
        arg.env(name).hide_env(true)
    };
    command.mut_args(with_name)
}

/// Reads the arguments of this process and its environment; ends it with 0 or 2 where clap has said all.
pub(crate) fn matches(mut command: clap::Command) -> ArgMatches {
    command = heeding(command);
    let matches = command.try_get_matches_from_mut(std::env::args_os());
    understood(matches, &mut command)
}

/// The same where serving is a part of a command, called `name`, and these are its arguments.
pub(crate) fn matches_within(command: clap::Command, name: &str, words: Vec<OsString>) -> ArgMatches {
    let mut command = command.mut_subcommand(name, heeding);
    let is_asked = words.get(1).is_some_and(|word| word == name);
    let matches = command.try_get_matches_from_mut(words);
    match command.find_subcommand_mut(name) {
        Some(part) if is_asked => understood(matches, part),
        _ => matches.unwrap_or_else(|error| error.exit()),
    }
}

fn understood(matches: Result<ArgMatches, clap::Error>, command: &mut clap::Command) -> ArgMatches {
    let matches = matches.unwrap_or_else(|error| explained(error, command).exit());
    // What is set and would not be heeded is refused instead, but not to those who only want help.
    if let Some(name) = PAIRS.into_iter().find(|name| std::env::var_os(name).is_some()) {
        let text =
            format!("{name} is set, but that option takes two values and cannot come from the environment");
        command.error(ErrorKind::InvalidValue, text).exit();
    }
    matches
}

/// The command for the environment as it is: some values mean what no argument can say.
fn heeding(mut command: clap::Command) -> clap::Command {
    if is_link(&std::env::var(PORT_NAME).unwrap_or_default()) {
        command = command.mut_arg("port", |port| port.env(None::<&str>));
    }
    match std::env::var(ARCHIVE_NAME).ok().as_deref().and_then(switch) {
        Some(is_on) => with_archives(command, is_on),
        None => command,
    }
}

/// The variable with the port.
pub(crate) const PORT_NAME: &str = "HTTP_SERVER_PORT";

/// The variable that says in which forms folders are offered, or whether they are at all.
const ARCHIVE_NAME: &str = "HTTP_SERVER_ARCHIVE";

/// What is meant by a value that only switches something on or off.
fn switch(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Some(true),
        "" | "0" | "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// Offers folders in all forms or not at all, unless the arguments say otherwise.
fn with_archives(command: clap::Command, is_on: bool) -> clap::Command {
    command.mut_arg("archive", |archive| {
        let archive = archive.env(None::<&str>);
        if is_on { archive.default_values(["tar", "zip"]) } else { archive }
    })
}

/// Whether a value of [`PORT_NAME`] tells where a service of that name is, as Kubernetes sets it, and not where to listen.
fn is_link(port: &str) -> bool {
    port.starts_with("tcp://") || port.starts_with("udp://")
}

/// An error with what it needs to be understood: which variable a value comes from, and what was probably meant.
fn explained(mut error: clap::Error, command: &clap::Command) -> clap::Error {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        _ => String::new(),
    };
    let (option, value) = (text(ContextKind::InvalidArg), text(ContextKind::InvalidValue));
    let given = std::env::args_os().any(|argument| {
        let argument = argument.to_string_lossy();
        argument == value || argument.ends_with(&format!("={value}"))
    });
    let argument = command.get_arguments().find(|argument| argument.to_string() == option);
    let variable = argument.and_then(|argument| argument.get_env()).map(|name| name.to_string_lossy());
    let tip = match variable {
        Some(name) if !given && std::env::var(&*name).is_ok_and(|set| set == value) => {
            format!("the value is that of the environment variable {name}")
        }
        _ if option == "[PORT]" && std::path::Path::new(&value).is_dir() => {
            let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
            format!("a folder is named by --directory: {name} -d {value}")
        }
        _ => return error,
    };
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    error
}

/// What the variables would be called of options that take two values at a time.
const PAIRS: [&str; 2] = ["HTTP_SERVER_HEADER", "HTTP_SERVER_CACHE_RULE"];
