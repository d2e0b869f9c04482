//! How the command is told to stop: Ctrl-C and SIGTERM, taken by a thread and never in a signal handler.

use super::Failure;
#[cfg(unix)]
use std::sync::mpsc::RecvTimeoutError;
#[cfg(unix)]
use std::time::Duration;

/// After this time somebody who has pressed Ctrl-C is told what is waited for.
#[cfg(unix)]
const PATIENCE: Duration = Duration::from_secs(1);

/// The signals that end the command, taken from the system.
#[derive(Debug)]
pub(crate) struct Signals {
    #[cfg(unix)]
    received: std::sync::mpsc::Receiver<i32>,
}

#[cfg(unix)]
impl Signals {
    /// From now on they are counted instead of ending the process.
    ///
    /// `renew` is told of each SIGHUP; without it, that one ends the process as it always does.
    pub(crate) fn take(renew: Option<std::sync::mpsc::Sender<()>>) -> Result<Self, Failure> {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        let failed = |error| Failure::new(format!("cannot take signals: {error}"));
        let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]).map_err(failed)?;
        if renew.is_some() {
            signals.add_signal(SIGHUP).map_err(failed)?;
        }
        let (sender, received) = std::sync::mpsc::channel();
        let thread = std::thread::Builder::new().name("signals".to_owned());
        let spawned = thread.spawn(move || {
            for signal in signals.forever() {
                if signal == SIGHUP {
                    // Nobody listens any more where the server is ending.
                    let _ = renew.as_ref().map(|renew| renew.send(()));
                    continue;
                }
                if sender.send(signal).is_err() {
                    return;
                }
            }
        });
        spawned.map_err(failed)?;
        Ok(Self { received })
    }

    /// Waits for the first one and says what to call it.
    pub(crate) fn wait(&self) -> &'static str {
        match self.received.recv() {
            Ok(signal_hook::consts::SIGTERM) => "SIGTERM",
            _ => "Keyboard interrupt",
        }
    }

    /// Whoever asks twice means at once.
    pub(crate) fn end_at_once_on_the_next(self) {
        let thread = std::thread::Builder::new().name("second signal".to_owned());
        let spawned = thread.spawn(move || {
            let mut next = self.received.recv_timeout(PATIENCE);
            if next == Err(RecvTimeoutError::Timeout) {
                let seconds = super::GRACE.as_secs();
                super::say(&format!(
                    "waiting up to {seconds} s for requests that are under way; the same again cuts them"
                ));
                next = self.received.recv().map_err(RecvTimeoutError::from);
            }
            if next.is_ok() {
                super::say("cut at once");
                std::process::exit(1);
            }
        });
        if spawned.is_err() {
            super::say("a second signal will not be noticed: no thread to wait for it");
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    /// Here the system ends the process itself.
    #[expect(clippy::unnecessary_wraps, reason = "the same shape as on Unix")]
    pub(crate) fn take(_renew: Option<std::sync::mpsc::Sender<()>>) -> Result<Self, Failure> {
        Ok(Self {})
    }

    /// Waits until the system ends the process.
    #[expect(clippy::unused_self, reason = "the same shape as on Unix")]
    pub(crate) fn wait(&self) -> &'static str {
        loop {
            std::thread::park();
        }
    }

    pub(crate) fn end_at_once_on_the_next(self) {}
}
