//! The files as they are written: a mirror for serde, and beside each mirror the keys it has.
//!
//! Every value is a [`Spot`]: the words as written and where they stand. Nothing is required
//! here; a value that was refused earlier is simply missing, so that the rest can still be
//! checked in the same run.

use std::ops::Range;

use serde::Deserialize;
use serde_json::Value;

use super::shape::{Key, Raw, Shape, optional, required};

/// A value and its place in the file.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "(usize, usize, T)")]
pub(super) struct Spot<T> {
    pub value: T,
    pub span: Range<usize>,
}

impl<T> From<(usize, usize, T)> for Spot<T> {
    fn from((start, end, value): (usize, usize, T)) -> Self {
        Self { value, span: start..end }
    }
}

/// A text or number as written.
pub(super) type Words = Spot<String>;

/// The value of a key that may be missing.
pub(super) type Field<T> = Option<Spot<T>>;

/// Named values in the order of the file; a value that was refused is missing, its name is not.
pub(super) type Table<T> = Vec<(Words, Field<T>)>;

/// A workflow file.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Workflow {
    pub format: Field<String>,
    pub workflow: Field<String>,
    pub version: Field<String>,
    pub title: Field<String>,
    pub initial: Field<String>,
    pub window: Field<String>,
    pub goal: Field<Goal>,
    pub limits: Field<Limits>,
    pub stages: Field<Table<Stage>>,
}

impl Raw for Workflow {
    const KEYS: &'static [Key] = &[
        required("format", Shape::Words),
        required("workflow", Shape::Words),
        required("version", Shape::Words),
        required("title", Shape::Words),
        required("initial", Shape::Words),
        required("window", Shape::Words),
        required("goal", Shape::Record(GOAL)),
        required("limits", Shape::Record(LIMITS)),
        required("stages", Shape::Table(&Shape::Record(STAGE))),
    ];
}

/// `goal:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Goal {
    pub all: Field<Vec<Spot<Clause>>>,
    pub held_for: Field<String>,
}

const GOAL: &[Key] =
    &[required("all", Shape::List(&Shape::Record(CLAUSE))), required("held_for", Shape::Words)];

/// `limits:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Limits {
    pub cycles: Field<String>,
    pub stall_after: Field<String>,
}

const LIMITS: &[Key] = &[required("cycles", Shape::Words), optional("stall_after", Shape::Words)];

/// One of `stages:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Stage {
    pub step: Field<String>,
    pub title: Field<String>,
    pub purpose: Field<String>,
    pub tasks: Field<Vec<Spot<Task>>>,
    pub exit: Field<Vec<Spot<Clause>>>,
    pub next: Field<Next>,
    pub limit: Field<Limit>,
}

const STAGE: &[Key] = &[
    optional("step", Shape::Words),
    required("title", Shape::Words),
    optional("purpose", Shape::Words),
    optional("tasks", Shape::List(&Shape::Record(TASK))),
    required("exit", Shape::List(&Shape::Record(CLAUSE))),
    required("next", Shape::WordsOr(&Shape::List(&Shape::Record(BRANCH)))),
    optional("limit", Shape::Record(LIMIT)),
];

/// `limit:` of a stage.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Limit {
    pub after: Field<String>,
    pub to: Field<String>,
    pub finish: Field<String>,
}

const LIMIT: &[Key] = &[
    required("after", Shape::Words),
    optional("to", Shape::Words),
    optional("finish", Shape::Words),
];

/// One of `tasks:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Task {
    pub id: Field<String>,
    pub title: Field<String>,
    pub owner: Field<String>,
    pub form: Field<Form>,
    pub deadline: Field<String>,
    pub remind: Field<Vec<Words>>,
}

const TASK: &[Key] = &[
    required("id", Shape::Words),
    required("title", Shape::Words),
    required("owner", Shape::Words),
    optional("form", Shape::Record(FORM)),
    optional("deadline", Shape::Words),
    optional("remind", Shape::List(&Shape::Words)),
];

/// One of `exit:` or of the goal's `all:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Clause {
    pub id: Field<String>,
    pub metric: Field<String>,
    pub at_least: Field<String>,
    pub at_most: Field<String>,
    pub is: Field<String>,
    pub bound: Field<String>,
    pub min_n: Field<String>,
    pub max_age: Field<String>,
    pub hours: Field<String>,
    pub task: Field<String>,
    pub wait: Field<String>,
    pub when: Field<String>,
    pub any: Field<Vec<Spot<Clause>>>,
    pub all: Field<Vec<Spot<Clause>>>,
    pub because: Field<String>,
}

const CLAUSE: &[Key] = &[
    optional("id", Shape::Words),
    optional("metric", Shape::Words),
    optional("at_least", Shape::Words),
    optional("at_most", Shape::Words),
    optional("is", Shape::Words),
    optional("bound", Shape::Words),
    optional("min_n", Shape::Words),
    optional("max_age", Shape::Words),
    optional("hours", Shape::Words),
    optional("task", Shape::Words),
    optional("wait", Shape::Words),
    optional("when", Shape::Words),
    optional("any", Shape::List(&MEMBER)),
    optional("all", Shape::List(&MEMBER)),
    optional("because", Shape::Words),
];

