//! Real peers on loopback: CPython, curl and nginx; `cargo xtask interop` runs it.

#![cfg(test)]

mod client_cpython;
mod heads;
mod nginx;
mod served;
mod server_curl;
mod server_python;
