//! CPython's `http.client` and `urllib` against our server, plain and over TLS.

use support::{peer, python};

use crate::served::{Served, streamed};

/// What every script begins with: a connection by scheme and port, with the server's certificate trusted.
const CONNECT: &str = r#"
import http.client, ssl, sys
scheme, port, certificate = sys.argv[1], int(sys.argv[2]), sys.argv[3]
context = ssl.create_default_context(cafile=certificate)
if scheme == "http":
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
else:
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=60, context=context)
"#;

/// Runs a script over both schemes; what it prints must be this.
#[track_caller]
fn check(script: &str, want: &str) {
    let served = Served::start();
    for (scheme, port) in served.origins() {
        let mut command = python::script(&format!("{CONNECT}{script}"));
        command.args([scheme, &port.to_string()]).arg(served.certificate.file());
        let said = peer::run(&mut command, b"").unwrap_or_else(|error| panic!("{scheme}: {error}"));
        assert_eq!(said, want, "{scheme}");
    }
    served.stop();
}

#[test]
fn http_client_sends_many_requests_on_one_connection() {
    check(
        r#"
connection.connect()
socket = connection.sock
for path in ("/hello", "/nothing", "/missing", "/stream", "/hello"):
    connection.request("GET", path)
    response = connection.getresponse()
    content = response.read()
    print(path, response.status, response.reason, response.version, response.isclosed(), socket is connection.sock)
connection.request("HEAD", "/hello")
response = connection.getresponse()
print(response.getheader("Content-Length"), len(response.read()), socket is connection.sock)
"#,
        "/hello 200 OK 11 True True\n/nothing 204 No Content 11 True True\n/missing 404 Not Found 11 True True\n\
         /stream 200 OK 11 True True\n/hello 200 OK 11 True True\n6 0 True\n",
    );
}

#[test]
fn http_client_sends_bodies_of_every_kind() {
    check(
        r#"
import io
for name, body in (("bytes", b"x" * 100000), ("file", io.BytesIO(b"y" * 100000)), ("iterator", iter([b"a", b"bb", b"ccc"]))):
    connection.request("PUT", "/echo", body=body)
    response = connection.getresponse()
    content = response.read()
    print(name, response.getheader("X-Method"), len(content), sorted(set(content)))
"#,
        "bytes PUT 100000 [120]\nfile PUT 100000 [121]\niterator PUT 6 [97, 98, 99]\n",
    );
}

#[test]
fn http_client_reads_a_chunked_answer_whole_and_in_pieces() {
    check(
        r#"
connection.request("GET", "/stream")
response = connection.getresponse()
print(response.getheader("Transfer-Encoding"), response.chunked)
first = response.read(7) + response.read1() + response.readline()
sys.stdout.write((first + response.read()).decode())
"#,
        &format!("chunked True\n{}", streamed()),
    );
}

#[test]
fn urllib_follows_a_redirect_and_reports_an_error_page() {
    check(
        r#"
import urllib.error, urllib.request
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
origin = f"{scheme}://127.0.0.1:{port}"
answer = opener.open(origin + "/moved", timeout=60)
print(answer.url == origin + "/hello", answer.read())
try:
    opener.open(origin + "/missing", timeout=60)
except urllib.error.HTTPError as error:
    print(error.code, error.reason, b"Nothing matches" in error.read())
"#,
        "True b'hello\\n'\n404 Not Found True\n",
    );
}
