//! What an import read and what it changed.

use std::path::Path;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    evidence::{
        facts::Facts,
        sources::{Export, Receipt},
    },
    model::{BrandId, Observation},
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
    /// How many followers are engaged now; absent if it was not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engaged: Option<Observation>,
    /// The first facts of each kind, if they were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub preview: Vec<String>,
}

/// How many facts of each kind a preview shows.
pub const PREVIEWED: usize = 3;

/// The first facts of each kind, a line each: its kind, then the fact as JSON.
pub fn first_facts(facts: &Facts) -> Vec<String> {
    fn lines<T: Serialize>(kind: &str, facts: &[T]) -> Vec<String> {
        let line = |fact: &T| format!("{kind} {}", told(serde_json::json!(fact)));
        facts.iter().take(PREVIEWED).map(line).collect()
    }
    let Facts { people, follows, requests, posts, interactions, .. } = facts;
    [
        lines("person", people),
        lines("follow", follows),
        lines("request", requests),
        lines("post", posts),
        lines("interaction", interactions),
        lines("post numbers", &facts.post_totals),
        lines("account numbers", &facts.account_totals),
    ]
    .concat()
}

/// A fact without what the export does not say.
fn told(fact: Value) -> Value {
    match fact {
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| (name, told(value)));
            let empty = |value: &Value| value.is_null() || *value == Value::Object(Map::new());
            Value::Object(fields.filter(|(_, value)| !empty(value)).collect())
        }
        other => other,
    }
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
        engaged: None,
        preview: Vec::new(),
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
