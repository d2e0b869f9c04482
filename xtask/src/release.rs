//! `release`: checks that the tree can be released, packs each crate in dependency order and builds it from its
//! archive; without `--dry-run` it also writes the version and the changelog's date, commits and tags. It never uploads.

use std::path::{Path, PathBuf};

use crate::ci;
use crate::clock;
use crate::context::{Context, Failure, Outcome};
use crate::metadata::{Metadata, Package};
use crate::run::Call;

mod changelog;
mod manifest;
mod version;

use version::Version;

const CHANGELOG: &str = "crates/httpkit/CHANGELOG.md";

/// Members that are never released.
const INNER: [&str; 2] = ["xtask", "httpkit-tests"];

pub(crate) fn run(context: &Context, arguments: &[String]) -> Outcome {
    let (version, dry) = read_arguments(arguments)?;
    let metadata = Metadata::load(context)?;
    let order = order(&metadata)?;
    println!("in dependency order: {}", order.join(", "));

    let manifest = read(context, "Cargo.toml")?;
    let current = manifest::version(&manifest)?;
    if version < Version::read(&current)? {
        return Err(Failure::new(format!("{version} is older than {current}, which stands in Cargo.toml")));
    }
    check_one_place(&metadata, &current)?;
    let new_manifest = manifest::with_version(&manifest, &current, &version.to_string())?;
    let today = clock::today();
    let new_changelog = changelog::dated(&read(context, CHANGELOG)?, &version.to_string(), &today)
        .map_err(|failure| failure.within(CHANGELOG))?;
    check_clean(context)?;
    check_tag(context, &version)?;

    if dry {
        println!(
            "would set the version {current} to {version} in Cargo.toml, date the changelog {today}, run ci and tag v{version}"
        );
        package(context, &order, &version, &new_manifest)?;
        println!("dry run: nothing in the tree was changed");
        return Ok(());
    }
    write(&context.root().join("Cargo.toml"), &new_manifest)?;
    write(&context.root().join(CHANGELOG), &new_changelog)?;
    Call::cargo(context).args(["update", "--workspace"]).run()?;
    ci::run(context, &[])?;
    package(context, &order, &version, &new_manifest)?;
    Call::new(context, "git").args(["commit", "--all", "--message", &format!("Release {version}")]).run()?;
    Call::new(context, "git")
        .args(["tag", "--annotate", &format!("v{version}"), "--message", &format!("httpkit {version}")])
        .run()
}

fn read_arguments(arguments: &[String]) -> Outcome<(Version, bool)> {
    let mut version = None;
    let mut dry = false;
    for argument in arguments {
        match argument.as_str() {
            "--dry-run" => dry = true,
            option if option.starts_with('-') => {
                return Err(Failure::new(format!("unknown option {option:?}; known: --dry-run")));
            }
            text if version.is_none() => version = Some(Version::read(text)?),
            text => return Err(Failure::new(format!("one version is enough, found {text:?} too"))),
        }
    }
    Ok((version.ok_or_else(|| Failure::new("usage: cargo xtask release VERSION [--dry-run]"))?, dry))
}

/// The crates to release, each behind all that it stands on.
fn order(metadata: &Metadata) -> Outcome<Vec<String>> {
    let mut open: Vec<&Package> =
        metadata.members.iter().filter(|member| !INNER.contains(&member.name.as_str())).collect();
    let mut order: Vec<String> = Vec::new();
    while !open.is_empty() {
        let waits = |package: &Package| {
            package.dependencies.iter().any(|dependency| {
                dependency.name != package.name
                    && metadata.member(&dependency.name).is_some()
                    && !order.contains(&dependency.name)
            })
        };
        let (ready, waiting): (Vec<&Package>, Vec<&Package>) =
            open.iter().partition(|package| !waits(package));
        if ready.is_empty() {
            let names: Vec<&str> = waiting.iter().map(|package| package.name.as_str()).collect();
            return Err(Failure::new(format!(
                "these crates stand on each other in a circle: {}",
                names.join(", ")
            )));
        }
        order.extend(ready.iter().map(|package| package.name.clone()));
        open = waiting;
    }
    Ok(order)
}

