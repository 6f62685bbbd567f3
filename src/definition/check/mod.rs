//! From the raw mirror to the model: names, units, and what belongs together.
//!
//! Start reading at [`workflow()`] or [`brand()`]; [`Checker`] holds the few things that all checks
//! do. A check that fails adds a problem and leaves its part out (`None`), so that the others
//! still run; the model counts only if no problem was added.

mod action;
mod audience;
mod benchmark;
mod brand;
mod clause;
mod flaw;
pub(super) mod folder;
mod form;
mod job;
mod meant;
mod pair;
mod schedule;
mod stage;
mod suite;
mod task;
mod workflow;

pub(super) use benchmark::benchmarks;
pub(super) use brand::brand;
pub(super) use form::TYPES;
pub(super) use pair::{brand_side, own_goals, workflow_side};
pub(super) use suite::{seen, suite};
pub(super) use workflow::{FORMAT, MAX_CYCLES, workflow};

use std::collections::BTreeMap;

use super::{
    diagnostic::{Code, Problem, Problems},
    names::Names,
    raw::{Field, Words},
    read::Wrong,
    suggest::quoted,
};
use crate::model::ids::IdError;

/// What every check does: add problems, read values, know names.
struct Checker<'p, 'f> {
    problems: &'p mut Problems<'f>,
}

impl Checker<'_, '_> {
    fn add(&mut self, problem: Problem) {
        self.problems.add(problem);
    }

    /// The value of `words`, as `read` reads it; what is wrong is added.
    fn read<T>(&mut self, words: &Words, read: impl FnOnce(&str) -> Result<T, Wrong>) -> Option<T> {
        match read(&words.value) {
            Ok(value) => Some(value),
            Err(wrong) => {
                let problem =
                    Problem::new(wrong.code, &words.span, wrong.message).suggest(wrong.suggestion);
                self.add(match wrong.help {
                    Some(help) => problem.help(help),
                    None => problem,
                });
                None
            }
        }
    }

    /// Like [`Checker::read`] for a key that may be missing.
    fn read_field<T>(
        &mut self,
        field: &Field<String>,
        read: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Option<T> {
        field.as_ref().and_then(|words| self.read(words, read))
    }

    /// `words` as a name of the type that `make` makes.
    fn id<T>(
        &mut self,
        words: &Words,
        make: impl FnOnce(String) -> Result<T, IdError>,
    ) -> Option<T> {
        match make(words.value.clone()) {
            Ok(id) => Some(id),
            Err(_) => {
                let message = format!("{} cannot be a name", quoted(&words.value));
                let help = "use 1 to 64 of a-z, 0-9, `-` and `_`, beginning with a letter or digit";
                self.add(Problem::new(Code::BadName, &words.span, message).help(help));
                None
            }
        }
    }

    /// The one of `table` that `words` name.
    fn word<T: Copy>(
        &mut self,
        words: &Words,
        code: Code,
        what: &str,
        table: &[(T, &'static str)],
    ) -> Option<T> {
        let found = table.iter().find(|(_, name)| *name == words.value).map(|(value, _)| *value);
        if found.is_none() && !self.problems.is_full() {
            let message = format!("there is no {what} {}", quoted(&words.value));
            let names = table.iter().map(|(_, name)| *name);
            self.add(Problem::new(code, &words.span, message).known(names, &words.value));
        }
        found
    }

    /// Adds a problem for each of `words` that was there before.
    fn no_doubles<'w>(&mut self, what: &str, words: impl IntoIterator<Item = &'w Words>) {
        let mut seen: BTreeMap<&str, &Words> = BTreeMap::new();
        for words in words {
            match seen.get(words.value.as_str()) {
                None => {
                    seen.insert(&words.value, words);
                }
                Some(first) => {
                    let message = format!("there are two {what}s {}", quoted(&words.value));
                    let problem = Problem::new(Code::DuplicateName, &words.span, message);
                    self.add(
                        problem.related(&first.span, format!("the first {what} of this name")),
                    );
                }
            }
        }
    }

    /// Adds a problem if a list that needs an entry has none.
    fn not_empty<T>(&mut self, list: &super::raw::Spot<Vec<T>>, why: &str) {
        // A list whose entries were all refused is shorter than it is written.
        if list.value.is_empty() && self.problems.text_at(&list.span).replace(' ', "") == "[]" {
            self.add(Problem::new(Code::EmptyValue, &list.span, "this list is empty").help(why));
        }
    }
}

/// The names that `words` are, in their order.
fn names_of<'a>(words: impl IntoIterator<Item = &'a Words>) -> Names<'a> {
    Names::new(words.into_iter().map(|words| words.value.as_str()))
}

/// The value of a key that may be missing.
fn value_of(field: &Field<String>) -> Option<String> {
    field.as_ref().map(|words| words.value.clone())
}
