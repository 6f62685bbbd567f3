//! The form of a task: a small part of JSON Schema, checked so that it can be filled in.

use serde_json::Value;

use super::{Checker, meant::definition, names_of, value_of};
use crate::{
    definition::{
        diagnostic::{Code, Problem},
        raw::{self, Words},
        read::{self, MAX_COUNT, whole},
        suggest::quoted,
    },
    model::{Field, FieldKind, Form},
};

/// The types of JSON Schema that a field may have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::definition) enum Type {
    String,
    Integer,
    Number,
    Boolean,
}

pub(in crate::definition) const TYPES: [(Type, &str); 4] = [
    (Type::String, "string"),
    (Type::Integer, "integer"),
    (Type::Number, "number"),
    (Type::Boolean, "boolean"),
];

impl Checker<'_, '_> {
    /// A form, as far as it is right.
    pub(super) fn form(&mut self, raw: &raw::Form) -> Form {
        if let Some(words) = raw.r#type.as_ref().filter(|words| words.value != "object") {
            let message = format!("a form is an object, not {}", quoted(&words.value));
            let problem = Problem::new(Code::BadForm, &words.span, message);
            self.add(problem.suggest(Some("object".to_owned())));
        }
        let rows = raw.properties.as_ref().map(|table| table.value.as_slice()).unwrap_or_default();
        let names = names_of(rows.iter().map(|(name, _)| name));
        let required = raw.required.as_ref().map(|list| list.value.as_slice()).unwrap_or_default();
        self.no_doubles("required field", required);
        let asked = names_of(required);
        for words in required.iter().filter(|words| !names.has(&words.value)) {
            let message = format!("the form has no property {}", quoted(&words.value));
            if self.problems.is_full() {
                break;
            }
            let problem = Problem::new(Code::BadForm, &words.span, message);
            let problem = problem.known(names.iter(), &words.value);
            let unused = rows.iter().map(|(name, _)| name).filter(|name| !asked.has(&name.value));
            self.add(match definition(&words.value, unused) {
                Some((span, message)) => problem.related(&span, message),
                None => problem,
            });
        }
        let required = asked;
        let fields = rows.iter().filter_map(|(name, field)| {
            let required = required.has(&name.value);
            self.field_name(name);
            let field = self.field(name, &field.as_ref()?.value, required);
            Some((name.value.clone(), field))
        });
        Form { fields: fields.collect() }
    }

    /// A field is named on the command line (`people=3`), so its name must stand on its own.
    fn field_name(&mut self, name: &Words) {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        if name.value.len() > 64 || !name.value.chars().all(plain) {
            let message = format!("{} cannot be the name of a field", quoted(&name.value));
            let problem = Problem::new(Code::BadName, &name.span, message);
            self.add(problem.help("use up to 64 letters, digits, `-` and `_`"));
        }
    }

    fn field(&mut self, name: &Words, raw: &raw::FormField, required: bool) -> Field {
        let kind = self.kind(name, raw);
        let constant = raw.r#const.iter();
        let listed = raw.r#enum.iter().flat_map(|list| &list.value);
        let choices: Vec<_> = constant.chain(listed).collect();
        if let (Some(_), Some(list)) = (&raw.r#const, &raw.r#enum) {
            let message = "a field has one `const` or an `enum`, never both";
            self.add(Problem::new(Code::ClashingKeys, &list.span, message));
        }
        if let Some(list) = &raw.r#enum {
            self.not_empty(list, "a field that allows no value cannot be filled in");
        }
        for choice in &choices {
            if !accepts(&kind, &choice.value) {
                let message = format!(
                    "{} does not fit the field {}",
                    quoted(&choice.value.to_string()),
                    quoted(&name.value)
                );
                self.add(Problem::new(Code::BadForm, &choice.span, message));
            }
        }
        let allowed = choices.into_iter().map(|choice| choice.value.clone()).collect();
        Field { kind, required, allowed, description: value_of(&raw.description) }
    }

    fn kind(&mut self, name: &Words, raw: &raw::FormField) -> FieldKind {
        let found =
            raw.r#type.as_ref().map(|words| self.word(words, Code::UnknownWord, "type", &TYPES));
        let minimum = self.read_field(&raw.minimum, read::number);
        let maximum = self.read_field(&raw.maximum, read::number);
        let chars = |text: &str| whole(text, 0..=MAX_COUNT);
        let min_chars = self.read_field(&raw.min_length, chars);
        let max_chars = self.read_field(&raw.max_length, chars);
        // A type that is not known was reported; nothing more can be said about its limits.
        let Some(r#type) = found.map_or(Some(None), |known| known.map(Some)) else {
            return FieldKind::Any;
        };
        let numeric = matches!(r#type, Some(Type::Integer | Type::Number));
        self.only_for(numeric, "a number", [("minimum", &raw.minimum), ("maximum", &raw.maximum)]);
        let texts = [("minLength", &raw.min_length), ("maxLength", &raw.max_length)];
        self.only_for(r#type == Some(Type::String), "a string", texts);
        let upside_down = minimum.zip(maximum).is_some_and(|(low, high)| low > high)
            || min_chars.zip(max_chars).is_some_and(|(low, high)| low > high);
        if upside_down {
            let message = format!("nothing fits the limits of {}", quoted(&name.value));
            self.add(Problem::new(Code::BadForm, &name.span, message));
        }
        match r#type {
            None => FieldKind::Any,
            Some(Type::Boolean) => FieldKind::Boolean,
            Some(Type::String) => FieldKind::String { min_chars, max_chars },
            Some(Type::Integer) => FieldKind::Number { minimum, maximum, whole: true },
            Some(Type::Number) => FieldKind::Number { minimum, maximum, whole: false },
        }
    }

    /// Adds a problem for each limit that the field's type does not have.
    fn only_for(&mut self, fits: bool, what: &str, keys: [(&str, &raw::Field<String>); 2]) {
        for (key, words) in keys {
            if let Some(words) = words.as_ref().filter(|_| !fits) {
                let message = format!("`{key}` limits {what}, and this field is none");
                let problem = Problem::new(Code::BadForm, &words.span, message);
                self.add(problem.help("set the field's `type`, or remove the limit"));
            }
        }
    }
}

/// Whether the form itself would accept `value` in a field of this kind.
fn accepts(kind: &FieldKind, value: &Value) -> bool {
    let name = "field".to_owned();
    let field =
        Field { kind: kind.clone(), required: false, allowed: Vec::new(), description: None };
    let form = Form { fields: [(name.clone(), field)].into() };
    let input = [(name, value.clone())].into_iter().collect();
    form.problems(&input).is_empty()
}
