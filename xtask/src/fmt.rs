//! `fmt`: every crate is formatted as `.rustfmt.toml` says, those of the bench workspace too.

use crate::context::{Context, Outcome};
use crate::run::Call;

pub(crate) fn run(context: &Context, _arguments: &[String]) -> Outcome {
    Call::cargo(context).args(["fmt", "--all", "--check"]).run()?;
    for manifest in ["tests/benches/Cargo.toml", "tests/fuzz/Cargo.toml"] {
        if context.root().join(manifest).is_file() {
            Call::cargo(context).args(["fmt", "--all", "--check", "--manifest-path", manifest]).run()?;
        }
    }
    Ok(())
}
