//! How it starts: the first line, addresses, TLS, and what it says when it cannot.

use super::process::{Answer, PATIENCE, command, connect, folder, run, serve, start};
use httpkit::Headers;
use httpkit::client::HttpsConnection;
use httpkit::client::tls::TlsConfig;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};

#[test]
fn the_first_line_has_the_url_and_a_free_port_is_taken_for_0() {
    let folder = folder();
    let server = serve(folder.path(), &[]);
    assert_ne!(server.port, 0);
    let wanted = format!("Serving HTTP on 127.0.0.1 port {0} (http://127.0.0.1:{0}/) ...", server.port);
    assert_eq!(server.first_line, wanted);
    assert_eq!(server.get("/a.txt").text(), "hello");
}

#[test]
fn without_an_address_all_interfaces_are_served() {
    let folder = folder();
    let mut command = command();
    command.arg("0").current_dir(folder.path());
    let server = start(command);
    assert!(
        server.first_line.contains(&format!("(http://localhost:{}/)", server.port)),
        "{}",
        server.first_line
    );
    assert_eq!(server.get("/a.txt").text(), "hello");
    let v6 = SocketAddr::from((Ipv6Addr::LOCALHOST, server.port));
    if server.first_line.contains("on :: port") {
        let mut stream = connect(v6);
        stream.write_all(b"GET /a.txt HTTP/1.0\r\n\r\n").unwrap();
        let mut output = Vec::new();
        stream.read_to_end(&mut output).unwrap();
        assert_eq!(Answer::parse(&output).text(), "hello");
    } else {
        assert!(TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_err(), "this machine has IPv6");
    }
}

#[test]
fn several_addresses_share_one_free_port() {
    let folder = folder();
    let mut command = command();
    command.args(["0", "-b", "127.0.0.1", "-b", "127.0.0.2", "-d"]).arg(folder.path());
    if cfg!(not(target_os = "linux")) {
        return; // Elsewhere 127.0.0.2 is no address of the machine.
    }
    let server = start(command);
    assert_eq!(server.next_line(), format!("    also http://127.0.0.2:{}/", server.port));
    for host in [[127, 0, 0, 1], [127, 0, 0, 2]] {
        drop(connect(SocketAddr::from((host, server.port))));
    }
}

#[test]
fn a_taken_port_is_an_error_that_names_it() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = run(&[&port, "-b", "127.0.0.1"]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert_eq!(
        text,
        format!(
            "http-server: port {port} on 127.0.0.1 is in use by another program; give another port, or 0 for a free one\n"
        )
    );
    assert_eq!(output.stdout, b"");
}

/// Runs a command line that cannot work and checks what is said about it.
#[track_caller]
fn check_refused(arguments: &[&str], code: i32, parts: &[&str]) {
    let output = run(arguments);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in {text:?}");
    }
    assert_eq!(output.stdout, b"", "{arguments:?}");
}

#[test]
fn what_cannot_start_says_why_and_ends_with_1() {
    let folder = folder();
    let file = folder.path().join("a.txt");
    let file = file.to_str().unwrap();
    check_refused(
        &["0", "-d", "/no/such/folder"],
        1,
        &["http-server: cannot serve the folder /no/such/folder"],
    );
    check_refused(&["0", "-d", file], 1, &["cannot serve the folder", "a.txt"]);
    check_refused(&["0", "-b", "192.0.2.1"], 1, &["192.0.2.1", "no address of this machine"]);
    check_refused(&["0", "-b", "no such name"], 1, &["no such name"]);
    check_refused(&["0", "--tls-cert", "/no/such/cert"], 1, &["certificate file /no/such/cert"]);
    check_refused(&["0", "--tls-cert", file], 1, &["cannot serve TLS with ", "a.txt: no certificate"]);
    check_refused(&["0", "--tls-client-ca", file], 1, &["--tls-client-ca needs --tls-cert or --self-signed"]);
    check_refused(&["0", "-H", "X", "a\r\nb"], 1, &["header"]);
    check_refused(&["0", "--auth", "nocolon"], 1, &["--auth"]);
    check_refused(&["0", "--cors=not an origin"], 1, &["--cors"]);
    check_refused(&["0", "--spa=../x"], 1, &["--spa \"../x\": this needs a path below the folder"]);
    check_refused(&["0", "-H", "X Y", "z"], 1, &["--header \"X Y\": field name"]);
    check_refused(&["0", "-H", "Content-Length", "5"], 1, &["--header \"Content-Length\""]);
    check_refused(&["0", "--content-type", "text"], 1, &["--content-type \"text\"", "text/plain"]);
    check_refused(&["0", "-b", ""], 1, &["--bind needs an address", "leave it out"]);
    check_refused(
        &["0", "--port-file", "/no/such/folder/port", "-b", "127.0.0.1"],
        1,
        &["port file", "/no/such/folder/port"],
    );
}

