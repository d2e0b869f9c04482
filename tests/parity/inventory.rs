//! What Python's modules do, row by row, and what became of each row here: `tests/data/python/*.toml`.
//!
//! A row is an id, a phrase, a verdict, and the tests that show it. `followed` means that we do the same,
//! `different` that we do something else on purpose and say why, `missing` that nothing was decided. A module may have
//! several files; what stands behind a hyphen in their names is for people.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use support::rows::{self, Row};
use support::sources::root;

/// The rows of one module of Python's, as groups of numbers without gaps.
struct Module {
    stem: &'static str,
    python: &'static str,
    letter: char,
    groups: &'static [(u16, u16)],
}

const MODULES: [Module; 5] = [
    Module { stem: "http", python: "http", letter: 'H', groups: &[(1, 6)] },
    Module {
        stem: "client",
        python: "http.client",
        letter: 'C',
        groups: &[
            (1, 6),     // the module
            (10, 16),   // a new connection
            (20, 24),   // connecting, sending, closing
            (30, 37),   // the request line
            (40, 45),   // fields
            (50, 59),   // bodies
            (60, 62),   // states
            (65, 69),   // tunnels
            (70, 75),   // the head of a response
            (80, 83),   // framing
            (90, 97),   // fields of a response
            (100, 113), // reading the body
            (120, 125), // TLS
            (130, 138), // errors
            (140, 142), // debug output
        ],
    },
    Module {
        stem: "server",
        python: "http.server",
        letter: 'S',
        groups: &[
            (1, 8),     // servers
            (10, 16),   // attributes of handlers
            (20, 35),   // reading a request
            (40, 49),   // writing a response
            (60, 64),   // the log
            (70, 85),   // files
            (90, 93),   // CGI
            (100, 102), // the command
        ],
    },
    Module {
        stem: "cookies",
        python: "http.cookies",
        letter: 'K',
        groups: &[
            (1, 3),   // the module
            (10, 20), // one cookie
            (30, 37), // a set of cookies
            (40, 56), // reading
        ],
    },
    Module {
        stem: "cookiejar",
        python: "http.cookiejar",
        letter: 'J',
        groups: &[
            (1, 4),     // the module
            (10, 11),   // a cookie
            (20, 28),   // the jar
            (30, 32),   // the field that goes out
            (40, 46),   // the fields that come in
            (60, 67),   // matching
            (80, 85),   // dates
            (90, 93),   // files
            (120, 129), // oddities
            (130, 142), // arguments of the policy
            (150, 155), // what may be stored, in its order
            (160, 163), // what is sent, in its order
            (170, 171), // formats of files
        ],
    },
];

#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    followed: usize,
    different: usize,
    missing: usize,
}

