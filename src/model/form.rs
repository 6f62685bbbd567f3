//! What a person fills in when they finish a task.
//!
//! A form is written as a small part of JSON Schema (`type: object`, `required`, `properties`
//! with `type`, `const`, `enum`, `minimum`, `maximum`, `minLength`, `maxLength`), so that editors
//! know it and every answer can be judged without a schema library in the engine.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum FieldKind {
    /// Anything.
    Any,
    /// A text with its length in characters.
    String {
        /// The shortest.
        min_chars: Option<u64>,
        /// The longest.
        max_chars: Option<u64>,
    },
    /// A number, whole or not.
    Number {
        /// The smallest.
        minimum: Option<f64>,
        /// The largest.
        maximum: Option<f64>,
        /// Whether it must be whole.
        whole: bool,
    },
    /// True or false.
    Boolean,
}

/// One field of a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// What it holds.
    pub kind: FieldKind,
    /// Whether it must be given.
    pub required: bool,
    /// The values that are allowed; empty allows all of the kind.
    pub allowed: Vec<Value>,
    /// A few words for people.
    pub description: Option<String>,
}

/// What a person fills in; no field at all is a plain tick.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Form {
    /// The fields by name.
    pub fields: BTreeMap<String, Field>,
}

/// One thing wrong with an answer, for people.
pub type FormProblem = String;

impl Form {
    /// Judges `input`, the answers by field name. Empty means that it is accepted.
    ///
    /// ```
    /// use fivestep::model::Form;
    /// let input = serde_json::json!({ "note": "done" });
    /// assert_eq!(
    ///     Form::default().problems(input.as_object().expect("an object")),
    ///     ["the form has no field `note`; it has none at all"],
    /// );
    /// ```
    pub fn problems(&self, input: &serde_json::Map<String, Value>) -> Vec<FormProblem> {
        let missing = self
            .fields
            .iter()
            .filter(|(name, field)| field.required && !input.contains_key(*name))
            .map(|(name, field)| format!("`{name}` is missing: {}", field.expected()));
        let wrong = input.iter().filter_map(|(name, value)| match self.fields.get(name) {
            Some(field) if field.accepts(value) => None,
            Some(field) => {
                Some(format!("`{name}` is {value}, but it must be {}", field.expected()))
            }
            None => Some(self.unknown(name)),
        });
        missing.chain(wrong).collect()
    }

    fn unknown(&self, name: &str) -> FormProblem {
        if self.fields.is_empty() {
            return format!("the form has no field `{name}`; it has none at all");
        }
        let known: Vec<String> = self.fields.keys().map(|known| format!("`{known}`")).collect();
        format!("the form has no field `{name}`; it has {}", known.join(", "))
    }
}

impl Field {
    /// Whether `value` fits.
    pub fn accepts(&self, value: &Value) -> bool {
        (self.allowed.is_empty() || self.allowed.iter().any(|allowed| same(allowed, value)))
            && self.kind.accepts(value)
    }

    /// What fits, in words.
    pub fn expected(&self) -> String {
        if !self.allowed.is_empty() {
            let values: Vec<String> = self.allowed.iter().map(Value::to_string).collect();
            return values.join(" or ");
        }
        self.kind.expected()
    }
}

/// Equal as JSON Schema counts it: `1` and `1.0` are the same number.
fn same(left: &Value, right: &Value) -> bool {
    match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => left == right,
        _ => left == right,
    }
}

impl FieldKind {
    fn accepts(&self, value: &Value) -> bool {
        match self {
            FieldKind::Any => true,
            FieldKind::Boolean => value.is_boolean(),
            FieldKind::String { min_chars, max_chars } => value.as_str().is_some_and(|text| {
                let chars = text.chars().count() as u64;
                min_chars.is_none_or(|min| chars >= min) && max_chars.is_none_or(|max| chars <= max)
            }),
            FieldKind::Number { minimum, maximum, whole } => value.as_f64().is_some_and(|number| {
                minimum.is_none_or(|min| number >= min)
                    && maximum.is_none_or(|max| number <= max)
                    && (!whole || number.fract() == 0.0)
            }),
        }
    }

    fn expected(&self) -> String {
        let range = |low: Option<String>, high: Option<String>| match (low, high) {
            (Some(low), Some(high)) => format!(" from {low} to {high}"),
            (Some(low), None) => format!(" of at least {low}"),
            (None, Some(high)) => format!(" of at most {high}"),
            (None, None) => String::new(),
        };
        match self {
            FieldKind::Any => "given".to_owned(),
            FieldKind::Boolean => "true or false".to_owned(),
            FieldKind::String { min_chars, max_chars } => {
                let chars = |bound: &Option<u64>| bound.map(|chars| format!("{chars} characters"));
                format!("a text{}", range(chars(min_chars), chars(max_chars)))
            }
            FieldKind::Number { minimum, maximum, whole } => {
                let number = |bound: &Option<f64>| bound.map(|number| number.to_string());
                let noun = if *whole { "a whole number" } else { "a number" };
                format!("{noun}{}", range(number(minimum), number(maximum)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_is_judged_field_by_field() {
        let field = |kind, required, allowed| Field { kind, required, allowed, description: None };
        let whole = FieldKind::Number { minimum: Some(1.0), maximum: None, whole: true };
        let text = FieldKind::String { min_chars: None, max_chars: Some(3) };
        let form = Form {
            fields: BTreeMap::from([
                ("agreed".to_owned(), field(FieldKind::Any, true, vec![json!(true)])),
                ("people".to_owned(), field(whole, false, vec![])),
                ("note".to_owned(), field(text, false, vec![])),
            ]),
        };
        // (why, the answers, how many problems)
        let table = [
            ("all is right", json!({ "agreed": true, "people": 3, "note": "yes" }), 0),
            ("a required field is missing", json!({}), 1),
            ("another value than the constant", json!({ "agreed": false }), 1),
            ("not whole, too small, too long", json!({ "agreed": true, "people": 0.5 }), 1),
            ("too long", json!({ "agreed": true, "note": "long" }), 1),
            ("a field nobody asked for", json!({ "agreed": true, "by": "x" }), 1),
            ("all at once", json!({ "people": "x", "by": 1 }), 3),
        ];
        for (why, input, problems) in table {
            let found = form.problems(input.as_object().expect("an object"));
            assert_eq!(found.len(), problems, "{why}: {found:?}");
        }
    }
}
