//! The machines of both sides: our client against any answers, our server against any bytes, files behind any path and any
//! range, redirects to anywhere, and any challenge.
//!
//! The first byte of the input of a client chooses the method; the rest is the input proper.

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use http_client::client::{Client, Digest, Proxies, Redirects, RequestBuilder, Url};
use http_client::testing::{Recording, Script, ScriptedTransport};
use http_client::{Authority, Headers, HttpConnection, Transport};
use http_proto::{
    Leniency, Limits, Method, Parsed, RequestHead, ResponseHead, parse_request, parse_response,
};
use http_server::files::StaticFiles;
use http_server::{HandlerError, Request, Response, testing};

/// More than any input here.
const CONTENT_BYTES_MAX: usize = 1 << 20;

/// What a client makes of an answer: status, fields, content, and whether the connection can be used again; or in which way
/// it failed.
type Outcome = Result<(u16, Vec<(String, Vec<u8>)>, Result<Vec<u8>, String>, bool), String>;

/// A client against any answer: the same comes of it in whatever pieces it arrives, no content is more than was sent, and
/// what the client says of an answer it says again.
///
/// # Panics
/// Where one of these does not hold.
pub fn client_answer(data: &[u8]) {
    let (method, answer) = match data.split_first() {
        Some((first, rest)) if first % 2 == 1 => ("HEAD", rest),
        Some((_, rest)) => ("GET", rest),
        None => ("GET", data),
    };
    let whole = exchange(method, answer, answer.len());
    for bytes in [1, 3] {
        let mut pieces = exchange(method, answer, bytes);
        // What was not asked for is seen at once or only before the next request, but it is seen.
        if let (Ok((.., whole)), Ok((.., pieces))) = (&whole, &mut pieces) {
            assert!(*pieces || !*whole);
            *pieces = *whole;
        }
        assert_eq!(pieces, whole, "in pieces of {bytes}: {}", answer.escape_ascii());
    }
    if let Ok((_, _, Ok(content), _)) = &whole {
        assert!(content.len() <= answer.len());
        assert!(method == "GET" || content.is_empty());
    }
}

fn exchange(method: &str, answer: &[u8], bytes: usize) -> Outcome {
    let head = format!("{method} / HTTP/1.1\r\nHost: example.org\r\nAccept-Encoding: identity\r\n\r\n");
    let (transport, _) = Script::new().expect(head).reply_in_pieces(answer, bytes).end().build();
    let outcome = (|| {
        let mut connection = HttpConnection::from_transport(transport, "example.org")?;
        connection.request(method, "/", (), &Headers::new())?;
        let mut response = connection.get_response()?;
        let status = response.status().as_u16();
        let fields =
            response.headers().iter().map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()));
        let fields = fields.collect();
        let content =
            response.read_all(CONTENT_BYTES_MAX as u64).map_err(|error| format!("{:?}", error.kind()));
        drop(response);
        Ok((status, fields, content, connection.is_reusable().is_ok()))
    })();
    outcome.map_err(|error: http_client::Error| format!("{:?}", error.kind()))
}

/// A server against any bytes: it answers in HTTP and in nothing else, no handler is told of more content than was sent,
/// and of requests without content the same comes in whatever pieces they arrive.
///
/// # Panics
/// Where one of these does not hold.
pub fn server_bytes(data: &[u8]) {
    let (whole, calls) = serve(data, data.len().max(1));
    // A handler waits for content, and here there is nobody who would send it meanwhile.
    let announces = |word: &[u8]| data.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word));
    if !announces(b"content-length") && !announces(b"transfer-encoding") {
        for bytes in [1, 3] {
            let (output, other) = serve(data, bytes);
            assert_eq!(other, calls, "in pieces of {bytes}: {}", data.escape_ascii());
            assert_eq!(
                without_date(&output),
                without_date(&whole),
                "in pieces of {bytes}: {}",
                data.escape_ascii()
            );
        }
    }
    assert!(calls.iter().map(|(_, content)| content.len()).sum::<usize>() <= data.len());
    let mut rest = whole.as_slice();
    let mut calls = calls.iter();
    while let Some((head, bytes)) = read_head(rest) {
        rest = rest.get(bytes..).unwrap_or_default();
        // `OPTIONS *` asks the server itself.
        let is_empty = head.status.is_informational() || head.status == 204;
        let Some(call) = head.headers.get("X-Call").and_then(|_| calls.next()) else {
            if is_empty {
                continue;
            }
            // A fault that the server finds is the last of a connection.
            assert!(head.status.is_client_error() || head.status.is_server_error(), "{head:?}");
            return;
        };
        let length = head.headers.get("Content-Length").and_then(|value| value.to_str().ok()?.parse().ok());
        let bytes: usize = if call.0 == Method::HEAD { 0 } else { length.unwrap_or(0) };
        assert!(bytes <= rest.len(), "an answer breaks off");
        rest = rest.get(bytes..).unwrap_or_default();
    }
}

/// What the handler was told, call by call.
type Calls = Vec<(Method, Vec<u8>)>;

