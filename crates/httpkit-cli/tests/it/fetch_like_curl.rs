//! `httpkit` in the hands of somebody who knows curl.

use crate::fetch::{OK, answering, folder, httpkit, text};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread::JoinHandle;

/// A screen.
const COLUMNS: usize = 80;
const LINES: usize = 40;

/// Answers one connection after the other with these bytes, and closes each; what was asked.
pub(crate) fn closing(answers: Vec<Vec<u8>>) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/file.bin", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let one = |answer: Vec<u8>| {
            let (mut stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut asked = String::new();
            while !asked.ends_with("\r\n\r\n") {
                reader.read_line(&mut asked).unwrap();
            }
            stream.write_all(&answer).unwrap();
            asked
        };
        answers.into_iter().map(one).collect()
    });
    (url, thread)
}

#[track_caller]
pub(crate) fn succeeds(output: &Output) -> &str {
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

#[test]
fn the_help_of_every_command_fits_a_screen() {
    #[track_caller]
    fn check(arguments: &[&str]) {
        check_of(env!("CARGO_BIN_EXE_httpkit"), arguments);
    }
    #[track_caller]
    fn check_of(program: &str, arguments: &[&str]) {
        let mut command = Command::new(program);
        let output = command.args(arguments).env("COLUMNS", COLUMNS.to_string()).output().unwrap();
        let help = text(&output.stdout);
        assert!(help.contains("Usage: "), "{help}");
        assert!(help.lines().count() <= LINES, "{} lines:\n{help}", help.lines().count());
        assert!(help.lines().all(|line| line.chars().count() <= COLUMNS), "{help}");
    }
    check(&["--help"]);
    check(&["get", "--help"]);
    check(&["get", "-h"]);
    check(&["cookies", "--help"]);
    check(&["cookies", "-h"]);
    // A server has more options than a screen has lines: -h has those that are used most, and --help all.
    check(&["serve", "-h"]);
    check_of(env!("CARGO_BIN_EXE_http-server"), &["-h"]);
}

#[test]
fn a_download_that_breaks_off_is_kept_and_continued() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("file.bin");
    let name = target.to_str().unwrap();
    let whole = b"HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: 10\r\n\r\n01234".to_vec();
    let rest = b"HTTP/1.1 206 Partial Content\r\nETag: \"1\"\r\nContent-Range: bytes 5-9/10\r\nContent-Length: 5\r\n\
                 \r\n56789"
        .to_vec();
    let (url, thread) = closing(vec![whole, rest]);

    let broken = httpkit(&["get", &url, "-o", name]);
    assert_eq!(broken.status.code(), Some(1));
    assert!(text(&broken.stderr).contains("--continue goes on"), "{}", text(&broken.stderr));
    assert!(!target.exists(), "half a file has its name");

    let shown = httpkit(&["get", &url, "-C", "-i", "--timings", "-o", name]);
    assert!(succeeds(&shown).starts_with("HTTP/1.1 206 Partial Content\r\n"), "{}", text(&shown.stdout));
    assert!(text(&shown.stderr).contains("first byte"), "{}", text(&shown.stderr));
    assert_eq!(std::fs::read(&target).unwrap(), b"0123456789");
    let asked = thread.join().unwrap();
    assert!(
        asked[1].contains("Range: bytes=5-\r\n") && asked[1].contains("If-Range: \"1\"\r\n"),
        "{asked:?}"
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "something is left beside the file");
}

#[cfg(unix)]
#[test]
fn an_interrupt_clears_away_what_cannot_be_continued_and_keeps_the_rest() {
    use crate::process::wait_until;
    use rustix::process::{Pid, Signal, kill_process};
    use std::os::unix::process::ExitStatusExt as _;

    #[track_caller]
    fn check(signal: Signal, fields: &str, left: &[&str]) {
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_httpkit"));
        let url = format!("http://{}/file.bin", listener.local_addr().unwrap());
        command
            .args(["get", "-O", &url])
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (mut stream, _) = listener.accept().unwrap();
        stream.read_exact(&mut [0; 16]).unwrap();
        let head = format!("HTTP/1.1 200 OK\r\n{fields}Content-Length: 10\r\n\r\n01234");
        stream.write_all(head.as_bytes()).unwrap();
        let has_begun = || {
            let mut there = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap());
            there.any(|entry| entry.metadata().is_ok_and(|facts| facts.len() == 5))
        };
        wait_until(has_begun, "the download has not begun");
        kill_process(Pid::from_child(&child), signal).unwrap();
        let output = child.wait().unwrap();
        assert_eq!(output.signal(), Some(signal.as_raw()));
        let mut names: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, left);
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(said, "", "the signal says it all");
    }
    check(Signal::INT, "", &[]);
    check(Signal::TERM, "", &[]);
    check(Signal::INT, "ETag: \"1\"\r\n", &["file.bin.part", "file.bin.part.validator"]);
}

