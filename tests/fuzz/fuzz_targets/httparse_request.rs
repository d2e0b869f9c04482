//! `support::fuzz::proto::httparse_request` under the fuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| support::fuzz::proto::httparse_request(data));