#[test]
fn a_command_line_that_is_not_understood_ends_with_2() {
    check_refused(&["70000"], 2, &["70000"]);
    check_refused(&["--no-such-option"], 2, &["--no-such-option"]);
    check_refused(&["-p", "HTTP/2"], 2, &["HTTP/2"]);
    check_refused(&["-H", "X"], 2, &["--header"]);
    check_refused(&["--cache", "-1"], 2, &["invalid value '-1' for '--cache <SECONDS>'"]);
    check_refused(&["--tls-key", "x"], 2, &["--tls-cert"]);
    check_refused(&["--tls-cert", "x", "--self-signed"], 2, &["--self-signed"]);
    check_refused(&["--max-connections", "0"], 2, &["--max-connections"]);
    check_refused(&["--max-connections-per-address", "0"], 2, &["--max-connections-per-address"]);
}

#[test]
fn help_and_version_end_with_0() {
    for (argument, part) in
        [("--help", "Exit codes:"), ("-h", "--directory"), ("--version", env!("CARGO_PKG_VERSION"))]
    {
        let output = run(&[argument]);
        assert_eq!(output.status.code(), Some(0));
        assert!(String::from_utf8(output.stdout).unwrap().contains(part), "{argument}");
    }
}

#[test]
fn the_short_help_has_what_is_used_most_and_the_long_one_everything() {
    let help = |argument: &str| String::from_utf8(run(&[argument]).stdout).unwrap();
    let (short, long) = (help("-h"), help("--help"));
    for option in
        ["[PORT]", "--bind", "--directory", "--self-signed", "--spa", "--upload", "--live", "--help"]
    {
        assert!(short.contains(option), "{option} is not in {short}");
    }
    assert!(!short.contains("--memory-cache"), "{short}");
    let command = httpkit_cli::http_server::command();
    for option in command.get_arguments().filter_map(clap::Arg::get_long) {
        assert!(long.contains(&format!("--{option}")), "{option} is not in {long}");
    }
    assert_eq!(long.matches("Ask for a user name and password").count(), 1, "{long}");
}

#[cfg(unix)]
#[test]
fn what_needs_a_port_is_refused_where_only_local_sockets_are_named() {
    let folder = folder();
    let socket = format!("unix:{}", folder.path().join("socket").display());
    let directory = folder.path().to_str().unwrap();
    for (arguments, said) in [
        (&["9000"][..], "port 9000 needs an address"),
        (&["--qr"], "--qr needs an address"),
        (&["--open"], "--open needs an address"),
        (&["--port-file", "port"], "--port-file needs an address"),
        (&["--self-signed", "--redirect-http", "0"], "--redirect-http needs an address"),
    ] {
        let arguments = [&["-b", &socket, "-d", directory], arguments].concat();
        check_refused(&arguments, 1, &[said, "names local sockets only"]);
    }
    let mut command = command();
    command.args(["0", "--self-signed", "-b", &socket, "-b", "127.0.0.1", "-d", directory]);
    let server = start(command);
    assert_eq!(server.next_line(), format!("    also {socket}"));
}

