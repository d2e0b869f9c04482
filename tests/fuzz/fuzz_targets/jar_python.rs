//! `support::fuzz::jar::jar_python` under the fuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| support::fuzz::jar::jar_python(data));
