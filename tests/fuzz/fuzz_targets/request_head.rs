//! `support::fuzz::proto::request_head` under the fuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| support::fuzz::proto::request_head(data));
