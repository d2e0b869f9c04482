//! What the crates below can do can be had through the umbrella.

use std::path::Path;

/// Names and what they bring, of the table `[features]` of a crate.
fn features(name: &str) -> Vec<(String, String)> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name).join("Cargo.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let table = text.split("\n[").find_map(|table| table.strip_prefix("features]")).unwrap();
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, brings)| (name.into(), brings.into()))
        .collect()
}

#[test]
fn every_feature_of_the_crates_below_can_be_had_through_this_one() {
    let own = features("httpkit");
    for name in ["http-client", "http-server", "http-cookies", "http-cookiejar"] {
        let below = features(name);
        assert!(below.iter().any(|(feature, _)| feature != "default"), "{name}");
        for (feature, _) in below.iter().filter(|(feature, _)| feature != "default") {
            let wanted = [format!("\"{name}/{feature}\""), format!("\"{name}?/{feature}\"")];
            let is_there = own.iter().any(|(_, brings)| wanted.iter().any(|word| brings.contains(word)));
            assert!(is_there, "{name} has the feature {feature}, and no feature of httpkit brings it");
        }
    }
}

#[test]
fn every_feature_is_in_the_table_of_the_documentation() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    for (feature, _) in features("httpkit").iter().filter(|(feature, _)| feature != "default") {
        let is_there =
            text.lines().any(|line| line.starts_with("//! |") && line.contains(&format!("`{feature}`")));
        assert!(is_there, "{feature}");
    }
}
