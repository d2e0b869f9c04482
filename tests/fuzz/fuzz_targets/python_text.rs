//! `support::fuzz::cookies::python_text` under the fuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| support::fuzz::cookies::python_text(data));
