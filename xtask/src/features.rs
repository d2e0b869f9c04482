//! `features`: each crate alone builds and passes its tests with no features, with each one and with all.
//! Alone, since in a build of the whole workspace one crate's features cover up what another forgot.

use crate::context::{Context, Failure, Outcome};
use crate::metadata::{Metadata, Package};
use crate::run::Call;

pub(crate) fn run(context: &Context, arguments: &[String]) -> Outcome {
    let metadata = Metadata::load(context)?;
    let chosen: Vec<&Package> = match arguments {
        [] => metadata
            .members
            .iter()
            .filter(|package| !matches!(package.name.as_str(), "xtask" | "httpkit-tests"))
            .collect(),
        [name] => {
            vec![metadata.member(name).ok_or_else(|| Failure::new(format!("no crate is called {name:?}")))?]
        }
        _ => return Err(Failure::new("one crate at most can be named")),
    };
    for package in chosen {
        for set in grid(package.features.iter().map(String::as_str)) {
            build(context, &package.name, &set)?;
        }
    }
    Ok(())
}

/// One choice of features for a crate that is built alone.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Set<'a> {
    None,
    One(&'a str),
    All,
}

/// No feature, each one, and all of them, each choice once.
fn grid<'a>(features: impl Iterator<Item = &'a str>) -> Vec<Set<'a>> {
    let single: Vec<&str> = features.filter(|name| *name != "default").collect();
    let mut sets = vec![Set::None];
    sets.extend(single.iter().map(|name| Set::One(name)));
    if single.len() > 1 {
        sets.push(Set::All);
    }
    sets
}

/// Tests where that says something new; with all features `test` has run the tests, so that a check is enough.
fn build(context: &Context, name: &str, set: &Set<'_>) -> Outcome {
    let call = Call::cargo(context);
    match set {
        Set::None => call.args(["test", "-p", name, "--no-default-features"]).run_tests(context).map(drop),
        Set::One(feature) => call
            .args(["test", "-p", name, "--no-default-features", "--features", feature])
            .run_tests(context)
            .map(drop),
        Set::All => call.args(["check", "-p", name, "--all-targets", "--all-features"]).run(),
    }
}

#[cfg(test)]
mod tests;
