//! `coverage`: which lines the tests reach, by cargo-llvm-cov where it is installed.

use std::path::Path;

use crate::context::{Context, Failure, Outcome};
use crate::run::Call;

pub(crate) fn run(context: &Context, _arguments: &[String]) -> Outcome {
    if !Call::cargo(context).args(["llvm-cov", "--version"]).succeeds() {
        return Err(Failure::new(
            "cargo-llvm-cov is missing: `cargo install cargo-llvm-cov` and `rustup component add llvm-tools`",
        ));
    }
    check_tools(context)?;
    Call::cargo(context)
        .args(["llvm-cov", "--workspace", "--all-features", "--exclude", "xtask", "--summary-only"])
        .run_tests(context)
        .map(drop)
}

/// The tools that read profiles must be of the compiler's own LLVM or a later one; those of a distribution are often older,
/// and then say no more than that the format is not supported.
fn check_tools(context: &Context) -> Outcome {
    if std::env::var_os("LLVM_PROFDATA").is_some() && std::env::var_os("LLVM_COV").is_some() {
        return Ok(());
    }
    let about = Call::new(context, "rustc").args(["-vV"]).output()?;
    let word = |name: &str| about.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    let sysroot = Call::new(context, "rustc").args(["--print", "sysroot"]).output()?;
    let folder = Path::new(sysroot.trim()).join("lib/rustlib").join(word("host: ")).join("bin");
    if folder.join(format!("llvm-profdata{}", std::env::consts::EXE_SUFFIX)).is_file() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "no tool here reads what this compiler writes: `rustup component add llvm-tools` brings it, or set LLVM_PROFDATA and \
         LLVM_COV to those of LLVM {} or later",
        word("LLVM version: ")
    )))
}
