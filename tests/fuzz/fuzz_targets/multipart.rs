//! `support::fuzz::server::multipart` under the fuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| support::fuzz::server::multipart(data));
