//! `httpkit` as a process: requests to a folder that `http-server` serves, and to servers written by hand.

use crate::process::serve;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread::JoinHandle;

/// Runs `httpkit` without the environment that would configure it.
pub(crate) fn httpkit(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_httpkit"));
    for name in
        ["http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]
    {
        command.env_remove(name);
    }
    command.args(arguments).stdin(Stdio::null()).output().unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

pub(crate) fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.txt"), "hello from a file\n").unwrap();
    folder
}

/// Answers one request with these bytes; what was asked.
pub(crate) fn answering(answer: &'static str) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut asked = String::new();
        while !asked.ends_with("\r\n\r\n") {
            reader.read_line(&mut asked).unwrap();
        }
        let length = asked.lines().find_map(|line| line.strip_prefix("Content-Length: "));
        let mut body = vec![0; length.map_or(0, |digits| digits.parse().unwrap())];
        reader.read_exact(&mut body).unwrap();
        if asked.contains("Transfer-Encoding: chunked\r\n") {
            while !body.ends_with(b"\r\n0\r\n\r\n") {
                reader.read_until(b'\n', &mut body).unwrap();
            }
        }
        stream.write_all(answer.as_bytes()).unwrap();
        asked + text(&body)
    });
    (url, thread)
}

pub(crate) const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

#[test]
fn a_file_is_printed_or_saved() {
    let folder = folder();
    let server = serve(folder.path(), &[]);
    let url = format!("http://127.0.0.1:{}/a.txt", server.port);
    let printed = httpkit(&["get", &url]);
    assert!(printed.status.success(), "{}", text(&printed.stderr));
    assert_eq!(text(&printed.stdout), "hello from a file\n");
    let without_scheme = httpkit(&["get", url.strip_prefix("http://").unwrap()]);
    assert_eq!(without_scheme.stdout, printed.stdout);

    let target = folder.path().join("saved");
    let saved = httpkit(&["get", &url, "-o", target.to_str().unwrap()]);
    assert!(saved.status.success() && saved.stdout.is_empty());
    assert_eq!(std::fs::read_to_string(&target).unwrap(), "hello from a file\n");

    let head = httpkit(&["get", "-i", "-X", "HEAD", &url]);
    assert!(text(&head.stdout).starts_with("HTTP/1.1 200 OK\r\n"), "{}", text(&head.stdout));
}

