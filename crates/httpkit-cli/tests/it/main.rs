//! The commands as they are built, run as processes and asked over TCP.

#![cfg(test)]

mod fetch;
mod fetch_cookies;
mod fetch_curl_lines;
mod fetch_like_curl;
mod fetch_words;
mod files;
mod log;
mod manuals;
mod options;
mod process;
mod start;
#[cfg(unix)]
mod stop;
