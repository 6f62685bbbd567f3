//! The JSON Schema of a file, for editors that complete and check while people write.
//!
//! Start reading at [`schema`]. It walks the tables of keys that the reader itself uses, so a key
//! is in the schema as soon as it is in a file. Why it is made this way:
//! `docs/design/0007-json-schema-from-the-key-tables.md`.
//!
//! # Always true
//!
//! - A file that loads fits the schema, but for a time zone in other capitals than its own and a
//!   name that YAML takes for a number (`1e-3`).
//! - What one key or one mapping shows to be wrong does not fit; what takes two places of the file
//!   (an unknown stage, a loop without an end) is said by `check` alone.
//! - The same program makes the same schema, and nothing in it points outside of it.

use serde_json::{Map, Value, json};

use super::{
    benchmark,
    check::FORMAT,
    key::{Entries, Key, Names, Own, Record, Rule, Shape},
    kind::{Kind, target, units, with, words},
    raw,
    read::GOALS,
    records::RECORDS,
    shape::Raw,
    suite,
};
use crate::model::{Metric, Unit};

/// Which file a schema is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// `workflows/NAME.yaml`
    Workflow,
    /// `brands/NAME.yaml`
    Brand,
    /// `workflows/NAME.test.yaml`
    Suite,
    /// A file of benchmarks, wherever it lies.
    Benchmarks,
}

impl FileKind {
    /// Every kind.
    pub const ALL: [FileKind; 4] =
        [FileKind::Workflow, FileKind::Brand, FileKind::Suite, FileKind::Benchmarks];

    fn name(self) -> &'static str {
        match self {
            FileKind::Workflow => "workflow",
            FileKind::Brand => "brand",
            FileKind::Suite => "suite",
            FileKind::Benchmarks => "benchmarks",
        }
    }

    fn keys(self) -> &'static [Key] {
        match self {
            FileKind::Workflow => raw::Workflow::KEYS,
            FileKind::Brand => raw::Brand::KEYS,
            FileKind::Suite => suite::Suite::KEYS,
            FileKind::Benchmarks => benchmark::Benchmarks::KEYS,
        }
    }
}

/// Makes the JSON Schema, draft 2020-12, of a file.
///
/// Values that may be written without quotes take the types they then have: `at_least: 0.6` is a
/// number to an editor, `at_least: 60%` a string, `version: 1.0` a number.
///
/// ```
/// use fivestep::definition::{FileKind, schema};
/// let schema = schema(FileKind::Workflow);
/// assert_eq!(schema["properties"]["window"]["examples"][0], "28d");
/// assert_eq!(schema["additionalProperties"], false);
/// ```
pub fn schema(file: FileKind) -> Value {
    let mut defs = Defs::default();
    let body = defs.record(file.keys(), file.name());
    let head = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("urn:fivestep:schema:{}:{FORMAT}", file.name()),
        "title": format!("fivestep: {} file", file.name()),
        "$defs": defs.made,
    });
    with(body, head)
}

/// The record that has these keys, if it has a name.
pub(super) fn record_of(keys: &[Key]) -> Option<&'static Record> {
    RECORDS.iter().find(|record| record.has(keys))
}

/// The records that were met so far, by name.
#[derive(Default)]
struct Defs {
    made: Map<String, Value>,
}

impl Defs {
    /// Where the record of these keys stands; `key` is whose value it is.
    fn reference(&mut self, keys: &'static [Key], key: &str) -> Value {
        let name = record_of(keys).map_or(key, |record| record.name);
        if !self.made.contains_key(name) {
            // It is entered before it is made, because a record may hold others of its own kind.
            self.made.insert(name.to_owned(), Value::Null);
            let made = self.record(keys, name);
            self.made.insert(name.to_owned(), made);
        }
        json!({ "$ref": format!("#/$defs/{name}") })
    }

    fn record(&mut self, keys: &'static [Key], name: &str) -> Value {
        let properties: Map<String, Value> =
            keys.iter().map(|key| (key.name.to_owned(), self.key(key))).collect();
        let required: Vec<&str> =
            keys.iter().filter(|key| key.required).map(|key| key.name).collect();
        let mut schema = json!({
            "type": "object",
            "properties": properties,
            "additionalProperties": false,
        });
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        if let Some(record) = record_of(keys) {
            schema["title"] = json!(name);
            schema["description"] = json!(record.about);
            let rules: Vec<Value> = record.rules.iter().flat_map(|rule| self.rule(rule)).collect();
            if !rules.is_empty() {
                schema["allOf"] = json!(rules);
            }
        }
        schema
    }

    fn key(&mut self, key: &'static Key) -> Value {
        let mut schema = self.value(&key.shape, key);
        if !key.about.is_empty() {
            schema["description"] = json!(key.about);
        }
        let examples: Vec<Value> = key.shown().map(example).collect();
        if !examples.is_empty() {
            schema["examples"] = json!(examples);
        }
        schema
    }

