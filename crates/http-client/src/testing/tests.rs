//! Tests of `testing.rs`.
