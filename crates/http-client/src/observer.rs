//! Watching a connection: what Python's `set_debuglevel` prints goes to an observer instead, secrets hidden.

use crate::transport::ConnectionInfo;
use http_proto::{CloseReason, ResponseHead};
use std::fmt;

/// Is told what happens on a connection. A closure that takes an [`Event`] is one. What happens to a `Client` is told to
/// an `http_client::client::Observer`.
///
/// ```
/// use http_client::HttpConnection;
///
/// let connection = HttpConnection::builder("localhost")
///     .observer(|event: &http_client::Event<'_>| eprintln!("{event:?}"))
///     .build()?;
/// # Ok::<(), http_client::Error>(())
/// ```
#[doc(alias = "set_debuglevel")]
#[doc(alias = "debuglevel")]
pub trait Observer: Send {
    /// Something has happened.
    fn event(&mut self, event: &Event<'_>);
}

impl<F: FnMut(&Event<'_>) + Send> Observer for F {
    fn event(&mut self, event: &Event<'_>) {
        self(event);
    }
}

/// What happens on a connection.
#[non_exhaustive]
pub enum Event<'a> {
    /// It is open, TLS and tunnel included.
    Connected(&'a ConnectionInfo),
    /// The head of a request has been sent: its text, the values of credentials and cookies replaced by `[hidden]`.
    HeadSent(&'a str),
    /// Content of a request has been sent.
    ContentSent(&'a [u8]),
    /// The head of an answer has come: interim ones (1xx) and a proxy's too. Its `Debug` hides secrets.
    HeadReceived(&'a ResponseHead),
    /// Content of an answer has been delivered.
    ContentReceived(&'a [u8]),
    /// It is closed, and why.
    Closed(CloseReason),
}

impl fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connected(info) => f.debug_tuple("Connected").field(info).finish(),
            Self::HeadSent(head) => f.debug_tuple("HeadSent").field(head).finish(),
            Self::ContentSent(bytes) => write!(f, "ContentSent({} bytes)", bytes.len()),
            Self::HeadReceived(head) => f.debug_tuple("HeadReceived").field(head).finish(),
            Self::ContentReceived(bytes) => write!(f, "ContentReceived({} bytes)", bytes.len()),
            Self::Closed(reason) => f.debug_tuple("Closed").field(reason).finish(),
        }
    }
}

/// The text of a head with the values of credentials and cookies hidden.
pub(crate) fn redacted(head: &[u8]) -> String {
    const SECRET: [&str; 4] = ["authorization", "proxy-authorization", "cookie", "set-cookie"];
    let mut text = String::with_capacity(head.len());
    for line in head.split_inclusive(|&byte| byte == b'\n') {
        let line = String::from_utf8_lossy(line);
        match line.split_once(':') {
            Some((name, _)) if SECRET.iter().any(|secret| name.eq_ignore_ascii_case(secret)) => {
                text.push_str(name);
                text.push_str(": [hidden]\r\n");
            }
            _ => text.push_str(&line),
        }
    }
    text
}

#[cfg(test)]
mod tests;
