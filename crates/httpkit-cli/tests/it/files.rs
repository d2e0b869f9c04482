//! What is served, over TCP: the options one by one, large files, ranges, and paths that no client would send.

use super::process::{Answer, connect, folder, serve};
use std::fs;
use std::io::{Read as _, Write as _};

#[test]
fn connections_are_kept_unless_http_1_0_is_asked_for() {
    let folder = folder();
    let twice =
        b"GET /a.txt HTTP/1.1\r\nHost: a\r\n\r\nGET /a.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let kept = serve(folder.path(), &[]);
    let output = String::from_utf8(kept.exchange(twice)).unwrap();
    assert_eq!(output.matches("200 OK").count(), 2, "{output}");
    let closed = serve(folder.path(), &["-p", "HTTP/1.0"]);
    let answer = Answer::parse(&closed.exchange(b"GET /a.txt HTTP/1.1\r\nHost: a\r\n\r\n"));
    assert_eq!((answer.field("Connection"), answer.text().as_str()), ("close", "hello"));
}

#[test]
fn extra_fields_and_the_type_of_unknown_files_are_as_in_python() {
    let folder = folder();
    fs::write(folder.path().join("README"), "read me").unwrap();
    let server = serve(
        folder.path(),
        &["-H", "X-One", "1", "--header", "X-Two", "-2", "--content-type", "text/plain"],
    );
    let answer = server.get("/README");
    assert_eq!((answer.field("X-One"), answer.field("X-Two")), ("1", "-2"));
    assert_eq!(answer.field("Content-Type"), "text/plain");
    assert_eq!(server.get("/nothing").field("X-One"), "");
}

#[test]
fn folders_are_listed_or_not_as_the_options_say() {
    let folder = folder();
    fs::create_dir(folder.path().join("sub")).unwrap();
    fs::write(folder.path().join(".hidden"), "").unwrap();
    let page = serve(folder.path(), &[]).get("/");
    assert_eq!(page.field("Content-Type"), "text/html; charset=utf-8");
    assert!(page.text().contains("href=\"a.txt\"") && !page.text().contains("\".hidden\""));
    let shown = serve(folder.path(), &["--hidden"]).get("/?format=json");
    assert!(shown.text().contains("\".hidden\""), "{}", shown.text());
    let plain = serve(folder.path(), &["--plain-listing"]).get("/");
    assert!(plain.text().contains("<h1>Directory listing for /</h1>"));
    let none = serve(folder.path(), &["--no-listing"]);
    assert_eq!((none.get("/").status, none.get("/a.txt").status), (404, 200));
    let index = serve(folder.path(), &["--index", "a.txt"]);
    assert_eq!(index.get("/").text(), "hello");
}

#[test]
fn folders_are_downloaded_as_a_whole_where_that_is_allowed() {
    let folder = folder();
    let usual = serve(folder.path(), &[]).get("/?archive=tar");
    assert_eq!(usual.field("Content-Type"), "text/html; charset=utf-8");
    let archive = serve(folder.path(), &["--archive"]).get("/?archive=tar");
    assert_eq!(archive.field("Content-Type"), "application/x-tar");
    assert!(archive.content.windows(5).any(|window| window == b"hello"));
}

#[test]
fn an_application_with_its_own_router_gets_its_page() {
    let folder = folder();
    fs::write(folder.path().join("index.html"), "app").unwrap();
    fs::write(folder.path().join("gone.html"), "gone").unwrap();
    let server = serve(folder.path(), &["--spa", "--404", "gone.html", "--cache", "60"]);
    let page = server.ask("/users/7", &[("Accept", "text/html")]);
    assert_eq!((page.status, page.text().as_str(), page.field("Cache-Control")), (200, "app", "no-cache"));
    let script = server.get("/missing.js");
    assert_eq!((script.status, script.text().as_str()), (404, "gone"));
    assert_eq!(server.get("/a.txt").field("Cache-Control"), "max-age=60");
}

