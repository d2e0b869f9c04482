//! `support::fuzz::machines::server_bytes` under the fuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| support::fuzz::machines::server_bytes(data));
