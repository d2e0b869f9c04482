//! Tests of `connection.rs`.