#[test]
fn other_origins_may_read_what_cors_allows_even_behind_a_password() {
    let folder = folder();
    let server = serve(folder.path(), &["--cors", "--auth", "me:secret"]);
    let preflight = [
        ("Origin", "https://x.example"),
        ("Access-Control-Request-Method", "GET"),
        ("Access-Control-Request-Headers", "range"),
    ];
    let answer = server.request("OPTIONS", "/a.txt", &preflight);
    assert_eq!((answer.status, answer.field("Access-Control-Allow-Headers")), (204, "range"));
    assert_eq!(answer.field("Access-Control-Allow-Origin"), "*");
    let refused = server.ask("/a.txt", &preflight[..1]);
    assert_eq!((refused.status, refused.field("Access-Control-Allow-Origin")), (401, "*"));
    assert!(refused.field("WWW-Authenticate").starts_with("Basic realm="));
    for (credentials, status) in
        [("bWU6c2VjcmV0", 200), ("bWU6c2VjcmV", 401), ("bWU6c2VjcmV0MQ==", 401), ("", 401)]
    {
        let value = format!("Basic {credentials}");
        assert_eq!(server.ask("/a.txt", &[("Authorization", &value)]).status, status, "{value}");
    }
    let one = serve(folder.path(), &["--cors=https://x.example"]).ask("/a.txt", &preflight[..1]);
    assert_eq!(
        (one.field("Access-Control-Allow-Origin"), one.field("Vary")),
        ("https://x.example", "Origin")
    );
}

#[test]
fn pages_of_all_origins_may_read_and_only_one_that_is_named_may_upload() {
    let folder = folder();
    let preflight = [("Origin", "https://x.example"), ("Access-Control-Request-Method", "PUT")];
    for (cors, may_put) in [("--cors", false), ("--cors=https://x.example", true)] {
        let answer = serve(folder.path(), &[cors, "--upload"]).request("OPTIONS", "/new", &preflight);
        let methods = answer.field("Access-Control-Allow-Methods");
        assert_eq!(methods.contains("PUT"), may_put, "{cors}: {methods}");
    }
}

#[cfg(unix)]
#[test]
fn links_out_of_the_folder_need_to_be_allowed() {
    let outside = folder();
    let folder = folder();
    std::os::unix::fs::symlink(outside.path().join("a.txt"), folder.path().join("out")).unwrap();
    std::os::unix::fs::symlink("a.txt", folder.path().join("in")).unwrap();
    let status = |arguments: &[&str]| {
        let server = serve(folder.path(), arguments);
        (server.get("/in").status, server.get("/out").status)
    };
    assert_eq!(status(&[]), (200, 404));
    assert_eq!(status(&["--symlinks", "refuse"]), (404, 404));
    assert_eq!(status(&["--symlinks", "follow"]), (200, 200));
}

#[cfg(target_os = "linux")]
#[test]
fn an_index_that_may_not_be_read_keeps_its_folder_from_being_listed() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    let index = folder.path().join("index.html");
    fs::write(&index, "secret").unwrap();
    fs::set_permissions(&index, fs::Permissions::from_mode(0o000)).unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    // The superuser may read everything.
    let user: &[&str] = if rustix::process::geteuid().is_root() { &["--user", "65534:65534"] } else { &[] };
    let server = serve(folder.path(), &[user, &["--archive"]].concat());
    for target in ["/", "/index.html"] {
        let answer = server.get(target);
        assert_eq!((answer.status, answer.text().contains("a.txt")), (404, false), "{target}");
    }
    let archive = server.get("/?archive=tar");
    assert_eq!((archive.status, archive.text().contains("index.html")), (200, false));
    assert_eq!(server.get("/a.txt").text(), "hello");
}

#[test]
fn ready_variants_are_sent_where_they_are_wanted() {
    let folder = folder();
    fs::write(folder.path().join("a.txt.gz"), "packed").unwrap();
    let server = serve(folder.path(), &["--precompressed"]);
    let answer = server.ask("/a.txt", &[("Accept-Encoding", "gzip")]);
    assert_eq!((answer.field("Content-Encoding"), answer.text().as_str()), ("gzip", "packed"));
    assert_eq!(server.get("/a.txt").text(), "hello");
}

