//! What comes from the environment: which variables stand for which options, and what is said where one of them cannot be
//! understood.

use clap::builder::BoolishValueParser;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches};
use std::ffi::OsString;

/// The command whose options that can be written in one word can come from the environment as well.
pub(crate) fn named(command: clap::Command) -> clap::Command {
    let with_name = |arg: Arg| {
        let arg = without_repetition(arg);
        // Else it is told that -1 is no option, and not that it is no number to be given here.
        let takes_value = arg.get_action().takes_values();
        let arg = if takes_value { arg.allow_negative_numbers(true) } else { arg };
        let takes_two = arg.get_num_args().is_some_and(|count| count.max_values() > 1);
        let Some(long) = arg.get_long().filter(|_| !takes_two && arg.get_env().is_none()) else { return arg };
        let name = format!("HTTP_SERVER_{}", long.to_ascii_uppercase().replace('-', "_"));
        let arg = match arg.get_action() {
            // For people, 1 is as good as true.
            ArgAction::SetTrue => arg.value_parser(BoolishValueParser::new()),
            _ => arg,
        };
        arg.env(name).hide_env(true)
    };
    command.mut_args(with_name)
}

/// The option with a long help that does not say once more what the short one says.
fn without_repetition(arg: Arg) -> Arg {
    let long = match (arg.get_help(), arg.get_long_help()) {
        (Some(short), Some(long)) => {
            let (short, long) = (short.to_string(), long.to_string());
            long.strip_prefix(&short).map(|rest| rest.trim_start().to_owned())
        }
        _ => None,
    };
    match long.filter(|long| !long.is_empty()) {
        Some(long) => arg.long_help(long),
        None => arg,
    }
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
fn heeding(command: clap::Command) -> clap::Command {
    command.mut_args(|arg| {
        let value = arg.get_env().and_then(|name| std::env::var(name).ok());
        match value {
            Some(value) => heeded(arg, &value),
            None => arg,
        }
    })
}

/// The option for this value of its variable.
fn heeded(arg: Arg, value: &str) -> Arg {
    if arg.get_id() == "port" {
        return if is_link(value) { arg.env(None::<&str>) } else { arg };
    }
    let alone: &[&'static str] = match arg.get_id().as_str() {
        "archive" => &["tar", "zip"],
        "cors" => &["*"],
        "spa" => &["index.html"],
        _ => &[],
    };
    let is_flag = matches!(arg.get_action(), ArgAction::SetTrue);
    match switch(value) {
        // As if it were not there, also for the options that it would contradict.
        Some(false) if is_flag || !alone.is_empty() => arg.env(None::<&str>),
        // As if it stood alone, unless the arguments say otherwise.
        Some(true) if !alone.is_empty() => arg.env(None::<&str>).default_values(alone.iter().copied()),
        // What the arguments say by repeating it.
        _ if arg.get_id() == "index" => arg.value_delimiter(','),
        _ => arg,
    }
}

/// The variable with the port.
pub(crate) const PORT_NAME: &str = "HTTP_SERVER_PORT";

/// What is meant by a value that only switches something on or off.
fn switch(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Some(true),
        "" | "0" | "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// Whether a value of [`PORT_NAME`] tells where a service of that name is, as Kubernetes sets it, and not where to listen.
fn is_link(port: &str) -> bool {
    port.starts_with("tcp://") || port.starts_with("udp://")
}

/// An error with what it needs to be understood: which variable a value comes from, and what was probably meant.
fn explained(mut error: clap::Error, command: &clap::Command) -> clap::Error {
    let tip = if error.kind() == ErrorKind::ArgumentConflict {
        let both = [ContextKind::InvalidArg, ContextKind::PriorArg].map(|kind| text_of(&error, kind));
        both.iter().find_map(|option| variable_behind(option, command))
    } else {
        value_tip(&error, command)
    };
    if let Some(tip) = tip {
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
    error
}

fn text_of(error: &clap::Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.first().cloned().unwrap_or_default(),
        _ => String::new(),
    }
}

/// That an option, which the arguments do not have, comes from the environment.
fn variable_behind(option: &str, command: &clap::Command) -> Option<String> {
    let argument = command.get_arguments().find(|argument| argument.to_string() == option)?;
    let name = argument.get_env().filter(|name| std::env::var_os(name).is_some())?.to_string_lossy();
    let (long, short) = (format!("--{}", argument.get_long()?), argument.get_short());
    let is_given = std::env::args().any(|word| {
        let is_long = word.strip_prefix(&long).is_some_and(|rest| rest.is_empty() || rest.starts_with('='));
        is_long || short.is_some_and(|short| word.starts_with(&format!("-{short}")))
    });
    (!is_given).then(|| format!("{name} is set in the environment"))
}

/// Where a value that is not understood comes from, or what was probably meant by it.
fn value_tip(error: &clap::Error, command: &clap::Command) -> Option<String> {
    let option = text_of(error, ContextKind::InvalidArg);
    let value = text_of(error, ContextKind::InvalidValue);
    let given = std::env::args_os().any(|argument| {
        let argument = argument.to_string_lossy();
        argument == value || argument.ends_with(&format!("={value}"))
    });
    let argument = command.get_arguments().find(|argument| argument.to_string() == option);
    let variable = argument.and_then(|argument| argument.get_env()).map(|name| name.to_string_lossy());
    if let Some(name) = variable
        && !given
        && std::env::var(&*name).is_ok_and(|set| set == value)
    {
        return Some(format!("the value is that of the environment variable {name}"));
    }
    if option != "[PORT]" || error.kind() != ErrorKind::ValueValidation {
        return None;
    }
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
    if std::path::Path::new(&value).is_dir() {
        return Some(format!("a folder is named by --directory: {name} -d {value}"));
    }
    Some(match value.rsplit_once(':') {
        Some(("", port)) if port.parse::<u16>().is_ok() => format!("without the colon: {name} {port}"),
        Some((host, port)) if port.parse::<u16>().is_ok() => {
            format!("an address is named by --bind: {name} {port} --bind {host}")
        }
        _ => format!("a port is a number up to {}", u16::MAX),
    })
}

/// What the variables would be called of options that take two values at a time.
const PAIRS: [&str; 2] = ["HTTP_SERVER_HEADER", "HTTP_SERVER_CACHE_RULE"];
