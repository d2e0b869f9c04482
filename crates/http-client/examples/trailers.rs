//! Trailers both ways (RFC 9110 §6.5): content in chunks with its sum behind it, and an answer likewise. A thread plays
//! the server.
//!
//! `cargo run -p http-client --example trailers`

use http_client::{BodyLength, Headers, HttpConnection};
use std::error::Error;
use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpListener;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    run(&arguments, &mut io::stdout().lock())
}

/// The example itself: it takes no arguments.
pub(crate) fn run(_arguments: &[String], out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let host = listener.local_addr()?.to_string();
    let server = std::thread::spawn(move || answer(&listener));

    let mut connection = HttpConnection::new(&host)?;
    let mut body =
        connection.start("PUT", "/numbers")?.header("Trailer", "X-Sum")?.body(BodyLength::Chunked)?;
    let mut sum = 0;
    for number in 1..=5 {
        writeln!(body, "{number}")?;
        sum += number;
    }
    let mut trailers = Headers::new();
    trailers.append("X-Sum", sum.to_string())?;
    let mut response = body.finish_with_trailers(&trailers)?.response()?;

    response.copy_to(out)?;
    for (name, value) in response.trailers().into_iter().flatten() {
        writeln!(out, "{name}: {}", value.to_latin1())?;
    }
    drop(response);
    server.join().map_err(|_| "the server failed")??;
    Ok(())
}

/// Reads a request to the end of its trailers and says what it has seen there.
fn answer(listener: &TcpListener) -> io::Result<()> {
    let (mut stream, _) = listener.accept()?;
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    // The head, then chunks up to the last one, then trailers: each ends with an empty line.
    let mut seen = String::new();
    for end in ["", "0", ""] {
        for line in lines.by_ref() {
            let line = line?;
            if line == end {
                break;
            }
            seen = line;
        }
    }
    let content = format!("the server saw {seen}\n");
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Lines\r\n\r\n{:X}\r\n{content}\r\n0\r\nX-Lines: 1\r\n\r\n",
        content.len()
    )
}
