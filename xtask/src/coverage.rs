//! `coverage`: which lines the tests reach, by cargo-llvm-cov. Its two helpers must be of the compiler's own LLVM or a later
//! one: those of the toolchain, which rustup brings, or a distribution's package of that LLVM.
//!
//! It builds and runs the tests step by step, since cargo-llvm-cov alone builds no examples, and ours are run by tests.

use std::path::{Path, PathBuf};

use crate::context::{Context, Failure, Outcome};
use crate::interop::{self, Peer};
use crate::run::{Call, find_program};

/// The helpers: the variable that names one to cargo-llvm-cov, and the program.
const TOOLS: [(&str, &str); 2] = [("LLVM_PROFDATA", "llvm-profdata"), ("LLVM_COV", "llvm-cov")];

/// What is built and tested.
const ALL: [&str; 4] = ["--workspace", "--all-features", "--exclude", "xtask"];

pub(crate) fn run(context: &Context, arguments: &[String]) -> Outcome {
    if !Call::cargo(context).args(["llvm-cov", "--version"]).succeeds() {
        return Err(Failure::new(
            "cargo-llvm-cov is missing: `cargo install cargo-llvm-cov --locked` brings it",
        ));
    }
    let tools = tools(context)?;
    let folder = context.build_folder().join("coverage");
    let call = || {
        let call = Call::cargo(context).env("CARGO_TARGET_DIR", &folder);
        tools.iter().fold(call, |call, (variable, program)| call.env(variable, program))
    };
    let shown = call().args(["llvm-cov", "show-env"]).output()?;
    let mut variables = variables(&shown);
    if cfg!(target_os = "linux") {
        keep_counts(&mut variables, std::env::var("RUSTFLAGS").ok());
    }
    let measured = || variables.iter().fold(call(), |call, (name, value)| call.quiet_env(name, value));
    measured().args(["llvm-cov", "clean", "--profraw-only"]).run()?;
    measured().args(["build", "--examples", "--bins"]).args(ALL).run()?;
    measured().args(["test", "--tests", "--no-fail-fast"]).args(ALL).run_tests(context)?;
    let summary: &[&str] = if arguments.is_empty() { &["--summary-only"] } else { &[] };
    // A process that is killed while it opens its profile leaves none.
    measured().args(["llvm-cov", "report", "--failure-mode", "all"]).args(summary).args(arguments).run()
}

/// Has each process count in its file from the beginning, which the runtime can do on Linux: tests kill the servers that they
/// start, and a count that is written at the end would be lost.
fn keep_counts(variables: &mut Vec<(&str, String)>, flags: Option<String>) {
    const FLAG: &str = "-Cllvm-args=-runtime-counter-relocation";
    if !variables.iter().any(|(name, _)| *name == "RUSTFLAGS") {
        variables.push(("RUSTFLAGS", flags.unwrap_or_default()));
    }
    for (name, value) in variables {
        match *name {
            "LLVM_PROFILE_FILE" => *value = value.replace(".profraw", "%c.profraw"),
            "RUSTFLAGS" if value.is_empty() => FLAG.clone_into(value),
            "RUSTFLAGS" => *value = format!("{value} {FLAG}"),
            _ => {}
        }
    }
}

/// The lines `NAME=value` or `NAME='value'`.
fn variables(text: &str) -> Vec<(&str, String)> {
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    pairs.map(|(name, value)| (name, value.trim_matches('\'').to_owned())).collect()
}

/// Each helper that cargo-llvm-cov does not find by itself: a distribution's, where rustup brings none.
fn tools(context: &Context) -> Outcome<Vec<(&'static str, PathBuf)>> {
    if TOOLS.iter().all(|(variable, _)| std::env::var_os(variable).is_some()) {
        return Ok(Vec::new());
    }
    let about = Call::new(context, "rustc").args(["-vV"]).output()?;
    let word = |name: &str| about.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    let sysroot = Call::new(context, "rustc").args(["--print", "sysroot"]).output()?;
    let folder = Path::new(sysroot.trim()).join("lib/rustlib").join(word("host: ")).join("bin");
    let helper = folder.join(format!("llvm-profdata{}", std::env::consts::EXE_SUFFIX));
    let by_rustup = || {
        find_program("rustup").is_some()
            && Call::new(context, "rustup").args(["component", "add", "llvm-tools"]).run().is_ok()
    };
    if helper.is_file() || by_rustup() {
        return Ok(Vec::new());
    }
    let major = word("LLVM version: ").split('.').next().unwrap_or_default();
    of_distribution(context, major).map_err(|failure| {
        Failure::new(format!(
            "no tool here reads what this compiler writes: `rustup component add llvm-tools` brings it, or set LLVM_PROFDATA \
             and LLVM_COV to those of LLVM {major} or later; Debian's llvm-{major}: {failure}"
        ))
    })
}

/// Those of Debian's package, which carry the number of their LLVM in their names.
fn of_distribution(context: &Context, major: &str) -> Outcome<Vec<(&'static str, PathBuf)>> {
    let package = format!("llvm-{major}");
    let names = TOOLS.map(|(variable, tool)| (variable, format!("{tool}-{major}")));
    let peers = names.each_ref().map(|(_, program)| Peer { program, package: &package });
    interop::provide(context, &peers)?;
    Ok(names.map(|(variable, program)| (variable, PathBuf::from(program))).into())
}

#[cfg(test)]
mod tests;
