//! Tests of `wire.rs`.
