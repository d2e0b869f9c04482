//! `support::fuzz::proto::chunked` under the fuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| support::fuzz::proto::chunked(data));
