//! Tests of `error.rs`.
