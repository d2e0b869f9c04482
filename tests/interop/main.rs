//! Real peers on loopback: CPython and curl; `cargo xtask interop` runs it.

#![cfg(test)]

mod heads;
