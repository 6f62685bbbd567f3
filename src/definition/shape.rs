//! Which keys a file has at which place, and what kind of value each takes.
//!
//! Start reading at [`fit`]: it lays a tree of values against the keys that [`Raw`] lists, says
//! what does not fit, and hands what does to serde.
//!
//! # Always true
//!
//! - What reaches serde fits the mirror, so that serde has nothing to refuse.

use std::ops::Range;

use serde::de::DeserializeOwned;
use serde_yaml::{Mapping, Value};

use super::{
    diagnostic::{Code, Problem, Problems},
    key::{Key, Shape},
    outline::{Content, Entry, Node},
    suggest::quoted,
};

/// The longest text that a value may be, in characters.
pub(super) const MAX_CHARS: usize = 4_000;

/// A mirror of a whole file, and the keys it has.
pub(super) trait Raw: DeserializeOwned {
    /// The keys, in the order in which people write them.
    const KEYS: &'static [Key];
}

/// Lays `root` against the keys of `R`.
pub(super) fn fit<R: Raw>(root: &Node, problems: &mut Problems<'_>) -> Option<R> {
    let shape = Shape::Record(R::KEYS);
    let fitter = &mut Fitter { problems };
    let value = fitter.fit(
        root,
        &shape,
        &Owner { name: "the file".to_owned(), span: root.span.clone() },
    )?;
    match serde_yaml::from_value::<super::raw::Spot<R>>(value) {
        Ok(raw) => Some(raw.value),
        Err(error) => {
            let message = format!("the file cannot be read: {error}");
            problems.add(Problem::new(Code::WrongType, &root.span, message));
            None
        }
    }
}

/// What a value belongs to: its key, or what the list is about, as messages say it.
struct Owner {
    name: String,
    span: Range<usize>,
}

struct Fitter<'p, 'f> {
    problems: &'p mut Problems<'f>,
}

impl Fitter<'_, '_> {
    fn fit(&mut self, node: &Node, shape: &Shape, owner: &Owner) -> Option<Value> {
        if self.problems.is_full() {
            return None;
        }
        if node.is_nothing() {
            let message = format!("{} has no value", owner.name);
            let help = format!("it takes {}", shape.described());
            self.problems.add(Problem::new(Code::EmptyValue, &owner.span, message).help(help));
            return None;
        }
        let value = match (shape, &node.content) {
            (Shape::Words | Shape::WordsOr(_), Content::Scalar { text, .. }) => {
                self.words(node, text, owner)?
            }
            (Shape::Value, Content::Scalar { text, plain }) => {
                self.words(node, text, owner)?;
                if *plain { plain_value(text) } else { Value::String(text.clone()) }
            }
            (
                Shape::List(item) | Shape::OneOrList(item) | Shape::WordsOr(Shape::List(item)),
                Content::List(items),
            ) => self.list(items, item, owner),
            // One alone is read as a list of one.
            (Shape::OneOrList(item @ Shape::Record(_)), Content::Map(_)) => {
                Value::Sequence(vec![self.fit(node, item, owner)?])
            }
            (Shape::Record(keys) | Shape::WordsOr(Shape::Record(keys)), Content::Map(entries)) => {
                self.record(node, entries, keys, owner)
            }
            (Shape::Table(inner), Content::Map(entries)) => self.table(entries, inner),
            (_, Content::Refused) => return None,
            (_, Content::Scalar { .. } | Content::List(_) | Content::Map(_)) => {
                self.problems.add(wrong_type(node, shape, owner));
                return None;
            }
        };
        Some(spot(&node.span, value))
    }

    fn words(&mut self, node: &Node, text: &str, owner: &Owner) -> Option<Value> {
        if text.chars().nth(MAX_CHARS).is_none() {
            return Some(Value::String(text.to_owned()));
        }
        let message = format!("{} is longer than {MAX_CHARS} characters", owner.name);
        self.problems.add(Problem::new(Code::TooLong, &node.span, message));
        None
    }