/// A clause inside a group: it has no name and no reason of its own, the group has.
static MEMBER: Shape = Shape::Record(&[
    optional("metric", Shape::Words),
    optional("at_least", Shape::Words),
    optional("at_most", Shape::Words),
    optional("is", Shape::Words),
    optional("bound", Shape::Words),
    optional("min_n", Shape::Words),
    optional("max_age", Shape::Words),
    optional("hours", Shape::Words),
    optional("task", Shape::Words),
    optional("wait", Shape::Words),
    optional("when", Shape::Words),
    optional("any", Shape::List(&MEMBER)),
    optional("all", Shape::List(&MEMBER)),
]);

/// `next:`
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Next {
    /// `next: STAGE`
    Stage(String),
    /// A list of ways on.
    Branches(Vec<Spot<Branch>>),
}

/// One way on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Branch {
    pub when: Field<String>,
    pub to: Field<String>,
    pub finish: Field<String>,
}

const BRANCH: &[Key] = &[
    optional("when", Shape::Words),
    optional("to", Shape::Words),
    optional("finish", Shape::Words),
];

/// `form:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Form {
    pub r#type: Field<String>,
    pub required: Field<Vec<Words>>,
    pub properties: Field<Table<FormField>>,
}

const FORM: &[Key] = &[
    required("type", Shape::Words),
    optional("required", Shape::List(&Shape::Words)),
    optional("properties", Shape::Table(&Shape::Record(FORM_FIELD))),
];

/// One of `properties:`
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct FormField {
    pub r#type: Field<String>,
    pub r#const: Field<Value>,
    pub r#enum: Field<Vec<Spot<Value>>>,
    pub minimum: Field<String>,
    pub maximum: Field<String>,
    pub min_length: Field<String>,
    pub max_length: Field<String>,
    pub description: Field<String>,
}

const FORM_FIELD: &[Key] = &[
    optional("type", Shape::Words),
    optional("const", Shape::Value),
    optional("enum", Shape::List(&Shape::Value)),
    optional("minimum", Shape::Words),
    optional("maximum", Shape::Words),
    optional("minLength", Shape::Words),
    optional("maxLength", Shape::Words),
    optional("description", Shape::Words),
];

/// A brand file.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Brand {
    pub brand: Field<String>,
    pub name: Field<String>,
    pub timezone: Field<String>,
    pub working_week: Field<Vec<Words>>,
    pub working_hours: Field<String>,
    pub languages: Field<Vec<Words>>,
    pub workflow: Field<String>,
    pub goals: Field<Table<String>>,
    pub accounts: Field<Vec<Spot<Account>>>,
    pub charter: Field<Charter>,
    pub audience: Field<Audience>,
    pub sources: Field<Vec<Spot<Source>>>,
}

impl Raw for Brand {
    const KEYS: &'static [Key] = &[
        required("brand", Shape::Words),
        required("name", Shape::Words),
        required("timezone", Shape::Words),
        optional("working_week", Shape::List(&Shape::Words)),
        optional("working_hours", Shape::Words),
        required("languages", Shape::List(&Shape::Words)),
        required("workflow", Shape::Words),
        optional("goals", Shape::Table(&Shape::Words)),
        required("accounts", Shape::List(&Shape::Record(ACCOUNT))),
        required("charter", Shape::Record(CHARTER)),
        optional("audience", Shape::Record(AUDIENCE)),
        required("sources", Shape::List(&Shape::Record(SOURCE))),
    ];
}

/// One of `accounts:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Account {
    pub platform: Field<String>,
    pub handle: Field<String>,
}

const ACCOUNT: &[Key] = &[required("platform", Shape::Words), required("handle", Shape::Words)];

/// `charter:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Charter {
    pub people: Field<Vec<Spot<Person>>>,
    pub pillars: Field<Vec<Spot<Pillar>>>,
    pub cadence: Field<Cadence>,
}

const CHARTER: &[Key] = &[
    optional("people", Shape::List(&Shape::Record(PERSON))),
    optional("pillars", Shape::List(&Shape::Record(PILLAR))),
    optional("cadence", Shape::Record(CADENCE)),
];

/// One of `people:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Person {
    pub name: Field<String>,
    pub role: Field<String>,
}

const PERSON: &[Key] = &[required("name", Shape::Words), optional("role", Shape::Words)];

/// One of `pillars:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Pillar {
    pub id: Field<String>,
    pub words: Field<Vec<Words>>,
    pub not: Field<Vec<Words>>,
}

const PILLAR: &[Key] = &[
    required("id", Shape::Words),
    required("words", Shape::List(&Shape::Words)),
    optional("not", Shape::List(&Shape::Words)),
];

/// `cadence:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Cadence {
    pub at_least: Field<String>,
}

const CADENCE: &[Key] = &[required("at_least", Shape::Words)];

/// `audience:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Audience {
    pub segments: Field<Vec<Spot<Segment>>>,
}

const AUDIENCE: &[Key] = &[required("segments", Shape::List(&Shape::Record(SEGMENT)))];

/// One of `segments:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Segment {
    pub id: Field<String>,
    pub bio: Field<Vec<Words>>,
    pub languages: Field<Vec<Words>>,
}

const SEGMENT: &[Key] = &[
    required("id", Shape::Words),
    optional("bio", Shape::List(&Shape::Words)),
    optional("languages", Shape::List(&Shape::Words)),
];

/// One of `sources:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Source {
    pub kind: Field<String>,
    pub account: Field<String>,
    pub path: Field<String>,
}

const SOURCE: &[Key] = &[
    required("kind", Shape::Words),
    required("account", Shape::Words),
    optional("path", Shape::Words),
];
