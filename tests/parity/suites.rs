//! The foreign suites are all there and whole.

use serde_json::Value;
use support::suites;

fn cases(file: &Value) -> usize {
    file["cases"].as_array().map_or(0, Vec::len)
}

#[test]
fn every_file_holds_as_many_cases_as_are_known() {
    for (name, want) in [("http-state.json", 222), ("http-state-dates.json", 70), ("wpt.json", 1155)] {
        assert_eq!(cases(&suites::read(name).unwrap()), want, "{name}");
    }
}
