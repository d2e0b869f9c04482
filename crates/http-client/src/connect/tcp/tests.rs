//! Tests of `connect/tcp.rs`.