/// Every crate takes its version from the workspace.
fn check_one_place(metadata: &Metadata, current: &str) -> Outcome {
    match metadata.members.iter().find(|member| member.version != current) {
        Some(member) => Err(Failure::new(format!(
            "{} has version {}, the workspace {current}: write `version.workspace = true` in its manifest",
            member.name, member.version
        ))),
        None => Ok(()),
    }
}

fn check_clean(context: &Context) -> Outcome {
    let changes = Call::new(context, "git").args(["status", "--porcelain"]).output()?;
    match changes.lines().next() {
        Some(line) => {
            Err(Failure::new(format!("the tree is not clean, commit or remove first: {}", line.trim())))
        }
        None => Ok(()),
    }
}

fn check_tag(context: &Context, version: &Version) -> Outcome {
    let tags = Call::new(context, "git").args(["tag", "--list", &format!("v{version}")]).output()?;
    if tags.trim().is_empty() {
        Ok(())
    } else {
        Err(Failure::new(format!("the tag v{version} exists already")))
    }
}

/// Packs each crate and builds it from its archive. Cargo lets packed crates of one workspace find each other only where
/// they may be published, which ours may not, so the packing is done in a copy whose manifest lacks that one line.
fn package(context: &Context, order: &[String], version: &Version, manifest: &str) -> Outcome {
    let copy = copy_tree(context)?;
    write(&copy.join("Cargo.toml"), &manifest::publishable(manifest)?)?;
    let archives = context.build_folder().join("release-archives");
    let packages = order.iter().flat_map(|name| ["-p", name]);
    Call::cargo(context)
        .current_dir(&copy)
        .args(["package", "--allow-dirty", "--no-metadata", "--no-verify", "--target-dir"])
        .args([&archives])
        .args(packages)
        .run()?;
    verify(context, order, version, &archives.join("package"))
}

/// Builds what the archives hold, each crate on the others' archives. Cargo's own check of archives keeps what it has
/// unpacked by version, and so would build on an older archive of the same version.
fn verify(context: &Context, order: &[String], version: &Version, archives: &Path) -> Outcome {
    let unpacked = empty(context.build_folder().join("release-unpacked"))?;
    for name in order {
        let archive = archives.join(format!("{name}-{version}.crate"));
        Call::new(context, "tar").args(["-xzf"]).args([&archive]).args(["-C"]).args([&unpacked]).run()?;
    }
    write(&unpacked.join("Cargo.toml"), &manifest::workspace_of(order, &version.to_string()))?;
    Call::cargo(context).current_dir(&unpacked).args(["check", "--workspace", "--all-features"]).run()
}

/// The folder, made anew.
fn empty(folder: PathBuf) -> Outcome<PathBuf> {
    if folder.exists() {
        std::fs::remove_dir_all(&folder)
            .map_err(|error| Failure::new(format!("removing {}: {error}", folder.display())))?;
    }
    std::fs::create_dir_all(&folder)
        .map_err(|error| Failure::new(format!("making {}: {error}", folder.display())))?;
    Ok(folder)
}

/// Copies what git tracks into the build folder.
fn copy_tree(context: &Context) -> Outcome<PathBuf> {
    let copy = empty(context.build_folder().join("release-tree"))?;
    let list = Call::new(context, "git").args(["ls-files", "-z"]).output()?;
    for path in list.split('\0').filter(|path| !path.is_empty()) {
        let to = copy.join(path);
        let folder = to.parent().unwrap_or(&copy);
        std::fs::create_dir_all(folder)
            .map_err(|error| Failure::new(format!("making {}: {error}", folder.display())))?;
        std::fs::copy(context.root().join(path), &to)
            .map_err(|error| Failure::new(format!("copying {path}: {error}")))?;
    }
    Ok(copy)
}

fn read(context: &Context, path: &str) -> Outcome<String> {
    std::fs::read_to_string(context.root().join(path))
        .map_err(|error| Failure::new(format!("reading {path}: {error}")))
}

fn write(path: &Path, text: &str) -> Outcome {
    std::fs::write(path, text).map_err(|error| Failure::new(format!("writing {}: {error}", path.display())))
}

#[cfg(test)]
mod tests;
