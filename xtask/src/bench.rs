//! `bench`: builds one program of the bench workspace and runs it from the root; what it measures and prints
//! is its own affair and that of `tests/benches/harness`.

use std::path::Path;

use crate::context::{Context, Failure, Outcome};
use crate::run::Call;

const FOLDER: &str = "tests/benches";

pub(crate) fn run(context: &Context, arguments: &[String]) -> Outcome {
    let known = known(&context.root().join(FOLDER))?;
    let Some((name, rest)) = arguments.split_first() else {
        return Err(Failure::new(format!(
            "usage: cargo xtask bench NAME|all [ARGUMENTS], where NAME is one of: {}",
            known.join(", ")
        )));
    };
    if name == "all" {
        return known.iter().try_for_each(|name| bench(context, name, rest));
    }
    if !known.contains(name) {
        return Err(Failure::new(format!("there is no bench {name:?}; there are: {}", known.join(", "))));
    }
    bench(context, name, rest)
}

fn bench(context: &Context, name: &str, arguments: &[String]) -> Outcome {
    Call::cargo(context)
        .args([
            "run",
            "--release",
            "--manifest-path",
            "tests/benches/Cargo.toml",
            "-p",
            &format!("bench-{name}"),
            "--",
        ])
        .args(arguments)
        .run()
        .map_err(|failure| failure.within(name))
}

/// The bench programs: every folder beside the harness that has a manifest.
fn known(folder: &Path) -> Outcome<Vec<String>> {
    let entries =
        std::fs::read_dir(folder).map_err(|error| Failure::new(format!("{}: {error}", folder.display())))?;
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.path().join("Cargo.toml").is_file())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name != "harness")
        .collect();
    names.sort();
    Ok(names)
}
