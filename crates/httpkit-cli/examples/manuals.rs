//! Writes the manual pages of both commands and their completions for bash, zsh and fish, laid out as below
//! `/usr/share`. `cargo xtask manuals` runs it; who installs the commands never compiles it.
//!
//! ```sh
//! cargo run -p httpkit-cli --example manuals -- target/manuals
//! ```

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap_complete::Shell;
use clap_mangen::Man;
use httpkit_cli::{fetch, http_server};

fn main() -> ExitCode {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [folder] = arguments.as_slice() else {
        say("usage: manuals FOLDER");
        return ExitCode::from(2);
    };
    match write(folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("manuals: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn say(text: &str) {
    // Nobody is left to tell where standard error is closed.
    drop(std::io::Write::write_all(&mut std::io::stderr(), format!("{text}\n").as_bytes()));
}

/// Writes all files below `folder`.
///
/// # Errors
/// Where a file or a folder cannot be written.
pub(crate) fn write(folder: &Path) -> Result<(), Box<dyn Error>> {
    for command in [http_server::command(), fetch::command()] {
        let pages = folder.join("man/man1");
        fs::create_dir_all(&pages)?;
        write_pages(&pages, command.clone())?;
        for (shell, place) in [
            (Shell::Bash, "bash-completion/completions"),
            (Shell::Zsh, "zsh/site-functions"),
            (Shell::Fish, "fish/vendor_completions.d"),
        ] {
            write_completion(&folder.join(place), shell, command.clone())?;
        }
    }
    Ok(())
}

/// A page for the command, and one for each command within it, as `git-log(1)` is one for `git log`.
fn write_pages(folder: &Path, command: clap::Command) -> Result<(), Box<dyn Error>> {
    let mut command = command.disable_help_subcommand(true);
    command.build();
    let mut open = vec![command];
    while let Some(command) = open.pop() {
        open.extend(command.get_subcommands().cloned());
        let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
        let mut page = Vec::new();
        // The help leaves out what the line of usage above it says already; a page has no such line.
        let command = command.mut_args(|argument| {
            let is_positional = argument.is_positional();
            if is_positional { argument.hide(false) } else { argument }
        });
        Man::new(command)
            .title(name.to_uppercase())
            .source(concat!("httpkit ", env!("CARGO_PKG_VERSION")))
            .manual("httpkit")
            .render(&mut page)?;
        fs::write(folder.join(format!("{name}.1")), page)?;
    }
    Ok(())
}

/// The completion of one shell, in the file that this shell looks for.
fn write_completion(folder: &Path, shell: Shell, mut command: clap::Command) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, &name, &mut script);
    let file = match shell {
        Shell::Zsh => format!("_{name}"),
        Shell::Fish => format!("{name}.fish"),
        _ => name,
    };
    Ok(fs::write(folder.join(file), script)?)
}
