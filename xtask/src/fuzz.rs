//! `fuzz`: one target of `tests/fuzz` under cargo-fuzz. The same bodies run on stable, bounded, in `test`.

use crate::context::{Context, Failure, Outcome};
use crate::run::Call;

const FOLDER: &str = "tests/fuzz";

pub(crate) fn run(context: &Context, arguments: &[String]) -> Outcome {
    let [name, seconds] = arguments else {
        return Err(Failure::new("usage: cargo xtask fuzz NAME SECONDS"));
    };
    let seconds: u32 =
        seconds.parse().map_err(|_| Failure::new(format!("{seconds:?} is not a number of seconds")))?;
    if !context.root().join(FOLDER).join("Cargo.toml").is_file() {
        return Err(Failure::new(format!(
            "there are no cargo-fuzz targets yet ({FOLDER}/Cargo.toml is missing); the bounded bodies run in `cargo xtask test`"
        )));
    }
    if !context.root().join(FOLDER).join("fuzz_targets").join(format!("{name}.rs")).is_file() {
        return Err(Failure::new(format!("no target is called {name:?}: see {FOLDER}/fuzz_targets")));
    }
    if !Call::cargo(context).args(["fuzz", "--version"]).succeeds() {
        return Err(Failure::new("cargo-fuzz is missing: `cargo install cargo-fuzz`"));
    }
    if !Call::new(context, "rustup").args(["run", "nightly", "rustc", "--version"]).succeeds() {
        return Err(Failure::new("a nightly toolchain is missing: `rustup toolchain install nightly`"));
    }
    Call::new(context, "rustup")
        .args(["run", "nightly", "cargo", "fuzz", "run", "--fuzz-dir", FOLDER, name, "--"])
        .args([format!("-max_total_time={seconds}")])
        .run()
}
