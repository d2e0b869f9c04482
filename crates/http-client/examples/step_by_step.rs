//! A request in Python's steps: line, fields, content, answer.
//!
//! `cargo run -p http-client --example step_by_step -- localhost:8000 /form`

use http_client::HttpConnection;
use std::error::Error;
use std::io::Write;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    run(&arguments, &mut std::io::stdout().lock())
}

/// The example itself: host and target are its arguments.
pub(crate) fn run(arguments: &[String], out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let host = arguments.first().map_or("localhost:8000", String::as_str);
    let target = arguments.get(1).map_or("/", String::as_str);
    let content = b"name=value&other=one";

    let mut connection = HttpConnection::new(host)?;
    connection.put_request("POST", target)?;
    connection.put_header("Content-Type", "application/x-www-form-urlencoded")?;
    connection.put_header("Content-Length", content.len().to_string())?;
    connection.end_headers()?;
    connection.send(content)?;

    let mut response = connection.get_response()?;
    writeln!(out, "{} {}", response.status(), String::from_utf8_lossy(response.reason()))?;
    for (name, value) in response.headers() {
        writeln!(out, "{name}: {}", value.to_latin1())?;
    }
    writeln!(out)?;
    std::io::copy(&mut response, out)?;
    Ok(())
}
