//! What an import read and what it changed.

use std::path::Path;

use serde::Serialize;

use crate::{
    evidence::sources::{Export, Receipt},
    model::BrandId,
    store::evidence::Imported,
};

/// One import as people see it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ImportView {
    /// The brand.
    pub brand: String,
    /// Where the export lies.
    pub path: String,
    /// Whether any fact changed; absent if nothing was written.
    pub changed: Option<bool>,
    /// What changed, in words.
    pub result: String,
    /// What was read, kept and skipped.
    pub receipt: Receipt,
    /// What changed, in numbers; absent if nothing was written.
    pub facts: Option<Imported>,
}

/// The outcome of an import; `result` is absent after a dry run.
pub fn imported(
    brand: &BrandId,
    path: &Path,
    export: &Export,
    result: Option<&Imported>,
) -> ImportView {
    ImportView {
        brand: brand.to_string(),
        path: path.display().to_string(),
        changed: result.map(|imported| imported.changed),
        result: result.map_or_else(|| "Dry run: nothing was written.".to_owned(), words),
        receipt: export.receipt.clone(),
        facts: result.cloned(),
    }
}

fn words(imported: &Imported) -> String {
    if !imported.changed {
        return "Nothing new: every fact was known already.".to_owned();
    }
    let added = imported.added.total();
    let mut parts = vec![
        format!("{added} {} added", if added == 1 { "fact" } else { "facts" }),
        format!("{} updated", imported.updated.total()),
    ];
    if imported.left > 0 {
        parts.push(format!("{} left", people(imported.left)));
    }
    if imported.returned > 0 {
        parts.push(format!("{} came back", people(imported.returned)));
    }
    format!("{}.", parts.join(", "))
}

fn people(count: u64) -> String {
    format!("{count} {}", if count == 1 { "person" } else { "people" })
}
