//! Cookie files in the hands of `httpkit`: kept up to date, replaced, filtered, converted, and never lost in silence.

use crate::fetch::{OK, answering, httpkit, text};
use crate::fetch_like_curl::{closing, succeeds};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const HEADER: &str = "# Netscape HTTP Cookie File\n";

fn file(folder: &Path, name: &str, lines: &[&str]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, format!("{HEADER}{}\n", lines.join("\n"))).unwrap();
    path
}

fn line(domain: &str, name: &str, value: &str) -> String {
    format!("{domain}\tFALSE\t/\tFALSE\t0\t{name}\t{value}")
}

/// What is in a file, as `name=value` of each cookie.
fn pairs(path: &Path) -> Vec<String> {
    let shown = httpkit(&["cookies", "--values", path.to_str().unwrap()]);
    let mut pairs: Vec<String> =
        succeeds(&shown).lines().map(|line| line.split('\t').nth(1).unwrap().to_owned()).collect();
    pairs.sort();
    pairs
}

#[track_caller]
fn fails(output: &Output, code: i32, said: &[&str]) {
    let shown = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{shown}");
    for said in said {
        assert!(shown.contains(said), "{said:?} in {shown}");
    }
}

#[test]
fn who_signs_out_is_signed_out_in_the_file_too() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["cookies.txt", "cookies.json"] {
        let path = folder.path().join(name);
        let old =
            file(folder.path(), "old", &[&line("127.0.0.1", "sid", "1"), &line("other.example", "a", "2")]);
        let format = if name.ends_with("json") { "json" } else { "mozilla" };
        succeeds(&httpkit(&["cookies", old.to_str().unwrap(), "-o", path.to_str().unwrap(), "-t", format]));
        let (url, thread) = answering(
            "HTTP/1.1 200 OK\r\nSet-Cookie: sid=; Max-Age=0\r\nSet-Cookie: b=3\r\nContent-Length: 0\r\n\r\n",
        );
        let path_text = path.to_str().unwrap();
        succeeds(&httpkit(&["get", &url, "-b", path_text, "-c", path_text]));
        assert!(thread.join().unwrap().contains("Cookie: sid=1\r\n"));
        assert_eq!(pairs(&path), ["a=2", "b=3"], "{name}");
    }
}

#[test]
fn the_first_run_needs_no_file_and_no_cookie() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cookies.txt");
    let (url, thread) = answering("HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nContent-Length: 0\r\n\r\n");
    succeeds(&httpkit(&["get", &url, "-b", path.to_str().unwrap(), "-c", path.to_str().unwrap()]));
    thread.join().unwrap();
    assert_eq!(pairs(&path), ["a=1"]);
    let (url, thread) = answering(OK);
    succeeds(&httpkit(&["get", &url, "-b", ""]));
    assert!(!thread.join().unwrap().contains("Cookie"));
}

#[test]
fn what_is_written_takes_the_place_of_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let both = [line("a.example", "a", "1"), line("b.example", "b", "2")];
    let path = file(folder.path(), "both", &[&both[0], &both[1]]);
    let path_text = path.to_str().unwrap();
    let other = file(folder.path(), "other", &[&line("c.example", "c", "3")]);

    succeeds(&httpkit(&["cookies", path_text, "-n", "b", "-o", other.to_str().unwrap()]));
    assert_eq!(pairs(&other), ["b=2"]);
    succeeds(&httpkit(&["cookies", path_text, "-d", "A.EXAMPLE", "-o", path_text]));
    assert_eq!(pairs(&path), ["a=1"]);

    let (url, thread) = answering("HTTP/1.1 200 OK\r\nSet-Cookie: d=4\r\nContent-Length: 0\r\n\r\n");
    succeeds(&httpkit(&["get", &url, "-c", other.to_str().unwrap()]));
    thread.join().unwrap();
    assert_eq!(pairs(&other), ["d=4"]);
}

#[test]
fn a_dash_is_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "cookies.txt", &[&line("a.example", "a", "1")]);
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_httpkit"));
        let output = command.args(arguments).current_dir(folder.path()).output().unwrap();
        succeeds(&output).to_owned()
    };
    let (url, thread) = answering("HTTP/1.1 200 OK\r\nSet-Cookie: b=2\r\nContent-Length: 2\r\n\r\nok");
    let shown = run(&["get", &url, "-c", "-"]);
    thread.join().unwrap();
    assert!(shown.starts_with(&format!("ok{HEADER}")) && shown.contains("\t0\tb\t2\n"), "{shown}");
    let path = path.to_str().unwrap();
    assert!(run(&["cookies", path, "-o", "-"]).contains("a.example\tFALSE\t/\tFALSE\t0\ta\t1\n"));
    assert!(run(&["cookies", path, "--to", "json"]).contains("\"domain\":\"a.example\""));
    assert!(run(&["cookies", path, "--to", "lwp", "-o", "-"]).starts_with("#LWP-Cookies-2.0\n"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "a file is called -");
}

#[test]
fn typed_cookies_and_those_that_are_set_travel_together() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cookies.txt");
    let first = "HTTP/1.1 302 Found\r\nLocation: /in\r\nSet-Cookie: sid=s; Path=/\r\nSet-Cookie: y=new; Path=/\r\n\
                 Content-Length: 0\r\nConnection: close\r\n\r\n";
    let (url, thread) = closing(vec![first.as_bytes().to_vec(), OK.as_bytes().to_vec()]);
    succeeds(&httpkit(&["get", &url, "-b", "x=1", "-b", "y=2", "-c", path.to_str().unwrap()]));
    let asked = thread.join().unwrap();
    assert!(asked[0].contains("\r\nCookie: x=1; y=2\r\n"), "{}", asked[0]);
    assert!(asked[1].contains("\r\nCookie: sid=s; y=new; x=1\r\n"), "{}", asked[1]);
    assert_eq!(pairs(&path), ["sid=s", "y=new"]);
}

