//! The examples, run as programs: what they promise to show is shown, and what they cannot do they say.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use httpkit::server::{Request, Response, Server, ServerHandle};

/// Where cargo has put an example: beside the folder of this test. It builds them whenever it builds all targets.
pub(crate) fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap().join("examples");
    let path = folder.join(name).with_extension(std::env::consts::EXE_EXTENSION);
    assert!(
        path.exists(),
        "{} is not built: `cargo test -p httpkit` builds examples, `--test it` alone does not",
        path.display()
    );
    path
}

fn tour(arguments: &[&str]) -> Output {
    Command::new(program("tour")).args(arguments).stdin(Stdio::null()).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// The lines of standard output with the time of each step taken off: `download     3 files…`.
fn steps(output: &Output) -> Vec<String> {
    text(&output.stdout).lines().map(|line| line.chars().skip(10).collect()).collect()
}

/// Each of these stands in a line of its own, in this order.
#[track_caller]
fn check_order(lines: &[String], wanted: &[&str]) {
    let mut rest = lines.iter();
    for want in wanted {
        assert!(
            rest.any(|line| line.contains(want)),
            "{want:?} is missing, or not in its place, in {lines:#?}"
        );
    }
}

#[test]
fn the_tour_goes_through_every_step_in_the_clear_and_over_tls() {
    let folder = tempfile::tempdir().unwrap();
    // Names that a careless client or server would trip over, five bytes each.
    for name in ["index.html", "with space", "100%.txt", "a#b", "a?b", "a&amp;b", "ü.txt", "a:b", "empty"] {
        let content = if name == "empty" { "" } else { "hello" };
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    std::fs::create_dir(folder.path().join("sub")).unwrap();
    let output = tour(&[folder.path().to_str().unwrap()]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(text(&output.stderr), "", "nothing went wrong, and there is no bar without a terminal");
    let over_both = [
        "list         / has 9 files",
        "download     9 files of the folder, 40 bytes in all",
        "large file   64 MiB arrived, every byte checked",
    ];
    let greeting = "cookies      the server knows who that is: \"Hello, Ada Lovelace!\"";
    let mut wanted = vec!["server       http://127.0.0.1:"];
    wanted.extend(over_both);
    wanted.extend([
        "sign in      POST /sign-in, the jar keeps 2 cookies",
        greeting,
        "certificate  made on the spot",
    ]);
    wanted.extend(over_both);
    wanted.extend([
        "sign in      POST /sign-in, the jar keeps 4 cookies",
        greeting,
        "TLS          TLSv1.3 with ",
    ]);
    wanted.extend(["save         4 cookies in cookies.txt, ", "load         the same 4 cookies"]);
    wanted.extend(["shutdown     plain server, 0 exchanges cut", "shutdown     TLS server, 0 exchanges cut"]);
    check_order(&steps(&output), &wanted);
    for line in
        text(&output.stdout).lines().filter(|line| !line.is_empty() && !line.starts_with("All of it took"))
    {
        let time: String = line.chars().take(10).collect();
        assert!([" µs", " ms", " s"].iter().any(|unit| time.ends_with(unit)), "no time in {line:?}");
    }
}

#[test]
fn the_tour_says_what_it_takes() {
    let output = tour(&["--help"]);
    assert!(output.status.success());
    assert!(text(&output.stdout).starts_with("usage: tour [FOLDER]\n"), "{output:?}");
    for arguments in [&["--nonsense"][..], &["--url"], &["one", "two"], &["--url", "http://a/", "more"]] {
        let output = tour(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).contains("usage: tour [FOLDER]\n"), "{output:?}");
        assert!(output.stdout.is_empty(), "{output:?}");
    }
}

/// The tour ends with 1 and says this on standard error.
#[track_caller]
fn check_failure(arguments: &[&str], wanted: &str) {
    let output = tour(arguments);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let error = text(&output.stderr);
    assert!(error.starts_with("tour: ") && error.contains(wanted), "{wanted:?} is missing in {error}");
}

#[test]
fn a_folder_that_cannot_be_served_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    check_failure(&[missing.to_str().unwrap()], "/missing: ");
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    check_failure(&[file.to_str().unwrap()], "/file is no folder");
}

fn one_page() -> ServerHandle {
    let page = |request: &mut Request<'_>| {
        Response::text(format!("{} of ten", request.target().as_str())).with_header("X-Page", "one")
    };
    Server::bind("127.0.0.1:0").unwrap().serve(page).unwrap()
}

#[test]
fn a_url_is_fetched_and_described() {
    let server = one_page();
    let address = server.addresses()[0];
    for (target, bytes) in [("/where?q=1#part", 17), ("", 8), ("?q", 10)] {
        let output = tour(&["--url", &format!("http://{address}{target}")]);
        assert!(output.status.success(), "{output:?}");
        let content = format!("content      {bytes} bytes");
        check_order(&steps(&output), &[&format!("connect      {address}"), "answer       200 OK", &content]);
        assert!(text(&output.stdout).contains("\n    X-Page: one\n"), "{output:?}");
    }
}

#[test]
fn a_url_that_cannot_be_fetched_is_explained() {
    check_failure(&["--url", "example.org"], "\"example.org\" is no URL: it has no ://");
    check_failure(
        &["--url", "ftp://example.org/"],
        "the scheme \"ftp\" is not spoken here; use http or https",
    );
    check_failure(&["--url", "http:///x"], "host");
    check_failure(&["--url", "http://a b/"], "host");
    check_failure(&["--url", "http://127.0.0.1:99999/"], "port");
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    check_failure(&["--url", &format!("http://{closed}/")], &format!("{closed}"));
    let server = one_page();
    let address = server.addresses()[0];
    check_failure(&["--url", &format!("https://{address}/")], "TLS");
    check_failure(&["--url", &format!("http://{address}/a b")], "target");
}
