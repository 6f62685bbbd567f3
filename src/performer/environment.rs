//! The variables of the environment, and what must never be seen of them.
//!
//! # Always true
//!
//! - A value is handed to the program or webhook that names its variable, and to nobody else.
#![allow(clippy::disallowed_methods, reason = "performers are the edge: they read variables")]

use std::{collections::BTreeMap, ffi::OsString, fmt, sync::Arc};

use serde_json::{Map, Value};

use super::Fault;

/// What every program sees, where it is set.
const ALWAYS: [&str; 3] = ["PATH", "HOME", "LANG"];

/// Without it hardly a program starts on Windows.
const ON_WINDOWS: [&str; 1] = ["SystemRoot"];

/// Where variables are looked up: this process's environment, or a list of a test.
#[derive(Clone)]
pub struct Environment(Source);

#[derive(Clone)]
enum Source {
    System,
    List(Arc<BTreeMap<String, OsString>>),
}

impl Environment {
    /// The environment of this process.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// These variables and no other.
    pub fn of<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let list = variables.into_iter().map(|(name, value)| (name.to_owned(), value.into()));
        Self(Source::List(Arc::new(list.collect())))
    }

    /// A variable's value; `None` if it is not set.
    pub(super) fn get(&self, name: &str) -> Option<OsString> {
        match &self.0 {
            Source::System => std::env::var_os(name),
            Source::List(list) => list.get(name).cloned(),
        }
    }

    /// A variable's value.
    ///
    /// # Errors
    ///
    /// A permanent [`Fault`] that names the variable if it is not set.
    pub(super) fn require(&self, name: &str) -> Result<OsString, Fault> {
        self.get(name).ok_or_else(|| {
            Fault::permanent(format!("the environment variable `{name}` is not set"))
        })
    }

    /// What a program sees that was promised `names`, and what of it must not be repeated.
    ///
    /// # Errors
    ///
    /// As [`Environment::require`].
    pub(super) fn offer(
        &self,
        names: &[String],
    ) -> Result<(Vec<(String, OsString)>, Secrets), Fault> {
        let always = ALWAYS.iter().chain(if cfg!(windows) { &ON_WINDOWS[..] } else { &[] });
        let mut variables: Vec<(String, OsString)> =
            always.filter_map(|name| Some((name.to_string(), self.get(name)?))).collect();
        let mut secrets = Secrets::default();
        for name in names.iter().filter(|name| !ALWAYS.contains(&name.as_str())) {
            let value = self.require(name)?;
            secrets.add(&value.to_string_lossy());
            variables.push((name.clone(), value));
        }
        Ok((variables, secrets))
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Environment")
    }
}

/// The shortest value that is kept secret, in bytes. A shorter one (`1`, `en`) guards nothing, and
/// blotting it out would spoil every answer.
const SECRET_BYTES: usize = 4;

/// What stands in a secret's place.
const BLOT: &str = "***";

/// Values that may not be seen outside the program that was given them.
#[derive(Default)]
pub(super) struct Secrets(Vec<String>);

impl Secrets {
    /// Keeps `value` secret, each of its lines too: a program may print only some.
    pub(super) fn add(&mut self, value: &str) {
        let parts = std::iter::once(value).chain(value.lines()).map(str::trim);
        self.0.extend(parts.filter(|part| part.len() >= SECRET_BYTES).map(str::to_owned));
        // A secret may hold another: the longest goes first, so that no end of it is left.
        self.0.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        self.0.dedup();
    }

    /// `text` with every secret blotted out.
    pub(super) fn blot(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret, BLOT))
    }

    /// `object` with every secret blotted out, in keys, texts and numbers, however deep.
    pub(super) fn blot_object(&self, object: Map<String, Value>) -> Map<String, Value> {
        let blotted = |(key, value): (String, _)| (self.blot(&key), self.blot_value(value));
        object.into_iter().map(blotted).collect()
    }

    fn blot_value(&self, value: Value) -> Value {
        match value {
            Value::Null | Value::Bool(_) => value,
            Value::Number(ref number) => {
                let text = number.to_string();
                let blotted = self.blot(&text);
                if blotted == text { value } else { Value::String(blotted) }
            }
            Value::String(text) => Value::String(self.blot(&text)),
            Value::Array(items) => {
                Value::Array(items.into_iter().map(|item| self.blot_value(item)).collect())
            }
            Value::Object(object) => Value::Object(self.blot_object(object)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn no_secret_is_left_in_an_answer() {
        let mut secrets = Secrets::default();
        ["s3cret", "s3cret-and-more", "12345", "one line\nother line\n", "en"]
            .iter()
            .for_each(|value| secrets.add(value));
        // (why this row exists, the answer, what is left of it)
        let table = [
            ("nothing secret", json!({ "posts": 3 }), json!({ "posts": 3 })),
            ("a text", json!({ "a": "s3cret" }), json!({ "a": "***" })),
            ("inside a text", json!({ "a": "is s3cret." }), json!({ "a": "is ***." })),
            ("the longer one wins", json!({ "a": "s3cret-and-more" }), json!({ "a": "***" })),
            ("a key", json!({ "s3cret": 1 }), json!({ "***": 1 })),
            (
                "deep inside",
                json!({ "a": [{ "b": ["s3cret"] }] }),
                json!({ "a": [{ "b": ["***"] }] }),
            ),
            ("a number", json!({ "pin": 12345 }), json!({ "pin": "***" })),
            ("one line of several", json!({ "a": "other line" }), json!({ "a": "***" })),
            ("too short to be one", json!({ "language": "en" }), json!({ "language": "en" })),
        ];
        for (why, answer, left) in table {
            assert_eq!(secrets.blot_value(answer), left, "{why}");
        }
    }

    #[test]
    fn a_program_sees_what_it_names_and_a_little_more() {
        let here = Environment::of([("PATH", "/bin"), ("TOKEN", "s3cret"), ("OTHER", "x")]);
        let (variables, _) = here.offer(&["TOKEN".to_owned()]).unwrap();
        let names: Vec<&str> = variables.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["PATH", "TOKEN"]);
    }
}