fn serve(data: &[u8], bytes: usize) -> (Vec<u8>, Calls) {
    let calls: Mutex<Calls> = Mutex::new(Vec::new());
    let handler = |request: &mut Request<'_>| -> Result<Response, HandlerError> {
        let method = request.method().clone();
        let content = request.read_to_vec(CONTENT_BYTES_MAX)?;
        let mut calls = calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.push((method, content.clone()));
        Ok(Response::text(content).with_header("X-Call", calls.len().to_string()))
    };
    let mut connection = testing::connect(handler);
    for piece in data.chunks(bytes) {
        connection.send(piece);
    }
    connection.end_sending();
    let output = connection.received();
    drop(connection);
    (output, calls.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// An answer without what depends on when it was given.
fn without_date(output: &[u8]) -> Vec<u8> {
    let lines = output.split_inclusive(|byte| *byte == b'\n');
    lines.filter(|line| !line.starts_with(b"Date: ")).flatten().copied().collect()
}

/// The next head of the server and its length; nothing at the end.
fn read_head(output: &[u8]) -> Option<(ResponseHead, usize)> {
    if output.is_empty() {
        return None;
    }
    match parse_response(output, &Limits::CLIENT, Leniency::Strict) {
        Ok(Parsed::Complete { value, consumed_bytes }) => Some((value, consumed_bytes)),
        other => {
            assert_eq!(other.err(), None, "not HTTP: {}", output.escape_ascii());
            assert!(output.is_empty(), "half a head: {}", output.escape_ascii());
            None
        }
    }
}

/// A folder with files to be had, a hidden one, and one outside of it; removed at the end of the process at the latest by
/// the system.
static FOLDER: LazyLock<(tempfile::TempDir, StaticFiles)> = LazyLock::new(|| {
    let outer = tempfile::tempdir().expect("there is a place for temporary files");
    let files = fill(outer.path()).expect("a new folder takes files");
    (outer, files)
});

const SECRET: &[u8] = b"nobody may read this";
const ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyz";

fn fill(outer: &Path) -> Result<StaticFiles, Box<dyn std::error::Error>> {
    let folder = outer.join("folder");
    std::fs::create_dir_all(folder.join("below"))?;
    std::fs::write(outer.join("outside"), SECRET)?;
    std::fs::write(folder.join(".hidden"), SECRET)?;
    std::fs::write(folder.join("a"), ALPHABET)?;
    std::fs::write(folder.join("below/a b.txt"), ALPHABET)?;
    #[cfg(unix)]
    std::os::unix::fs::symlink("../outside", folder.join("link"))?;
    Ok(StaticFiles::new(folder)?)
}

fn files() -> &'static StaticFiles {
    &FOLDER.1
}

/// A folder of files behind any target: nothing outside and nothing hidden is told, and no redirect leaves the site.
///
/// # Panics
/// Where one of these does not hold.
pub fn file_paths(data: &[u8]) {
    let request = [b"GET /", data, b" HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n"].concat();
    let output = testing::raw_exchange(request, files());
    assert!(!output.windows(SECRET.len()).any(|window| window == SECRET), "told: {}", data.escape_ascii());
    let Some((head, bytes)) = read_head(&output) else { return };
    if let Some(to) = head.headers.get("Location") {
        let to = String::from_utf8_lossy(to.as_bytes());
        let base = Url::parse("http://example.org/");
        let host = base.and_then(|base| base.join(&to)).map(|url| url.origin().ascii_serialization());
        assert_eq!(host.as_deref(), Ok("http://example.org"), "leaves for {to}");
    }
    let content = output.get(bytes..).unwrap_or_default();
    let is_file = head.headers.get("ETag").is_some() && head.status == 200;
    assert!(
        !is_file || content == ALPHABET || content.starts_with(b"<!DOCTYPE"),
        "{}",
        content.escape_ascii()
    );
}

/// A file of 26 letters behind any `Range`: a part is what its `Content-Range` says, the whole is the whole, and an answer
/// in several parts is no larger than what it is worth.
///
/// # Panics
/// Where one of these does not hold.
pub fn file_ranges(data: &[u8]) {
    if data.iter().any(u8::is_ascii_control) {
        return;
    }
    let answer = testing::get("/a").with_header("Range", data).send_to(files());
    let content = answer.content();
    let range = answer.headers().get("Content-Range").map(|value| value.as_bytes().to_vec());
    match (answer.status().as_u16(), range) {
        (200, None) => assert_eq!(content, ALPHABET),
        (416, Some(range)) => assert_eq!(range, b"bytes */26"),
        (206, Some(range)) => {
            let text = String::from_utf8_lossy(&range);
            let part = text.strip_prefix("bytes ").and_then(|text| text.strip_suffix("/26"));
            let ends = part.and_then(|part| part.split_once('-'));
            let ends = ends.and_then(|(first, last)| Some(first.parse().ok()?..=last.parse().ok()?));
            assert_eq!(Some(content), ends.and_then(|ends| ALPHABET.get(ends)), "{text}");
        }
        (206, None) => {
            let kind = answer.headers().get("Content-Type").map(|kind| kind.as_bytes().to_vec());
            assert!(kind.is_some_and(|kind| kind.starts_with(b"multipart/byteranges")));
            assert!(content.len() < 16 << 10, "{} bytes", content.len());
        }
        (400, _) => {}
        (status, range) => assert_eq!((status, range), (200, None)),
    }
}