#[test]
fn without_continue_a_download_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("file.bin");
    std::fs::write(folder.path().join("file.bin.part"), "other").unwrap();
    std::fs::write(folder.path().join("file.bin.part.validator"), "\"1\"").unwrap();
    let (url, thread) = closing(vec![b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nnew".to_vec()]);
    succeeds(&httpkit(&["get", &url, "-o", target.to_str().unwrap()]));
    assert_eq!(std::fs::read(&target).unwrap(), b"new");
    assert!(!thread.join().unwrap()[0].contains("Range"));
}

#[test]
fn a_file_of_somebody_else_stays_beside_a_download() {
    let folder = tempfile::tempdir().unwrap();
    let (target, mine) = (folder.path().join("q"), folder.path().join("q.part"));
    std::fs::write(&mine, "mine").unwrap();
    for arguments in [&["-o"][..], &["-C", "-o"]] {
        let answer = b"HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: 3\r\n\r\nnew".to_vec();
        let (url, thread) = closing(vec![answer]);
        succeeds(&httpkit(&[&["get", url.as_str()], arguments, &[target.to_str().unwrap()]].concat()));
        thread.join().unwrap();
        assert_eq!(std::fs::read(&target).unwrap(), b"new");
        assert_eq!(std::fs::read(&mine).unwrap(), b"mine");
    }
}

#[test]
fn a_file_gets_the_name_that_the_url_ends_with() {
    let folder = tempfile::tempdir().unwrap();
    let (url, thread) = closing(vec![b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nnew".to_vec()]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_httpkit"));
    let url = format!("{url}?version=2");
    succeeds(&command.args(["get", "-O", &url]).current_dir(folder.path()).output().unwrap());
    assert_eq!(std::fs::read(folder.path().join("file.bin")).unwrap(), b"new");
    thread.join().unwrap();
}

#[cfg(unix)]
#[test]
fn a_pipe_or_a_device_is_written_to_and_stays_what_it_is() {
    use std::os::unix::fs::FileTypeExt as _;

    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = Command::new("cat").arg(&pipe).stdout(Stdio::piped()).spawn().unwrap();
    let (url, thread) = answering(OK);
    succeeds(&httpkit(&["get", &url, "-o", pipe.to_str().unwrap()]));
    assert_eq!(text(&reader.wait_with_output().unwrap().stdout), "ok");
    assert!(std::fs::metadata(&pipe).unwrap().file_type().is_fifo());
    thread.join().unwrap();
}

#[test]
fn a_folder_is_no_place_to_save_to() {
    let folder = tempfile::tempdir().unwrap();
    let output = httpkit(&["get", "http://127.0.0.1:1/", "-o", folder.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("name a file in it"), "{}", text(&output.stderr));
}

#[test]
fn the_head_alone_is_asked_for_and_printed() {
    let (url, thread) = answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\n");
    let output = httpkit(&["get", "-I", &url]);
    assert_eq!(succeeds(&output), "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\n");
    assert!(thread.join().unwrap().starts_with("HEAD / HTTP/1.1\r\n"));
}

#[test]
fn json_is_asked_for_where_json_is_sent() {
    let (url, thread) = answering(OK);
    succeeds(&httpkit(&["get", &url, "--json", "{}"]));
    let asked = thread.join().unwrap();
    assert!(asked.contains("\r\nAccept: application/json\r\n") && !asked.contains("*/*"), "{asked}");
    let (url, thread) = answering(OK);
    succeeds(&httpkit(&["get", &url, "--json", "{}", "-H", "accept: text/plain"]));
    assert!(!thread.join().unwrap().contains("application/json\r\nAccept"));
}

#[test]
fn a_form_sends_a_file_with_the_type_and_name_that_are_given() {
    let folder = folder();
    let part = format!("doc=@{};type=text/csv;filename=other.csv", folder.path().join("a.txt").display());
    let (url, thread) = answering(OK);
    succeeds(&httpkit(&["get", &url, "-F", &part, "-F", "a=1;2"]));
    let asked = thread.join().unwrap();
    for piece in [
        "name=\"doc\"; filename=\"other.csv\"\r\nContent-Type: text/csv\r\n\r\nhello from a file\n\r\n",
        "name=\"a\"\r\n\r\n1;2\r\n",
    ] {
        assert!(asked.contains(piece), "{piece:?} in {asked}");
    }
    let output = httpkit(&["get", &url, "-F", &part.replace("filename", "encoder")]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn who_stops_reading_hears_no_complaint() {
    let content = vec![b'x'; 8 << 20];
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let asked = stream.read(&mut [0; 4096]).unwrap();
        assert!(asked > 0);
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", content.len());
        // The client goes away early.
        drop(stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&content)));
    });
    let mut command = Command::new(env!("CARGO_BIN_EXE_httpkit"));
    command.args(["get", &url]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdout.take().unwrap().read_exact(&mut [0; 10]).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(3), ""));
    thread.join().unwrap();
}

