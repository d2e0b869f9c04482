//! Real peers on loopback: CPython, curl, wget, HAProxy, nginx, wrk and Chromium; `cargo xtask interop` runs it.

#![cfg(test)]

mod agent_cookies;
mod agent_cpython;
mod agent_nginx;
mod agent_proxies;
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
