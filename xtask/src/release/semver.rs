//! Whether the public items are still what the last tag promised, by cargo-semver-checks where it is installed.

use crate::context::{Context, Outcome};
use crate::run::Call;

/// Compares with the last tag. Without a tag there is nothing to compare with; without the tool, that is said.
pub(super) fn check(context: &Context) -> Outcome {
    let tags = Call::new(context, "git")
        .args(["tag", "--list", "v*", "--merged", "HEAD", "--sort", "-version:refname"])
        .output()?;
    let Some(tag) = tags.lines().next() else {
        println!("semver: this is the first version, there is no tag to compare with");
        return Ok(());
    };
    if !Call::cargo(context).args(["semver-checks", "--version"]).succeeds() {
        println!(
            "semver: NOT compared with {tag}: `cargo install cargo-semver-checks --locked` brings the tool"
        );
        return Ok(());
    }
    Call::cargo(context)
        .args(["semver-checks", "--workspace", "--exclude", "xtask", "--exclude", "httpkit-tests"])
        .args(["--baseline-rev", tag])
        .run()
}
