//! The head of the changelog: `## Unreleased` becomes the version and its date.

use crate::context::{Failure, Outcome};

const OPEN: &str = "## Unreleased";

/// The changelog with its open section dated. A section without text, or a version that is there, is an error.
pub(super) fn dated(changelog: &str, version: &str, today: &str) -> Outcome<String> {
    if changelog
        .lines()
        .any(|line| line.strip_prefix("## ").and_then(|head| head.split(' ').next()) == Some(version))
    {
        return Err(Failure::new(format!("it has a section for {version} already")));
    }
    let Some(first) = changelog.lines().find(|line| line.starts_with("## ")) else {
        return Err(Failure::new(format!("it has no section: begin one with `{OPEN}`")));
    };
    if first != OPEN {
        return Err(Failure::new(format!("its first section is `{first}`, not `{OPEN}`")));
    }
    let body = changelog
        .lines()
        .skip_while(|line| *line != OPEN)
        .skip(1)
        .take_while(|line| !line.starts_with("## "));
    if body.into_iter().all(|line| line.trim().is_empty()) {
        return Err(Failure::new(format!("nothing stands under `{OPEN}`: say what changed")));
    }
    Ok(changelog.replacen(OPEN, &format!("## {version} ({today})"), 1))
}
