//! `support::fuzz::proto::lists` under the fuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| support::fuzz::proto::lists(data));
