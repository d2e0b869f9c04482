//! The command `http-server`.
fn main() {}
