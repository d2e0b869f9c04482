//! nginx as a peer: one process with a configuration of our own, on a Unix socket, so that no port can be taken.

use std::io;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::peer::{PATIENCE, Peer};

/// A running nginx; it ends when this is dropped.
#[derive(Debug)]
pub struct Nginx {
    process: Peer,
    folder: TempDir,
}

impl Nginx {
    /// Starts it with these directives inside its one `server` block.
    ///
    /// # Errors
    ///
    /// nginx is missing, does not like the directives, or does not listen in time.
    pub fn start(directives: &str) -> io::Result<Self> {
        let folder = TempDir::new()?;
        let configuration = folder.path().join("nginx.conf");
        std::fs::write(&configuration, text(folder.path(), directives))?;
        let mut command = Command::new("nginx");
        command.arg("-p").arg(folder.path()).arg("-c").arg(&configuration).args(["-e", "stderr"]);
        let mut nginx = Self { process: Peer::start(&mut command, b"")?, folder };
        nginx.wait()?;
        Ok(nginx)
    }

    /// The socket on which it listens.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("socket")
    }

    /// It says nothing when it listens, so this tries until it answers.
    fn wait(&mut self) -> io::Result<()> {
        const STEP: Duration = Duration::from_millis(5);
        let mut waited = Duration::ZERO;
        while let Err(error) = UnixStream::connect(self.socket()) {
            if waited > PATIENCE || !self.process.is_running() {
                let said = self.process.complaints();
                return Err(io::Error::new(error.kind(), format!("nginx does not listen: {error}\n{said}")));
            }
            thread::park_timeout(STEP);
            waited += STEP;
        }
        Ok(())
    }
}

fn text(folder: &Path, directives: &str) -> String {
    let folder = folder.display();
    format!(
        "daemon off; master_process off; pid {folder}/pid; error_log stderr warn; worker_rlimit_nofile 1024;\n\
         events {{ worker_connections 256; }}\n\
         http {{\n\
           access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;\n\
           fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;\n\
           client_max_body_size 64m;\n\
           server {{ listen unix:{folder}/socket; server_name localhost;\n{directives}\n}}\n\
         }}\n"
    )
}