    fn value(&mut self, shape: &'static Shape, key: &'static Key) -> Value {
        match shape {
            Shape::Words if key.kind == Kind::Threshold => {
                let units = units().into_iter().filter(|unit| *unit != Unit::Truth);
                json!({ "anyOf": units.map(|unit| self.threshold(unit)).collect::<Vec<_>>() })
            }
            Shape::Words => key.kind.schema(),
            Shape::Value => words(),
            Shape::List(item) => self.list(item, key),
            Shape::OneOrList(item) => {
                json!({ "anyOf": [self.value(item, key), self.list(item, key)] })
            }
            Shape::Record(keys) => self.reference(keys, key.name),
            Shape::Table(row) => self.table(row, key),
            Shape::WordsOr(other) => {
                json!({ "anyOf": [key.kind.schema(), self.value(other, key)] })
            }
        }
    }

    fn list(&mut self, item: &'static Shape, key: &'static Key) -> Value {
        let Entries { some, distinct, with: has, without, names: _ } = &key.entries;
        let mut items = self.value(item, key);
        if let Some(needed) = has {
            items["required"] = json!([needed]);
        }
        if let Some(refused) = without {
            items["properties"] = json!({ *refused: false });
        }
        let mut list = json!({ "type": "array", "items": items });
        if *some {
            list["minItems"] = json!(1);
        }
        if *distinct {
            list["uniqueItems"] = json!(true);
        }
        list
    }

    fn table(&mut self, row: &'static Shape, key: &'static Key) -> Value {
        match key.entries.names {
            Names::Words(kind) => json!({
                "type": "object",
                "propertyNames": kind.schema(),
                "additionalProperties": self.value(row, key),
            }),
            Names::Steps => {
                let row = self.value(row, key);
                let steps = Kind::Step.choices().into_iter();
                let named: Map<String, Value> =
                    steps.map(|step| (step.name, row.clone())).collect();
                json!({
                    "type": "object",
                    "propertyNames": Kind::Name.schema(),
                    "properties": named,
                    "additionalProperties": with(row, json!({ "required": ["step"] })),
                })
            }
            Names::Metrics => {
                let metrics = Kind::Metric.choices().into_iter().zip(Metric::WRITTEN);
                let aims = metrics.filter(|(_, metric)| metric.unit() != Unit::Truth);
                let aims = aims.map(|(choice, metric)| {
                    let about = json!({ "description": choice.about });
                    (choice.name, with(target(metric.unit()), about))
                });
                json!({
                    "type": "object",
                    "properties": aims.collect::<Map<_, _>>(),
                    "additionalProperties": false,
                })
            }
        }
    }

    /// What a rule is in the words of JSON Schema.
    fn rule(&mut self, rule: &Rule) -> Vec<Value> {
        match rule {
            Rule::One(keys) => vec![exactly_one(keys)],
            Rule::AtMostOne(keys) => vec![at_most_one(keys)],
            Rule::Needs(key, others) => vec![if_there(key, exactly_one(others))],
            Rule::Excludes(key, others) => vec![if_there(key, none_of(others))],
            Rule::Waits(key) => {
                let waiting = Metric::WRITTEN.into_iter().filter(|it| it.business().is_some());
                let waiting: Vec<&str> = waiting.map(Metric::name).collect();
                let then = json!({ "properties": { "metric": { "enum": waiting } } });
                vec![if_there(key, then)]
            }
            Rule::Own { by, words, keys } => words.iter().map(|word| own(by, word, keys)).collect(),
            Rule::Compares { thresholds, truth } => {
                units().into_iter().map(|unit| self.compares(unit, thresholds, truth)).collect()
            }
        }
    }

    /// How a clause on a metric of `unit` compares.
    fn compares(&mut self, unit: Unit, thresholds: &[&str], truth: &str) -> Value {
        let metrics = Metric::WRITTEN.into_iter().filter(|metric| metric.unit() == unit);
        let metrics: Vec<&str> = metrics.map(Metric::name).collect();
        let limits = thresholds.iter().map(|key| ((*key).to_owned(), self.threshold(unit)));
        let mut then: Map<String, Value> = limits.collect();
        if unit != Unit::Truth {
            then.insert(truth.to_owned(), json!(false));
        }
        json!({
            "if": { "properties": { "metric": { "enum": metrics } }, "required": ["metric"] },
            "then": { "properties": then },
        })
    }

    /// What a metric of `unit` is compared with: a number, or the brand's own target.
    fn threshold(&mut self, unit: Unit) -> Value {
        if unit == Unit::Truth {
            return json!(false);
        }
        let own = Metric::WRITTEN.into_iter().filter(|metric| metric.unit() == unit);
        let own: Vec<String> = own.map(|metric| format!("{GOALS}{metric}")).collect();
        let either = json!({ "anyOf": [target(unit), { "enum": own }] });
        self.made.insert(unit.to_string(), either);
        json!({ "$ref": format!("#/$defs/{unit}") })
    }
}

