//! `parity`: the same cases through CPython's modules, through foreign test suites and through ours, with a two-way
//! list of deliberate differences. The cases live in `tests/parity`; a test whose path has `suites` in it reads the
//! foreign suites, which are not part of this project and may be missing. The figures that tests print are shown: cases of
//! each suite, and for each module of Python's how many rows of `tests/data/python` are followed.

use std::path::{Path, PathBuf};

use crate::context::{Context, Failure, Outcome};
use crate::interop;
use crate::run::Call;

/// Where the suites lie when nobody says: next to the checkout.
const SUITES_BESIDE: &str = "../shared/suites";

pub(crate) fn run(context: &Context, arguments: &[String]) -> Outcome {
    let (suites, filter) = read_arguments(arguments)?;
    let suites = find_suites(context.root(), suites.as_deref())?;
    interop::provide(context, &[interop::PYTHON, interop::CURL, interop::WGET, interop::STRACE])?;
    let call = Call::cargo(context);
    let call = if let Some(folder) = &suites { call.env("HTTPKIT_SUITES", folder) } else { call };
    let call =
        call.args(["test", "-p", "httpkit-tests", "--test", "parity", "--", "--show-output"]).args(&filter);
    let call = if suites.is_some() { call } else { call.args(["--skip", "suites"]) };
    let outcome = call.run_tests(context);
    if suites.is_none() {
        println!(
            "the foreign suites were not run: they are no part of this project, there is no folder {SUITES_BESIDE} \
             beside the checkout, and no --suites PATH was given"
        );
    }
    outcome.map(drop)
}

/// Takes `--suites PATH` out; what remains filters the tests.
pub(crate) fn read_arguments(arguments: &[String]) -> Outcome<(Option<PathBuf>, Vec<String>)> {
    let mut suites = None;
    let mut filter = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if let Some(path) = argument.strip_prefix("--suites=") {
            suites = Some(PathBuf::from(path));
        } else if argument == "--suites" {
            let path = rest.next().ok_or_else(|| Failure::new("--suites needs a path"))?;
            suites = Some(PathBuf::from(path));
        } else if argument.starts_with('-') {
            return Err(Failure::new(format!("unknown option {argument:?}; known: --suites PATH")));
        } else {
            filter.push(argument.clone());
        }
    }
    Ok((suites, filter))
}

/// The folder of the suites as an absolute path; a folder that was named must be there.
fn find_suites(root: &Path, named: Option<&Path>) -> Outcome<Option<PathBuf>> {
    if let Some(path) = named {
        let found = path
            .canonicalize()
            .map_err(|error| Failure::new(format!("--suites {}: {error}", path.display())))?;
        return if found.is_dir() {
            Ok(Some(found))
        } else {
            Err(Failure::new(format!("--suites {}: not a folder", path.display())))
        };
    }
    Ok(root.join(SUITES_BESIDE).canonicalize().ok().filter(|path| path.is_dir()))
}

#[cfg(test)]
mod tests;
