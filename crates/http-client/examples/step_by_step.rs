//! A request in Python's steps: line, fields, content, answer.
//!
//! `cargo run -p http-client --example step_by_step -- localhost:8000 /form`

use http_client::HttpConnection;
use std::error::Error;
use std::io::Write;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let host = arguments.next().unwrap_or_else(|| String::from("localhost:8000"));
    let target = arguments.next().unwrap_or_else(|| String::from("/"));
    let content = b"name=value&other=one";

    let mut connection = HttpConnection::new(&host)?;
    connection.put_request("POST", &target)?;
    connection.put_header("Content-Type", "application/x-www-form-urlencoded")?;
    connection.put_header("Content-Length", content.len().to_string())?;
    connection.end_headers()?;
    connection.send(content)?;

    let mut response = connection.get_response()?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{} {}", response.status(), String::from_utf8_lossy(response.reason()))?;
    for (name, value) in response.headers() {
        writeln!(out, "{name}: {}", value.to_latin1())?;
    }
    writeln!(out)?;
    std::io::copy(&mut response, &mut out)?;
    Ok(())
}
