//! Tests of `connection/steps.rs`.
