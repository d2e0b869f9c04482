//! CPython as a peer: scripts on its command line, and its own `http.server` on a free port of loopback.

use std::io;
use std::path::Path;
use std::process::Command;

use crate::peer::{self, Peer};

/// CPython with a script, cut off from the settings of the person who runs the test.
#[must_use]
pub fn script(text: &str) -> Command {
    let mut command = Command::new("python3");
    command.args(["-I", "-u", "-c", text]);
    command
}

/// Runs a script to its end with `input` and hands back what it printed.
///
/// # Errors
///
/// CPython is missing, the script failed, or it did not end in time.
pub fn run(text: &str, input: &[u8]) -> io::Result<String> {
    peer::run(&mut script(text), input)
}

/// Starts a script that serves: it must print its port as its first line.
///
/// # Errors
///
/// CPython is missing, or no port came.
pub fn serve(text: &str) -> io::Result<(Peer, u16)> {
    let peer = Peer::start(&mut script(text), b"")?;
    let port = peer.port()?;
    Ok((peer, port))
}

/// Starts CPython's own server of files over a folder, with HTTP/1.1 and a thread for each connection.
///
/// # Errors
///
/// As for [`serve`].
pub fn serve_folder(folder: &Path) -> io::Result<(Peer, u16)> {
    let mut command = script(SERVE_FOLDER);
    command.arg(folder);
    let peer = Peer::start(&mut command, b"")?;
    let port = peer.port()?;
    Ok((peer, port))
}

const SERVE_FOLDER: &str = r#"
import functools, http.server, sys
class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
handler = functools.partial(Handler, directory=sys.argv[1])
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
print(server.server_address[1], flush=True)
server.serve_forever()
"#;
