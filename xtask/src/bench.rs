//! `bench`: builds one program of the bench workspace and runs it from the root; what it measures and prints
//! is its own affair and that of `tests/benches/harness`.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::context::{Context, Failure, Outcome};
use crate::interop::{CURL, GO, H2O, IP, LIGHTTPD, NGINX, PYTHON, Peer, provide};
use crate::run::Call;

const FOLDER: &str = "tests/benches";

/// A bench that is run by its name alone, not by `all`.
const ALONE: &str = "weight";

const MANIFEST: &str = "tests/benches/Cargo.toml";

pub(crate) fn run(context: &Context, arguments: &[String]) -> Outcome {
    let known = known(&context.root().join(FOLDER))?;
    let Some((name, rest)) = arguments.split_first() else {
        return Err(Failure::new(format!(
            "usage: cargo xtask bench NAME|all [ARGUMENTS]; {}",
            shown(&known)
        )));
    };
    if name == "all" && !known.is_empty() {
        println!("left out: {ALONE}, which builds for minutes and fetches crates: cargo xtask bench {ALONE}");
        return known.iter().filter(|name| *name != ALONE).try_for_each(|name| bench(context, name, rest));
    }
    if !known.contains(name) {
        return Err(Failure::new(format!("there is no bench {name:?}; {}", shown(&known))));
    }
    bench(context, name, rest)
}

/// For `ci`: the harness passes its tests, and every bench compiles with the crates as they are. Nothing is measured.
pub(crate) fn check(context: &Context, _arguments: &[String]) -> Outcome {
    Call::cargo(context)
        .args(["test", "--manifest-path", MANIFEST, "-p", "bench-harness"])
        .run_tests(context)?;
    Call::cargo(context)
        .args(["clippy", "--manifest-path", MANIFEST, "--workspace", "--all-targets", "--", "-D", "warnings"])
        .run()
}

fn shown(known: &[String]) -> String {
    if known.is_empty() {
        "there are none yet".to_owned()
    } else {
        format!("there are: {}", known.join(", "))
    }
}

/// The programs that a bench measures beside ours, or needs for it.
fn peers(name: &str) -> &'static [Peer<'static>] {
    match name {
        "client" => &[IP, GO, PYTHON, CURL],
        "server" => &[IP, NGINX, GO, PYTHON],
        "static" => &[IP, NGINX, H2O, LIGHTTPD, GO, PYTHON],
        _ => &[],
    }
}

/// A server that no package brings: cargo builds it, once, below the build folder.
struct Built {
    name: &'static str,
    version: &'static str,
    features: &'static str,
}

/// Without TLS and HTTP/2, which are not measured and take minutes to compile.
const STATIC_WEB_SERVER: Built =
    Built { name: "static-web-server", version: "2.44.1", features: "compression-gzip,directory-listing" };

impl Built {
    /// The folder with the program, which is built unless it is there.
    fn provide(&self, context: &Context) -> Outcome<PathBuf> {
        let Self { name, version, features } = self;
        let folder = context.build_folder().join(format!("bench/peers/{name}-{version}"));
        let programs = folder.join("bin");
        if programs.join(name).is_file() {
            return Ok(programs);
        }
        let pieces = folder.join("build");
        Call::cargo(context)
            .args(["install", name, "--version", version, "--locked", "--no-default-features", "--features"])
            .args([OsStr::new(features), OsStr::new("--root"), folder.as_os_str()])
            .args([OsStr::new("--target-dir"), pieces.as_os_str()])
            .run()?;
        std::fs::remove_dir_all(&pieces)
            .map_err(|error| Failure::new(format!("{} cannot be removed: {error}", pieces.display())))?;
        Ok(programs)
    }
}

/// The Python of an environment of its own below the build folder, with urllib3, which is made unless it is there. `None`
/// where that fails, as it does without a network: then that peer is left out.
fn provide_urllib3(context: &Context) -> Option<PathBuf> {
    let folder = context.build_folder().join("bench/peers/urllib3");
    let python = folder.join("bin/python");
    let has = || {
        let probe = Command::new(&python).args(["-c", "import urllib3"]).output();
        probe.is_ok_and(|probe| probe.status.success())
    };
    if has() {
        return Some(python);
    }
    let made = Call::new(context, "python3").args(["-m", "venv"]).args([folder]).run();
    let made = made.and_then(|()| {
        Call::new(context, &python).args(["-m", "pip", "install", "--quiet", "urllib3"]).run()
    });
    if let Err(failure) = made {
        println!("left out: urllib3: {failure}");
        return None;
    }
    Some(python)
}

fn bench(context: &Context, name: &str, arguments: &[String]) -> Outcome {
    provide(context, peers(name))?;
    let (variable, place) = match name {
        "static" => ("BENCH_PEERS", Some(STATIC_WEB_SERVER.provide(context)?)),
        "client" => ("BENCH_URLLIB3", provide_urllib3(context)),
        _ => ("", None),
    };
    let call = Call::cargo(context);
    let call = match &place {
        Some(place) => call.env(variable, place),
        None => call,
    };
    call.args(["run", "--release", "--manifest-path", MANIFEST, "-p", &format!("bench-{name}"), "--"])
        .args(arguments)
        .run()
        .map_err(|failure| failure.within(name))
}

/// The bench programs: every folder beside the harness that has a manifest.
fn known(folder: &Path) -> Outcome<Vec<String>> {
    let entries =
        std::fs::read_dir(folder).map_err(|error| Failure::new(format!("{}: {error}", folder.display())))?;
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.path().join("Cargo.toml").is_file())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name != "harness")
        .collect();
    names.sort();
    Ok(names)
}
