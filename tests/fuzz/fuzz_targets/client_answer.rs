//! `support::fuzz::machines::client_answer` under the fuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| support::fuzz::machines::client_answer(data));
