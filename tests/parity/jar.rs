//! `http-cookiejar` beside the suites of the IETF and of browsers, and beside CPython.

mod dice;
mod scenarios;
mod suites;
