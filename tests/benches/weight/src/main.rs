//! `cargo xtask bench weight`: what a program weighs that makes one HTTPS request, by our client and by others. How many
//! crates are in it, how long a build from nothing takes, and how large it is without symbols.
//!
//! Each program is a package of its own below `target/weight`, with the versions that are newest when it is first
//! made; from then on no network is needed. `--counts` counts crates and builds nothing. It fails where our crates are
//! more than [`LIMITS`] say.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

/// Feature sets of `http-client`, and how many crates each may bring into a program, itself included.
const LIMITS: [(&str, &[&str], usize); 3] = [
    ("http-client", &[], 60),
    ("http-client without `client`", &["--no-default-features", "--features", "tls"], 26),
    ("http-client without features", &["--no-default-features"], 26),
];

/// A program: its name, its one dependency, and what stands in its `main`.
struct Program {
    name: &'static str,
    dependency: &'static str,
    code: &'static str,
}

const PROGRAMS: [Program; 6] = [
    Program {
        name: "http-client",
        dependency: "http-client = { path = \"OURS\" }",
        code: "println!(\"{}\", http_client::get(url).send()?.text()?);",
    },
    Program {
        name: "http-client without Client",
        dependency: "http-client = { path = \"OURS\", default-features = false, features = [\"tls\"] }",
        code: "let host = url.trim_start_matches(\"https://\").trim_end_matches('/');\n    \
               let mut connection = http_client::HttpsConnection::new(host)?;\n    \
               connection.request(\"GET\", \"/\", (), &http_client::Headers::new())?;\n    \
               let content = connection.get_response()?.read_all(1 << 20)?;\n    \
               println!(\"{}\", String::from_utf8_lossy(&content));",
    },
    Program {
        name: "ureq",
        dependency: "ureq = \"3\"",
        code: "println!(\"{}\", ureq::get(url).call()?.body_mut().read_to_string()?);",
    },
    Program {
        name: "attohttpc",
        dependency: "attohttpc = { version = \"0.31\", default-features = false, features = [\"compress\", \
                     \"tls-rustls-webpki-roots-ring\"] }",
        code: "println!(\"{}\", attohttpc::get(url).send()?.text()?);",
    },
    Program {
        name: "minreq",
        dependency: "minreq = { version = \"3\", features = [\"https\"] }",
        code: "println!(\"{}\", minreq::get(url).send()?.as_str()?);",
    },
    Program {
        name: "reqwest",
        dependency: "reqwest = { version = \"0.13\", features = [\"blocking\"] }",
        code: "println!(\"{}\", reqwest::blocking::get(url)?.text()?);",
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let counts_only = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => false,
        ["--counts" | "--quick"] => true,
        _ => {
            eprintln!("error: unknown arguments {arguments:?}; known: --counts");
            return ExitCode::from(2);
        }
    };
    let weighed = check_counts().and_then(|()| if counts_only { Ok(()) } else { weigh() });
    match weighed {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

/// The root of the project.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.join("../../..").canonicalize().unwrap_or_else(|_| here.to_path_buf())
}

fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // What this program was built with is no business of what it builds.
    for name in [
        "CARGO_TARGET_DIR",
        "CARGO_BUILD_TARGET",
        "CARGO_INCREMENTAL",
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
    ] {
        cargo.env_remove(name);
    }
    cargo.stdin(Stdio::null());
    cargo
}

