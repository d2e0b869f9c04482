//! `support::fuzz::cookies::cookie_date` under the fuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| support::fuzz::cookies::cookie_date(data));
