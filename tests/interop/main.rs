//! Real peers on loopback: CPython, curl, wget, HAProxy, nginx, wrk and Chromium; `cargo xtask interop` runs it.

#![cfg(test)]

mod browser;
mod client_cpython;
mod client_proxies;
mod files;
mod fronted;
mod heads;
mod nginx;
mod served;
mod server_curl;
mod server_python;
