//! CPython as a peer: scripts on its command line, and its own `http.server` on a free port of loopback.

use std::io;
use std::path::Path;
use std::process::Command;

use crate::certificate::Certificate;
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

/// How CPython's own server of files is started.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct FileServer<'a> {
    /// `HTTP/1.0`, which is CPython's default, instead of `HTTP/1.1`.
    pub http10: bool,
    /// The certificate with which it speaks TLS.
    pub certificate: Option<&'a Certificate>,
}

impl FileServer<'_> {
    /// Starts it over a folder, with a thread for each connection. Beside files it answers POST and PUT with the
    /// content that came, and GET `/chunked` in three chunks.
    ///
    /// # Errors
    ///
    /// As for [`serve`].
    pub fn start(self, folder: &Path) -> io::Result<(Peer, u16)> {
        let mut command = script(FILE_SERVER);
        command.arg(folder).arg(if self.http10 { "HTTP/1.0" } else { "HTTP/1.1" });
        if let Some(certificate) = self.certificate {
            command.arg(certificate.file()).arg(certificate.key_file());
        }
        let peer = Peer::start(&mut command, b"")?;
        let port = peer.port()?;
        Ok((peer, port))
    }
}

const FILE_SERVER: &str = r#"
import functools, http.server, ssl, sys
class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = sys.argv[2]
    def do_POST(self):
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-Method", self.command)
        self.end_headers()
        self.wfile.write(content)
    do_PUT = do_POST
    def do_GET(self):
        if self.path != "/chunked":
            return super().do_GET()
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"3\r\none\r\n5;x=y\r\n, two\r\n7\r\n, three\r\n0\r\nX-Last: yes\r\n\r\n")
handler = functools.partial(Handler, directory=sys.argv[1])
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
if len(sys.argv) > 3:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[3], sys.argv[4])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
"#;
