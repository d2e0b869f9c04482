//! Another protocol on the same connection (RFC 9110 §7.8). A thread plays the server: behind its 101 it says every
//! line back in capitals.
//!
//! `cargo run -p http-client --example upgrade`

use http_client::{Headers, HttpConnection};
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
    let server = std::thread::spawn(move || shout(&listener));

    let mut connection = HttpConnection::new(&host)?;
    let mut headers = Headers::new();
    headers.append("Connection", "upgrade")?;
    headers.append("Upgrade", "shout")?;
    connection.request("GET", "/", (), &headers)?;
    let Some(stream) = connection.get_response()?.into_upgraded() else {
        return Err("the server does not switch".into());
    };

    let mut stream = BufReader::new(stream);
    for line in ["hello\n", "is anybody there?\n"] {
        stream.get_mut().write_all(line.as_bytes())?;
        let mut answer = String::new();
        stream.read_line(&mut answer)?;
        write!(out, "{answer}")?;
    }
    drop(stream);
    server.join().map_err(|_| "the server failed")??;
    Ok(())
}

/// One connection: the head, a 101, and then lines.
fn shout(listener: &TcpListener) -> io::Result<()> {
    let (stream, _) = listener.accept()?;
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let mut stream = stream;
    for line in lines.by_ref() {
        if line?.is_empty() {
            break;
        }
    }
    stream.write_all(b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: shout\r\n\r\n")?;
    for line in lines {
        writeln!(stream, "{}", line?.to_uppercase())?;
    }
    Ok(())
}
