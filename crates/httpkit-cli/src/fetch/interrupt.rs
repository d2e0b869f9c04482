//! Ctrl-C and SIGTERM while a file is saved: what is unfinished is cleared away first, then the signal does what it always
//! does, so that a shell sees who ended the command.

use httpkit::client::CancelToken;

/// Watches for signals from [`watch`](Self::watch) to [`end`](Self::end).
#[derive(Debug)]
pub(crate) struct Interrupt {
    #[cfg(unix)]
    thread: Option<Watcher>,
}

/// The thread that signals come to, and how it is told that all is cleared away.
#[cfg(unix)]
type Watcher = (std::thread::JoinHandle<()>, std::sync::mpsc::Sender<()>);

/// How long clearing away may take: whoever waits for content from a terminal is not woken by a token.
#[cfg(unix)]
const CLEARED_WITHIN: std::time::Duration = std::time::Duration::from_secs(2);

impl Interrupt {
    /// Has signals stop what `token` stops. Where that cannot be had they end the command at once, as without it; so do
    /// all signals on systems other than Unix.
    #[cfg(unix)]
    pub(crate) fn watch(token: &CancelToken) -> Self {
        use signal_hook::consts::{SIGINT, SIGTERM};
        let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]) else {
            return Self { thread: None };
        };
        let (cleared, is_cleared) = std::sync::mpsc::channel::<()>();
        let token = token.clone();
        let watching = move || {
            if let Some(signal) = signals.forever().next() {
                token.cancel();
                // It ends when the other side is gone, which is all that is waited for.
                let _ = is_cleared.recv_timeout(CLEARED_WITHIN);
                let _ = signal_hook::low_level::emulate_default_handler(signal);
                // It could not be raised: this is what a shell calls such an end.
                std::process::exit(128 + signal);
            }
        };
        let spawned = std::thread::Builder::new().name("signals".to_owned()).spawn(watching);
        Self { thread: spawned.ok().map(|thread| (thread, cleared)) }
    }

    #[cfg(not(unix))]
    pub(crate) fn watch(_token: &CancelToken) -> Self {
        Self {}
    }

    /// All is saved or cleared away. Does not come back where a signal has stopped it.
    #[cfg(unix)]
    pub(crate) fn end(self, token: &CancelToken) {
        let Some((thread, cleared)) = self.thread else { return };
        drop(cleared);
        if token.is_cancelled() {
            // It ends with the process.
            let _ = thread.join();
        }
    }

    #[cfg(not(unix))]
    #[expect(clippy::unused_self, reason = "the same shape as on Unix")]
    pub(crate) fn end(self, _token: &CancelToken) {}
}
