//! The tasks of this workspace: `cargo xtask help` lists them. This file dispatches and nothing else.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a task speaks to the person who called it")]

use std::process::ExitCode;

use crate::context::{Context, Failure, Outcome};

mod audit;
mod bench;
mod ci;
mod clock;
mod context;
mod coverage;
mod doc;
mod features;
mod fmt;
mod fuzz;
mod interop;
mod json;
mod lint;
mod manuals;
mod metadata;
mod parity;
mod release;
mod run;
mod soak;
mod source;
mod tally;
mod test;
mod tidy;

/// One task: what a person types after `cargo xtask`, and the function that does it.
struct Task {
    name: &'static str,
    arguments: &'static str,
    about: &'static str,
    run: fn(&Context, &[String]) -> Outcome,
}

/// Every task, in the order of the help text.
const TASKS: &[Task] = &[
    Task {
        name: "ci",
        arguments: "[--suites PATH]",
        about: "all of CI: every check below that can gate",
        run: ci::run,
    },
    Task { name: "fmt", arguments: "", about: "check the formatting of every crate", run: fmt::run },
    Task {
        name: "tidy",
        arguments: "",
        about: "check the rules of the house that no compiler knows",
        run: tidy::run,
    },
    Task {
        name: "lint",
        arguments: "",
        about: "run clippy over everything, warnings are errors",
        run: lint::run,
    },
    Task {
        name: "test",
        arguments: "[FILTER]",
        about: "run all unit, doc and integration tests",
        run: test::run,
    },
    Task { name: "doc", arguments: "", about: "build all documentation, warnings are errors", run: doc::run },
    Task {
        name: "features",
        arguments: "[CRATE]",
        about: "build and test each crate alone with none, each and all of its features",
        run: features::run,
    },
    Task {
        name: "interop",
        arguments: "[FILTER]",
        about: "test against real peers on loopback: CPython, curl, nginx, proxies",
        run: interop::run,
    },
    Task {
        name: "audit",
        arguments: "[--advisories FOLDER]",
        about: "what each crate brings along, licences, doubled versions, published advisories",
        run: audit::run,
    },
    Task {
        name: "parity",
        arguments: "[--suites PATH] [FILTER]",
        about: "compare with CPython and, where they are, with foreign test suites",
        run: parity::run,
    },
    Task {
        name: "bench",
        arguments: "NAME|all [ARGUMENTS]",
        about: "measure against peers: ratios, allocations, system calls, instructions",
        run: bench::run,
    },
    Task {
        name: "fuzz",
        arguments: "NAME SECONDS",
        about: "fuzz one target with cargo-fuzz",
        run: fuzz::run,
    },
    Task {
        name: "soak",
        arguments: "[SECONDS]",
        about: "load the server with every kind of client, 10 minutes if nothing is said, and look for leaks",
        run: soak::run,
    },
    Task {
        name: "coverage",
        arguments: "[OPTIONS]",
        about: "measure test coverage with cargo-llvm-cov, which takes the options",
        run: coverage::run,
    },
    Task {
        name: "manuals",
        arguments: "[FOLDER]",
        about: "write the manual pages and completions of both commands, and have them read",
        run: manuals::run,
    },
    Task {
        name: "release",
        arguments: "VERSION [--dry-run] [--skip-ci] [--publish]",
        about: "check, pack and try each crate and the commands, and tag a version; upload a tagged one",
        run: release::run,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((name, rest)) = arguments.split_first() else {
        eprint!("{}", help());
        return ExitCode::FAILURE;
    };
    if matches!(name.as_str(), "help" | "--help" | "-h") {
        print!("{}", help());
        return ExitCode::SUCCESS;
    }
    let Some(task) = TASKS.iter().find(|task| task.name == name) else {
        eprintln!("error: no task is called {name:?}\n\n{}", help());
        return ExitCode::FAILURE;
    };
    let context = Context::from_environment();
    let outcome = match rest.first() {
        Some(word) if task.arguments.is_empty() => {
            Err(Failure::new(format!("it takes no arguments, but was given {word:?}")))
        }
        _ => (task.run)(&context, rest),
    };
    if let Err(failure) = &outcome {
        eprintln!("error: {name}: {failure}");
    }
    if let Some(line) = context.closing_line() {
        println!("{line}");
    }
    if outcome.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The list of tasks as `cargo xtask help` prints it.
fn help() -> String {
    let mut text = String::from("usage: cargo xtask TASK [ARGUMENTS]\n\n");
    let call = |task: &Task| format!("{} {}", task.name, task.arguments);
    let width = TASKS.iter().map(|task| call(task).len()).max().unwrap_or(0);
    for task in TASKS {
        text.push_str(&format!("  {:<width$} {}\n", call(task), task.about));
    }
    text
}

#[cfg(test)]
mod tests;
