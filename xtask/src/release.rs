//! `release`: checks that the tree can be released, packs each crate in dependency order, builds and tests it from its
//! archive, and makes an archive of the commands with a list of checksums; without `--dry-run` it also writes the version
//! and the changelog's date, commits and tags. With `--publish` it uploads what has been tagged, to a registry that the
//! manifest must name; else it never uploads.

use std::path::Path;

use crate::ci;
use crate::clock;
use crate::context::{Context, Failure, Outcome};
use crate::metadata::{INNER, Metadata, Package};
use crate::run::Call;

mod binaries;
mod changelog;
mod manifest;
mod notices;
mod packing;
mod publish;
mod semver;
mod version;

use version::Version;

const CHANGELOG: &str = "crates/httpkit/CHANGELOG.md";

/// What a person asks for.
#[derive(Debug)]
struct Order {
    version: Version,
    /// Changes nothing in the tree.
    dry: bool,
    /// Somebody else has run `ci` on this commit; the tag says that it was not run here.
    without_ci: bool,
    /// Uploads a version that has been released.
    publish: bool,
}

pub(crate) fn run(context: &Context, arguments: &[String]) -> Outcome {
    let Order { version, dry, without_ci, publish } = read_arguments(arguments)?;
    let metadata = Metadata::load(context)?;
    let order = order(&metadata)?;
    println!("in dependency order: {}", order.join(", "));
    if publish {
        check_clean(context)?;
        return publish::run(context, &metadata, &order, &version, dry);
    }

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
        make(context, &order, &version, &new_manifest)?;
        println!("dry run: nothing in the tree was changed");
        return Ok(());
    }
    let mut written = lock_files(context)?;
    written.extend(["Cargo.toml".to_owned(), CHANGELOG.to_owned()]);
    write(&context.root().join("Cargo.toml"), &new_manifest)?;
    write(&context.root().join(CHANGELOG), &new_changelog)?;
    check_and_make(context, &order, &version, &new_manifest, without_ci)
        .and_then(|()| check_changes(&changes(context)?, &written))
        .map_err(|failure| {
            let written = written.join(" ");
            Failure::new(format!(
                "{failure}\nnothing is committed; `git restore {written}` takes back what was written"
            ))
        })?;
    let note = if without_ci { "\n\n`cargo xtask ci` was not run for this tag." } else { "" };
    Call::new(context, "git")
        .args(["commit", "--all", "--message", &format!("Release {version}{note}")])
        .run()?;
    Call::new(context, "git")
        .args(["tag", "--annotate", &format!("v{version}"), "--message", &format!("httpkit {version}{note}")])
        .run()
}

/// All that must hold before there is a commit and a tag.
fn check_and_make(
    context: &Context,
    order: &[String],
    version: &Version,
    manifest: &str,
    without_ci: bool,
) -> Outcome {
    // The benches and the fuzzer are workspaces of their own, whose lock files name our crates with their version, too.
    for lock in lock_files(context)? {
        let manifest = context.root().join(lock).with_file_name("Cargo.toml");
        Call::cargo(context).args(["update", "--workspace", "--manifest-path"]).args([manifest]).run()?;
    }
    if without_ci {
        println!("\n*** ci is SKIPPED: the commit and the tag will say that it was not run ***\n");
    } else {
        ci::run(context, &[])?;
    }
    make(context, order, version, manifest)
}

/// The files of a release, each tried before the next is made, in a folder of their own with their checksums.
fn make(context: &Context, order: &[String], version: &Version, manifest: &str) -> Outcome {
    let tree = packing::copy_tree(context, order, &manifest::publishable(manifest)?)?;
    semver::check(context, order, &tree)?;
    let packed = packing::pack(context, order, version, tree)?;
    let folder = packing::empty(context.build_folder().join(format!("release-{version}")))?;
    for archive in &packed.archives {
        let name = archive.file_name().unwrap_or_default();
        std::fs::copy(archive, folder.join(name))
            .map_err(|error| Failure::new(format!("copying {}: {error}", archive.display())))?;
    }
    binaries::archive(context, &packed, version, &folder)?;
    write_checksums(context, &folder)?;
    println!("release: {}", folder.display());
    Ok(())
}

/// `SHA256SUMS`, as `sha256sum --check` reads it.
fn write_checksums(context: &Context, folder: &Path) -> Outcome {
    let names = packing::file_names(folder)?;
    let sums = Call::new(context, "sha256sum").current_dir(folder).args(["--"]).args(&names).output()?;
    write(&folder.join("SHA256SUMS"), &sums)?;
    Call::new(context, "sha256sum").current_dir(folder).args(["--check", "SHA256SUMS"]).run()
}

fn read_arguments(arguments: &[String]) -> Outcome<Order> {
    let mut version = None;
    let (mut dry, mut without_ci, mut publish) = (false, false, false);
    for argument in arguments {
        match argument.as_str() {
            "--dry-run" => dry = true,
            "--skip-ci" => without_ci = true,
            "--publish" => publish = true,
            option if option.starts_with('-') => {
                return Err(Failure::new(format!(
                    "unknown option {option:?}; known: --dry-run, --skip-ci, --publish"
                )));
            }
            text if version.is_none() => version = Some(Version::read(text)?),
            text => return Err(Failure::new(format!("one version is enough, found {text:?} too"))),
        }
    }
    if publish && without_ci {
        return Err(Failure::new("--publish runs no ci: it uploads what has been released"));
    }
    let usage =
        || Failure::new("usage: cargo xtask release VERSION [--dry-run] [--skip-ci], then perhaps --publish");
    Ok(Order { version: version.ok_or_else(usage)?, dry, without_ci, publish })
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

/// The lock files that git keeps, from the root.
fn lock_files(context: &Context) -> Outcome<Vec<String>> {
    let list = Call::new(context, "git").args(["ls-files", "Cargo.lock", "*/Cargo.lock"]).output()?;
    Ok(list.lines().map(str::to_owned).collect())
}

/// What differs from the last commit, as `git status --porcelain` says it.
fn changes(context: &Context) -> Outcome<String> {
    Call::new(context, "git").args(["status", "--porcelain"]).output()
}

/// The commit holds what a release writes, and nothing that a test or somebody else has changed meanwhile.
fn check_changes(changes: &str, written: &[String]) -> Outcome {
    let path = |line: &str| line.get(3..).unwrap_or_default().to_owned();
    match changes.lines().map(path).find(|path| !written.contains(path)) {
        Some(path) => Err(Failure::new(format!("{path} has changed while the release was tried"))),
        None => Ok(()),
    }
}

fn check_clean(context: &Context) -> Outcome {
    match changes(context)?.lines().next() {
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

fn read(context: &Context, path: &str) -> Outcome<String> {
    std::fs::read_to_string(context.root().join(path))
        .map_err(|error| Failure::new(format!("reading {path}: {error}")))
}

fn write(path: &Path, text: &str) -> Outcome {
    std::fs::write(path, text).map_err(|error| Failure::new(format!("writing {}: {error}", path.display())))
}

#[cfg(test)]
mod tests;