#[test]
fn typed_cookies_stay_with_the_site_that_they_were_typed_for() {
    let (other, other_thread) = answering(OK);
    let first =
        format!("HTTP/1.1 302 Found\r\nLocation: {other}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let (url, thread) = closing(vec![first.into_bytes()]);
    succeeds(&httpkit(&["get", &url, "-b", "x=1"]));
    assert!(thread.join().unwrap()[0].contains("\r\nCookie: x=1\r\n"));
    assert!(!other_thread.join().unwrap().contains("Cookie"));
}

#[test]
fn nobody_sets_a_cookie_for_all_of_a_public_suffix() {
    let (proxy, thread) = answering(
        "HTTP/1.1 200 OK\r\nSet-Cookie: all=1; Domain=co.uk\r\nSet-Cookie: own=2\r\nContent-Length: 0\r\n\r\n",
    );
    let output = httpkit(&["get", "http://shop.co.uk/", "-x", &proxy, "-c", "-"]);
    thread.join().unwrap();
    let shown = succeeds(&output);
    assert!(shown.contains("own\t2") && !shown.contains("all\t1"), "{shown}");
}

#[test]
fn a_line_that_is_no_cookie_is_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let path =
        file(folder.path(), "f", &[&line("127.0.0.1:18100", "a", "1"), "broken", &line("b c", "d", "1")]);
    let path_text = path.to_str().unwrap();
    let shown = httpkit(&["cookies", "--values", path_text]);
    assert_eq!(succeeds(&shown), "127.0.0.1/\ta=1\tsession\n", "wget's port is no part of the host");
    let said = text(&shown.stderr);
    for line in [
        "f, line 3: wrong number of fields; passed over\n",
        "f, line 4: the domain is not a host; passed over\n",
    ] {
        assert!(said.contains(line), "{line:?} in {said}");
    }
    let (url, thread) = answering(OK);
    let output = httpkit(&["get", &url, "-b", path_text, "-c", path_text]);
    thread.join().unwrap();
    assert_eq!(succeeds(&output), "ok");
    assert!(text(&output.stderr).contains("line 3: wrong number of fields; a save drops it\n"));
}

#[test]
fn the_cookies_of_a_driven_browser_are_read_and_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let state = r#"{"cookies":[{"name":"sid","value":"1","domain":"127.0.0.1","path":"/","expires":-1},{"name":"x"}],
        "origins":[]}"#;
    std::fs::write(&path, state).unwrap();
    assert_eq!(pairs(&path), ["sid=1"]);
    let path_text = path.to_str().unwrap();
    let (url, thread) = answering(OK);
    let output = httpkit(&["get", &url, "-b", path_text]);
    assert!(thread.join().unwrap().contains("\r\nCookie: sid=1\r\n"));
    assert!(text(&output.stderr).contains("number 1 of its cookies"), "{}", text(&output.stderr));
    fails(&httpkit(&["get", &url, "-b", path_text, "-c", path_text]), 3, &[path_text, "name another file"]);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), state);
}

#[test]
fn a_file_that_cannot_be_written_is_explained_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let notes = folder.path().join("notes.txt");
    std::fs::write(&notes, "buy milk\n").unwrap();
    let cookies = file(folder.path(), "f", &[&line("a.example", "a", "1")]);
    let cookies = cookies.to_str().unwrap();
    let notes_text = notes.to_str().unwrap();
    fails(
        &httpkit(&["cookies", cookies, "-o", notes_text]),
        3,
        &[notes_text, "something else", "name another file"],
    );
    fails(&httpkit(&["get", "http://127.0.0.1:1/", "-c", notes_text]), 3, &[notes_text, "name another file"]);
    assert_eq!(std::fs::read_to_string(&notes).unwrap(), "buy milk\n");
    let nowhere = folder.path().join("no/x").to_str().unwrap().to_owned();
    let said = ["cannot write", &nowhere, "lock file", "o such file", "is there such a folder"];
    fails(&httpkit(&["cookies", cookies, "-o", &nowhere]), 3, &said);
    fails(&httpkit(&["cookies", cookies, "-o", cookies, "--to", "json"]), 3, &["name another file"]);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "something is left beside the files");
}

#[test]
fn a_file_is_converted_whole_however_many_cookies_one_host_has() {
    let folder = tempfile::tempdir().unwrap();
    let lines: Vec<String> = (0..4000).map(|number| line("a.example", &format!("n{number}"), "1")).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let path = file(folder.path(), "f", &lines);
    let other = folder.path().join("other");
    succeeds(&httpkit(&["cookies", path.to_str().unwrap(), "-o", other.to_str().unwrap(), "--to", "json"]));
    assert_eq!(pairs(&other).len(), 4000);
}

#[test]
fn what_a_format_cannot_hold_is_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f.json");
    let lines = r#"{"format":"http-cookiejar","version":1}
{"name":"p","value":"1","domain":"a.example","path":"/","secure":true,"partition":"https://b.example","created":1}
"#;
    std::fs::write(&path, lines).unwrap();
    let path = path.to_str().unwrap();
    let other = folder.path().join("other");
    for target in ["-", other.to_str().unwrap()] {
        let output = httpkit(&["cookies", path, "--to", "mozilla", "-o", target]);
        assert!(!succeeds(&output).contains("a.example"));
        assert!(text(&output.stderr).contains("cookie \"p\" is not written: the cookie is partitioned"));
    }
}
