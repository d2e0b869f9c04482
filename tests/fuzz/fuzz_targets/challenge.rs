//! `support::fuzz::machines::challenge` under the fuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| support::fuzz::machines::challenge(data));
