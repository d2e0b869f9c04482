//! Tests of `tls.rs`.
