//! Helpers of the cross-crate tests: foreign programs with a deadline, the foreign suites, and tables of rows.

pub mod certificate;
pub mod cut;
#[cfg(unix)]
pub mod front;
pub mod fuzz;
#[cfg(unix)]
pub mod nginx;
pub mod peer;
pub mod python;
#[cfg(doctest)]
mod readme;
pub mod rows;
pub mod sources;
pub mod stage;
pub mod suites;
