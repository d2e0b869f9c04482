//! `support::fuzz::server::proxy_header` under the fuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| support::fuzz::server::proxy_header(data));
