//! Tests of what a release decides before it touches anything.

use super::version::Version;
use super::{changelog, check_changes, manifest, notices, order, publish, read_arguments, semver};
use crate::metadata::{Dependency, Kind, Metadata, Package};

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn workspace(rows: &[(&str, &[&str])]) -> Metadata {
    let dependency = |name: &&str| Dependency { name: (*name).to_owned(), kind: Kind::Normal };
    let package = |(name, on): &(&str, &[&str])| Package {
        name: (*name).to_owned(),
        dependencies: on.iter().map(dependency).collect(),
        ..Package::default()
    };
    Metadata { members: rows.iter().map(package).collect(), ..Metadata::default() }
}

#[test]
fn arguments_are_a_version_perhaps_a_dry_run_and_perhaps_no_ci() {
    for (arguments, dry, without_ci, publish) in [
        ("1.2.3", false, false, false),
        ("--dry-run 1.2.3", true, false, false),
        ("1.2.3 --skip-ci", false, true, false),
        ("--skip-ci --dry-run 1.2.3", true, true, false),
        ("1.2.3 --publish", false, false, true),
        ("--publish 1.2.3 --dry-run", true, false, true),
    ] {
        let order = read_arguments(&words(arguments)).unwrap();
        let read = (order.version.to_string(), order.dry, order.without_ci, order.publish);
        assert_eq!(read, ("1.2.3".to_owned(), dry, without_ci, publish), "{arguments}");
    }
    for wrong in ["", "--dry-run", "1.2", "1.2.3 1.2.4", "1.2.3 --force", "1.2.3 --publish --skip-ci"] {
        assert!(read_arguments(&words(wrong)).is_err(), "{wrong}");
    }
}

#[test]
fn versions_are_read_strictly() {
    for good in ["0.1.0", "1.20.300", "1.0.0-rc.1", "1.0.0-alpha"] {
        assert_eq!(Version::read(good).unwrap().to_string(), good);
    }
    for bad in [
        "",
        "1",
        "1.0",
        "1.0.0.0",
        "01.0.0",
        "+1.0.0",
        "1.0.x",
        "1.0.0-",
        "1.0.0-a..b",
        "1.0.0-rc.01",
        "v1.0.0",
    ] {
        assert!(Version::read(bad).is_err(), "{bad}");
    }
}

#[test]
fn versions_come_in_the_order_of_semver() {
    let sorted = ["0.1.0", "0.9.9", "0.10.0", "1.0.0-alpha", "1.0.0-rc.2", "1.0.0-rc.10", "1.0.0", "2.0.0"];
    for pair in sorted.windows(2) {
        assert!(Version::read(pair[0]).unwrap() < Version::read(pair[1]).unwrap(), "{pair:?}");
    }
}

#[test]
fn the_last_tag_is_that_of_the_highest_version_whatever_other_tags_there_are() {
    for (tags, last) in [
        ("", None),
        ("vendor\nv1\nvNEXT\n", None),
        ("v0.10.0\nv0.9.0\n", Some("v0.10.0")),
        ("v1.0.0\nv1.0.0-rc.1\n", Some("v1.0.0")),
        ("v0.9.0\nv1.0.0-rc.1\nv1.0.0-rc.2\nvendor\n", Some("v1.0.0-rc.2")),
    ] {
        assert_eq!(semver::latest(tags), last, "{tags:?}");
    }
}

#[test]
fn a_release_commits_what_it_wrote_and_nothing_else() {
    let written = ["Cargo.toml".to_owned(), "tests/fuzz/Cargo.lock".to_owned()];
    check_changes("", &written).unwrap();
    check_changes(" M Cargo.toml\n M tests/fuzz/Cargo.lock\n", &written).unwrap();
    for (changes, path) in [
        (" M Cargo.toml\n M crates/http-proto/src/lib.rs\n", "crates/http-proto/src/lib.rs"),
        (" M Cargo.toml\n?? left.txt\n", "left.txt"),
        (" D Cargo.lock\n", "Cargo.lock"),
    ] {
        let error = check_changes(changes, &written).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{path} has changed")), "{error}");
    }
}

#[test]
fn crates_come_after_what_they_stand_on_and_inner_ones_are_left_out() {
    let metadata = workspace(&[
        ("httpkit", &["http-client", "http-proto"]),
        ("http-client", &["http-proto", "rustls"]),
        ("xtask", &[]),
        ("httpkit-tests", &["httpkit"]),
        ("http-proto", &["memchr"]),
    ]);
    assert_eq!(order(&metadata).unwrap(), ["http-proto", "http-client", "httpkit"]);
}

