//! The umbrella as its users meet it.

#![cfg(test)]

#[cfg(feature = "secure")]
mod cookies;
mod examples;
mod features;
mod programs;