/// The connections that the client of [`redirect`] and [`challenge`] gets, and what it said on those it got.
static SCRIPTS: Mutex<VecDeque<Script>> = Mutex::new(VecDeque::new());
static OPENED: Mutex<Vec<(String, Recording)>> = Mutex::new(Vec::new());
/// One body at a time: there is one client, since making one takes longer than a call.
static TURN: Mutex<()> = Mutex::new(());

static CLIENT: LazyLock<Client> = LazyLock::new(|| {
    let connector = |to: &Authority, _: Option<Duration>| -> io::Result<Box<dyn Transport>> {
        let script = SCRIPTS.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let (transport, recording): (ScriptedTransport, Recording) =
            script.ok_or(io::ErrorKind::ConnectionRefused)?.build();
        OPENED.lock().unwrap_or_else(PoisonError::into_inner).push((to.to_string(), recording));
        Ok(Box::new(transport))
    };
    Client::builder()
        .connector(connector)
        .proxies(Proxies::none())
        .redirects(Redirects::follow(1))
        .build()
        .expect("nothing here can be refused")
});

/// One call that is answered by `head` and, where it asks again, by 200: whether it came to that, and to whom the client
/// said what.
fn call(head: &[u8], request: impl FnOnce(&Client) -> RequestBuilder) -> (bool, Vec<(String, Vec<u8>)>) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let first = [head, b"Connection: close\r\nContent-Length: 0\r\n\r\n"].concat();
    let last = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok";
    let scripts = [Script::new().reply(first).end(), Script::new().reply(last).end()];
    *SCRIPTS.lock().unwrap_or_else(PoisonError::into_inner) = scripts.into();
    // Many a redirect leads nowhere, and that is an error.
    let arrived = request(&CLIENT).send().is_ok_and(|answer| answer.status() == 200);
    let opened = std::mem::take(&mut *OPENED.lock().unwrap_or_else(PoisonError::into_inner));
    (arrived, opened.into_iter().map(|(to, recording)| (to, recording.sent())).collect())
}

/// The head of a request without content, behind which nothing was sent.
fn one_request(sent: &[u8]) -> Option<RequestHead> {
    let parsed = parse_request(sent, &Limits::SERVER);
    assert!(matches!(parsed, Ok(Parsed::Complete { .. })), "no request: {}", sent.escape_ascii());
    let Ok(Parsed::Complete { value: head, consumed_bytes }) = parsed else { return None };
    assert_eq!(consumed_bytes, sent.len(), "more than a request: {}", sent.escape_ascii());
    assert_eq!(head.method, Method::GET);
    Some(head)
}

/// A redirect to anywhere: what is sent there is one request, to the host that it is sent to, and credentials stay with the
/// origin that they were meant for.
///
/// # Panics
/// Where one of these does not hold.
pub fn redirect(data: &[u8]) {
    const TOKEN: &str = "Bearer 31d4d96e407aad42";
    if data.iter().any(u8::is_ascii_control) {
        return;
    }
    let answer = [b"HTTP/1.1 302 Found\r\nLocation: ", data, b"\r\n"].concat();
    let (arrived, said) =
        call(&answer, |client| client.get("http://a.test/x/y?z").header("Authorization", TOKEN));
    let Some((to, sent)) = said.get(1) else { return };
    let is_ours = to == "a.test:80" || to == "a.test";
    assert!(is_ours || !sent.windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes()), "told {to}");
    if !arrived {
        return;
    }
    let Some(head) = one_request(sent) else { return };
    let host = head.headers.get("Host").map(|host| String::from_utf8_lossy(host.as_bytes()).into_owned());
    assert!(host.is_some_and(|host| to == &host || to == &format!("{host}:80")), "{to}");
}

/// Any challenge to a client that knows a password: it answers by one request to the same host or not at all, in Digest
/// and in nothing that is weaker, and the password is not told.
///
/// # Panics
/// Where one of these does not hold.
pub fn challenge(data: &[u8]) {
    const PASSWORD: &str = "31d4d96e407aad42";
    if data.iter().any(u8::is_ascii_control) {
        return;
    }
    let answer = [b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: ", data, b"\r\n"].concat();
    let (_, said) = call(&answer, |client| client.get("http://a.test/x").auth(Digest::new("joe", PASSWORD)));
    assert!(said.len() <= 2, "asked {} times", said.len());
    for (to, sent) in &said {
        assert!(to == "a.test:80" || to == "a.test", "asked {to}");
        assert!(!sent.windows(PASSWORD.len()).any(|window| window == PASSWORD.as_bytes()));
        let Some(head) = one_request(sent) else { return };
        let answered =
            head.headers.get("Authorization").map(|value| value.as_bytes().starts_with(b"Digest "));
        assert_ne!(answered, Some(false), "{}", sent.escape_ascii());
    }
}