#[test]
fn every_row_of_python_is_followed_or_different_for_a_reason() {
    let mut faults = Vec::new();
    println!("{:<16}{:>10}{:>24}{:>9}", "module", "followed", "deliberately different", "missing");
    for module in &MODULES {
        let tables = tables_of(module.stem);
        let tally = check(module, &tables, &|test| find_test(test), &mut faults);
        println!("{:<16}{:>10}{:>24}{:>9}", module.python, tally.followed, tally.different, tally.missing);
    }
    faults.extend(strangers());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The name of each file of a module, and its text.
fn tables_of(stem: &str) -> Vec<(String, String)> {
    let belongs = |name: &str| name.split_once(['-', '.']).is_some_and(|(first, _)| first == stem);
    let names = file_names().into_iter().filter(|name| belongs(name));
    names.map(|name| (name.clone(), fs::read_to_string(folder().join(name)).unwrap())).collect()
}

/// Files that belong to no module.
fn strangers() -> Vec<String> {
    let known = |name: &str| MODULES.iter().any(|module| name.split(['-', '.']).next() == Some(module.stem));
    let toml = |name: &str| Path::new(name).extension().is_some_and(|extension| extension == "toml");
    let names = file_names().into_iter().filter(|name| !known(name) || !toml(name));
    names.map(|name| format!("{name}: a table of no module")).collect()
}

fn file_names() -> BTreeSet<String> {
    let entries = fs::read_dir(folder()).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn folder() -> PathBuf {
    root().join("tests/data/python")
}

/// Counts the rows of a module and notes what is wrong with them.
fn check(
    module: &Module,
    tables: &[(String, String)],
    find: &dyn Fn(&str) -> Result<(), String>,
    faults: &mut Vec<String>,
) -> Tally {
    let mut tally = Tally::default();
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    if tables.is_empty() {
        faults.push(format!("{}: there is no table", module.python));
        return tally;
    }
    let wanted = ids(module);
    for (name, text) in tables {
        let rows = match rows::read(text) {
            Ok(rows) => rows,
            Err(fault) => {
                faults.push(format!("{name}: {fault}"));
                continue;
            }
        };
        for row in rows {
            let place = format!("{name}:{}: {}", row.line, row.text("id").unwrap_or("a row"));
            let mut complain = |fault: &str| faults.push(format!("{place}: {fault}"));
            check_row(&row, &mut tally, find, &mut complain);
            let Some(id) = row.text("id") else { continue };
            if !wanted.contains(id) {
                complain("there is no such row in the module");
            }
            if let Some(before) = seen.insert(id.to_owned(), place.clone()) {
                complain(&format!("stands twice, before at {before}"));
            }
        }
    }
    let gaps: Vec<_> = wanted.iter().filter(|id| !seen.contains_key(*id)).map(String::as_str).collect();
    if !gaps.is_empty() {
        faults.push(format!("{}: no row for {}", module.python, gaps.join(", ")));
    }
    tally
}

fn ids(module: &Module) -> BTreeSet<String> {
    let numbers = module.groups.iter().flat_map(|(first, last)| *first..=*last);
    numbers.map(|number| format!("{}-{number:03}", module.letter)).collect()
}

fn check_row(
    row: &Row,
    tally: &mut Tally,
    find: &dyn Fn(&str) -> Result<(), String>,
    complain: &mut dyn FnMut(&str),
) {
    let why = row.text("why").is_some_and(|why| !why.trim().is_empty());
    let tests = row.list("tests");
    match row.text("verdict") {
        Some("followed") => {
            tally.followed += 1;
            if tests.is_empty() {
                complain("followed, and no test shows it");
            }
            if row.text("why").is_some() {
                complain("followed rows need no `why`");
            }
        }
        Some("different") => {
            tally.different += 1;
            if !why {
                complain("different, and `why` does not say why");
            }
        }
        Some("missing") => {
            tally.missing += 1;
            complain("missing");
        }
        Some(other) => complain(&format!("unknown verdict {other:?}")),
        None => complain("no verdict"),
    }
    for key in ["id", "what"] {
        if row.text(key).is_none_or(|text| text.trim().is_empty()) {
            complain(&format!("`{key}` is missing"));
        }
    }
    if let Some(key) = row.stranger(&["id", "what", "verdict", "why"], &["tests"]) {
        complain(&format!("unknown key {key:?}"));
    }
    for test in tests {
        if let Err(fault) = find(test) {
            complain(&format!("{test}: {fault}"));
        }
    }
}

/// Whether a test exists. It is written as libtest shows it, behind the name of its crate or, in this package, of its
/// target: `http-cookies load::tests::an_empty_text_loads_nothing`, `it jar_client::…`.
pub(crate) fn find_test(test: &str) -> Result<(), String> {
    let (target, path) =
        test.split_once(' ').ok_or("write the crate or target, a blank, and the path of the test")?;
    let mut modules: Vec<&str> = path.split("::").collect();
    let name = modules.pop().ok_or("no name")?;
    let folders = match target {
        "it" | "interop" | "parity" => vec![root().join("tests").join(target)],
        _ => vec![
            root().join("crates").join(target).join("src"),
            root().join("crates").join(target).join("tests"),
        ],
    };
    let file =
        folders.iter().find_map(|folder| file_of(folder, &modules)).ok_or("no file for this module")?;
    let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    if declares(&text, name) { Ok(()) } else { Err(format!("no such test in {}", file.display())) }
}

/// The file that holds a module: that of the module itself or of the nearest one above it.
fn file_of(folder: &Path, modules: &[&str]) -> Option<PathBuf> {
    let depths = (1..=modules.len()).rev();
    let mut files = depths.map(|depth| folder.join(modules[..depth].join("/")).with_extension("rs"));
    files.find(|file| file.is_file()).or_else(|| {
        let crate_root =
            ["lib.rs", "main.rs"].iter().map(|name| folder.join(name)).find(|file| file.is_file());
        crate_root.filter(|_| modules.is_empty())
    })
}

/// Whether a text has a function of this name with the attribute of a test above it.
fn declares(text: &str, name: &str) -> bool {
    let head = format!("fn {name}(");
    let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
    let heads = lines.iter().enumerate().filter(|(_, line)| line.starts_with(&head)).map(|(at, _)| at);
    heads.into_iter().any(|at| {
        let above = lines[..at].iter().rev();
        let mut attributes = above.take_while(|line| line.starts_with("#[") || line.starts_with("//"));
        attributes.any(|line| *line == "#[test]")
    })
}

mod tests;
