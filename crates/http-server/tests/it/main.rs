//! The server over real sockets on the loopback.

#![cfg(test)]

mod client;

mod body;
mod connections;
mod content;
#[cfg(unix)]
mod descriptors;
mod errors;
mod framing;
mod shutdown;
mod slow;
mod spelling;
#[cfg(feature = "tls")]
mod tls;
mod upgrade;
