//! The words in which the tables of keys are written: a key, its shape, its kind, its record.
//!
//! The tables stand in `raw.rs`, beside the mirrors. Three readers share them: `shape.rs` lays a
//! file against them, `schema.rs` makes the JSON Schema for editors, and `manual.rs` makes the
//! tables of the reference. A row reads
//!
//! ```text
//! required("window", Shape::Words).is(Kind::Clock).about("How far back metrics look.").example("28d")
//! ```
//!
//! # Always true
//!
//! - A row without a sentence or an example is a row: the file is read all the same. A test in
//!   `schema.rs` names every such row, so that none stays without.

use super::kind::Kind;

/// The most examples that a key can show.
const MAX_EXAMPLES: usize = 3;

/// A key that a mapping may have.
#[derive(Debug)]
pub(super) struct Key {
    pub name: &'static str,
    pub shape: Shape,
    pub required: bool,
    /// What kind of words it takes; those of its entries if it is a list or a table.
    pub kind: Kind,
    /// What it means to a person, in a sentence.
    pub about: &'static str,
    /// As people write it after the colon; empty places at the end.
    pub examples: [&'static str; MAX_EXAMPLES],
    pub entries: Entries,
}

/// What must be true of the entries of a list or a table.
#[derive(Debug)]
pub(super) struct Entries {
    /// There is at least one.
    pub some: bool,
    /// No two are the same.
    pub distinct: bool,
    /// A key that every one of them has here, though its record lets it be left out.
    pub with: Option<&'static str>,
    /// A key that none of them has here, though its record has it.
    pub without: Option<&'static str>,
    /// How they are called.
    pub names: Names,
}

/// How the entries of a table may be called.
#[derive(Debug)]
pub(super) enum Names {
    /// As the user likes.
    Words(Kind),
    /// Like one of the five steps, or as the user likes; then an entry says its step.
    Steps,
    /// Like a metric, whose unit its value has.
    Metrics,
}

pub(super) const fn required(name: &'static str, shape: Shape) -> Key {
    Key { required: true, ..optional(name, shape) }
}

pub(super) const fn optional(name: &'static str, shape: Shape) -> Key {
    let entries = Entries {
        some: false,
        distinct: false,
        with: None,
        without: None,
        names: Names::Words(Kind::Text),
    };
    let examples = [""; MAX_EXAMPLES];
    Key { name, shape, required: false, kind: Kind::Text, about: "", examples, entries }
}

impl Key {
    /// The kind of its words; any text if nothing is said.
    pub const fn is(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    /// What it means to a person, in a sentence.
    pub const fn about(self, about: &'static str) -> Self {
        Self { about, ..self }
    }

    /// One more example, as people write it after the colon.
    pub const fn example(mut self, example: &'static str) -> Self {
        let mut at = 0;
        // One too many leaves the array, which the compiler reports: tables are constants.
        while !self.examples[at].is_empty() {
            at += 1;
        }
        self.examples[at] = example;
        self
    }

    /// The list needs an entry.
    pub const fn some(mut self) -> Self {
        self.entries.some = true;
        self
    }

    /// No two entries are the same.
    pub const fn distinct(mut self) -> Self {
        self.entries.distinct = true;
        self
    }

    /// Every entry has this key here.
    pub const fn each_with(mut self, key: &'static str) -> Self {
        self.entries.with = Some(key);
        self
    }

    /// No entry has this key here.
    pub const fn each_without(mut self, key: &'static str) -> Self {
        self.entries.without = Some(key);
        self
    }

    /// How the entries of the table are called.
    pub const fn named(mut self, names: Names) -> Self {
        self.entries.names = names;
        self
    }

    /// The examples that are there.
    pub fn shown(&self) -> impl Iterator<Item = &'static str> {
        self.examples.into_iter().filter(|example| !example.is_empty())
    }
}

/// A kind of value.
#[derive(Debug)]
pub(super) enum Shape {
    /// One text, number or truth, kept as it is written.
    Words,
    /// One text, number or truth, as JSON knows it.
    Value,
    /// Values in a row.
    List(&'static Shape),
    /// These keys and no others.
    Record(&'static [Key]),
    /// Names that the user chose, each with a value.
    Table(&'static Shape),
    /// Values in a row, or one of them alone.
    OneOrList(&'static Shape),
    /// Either words or the other shape.
    WordsOr(&'static Shape),
}

impl Shape {
    /// What it is, in the words of a problem.
    pub fn described(&self) -> &'static str {
        match self {
            Shape::Words | Shape::Value => "a single value",
            Shape::List(_) => "a list",
            Shape::Record(_) => "a mapping of keys to values",
            Shape::Table(_) => "a mapping of names to values",
            Shape::OneOrList(Shape::Record(_)) => "a mapping of keys to values or a list of these",
            Shape::OneOrList(_) => "a value or a list",
            Shape::WordsOr(Shape::Record(_)) => "a single value or a mapping of keys to values",
            Shape::WordsOr(_) => "a single value or a list",
        }
    }
}

/// A table of keys, its name, and what must be true of its keys together.
#[derive(Debug)]
pub(super) struct Record {
    /// How the schema and the reference call it.
    pub name: &'static str,
    /// The same inside a sentence, such as `an account`.
    pub noun: &'static str,
    /// What it is, in a sentence.
    pub about: &'static str,
    pub keys: &'static [Key],
    pub rules: &'static [Rule],
}

/// What must be true of the keys of a record together.
#[derive(Debug)]
pub(super) enum Rule {
    /// Exactly one of these is there.
    One(&'static [&'static str]),
    /// At most one of these is there.
    AtMostOne(&'static [&'static str]),
    /// Where the first is, exactly one of the others is.
    Needs(&'static str, &'static [&'static str]),
    /// Where the first is, none of the others is.
    Excludes(&'static str, &'static [&'static str]),
    /// Where this is, the `metric` is one that measures waiting.
    Waits(&'static str),
    /// Where the key `by` says one of `words`, the keys of its own that it needs are there, and
    /// none that another word has for itself.
    Own { by: &'static str, words: &'static [&'static str], keys: &'static [Own] },
    /// These thresholds are written in the unit of the `metric`, or the last if it is a truth.
    Compares { thresholds: &'static [&'static str], truth: &'static str },
}

/// A key that goes with one word of another key alone, such as `argv` with `run: command`.
#[derive(Debug)]
pub(super) struct Own {
    pub key: &'static str,
    /// The word.
    pub of: &'static str,
    /// Whether the word needs it.
    pub required: bool,
}

pub(super) const fn record(
    name: &'static str,
    noun: &'static str,
    about: &'static str,
    keys: &'static [Key],
) -> Record {
    Record { name, noun, about, keys, rules: &[] }
}

impl Record {
    /// What must be true of its keys together.
    pub const fn rules(self, rules: &'static [Rule]) -> Self {
        Self { rules, ..self }
    }

    /// Whether this record has these keys. Tables are constants, which have no place to compare.
    pub fn has(&self, keys: &[Key]) -> bool {
        let names = |keys: &[Key]| keys.iter().map(|key| key.name).collect::<Vec<_>>();
        names(self.keys) == names(keys)
    }
}
