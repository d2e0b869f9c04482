//! The archives of the crates: packed in dependency order, unpacked beside each other, built and tested there.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::manifest;
use super::version::Version;
use crate::context::{Context, Failure, Outcome};
use crate::run::Call;

/// What packing leaves behind.
#[derive(Debug)]
pub(super) struct Packed {
    /// The tree that was packed, with its new version.
    pub(super) tree: PathBuf,
    /// The workspace of the unpacked archives.
    pub(super) unpacked: PathBuf,
    /// The archives, in dependency order.
    pub(super) archives: Vec<PathBuf>,
}

/// Packs each crate of the copy `tree`, and builds and tests it from its archive.
pub(super) fn pack(context: &Context, order: &[String], version: &Version, tree: PathBuf) -> Outcome<Packed> {
    let folder = context.build_folder().join("release-archives");
    let packages = order.iter().flat_map(|name| ["-p", name]);
    Call::cargo(context)
        .current_dir(&tree)
        .args(["package", "--allow-dirty", "--no-metadata", "--no-verify", "--target-dir"])
        .args([&folder])
        .args(packages)
        .run()?;
    let archive = |name: &String| folder.join("package").join(format!("{name}-{version}.crate"));
    let archives: Vec<PathBuf> = order.iter().map(archive).collect();
    let unpacked = verify(context, order, version, &archives, &tree)?;
    Ok(Packed { tree, unpacked, archives })
}

/// Builds and tests what the archives hold, each crate on the others' archives, with the versions of the lock file. Cargo's
/// own check of archives keeps what it has unpacked by version, and so would build on an older archive of the same
/// version. Only the tests within the crates can run: the others stand outside of what is packed.
fn verify(
    context: &Context,
    order: &[String],
    version: &Version,
    archives: &[PathBuf],
    tree: &Path,
) -> Outcome<PathBuf> {
    let unpacked = empty(context.build_folder().join("release-unpacked"))?;
    for archive in archives {
        Call::new(context, "tar").args(["-xzf"]).args([archive]).args(["-C"]).args([&unpacked]).run()?;
    }
    super::write(&unpacked.join("Cargo.toml"), &manifest::workspace_of(order, &version.to_string()))?;
    std::fs::copy(tree.join("Cargo.lock"), unpacked.join("Cargo.lock"))
        .map_err(|error| Failure::new(format!("copying Cargo.lock: {error}")))?;
    Call::cargo(context)
        .current_dir(&unpacked)
        .args(["test", "--workspace", "--all-features", "--lib"])
        .run_tests(context)?;
    Call::cargo(context)
        .current_dir(&unpacked)
        .args(["check", "--workspace", "--all-features", "--bins", "--examples"])
        .run()?;
    Ok(unpacked)
}

/// The folder, made anew.
pub(super) fn empty(folder: PathBuf) -> Outcome<PathBuf> {
    if folder.exists() {
        std::fs::remove_dir_all(&folder)
            .map_err(|error| Failure::new(format!("removing {}: {error}", folder.display())))?;
    }
    std::fs::create_dir_all(&folder)
        .map_err(|error| Failure::new(format!("making {}: {error}", folder.display())))?;
    Ok(folder)
}

/// The names in a folder, in order.
pub(super) fn file_names(folder: &Path) -> Outcome<Vec<OsString>> {
    let broken = |error| Failure::new(format!("reading {}: {error}", folder.display()));
    let entries = std::fs::read_dir(folder).map_err(broken)?;
    let names: Result<Vec<OsString>, _> = entries.map(|entry| Ok(entry?.file_name())).collect();
    let mut names = names.map_err(broken)?;
    names.sort();
    Ok(names)
}

/// Copies what git tracks into the build folder, with this manifest. Cargo lets packed crates of one workspace find each
/// other only where they may be published, which ours may not, so all that is done with a release is done in a copy whose
/// manifest lacks that line. Whoever has one archive has the licence too.
pub(super) fn copy_tree(context: &Context, order: &[String], manifest: &str) -> Outcome<PathBuf> {
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
    for name in order {
        let licence = copy.join("crates").join(name).join("LICENSE");
        std::fs::copy(copy.join("LICENSE"), &licence)
            .map_err(|error| Failure::new(format!("copying LICENSE to {}: {error}", licence.display())))?;
    }
    super::write(&copy.join("Cargo.toml"), manifest)?;
    Ok(copy)
}
