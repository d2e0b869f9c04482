//! The server over real sockets on the loopback.

#![cfg(test)]

mod client;

mod connections;
