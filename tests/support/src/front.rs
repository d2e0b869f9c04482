//! Proxies in front of our server: HAProxy and nginx, each one process with a configuration that the caller has.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::peer::{PATIENCE, Peer};

/// A running proxy; it ends when this is dropped.
#[derive(Debug)]
pub struct Front {
    process: Peer,
    _folder: TempDir,
}

impl Front {
    /// Starts HAProxy, and waits until it takes connections at `address`.
    ///
    /// # Errors
    ///
    /// It is missing, does not like the configuration, or does not listen in time.
    pub fn haproxy(configuration: &str, address: SocketAddr) -> io::Result<Self> {
        let folder = TempDir::new()?;
        let file = folder.path().join("haproxy.cfg");
        std::fs::write(&file, configuration)?;
        let mut command = Command::new("haproxy");
        command.arg("-db").arg("-f").arg(&file);
        Self::start(&mut command, folder, address)
    }

    /// Starts nginx with this inside `http`, and waits until it takes connections at `address`.
    ///
    /// # Errors
    ///
    /// It is missing, does not like the configuration, or does not listen in time.
    pub fn nginx(site: &str, address: SocketAddr) -> io::Result<Self> {
        let folder = TempDir::new()?;
        let path = folder.path().display();
        std::fs::write(folder.path().join("site.conf"), site)?;
        let main = format!(
            "daemon off; master_process off; pid {path}/pid; error_log stderr warn; worker_rlimit_nofile 1024;\n\
             events {{ worker_connections 256; }}\n\
             http {{\n\
               access_log off; client_body_temp_path {path}/body; proxy_temp_path {path}/proxy;\n\
               fastcgi_temp_path {path}/f; uwsgi_temp_path {path}/u; scgi_temp_path {path}/s;\n\
               include {path}/site.conf;\n\
             }}\n"
        );
        let file = folder.path().join("nginx.conf");
        std::fs::write(&file, main)?;
        let mut command = Command::new("nginx");
        command.arg("-p").arg(folder.path()).arg("-c").arg(&file).args(["-e", "stderr"]);
        Self::start(&mut command, folder, address)
    }

    fn start(command: &mut Command, folder: TempDir, address: SocketAddr) -> io::Result<Self> {
        const STEP: Duration = Duration::from_millis(5);
        let mut front = Self { process: Peer::start(command, b"")?, _folder: folder };
        let mut waited = Duration::ZERO;
        while let Err(error) = TcpStream::connect(address) {
            if waited > PATIENCE || !front.process.is_running() {
                let said = front.process.complaints();
                return Err(io::Error::new(
                    error.kind(),
                    format!("nobody listens on {address}: {error}\n{said}"),
                ));
            }
            thread::park_timeout(STEP);
            waited += STEP;
        }
        Ok(front)
    }

    /// What it wrote to standard error so far.
    #[must_use]
    pub fn complaints(&self) -> String {
        self.process.complaints()
    }
}

/// An address of loopback on which nobody listens, for programs that cannot choose one themselves.
///
/// # Errors
///
/// There is none.
pub fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}
