//! What `httpkit get` says to a person: what to do next when something failed, how long it took, and what a terminal gets.

use crate::fetch::{OK, answering, folder, httpkit, text};
use crate::fetch_like_curl::closing;
use crate::process::serve;
use std::net::TcpListener;

#[test]
fn a_failure_ends_with_what_to_do_next() {
    #[track_caller]
    fn check(arguments: &[&str], code: i32, advice: &str) {
        let output = httpkit(&[&["get"], arguments].concat());
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.starts_with("httpkit: ") && said.trim_end().ends_with(advice), "{advice:?} ends {said}");
    }
    let folder = folder();
    let plain = serve(folder.path(), &[]);
    let secure = serve(folder.path(), &["--self-signed"]);
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    check(&["http://[::1/"], 2, "; a URL is like http://example.org/path");
    check(&[&format!("http://{closed}/")], 1, "; is the server running, and the port right?");
    let untrusted = format!("https://127.0.0.1:{}/a.txt", secure.port);
    check(&[&untrusted], 1, "; --cacert FILE trusts another authority, --insecure trusts anyone");

    let page = format!("http://127.0.0.1:{}/a.txt", plain.port);
    let nowhere = folder.path().join("no/such/folder");
    let nowhere = nowhere.to_str().unwrap();
    check(&[&page, "-o", nowhere], 3, "; is there such a folder, room in it, and may you write to it?");

    let (url, thread) = closing(vec![b"220 mail.test ESMTP\r\n".to_vec()]);
    check(&[&url], 1, "; is it an HTTP server, and does it want https:// instead?");
    thread.join().unwrap();
    let round =
        b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec();
    let (url, thread) = closing(vec![round; 3]);
    check(&[&url, "--max-redirects", "2"], 1, "; --max-redirects N follows more");
    thread.join().unwrap();
    let part = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\nhalf".to_vec();
    let (url, thread) = closing(vec![part]);
    let saved = folder.path().join("saved");
    check(
        &[&url, "-o", saved.to_str().unwrap()],
        1,
        "; --continue goes on where a download to a file stopped",
    );
    thread.join().unwrap();
    assert!(!saved.exists(), "a part is not the whole");
}

#[test]
fn a_server_that_says_nothing_is_given_the_time_that_was_asked_for() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let output = httpkit(&["get", &format!("http://{}/", silent.local_addr().unwrap()), "--timeout", "0.2"]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.trim_end().ends_with("; --timeout SECONDS allows more"), "{said}");
}

#[test]
fn timings_name_each_step_and_the_whole_on_standard_error() {
    let (url, thread) = answering(OK);
    let output = httpkit(&["get", &url, "--timings"]);
    thread.join().unwrap();
    assert_eq!(text(&output.stdout), "ok");
    let said: Vec<&str> = text(&output.stderr).lines().collect();
    let steps = ["resolve", "connect", "send", "first byte", "head", "all"];
    assert_eq!(said.len(), steps.len(), "{said:?}");
    for (line, step) in said.iter().zip(steps) {
        let took = line.trim_start().strip_prefix(step).and_then(|rest| rest.strip_suffix(" ms")).unwrap();
        assert!(took.trim().parse::<f64>().unwrap() >= 0.0, "{line}");
    }
}

/// What a terminal shows of one command line, and how the command ends. The terminal comes from a tool that every
/// distribution has.
#[cfg(target_os = "linux")]
fn at_a_terminal(arguments: &str) -> (String, Option<i32>) {
    use std::process::{Command, Stdio};
    let line = format!("{} get {arguments}", env!("CARGO_BIN_EXE_httpkit"));
    let mut command = Command::new("script");
    command.args(["-qec", &line, "/dev/null"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let input = child.stdin.take();
    let output = child.wait_with_output().unwrap();
    drop(input);
    (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.code())
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_gets_text_but_no_bytes_that_would_upset_it() {
    let folder = folder();
    std::fs::write(folder.path().join("program"), b"\x7fELF\x02\x01\0\0\x1b[2J").unwrap();
    let server = serve(folder.path(), &[]);
    let base = format!("http://127.0.0.1:{}", server.port);
    assert_eq!(at_a_terminal(&format!("{base}/a.txt")), ("hello from a file\r\n".to_owned(), Some(0)));
    let (shown, code) = at_a_terminal(&format!("{base}/program"));
    assert_eq!(code, Some(3), "{shown}");
    assert!(shown.contains("no text: -o FILE saves it, -o - shows it") && !shown.contains("ELF"), "{shown}");
    let (shown, code) = at_a_terminal(&format!("{base}/program -o -"));
    assert!(code == Some(0) && shown.contains("ELF"), "{shown}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_hears_what_was_saved_unless_it_wants_silence() {
    let folder = folder();
    let server = serve(folder.path(), &[]);
    let saved = folder.path().join("saved");
    let line = format!("http://127.0.0.1:{}/a.txt -o {}", server.port, saved.display());
    let (shown, code) = at_a_terminal(&line);
    assert!(code == Some(0) && shown.contains(&format!("saved {} (18 B)", saved.display())), "{shown}");
    assert_eq!(std::fs::read(&saved).unwrap(), b"hello from a file\n");
    assert_eq!(at_a_terminal(&format!("{line} --silent")), (String::new(), Some(0)));
}

#[test]
fn verbose_tells_how_a_name_was_looked_up_and_why_a_request_is_made_again() {
    let again =
        b"HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec();
    let (url, thread) = closing(vec![again, OK.as_bytes().to_vec()]);
    let output = httpkit(&["get", &url.replace("127.0.0.1", "localhost"), "-v", "--retry", "1"]);
    thread.join().unwrap();
    let said = text(&output.stderr);
    assert_eq!(text(&output.stdout), "ok", "{said}");
    assert!(said.contains("* localhost is ") && said.contains("127.0.0.1"), "{said}");
    assert!(said.contains("* again in ") && said.contains("503"), "{said}");
}
