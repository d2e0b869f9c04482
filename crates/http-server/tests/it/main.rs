//! The server over real sockets on the loopback.

#![cfg(test)]

mod client;

mod body;
mod connect_proxy;
mod connections;
mod content;
#[cfg(unix)]
mod descriptors;
mod errors;
#[cfg(feature = "gzip")]
mod files_compressed;
mod framing;
mod listeners;
mod log;
mod proxies;
mod readme;
mod serial;
mod shutdown;
mod slow;
mod slow_crowd;
mod slow_readers;
mod spelling;
#[cfg(target_os = "linux")]
mod takeover;
#[cfg(feature = "tls")]
mod tls;
#[cfg(unix)]
mod unreadable;
mod upgrade;
mod websocket;
mod wrappers;
