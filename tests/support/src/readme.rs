//! The code of the README at the root, as doc tests.
#![cfg(doctest)]
#![doc = include_str!("../../../README.md")]