    fn list(&mut self, items: &[Node], shape: &Shape, owner: &Owner) -> Value {
        let fitted = items.iter().filter_map(|item| {
            // An empty item has no place of its own; the list's key stands for it.
            let span = if item.span.is_empty() { &owner.span } else { &item.span };
            let name = format!("an entry of {}", owner.name);
            self.fit(item, shape, &Owner { name, span: span.clone() })
        });
        Value::Sequence(fitted.collect())
    }

    fn table(&mut self, entries: &[Entry], shape: &Shape) -> Value {
        let rows = entries.iter().map(|Entry { key, value }| {
            let owner = Owner { name: quoted(&key.text), span: key.span.clone() };
            let fitted = self.fit(value, shape, &owner).unwrap_or(Value::Null);
            let name = spot(&key.span, Value::String(key.text.clone()));
            Value::Sequence(vec![name, fitted])
        });
        Value::Sequence(rows.collect())
    }

    fn record(&mut self, node: &Node, entries: &[Entry], keys: &[Key], owner: &Owner) -> Value {
        let mut fields = Mapping::new();
        for Entry { key, value } in entries {
            if self.problems.is_full() {
                break;
            }
            let Some(known) = keys.iter().find(|known| known.name == key.text) else {
                self.problems.add(unknown_key(key.span.clone(), &key.text, keys, owner));
                continue;
            };
            let owner = Owner { name: quoted(known.name), span: key.span.clone() };
            if let Some(fitted) = self.fit(value, &known.shape, &owner) {
                fields.insert(Value::String(known.name.to_owned()), fitted);
            }
        }
        for key in keys.iter().filter(|key| key.required && node.get(key.name).is_none()) {
            self.problems.add(missing_key(key, owner));
        }
        Value::Mapping(fields)
    }
}

fn unknown_key(span: Range<usize>, text: &str, keys: &[Key], owner: &Owner) -> Problem {
    let message = format!("{} has no key {}", owner.name, quoted(text));
    Problem::new(Code::UnknownKey, &span, message)
        .label("not a key here")
        .known(keys.iter().map(|key| key.name), text)
}

fn missing_key(key: &Key, owner: &Owner) -> Problem {
    let message = format!("{} lacks the key `{}`", owner.name, key.name);
    let help = format!("add `{}:` with {}", key.name, key.shape.described());
    Problem::new(Code::MissingKey, &owner.span, message).help(help)
}

fn wrong_type(node: &Node, shape: &Shape, owner: &Owner) -> Problem {
    let found = match &node.content {
        Content::Scalar { .. } => "a single value",
        Content::List(_) => "a list",
        Content::Map(_) => "a mapping",
        Content::Refused => "nothing that is read",
    };
    let expected = shape.described();
    let message = format!("{} must be {expected}, but this is {found}", owner.name);
    Problem::new(Code::WrongType, &node.span, message).label(format!("{found}, not {expected}"))
}

/// A value with its place, as [`super::raw::Spot`] reads it.
fn spot(span: &Range<usize>, value: Value) -> Value {
    Value::Sequence(vec![Value::from(span.start), Value::from(span.end), value])
}

/// A word without quotes as YAML 1.2 reads it.
fn plain_value(text: &str) -> Value {
    match text {
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    let looks_numeric = text.chars().all(|c| c.is_ascii_digit() || "+-.eE".contains(c));
    let number = text.parse::<f64>().ok().filter(|number| looks_numeric && number.is_finite());
    match (text.parse::<i64>(), number) {
        (Ok(whole), _) => Value::from(whole),
        (Err(_), Some(number)) => Value::from(number),
        (Err(_), None) => Value::String(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_word_without_quotes_is_read_as_yaml_1_2_reads_it() {
        // (the word, the value)
        let table = [
            ("true", json!(true)),
            ("yes", json!("yes")),
            ("no", json!("no")),
            ("12", json!(12)),
            ("-2.5", json!(-2.5)),
            ("9:30", json!("9:30")),
            ("1e999", json!("1e999")),
            ("inf", json!("inf")),
            ("", json!("")),
        ];
        for (word, expected) in table {
            let value = serde_json::to_value(plain_value(word)).expect("it is JSON");
            assert_eq!(value, expected, "{word}");
        }
    }
}
