//! Whether the public items are still what the last tag promised, as far as the new version claims it, by
//! cargo-semver-checks.

use std::path::{Path, PathBuf};

use super::manifest;
use super::packing::empty;
use super::version::Version;
use crate::context::{Context, Failure, Outcome};
use crate::run::Call;

/// Compares the crates of `tree`, which has the new version, with those of the last tag. Without a tag there is nothing to
/// compare with; a comparison that cannot be made is a failure.
pub(super) fn check(context: &Context, order: &[String], tree: &Path) -> Outcome {
    let Some(tag) = last_tag(context)? else {
        println!("semver: this is the first version, there is no tag to compare with");
        return Ok(());
    };
    if !Call::cargo(context).args(["semver-checks", "--version"]).succeeds() {
        return Err(Failure::new(format!(
            "not compared with {tag}: cargo-semver-checks is missing, `cargo install cargo-semver-checks --locked` brings it"
        )));
    }
    let before = tree_of(context, &tag)?;
    for name in order.iter().filter(|name| is_library(&before, name) && is_library(tree, name)) {
        Call::cargo(context)
            .args(["semver-checks", "--all-features", "--package", name, "--manifest-path"])
            .args([tree.join("Cargo.toml")])
            .args(["--baseline-root"])
            .args([&before])
            .run()?;
    }
    Ok(())
}

fn last_tag(context: &Context) -> Outcome<Option<String>> {
    let tags = Call::new(context, "git").args(["tag", "--list", "v*", "--merged", "HEAD"]).output()?;
    Ok(latest(&tags).map(str::to_owned))
}

/// The tag of the highest version: git would put `v1.0.0-rc.1` behind `v1.0.0`, and knows no other tags from these.
pub(super) fn latest(tags: &str) -> Option<&str> {
    let versions = tags.lines().filter_map(|tag| Some((Version::read(tag.strip_prefix('v')?).ok()?, tag)));
    versions.max_by(|(one, _), (two, _)| one.cmp(two)).map(|(_, tag)| tag)
}

/// The files of a tag, whose crates may be compared only if they may be published.
fn tree_of(context: &Context, tag: &str) -> Outcome<PathBuf> {
    let folder = empty(context.build_folder().join("release-before"))?;
    let archive = folder.join("tree.tar");
    Call::new(context, "git").args(["archive", tag, "--output"]).args([&archive]).run()?;
    Call::new(context, "tar").current_dir(&folder).args(["-xf", "tree.tar"]).run()?;
    let path = folder.join("Cargo.toml");
    let text = std::fs::read_to_string(&path)
        .map_err(|error| Failure::new(format!("reading Cargo.toml of {tag}: {error}")))?;
    super::write(&path, &manifest::publishable(&text)?)?;
    Ok(folder)
}

fn is_library(tree: &Path, name: &str) -> bool {
    tree.join("crates").join(name).join("src/lib.rs").is_file()
}
