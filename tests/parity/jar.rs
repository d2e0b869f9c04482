//! `http-cookiejar` beside the suites of the IETF and of browsers, beside CPython, curl and wget.

mod dice;
mod disk;
mod files;
mod order;
mod row;
mod scenarios;
mod suites;
