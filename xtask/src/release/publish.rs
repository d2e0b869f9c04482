//! Uploads of a released version to a registry, which are off unless the manifest names one: some names of our crates
//! belong to others in the public one.

use std::path::Path;

use super::version::Version;
use super::{manifest, packing};
use crate::context::{Context, Failure, Outcome};
use crate::metadata::Metadata;
use crate::run::Call;

/// Uploads each crate of the tag that HEAD has, in dependency order; each is built from its archive and from what the
/// registry has of the others. A crate that the registry has in this version already is left as it is, so that a run which
/// broke off can be repeated.
pub(super) fn run(
    context: &Context,
    metadata: &Metadata,
    order: &[String],
    version: &Version,
    dry: bool,
) -> Outcome {
    let registry = registry(metadata)?;
    check_tagged(context, version)?;
    let text = manifest::for_registry(&super::read(context, "Cargo.toml")?, registry)?;
    let tree = packing::copy_tree(context, order, &text)?;
    let folder = packing::empty(context.build_folder().join("release-upload"))?;
    if dry {
        println!("would upload to {registry}: {}", order.join(", "));
        return Call::cargo(context)
            .current_dir(&tree)
            .args(["package", "--allow-dirty", "--no-verify", "--target-dir"])
            .args([&folder])
            .args(order.iter().flat_map(|name| ["--package", name]))
            .run();
    }
    order.iter().try_for_each(|name| upload(context, &tree, &folder, registry, name))
}

fn upload(context: &Context, tree: &Path, folder: &Path, registry: &str, name: &str) -> Outcome {
    let said = Call::cargo(context)
        .current_dir(tree)
        .args(["publish", "--allow-dirty", "--registry", registry, "--package", name, "--target-dir"])
        .args([folder])
        .complaint();
    match said {
        Ok(_) => println!("{name}: uploaded to {registry}"),
        Err(failure) if is_there(&failure.to_string(), name) => println!("{name}: {registry} has it already"),
        Err(failure) => return Err(failure),
    }
    Ok(())
}

/// Whether cargo refuses since the version is in the registry.
fn is_there(complaint: &str, name: &str) -> bool {
    complaint.contains(&format!("crate {name}@")) && complaint.contains("already exists on")
}

/// The registry that is named, which cannot be the public one.
pub(super) fn registry(metadata: &Metadata) -> Outcome<&str> {
    match metadata.registry.as_deref() {
        Some("crates-io") => Err(Failure::new(
            "the registry under [workspace.metadata.release] is the public one, where some of these names belong to others",
        )),
        Some(name) => Ok(name),
        None => Err(Failure::new(
            "publishing is off: Cargo.toml has no `registry = \"NAME\"` under [workspace.metadata.release], a registry that \
             cargo's configuration knows under [registries.NAME]",
        )),
    }
}

/// What is uploaded is what the tag has.
fn check_tagged(context: &Context, version: &Version) -> Outcome {
    let tag = format!("v{version}");
    let tags = Call::new(context, "git").args(["tag", "--list", &tag, "--points-at", "HEAD"]).output()?;
    if tags.trim() == tag {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{tag} is no tag of this commit: `cargo xtask release {version}` makes one, and `git checkout {tag}` goes there"
    )))
}
