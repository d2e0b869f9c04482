//! `http.HTTPStatus` and `http.HTTPMethod` of the CPython at hand, against our vocabulary.

use http_proto::{Method, StatusCode, StatusExt};
use serde_json::Value;
use support::python;

/// Codes whose phrase or description is ours only since a certain CPython 3; before, it must differ.
const TEXT_SINCE: [(u16, u64); 18] = [
    (102, 14),
    (103, 14),
    (207, 14),
    (208, 14),
    (226, 14),
    (413, 13),
    (414, 13),
    (416, 13),
    (418, 14),
    (422, 14),
    (423, 14),
    (424, 14),
    (425, 14),
    (426, 14),
    (506, 14),
    (507, 14),
    (508, 14),
    (510, 14),
];

const DUMP: &str = r#"
import http, json, sys
codes = [[name, s.value, s.phrase, s.description] for name, s in http.HTTPStatus.__members__.items()]
print(json.dumps({"minor": sys.version_info.minor, "codes": codes, "methods": [m.value for m in http.HTTPMethod]}))
"#;

fn dump() -> Value {
    serde_json::from_str(&python::run(DUMP, b"").unwrap()).unwrap()
}

#[test]
fn every_status_of_cpython_has_our_code_phrase_and_description() {
    let dump = dump();
    let minor = dump["minor"].as_u64().unwrap();
    let codes = dump["codes"].as_array().unwrap();
    assert!(codes.len() >= 62, "only {} codes", codes.len());
    for row in codes {
        let name = row[0].as_str().unwrap();
        let code = u16::try_from(row[1].as_u64().unwrap()).unwrap();
        let status =
            StatusCode::from_python_name(name).unwrap_or_else(|| panic!("no status is called {name}"));
        assert_eq!(status.as_u16(), code, "{name}");
        let same =
            status.phrase() == row[2].as_str().unwrap() && status.description() == row[3].as_str().unwrap();
        let older = TEXT_SINCE.iter().any(|(listed, since)| *listed == code && minor < *since);
        let ours = (status.phrase(), status.description());
        assert_ne!(same, older, "{name}: we say {ours:?}, CPython says {row}");
    }
}

#[test]
fn every_code_of_cpython_is_in_the_same_class_here() {
    for row in dump()["codes"].as_array().unwrap() {
        let code = u16::try_from(row[1].as_u64().unwrap()).unwrap();
        let status = StatusCode::from_u16(code).unwrap();
        let classes = [
            status.is_informational(),
            status.is_success(),
            status.is_redirection(),
            status.is_client_error(),
            status.is_server_error(),
        ];
        let class = usize::from(code / 100) - 1;
        assert!(classes.iter().enumerate().all(|(place, is)| *is == (place == class)), "{code}: {classes:?}");
    }
}

#[test]
fn every_method_of_cpython_is_a_method_here() {
    for method in dump()["methods"].as_array().unwrap() {
        let name = method.as_str().unwrap();
        assert_eq!(Method::from_bytes(name.as_bytes()).unwrap().as_str(), name);
    }
}
