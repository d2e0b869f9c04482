//! The README's table from Python's names to ours: every public name that the CPython at hand has is in it, every name
//! of ours that it gives exists, and the search of the docs finds ours by Python's.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;
use support::python;
use support::sources::{root, rust_files};

/// Every public name of the modules, the public names that their classes define, and what their objects carry: those of a class
/// that needs a socket are the ones that its documentation lists.
const DUMP: &str = r#"
import http, http.client, http.cookiejar, http.cookies, http.server, inspect, json
def carried(name, thing):
    return [f"{name}.{member}" for member in vars(thing) if not member.startswith("_")]
cookie = http.cookiejar.Cookie(0, "a", "1", None, False, "a.test", True, False, "/", True, False, None, True, None, None, {})
beside = {
    "http.client": ["HTTP_PORT", "HTTPS_PORT", "HTTPMessage", "parse_headers"]
        + carried("HTTPConnection", http.client.HTTPConnection("a.test"))
        + carried("IncompleteRead", http.client.IncompleteRead(b""))
        + [f"HTTPResponse.{name}" for name in "status reason version headers msg url closed debuglevel".split()],
    "http.cookiejar": carried("Cookie", cookie)
        + carried("DefaultCookiePolicy", http.cookiejar.DefaultCookiePolicy())
        + carried("FileCookieJar", http.cookiejar.FileCookieJar()),
    "http.server": ["HTTPServer.server_name", "HTTPServer.server_port", "SimpleHTTPRequestHandler.directory"]
        + [f"BaseHTTPRequestHandler.{name}" for name in ("client_address server close_connection requestline command "
            "path request_version headers rfile wfile").split()],
}
table = {"http": ["HTTPStatus", "HTTPStatus.OK", "HTTPMethod", "HTTPMethod.GET"]}
for module in (http.client, http.cookiejar, http.cookies, http.server):
    names = beside.get(module.__name__, [])
    for name in sorted(set(module.__all__) | ({"Morsel"} & set(dir(module)))):
        names.append(name)
        thing = getattr(module, name)
        if inspect.isclass(thing):
            names += [f"{name}.{member}" for member in thing.__dict__ if not member.startswith("_")]
    table[module.__name__] = names
print(json.dumps(table))
"#;

/// Names of the standard library and of the `http` crate that the table speaks of.
const FROM_ELSEWHERE: [&str; 17] = [
    "BufRead",
    "Clone",
    "GET",
    "Method",
    "OK",
    "Read",
    "StatusCode",
    "Write",
    "as_u16",
    "fill_buf",
    "is_client_error",
    "is_informational",
    "is_redirection",
    "is_server_error",
    "is_success",
    "lines",
    "read_line",
];

