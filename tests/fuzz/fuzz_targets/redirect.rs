//! `support::fuzz::machines::redirect` under the fuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| support::fuzz::machines::redirect(data));
