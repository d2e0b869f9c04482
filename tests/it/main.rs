//! The cross-crate tests, in one binary.

#![cfg(test)]

mod cookies_server;
mod fuzz_cookies;
mod jar_durability;
mod proto_fuzz;
mod proto_heads;