#[test]
fn check_finds_faults_and_serves_nothing() {
    let folder = folder();
    let folder = folder.path().to_str().unwrap();
    let output = run(&["0", "-b", "127.0.0.1", "-d", folder, "--check"]);
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(0), &b"everything is in order\n"[..]));
    check_refused(&["0", "-d", "/no/such/folder", "--check"], 1, &["/no/such/folder"]);
    check_refused(
        &["0", "-d", folder, "--check", "--port-file", "/no/such/folder/port"],
        1,
        &["cannot write the port file /no/such/folder/port: there is no folder /no/such/folder"],
    );
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    check_refused(&[&port, "-b", "127.0.0.1", "-d", folder, "--check"], 1, &[&port]);
}

#[test]
fn scripts_get_the_port_by_json_and_by_file() {
    let folder = folder();
    let file = folder.path().join("port");
    let server = serve(folder.path(), &["--json", "--port-file", file.to_str().unwrap()]);
    let line = &server.first_line;
    assert!(
        line.starts_with(&format!("{{\"url\":\"http://127.0.0.1:{}/\",\"urls\":[", server.port)),
        "{line}"
    );
    for part in [&format!("\"port\":{}", server.port), "\"tls\":false", "\"directory\":\"", "\"pid\":"] {
        assert!(line.contains(part), "{part} is not in {line}");
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), format!("{}\n", server.port));
}

#[test]
fn the_environment_configures_what_the_command_line_does_not() {
    let folder = folder();
    let mut command = command();
    command.env("HTTP_SERVER_PORT", "0").env("HTTP_SERVER_BIND", "127.0.0.1");
    command.env("HTTP_SERVER_DIRECTORY", folder.path()).env("HTTP_SERVER_AUTH", "me:secret");
    let server = start(command);
    assert_eq!(server.get("/a.txt").status, 401);
}

#[test]
fn what_the_environment_switches_off_is_as_if_it_were_not_there() {
    let folder = folder();
    fs::write(folder.path().join("index.html"), "app").unwrap();
    fs::write(folder.path().join("first.html"), "first").unwrap();
    let with = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = command();
        command.args(["0", "-b", "127.0.0.1", "-d"]).arg(folder.path()).args(arguments);
        command.envs(variables.iter().copied());
        command
    };
    let asked = |server: &super::process::Running| {
        let html = [("Accept", "text/html"), ("Origin", "https://x.example")];
        let answer = server.ask("/users/7", &html);
        (answer.status, answer.field("Access-Control-Allow-Origin").to_owned())
    };
    for (value, wanted) in [("1", (200, "*")), ("on", (200, "*")), ("0", (404, "")), ("", (404, ""))] {
        let server = start(with(&[("HTTP_SERVER_SPA", value), ("HTTP_SERVER_CORS", value)], &[]));
        let (status, origin) = asked(&server);
        assert_eq!((status, origin.as_str()), wanted, "{value:?}");
    }
    let server = start(with(
        &[("HTTP_SERVER_QUIET", "0"), ("HTTP_SERVER_NO_CACHE", "")],
        &["--log", "json", "--cache", "5"],
    ));
    assert_eq!(server.get("/a.txt").field("Cache-Control"), "max-age=5");
    let server = start(with(&[("HTTP_SERVER_INDEX", "first.html,index.html")], &[]));
    assert_eq!(server.get("/").text(), "first");
    for (variables, arguments, part) in [
        ([("HTTP_SERVER_UPLOAD", "nope")], &[][..], "HTTP_SERVER_UPLOAD"),
        ([("HTTP_SERVER_CACHE", "60")], &["--no-cache"], "HTTP_SERVER_CACHE is set in the environment"),
    ] {
        let output = with(&variables, arguments).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && text.contains(part), "{text}");
    }
}

