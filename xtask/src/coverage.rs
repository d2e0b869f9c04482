//! `coverage`: which lines the tests reach, by cargo-llvm-cov where it is installed.

use crate::context::{Context, Failure, Outcome};
use crate::run::Call;

pub(crate) fn run(context: &Context, _arguments: &[String]) -> Outcome {
    if !Call::cargo(context).args(["llvm-cov", "--version"]).succeeds() {
        return Err(Failure::new(
            "cargo-llvm-cov is missing: `cargo install cargo-llvm-cov` and `rustup component add llvm-tools`",
        ));
    }
    Call::cargo(context)
        .args(["llvm-cov", "--workspace", "--all-features", "--exclude", "xtask", "--summary-only"])
        .run_tests(context)
        .map(drop)
}
