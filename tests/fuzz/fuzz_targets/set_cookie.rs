//! `support::fuzz::cookies::set_cookie` under the fuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| support::fuzz::cookies::set_cookie(data));
