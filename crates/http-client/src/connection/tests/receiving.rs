//! Tests of `connection/receiving.rs`.
