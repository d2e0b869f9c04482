//! Comparison with CPython and with foreign suites; `cargo xtask parity` runs it. A test that reads the foreign suites
//! has `suites` in its path.

#![cfg(test)]

mod advisories;
mod cookie_dates;
mod cookies;
mod inventory;
mod jar;
mod names;
mod suites;
mod vocabulary;