#[test]
fn a_proxy_gets_the_whole_url() {
    let (proxy, thread) = answering(OK);
    let proxy = proxy.replace("http://", "http://me:secret@");
    let output = httpkit(&["get", "http://origin.test/a?b", "-v", "--proxy", &proxy]);
    assert_eq!(succeeds(&output), "ok");
    let asked = thread.join().unwrap();
    assert!(asked.starts_with("GET http://origin.test/a?b HTTP/1.1\r\nHost: origin.test\r\n"), "{asked}");
    assert!(asked.contains("Proxy-Authorization: Basic bWU6c2VjcmV0\r\n"), "{asked}");
    let shown = text(&output.stderr);
    assert!(shown.contains("> GET http://origin.test/a?b HTTP/1.1\n"), "{shown}");
    assert!(shown.contains("> Proxy-Authorization: [hidden]\n") && !shown.contains("bWU6"), "{shown}");
}

#[test]
fn a_refused_tunnel_is_shown_and_explained() {
    let refusal = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
    let (proxy, thread) = answering(refusal);
    let output = httpkit(&["get", "https://origin.test/", "-v", "-x", &proxy]);
    assert!(thread.join().unwrap().starts_with("CONNECT origin.test:443 HTTP/1.1\r\n"));
    assert_eq!(output.status.code(), Some(1));
    let shown = text(&output.stderr);
    for line in ["> CONNECT origin.test:443 HTTP/1.1\n", "< HTTP/1.1 407 Proxy Authentication Required\n"] {
        assert!(shown.contains(line), "{line} in {shown}");
    }
    assert!(shown.contains("user:password@"), "{shown}");
}

#[cfg(unix)]
#[test]
fn a_unix_socket_stands_in_for_the_host() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut block = [0; 4096];
        let count = stream.read(&mut block).unwrap();
        stream.write_all(OK.as_bytes()).unwrap();
        String::from_utf8(block[..count].to_vec()).unwrap()
    });
    let output = httpkit(&["get", "http://named.test/x", "--unix-socket", path.to_str().unwrap()]);
    assert_eq!(succeeds(&output), "ok");
    assert!(thread.join().unwrap().starts_with("GET /x HTTP/1.1\r\nHost: named.test\r\n"));
}

#[test]
fn verbose_shows_each_hop_in_the_order_of_the_wire() {
    let second = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok".to_vec();
    let (to, last) = closing(vec![second]);
    let first =
        format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let (url, thread) = closing(vec![first.into_bytes()]);
    let output = httpkit(&["get", "-v", "-d", "a=b", &url]);
    assert_eq!(succeeds(&output), "ok");
    let (asked, then) = (thread.join().unwrap(), last.join().unwrap());
    let shown = text(&output.stderr);
    let mut at = 0;
    for line in [
        "* connected to 127.0.0.1:",
        "> POST /file.bin HTTP/1.1\n",
        "} [3 bytes]\n",
        "< HTTP/1.1 302 Found\n",
        "* following to http://127.0.0.1:",
        "* connected to 127.0.0.1:",
        "> GET /file.bin HTTP/1.1\n",
        "< HTTP/1.1 200 OK\n",
        "{ [2 bytes]\n",
        "* closed: ",
    ] {
        let found = shown[at..].find(line);
        at += found.unwrap_or_else(|| panic!("{line} behind byte {at} of {shown}")) + line.len();
    }
    // What is shown is what was sent, line for line.
    for head in asked.iter().chain(&then) {
        let as_shown: String = head.lines().map(|line| format!("> {line}\n")).collect();
        assert!(shown.contains(&as_shown), "{as_shown} in {shown}");
    }
}

#[test]
fn serve_serves_a_folder() {
    let folder = folder();
    let mut command = Command::new(env!("CARGO_BIN_EXE_httpkit"));
    command.args(["serve", "0", "-b", "127.0.0.1", "-d"]).arg(folder.path());
    // Of these two, one tells where another service is, and the other switches something on.
    command.env("HTTP_SERVER_PORT", "tcp://10.96.0.1:80").env("HTTP_SERVER_ARCHIVE", "1");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let server = crate::process::start(command);
    assert_eq!(server.get("/a.txt").text(), "hello from a file\n");
    let page = server.get("/").text();
    assert!(page.contains("?archive=tar") && page.contains("?archive=zip"), "{page}");
    let url = format!("http://127.0.0.1:{}/a.txt", server.port);
    assert_eq!(succeeds(&httpkit(&["get", &url])), "hello from a file\n");
}

#[test]
fn a_cookie_file_that_is_no_cookie_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cookies");
    std::fs::write(&file, "{ \"not\": 1 }").unwrap();
    check_file(&["cookies", file.to_str().unwrap()], &file);
    check_file(&["get", "http://127.0.0.1:1/", "-b", "/no/such/cookies"], Path::new("/no/such/cookies"));
}

#[track_caller]
fn check_file(arguments: &[&str], named: &Path) {
    let output = httpkit(arguments);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains(named.to_str().unwrap()), "{}", text(&output.stderr));
}
