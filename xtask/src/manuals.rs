//! `manuals`: the manual pages and completions of both commands, written by an example of `httpkit-cli` and read once by
//! the programs that they are for, as far as these are on the machine.

use std::path::{Path, PathBuf};

use crate::context::{Context, Failure, Outcome};
use crate::run::{Call, find_program};

/// What reads the files of a folder: the program, and what it is told before the file's name.
const READERS: [(&str, &str, &[&str]); 4] = [
    ("man/man1", "man", &["--warnings", "--local-file", "-Tutf8"]),
    ("bash-completion/completions", "bash", &["-n"]),
    ("zsh/site-functions", "zsh", &["-n"]),
    ("fish/vendor_completions.d", "fish", &["--no-execute"]),
];

pub(crate) fn run(context: &Context, arguments: &[String]) -> Outcome {
    match arguments {
        [] => write(context, context.root(), &context.build_folder().join("manuals")),
        // From where the task was called, as for any other program.
        [folder] if !folder.starts_with('-') => match std::path::absolute(folder) {
            Ok(folder) => write(context, context.root(), &folder),
            Err(error) => Err(Failure::new(format!("{folder:?} is no folder: {error}"))),
        },
        _ => Err(Failure::new("usage: cargo xtask manuals [FOLDER]")),
    }
}

/// Writes all files of the workspace `source` below the folder, laid out as below `/usr/share`, and has them read.
pub(crate) fn write(context: &Context, source: &Path, folder: &Path) -> Outcome {
    Call::cargo(context)
        .current_dir(source)
        .args(["run", "--quiet", "--package", "httpkit-cli", "--example", "manuals", "--"])
        .args([folder])
        .run()?;
    for (place, program, arguments) in READERS {
        let files = files(&folder.join(place))?;
        if find_program(program).is_none() {
            println!("{place}: {} files, not read: {program} is not on this machine", files.len());
            continue;
        }
        for file in &files {
            let complaint = Call::new(context, program).args(arguments).args([file]).complaint()?;
            if !complaint.is_empty() {
                return Err(Failure::new(format!("{program} on {}: {complaint}", file.display())));
            }
        }
        println!("{place}: {} files, read by {program}", files.len());
    }
    println!("manuals: {}", folder.display());
    Ok(())
}

/// The files of a folder, in order; none is an error.
fn files(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let broken = |error| Failure::new(format!("reading {}: {error}", folder.display()));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(broken)? {
        files.push(entry.map_err(broken)?.path());
    }
    files.sort();
    if files.is_empty() {
        return Err(Failure::new(format!("nothing was written to {}", folder.display())));
    }
    Ok(files)
}