/// What goes with one word of the key `by`.
fn own(by: &str, word: &str, keys: &[Own]) -> Value {
    let (own, others): (Vec<&Own>, Vec<&Own>) = keys.iter().partition(|own| own.of == word);
    let needed: Vec<&str> = own.iter().filter(|own| own.required).map(|own| own.key).collect();
    let others: Vec<&str> = others.iter().map(|own| own.key).collect();
    json!({
        "if": { "properties": { by: { "const": word } }, "required": [by] },
        "then": with(none_of(&others), json!({ "required": needed })),
    })
}

fn exactly_one(keys: &[&str]) -> Value {
    let each: Vec<Value> = keys.iter().map(|key| json!({ "required": [key] })).collect();
    with(at_most_one(keys), json!({ "anyOf": each }))
}

/// Each key refuses those after it, so that an editor marks the one that is too much; `oneOf` would
/// mark the whole mapping.
fn at_most_one(keys: &[&str]) -> Value {
    let each = keys.iter().enumerate().map(|(at, key)| (key, &keys[at + 1..]));
    let each = each.filter(|(_, others)| !others.is_empty());
    let each: Vec<Value> = each.map(|(key, others)| if_there(key, none_of(others))).collect();
    // An empty `allOf` is no schema.
    if each.is_empty() { json!({}) } else { json!({ "allOf": each }) }
}

fn none_of(keys: &[&str]) -> Value {
    let never: Map<String, Value> =
        keys.iter().map(|key| ((*key).to_owned(), json!(false))).collect();
    json!({ "properties": never })
}

fn if_there(key: &str, then: Value) -> Value {
    json!({ "if": { "required": [key] }, "then": then })
}

/// An example as an editor writes it.
fn example(text: &str) -> Value {
    // A test reads every example, so that none is left as text by mistake.
    serde_yaml::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Calls `visit` with the way to each key of a file, and the key.
    fn each_key(keys: &'static [Key], visit: &mut impl FnMut(&str, &'static Key)) {
        fn walk(
            keys: &'static [Key],
            way: &str,
            seen: &mut BTreeSet<Vec<&'static str>>,
            visit: &mut impl FnMut(&str, &'static Key),
        ) {
            if !seen.insert(keys.iter().map(|key| key.name).collect()) {
                return;
            }
            for key in keys {
                let way = format!("{way}/{}", key.name);
                visit(&way, key);
                if let Some(inner) = inner(&key.shape) {
                    walk(inner, &way, seen, visit);
                }
            }
        }
        walk(keys, "", &mut BTreeSet::new(), visit);
    }

    /// The keys of the record inside a shape.
    fn inner(shape: &'static Shape) -> Option<&'static [Key]> {
        match shape {
            Shape::Words | Shape::Value => None,
            Shape::List(inner)
            | Shape::OneOrList(inner)
            | Shape::Table(inner)
            | Shape::WordsOr(inner) => self::inner(inner),
            Shape::Record(keys) => Some(keys),
        }
    }

    fn found(mut wrong: impl FnMut(&'static Key) -> bool) -> Vec<String> {
        let mut found = Vec::new();
        for file in FileKind::ALL {
            each_key(file.keys(), &mut |way, key| {
                if wrong(key) {
                    found.push(format!("{}:{way}", file.name()));
                }
            });
        }
        found
    }

    #[test]
    fn every_key_has_a_sentence_and_an_example() {
        let none: [String; 0] = [];
        assert_eq!(found(|key| !key.about.ends_with('.')), none, "lack `.about(\"A sentence.\")`");
        assert_eq!(found(|key| key.shown().next().is_none()), none, "lack `.example(\"…\")`");
    }

    #[test]
    fn every_example_can_be_read() {
        let unread = |key: &Key| key.shown().any(|it| serde_yaml::from_str::<Value>(it).is_err());
        assert_eq!(found(unread), [""; 0]);
    }

    #[test]
    fn every_record_has_a_name_and_every_name_a_record() {
        let nameless =
            |key: &'static Key| inner(&key.shape).is_some_and(|keys| record_of(keys).is_none());
        assert_eq!(found(nameless), [""; 0], "hold a record that `records.rs` does not list");
        let names: BTreeSet<&str> = RECORDS.iter().map(|record| record.name).collect();
        assert_eq!(names.len(), RECORDS.len(), "two records have one name");
        for record in RECORDS {
            let own = record_of(record.keys).map(|found| found.name);
            assert_eq!(own, Some(record.name), "two records have the same keys");
            let known = |key: &str| record.keys.iter().any(|known| known.name == key);
            for key in record.rules.iter().flat_map(named) {
                assert!(known(key), "a rule of `{}` names `{key}`", record.name);
            }
        }
    }

    /// The keys that a rule names.
    fn named(rule: &Rule) -> Vec<&'static str> {
        match rule {
            Rule::One(keys) | Rule::AtMostOne(keys) => keys.to_vec(),
            Rule::Needs(key, others) | Rule::Excludes(key, others) => [&[*key], *others].concat(),
            Rule::Waits(key) => vec![*key, "metric"],
            Rule::Own { by, words: _, keys } => {
                keys.iter().map(|own| own.key).chain([*by]).collect()
            }
            Rule::Compares { thresholds, truth } => [*thresholds, &[*truth, "metric"]].concat(),
        }
    }
}
