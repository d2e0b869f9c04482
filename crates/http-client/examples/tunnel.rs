//! HTTPS through an HTTP proxy, and what the proxy says if it does not want to.
//!
//! `cargo run -p http-client --example tunnel -- proxy.example:3128 www.example.org`

use http_client::{ErrorKind, Headers, HttpsConnection};
use std::error::Error;
use std::io::Write;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    run(&arguments, &mut std::io::stdout().lock())
}

/// The example itself: proxy and host are its arguments.
pub(crate) fn run(arguments: &[String], out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let [proxy, host] = arguments else {
        return Err("usage: tunnel PROXY[:PORT] HOST[:PORT]".into());
    };
    let mut connection = HttpsConnection::new(proxy)?;
    connection.set_tunnel(host, &Headers::new())?;
    if let Err(error) = connection.connect() {
        if let (ErrorKind::TunnelRefused { .. }, Some(answer)) = (error.kind(), connection.proxy_answer()) {
            writeln!(out, "the proxy says {}:", answer.status())?;
            out.write_all(&answer.content)?;
        }
        return Err(error.into());
    }
    connection.request("GET", "/", (), &Headers::new())?;
    let mut response = connection.get_response()?;
    if let Some(tls) = response.tls() {
        writeln!(out, "{} {}", tls.version, tls.cipher_suite)?;
    }
    writeln!(out, "{}", response.status())?;
    response.copy_to(out)?;
    Ok(())
}
