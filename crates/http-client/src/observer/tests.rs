//! Tests of `observer.rs`.
