//! The licences of what stands in the commands: most of them ask that their text goes along with a binary.

use std::collections::BTreeMap;
use std::path::Path;

use crate::context::{Context, Failure, Outcome};
use crate::metadata::Metadata;

/// How the files begin that a package keeps such texts in.
const BEGINNINGS: [&str; 5] = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE"];

/// Every foreign package that a build of `member` for `target` can take, with its licence, and behind them each text of
/// theirs once.
pub(super) fn text(context: &Context, member: &str, target: &str) -> Outcome<String> {
    let metadata = Metadata::load_for(context, target)?;
    let Some(id) = metadata.member(member).map(|package| package.id.clone()) else {
        return Err(Failure::new(format!("the workspace has no member {member}")));
    };
    let mut packages = Vec::new();
    for package in metadata.reached_by([id]) {
        if metadata.member(&package.name).is_none() {
            let licence = package.license.as_deref().unwrap_or("no licence is named");
            let name = format!("{} {} ({licence})", package.name, package.version);
            packages.push((name, texts(package.folder())?));
        }
    }
    Ok(joined(packages))
}

/// A list of the packages, then each text below the names of those that it belongs to.
pub(super) fn joined(mut packages: Vec<(String, Vec<String>)>) -> String {
    packages.sort();
    let mut whole = String::from("What others have written and may stand in these programs:\n\n");
    let mut owners: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, texts) in packages {
        let missing = if texts.is_empty() { ", whose package holds no text of it" } else { "" };
        whole.push_str(&format!("- {name}{missing}\n"));
        for text in texts {
            owners.entry(text).or_default().push(name.clone());
        }
    }
    let mut texts: Vec<(Vec<String>, String)> =
        owners.into_iter().map(|(text, names)| (names, text)).collect();
    texts.sort();
    for (names, text) in texts {
        whole.push_str(&format!("\n{}\n{}\n\n{text}\n", "-".repeat(80), names.join(", ")));
    }
    whole
}

/// What the files of a package say, line ends and outer blanks aside.
fn texts(folder: &Path) -> Outcome<Vec<String>> {
    let broken = |error| Failure::new(format!("reading {}: {error}", folder.display()));
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(broken)? {
        let entry = entry.map_err(broken)?;
        let name = entry.file_name().to_string_lossy().to_uppercase();
        if BEGINNINGS.iter().any(|beginning| name.starts_with(beginning)) && entry.path().is_file() {
            let bytes = std::fs::read(entry.path()).map_err(broken)?;
            texts.push(String::from_utf8_lossy(&bytes).replace('\r', "").trim().to_owned());
        }
    }
    texts.sort();
    texts.dedup();
    Ok(texts)
}
