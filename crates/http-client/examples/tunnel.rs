//! HTTPS through an HTTP proxy, and what the proxy says if it does not want to.
//!
//! `cargo run -p http-client --example tunnel -- proxy.example:3128 www.example.org`

use http_client::{ErrorKind, Headers, HttpsConnection};
use std::error::Error;
use std::io::{self, Write};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [proxy, host] = arguments.as_slice() else {
        return Err("usage: tunnel PROXY[:PORT] HOST[:PORT]".into());
    };
    let mut connection = HttpsConnection::new(proxy)?;
    connection.set_tunnel(host, &Headers::new())?;
    let mut out = io::stdout().lock();
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
    response.copy_to(&mut out)?;
    Ok(())
}
