//! Tests of `connect/socks.rs`.
