//! Tests of `authority.rs`.
