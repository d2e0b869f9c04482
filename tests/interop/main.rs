//! Real peers on loopback: CPython and curl; `cargo xtask interop` runs it.

#![cfg(test)]

mod client_cpython;
mod heads;
mod served;
mod server_curl;
mod server_python;
