//! Breaks the reader of one kind of source, if that can be done: the kind that the target is named
//! after.
#![no_main]

mod readers;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    readers::ask(readers::kind_of(env!("CARGO_BIN_NAME")), bytes);
});
