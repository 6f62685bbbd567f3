//! A suite file as it is written: the mirror of `*.test.yaml`, and its keys.
//!
//! It follows the rules of [`super::raw`].

use serde::Deserialize;
use serde_json::Value;

use super::{
    key::{Key, Shape, optional, required},
    raw::{Field, Spot, Table, Words},
    shape::Raw,
};

/// A suite file.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Suite {
    pub suite: Field<String>,
    pub brand: Field<Terms>,
    pub begin: Field<String>,
    pub parts: Field<Table<Vec<Spot<Step>>>>,
    pub cases: Field<Vec<Spot<Case>>>,
}

impl Raw for Suite {
    const KEYS: &'static [Key] = &[
        required("suite", Shape::Words),
        optional("brand", Shape::Record(TERMS)),
        optional("begin", Shape::Words),
        optional("parts", Shape::Table(&STEPS)),
        required("cases", Shape::List(&Shape::Record(CASE))),
    ];
}

/// `brand:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Terms {
    pub timezone: Field<String>,
    pub working_week: Field<Vec<Words>>,
    pub goals: Field<Table<String>>,
}

const TERMS: &[Key] = &[
    optional("timezone", Shape::Words),
    optional("working_week", Shape::List(&Shape::Words)),
    optional("goals", Shape::Table(&Shape::Words)),
];

/// One of `cases:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Case {
    pub name: Field<String>,
    pub steps: Field<Vec<Spot<Step>>>,
}

const CASE: &[Key] = &[required("name", Shape::Words), required("steps", Shape::List(&STEP))];

/// One of `steps:`
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Step {
    /// `- start`
    Word(String),
    /// `- advance: blocked`
    Deed(Box<Deed>),
}

static STEPS: Shape = Shape::List(&STEP);

static STEP: Shape = Shape::WordsOr(&Shape::Record(DEED));

/// A step with something to say; exactly one key.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Deed {
    pub advance: Field<String>,
    pub observe: Field<Table<Measure>>,
    pub done: Field<Work>,
    pub reopen: Field<Work>,
    pub waive: Field<Work>,
    pub pause: Field<Work>,
    pub resume: Field<Work>,
    pub cancel: Field<Work>,
    pub wait: Field<String>,
    pub r#do: Field<String>,
    pub expect: Field<Expect>,
}

const DEED: &[Key] = &[
    optional("advance", Shape::Words),
    optional("observe", Shape::Table(&Shape::WordsOr(&Shape::Record(MEASURE)))),
    optional("done", Shape::WordsOr(&Shape::Record(DONE))),
    optional("reopen", Shape::WordsOr(&Shape::Record(REOPEN))),
    optional("waive", Shape::WordsOr(&Shape::Record(WAIVE))),
    optional("pause", Shape::Record(HOLD)),
    optional("resume", Shape::Record(HOLD)),
    optional("cancel", Shape::Record(HOLD)),
    optional("wait", Shape::Words),
    optional("do", Shape::Words),
    optional("expect", Shape::Record(EXPECT)),
];

/// A value of `observe:`
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Measure {
    /// `response_rate: 90%`
    Word(String),
    /// `response_rate: { value: 90%, n: 40 }`
    Numbers(Box<Numbers>),
}

/// A value with its cases and its interval.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Numbers {
    pub value: Field<String>,
    pub hits: Field<String>,
    pub n: Field<String>,
    pub low: Field<String>,
    pub high: Field<String>,
}

const MEASURE: &[Key] = &[
    optional("value", Shape::Words),
    optional("hits", Shape::Words),
    optional("n", Shape::Words),
    optional("low", Shape::Words),
    optional("high", Shape::Words),
];

/// What a person does: on what, and who and why.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Work {
    /// `done: review`
    Name(String),
    /// `done: { task: review, by: Ada }`
    Full(Box<Person>),
}

/// What a person does in full.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Person {
    pub task: Field<String>,
    pub clause: Field<String>,
    pub form: Field<Table<Value>>,
    pub by: Field<String>,
    pub reason: Field<String>,
}

const DONE: &[Key] = &[
    required("task", Shape::Words),
    optional("form", Shape::Table(&Shape::Value)),
    optional("by", Shape::Words),
    optional("reason", Shape::Words),
];

const REOPEN: &[Key] = &[
    required("task", Shape::Words),
    optional("by", Shape::Words),
    optional("reason", Shape::Words),
];

const WAIVE: &[Key] = &[
    required("clause", Shape::Words),
    optional("by", Shape::Words),
    optional("reason", Shape::Words),
];

const HOLD: &[Key] = &[optional("by", Shape::Words), optional("reason", Shape::Words)];

/// `expect:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Expect {
    pub stage: Field<String>,
    pub cycle: Field<String>,
    pub status: Field<String>,
    pub outcome: Field<String>,
    pub gate: Field<String>,
    pub shut: Field<Vec<Words>>,
    pub clauses: Field<Table<String>>,
    pub goal: Field<Table<String>>,
    pub tasks: Field<Table<String>>,
    pub streak: Field<String>,
    pub without_gain: Field<String>,
    pub because: Field<String>,
    pub timers: Field<Table<String>>,
    pub refused: Field<String>,
}

const EXPECT: &[Key] = &[
    optional("stage", Shape::Words),
    optional("cycle", Shape::Words),
    optional("status", Shape::Words),
    optional("outcome", Shape::Words),
    optional("gate", Shape::Words),
    optional("shut", Shape::List(&Shape::Words)),
    optional("clauses", Shape::Table(&Shape::Words)),
    optional("goal", Shape::Table(&Shape::Words)),
    optional("tasks", Shape::Table(&Shape::Words)),
    optional("streak", Shape::Words),
    optional("without_gain", Shape::Words),
    optional("because", Shape::Words),
    optional("timers", Shape::Table(&Shape::Words)),
    optional("refused", Shape::Words),
];
