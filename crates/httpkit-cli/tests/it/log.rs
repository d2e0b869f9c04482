//! What is written about requests, and where to.

use super::process::{folder, run, serve};
#[cfg(unix)]
use std::fs;

#[test]
fn requests_are_logged_as_python_does_on_standard_error() {
    let folder = folder();
    let mut server = serve(folder.path(), &[]);
    server.get("/a.txt?q");
    server.get("/nothing");
    let first = server.log_line();
    let (before, rest) = first.split_once(" - - [").unwrap();
    assert_eq!(before, "127.0.0.1");
    let (when, rest) = rest.split_once("] ").unwrap();
    assert_eq!(rest, "\"GET /a.txt?q HTTP/1.1\" 200 5");
    // 22/Nov/2026 07:00:30
    let shape: String = when
        .chars()
        .map(|c| {
            if c.is_ascii_digit() {
                '0'
            } else if c.is_alphabetic() {
                'a'
            } else {
                c
            }
        })
        .collect();
    assert_eq!(shape, "00/aaa/0000 00:00:00");
    let code = server.log_line();
    assert!(code.ends_with("] code 404, message File not found"), "{code}");
    let second = server.log_line();
    assert!(second.contains("\"GET /nothing HTTP/1.1\" 404 "), "{second}");
    assert!(!second.contains('\u{1b}'), "no colours where no person looks on");
}

#[test]
fn other_forms_are_common_combined_and_json() {
    let folder = folder();
    let line = |format: &str| {
        let mut server = serve(folder.path(), &["--log", format]);
        server.ask("/a.txt", &[("User-Agent", "me \"quoted\""), ("Referer", "http://x/")]);
        server.log_line()
    };
    let common = line("common");
    assert!(common.ends_with(" \"GET /a.txt HTTP/1.1\" 200 5"), "{common}");
    let combined = line("combined");
    assert!(combined.ends_with(" 200 5 \"http://x/\" \"me \\\"quoted\\\"\""), "{combined}");
    let json = line("json");
    assert!(
        json.starts_with("{\"time\":")
            && json.contains("\"target\":\"/a.txt\",")
            && json.contains("\"status\":200,"),
        "{json}"
    );
}

#[test]
fn a_malformed_request_is_told_of_and_control_characters_are_not_passed_on() {
    let folder = folder();
    let mut server = serve(folder.path(), &[]);
    let answer = server.exchange(b"GET /\x1b[2J HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(answer.starts_with(b"HTTP/1.1 400 "));
    let line = server.log_line();
    assert!(line.contains("bad request") && !line.contains('\u{1b}'), "{line:?}");
}

#[cfg(unix)]
#[test]
fn quiet_logs_nothing_and_a_file_takes_what_standard_error_would() {
    let folder = folder();
    let mut server = serve(folder.path(), &["--quiet"]);
    server.get("/a.txt");
    server.signal(rustix::process::Signal::TERM);
    server.end();
    assert!(!server.log_rest().contains("GET"));

    let path = folder.path().join("access.log");
    fs::write(&path, "before\n").unwrap();
    let mut server = serve(folder.path(), &["--log-file", path.to_str().unwrap()]);
    server.get("/a.txt");
    server.signal(rustix::process::Signal::TERM);
    server.end();
    assert!(!server.log_rest().contains("GET"));
    let log = fs::read_to_string(&path).unwrap();
    assert!(
        log.starts_with("before\n127.0.0.1 - - [") && log.ends_with("\"GET /a.txt HTTP/1.1\" 200 5\n"),
        "{log}"
    );
}

#[test]
fn contradictions_and_impossible_files_are_refused() {
    for (arguments, code) in [
        (["--quiet", "--log=json"], 2),
        (["0", "--log-file=/no/such/folder/log"], 1),
        (["0", "--log=xml"], 2),
    ] {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_log_file_that_was_moved_away_is_opened_again_on_a_hangup() {
    let folder = folder();
    let (path, old) = (folder.path().join("access.log"), folder.path().join("access.log.1"));
    let mut server = serve(folder.path(), &["--log-file", path.to_str().unwrap()]);
    server.get("/a.txt?first");
    fs::rename(&path, &old).unwrap();
    server.get("/a.txt?second");
    server.signal(rustix::process::Signal::HUP);
    server.wait_for(|| path.exists(), "no new file");
    server.get("/a.txt?third");
    server.signal(rustix::process::Signal::TERM);
    server.end();
    let (old, new) = (fs::read_to_string(&old).unwrap(), fs::read_to_string(&path).unwrap());
    assert!(old.contains("?first") && old.contains("?second") && !old.contains("?third"), "{old}");
    assert!(new.contains("?third") && !new.contains("?second"), "{new}");
}