#[test]
fn a_silent_client_does_not_keep_others_from_a_tls_server() {
    let folder = folder();
    let server = serve(folder.path(), &["--self-signed"]);
    assert!(server.first_line.starts_with("Serving HTTPS on 127.0.0.1"), "{}", server.first_line);
    assert!(server.first_line.contains("(https://127.0.0.1:"), "{}", server.first_line);
    let _silent = connect(server.address());
    let mut other = TcpStream::connect(server.address()).unwrap();
    other.set_read_timeout(Some(PATIENCE)).unwrap();
    // A plain request is no TLS: the server says so, and does not wait for the silent one.
    other.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
    let mut output = Vec::new();
    drop(other.read_to_end(&mut output));
    assert_eq!(Answer::parse(&output).status, 400, "no file goes out in plain");
}

#[test]
fn a_plain_port_beside_tls_sends_people_on() {
    let folder = folder();
    let server = serve(folder.path(), &["--self-signed", "--redirect-http", "0"]);
    let line = server.next_line();
    let port: u16 = line.strip_prefix("    redirecting from 127.0.0.1 port ").unwrap().parse().unwrap();
    let mut stream = connect(SocketAddr::from(([127, 0, 0, 1], port)));
    stream.write_all(b"GET /a.txt?x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut output = Vec::new();
    stream.read_to_end(&mut output).unwrap();
    let answer = Answer::parse(&output);
    let location = format!("https://localhost:{}/a.txt?x", server.port);
    assert_eq!((answer.status, answer.field("Location")), (308, location.as_str()));
    check_refused(&["0", "--redirect-http", "0"], 1, &["--redirect-http needs --tls-cert or --self-signed"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_browser_is_opened_at_the_first_url() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    let browser = folder.path().join("xdg-open");
    // Writes what it was asked for into a pipe, so that the test can wait for it.
    let pipe = folder.path().join("asked");
    fs::write(&browser, format!("#!/bin/sh\necho \"$1\" > '{}'\n", pipe.display())).unwrap();
    fs::set_permissions(&browser, fs::Permissions::from_mode(0o755)).unwrap();
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut command = command();
    command.args(["0", "-b", "127.0.0.1", "--open", "-d"]).arg(folder.path());
    let path = std::env::var("PATH").unwrap();
    command.env("PATH", format!("{}:{path}", folder.path().display()));
    let server = start(command);
    assert_eq!(fs::read_to_string(&pipe).unwrap(), format!("http://127.0.0.1:{}/\n", server.port));
}

/// A connection to the server over TLS that trusts this certificate.
pub(crate) fn trusting(certificate: &str, port: u16) -> HttpsConnection {
    let tls = TlsConfig::builder().without_mozilla_roots().roots_pem(certificate).unwrap().build().unwrap();
    HttpsConnection::with_tls(&format!("localhost:{port}"), tls).unwrap()
}

#[test]
fn clients_are_asked_for_their_certificates_where_an_authority_is_named() {
    let folder = folder();
    let keys = tempfile::tempdir().unwrap();
    let path = |name: &str| keys.path().join(name).to_str().unwrap().to_owned();
    let make = |name: &str| rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let (server, friend, stranger) = (make("localhost"), make("friend"), make("stranger"));
    fs::write(path("both.pem"), server.cert.pem() + &server.signing_key.serialize_pem()).unwrap();
    fs::write(path("friends.pem"), friend.cert.pem()).unwrap();
    let mut command = command();
    command.args(["0", "-b", "localhost", "-d"]).arg(folder.path());
    command.args(["--tls-cert", &path("both.pem"), "--tls-client-ca", &path("friends.pem")]);
    let running = start(command);
    let answers = |own: Option<&rcgen::CertifiedKey<rcgen::KeyPair>>| {
        let mut tls = TlsConfig::builder().without_mozilla_roots().roots_pem(server.cert.pem()).unwrap();
        if let Some(own) = own {
            tls = tls.client_certificate_pem(own.cert.pem(), own.signing_key.serialize_pem()).unwrap();
        }
        let tls = tls.build().unwrap();
        let mut connection =
            HttpsConnection::with_tls(&format!("localhost:{}", running.port), tls).unwrap().into_inner();
        // In TLS 1.3 the refusal of a certificate comes behind the handshake.
        let asked = connection.request("GET", "/a.txt", (), &Headers::new());
        asked.and_then(|()| connection.get_response()?.read_all(100)).is_ok_and(|content| content == b"hello")
    };
    assert_eq!((answers(Some(&friend)), answers(Some(&stranger)), answers(None)), (true, false, false));
}

#[test]
fn tls_a_named_folder_and_an_address_work_together() {
    let folder = folder();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let keys = tempfile::tempdir().unwrap();
    let path = |name: &str| keys.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("cert.pem"), made.cert.pem()).unwrap();
    fs::write(path("key.pem"), made.signing_key.serialize_pem()).unwrap();
    fs::write(path("both.pem"), made.cert.pem() + &made.signing_key.serialize_pem()).unwrap();
    for files in [
        &["--tls-cert", &path("both.pem")][..],
        &["--tls-cert", &path("cert.pem"), "--tls-key", &path("key.pem")],
    ] {
        let mut command = command();
        command.args(["0", "-b", "localhost", "-d"]).arg(folder.path()).args(files);
        let server = start(command);
        assert!(server.first_line.contains(" (https://"), "{}", server.first_line);
        let mut connection = trusting(&made.cert.pem(), server.port).into_inner();
        for _ in 0..2 {
            connection.request("GET", "/a.txt", (), &Headers::new()).unwrap();
            let mut response = connection.get_response().unwrap();
            assert_eq!(
                (response.status().as_u16(), response.read_all(100).unwrap()),
                (200, b"hello".to_vec())
            );
        }
    }
}

#[test]
fn an_option_that_cannot_come_from_the_environment_is_refused_there() {
    for name in ["HTTP_SERVER_HEADER", "HTTP_SERVER_CACHE_RULE"] {
        for mut command in [command(), httpkit_serve()] {
            let output = command.arg("--check").env(name, "X-A b").output().unwrap();
            let text = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2), "{text}");
            assert!(text.contains(name) && text.contains("takes two values"), "{text}");
        }
        // It is nothing to the other parts of that command.
        let mut cookies = Command::new(env!("CARGO_BIN_EXE_httpkit"));
        let output = cookies.args(["cookies", "--help"]).env(name, "X-A b").output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{name}");
    }
}

