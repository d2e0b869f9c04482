//! Tests of `connection/sending.rs`.
