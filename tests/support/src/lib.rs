//! Helpers of the cross-crate tests: foreign programs with a deadline, and the foreign suites.

pub mod certificate;
pub mod cut;
pub mod fuzz;
#[cfg(unix)]
pub mod nginx;
pub mod peer;
pub mod python;
#[cfg(doctest)]
mod readme;
pub mod stage;
pub mod suites;