/// The server as a part of the other command.
fn httpkit_serve() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_httpkit"));
    command.arg("serve").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[test]
fn what_cannot_be_understood_is_explained_by_either_command() {
    let folder = tempfile::tempdir().unwrap();
    for (mut command, name) in [(command(), "http-server"), (httpkit_serve(), "httpkit serve")] {
        let output = command.env("HTTP_SERVER_THREADS", "many").output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains("environment variable HTTP_SERVER_THREADS"), "{text}");
        let output = command.env_remove("HTTP_SERVER_THREADS").arg(folder.path()).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains(&format!("--directory: {name} -d ")), "{text}");
    }
}

#[test]
fn help_is_there_whatever_the_environment_says() {
    for asked in ["--help", "-h", "--version"] {
        let output = command().arg(asked).env("HTTP_SERVER_HEADER", "X-A b").output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{asked}");
    }
}

#[cfg(unix)]
#[test]
fn an_argument_that_is_no_unicode_does_not_stand_in_the_way_of_help_or_of_an_error() {
    use std::os::unix::ffi::OsStrExt as _;
    let odd = std::ffi::OsStr::from_bytes(b"\xff");
    for (more, code) in [("--help", 0), ("--cache=abc", 2)] {
        let output = command().arg("-d").arg(odd).arg(more).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{text}");
    }
}