#[test]
fn a_large_file_arrives_whole_and_in_parts() {
    let folder = folder();
    let content: Vec<u8> =
        (0..10_000_019_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    fs::write(folder.path().join("big.bin"), &content).unwrap();
    let server = serve(folder.path(), &[]);
    let whole = server.get("/big.bin");
    assert_eq!((whole.field("Content-Length"), whole.content.len()), ("10000019", content.len()));
    assert!(whole.content == content, "every byte");
    let part = server.ask("/big.bin", &[("Range", "bytes=5000000-9000000")]);
    assert_eq!((part.status, part.field("Content-Range")), (206, "bytes 5000000-9000000/10000019"));
    assert!(part.content == content[5_000_000..=9_000_000], "every byte of the part");
    let parts = server.ask("/big.bin", &[("Range", "bytes=0-9,-10")]);
    assert!(parts.field("Content-Type").starts_with("multipart/byteranges; boundary="));
    assert_eq!(parts.field("Content-Length"), parts.content.len().to_string());
    let contains = |wanted: &[u8]| parts.content.windows(wanted.len()).any(|window| window == wanted);
    assert!(contains(&content[..10]) && contains(&content[content.len() - 10..]));
}

#[test]
fn a_file_beyond_4_gib_has_its_true_length_and_its_end_can_be_read() {
    let folder = folder();
    let size_bytes = (5_u64 << 30) + 3;
    let file = fs::File::create(folder.path().join("huge")).unwrap();
    file.set_len(size_bytes).unwrap();
    let server = serve(folder.path(), &[]);
    let head = server.request("HEAD", "/huge", &[]);
    assert_eq!(head.field("Content-Length"), size_bytes.to_string());
    let tail = server.ask("/huge", &[("Range", "bytes=-3")]);
    assert_eq!(
        tail.field("Content-Range"),
        format!("bytes {}-{}/{size_bytes}", size_bytes - 3, size_bytes - 1)
    );
    assert_eq!(tail.content, [0; 3]);
}

#[test]
fn a_file_that_shrinks_while_it_is_sent_closes_the_connection_short() {
    let folder = folder();
    let path = folder.path().join("shrinking");
    let size_bytes = 64 << 20;
    fs::File::create(&path).unwrap().set_len(size_bytes).unwrap();
    let server = serve(folder.path(), &[]);
    let mut client = connect(server.address());
    client
        .write_all(b"GET /shrinking HTTP/1.1\r\nHost: a\r\n\r\nGET /a.txt HTTP/1.1\r\nHost: a\r\n\r\n")
        .unwrap();
    let mut output = vec![0; 4096];
    client.read_exact(&mut output).unwrap();
    fs::File::options().write(true).open(&path).unwrap().set_len(1 << 20).unwrap();
    // The end may come as a reset.
    drop(client.read_to_end(&mut output));
    assert!((output.len() as u64) < size_bytes, "{} bytes", output.len());
    assert!(!output.ends_with(b"hello"), "nothing follows a body that was cut");
}

#[test]
fn paths_that_climb_are_refused_as_raw_bytes_too() {
    let folder = folder();
    fs::create_dir(folder.path().join("root")).unwrap();
    let server = serve(&folder.path().join("root"), &[]);
    for target in [
        "/../a.txt",
        "/%2e%2e/a.txt",
        "/..%2fa.txt",
        "/%2e%2e%2fa.txt",
        "/..%5ca.txt",
        "/..\\a.txt",
        "/%00",
        "//../a.txt",
        "/./../a.txt",
        "/%252e%252e/a.txt",
        "/%c0%ae%c0%ae/a.txt",
    ] {
        let answer =
            Answer::parse(&server.exchange(
                format!("GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").as_bytes(),
            ));
        assert!(matches!(answer.status, 400 | 404), "{target}: {}", answer.status);
        assert!(!answer.text().contains("hello"), "{target}");
    }
}

#[test]
fn head_and_small_content_leave_in_one_piece() {
    let folder = folder();
    let server = serve(folder.path(), &[]);
    let mut client = connect(server.address());
    let request = b"GET /a.txt HTTP/1.1\r\nHost: a\r\n\r\n";
    client.write_all(request).unwrap();
    let mut buffer = vec![0; 4096];
    for _ in 0..100 {
        let count = client.read(&mut buffer).unwrap();
        assert!(buffer[..count].ends_with(b"hello"), "head and content come in one piece");
        client.write_all(request).unwrap();
    }
}

#[test]
fn a_page_that_loads_anew_is_the_new_one() {
    let folder = folder();
    let server = serve(folder.path(), &["--live"]);
    for text in ["first", "other", "third", "forth", "fifth"] {
        fs::write(folder.path().join("a.txt"), text).unwrap();
        assert_eq!(server.get("/a.txt").text(), text);
        assert_eq!(server.get("/a.txt").text(), text);
    }
}
