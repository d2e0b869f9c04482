//! `support::fuzz::jar::jar_file` under the fuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| support::fuzz::jar::jar_file(data));
