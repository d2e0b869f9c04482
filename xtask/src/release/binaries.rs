//! The archive of the commands: both, stripped, with their manual pages and completions, the licence, those of others, and
//! the README.

use std::path::Path;

use super::notices;
use super::packing::{self, Packed};
use super::version::Version;
use crate::context::{Context, Failure, Outcome};
use crate::manuals;
use crate::run::Call;

const COMMANDS: [&str; 2] = ["http-server", "httpkit"];

/// What stands beside the commands: where it is in the tree, and its name in the archive.
const PAPERS: [(&str, &str); 3] =
    [("LICENSE", "LICENSE"), ("README.md", "README.md"), (super::CHANGELOG, "CHANGELOG.md")];

/// Writes `httpkit-VERSION-TARGET.tar.gz` into `folder`. Unpacked into a prefix, everything lies where a system looks.
pub(super) fn archive(context: &Context, packed: &Packed, version: &Version, folder: &Path) -> Outcome {
    let host = host(context)?;
    let name = format!("httpkit-{version}-{host}");
    let stage = packing::empty(context.build_folder().join("release-stage"))?;
    let root = stage.join(&name);
    build(context, packed)?;
    make_folder(&root.join("bin"))?;
    for command in COMMANDS {
        let file = format!("{command}{}", std::env::consts::EXE_SUFFIX);
        let to = root.join("bin").join(&file);
        copy(&context.build_folder().join("release").join(&file), &to)?;
        let said = Call::new(context, &to).args(["--version"]).output()?;
        if said.trim() != format!("{command} {version}") {
            return Err(Failure::new(format!("{command} --version says {:?}, not {version}", said.trim())));
        }
    }
    for (from, to) in PAPERS {
        copy(&packed.tree.join(from), &root.join(to))?;
    }
    super::write(&root.join("THIRD-PARTY.txt"), &notices::text(context, "httpkit-cli", &host)?)?;
    manuals::write(context, &packed.unpacked, &root.join("share"))?;
    // The same files give the same archive: no order of a disk, no owner, nobody's umask, no time but the commit's.
    let time = Call::new(context, "git").args(["log", "-1", "--format=%cI"]).output()?;
    Call::new(context, "tar")
        .args(["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mode=u=rwX,go=rX"])
        .args([format!("--mtime={}", time.trim())])
        .args(["-C"])
        .args([&stage])
        .args(["-czf"])
        .args([&folder.join(format!("{name}.tar.gz"))])
        .args([&name])
        .run()
}

/// Builds both in the copy, whose lock file and profile are those of the tree.
fn build(context: &Context, packed: &Packed) -> Outcome {
    Call::cargo(context)
        .current_dir(&packed.tree)
        .env("CARGO_PROFILE_RELEASE_STRIP", "symbols")
        .args(["build", "--release", "--package", "httpkit-cli", "--bins", "--target-dir"])
        .args([context.build_folder()])
        .run()
}

/// The platform that the commands are built for, as Rust names it.
fn host(context: &Context) -> Outcome<String> {
    let about = Call::new(context, "rustc").args(["-vV"]).output()?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| Failure::new("`rustc -vV` names no host"))
}

fn make_folder(folder: &Path) -> Outcome {
    std::fs::create_dir_all(folder)
        .map_err(|error| Failure::new(format!("making {}: {error}", folder.display())))
}

fn copy(from: &Path, to: &Path) -> Outcome {
    std::fs::copy(from, to)
        .map(drop)
        .map_err(|error| Failure::new(format!("copying {} to {}: {error}", from.display(), to.display())))
}
