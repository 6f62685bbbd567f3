//! Breaks the language of expressions, if that can be done.
#![no_main]

mod laws;

libfuzzer_sys::fuzz_target!(|text: &str| laws::expression(text));
