//! Heads and framing alone, without our client and server: what real peers send is read, and what we write they read.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::thread::{self, JoinHandle};

use http_proto::{
    Framing, Leniency, Limits, Method, Parsed, RequestHead, RequestTarget, ResponseHead, StatusCode,
    encode_request, encode_response, parse_request, parse_response, request_framing, response_framing,
};
use support::peer::PATIENCE;
use support::python::FileServer;
use support::{peer, python};

/// Sends bytes to a port and reads to the end of the answer.
fn exchange(port: u16, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(request).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    answer
}

#[test]
fn the_answer_of_cpythons_file_server_is_read() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a file.txt"), "hello").unwrap();
    let (_server, port) = FileServer::default().start(folder.path()).unwrap();

    let mut request = RequestHead::default();
    request.target = RequestTarget::new("/a%20file.txt", &Method::GET).unwrap();
    request.headers.append("Host", "127.0.0.1").unwrap();
    request.headers.append("Connection", "close").unwrap();
    let mut wire = Vec::new();
    encode_request(&request, &mut wire).unwrap();
    let answer = exchange(port, &wire);

    let parsed = parse_response(&answer, &Limits::CLIENT, Leniency::Recipient).unwrap();
    let Parsed::Complete { value: head, consumed_bytes } = parsed else {
        panic!("the head is not whole: {answer:?}")
    };
    assert_eq!(head.status, StatusCode::OK);
    assert_eq!(head.headers.get("content-type").unwrap(), "text/plain");
    assert_eq!(response_framing(&Method::GET, &head).unwrap().framing, Framing::Length(5));
    assert_eq!(&answer[consumed_bytes..], b"hello");
}

/// Answers one request on a free port with our encoder, and hands back the request as our parser read it.
fn answer_once(body: &'static [u8]) -> (u16, JoinHandle<(RequestHead, Vec<u8>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let (head, content) = read_request(&mut stream);
        let mut answer = ResponseHead::default();
        answer.headers.append("X-Seen", head.target.as_str()).unwrap();
        answer.headers.append("Content-Length", body.len().to_string()).unwrap();
        answer.headers.append("Connection", "close").unwrap();
        let mut wire = Vec::new();
        encode_response(&answer, &mut wire).unwrap();
        wire.extend_from_slice(body);
        stream.write_all(&wire).unwrap();
        (head, content)
    });
    (port, server)
}

fn read_request(stream: &mut TcpStream) -> (RequestHead, Vec<u8>) {
    let mut input = Vec::new();
    let mut piece = [0_u8; 4096];
    loop {
        let count = stream.read(&mut piece).unwrap();
        assert_ne!(count, 0, "the peer closed after {input:?}");
        input.extend_from_slice(&piece[..count]);
        let Parsed::Complete { value: head, consumed_bytes } =
            parse_request(&input, &Limits::SERVER).unwrap()
        else {
            continue;
        };
        let length = match request_framing(&head).unwrap().framing {
            Framing::None => 0,
            Framing::Length(length) => usize::try_from(length).unwrap(),
            other => panic!("framing {other:?}"),
        };
        if let Some(content) = input.get(consumed_bytes..consumed_bytes + length) {
            return (head, content.to_vec());
        }
    }
}

const POST: &str = r#"
import http.client, sys
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=60)
connection.request("POST", "/form?a=b", body=b"x" * 5000, headers={"X-Own": "caf\u00e9"})
response = connection.getresponse()
print(response.status, response.getheader("x-seen"), response.read().decode())
"#;

#[test]
fn a_request_of_cpythons_client_is_read_and_it_reads_our_answer() {
    let (port, server) = answer_once(b"to python");
    let said = peer::run(python::script(POST).arg(port.to_string()), b"").unwrap();
    assert_eq!(said, "200 /form?a=b to python\n");
    let (head, content) = server.join().unwrap();
    assert_eq!(head.method, Method::POST);
    assert_eq!(head.headers.get("x-own").unwrap().as_bytes(), b"caf\xe9");
    assert_eq!(content, [b'x'; 5000]);
}

#[test]
fn a_request_of_curl_is_read_and_it_reads_our_answer() {
    let (port, server) = answer_once(b"to curl");
    let url = format!("http://127.0.0.1:{port}/a/b?c");
    let mut curl = Command::new("curl");
    curl.args(["--disable", "--silent", "--show-error", "--max-time", "60", "--noproxy", "*", "--include"]);
    let said = peer::run(curl.args(["--data-binary", "@-", &url]), b"sent by curl").unwrap();
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    assert!(said.contains("X-Seen: /a/b?c"), "{said}");
    assert!(said.ends_with("to curl\n"), "{said}");
    let (head, content) = server.join().unwrap();
    assert_eq!(head.target.path(), "/a/b");
    assert_eq!(content, b"sent by curl");
}
