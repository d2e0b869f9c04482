//! Tests of `connect/resolve.rs`.
