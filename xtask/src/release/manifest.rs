//! The lines of the root manifest that a release touches, changed as text so that comments and order stay.

use crate::context::{Failure, Outcome};

/// The version under `[workspace.package]`.
pub(super) fn version(manifest: &str) -> Outcome<String> {
    let lines = section(manifest, "[workspace.package]");
    let version = lines.iter().find_map(|line| line.strip_prefix("version = \"")?.split('"').next());
    version
        .map(str::to_owned)
        .ok_or_else(|| Failure::new("Cargo.toml has no version under [workspace.package]"))
}

/// The manifest with a new version: under `[workspace.package]` and where the workspace names its own crates.
pub(super) fn with_version(manifest: &str, current: &str, new: &str) -> Outcome<String> {
    let mut text = String::with_capacity(manifest.len());
    let mut table = "";
    let mut changed = 0;
    for line in manifest.lines() {
        if line.starts_with('[') {
            table = line;
        }
        let own = table == "[workspace.package]" && line.starts_with("version = ")
            || table == "[workspace.dependencies]" && line.contains("path = \"crates/");
        if own {
            let old = format!("version = \"{current}\"");
            if !line.contains(&old) {
                return Err(Failure::new(format!("Cargo.toml: this line does not say {old}: {line}")));
            }
            text.push_str(&line.replace(&old, &format!("version = \"{new}\"")));
            changed += 1;
        } else {
            text.push_str(line);
        }
        text.push('\n');
    }
    if changed == 0 { Err(Failure::new("Cargo.toml has no version to set")) } else { Ok(text) }
}

/// The manifest without the line that forbids publishing.
pub(super) fn publishable(manifest: &str) -> Outcome<String> {
    allowed(manifest, "true")
}

/// The manifest for uploads to one registry: no other may take them, and the crates look for each other there.
pub(super) fn for_registry(manifest: &str, registry: &str) -> Outcome<String> {
    let own = "= { path = \"crates/";
    Ok(allowed(manifest, &format!("[\"{registry}\"]"))?
        .replace(own, &format!("= {{ registry = \"{registry}\", path = \"crates/")))
}

fn allowed(manifest: &str, whom: &str) -> Outcome<String> {
    let line = "publish = false\n";
    if manifest.contains(line) {
        Ok(manifest.replacen(line, &format!("publish = {whom}\n"), 1))
    } else {
        Err(Failure::new("Cargo.toml has no `publish = false`: who allowed uploads?"))
    }
}

/// A manifest for unpacked archives: each crate takes the others from beside it instead of from a registry.
pub(super) fn workspace_of(crates: &[String], version: &str) -> String {
    let folders: Vec<String> = crates.iter().map(|name| format!("\"{name}-{version}\"")).collect();
    let mut text =
        format!("[workspace]\nresolver = \"3\"\nmembers = [{}]\n\n[patch.crates-io]\n", folders.join(", "));
    for (name, folder) in crates.iter().zip(&folders) {
        text.push_str(&format!("{name} = {{ path = {folder} }}\n"));
    }
    text
}

/// The lines of one table.
fn section<'a>(manifest: &'a str, head: &str) -> Vec<&'a str> {
    manifest
        .lines()
        .skip_while(|line| *line != head)
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .collect()
}
