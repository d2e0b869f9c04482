//! Servers in processes of their own, so that what they do is never counted as the work of the case that asks them.
//!
//! The bench program runs itself as the server: [`Bench::with_servers`](crate::Bench::with_servers) names what it can
//! serve, and [`Server::start`] starts one of them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::{env, io, process, thread};

/// What a server does with its listener, until the process ends.
pub type Serve = fn(TcpListener);

/// A server of this program in another process; it ends when this is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    /// `None` where whoever started this program runs the server.
    child: Option<Child>,
}

impl Server {
    /// Starts the server of that name on a free port of loopback.
    ///
    /// # Errors
    ///
    /// The program cannot run itself, or does not serve that name.
    pub fn start(name: &str) -> io::Result<Self> {
        if let Some(address) = env::var(variable(name)).ok().and_then(|text| text.parse().ok()) {
            return Ok(Self { address, child: None });
        }
        let mut command = Command::new(env::current_exe()?);
        let mut child =
            command.args(["--serve", name]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        if let Some(output) = child.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let address =
            line.trim().parse().map_err(|_| io::Error::other(format!("no server is called {name:?}")))?;
        Ok(Self { address, child: Some(child) })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The number of its process; `None` where whoever started this program runs the server.
    #[must_use]
    pub fn process_id(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// The environment variable that tells a program below strace or valgrind where a server is.
pub(crate) fn variable(name: &str) -> String {
    format!("BENCH_SERVER_{name}")
}

/// Is the server of that name, until whoever started it closes the pipe or ends.
pub(crate) fn be(name: &str, servers: &[(&str, Serve)]) -> Result<(), String> {
    let (_, serve) = servers
        .iter()
        .find(|(known, _)| *known == name)
        .ok_or_else(|| format!("no server is called {name:?}"))?;
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|error| format!("listening: {error}"))?;
    let address = listener.local_addr().map_err(|error| format!("listening: {error}"))?;
    let mut output = io::stdout();
    writeln!(output, "{address}")
        .and_then(|()| output.flush())
        .map_err(|error| format!("telling the port: {error}"))?;
    thread::spawn(|| {
        drop(io::stdin().read_to_end(&mut Vec::new()));
        process::exit(0);
    });
    serve(listener);
    Ok(())
}