#[test]
fn every_public_name_of_cpython_is_in_the_readme() {
    let table = readme_table();
    let dump: Value = serde_json::from_str(&python::run(DUMP, b"").unwrap()).unwrap();
    let mut missing = Vec::new();
    let mut count = 0;
    for (module, names) in dump.as_object().unwrap() {
        let rows = table.get(module).unwrap_or_else(|| panic!("the README has no table for {module}"));
        for name in names.as_array().unwrap() {
            let name = name.as_str().unwrap();
            count += 1;
            if !rows.contains_key(name) {
                missing.push(format!("{module}.{name}"));
            }
        }
    }
    assert!(count > 150, "only {count} names came from CPython");
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn every_name_of_ours_in_the_readme_exists() {
    let declared = declared_names();
    let mut unknown = Vec::new();
    for (module, rows) in readme_table() {
        for (python, ours) in rows {
            // Every second part stands between backticks.
            for path in ours.split('`').skip(1).step_by(2) {
                for name in path.split("::").filter(|name| !name.starts_with("http_")) {
                    if !declared.contains(name) && !FROM_ELSEWHERE.contains(&name) {
                        unknown.push(format!("{module}.{python}: {path}"));
                    }
                }
            }
        }
    }
    assert_eq!(unknown, Vec::<String>::new());
}

#[test]
fn the_search_of_the_docs_finds_every_name_of_python_that_has_a_counterpart() {
    let mut unknown = Vec::new();
    for (module, rows) in readme_table() {
        let aliases = doc_aliases(&module);
        for (python, ours) in rows.iter().filter(|(_, ours)| !ours.starts_with("none")) {
            let name = python.rsplit('.').next().unwrap();
            let is_word = |word: &str| word == name;
            let same = ours.split('`').skip(1).step_by(2).flat_map(|path| path.split("::")).any(is_word);
            let whole = format!("{module}.{python}");
            if !same && ![name, python, &whole].iter().any(|alias| aliases.contains(*alias)) {
                unknown.push(whole);
            }
        }
    }
    assert_eq!(
        unknown,
        Vec::<String>::new(),
        "write #[doc(alias = \"...\")] above the counterparts of these"
    );
}

#[test]
fn what_the_search_of_the_docs_finds_is_not_said_to_be_missing() {
    let mut found = Vec::new();
    for (module, rows) in readme_table() {
        let aliases = doc_aliases(&module);
        let member = |python: &str| python.rsplit('.').next().unwrap().to_owned();
        let there: BTreeSet<String> = rows
            .iter()
            .filter(|(_, ours)| !ours.starts_with("none"))
            .map(|(python, _)| member(python))
            .collect();
        for (python, ours) in rows.iter().filter(|(python, _)| !there.contains(&member(python))) {
            // A row that names what comes closest may be found by it.
            if !ours.contains('`') && aliases.contains(&member(python)) {
                found.push(format!("{module}.{python}: {ours}"));
            }
        }
    }
    assert_eq!(found, Vec::<String>::new(), "the README says that there is none of these");
}

/// The words under which items are found beside their names, of the crate that stands for a module and of the one below.
fn doc_aliases(module: &str) -> BTreeSet<String> {
    let mut aliases = BTreeSet::new();
    for name in ["http-proto".to_owned(), module.replace('.', "-")] {
        let folder = root().join("crates").join(name);
        for file in rust_files(&folder).unwrap_or_default() {
            let text = fs::read_to_string(&file).unwrap();
            let alias = |line: &str| {
                let rest = line.trim_start().strip_prefix("#[doc(alias = \"")?;
                rest.strip_suffix("\")]").map(str::to_owned)
            };
            aliases.extend(text.lines().filter_map(alias));
        }
    }
    aliases
}

/// The rows of each module: Python's name, and the cell beside it.
fn readme_table() -> BTreeMap<String, BTreeMap<String, String>> {
    let text = fs::read_to_string(root().join("README.md")).unwrap();
    let mut table: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut module = None;
    for line in text.lines() {
        if line.starts_with('#') {
            module = line.strip_prefix("### `").and_then(|rest| rest.strip_suffix('`')).map(str::to_owned);
        } else if let (Some(module), Some(row)) = (&module, line.strip_prefix("| `")) {
            let (python, ours) = row.split_once("` | ").unwrap_or_else(|| panic!("a malformed row: {line}"));
            let ours = ours.strip_suffix(" |").unwrap_or_else(|| panic!("a malformed row: {line}"));
            let before = table.entry(module.clone()).or_default().insert(python.to_owned(), ours.to_owned());
            assert_eq!(before, None, "{module}.{python} has two rows");
        }
    }
    table
}

/// What the crates declare: items, functions, and the variants of enums.
fn declared_names() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for file in rust_files(&root().join("crates")).unwrap() {
        let text = fs::read_to_string(&file).unwrap();
        for line in text.lines() {
            let line = line.trim_start();
            let words: Vec<&str> = line.split(|c: char| !(c.is_alphanumeric() || c == '_')).collect();
            for pair in words.windows(2) {
                if ["fn", "struct", "enum", "trait", "type", "const", "mod"].contains(&pair[0]) {
                    names.insert(pair[1].to_owned());
                }
            }
            let first = words.first().copied().unwrap_or_default();
            let behind = line.get(first.len()..).unwrap_or_default();
            let variant = first.starts_with(char::is_uppercase) && behind.starts_with([',', '(', ' ', '{']);
            if variant {
                names.insert(first.to_owned());
            }
        }
    }
    names
}
