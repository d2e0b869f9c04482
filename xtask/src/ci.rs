//! `ci`: every task that can gate, in order; stops at the first that fails and names it. The last line is the sum of
//! all tests: `N passed, N failed`.

use std::time::Duration;

use crate::clock::timed;
use crate::context::{Context, Failure, Outcome};
use crate::{bench, doc, features, fmt, interop, lint, manuals, parity, test, tidy};

type Part = (&'static str, fn(&Context, &[String]) -> Outcome);

/// The cheap ones first. The bounded runs of the fuzz bodies are tests like others and run in `test`.
const PARTS: &[Part] = &[
    ("fmt", fmt::run),
    ("tidy", tidy::run),
    ("lint", lint::run),
    ("test", test::run),
    ("doc", doc::run),
    ("manuals", manuals::run),
    ("features", features::run),
    ("interop", interop::run),
    ("parity", parity::run),
    ("benches", bench::check),
];

pub(crate) fn run(context: &Context, arguments: &[String]) -> Outcome {
    let (_, filter) = parity::read_arguments(arguments)?;
    if let Some(word) = filter.first() {
        return Err(Failure::new(format!("unknown argument {word:?}; known: --suites PATH")));
    }
    let mut times: Vec<(&str, Duration)> = Vec::new();
    for (name, part) in PARTS {
        println!("\n==== {name} ====");
        let arguments = if *name == "parity" { arguments } else { &[] };
        let (outcome, time) = timed(|| part(context, arguments));
        times.push((name, time));
        if let Err(failure) = outcome {
            print_times(&times);
            return Err(failure.within(name));
        }
    }
    print_times(&times);
    let tally = context.tally();
    match tally {
        _ if tally.passed == 0 => Err(Failure::new("not one test ran")),
        _ if tally.ignored > 0 => Err(Failure::new(format!("{} tests are marked as ignored", tally.ignored))),
        _ => Ok(()),
    }
}

fn print_times(times: &[(&str, Duration)]) {
    println!("\n==== times ====");
    for (name, time) in times {
        println!("{name:<9}{:>6} s", time.as_secs());
    }
}
