//! What is renewed while the server runs: certificates are read again when their files change, or on SIGHUP, and the log
//! file is opened again on SIGHUP.

use super::log::LogFile;
use super::{Failure, Options, say, tls};
use httpkit::server::ServerHandle;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};

/// Between two looks at the files.
const PERIOD: Duration = Duration::from_secs(1);

/// Renews the certificate of `server` and the log for as long as it is there. Each message of `asked` is a wish to do it
/// now.
pub(crate) fn watch(
    options: &Options,
    server: &Arc<ServerHandle>,
    log: Option<Arc<LogFile>>,
    asked: Receiver<()>,
) -> Result<(), Failure> {
    if options.tls_cert.is_none() && log.is_none() {
        return Ok(());
    }
    let (options, server) = (options.clone(), Arc::downgrade(server));
    let thread = std::thread::Builder::new().name("renewal".to_owned());
    let spawned = thread.spawn(move || run(&options, &server, log.as_deref(), &asked));
    spawned.map(drop).map_err(|error| Failure::new(format!("cannot start a thread: {error}")))
}

fn run(options: &Options, server: &Weak<ServerHandle>, log: Option<&LogFile>, asked: &Receiver<()>) {
    let mut seen = times(options);
    loop {
        let is_asked = match asked.recv_timeout(PERIOD) {
            Ok(()) => true,
            Err(RecvTimeoutError::Timeout) => false,
            Err(RecvTimeoutError::Disconnected) => return,
        };
        let Some(server) = server.upgrade() else { return };
        if is_asked
            && let Some(log) = log
            && let Err(failure) = log.open_again()
        {
            say(&format!("the old log file stays: {failure}"));
        }
        if options.tls_cert.is_none() {
            continue;
        }
        let now = times(options);
        if !is_asked && now == seen {
            continue;
        }
        // Of two files that are written one after the other, the first alone does not fit: then it is tried again when
        // the second is there.
        seen = now;
        match tls::config(options) {
            Ok(Some(config)) => {
                if server.reload_tls(&config) > 0 {
                    say("certificate read again");
                }
            }
            Ok(None) => return,
            Err(failure) => say(&format!("the old certificate stays: {failure}")),
        }
    }
}

/// When the files were last changed, as far as that can be known.
fn times(options: &Options) -> Vec<Option<SystemTime>> {
    let files: [&Option<PathBuf>; 4] =
        [&options.tls_cert, &options.tls_key, &options.tls_password_file, &options.tls_client_ca];
    let time = |path: &PathBuf| std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    files.into_iter().flatten().map(time).collect()
}