/// Crates that are in the program: not those that only help to build it.
fn crates(folder: &Path, options: &[&str]) -> Result<usize, String> {
    let mut tree = cargo();
    tree.args(["tree", "--quiet", "--prefix", "none", "--edges", "normal,no-proc-macro"]).args(options);
    let output = tree.current_dir(folder).output().map_err(|error| format!("cargo tree: {error}"))?;
    if !output.status.success() {
        return Err(format!(
            "cargo tree in {}: {}",
            folder.display(),
            String::from_utf8_lossy(&output.stderr)
        ));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let mut lines: Vec<&str> = text.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    lines.sort_unstable();
    lines.dedup();
    Ok(lines.len())
}

fn check_counts() -> Result<(), String> {
    let folder = root().join("crates/http-client");
    let mut exceeded = Vec::new();
    println!("\ncrates: what is in a program, ours included");
    for (name, options, limit) in LIMITS {
        let count = crates(&folder, options)?;
        println!("  {name:<30} {count:>3} of {limit} at most");
        if count > limit {
            exceeded.push(format!("{name} brings {count} crates, more than {limit}"));
        }
    }
    if exceeded.is_empty() { Ok(()) } else { Err(exceeded.join("; ")) }
}

/// What a program weighs.
struct Weight {
    crates: usize,
    took: Duration,
    bytes: u64,
}

fn weigh() -> Result<(), String> {
    println!("\nweight: a program that makes one HTTPS request, built from nothing");
    println!(
        "  {:<28} {:>7} {:>9} {:>8} {:>10} {:>8}",
        "program", "crates", "build", "ratio", "size", "ratio"
    );
    let mut first: Option<Weight> = None;
    for program in &PROGRAMS {
        let weight = program.weigh()?;
        let first = first.get_or_insert(Weight { ..weight });
        println!(
            "  {:<28} {:>7} {:>7.1} s {:>8.2} {:>6.2} MiB {:>8.2}",
            program.name,
            weight.crates,
            weight.took.as_secs_f64(),
            weight.took.as_secs_f64() / first.took.as_secs_f64(),
            weight.bytes as f64 / 1_048_576.0,
            weight.bytes as f64 / first.bytes as f64
        );
    }
    Ok(())
}

impl Program {
    fn weigh(&self) -> Result<Weight, String> {
        let folder = self.write()?;
        self.fetch(&folder)?;
        let failed = |error| format!("{}: {error}", folder.display());
        // One crate for the program around it.
        let crates = crates(&folder, &["--offline"])?.saturating_sub(1);
        let target = folder.join("target");
        if target.exists() {
            fs::remove_dir_all(&target).map_err(failed)?;
        }
        let (took, done) =
            timed(|| run(cargo().args(["build", "--quiet", "--release", "--offline"]), &folder));
        done.map_err(|why| format!("{}: {why}", self.name))?;
        let bytes = fs::metadata(target.join("release/weight")).map_err(failed)?.len();
        fs::remove_dir_all(&target).map_err(failed)?;
        Ok(Weight { crates, took, bytes })
    }

    /// The package; what is there already is left as it is, so that its versions stay.
    fn write(&self) -> Result<PathBuf, String> {
        let folder = root().join("target/weight").join(self.name.replace(' ', "-"));
        let ours = root().join("crates/http-client");
        let manifest = format!(
            "[package]\nname = \"weight\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n{}\n\n\
             [profile.release]\nstrip = true\n",
            self.dependency.replace("OURS", &ours.display().to_string())
        );
        let code = format!(
            "fn main() -> Result<(), Box<dyn std::error::Error>> {{\n    let url = \"https://example.org/\";\n    \
             {}\n    Ok(())\n}}\n",
            self.code
        );
        let write = |name: &str, text: &str| {
            let file = folder.join(name);
            if fs::read_to_string(&file).is_ok_and(|there| there == text) {
                return Ok(());
            }
            fs::create_dir_all(folder.join("src"))?;
            fs::write(file, text)
        };
        write("Cargo.toml", &manifest)
            .and_then(|()| write("src/main.rs", &code))
            .map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(folder)
    }

    /// Makes sure that everything is on this machine.
    fn fetch(&self, folder: &Path) -> Result<(), String> {
        let mut offline = cargo();
        offline.args(["fetch", "--quiet", "--offline"]).stderr(Stdio::null());
        if run(&mut offline, folder).is_ok() {
            return Ok(());
        }
        run(cargo().args(["fetch", "--quiet"]), folder)
            .map_err(|why| format!("{}: its crates are not here and cannot be fetched: {why}", self.name))
    }
}

fn run(command: &mut Command, folder: &Path) -> Result<(), String> {
    let status = command.current_dir(folder).status().map_err(|error| format!("{command:?}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{command:?}: {status}")) }
}

#[expect(clippy::disallowed_methods, reason = "a bench asks the time")]
fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let begun = Instant::now();
    let done = work();
    (begun.elapsed(), done)
}
