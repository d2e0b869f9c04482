//! A reverse proxy: hands requests on to another server, answers with what it says, and tells it who asked.
//!
//! `cargo run -p httpkit --example reverse_proxy -- http://localhost:9000 [ADDRESS]`
#![expect(clippy::print_stdout, reason = "a program that talks to a person")]

use std::error::Error;

use httpkit::client::Client;
use httpkit::client::client::{ErrorKind, Redirects, Url};
use httpkit::server::{Body, HandlerError, Request, Response, Server};
use httpkit::{Headers, Method, StatusCode};

/// Requests are held while they are sent on; answers are not.
const CONTENT_BYTES_MAX: usize = 10 << 20;

/// Fields that are about one connection and stop here (RFC 9110 §7.6.1), beside those that `Connection` names.
const HOP_BY_HOP: [&str; 7] =
    ["Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade"];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (origin, address) = match arguments.as_slice() {
        [origin] => (origin, "127.0.0.1:0"),
        [origin, address] => (origin, address.as_str()),
        _ => return Err("usage: reverse_proxy ORIGIN [ADDRESS]".into()),
    };
    let origin = Url::parse(origin)?;
    // An answer goes back as it came: redirects are the browser's, and content stays coded.
    let client = Client::builder().redirects(Redirects::none()).decode(false).build()?;
    let server =
        Server::bind(address)?.serve(move |request: &mut Request<'_>| hand_on(&client, &origin, request))?;
    for address in server.addresses() {
        println!("http://{address}/");
    }
    server.wait();
    Ok(())
}

fn hand_on(client: &Client, origin: &Url, request: &mut Request<'_>) -> Result<Response, HandlerError> {
    let mut url = origin.clone();
    url.set_path(request.path());
    url.set_query(request.query());
    let mut headers = end_to_end(request.headers());
    // Content has been read when it is sent on, so that nobody waits for leave to send it.
    for name in ["Host", "Content-Length", "Expect", "Forwarded"] {
        headers.remove(name);
    }
    // RFC 9110 §7.6.3: whoever hands on says so, so that a loop can be noticed.
    headers.append("Via", "1.1 httpkit")?;
    if let Some(peer) = request.peer_addr() {
        headers.append("Forwarded", format!("for=\"{peer}\""))?;
    }
    let content = request.read_to_vec(CONTENT_BYTES_MAX)?;
    let mut call = client.request(request.method().clone(), url).headers(&headers);
    if !content.is_empty() {
        call = call.body(content);
    }
    let answer = match call.send() {
        Ok(answer) => answer,
        Err(error) if error.kind() == ErrorKind::Timeout => {
            return Ok(Response::error_page(StatusCode::GATEWAY_TIMEOUT));
        }
        Err(_) => return Ok(Response::error_page(StatusCode::BAD_GATEWAY)),
    };
    let mut response = Response::new(answer.status());
    *response.headers_mut() = end_to_end(answer.headers());
    // RFC 9110 §8.6: these tell the length of content that they do not have.
    if *request.method() == Method::HEAD || answer.status() == StatusCode::NOT_MODIFIED {
        return Ok(response);
    }
    response.headers_mut().remove("Content-Length");
    let length = answer.wire_length();
    Ok(response.with_body(match length {
        Some(length) => Body::sized_reader(answer, length),
        None => Body::reader(answer),
    }))
}

fn end_to_end(headers: &Headers) -> Headers {
    let mut kept = headers.clone();
    let named: Vec<String> =
        headers.list("Connection").map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    kept.retain(|name, _| {
        !HOP_BY_HOP.iter().any(|hop| hop.eq_ignore_ascii_case(name))
            && !named.iter().any(|hop| hop.eq_ignore_ascii_case(name))
    });
    kept
}
