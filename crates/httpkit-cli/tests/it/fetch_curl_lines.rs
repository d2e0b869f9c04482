//! Command lines that people know from curl, each as it is typed there.

use crate::fetch::{OK, answering, folder, httpkit, text};
use crate::fetch_like_curl::{closing, succeeds};
use crate::process::serve;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

/// What one command line sends.
#[track_caller]
fn asked(arguments: &[&str]) -> String {
    let (url, thread) = answering(OK);
    assert_eq!(succeeds(&httpkit(&[&["get", url.as_str()], arguments].concat())), "ok");
    thread.join().unwrap()
}

#[track_caller]
fn refused(arguments: &[&str], code: i32, said: &str) {
    let output = httpkit(&[&["get"], arguments].concat());
    let shown = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{shown}");
    assert!(shown.contains(said), "{said:?} in {shown}");
}

#[test]
fn redirects_and_errors_may_be_asked_for() {
    for letters in ["-L", "-S", "-sSL", "-fsSL"] {
        assert!(asked(&[letters]).starts_with("GET / HTTP/1.1\r\n"), "{letters}");
    }
    refused(&["-fsSL", "http://127.0.0.1:1/"], 1, "no connection could be made");
}

#[test]
fn a_dash_behind_continue_is_as_good_as_none() {
    for arguments in [
        &["-C", "-", "-O", "URL"][..],
        &["-OC", "-", "URL"],
        &["-sOC-", "URL"],
        &["-O", "--continue-at", "-", "URL"],
        &["-O", "-C", "URL"],
        &["-C", "-", "-o", "file.bin", "URL"],
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (url, thread) = closing(vec![b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nnew".to_vec()]);
        let arguments = arguments.iter().map(|word| if *word == "URL" { url.as_str() } else { word });
        let mut command = Command::new(env!("CARGO_BIN_EXE_httpkit"));
        command.arg("get").args(arguments).current_dir(folder.path()).stdin(Stdio::null());
        succeeds(&command.output().unwrap());
        assert_eq!(std::fs::read(folder.path().join("file.bin")).unwrap(), b"new");
        thread.join().unwrap();
    }
}

#[test]
fn only_what_stands_in_front_of_the_host_is_a_scheme() {
    let (url, thread) = answering(OK);
    let typed = format!("{}login?next=http://x.org/", url.strip_prefix("http://").unwrap());
    succeeds(&httpkit(&["get", &typed]));
    assert!(thread.join().unwrap().starts_with("GET /login?next=http://x.org/ HTTP/1.1\r\n"));
    refused(&["/echo"], 2, "names no host");
}

#[test]
fn a_field_is_left_out_or_sent_empty() {
    let all = asked(&[]);
    assert!(all.contains("\r\nAccept: */*\r\n") && all.contains("\r\nUser-Agent: httpkit/"), "{all}");
    let bare = asked(&["-H", "accept:", "-H", "User-Agent: ", "-H", "X-Not-There:", "-H", "X-Empty;"]);
    for absent in ["Accept:", "accept:", "User-Agent", "X-Not-There"] {
        assert!(!bare.contains(absent), "{absent} in {bare}");
    }
    assert!(bare.contains("\r\nX-Empty:\r\n") || bare.contains("\r\nX-Empty: \r\n"), "{bare}");
    assert!(!asked(&["-A", ""]).contains("User-Agent"));
    for content in [&["-d", "a=1"][..], &["--json", "{}"]] {
        let untyped = asked(&[content, &["-H", "Content-Type:", "-H", "Accept:"]].concat());
        assert!(!untyped.contains("Content-Type") && !untyped.contains("Accept:"), "{untyped}");
    }
    for always in ["Host:", "accept-encoding:", "Content-Length:"] {
        refused(&["http://127.0.0.1:1/", "-H", always], 2, "always sent");
    }
    refused(&["http://127.0.0.1:1/", "-F", "a=1", "-H", "Content-Type:"], 2, "without its Content-Type");
}

#[test]
fn no_seconds_are_no_limit() {
    asked(&["-m", "0"]);
}

#[test]
fn a_part_of_a_form_says_its_type_and_name() {
    let folder = folder();
    let path = folder.path().join("a.txt");
    let path = path.display();
    let asked = asked(&[
        "-F",
        r#"meta={"a":1;"b":2};type=application/json"#,
        "-F",
        &format!(r#"doc=@"{path}";filename="q;x""#),
        "-F",
        &format!("text=<{path}"),
        "-F",
        r#"quoted="a;type=b""#,
    ]);
    for part in [
        "name=\"meta\"\r\nContent-Type: application/json\r\n\r\n{\"a\":1;\"b\":2}\r\n",
        "name=\"doc\"; filename=\"q;x\"\r\nContent-Type: application/octet-stream\r\n\r\nhello from a file\n\r\n",
        "name=\"text\"\r\n\r\nhello from a file\n\r\n",
        "name=\"quoted\"\r\n\r\na;type=b\r\n",
    ] {
        assert!(asked.contains(part), "{part:?} in {asked}");
    }
    refused(&["http://127.0.0.1:1/", "-F", &format!("doc=@{path};encoder=base64")], 2, "only ;type=TYPE");
}

#[test]
fn a_part_of_a_form_comes_from_standard_input() {
    let (url, thread) = answering(OK);
    let mut command = Command::new(env!("CARGO_BIN_EXE_httpkit"));
    command.args(["get", &url, "-F", "a=@-;filename=in.txt"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"from a pipe").unwrap();
    assert_eq!(text(&child.wait_with_output().unwrap().stdout), "ok");
    let asked = thread.join().unwrap();
    assert!(
        asked.contains("name=\"a\"; filename=\"in.txt\"\r\n") && asked.contains("from a pipe"),
        "{asked}"
    );
}

#[test]
fn a_user_without_password_is_refused_where_nobody_can_be_asked() {
    refused(&["http://127.0.0.1:1/", "-u", "joe"], 2, "-u USER:PASSWORD");
    assert!(asked(&["-u", "joe:"]).contains("Authorization: Basic am9lOg==\r\n"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_password_is_asked_for_at_the_terminal_and_not_shown() {
    let (url, thread) = answering(OK);
    // A terminal of its own, by a tool that every distribution has.
    let line = format!("{} get {url} -u joe", env!("CARGO_BIN_EXE_httpkit"));
    let mut command = Command::new("script");
    command.args(["-qec", &line, "/dev/null"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut typed = child.stdin.take().unwrap();
    let mut shown = BufReader::new(child.stdout.take().unwrap());
    let mut prompt = Vec::new();
    shown.read_until(b':', &mut prompt).unwrap();
    assert_eq!(text(&prompt), "Password of joe:", "the question comes when nothing is shown any more");
    typed.write_all(b"pw\n").unwrap();
    let asked = thread.join().unwrap();
    assert!(asked.contains("Authorization: Basic am9lOnB3\r\n"), "{asked}");
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut shown, &mut rest).unwrap();
    drop(typed);
    assert!(child.wait().unwrap().success(), "{rest}");
    assert!(rest.contains("ok") && !rest.contains("pw"), "{rest}");
}

#[test]
fn a_certificate_that_signs_itself_is_trusted_by_name() {
    #[track_caller]
    fn check(name: &str, code: i32, said: &str) {
        let folder = folder();
        let mut params = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap();
        // As `openssl req -x509` makes it.
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = rcgen::KeyPair::generate().unwrap();
        let (cert_path, key_path) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
        std::fs::write(&cert_path, params.self_signed(&key).unwrap().pem()).unwrap();
        std::fs::write(&key_path, key.serialize_pem()).unwrap();
        let (cert, key) = (cert_path.to_str().unwrap(), key_path.to_str().unwrap());
        let server = serve(folder.path(), &["--tls-cert", cert, "--tls-key", key]);
        let url = format!("https://127.0.0.1:{}/a.txt", server.port);
        let output = httpkit(&["get", &url, "--cacert", cert]);
        let shown = [text(&output.stdout), text(&output.stderr)].concat();
        assert_eq!(output.status.code(), Some(code), "{shown}");
        assert!(shown.contains(said), "{said:?} in {shown}");
    }
    check("127.0.0.1", 0, "hello from a file\n");
    check("other.test", 1, "not valid for name");
}

/// What is sent with these words on standard input.
fn asked_with_input(arguments: &[&str], input: &[u8]) -> String {
    let (url, thread) = answering(OK);
    let mut command = Command::new(env!("CARGO_BIN_EXE_httpkit"));
    command.args(["get", url.as_str()]).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    assert_eq!(text(&child.wait_with_output().unwrap().stdout), "ok");
    thread.join().unwrap()
}

#[test]
fn content_comes_from_a_file_or_from_standard_input() {
    let folder = folder();
    let file = folder.path().join("a.txt");
    let (from_file, no_file) = (format!("@{}", file.display()), folder.path().join("nothing"));
    assert!(asked(&["-d", &from_file]).ends_with("\r\n\r\nhello from a file\n"));
    assert!(asked(&["-d", "a=1", "-d", &from_file]).ends_with("\r\n\r\na=1&hello from a file\n"));
    assert!(asked_with_input(&["-d", "@-"], b"typed").ends_with("\r\n\r\ntyped"));
    let part = format!("note=<{}", file.display());
    assert!(asked(&["-F", &part]).contains("name=\"note\"\r\n\r\nhello from a file\n\r\n"));
    assert!(asked_with_input(&["-F", "note=<-"], b"typed").contains("name=\"note\"\r\n\r\ntyped\r\n"));
    let url = "http://127.0.0.1:1/";
    for arguments in
        [["-d", &format!("@{}", no_file.display())], ["-F", &format!("a=@{}", no_file.display())]]
    {
        refused(&[&[url], &arguments[..]].concat(), 3, no_file.to_str().unwrap());
    }
    refused(&[url, "-F", "nothing"], 2, "name=value or name=@file is needed");
    refused(&[url, "-F", "a=@b;colour=red"], 2, ";type=TYPE and ;filename=NAME");
}

#[test]
fn a_file_is_put_under_the_url_or_into_the_folder_that_it_names() {
    let folder = folder();
    let file = folder.path().join("a b.txt");
    std::fs::write(&file, "up it goes\n").unwrap();
    let path = file.to_str().unwrap();
    let sent = asked(&["-T", path]);
    assert!(sent.starts_with("PUT /a%20b.txt HTTP/1.1\r\n"), "{sent}");
    assert!(sent.contains("Content-Length: 11\r\n") && !sent.contains("Content-Type"), "{sent}");
    assert!(sent.ends_with("\r\n\r\nup it goes\n"), "{sent}");
    let (url, thread) = answering(OK);
    let named = format!("{url}notes/today?v=1");
    assert_eq!(succeeds(&httpkit(&["get", "--upload-file", path, "-X", "POST", &named])), "ok");
    assert!(thread.join().unwrap().starts_with("POST /notes/today?v=1 HTTP/1.1\r\n"));
    let piped = asked_with_input(&["-T", "-"], b"typed");
    assert!(
        piped.starts_with("PUT / HTTP/1.1\r\n") && piped.contains("Transfer-Encoding: chunked\r\n"),
        "{piped}"
    );
    assert!(piped.ends_with("\r\n\r\n5\r\ntyped\r\n0\r\n\r\n"), "{piped}");
    let url = "http://127.0.0.1:1/";
    let missing = folder.path().join("nothing");
    refused(&[url, "-T", missing.to_str().unwrap()], 3, "nothing");
    refused(&[url, "-T", folder.path().to_str().unwrap()], 3, "it is a folder");
    refused(&[url, "-T", path, "-d", "a=b"], 2, "cannot be used with");
}

#[test]
fn what_browsers_copy_for_curl_is_understood() {
    let copied = ["--request", "POST", "-H", "X-A: b", "-b", "c=d", "--data-raw", "@a=1", "--compressed"];
    let sent = asked(&copied);
    assert!(sent.starts_with("POST / HTTP/1.1\r\n") && sent.contains("Cookie: c=d\r\n"), "{sent}");
    assert!(sent.contains("application/x-www-form-urlencoded") && sent.ends_with("\r\n\r\n@a=1"), "{sent}");
    assert!(asked(&["--data-binary", "a", "--max-time", "60"]).ends_with("\r\n\r\na"));
    refused(&["http://127.0.0.1:1/", "-m", "-1"], 2, "a number of seconds is needed");
    refused(&["http://127.0.0.1:1/", "-m", "soon"], 2, "'soon' for '--timeout <SECONDS>'");
}

#[test]
fn a_login_comes_from_the_netrc_file() {
    let folder = folder();
    let netrc = folder.path().join("netrc");
    std::fs::write(&netrc, "machine 127.0.0.1 login joe password pw\n").unwrap();
    let run = |path: &std::path::Path, url: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_httpkit"));
        command.args(["get", url, "--netrc"]).env("NETRC", path).stdin(Stdio::null()).output().unwrap()
    };
    let (url, thread) = answering(OK);
    assert_eq!(succeeds(&run(&netrc, &url)), "ok");
    let asked = thread.join().unwrap();
    assert!(asked.contains("Authorization: Basic am9lOnB3\r\n"), "{asked}");
    let output = run(&folder.path().join("nothing"), "http://127.0.0.1:1/");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("nothing"), "{}", text(&output.stderr));
}
