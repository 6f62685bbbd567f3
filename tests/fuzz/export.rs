//! Breaks the readers of exports, if that can be done.
#![no_main]

mod laws;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| laws::export(bytes));
