//! `support::fuzz::cookies::secure_text` under the fuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| support::fuzz::cookies::secure_text(data));
