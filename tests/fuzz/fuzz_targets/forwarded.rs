//! `support::fuzz::server::forwarded` under the fuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| support::fuzz::server::forwarded(data));
