//! Running `http-server` on a free port of the loopback, and asking it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// No answer of a healthy server takes nearly as long; only a broken one makes a test wait for it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The command, not yet run, without the environment that would configure it.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_http-server"));
    for name in ["PORT", "BIND", "DIRECTORY", "TLS_CERT", "TLS_KEY", "AUTH"] {
        command.env_remove(format!("HTTP_SERVER_{name}"));
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs it to its end.
pub(crate) fn run(arguments: &[&str]) -> Output {
    command().args(arguments).output().unwrap()
}

/// A server that is killed when the test is over.
pub(crate) struct Running {
    child: Child,
    pub(crate) first_line: String,
    pub(crate) port: u16,
    lines: Receiver<String>,
    log: Option<BufReader<ChildStderr>>,
}

/// Serves `folder` on 127.0.0.1.
pub(crate) fn serve(folder: &Path, arguments: &[&str]) -> Running {
    let mut command = command();
    command.args(["0", "-b", "127.0.0.1", "-d"]).arg(folder).args(arguments);
    start(command)
}

/// Starts and waits for the first line.
pub(crate) fn start(mut command: Command) -> Running {
    let mut child = command.spawn().unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let log = BufReader::new(child.stderr.take().unwrap());
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in out.lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    let Ok(first_line) = lines.recv_timeout(PATIENCE) else {
        child.kill().unwrap();
        let mut text = String::new();
        let mut log = log;
        log.read_to_string(&mut text).unwrap();
        panic!("no first line: {text}");
    };
    let port = port_of(&first_line);
    Running { child, first_line, port, lines, log: Some(log) }
}

/// The port of the first URL in a line.
fn port_of(line: &str) -> u16 {
    let authority = line.split("://").nth(1).unwrap().split('/').next().unwrap();
    authority.rsplit(':').next().unwrap().parse().unwrap()
}

impl Running {
    pub(crate) fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    /// A line of standard output after the first.
    pub(crate) fn next_line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).unwrap()
    }

    /// One more line of standard error.
    pub(crate) fn log_line(&mut self) -> String {
        let mut line = String::new();
        self.log.as_mut().unwrap().read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// The rest of standard error, once the process has ended.
    pub(crate) fn log_rest(&mut self) -> String {
        let mut text = String::new();
        self.log.as_mut().unwrap().read_to_string(&mut text).unwrap();
        text
    }

    pub(crate) fn get(&self, target: &str) -> Answer {
        self.ask(target, &[])
    }

    pub(crate) fn ask(&self, target: &str, fields: &[(&str, &str)]) -> Answer {
        self.request("GET", target, fields)
    }

    /// One request on a connection of its own.
    pub(crate) fn request(&self, method: &str, target: &str, fields: &[(&str, &str)]) -> Answer {
        let mut text = format!("{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        for (name, value) in fields {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str("\r\n");
        Answer::parse(&self.exchange(text.as_bytes()))
    }

    /// Sends bytes and reads up to the end of the connection.
    pub(crate) fn exchange(&self, input: &[u8]) -> Vec<u8> {
        let mut stream = connect(self.address());
        stream.write_all(input).unwrap();
        let mut output = Vec::new();
        stream.read_to_end(&mut output).unwrap();
        output
    }

    #[cfg(unix)]
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, signal).unwrap();
    }

    /// Waits until the server takes no more connections, for [`PATIENCE`] at most.
    #[cfg(unix)]
    pub(crate) fn wait_until_deaf(&self) {
        self.wait_for(|| TcpStream::connect(self.address()).is_err(), "the server goes on listening");
    }

    /// Waits until `done`, for [`PATIENCE`] at most.
    #[cfg(unix)]
    #[expect(clippy::unused_self, reason = "it is the server that is waited for")]
    pub(crate) fn wait_for(&self, done: impl Fn() -> bool, what: &str) {
        wait_until(done, what);
    }

    /// Waits for the end of the process.
    pub(crate) fn end(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// An answer that ended with its connection.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) content: Vec<u8>,
}

impl Answer {
    pub(crate) fn parse(output: &[u8]) -> Self {
        let end = output.windows(4).position(|four| four == b"\r\n\r\n").expect("a whole head");
        let head = String::from_utf8(output[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self { status, head, content: output[end + 4..].to_vec() }
    }

    /// The value of the first field with this name, or nothing.
    pub(crate) fn field(&self, name: &str) -> &str {
        let found = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        found.into_iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.content).into_owned()
    }
}

/// A folder with a file `a.txt` that holds `hello`.
pub(crate) fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.txt"), "hello").unwrap();
    folder
}

/// Waits until something has happened, and fails with `what` if it never does.
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "a wait that is bounded needs a clock")]
pub(crate) fn wait_until(done: impl Fn() -> bool, what: &str) {
    let began = std::time::Instant::now();
    while !done() {
        assert!(began.elapsed() < PATIENCE, "{what}");
        std::thread::yield_now();
    }
}
