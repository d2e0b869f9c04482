//! `support::fuzz::machines::file_paths` under the fuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| support::fuzz::machines::file_paths(data));
