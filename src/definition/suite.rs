//! A suite file as it is written: the mirror of `*.test.yaml`, and its keys.
//!
//! It follows the rules of [`super::raw`].

use serde::Deserialize;
use serde_json::Value;

use super::{
    key::{Key, Names, Shape, optional, required},
    kind::Kind,
    raw::{Field, Spot, Table, Words},
    read::MAX_COUNT,
    shape::Raw,
};
use crate::model::suite::REFUSALS;

/// The steps that are one word.
const STEPS_OF_ONE_WORD: &[&str] = &["start", "advance", "pause", "resume", "cancel"];

/// What a clause can answer, or that it was waived.
const REPLIES: &[&str] = &["pass", "fail", "insufficient", "unmeasurable", "waived"];

const COUNT: Kind = Kind::Whole(0, u32::MAX as u64);

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
        required("suite", Shape::Words)
            .is(Kind::Name)
            .about("The workflow that is played; it lies beside, as `NAME.yaml`.")
            .example("engagement"),
        optional("brand", Shape::Record(TERMS))
            .about("The terms of the brand that is played.")
            .example("{ timezone: Europe/Rome, goals: { engaged_follower_rate: 2% } }"),
        optional("begin", Shape::Words)
            .about("When every case begins; a Monday at nine, `2026-03-02T09:00:00Z`, if left out.")
            .example("\"2026-01-05T08:00:00Z\""),
        optional("parts", Shape::Table(&STEPS))
            .is(Kind::Word(STEPS_OF_ONE_WORD))
            .about("Steps that several cases share, done with `do`; each can do those above it.")
            .example("{ quiet: [{ observe: { engaged_followers: 3 } }] }"),
        required("cases", Shape::List(&Shape::Record(CASE)))
            .some()
            .about("The stories; each begins with a brand that has not started.")
            .example("[{ name: A brand begins, steps: [start, { expect: { cycle: 1 } }] }]"),
    ];
}

/// `brand:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Terms {
    pub timezone: Field<String>,
    pub working_week: Field<Vec<Words>>,
    pub working_hours: Field<String>,
    pub goals: Field<Table<String>>,
}

pub(super) const TERMS: &[Key] = &[
    optional("timezone", Shape::Words)
        .is(Kind::Zone)
        .about("The zone of its deadlines; `UTC`, if left out.")
        .example("Europe/Rome"),
    optional("working_week", Shape::List(&Shape::Words))
        .is(Kind::Day)
        .some()
        .distinct()
        .about("The days that `business days` count; `mon` to `fri`, if left out.")
        .example("[mon, tue, wed, thu]"),
    optional("working_hours", Shape::Words)
        .is(Kind::Hours)
        .about("The hours of a working day; all, if left out.")
        .example("09:00-17:00"),
    optional("goals", Shape::Table(&Shape::Words))
        .named(Names::Metrics)
        .is(Kind::Threshold)
        .about("Its own targets; every one that the workflow asks for.")
        .example("{ engaged_follower_rate: 2% }"),
];

/// One of `cases:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Case {
    pub name: Field<String>,
    pub steps: Field<Vec<Spot<Step>>>,
}

pub(super) const CASE: &[Key] = &[
    required("name", Shape::Words)
        .about("What the case shows, in words; no two are the same.")
        .example("A silent brand stalls"),
    required("steps", STEPS_SHAPE)
        .is(Kind::Word(STEPS_OF_ONE_WORD))
        .about("What happens, in order; `start`, `advance`, `pause`, `resume` and `cancel` may stand alone.")
        .example("[start, advance, { expect: { gate: shut } }]"),
];

/// One of `steps:`
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Step {
    /// `- start`
    Word(String),
    /// `- advance: blocked`
    Deed(Box<Deed>),
}

const STEPS_SHAPE: Shape = Shape::List(&STEP);

static STEPS: Shape = STEPS_SHAPE;

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

