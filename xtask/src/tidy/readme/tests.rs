//! Shows the rules on the README files firing.

use super::{check, check_files_of_map, check_links, resolve};
use crate::metadata::{Dependency, Kind, Metadata, Package};
use crate::tidy::File;

fn file(path: &str, text: &str) -> File {
    File { path: path.to_owned(), text: text.to_owned() }
}

fn workspace() -> Metadata {
    let dependency = |name: &str, kind| Dependency { name: name.to_owned(), kind };
    let ours = Package {
        name: "http-proto".to_owned(),
        rust_version: Some("1.89".to_owned()),
        dependencies: vec![dependency("memchr", Kind::Normal), dependency("proptest", Kind::Dev)],
        ..Package::default()
    };
    Metadata { members: vec![ours], ..Metadata::default() }
}

#[track_caller]
fn check_texts(readme: &str, map: &str, rules: &[&str]) {
    check_with_docs(readme, map, "//! Heads. Rust 1.89 or later.\n", rules);
}

#[track_caller]
fn check_with_docs(readme: &str, map: &str, docs: &str, rules: &[&str]) {
    let docs = file("crates/http-proto/src/lib.rs", docs);
    let findings = check(&[file("README.md", readme), file("crates/README.md", map), docs], &workspace());
    let got: Vec<&str> = findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(got, rules, "findings: {findings:#?}");
}

const README: &str =
    "Rust 1.89 is needed.\n\n| crate | for |\n|---|---|\n| [`http-proto`](crates/README.md) | heads |\n";
const MAP: &str = "| crate | knows |\n|---|---|\n| `http-proto` | heads |\n\n| dependency | why |\n|---|---|\n| `memchr` | speed |\n";

#[test]
fn readmes_that_agree_with_the_manifests_pass() {
    check_texts(README, MAP, &[]);
}

#[test]
fn a_crate_without_a_row_is_found() {
    check_texts(&README.replace("`http-proto`", "`http`"), MAP, &["crate table"]);
    check_texts(README, &MAP.replace("`http-proto`", "`http`"), &["crate table"]);
}

#[test]
fn a_compiler_that_is_not_the_one_of_the_manifests_is_found() {
    check_texts(&README.replace("1.89", "1.88"), MAP, &["rust-version"]);
    check_texts(&README.replace("Rust 1.89 is", "A compiler is"), MAP, &["rust-version"]);
    check_with_docs(README, MAP, "//! Heads. Rust 1.80 or later.\n", &["rust-version"]);
    check_with_docs(README, MAP, "//! Heads.\n", &["rust-version"]);
}

#[test]
fn a_dependency_without_a_reason_is_found() {
    check_texts(README, &MAP.replace("`memchr`", "`memmem`"), &["dependency table"]);
}

#[test]
fn a_reason_without_a_dependency_is_found() {
    let titled = MAP.replace("| dependency", "## Dependencies\n\n| dependency");
    check_texts(README, &titled, &[]);
    check_texts(README, &format!("{titled}| `gone` | none |\n"), &["dependency table"]);
    check_texts(README, &format!("{titled}\n## Next\n\n| `word` | of another table |\n"), &[]);
}

#[test]
fn a_file_that_the_map_names_must_be_there() {
    let files = [file("crates/a/src/x.rs", ""), file("crates/a/src/x/inner.rs", "")];
    for (line, found) in [
        ("| this | `a/src/x.rs`, then `x/inner.rs` |", 0),
        ("| this | `inner.rs` and `cargo xtask ci` |", 0),
        ("| this | `a/src/y.rs` |", 1),
        ("| this | `ner.rs` |", 1),
    ] {
        assert_eq!(check_files_of_map(line, &files).len(), found, "{line}");
    }
}

#[test]
fn links_that_lead_nowhere_are_found() {
    let files = [file("README.md", ""), file("crates/a/src/lib.rs", "")];
    let check = |from: &str, target: &str, found: usize| {
        let text = format!("see [this]({target}).");
        assert_eq!(check_links(&file(from, &text), &files).len(), found, "{from}: {target}");
    };
    check("README.md", "crates/a/src/lib.rs", 0);
    check("README.md", "crates/a", 0);
    check("README.md", "crates/a#part", 0);
    check("README.md", "#part", 0);
    check("README.md", "https://example.org/x", 0);
    check("README.md", "crates/b", 1);
    check("crates/README.md", "../README.md", 0);
    check("crates/README.md", "README.md", 1);
}

#[test]
fn links_resolve_from_their_own_folder() {
    assert_eq!(resolve("crates/a", "../b/./c.md"), "crates/b/c.md");
    assert_eq!(resolve("", "../../x"), "x");
}
