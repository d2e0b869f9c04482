//! The cross-crate tests, in one binary.

#![cfg(test)]

mod fuzz_cookies;
