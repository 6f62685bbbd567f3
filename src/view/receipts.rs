//! The receipts of a brand's imports, with what each source can tell and what it cannot.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{
    evidence::sources::Receipt,
    model::{BrandId, FactKind},
    store::evidence::StoredReceipt,
};

/// Everything that was imported for a brand.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReceiptsView {
    /// The brand.
    pub brand: String,
    /// One an export, the oldest first.
    pub receipts: Vec<ReceiptView>,
}

/// What became of one export.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReceiptView {
    /// Its number, from 1, in the order of imports.
    pub number: usize,
    /// When it was imported, UTC.
    pub at: DateTime<Utc>,
    /// What became of its rows.
    pub receipt: Receipt,
    /// What this kind of source can tell and this export did not, each with the file that tells it.
    pub missing: Vec<Missing>,
    /// What no export of this kind tells.
    pub cannot_tell: Vec<String>,
}

/// A kind of facts that an export could have held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// The facts, in words.
    pub facts: String,
    /// The file of the export that holds them.
    pub file: String,
}

/// The receipts of a brand, those of one number if it is asked for.
pub fn receipts(brand: &BrandId, stored: Vec<StoredReceipt>, only: Option<usize>) -> ReceiptsView {
    let numbered = (1..).zip(stored).filter(|(number, _)| only.is_none_or(|only| *number == only));
    ReceiptsView {
        brand: brand.to_string(),
        receipts: numbered.map(|(number, stored)| one(number, stored)).collect(),
    }
}

fn one(number: usize, StoredReceipt { at, receipt }: StoredReceipt) -> ReceiptView {
    let lacking = FactKind::ALL.into_iter().filter(|kind| !receipt.carried.contains(kind));
    let (mut missing, mut cannot_tell) = (Vec::new(), Vec::new());
    for kind in lacking {
        match receipt.kind.file_of(kind) {
            Some(file) => missing.push(Missing { facts: kind.to_string(), file: file.to_owned() }),
            None => cannot_tell.push(kind.to_string()),
        }
    }
    ReceiptView { number, at, receipt, missing, cannot_tell }
}
