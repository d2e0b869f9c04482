//! `support::fuzz::jar::jar_field` under the fuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| support::fuzz::jar::jar_field(data));
