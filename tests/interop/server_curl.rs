//! curl against our server, plain and over TLS.

use std::io::Write;
use std::process::Command;

use support::peer;

use crate::served::{Served, streamed};

/// curl without anybody's settings, that trusts the server's certificate.
fn curl(served: &Served) -> Command {
    let mut command = Command::new("curl");
    command.args([
        "--disable",
        "--silent",
        "--show-error",
        "--max-time",
        "60",
        "--noproxy",
        "*",
        "--http1.1",
    ]);
    command.arg("--cacert").arg(served.certificate.file());
    command
}

/// Runs curl with these arguments over both schemes, where `{}` stands for the origin; its output must be this.
#[track_caller]
fn check(arguments: &[&str], input: &[u8], want: &str) {
    let served = Served::start();
    for (scheme, port) in served.origins() {
        let origin = format!("{scheme}://127.0.0.1:{port}");
        let mut curl = curl(&served);
        curl.args(arguments.iter().map(|argument| argument.replace("{}", &origin)));
        let said =
            peer::run(&mut curl, input).unwrap_or_else(|error| panic!("{scheme} {arguments:?}: {error}"));
        assert_eq!(said, want, "{scheme} {arguments:?}");
    }
    served.stop();
}

#[test]
fn one_connection_serves_several_requests() {
    let count = "%{http_code} %{num_connects}\\n";
    let args =
        ["--write-out", count, "{}/hello", "{}/nothing", "{}/missing", "{}/stream", "--output", "/dev/null"];
    let rest = ["--output", "/dev/null", "--output", "/dev/null", "--output", "/dev/null"];
    check(&[&args[..], &rest[..]].concat(), b"", "200 1\n204 0\n404 0\n200 0\n");
}

#[test]
fn a_small_body_is_read_and_sent_back() {
    check(&["--data-binary", "@-", "{}/echo"], b"a=b&c=d", "a=b&c=d\n");
}

#[test]
fn a_large_body_is_sent_only_after_100_continue() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&vec![b'x'; 3 << 20]).unwrap();
    let body = format!("@{}", file.path().display());
    let served = Served::start();
    for (scheme, port) in served.origins() {
        let url = format!("{scheme}://127.0.0.1:{port}/length");
        let mut curl = curl(&served);
        curl.args(["--verbose", "--expect100-timeout", "60", "--header", "Expect: 100-continue"]);
        let said =
            peer::Peer::start(curl.args(["--data-binary", &body, &url]), b"").unwrap().finish().unwrap();
        assert_eq!(said.output, "3145728\n", "{}", said.complaints);
        assert!(said.complaints.contains("< HTTP/1.1 100 "), "{}", said.complaints);
    }
    served.stop();
}

#[test]
fn a_chunked_upload_is_read() {
    let input = "0123456789".repeat(50_000);
    check(&["--upload-file", "-", "{}/length"], input.as_bytes(), "500000\n");
}

#[test]
fn a_body_that_the_handler_ignores_does_not_become_the_next_request() {
    let args =
        ["--data-binary", "GET /stolen HTTP/1.1\r\nHost: x\r\n\r\n", "{}/ignore", "--next", "--cacert"];
    let served = Served::start();
    for (scheme, port) in served.origins() {
        let origin = format!("{scheme}://127.0.0.1:{port}");
        let mut curl = curl(&served);
        curl.args(args.iter().map(|argument| argument.replace("{}", &origin))).arg(served.certificate.file());
        let said = peer::run(curl.args(["--silent", &format!("{origin}/hello")]), b"").unwrap();
        assert_eq!(said, "not read\nhello\n", "{scheme}");
    }
    served.stop();
}

#[test]
fn a_streamed_answer_is_chunked_for_1_1_and_ends_with_the_connection_for_1_0() {
    check(&["{}/stream"], b"", &streamed());
    check(&["--http1.0", "{}/stream"], b"", &streamed());
    check(&["--raw", "--http1.0", "{}/stream"], b"", &streamed());
    check(&["--http1.0", "{}/hello"], b"", "hello\n");
}

#[test]
fn head_tells_the_length_and_sends_no_content() {
    check(
        &[
            "--head",
            "--output",
            "/dev/null",
            "--write-out",
            "%{http_code} %{size_download} %header{content-length}\\n",
            "{}/hello",
        ],
        b"",
        "200 0 6\n",
    );
}

#[test]
fn a_redirect_is_followed_on_the_same_connection() {
    let format = "%{http_code} %{num_redirects} %{num_connects}\\n";
    check(&["--location", "--write-out", format, "{}/moved"], b"", "hello\n200 1 1\n");
}

#[test]
fn a_target_in_absolute_form_is_served() {
    let served = Served::start();
    let (_, port) = served.origins()[0];
    let mut curl = Command::new("curl");
    curl.args(["--disable", "--silent", "--show-error", "--max-time", "60", "--noproxy", ""]);
    curl.args(["--proxy", &format!("http://127.0.0.1:{port}"), "http://example.test/hello"]);
    assert_eq!(peer::run(&mut curl, b"").unwrap(), "hello\n");
    served.stop();
}
