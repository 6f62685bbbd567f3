//! The tables of keys as people read them in the reference.
//!
//! Start reading at [`manual`]; `cli/reference.rs` makes Markdown of it.

use super::{
    key::{Key, Names, Shape},
    records::RECORDS,
    schema::record_of,
};

/// One key of a record, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyManual {
    /// How it is written.
    pub key: &'static str,
    /// Whether the file is refused without it.
    pub required: bool,
    /// What it takes, with Markdown's marks for code.
    pub takes: String,
    /// What it means, in a sentence.
    pub about: &'static str,
    /// What may stand after the colon.
    pub example: &'static str,
}

/// Lists the keys of a record, in the order in which people write them.
///
/// - `record`: a name such as `clause`; nothing comes back if there is no record of that name.
///
/// ```
/// use fivestep::definition::manual;
/// let clause = manual("clause").unwrap_or_default();
/// assert!(clause.iter().any(|row| row.key == "bound" && !row.required));
/// ```
pub fn manual(record: &str) -> Option<Vec<KeyManual>> {
    let record = RECORDS.iter().find(|known| known.name == record)?;
    Some(record.keys.iter().map(row).collect())
}

/// The names of all records, in the order of the reference.
pub fn records() -> impl Iterator<Item = &'static str> {
    RECORDS.iter().map(|record| record.name)
}

fn row(key: &Key) -> KeyManual {
    KeyManual {
        key: key.name,
        required: key.required,
        takes: takes(&key.shape, key),
        about: key.about,
        example: key.shown().next().unwrap_or_default(),
    }
}

fn takes(shape: &Shape, key: &Key) -> String {
    match shape {
        Shape::Words => key.kind.noun(),
        Shape::Value => "a text, number or truth".to_owned(),
        Shape::List(item) => {
            let some = if key.entries.some { ", not empty" } else { "" };
            format!("a list{some}; each {}", takes(item, key))
        }
        Shape::OneOrList(item) => format!("{}, or a list of these", takes(item, key)),
        Shape::Record(keys) => record_of(keys).map_or("keys", |record| record.noun).to_owned(),
        Shape::Table(row) => match key.entries.names {
            Names::Words(_) | Names::Steps => format!("`NAME: …`; each {}", takes(row, key)),
            Names::Metrics => "`METRIC: …`; each in its metric's unit".to_owned(),
        },
        Shape::WordsOr(other) => format!("{}, or {}", key.kind.noun(), takes(other, key)),
    }
}