pub(super) const DEED: &[Key] = &[
    optional("advance", Shape::Words)
        .about("Goes on until `blocked`, or to this stage, where it must arrive.")
        .example("blocked")
        .example("support"),
    optional("observe", Shape::Table(&Shape::WordsOr(&Shape::Record(MEASURE))))
        .named(Names::Words(Kind::Observed))
        .about(
            "Measures these metrics now: a value, its numbers, `no cases`, `not exported`, `suppressed` or \
             `unmeasurable`. Others \
             keep their value and their age.",
        )
        .example("{ first_response_median: 3h, response_rate: { value: 90%, n: 40 } }")
        .example("{ concentration: unmeasurable, engaged_retention: no cases }"),
    optional("done", Shape::WordsOr(&Shape::Record(DONE)))
        .is(Kind::Task)
        .about("Somebody finishes a task.")
        .example("{ task: sign_charter, form: { agreed: true }, by: Ada }")
        .example("review"),
    optional("reopen", Shape::WordsOr(&Shape::Record(REOPEN)))
        .is(Kind::Task)
        .about("Somebody takes a finished task up again.")
        .example("sign_charter"),
    optional("waive", Shape::WordsOr(&Shape::Record(WAIVE)))
        .is(Kind::Name)
        .about("A named person lets the brand pass a clause that cannot be measured.")
        .example("{ clause: reached, by: Ada, reason: the archive has no followers }"),
    optional("pause", Shape::Record(HOLD))
        .about("Somebody holds the run.")
        .example("{ by: Ada, reason: summer break }"),
    optional("resume", Shape::Record(HOLD))
        .about("Somebody lets it go on.")
        .example("{ by: Ada }"),
    optional("cancel", Shape::Record(HOLD))
        .about("Somebody ends it as abandoned.")
        .example("{ by: Ada, reason: the brand was sold }"),
    optional("wait", Shape::Words)
        .about("Time passes: so much, or until an instant or a day. Evidence grows older by it.")
        .example("28d")
        .example("3 business days")
        .example("\"2026-04-01\""),
    optional("do", Shape::Words)
        .about("Does the steps of a part that is written above.")
        .example("quiet"),
    optional("expect", Shape::Record(EXPECT))
        .about("All of this must be so now; the case fails otherwise.")
        .example("{ stage: target, cycle: 1, shut: [wrote] }"),
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

pub(super) const MEASURE: &[Key] = &[
    optional("value", Shape::Words).about("The value, in the metric's unit.").example("90%"),
    optional("hits", Shape::Words)
        .is(Kind::Whole(0, MAX_COUNT))
        .about("In place of the value of a proportion: how many of the `n` cases count.")
        .example("36"),
    optional("n", Shape::Words)
        .is(Kind::Whole(1, MAX_COUNT))
        .about("On how many cases it rests; 1, if left out where no clause asks.")
        .example("40"),
    optional("low", Shape::Words)
        .about("The lower end of the 95 % interval; Wilson's for a proportion, if left out.")
        .example("2h"),
    optional("high", Shape::Words).about("The upper end.").example("5h"),
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

pub(super) const DONE: &[Key] = &[
    required("task", Shape::Words).is(Kind::Task).about("The task.").example("sign_charter"),
    optional("form", Shape::Table(&Shape::Value))
        .named(Names::Words(Kind::FieldName))
        .about("The form as it is filled in.")
        .example("{ agreed: true }"),
    optional("by", Shape::Words).about("Who does it; somebody, if left out.").example("Ada"),
    optional("reason", Shape::Words).about("A note.").example("read aloud to everybody"),
];

pub(super) const REOPEN: &[Key] = &[
    required("task", Shape::Words).is(Kind::Task).about("The task.").example("sign_charter"),
    optional("by", Shape::Words).about("Who does it; somebody, if left out.").example("Ada"),
    optional("reason", Shape::Words).about("Why.").example("it was the version of last year"),
];

pub(super) const WAIVE: &[Key] = &[
    required("clause", Shape::Words).is(Kind::Name).about("The clause.").example("reached"),
    optional("by", Shape::Words).about("Who does it; without a name it is refused.").example("Ada"),
    optional("reason", Shape::Words)
        .about("Why; without a reason it is refused.")
        .example("the archive has no followers"),
];

pub(super) const HOLD: &[Key] = &[
    optional("by", Shape::Words).about("Who does it; somebody, if left out.").example("Ada"),
    optional("reason", Shape::Words).about("Why.").example("summer break"),
];

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

pub(super) const EXPECT: &[Key] = &[
    optional("stage", Shape::Words)
        .is(Kind::Stage)
        .about("The brand is in this stage, or was when its run ended.")
        .example("target"),
    optional("cycle", Shape::Words).is(COUNT).about("It is on this cycle.").example("2"),
    optional("status", Shape::Words)
        .is(Kind::Word(&["ready", "running", "paused", "finished"]))
        .about("Whether its run goes on.")
        .example("running"),
    optional("outcome", Shape::Words)
        .is(Kind::Word(&["gold", "exhausted", "stalled", "abandoned"]))
        .about("Its run ended so.")
        .example("gold"),
    optional("gate", Shape::Words)
        .is(Kind::Word(&["open", "shut"]))
        .about("Whether every clause of the gate lets it through now.")
        .example("shut"),
    optional("shut", Shape::List(&Shape::Words))
        .is(Kind::Name)
        .about("Exactly these clauses hold it now; none, if the list is empty.")
        .example("[reached, wrote]"),
    optional("clauses", Shape::Table(&Shape::Words))
        .is(Kind::Word(REPLIES))
        .named(Names::Words(Kind::Name))
        .about("What clauses of the gate answer now.")
        .example("{ reached: insufficient, wrote: fail }"),
    optional("goal", Shape::Table(&Shape::Words))
        .is(Kind::Word(REPLIES))
        .named(Names::Words(Kind::Name))
        .about("What clauses of the goal would answer now.")
        .example("{ response_rate: pass }"),
    optional("tasks", Shape::Table(&Shape::Words))
        .is(Kind::Word(&["open", "done"]))
        .named(Names::Words(Kind::Name))
        .about("Where tasks of the stage stand.")
        .example("{ sign_charter: open }"),
    optional("streak", Shape::Words)
        .is(COUNT)
        .about("In how many cycles in a row the goal was met.")
        .example("1"),
    optional("without_gain", Shape::Words)
        .is(COUNT)
        .about("How many cycles in a row brought no gain.")
        .example("2"),
    optional("because", Shape::Words)
        .about("How the last stage was left: the condition of the way, `otherwise` or `limit`.")
        .example("goal.held")
        .example("otherwise"),
    optional("timers", Shape::Table(&Shape::Words))
        .named(Names::Words(Kind::Name))
        .about(
            "When a task, a waiting clause or a stage's limit is due: an instant, a period from \
             now, or `none`.",
        )
        .example("{ sign_charter: 3 business days }"),
    optional("refused", Shape::Words)
        .is(Kind::Word(&REFUSALS))
        .about("How the last command was refused.")
        .example("task_done"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        Outcome,
        suite::{Reply, Standing},
    };

    #[test]
    fn the_words_that_editors_offer_are_those_that_are_read() {
        let offered = |key: &str| {
            let key = EXPECT.iter().find(|known| known.name == key).expect("a key");
            key.kind.choices().into_iter().map(|choice| choice.name).collect::<Vec<_>>()
        };
        assert_eq!(offered("status"), Standing::ALL.map(|(_, name)| name));
        assert_eq!(offered("outcome"), Outcome::ALL.map(Outcome::name));
        assert_eq!(offered("clauses"), Reply::ALL.map(|(_, name)| name));
        assert_eq!(offered("refused"), REFUSALS);
    }
}