#[test]
fn a_circle_is_named() {
    let metadata = workspace(&[("a", &["b"]), ("b", &["a"]), ("c", &[])]);
    assert!(order(&metadata).unwrap_err().to_string().ends_with("circle: a, b"));
}

const MANIFEST: &str = "[workspace.package]\nversion = \"0.1.0\"\npublish = false\n\n[workspace.dependencies]\n\
    http-proto = { path = \"crates/http-proto\", version = \"0.1.0\" }\nother = { version = \"0.1.0\" }\n";

#[test]
fn the_version_changes_where_it_is_ours_and_nowhere_else() {
    assert_eq!(manifest::version(MANIFEST).unwrap(), "0.1.0");
    let changed = manifest::with_version(MANIFEST, "0.1.0", "0.2.0").unwrap();
    assert_eq!(changed.matches("0.2.0").count(), 2);
    assert!(changed.contains("other = { version = \"0.1.0\" }"));
    assert_eq!(manifest::version(&changed).unwrap(), "0.2.0");
    assert!(manifest::with_version(MANIFEST, "0.3.0", "0.4.0").is_err());
}

#[test]
fn only_the_copy_may_be_published_and_only_if_the_tree_may_not() {
    let copy = manifest::publishable(MANIFEST).unwrap();
    assert!(copy.contains("publish = true"));
    assert!(manifest::publishable(&copy).is_err());
}

#[test]
fn uploads_go_to_the_named_registry_alone_and_crates_look_for_each_other_there() {
    let copy = manifest::for_registry(MANIFEST, "ours").unwrap();
    assert!(copy.contains("publish = [\"ours\"]"), "{copy}");
    assert!(
        copy.contains("http-proto = { registry = \"ours\", path = \"crates/http-proto\", version"),
        "{copy}"
    );
    assert!(copy.contains("other = { version = \"0.1.0\" }"), "{copy}");
    assert!(manifest::for_registry(&copy, "ours").is_err());
}

#[test]
fn publishing_is_off_until_a_registry_is_named_that_is_not_the_public_one() {
    let named = |name: Option<&str>| Metadata { registry: name.map(str::to_owned), ..Metadata::default() };
    assert_eq!(publish::registry(&named(Some("ours"))).unwrap(), "ours");
    for (name, why) in [(None, "publishing is off"), (Some("crates-io"), "belong to others")] {
        let error = publish::registry(&named(name)).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
}

#[test]
fn unpacked_crates_take_each_other_from_beside_them() {
    let text = manifest::workspace_of(&["a".to_owned(), "b".to_owned()], "0.2.0");
    assert!(text.contains("members = [\"a-0.2.0\", \"b-0.2.0\"]"), "{text}");
    assert!(
        text.ends_with("[patch.crates-io]\na = { path = \"a-0.2.0\" }\nb = { path = \"b-0.2.0\" }\n"),
        "{text}"
    );
}

#[test]
fn the_open_section_gets_version_and_date() {
    let text = "# Changelog\n\n## Unreleased\n\n- All of it.\n\n## 0.1.0 (2026-01-01)\n\n- First.\n";
    let dated = changelog::dated(text, "0.2.0", "2026-02-03").unwrap();
    assert_eq!(dated, text.replace("## Unreleased", "## 0.2.0 (2026-02-03)"));
}

#[test]
fn a_changelog_that_says_nothing_is_refused() {
    for (text, why) in [
        ("# Changelog\n", "no section"),
        ("## Unreleased\n\n## 0.1.0\n", "nothing stands"),
        ("## 0.1.0\n\n- x\n", "not `## Unreleased`"),
        ("## Unreleased\n\n- x\n\n## 0.2.0 (2026-01-01)\n", "already"),
    ] {
        let error = changelog::dated(text, "0.2.0", "2026-02-03").unwrap_err().to_string();
        assert!(error.contains(why), "{text:?}: {error}");
    }
}

#[test]
fn a_licence_that_many_share_stands_once_behind_all_their_names() {
    let package =
        |name: &str, texts: &[&str]| (name.to_owned(), texts.iter().map(|&text| text.to_owned()).collect());
    let packages = vec![
        package("b 2 (MIT)", &["same"]),
        package("a 1 (MIT)", &["own", "same"]),
        package("c 3 (ISC)", &[]),
    ];
    let text = notices::joined(packages);
    assert!(
        text.contains("- a 1 (MIT)\n- b 2 (MIT)\n- c 3 (ISC), whose package holds no text of it\n"),
        "{text}"
    );
    assert!(text.contains("a 1 (MIT), b 2 (MIT)\n\nsame\n") && text.matches("same").count() == 1, "{text}");
    assert!(text.contains("\na 1 (MIT)\n\nown\n"), "{text}");
}
