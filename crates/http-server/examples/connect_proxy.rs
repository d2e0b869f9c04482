//! A proxy for tunnels (CONNECT, RFC 9110 §9.3.6), as browsers use one for HTTPS: it copies bytes both ways and sees none of
//! what they mean. `cargo run -p http-server --example connect_proxy`, then `curl -p -x http://127.0.0.1:8080 URL`.
//!
//! It opens connections for whoever asks: never let strangers reach one that does not check who asks, and for what.

use http_server::{Error, Request, Response, Server, ServerHandle, StatusCode, Upgraded};
use std::io::{self, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

/// Whoever is silent for so long is gone.
const SILENCE: Duration = Duration::from_secs(300);

/// Connects to the target, so that a failure is an answer, and only then opens the tunnel.
fn connect(request: &mut Request<'_>) -> Result<Response, Error> {
    let target = request.target().authority().unwrap_or_default().to_owned();
    if request.method() != "CONNECT" {
        return Err(Error::StatusWith(StatusCode::NOT_IMPLEMENTED, "this is a proxy for tunnels".to_owned()));
    }
    let refused =
        |error| Error::StatusWith(StatusCode::BAD_GATEWAY, format!("cannot connect to {target}: {error}"));
    let other = TcpStream::connect(&*target).map_err(refused)?;
    Ok(Response::tunnel(move |client| {
        // Whoever ends the tunnel, and how, it is over.
        let _ = copy_both_ways(client, &other);
    }))
}

/// Copies until both sides have ended; each end is passed on by itself.
fn copy_both_ways(client: Upgraded, other: &TcpStream) -> io::Result<()> {
    client.set_timeouts(Some(SILENCE), Some(SILENCE))?;
    other.set_read_timeout(Some(SILENCE))?;
    other.set_write_timeout(Some(SILENCE))?;
    let (mut from_client, mut to_client) = client.split();
    std::thread::scope(|scope| {
        let there = scope.spawn(move || {
            let mut to = other;
            let copied = io::copy(&mut from_client, &mut to);
            other.shutdown(Shutdown::Write).and(copied)
        });
        let mut from = other;
        let back = io::copy(&mut from, &mut to_client);
        drop(to_client);
        let there = there.join().unwrap_or(Err(io::ErrorKind::Other.into()));
        there.and(back).map(drop)
    })
}

/// Serves on a free port of this machine, or on this one.
pub(crate) fn serve(port: u16) -> Result<ServerHandle, Error> {
    Server::bind(("127.0.0.1", port))?.serve(connect)
}

pub(crate) fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = serve(8080)?;
    for address in server.addresses() {
        writeln!(io::stdout(), "tunnels through http://{address}/")?;
    }
    server.wait();
    Ok(())
}
