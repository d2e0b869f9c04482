//! `lint`: clippy with the lints of the root manifest; a warning is an error.

use crate::context::{Context, Outcome};
use crate::run::Call;

pub(crate) fn run(context: &Context, _arguments: &[String]) -> Outcome {
    let clippy = |targets: &[&str]| {
        Call::cargo(context)
            .args(["clippy"])
            .args(targets)
            .args(["--all-features", "--", "-D", "warnings"])
            .run()
    };
    clippy(&["--workspace", "--all-targets"])?;
    // `--all-targets` leaves out what a plain `cargo test` leaves out.
    clippy(&["-p", "httpkit-tests", "--test", "interop", "--test", "parity"])
}
