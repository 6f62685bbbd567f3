//! The inputs that fuzzing has kept, asked again without a fuzzer.

use std::{fs, path::Path};

#[path = "../fuzz/laws.rs"]
pub mod laws;

/// The kept inputs of a target.
fn kept(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(target);
    let files = fs::read_dir(&folder).expect("the corpus is there");
    let kept: Vec<Vec<u8>> =
        files.map(|file| fs::read(file.expect("an entry").path()).expect("a file")).collect();
    assert!(kept.len() >= 16, "only {} inputs of {target}", kept.len());
    kept
}

#[test]
fn what_fuzzing_found_in_files_still_holds() {
    kept("loader").iter().for_each(|bytes| laws::loader(bytes));
}

#[test]
fn what_fuzzing_found_in_expressions_still_holds() {
    for bytes in kept("expression") {
        if let Ok(text) = std::str::from_utf8(&bytes) {
            laws::expression(text);
        }
    }
}