#[test]
fn a_download_goes_on_where_it_stopped() {
    let folder = folder();
    let server = serve(folder.path(), &[]);
    let url = format!("http://127.0.0.1:{}/a.txt", server.port);
    let head = httpkit(&["get", "-i", "-X", "HEAD", &url]);
    let head = text(&head.stdout);
    let tag = head
        .lines()
        .find_map(|line| line.split_once(": ").filter(|(name, _)| name.eq_ignore_ascii_case("etag")));
    let date = head.lines().find_map(|line| {
        line.split_once(": ").filter(|(name, _)| name.eq_ignore_ascii_case("last-modified"))
    });
    let strong = tag.map(|(_, tag)| tag).filter(|tag| !tag.starts_with("W/"));
    let validator = strong.or(date.map(|(_, date)| date)).unwrap();
    let target = folder.path().join("whole");
    std::fs::write(folder.path().join("whole.part"), "hello").unwrap();
    std::fs::write(folder.path().join("whole.part.validator"), validator).unwrap();
    let done = httpkit(&["get", "-v", "-C", &url, "-o", target.to_str().unwrap()]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    assert!(text(&done.stderr).contains("> Range: bytes=5-\n"), "{}", text(&done.stderr));
    assert_eq!(std::fs::read_to_string(&target).unwrap(), "hello from a file\n");
}

#[test]
fn exit_codes_say_what_went_wrong() {
    #[track_caller]
    fn check(arguments: &[&str], code: i32, said: &str) {
        let output = httpkit(arguments);
        assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
        assert!(text(&output.stderr).contains(said), "{}", text(&output.stderr));
    }
    let folder = folder();
    let server = serve(folder.path(), &[]);
    let base = format!("http://127.0.0.1:{}", server.port);
    check(&["get", &format!("{base}/nothing")], 0, "");
    check(&["get", "--fail", &format!("{base}/nothing")], 22, "answered 404");
    check(&["get", &format!("{base}/a.txt"), "-o", "/no/such/folder/x"], 3, "/");
    check(&["get", "ftp://a.test/"], 2, "neither http nor https");
    check(&["get", "http://a.test/", "-H", "nonsense"], 2, "Name: value");
    check(&["get", "http://a.test/", "-C"], 2, "needs -o");
    check(&["get", "http://a.test/", "-C", "-o", "-"], 2, "needs -o");
    check(&["get", "http://a.test/", "-x", "gopher://p"], 2, "gopher");
    check(&["get"], 2, "Usage");
    check(&["cookies", "/no/such/file"], 3, "/no/such/file");
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    check(&["get", &format!("http://{closed}/")], 1, "no connection could be made");
}

#[test]
fn contents_are_sent_as_curl_sends_them() {
    #[track_caller]
    fn check(arguments: &[&str], expected: &[&str]) {
        let (url, thread) = answering(OK);
        let output = httpkit(&[&["get", url.as_str()], arguments].concat());
        assert_eq!(text(&output.stdout), "ok", "{}", text(&output.stderr));
        let asked = thread.join().unwrap();
        for part in expected {
            assert!(asked.contains(part), "{part:?} in {asked}");
        }
    }
    check(&[], &["GET / HTTP/1.1\r\n", "User-Agent: httpkit/"]);
    check(&["-A", "me", "-H", "X-A: b"], &["User-Agent: me\r\n", "X-A: b\r\n"]);
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    check(&["-d", "a=1", "-d", "b=2"], &["POST / HTTP/1.1\r\n", form, "\r\n\r\na=1&b=2"]);
    check(
        &["-X", "PUT", "--json", "{}"],
        &["PUT / HTTP/1.1\r\n", "Content-Type: application/json\r\n", "\r\n\r\n{}"],
    );
    check(&["-F", "a=1"], &["Content-Type: multipart/form-data; boundary=", "name=\"a\"\r\n\r\n1\r\n"]);
    check(&["-u", "joe:pw"], &["Authorization: Basic am9lOnB3\r\n"]);
    check(&["-b", "a=1; b=2"], &["Cookie: a=1; b=2\r\n"]);
}

#[test]
fn verbose_shows_both_ways_and_hides_secrets() {
    let (url, thread) = answering("HTTP/1.1 200 OK\r\nSet-Cookie: secret=1\r\nContent-Length: 2\r\n\r\nok");
    let output = httpkit(&["get", &url, "-v", "--timings", "-u", "joe:secret"]);
    thread.join().unwrap();
    let shown = text(&output.stderr);
    for line in [
        "> GET / HTTP/1.1\n",
        "> Authorization: [hidden]\n",
        "< HTTP/1.1 200 OK\n",
        "< Set-Cookie: [hidden]\n",
    ] {
        assert!(shown.contains(line), "{line} in {shown}");
    }
    assert!(shown.contains("first byte") && !shown.contains("secret"), "{shown}");
}

fn cookies(arguments: &[&str], file: &Path) -> String {
    let output = httpkit(&[&["cookies", file.to_str().unwrap()], arguments].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout).to_owned()
}

#[test]
fn cookies_are_saved_sent_back_shown_and_converted() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cookies.txt");
    let answer =
        "HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2; Max-Age=1000\r\nContent-Length: 2\r\n\r\nok";
    let (url, thread) = answering(answer);
    assert!(httpkit(&["get", &url, "-c", file.to_str().unwrap()]).status.success());
    thread.join().unwrap();

    let shown = cookies(&[], &file);
    assert_eq!(shown.lines().count(), 2);
    assert!(shown.contains("127.0.0.1/\ta\tsession\n") && !shown.contains("=1"), "{shown}");
    assert_eq!(cookies(&["--name", "b", "--values"], &file).lines().count(), 1);
    assert_eq!(cookies(&["--domain", "other.test"], &file), "");

    for format in ["json", "lwp", "mozilla"] {
        let other = folder.path().join(format);
        cookies(&["-o", other.to_str().unwrap(), "--to", format], &file);
        assert_eq!(cookies(&["--values"], &other), cookies(&["--values"], &file), "{format}");
    }

    let (url, thread) = answering(OK);
    assert!(httpkit(&["get", &url, "-b", file.to_str().unwrap()]).status.success());
    // Cookies know no ports.
    assert!(thread.join().unwrap().contains("Cookie: a=1; b=2\r\n"));
}

#[cfg(target_os = "linux")]
#[test]
fn content_that_grows_is_decoded_in_little_memory() {
    // 48 MiB of zeros in 48 members, by a process that may have no more than 32 MiB of memory.
    const MEMBER_BYTES: u64 = 1 << 20;
    const MEMBERS: usize = 48;
    let mut member = Vec::new();
    let zeros = std::io::repeat(0).take(MEMBER_BYTES);
    flate2::read::GzEncoder::new(zeros, flate2::Compression::fast()).read_to_end(&mut member).unwrap();
    let bomb = member.repeat(MEMBERS);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = [0; 1024];
        let asked = stream.read(&mut head).unwrap();
        assert!(asked > 0);
        let fields = "Content-Encoding: gzip\r\nConnection: close\r\n";
        write!(stream, "HTTP/1.1 200 OK\r\n{fields}Content-Length: {}\r\n\r\n", bomb.len()).unwrap();
        stream.write_all(&bomb).unwrap();
    });
    let script = format!("ulimit -v 32768; exec {} get {url}", env!("CARGO_BIN_EXE_httpkit"));
    let mut child = Command::new("sh").args(["-c", &script]).stdout(Stdio::piped()).spawn().unwrap();
    let received = std::io::copy(&mut child.stdout.take().unwrap(), &mut std::io::sink()).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(received, MEMBER_BYTES * MEMBERS as u64);
    thread.join().unwrap();
}