#[cfg(unix)]
#[test]
fn check_finds_paths_where_no_local_socket_can_be() {
    let folder = folder();
    let path = |name: &str| format!("unix:{}", folder.path().join(name).display());
    check_refused(&["-b", &path("no/such"), "--check"], 1, &["there is no folder"]);
    check_refused(&["-b", &path("a.txt"), "--check"], 1, &["a.txt: it is a file, not a socket"]);
    check_refused(&["-b", &path("a.txt")], 1, &["a.txt: it is a file, not a socket"]);
    let taken = std::os::unix::net::UnixListener::bind(folder.path().join("taken")).unwrap();
    check_refused(&["-b", &path("taken"), "--check"], 1, &["another program listens there"]);
    drop(taken);
    for left in ["taken", "new"] {
        let output = run(&["-b", &path(left), "-d", folder.path().to_str().unwrap(), "--check"]);
        assert_eq!(output.status.code(), Some(0), "{left}");
    }
    assert_eq!(fs::read_to_string(folder.path().join("a.txt")).unwrap(), "hello");
}

#[cfg(target_os = "linux")]
#[test]
fn uploads_into_a_folder_that_takes_none_are_spoken_of_at_the_start() {
    let output = run(&["0", "-b", "127.0.0.1", "--upload", "-d", "/proc", "--check"]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("--upload: nothing can be written into /proc itself"), "{text}");
    let folder = folder();
    let output = run(&["0", "-b", "127.0.0.1", "--upload", "-d", folder.path().to_str().unwrap(), "--check"]);
    assert_eq!((output.stderr, fs::read_dir(folder.path()).unwrap().count()), (Vec::new(), 1));
}

#[test]
fn a_value_of_the_environment_that_is_not_understood_is_named_with_its_variable() {
    for (name, value) in [("HTTP_SERVER_PORT", "eighty"), ("HTTP_SERVER_CACHE", "abc")] {
        let output = command().arg("--check").env(name, value).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains(value) && text.contains(name), "{text}");
    }
    check_refused(&["--cache", "abc"], 2, &["--cache"]);
}

#[test]
fn the_port_variable_that_tells_of_a_service_elsewhere_is_passed_over() {
    let folder = folder();
    let mut command = command();
    command
        .env("HTTP_SERVER_PORT", "tcp://10.96.0.1:80")
        .args(["0", "-b", "127.0.0.1", "-d"])
        .arg(folder.path());
    assert_eq!(start(command).get("/a.txt").text(), "hello");
    let mut command = super::process::command();
    command.env("HTTP_SERVER_PORT", "tcp://10.96.0.1:80").args(["--help"]);
    assert_eq!(command.output().unwrap().status.code(), Some(0));
}

#[test]
fn what_was_probably_meant_is_said() {
    let folder = folder();
    let path = folder.path().to_str().unwrap();
    check_refused(&[path], 2, &["[PORT]", "a folder is named by --directory", &format!("-d {path}")]);
    check_refused(&[":8080"], 2, &["without the colon: http-server 8080"]);
    check_refused(&["0.0.0.0:80"], 2, &["an address is named by --bind: http-server 80 --bind 0.0.0.0"]);
    check_refused(&["eighty"], 2, &["a port is a number up to 65535"]);
    let wanted =
        "--header X-A: b 8080: name and value are two arguments, without a colon: --header X-A \"b\"";
    check_refused(&["-H", "X-A: b", "8080"], 1, &[wanted]);
    for (name, host) in
        [("127.0.0.1:9000", "127.0.0.1"), ("localhost:9000", "localhost"), ("[::1]:9000", "[::1]")]
    {
        let wanted = format!("the port stands apart from the address: http-server 9000 --bind {host}");
        check_refused(&["-b", name], 1, &[&wanted]);
    }
}
