//! `support::fuzz::proto::dates` under the fuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| support::fuzz::proto::dates(data));
