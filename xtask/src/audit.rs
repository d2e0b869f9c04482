//! `audit`: what our code rests on. Licences, doubled versions and compilers by the rules of `tidy`, a table of what each
//! crate brings along, and published advisories by cargo-audit.
//!
//! The database of advisories lives on the network. Where it is not at hand, the task says so and fails after all the
//! rest has been printed: an audit that did not look is not a passed one.

use std::path::Path;

use crate::context::{Context, Failure, Outcome};
use crate::metadata::{INNER, Metadata, Package};
use crate::run::Call;
use crate::tidy;

pub(crate) fn run(context: &Context, arguments: &[String]) -> Outcome {
    let database = read_arguments(arguments)?;
    let metadata = Metadata::load(context)?;
    print!("{}", table(&metadata));
    let findings = tidy::supply_findings(&metadata);
    for finding in &findings {
        println!("{finding}");
    }
    if !findings.is_empty() {
        return Err(Failure::new(format!("{} findings, listed above", findings.len())));
    }
    println!("audit: licences, versions and compilers keep the rules");
    advisories(context, database)
}

fn read_arguments(arguments: &[String]) -> Outcome<Option<&Path>> {
    match arguments {
        [] => Ok(None),
        [option, folder] if option == "--advisories" => Ok(Some(Path::new(folder))),
        _ => Err(Failure::new("usage: cargo xtask audit [--advisories FOLDER]")),
    }
}

/// For each crate, how many foreign crates it can bring with every feature, on every platform, tools of the build
/// included, and their licences.
fn table(metadata: &Metadata) -> String {
    let mut text = format!("{:<16} {:>6}  licences beside MIT and Apache-2.0\n", "crate", "most");
    for member in metadata.members.iter().filter(|member| !INNER.contains(&member.name.as_str())) {
        let foreign: Vec<&Package> = metadata
            .reached_by([member.id.clone()])
            .into_iter()
            .filter(|package| metadata.member(&package.name).is_none())
            .collect();
        let mut others: Vec<&str> = foreign
            .iter()
            .filter_map(|package| package.license.as_deref())
            .filter(|licence| !licence.contains("MIT") && !licence.contains("Apache-2.0"))
            .collect();
        others.sort_unstable();
        others.dedup();
        text.push_str(&format!("{:<16} {:>6}  {}\n", member.name, foreign.len(), others.join(", ")));
    }
    text
}

/// Asks cargo-audit, with a database that is there already where a folder is given.
fn advisories(context: &Context, database: Option<&Path>) -> Outcome {
    if !Call::cargo(context).args(["audit", "--version"]).succeeds() {
        return Err(Failure::new(
            "advisories were not looked at: cargo-audit is missing, `cargo install cargo-audit` brings it; \
             --advisories FOLDER names a copy of its database where the network is out of reach",
        ));
    }
    let call = Call::cargo(context).args(["audit", "--deny", "warnings"]);
    match database {
        Some(folder) => call.args(["--no-fetch", "--db"]).args([folder]).run(),
        None => call.run(),
    }
}

#[cfg(test)]
mod tests;
