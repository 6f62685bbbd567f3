//! What holds for any export: the fuzz target tries to break it, and so do seeded mutations of
//! sound exports in an ordinary test.

use std::{collections::BTreeSet, fs, path::Path};

use fivestep::{
    evidence::sources,
    model::{FactKind, Source, SourceKind},
};

/// Puts files into a folder, tells what they are, and reads them as `kind`: every row is counted
/// once, nothing is carried that such an export cannot hold, and an error names a remedy.
pub fn export(kind: SourceKind, account: &str, folder: &Path, files: &[(&str, &[u8])]) {
    for (name, bytes) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }
    let _ = sources::detect(folder);
    let source = Source { kind, account: account.to_owned(), path: None, map: None };
    match sources::read(&source, folder) {
        Ok(export) => {
            for file in &export.receipt.files {
                let skipped: u64 = file.skipped.values().sum();
                assert_eq!(file.rows_read, file.kept + skipped, "{}", file.name);
            }
            let can: BTreeSet<FactKind> = kind.carries().iter().copied().collect();
            assert!(export.facts.carried.is_subset(&can), "{:?}", export.facts.carried);
        }
        Err(error) => assert!(!error.to_string().is_empty() && !error.hint().is_empty()),
    }
}
