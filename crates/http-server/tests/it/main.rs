//! The server over real sockets on the loopback.

#![cfg(test)]

mod client;

mod body;
mod connections;
mod content;
mod errors;
mod framing;
mod shutdown;
mod slow;
#[cfg(feature = "tls")]
mod tls;
mod upgrade;
