//! Tests of the reading of `cargo metadata`.

use super::{Kind, Metadata};
use crate::json::Json;

const SMALL: &str = r#"{
  "packages": [
    {"id": "ours 0", "name": "ours", "version": "0.1.0", "license": "MIT", "rust_version": "1.89", "manifest_path": "/o/Cargo.toml",
     "features": {"tls": [], "default": ["tls"]},
     "dependencies": [{"name": "theirs", "kind": null}, {"name": "checked", "kind": "dev"}]},
    {"id": "theirs 1", "name": "theirs", "version": "1.0.0", "license": null, "rust_version": null, "manifest_path": "/t/Cargo.toml",
     "features": {}, "dependencies": []},
    {"id": "checked 1", "name": "checked", "version": "1.0.0", "license": null, "rust_version": null, "manifest_path": "/t/Cargo.toml",
     "features": {}, "dependencies": []}
  ],
  "workspace_members": ["ours 0"],
  "resolve": {"nodes": [
    {"id": "ours 0", "deps": [{"pkg": "theirs 1", "dep_kinds": [{"kind": null}]}, {"pkg": "checked 1", "dep_kinds": [{"kind": "dev"}]}]},
    {"id": "theirs 1", "deps": []}, {"id": "checked 1", "deps": []}
  ]},
  "metadata": {"release": {"registry": "house"}}
}"#;

#[test]
fn members_dependencies_and_reach_are_read() {
    let metadata = Metadata::from_json(&Json::read(SMALL).unwrap()).unwrap();
    let ours = metadata.member("ours").unwrap();
    assert_eq!(metadata.members.len(), 1);
    assert_eq!(ours.rust_version.as_deref(), Some("1.89"));
    assert!(ours.features.contains("tls"));
    assert_eq!(ours.folder(), std::path::Path::new("/o"));
    assert_eq!(
        ours.dependencies.iter().map(|dependency| dependency.kind).collect::<Vec<_>>(),
        [Kind::Normal, Kind::Dev]
    );
    let reached: Vec<&str> =
        metadata.reached_by([ours.id.clone()]).iter().map(|package| package.name.as_str()).collect();
    assert_eq!(reached, ["ours", "theirs"]);
    assert_eq!(metadata.registry.as_deref(), Some("house"));
}

#[test]
fn no_registry_is_named_unless_the_manifest_names_one() {
    let without = SMALL.replace("\"release\"", "\"other\"");
    assert_eq!(Metadata::from_json(&Json::read(&without).unwrap()).unwrap().registry, None);
    let null = SMALL.replace(r#"{"release": {"registry": "house"}}"#, "null");
    assert_eq!(Metadata::from_json(&Json::read(&null).unwrap()).unwrap().registry, None);
}

#[test]
fn a_package_without_a_name_is_an_error() {
    let json = Json::read(r#"{"packages": [{"id": "x"}]}"#).unwrap();
    assert!(Metadata::from_json(&json).unwrap_err().to_string().contains("name"));
}
