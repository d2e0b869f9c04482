//! Options that are ours: what each of them does, seen from outside.

use super::process::{Answer, command, connect, folder, run, serve, start};
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};

#[test]
fn http_1_0_is_what_the_status_line_says_and_every_answer_ends_the_connection() {
    let folder = folder();
    let server = serve(folder.path(), &["--protocol", "HTTP/1.0"]);
    let request = "GET /a.txt HTTP/1.1\r\nHost: a\r\n\r\n".repeat(2);
    let output = String::from_utf8(server.exchange(request.as_bytes())).unwrap();
    assert!(output.starts_with("HTTP/1.0 200 OK\r\n"), "{output}");
    assert_eq!(output.matches("HTTP/1.0 ").count(), 1, "{output}");
    assert!(server.exchange(b"GET /nothing HTTP/1.0\r\n\r\n").starts_with(b"HTTP/1.0 404 "));
    assert!(server.exchange(b"nonsense\r\n\r\n").starts_with(b"HTTP/1.0 400 "));
    // Chunks came with HTTP/1.1.
    let listing = String::from_utf8(server.exchange(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")).unwrap();
    assert!(!listing.contains("chunked") && listing.contains("a.txt"), "{listing}");
}

#[test]
fn the_server_has_the_name_that_it_is_given_or_none() {
    let folder = folder();
    for (name, field) in [("files", "files"), ("", "")] {
        let server = serve(folder.path(), &["--server-name", name]);
        for target in ["/a.txt", "/nothing"] {
            assert_eq!(server.get(target).field("Server"), field, "{target}");
        }
    }
    let output = run(&["0", "-b", "127.0.0.1", "--server-name", "a\nb"]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("the name of a server"), "{text}");
}

#[test]
fn an_index_is_a_name_and_files_that_answer_for_others_must_be_there() {
    let folder = folder();
    let directory = folder.path().to_str().unwrap();
    for (arguments, said) in [
        (["--index", "a/b"], "--index \"a/b\": give the name of a file"),
        (["--index", ".."], "--index \"..\""),
        (["--404", "missing.html"], "--404 \"missing.html\": there is no file "),
        (["--spa=missing.html", "--check"], "--spa \"missing.html\": there is no file "),
    ] {
        let output = run(&[&["0", "-b", "127.0.0.1", "-d", directory][..], &arguments].concat());
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(text.contains(said), "{text}");
    }
    let server = serve(folder.path(), &["--index", "a.txt", "--404", "a.txt"]);
    assert_eq!((server.get("/").text(), server.get("/nothing").status), ("hello".to_owned(), 404));
}

#[test]
fn every_long_option_can_come_from_the_environment() {
    let folder = folder();
    let mut command = command();
    command.args(["0", "-b", "127.0.0.1", "-d"]).arg(folder.path());
    command
        .env("HTTP_SERVER_NO_LISTING", "1")
        .env("HTTP_SERVER_CACHE", "60")
        .env("HTTP_SERVER_HIDDEN", "false");
    let server = start(command);
    assert_eq!(server.get("/").status, 404);
    assert_eq!(server.get("/a.txt").field("Cache-Control"), "max-age=60");
}

#[test]
fn texts_are_compressed_where_that_was_asked_for() {
    let folder = folder();
    fs::write(folder.path().join("long.txt"), "all the same ".repeat(1000)).unwrap();
    let takes = [("Accept-Encoding", "gzip")];
    let plain = serve(folder.path(), &[]).ask("/long.txt", &takes);
    assert_eq!((plain.field("Content-Encoding"), plain.content.len()), ("", 13_000));
    let small = serve(folder.path(), &["--compress"]).ask("/long.txt", &takes);
    assert_eq!(small.field("Content-Encoding"), "gzip");
    assert!(small.content.len() < 1000, "{}", small.content.len());
    let mut text = String::new();
    flate2::read::GzDecoder::new(&*small.content).read_to_string(&mut text).unwrap();
    assert_eq!(text, "all the same ".repeat(1000));
}

#[test]
fn uploads_arrive_where_they_are_allowed_within_their_size() {
    let folder = folder();
    let put = |arguments: &[&str], target: &str, content: &str| {
        let server = serve(folder.path(), arguments);
        let length = content.len();
        let head = format!(
            "PUT {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
        );
        let output = server.exchange(format!("{head}{content}").as_bytes());
        String::from_utf8_lossy(&output[9..12]).parse::<u16>().unwrap()
    };
    assert_eq!(put(&[], "/new", "1"), 405);
    assert_eq!(put(&["--upload"], "/new", "1234"), 201);
    assert_eq!(fs::read_to_string(folder.path().join("new")).unwrap(), "1234");
    assert_eq!(put(&["--upload"], "/new", "other"), 409);
    assert_eq!(put(&["--upload", "--overwrite"], "/new", "other"), 204);
    assert_eq!(put(&["--upload", "--upload-max", "4"], "/more", "1234"), 201);
    assert_eq!(put(&["--upload", "--upload-max", "4"], "/most", "12345"), 413);
    assert_eq!(fs::read_to_string(folder.path().join("new")).unwrap(), "other");
}

#[test]
fn folders_come_as_zip_too() {
    let folder = folder();
    let server = serve(folder.path(), &["--archive"]);
    assert!(server.get("/?archive=zip").content.windows(4).any(|bytes| bytes == b"PK\x03\x04"));
    assert!(server.get("/?archive=tar").content.windows(5).any(|bytes| bytes == b"ustar"));
}

#[test]
fn folders_come_in_the_form_that_is_named_alone() {
    let folder = folder();
    let server = serve(folder.path(), &["--archive=zip"]);
    let page = server.get("/").text();
    assert!(page.contains("href=\"?archive=zip\"") && !page.contains("archive=tar"), "{page}");
    assert_eq!(server.get("/?archive=zip").field("Content-Type"), "application/zip");
    assert_eq!(server.get("/?archive=tar").field("Content-Type"), "text/html; charset=utf-8");
}

#[test]
fn folders_come_in_every_form_where_the_environment_only_says_that_they_do() {
    let folder = folder();
    let page = |value: &str, arguments: &[&str]| {
        let mut command = command();
        command.args(["0", "-b", "127.0.0.1", "-d"]).arg(folder.path()).args(arguments);
        command.env("HTTP_SERVER_ARCHIVE", value);
        let page = start(command).get("/").text();
        ["tar", "zip"].map(|form| page.contains(&format!("href=\"?archive={form}\"")))
    };
    for on in ["1", "true", "tar,zip"] {
        assert_eq!(page(on, &[]), [true, true], "{on}");
    }
    assert_eq!(page("zip", &[]), [false, true]);
    assert_eq!(page("0", &[]), [false, false]);
    assert_eq!(page("1", &["--archive=tar"]), [true, false]);
}

#[test]
fn nobody_keeps_what_may_not_be_kept() {
    let folder = folder();
    let server = serve(folder.path(), &["--no-cache"]);
    assert_eq!(server.get("/a.txt").field("Cache-Control"), "no-store");
}

#[test]
fn pages_are_isolated_where_that_was_asked_for() {
    let folder = folder();
    let fields = |arguments: &[&str], target: &str| {
        let answer = serve(folder.path(), arguments).get(target);
        ["Cross-Origin-Opener-Policy", "Cross-Origin-Embedder-Policy"]
            .map(|name| answer.field(name).to_owned())
    };
    for target in ["/a.txt", "/", "/nothing"] {
        assert_eq!(fields(&["--coop-coep"], target), ["same-origin", "require-corp"], "{target}");
    }
    assert_eq!(fields(&[], "/a.txt"), ["", ""]);
}

#[test]
fn an_idle_connection_is_closed_after_the_time_that_is_given() {
    let folder = folder();
    let server = serve(folder.path(), &["--timeout", "1"]);
    let mut idle = connect(server.address());
    idle.write_all(b"GET /a.txt HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let mut output = Vec::new();
    // Reading ends within the patience of the test; by itself the server would wait twice as long.
    idle.read_to_end(&mut output).unwrap();
    let answer = Answer::parse(&output);
    assert_eq!((answer.status, answer.text().as_str(), answer.field("Connection")), (200, "hello", ""));
}

#[test]
fn where_there_are_as_many_connections_as_may_be_an_idle_one_makes_room() {
    let folder = folder();
    let server = serve(folder.path(), &["--max-connections", "1"]);
    let request = b"GET /a.txt HTTP/1.1\r\nHost: a\r\n\r\n";
    let mut first = connect(server.address());
    first.write_all(request).unwrap();
    let mut answer = vec![0; 4096];
    let mut got = 0;
    while !answer[..got].ends_with(b"hello") {
        got += first.read(&mut answer[got..]).unwrap();
    }
    assert_eq!(server.get("/a.txt").text(), "hello");
    assert_eq!(first.read(&mut answer).unwrap(), 0, "the idle connection was closed");
}

#[test]
fn an_address_has_as_many_connections_as_it_may_and_what_to_do_is_said() {
    let folder = folder();
    let mut server = serve(folder.path(), &["-q", "--max-connections-per-address", "1"]);
    let mut first = connect(server.address());
    first.write_all(b"GET /a.txt HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    first.read_exact(&mut [0; 12]).unwrap();
    let mut second = connect(server.address());
    assert_eq!(second.read(&mut [0; 1]).unwrap(), 0, "it was closed");
    let line = server.log_line();
    assert!(line.starts_with("127.0.0.1: ") && line.ends_with("(--max-connections-per-address)"), "{line}");
}

#[test]
fn files_come_from_memory_unless_there_is_to_be_none() {
    let folder = folder();
    let path = folder.path().join("a.txt");
    // Long past, and the same for both: nothing tells the one content from the other.
    let write = |text: &str| {
        fs::write(&path, text).unwrap();
        let old = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(784_111_777);
        fs::File::options().write(true).open(&path).unwrap().set_modified(old).unwrap();
    };
    for (arguments, wanted) in [(&[][..], "first"), (&["--memory-cache", "0"], "other")] {
        write("first");
        let server = serve(folder.path(), arguments);
        assert_eq!(server.get("/a.txt").text(), "first");
        write("other");
        assert_eq!(server.get("/a.txt").text(), wanted, "{arguments:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn rights_are_given_up_before_anything_is_served() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    let allow = |name: &str, mode| {
        fs::set_permissions(folder.path().join(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    fs::write(folder.path().join("secret"), "secret").unwrap();
    for (name, mode) in [("", 0o755), ("a.txt", 0o644), ("secret", 0o600)] {
        allow(name, mode);
    }
    let directory = folder.path().to_str().unwrap();
    let unknown = run(&["0", "-b", "127.0.0.1", "-d", directory, "--user", "no such user"]);
    let text = String::from_utf8(unknown.stderr).unwrap();
    assert_eq!(unknown.status.code(), Some(1), "{text}");
    assert!(text.contains("--user no such user: there is no such user"), "{text}");
    if !rustix::process::geteuid().is_root() {
        let output = run(&["0", "-b", "127.0.0.1", "-d", directory, "--user", "65534:65534"]);
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && text.contains("cannot become this user"), "{text}");
        return;
    }
    let log = folder.path().join("log");
    let arguments = ["--user", "65534:65533", "--live", "--json", "--log-file", log.to_str().unwrap()];
    let server = serve(folder.path(), &arguments);
    assert_eq!((server.get("/a.txt").text().as_str(), server.get("/secret").status), ("hello", 404));
    let id: u32 = server.first_line.split("\"pid\":").nth(1).unwrap().trim_end_matches('}').parse().unwrap();
    let mut threads = 0;
    for thread in fs::read_dir(format!("/proc/{id}/task")).unwrap().map(Result::unwrap) {
        let status = fs::read_to_string(thread.path().join("status")).unwrap();
        let numbers = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            line.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!((numbers("Uid:"), numbers("Gid:")), (vec!["65534".into(); 4], vec!["65533".into(); 4]));
        assert_eq!(numbers("Groups:"), Vec::<String>::new());
        threads += 1;
    }
    assert!(threads > 1, "every thread was looked at");
    assert!(fs::read_to_string(&log).unwrap().contains("GET /a.txt"), "the log was opened before");
}

#[test]
fn files_are_kept_by_the_first_rule_that_fits() {
    let folder = folder();
    for name in ["app.3f2a9c1b.js", "style.css"] {
        fs::write(folder.path().join(name), "").unwrap();
    }
    let server = serve(
        folder.path(),
        &[
            "--immutable",
            "--cache",
            "5",
            "--cache-rule",
            "*.css",
            "no-store",
            "--cache-rule",
            "*.txt",
            "max-age=9",
        ],
    );
    let kept = |target: &str| server.get(target).field("Cache-Control").to_owned();
    assert_eq!(kept("/style.css"), "no-store");
    assert_eq!(kept("/a.txt"), "max-age=9");
    assert_eq!(kept("/app.3f2a9c1b.js"), "public, max-age=31536000, immutable");
}

#[test]
fn answers_take_as_long_as_the_rate_wants() {
    let folder = folder();
    fs::write(folder.path().join("big"), vec![b'x'; 60_000]).unwrap();
    let server = serve(folder.path(), &["--limit-rate", "100k"]);
    #[expect(clippy::disallowed_methods, reason = "a rate is seen by the clock alone")]
    let began = std::time::Instant::now();
    let answer = server.get("/big");
    assert_eq!((answer.content.len(), answer.field("Content-Length")), (60_000, "60000"));
    assert!(began.elapsed().as_millis() > 450, "{:?}", began.elapsed());
}

#[test]
fn the_code_for_telephones_stands_behind_the_first_line() {
    let folder = folder();
    let server = serve(folder.path(), &["--qr"]);
    assert!(server.first_line.starts_with("Serving HTTP on "), "{}", server.first_line);
    let row = server.next_line();
    assert!(row.chars().count() > 20 && row.chars().all(|character| " ▀▄█".contains(character)), "{row}");
}

#[test]
fn pages_are_told_when_a_file_changes_and_let_go_when_the_server_ends() {
    let folder = folder();
    fs::write(folder.path().join("page.html"), "<p>one").unwrap();
    let mut server = serve(folder.path(), &["--live"]);
    let page = server.get("/page.html").text();
    let place = page.split("EventSource(\"").nth(1).unwrap().split('"').next().unwrap();
    let listen = || {
        let mut stream = connect(server.address());
        let request = format!("GET {place} HTTP/1.1\r\nHost: a\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        BufReader::new(stream).lines().map(Result::unwrap)
    };
    let mut events = listen();
    assert_eq!(events.next().unwrap(), "HTTP/1.1 200 OK");
    fs::write(folder.path().join("page.html"), "<p>two!").unwrap();
    assert!(events.any(|line| line == "data: reload"));
    // Who was away meanwhile hears of it as well.
    assert!(listen().any(|line| line == "data: reload"));
    let text = server.get("/page.html").text();
    assert!(text.starts_with("<p>two!") && !text.contains(place), "{text}");
    if cfg!(unix) {
        let next = text.split("EventSource(\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let mut stream = connect(server.address());
        stream.write_all(format!("GET {next} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes()).unwrap();
        let mut first = [0; 15];
        stream.read_exact(&mut first).unwrap();
        #[cfg(unix)]
        server.signal(rustix::process::Signal::TERM);
        stream.read_to_end(&mut Vec::new()).unwrap();
        assert_eq!(server.end().code(), Some(0));
        let log = server.log_rest();
        assert!(log.contains(", 0 cut, "), "{log}");
    }
}

#[cfg(unix)]
#[test]
fn a_local_socket_is_served_and_gone_afterwards() {
    use std::os::unix::net::UnixStream;
    let folder = folder();
    let place = folder.path().join("files.sock");
    let mut command = command();
    command.arg("-b").arg(format!("unix:{}", place.display())).arg("-d").arg(folder.path());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, format!("Serving HTTP on unix:{} ...\n", place.display()));
    let mut stream = UnixStream::connect(&place).unwrap();
    stream.set_read_timeout(Some(super::process::PATIENCE)).unwrap();
    stream.write_all(b"GET /a.txt HTTP/1.0\r\n\r\n").unwrap();
    let mut output = String::new();
    stream.read_to_string(&mut output).unwrap();
    assert!(output.ends_with("\r\n\r\nhello"), "{output}");
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::TERM)
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(!place.exists());
}

#[cfg(unix)]
#[test]
fn a_service_manager_hands_on_listeners_and_hears_how_it_goes() {
    use rustix::fd::AsRawFd as _;
    use std::net::TcpListener;
    use std::os::unix::net::UnixDatagram;
    let folder = folder();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    rustix::io::fcntl_setfd(&listener, rustix::io::FdFlags::empty()).unwrap();
    let place = folder.path().join("notify");
    let manager = UnixDatagram::bind(&place).unwrap();
    manager.set_read_timeout(Some(super::process::PATIENCE)).unwrap();
    let program = command();
    let mut shell = std::process::Command::new("sh");
    let script =
        format!("LISTEN_PID=$$ LISTEN_FDS=1 exec \"$0\" --systemd -d \"$1\" 3<&{}", listener.as_raw_fd());
    shell.args(["-c", &script]).arg(program.get_program()).arg(folder.path());
    shell
        .env("NOTIFY_SOCKET", &place)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let mut server = start(shell);
    assert_eq!(server.port, listener.local_addr().unwrap().port());
    let mut said = [0; 100];
    let mut hear = || {
        let count = manager.recv(&mut said).unwrap();
        String::from_utf8_lossy(&said[..count]).into_owned()
    };
    assert_eq!(hear(), "READY=1");
    assert_eq!(server.get("/a.txt").text(), "hello");
    server.signal(rustix::process::Signal::TERM);
    assert_eq!(hear(), "STOPPING=1");
    assert_eq!(server.end().code(), Some(0));
    let alone = run(&["--systemd"]);
    assert_eq!(alone.status.code(), Some(1));
    assert!(String::from_utf8(alone.stderr).unwrap().contains("no listener was handed on"));
}

#[cfg(unix)]
#[test]
fn a_certificate_is_read_again_when_its_file_changes_or_a_hangup_asks_for_it() {
    let folder = folder();
    let keys = tempfile::tempdir().unwrap();
    let both = keys.path().join("both.pem");
    let make = || {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        (made.cert.pem(), made.cert.pem() + &made.signing_key.serialize_pem())
    };
    let (first, text) = make();
    fs::write(&both, text).unwrap();
    let mut server = serve(folder.path(), &["--tls-cert", both.to_str().unwrap(), "--quiet"]);
    let trusts = |certificate: &str, port: u16| {
        let mut connection = super::start::trusting(certificate, port).into_inner();
        connection.connect().is_ok()
    };
    assert!(trusts(&first, server.port));
    fs::write(&both, "half a certificate").unwrap();
    let line = server.log_line();
    assert!(line.starts_with("the old certificate stays: "), "{line}");
    assert!(trusts(&first, server.port));
    let (second, text) = make();
    fs::write(&both, text).unwrap();
    assert_eq!(server.log_line(), "certificate read again");
    assert!(trusts(&second, server.port) && !trusts(&first, server.port));
    server.signal(rustix::process::Signal::HUP);
    assert_eq!(server.log_line(), "certificate read again");
    assert!(trusts(&second, server.port));
}
