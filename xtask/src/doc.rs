//! `doc`: the documentation of every crate, private items too; a warning is an error.

use crate::context::{Context, Outcome};
use crate::run::Call;

pub(crate) fn run(context: &Context, _arguments: &[String]) -> Outcome {
    Call::cargo(context)
        .env("RUSTDOCFLAGS", "-D warnings")
        .args(["doc", "--workspace", "--no-deps", "--all-features", "--document-private-items"])
        .run_without_warnings()
}
