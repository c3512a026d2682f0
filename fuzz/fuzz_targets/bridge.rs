#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| quell_agent::bridge::laws::bridge(bytes));
