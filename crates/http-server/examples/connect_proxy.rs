//! A proxy for tunnels (CONNECT, RFC 9110 §9.3.6), as browsers use one for HTTPS: it copies bytes both ways and sees none of
//! what they mean. `cargo run -p http-server --example connect_proxy`, then `curl -p -x http://127.0.0.1:8080 URL`.
//!
//! It opens connections for whoever asks: never let strangers reach one that does not check who asks, and for what.

use http_server::{Error, Request, Response, Server, ServerHandle, StatusCode, Upgraded};
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Where nobody says anything for so long, both are gone.
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

/// Copies until both sides have ended, or are silent; each end is passed on by itself.
fn copy_both_ways(client: Upgraded, other: &TcpStream) -> io::Result<()> {
    client.set_timeouts(Some(SILENCE), Some(SILENCE))?;
    other.set_read_timeout(Some(SILENCE))?;
    other.set_write_timeout(Some(SILENCE))?;
    let (mut from_client, mut to_client) = client.split();
    let (said_there, said_back) = (AtomicU64::new(0), AtomicU64::new(0));
    std::thread::scope(|scope| {
        let there = scope.spawn(|| {
            let mut to = other;
            let copied = copy(&mut from_client, &mut to, &said_there, &said_back);
            other.shutdown(Shutdown::Write).and(copied)
        });
        let mut from = other;
        let back = copy(&mut from, &mut to_client, &said_back, &said_there);
        drop(to_client);
        let there = there.join().unwrap_or(Err(io::ErrorKind::Other.into()));
        there.and(back)
    })
}

/// Copies one way to its end and counts in `said` what comes. Silence is the end only where the other way has been silent
/// as well since the last time: of a long download, nothing else goes up.
pub(crate) fn copy(
    from: &mut impl Read,
    to: &mut impl Write,
    said: &AtomicU64,
    said_otherwise: &AtomicU64,
) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    let mut known = said_otherwise.load(Ordering::Relaxed);
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => {
                to.write_all(buffer.get(..count).unwrap_or_default())?;
                said.fetch_add(1, Ordering::Relaxed);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                let now = said_otherwise.load(Ordering::Relaxed);
                if now == known {
                    return Err(error);
                }
                known = now;
            }
            Err(error) => return Err(error),
        }
    }
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
