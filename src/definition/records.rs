//! The tables of keys by name, and what must be true of the keys of each together.
//!
//! A record of `raw.rs` that is not listed here is still read; the schema and the reference then
//! have no name for it, which a test in `schema.rs` reports.

use super::{
    benchmark, job,
    key::{Record, Rule, record},
    raw,
    shape::Raw,
    suite,
};

/// Every record, in the order of the reference.
pub(super) const RECORDS: &[Record] = &[
    record(
        "workflow",
        "a workflow",
        "What the stages are, what opens their gates, what the goal is, and when a run ends.",
        <raw::Workflow as Raw>::KEYS,
    ),
    record("goal", "a goal", "Engagement gold: what every brand is to reach and hold.", raw::GOAL),
    record("limits", "limits", "What ends a run that does not reach the goal.", raw::LIMITS),
    record(
        "stage",
        "a stage",
        "One of the five steps: work for people, a gate, and what comes after.",
        raw::STAGE,
    ),
    record("task", "a task", "Work for a person.", raw::TASK)
        .rules(&[Rule::Needs("remind", &["deadline"]), Rule::Needs("on_deadline", &["deadline"])]),
    record(
        "escalation",
        "an escalation",
        "A rung of the ladder that a task climbs after its deadline.",
        raw::RUNG,
    ),
    record(
        "action",
        "an action",
        "Work that is done without people, each kind with keys of its own.",
        job::ACTION,
    )
    .rules(&[job::RULE]),
    record(
        "retry",
        "how it is tried again",
        "How often an action is tried, and how long it rests in between.",
        job::RETRY,
    ),
    record("limit", "a limit", "What ends a stage whose gate does not open.", raw::LIMIT)
        .rules(&[Rule::One(&["to", "finish"])]),
    record(
        "clause",
        "a clause",
        "One line of a gate or of the goal: it asks for one thing, or for several in a group.",
        raw::CLAUSE,
    )
    .rules(CLAUSE_RULES),
    record(
        "member",
        "a clause of a group",
        "A clause inside `any` or `all`: it has no name and no reason of its own, the group has.",
        &raw::MEMBER_KEYS,
    )
    .rules(CLAUSE_RULES),
    record("way", "a way", "A way on: to a stage, or to the end of the run.", raw::BRANCH)
        .rules(&[Rule::One(&["to", "finish"])]),
    record(
        "form",
        "a form",
        "What is filled in when a task is done; a small part of JSON Schema.",
        raw::FORM,
    ),
    record("field", "a field", "One value of a form.", raw::FORM_FIELD)
        .rules(&[Rule::AtMostOne(&["const", "enum"])]),
    record(
        "schedule",
        "a schedule",
        "What comes again and again while a run goes on, at times on a wall clock.",
        raw::SCHEDULE,
    )
    .rules(raw::SCHEDULE_RULES),
    record("dst", "clock changes", "What the clocks do to a schedule's times.", raw::DST),
    record(
        "brand",
        "a brand",
        "Who it is, what it promises, whom it wants in its audience, and where its evidence lies.",
        <raw::Brand as Raw>::KEYS,
    ),
    record(
        "account",
        "an account",
        "An account of the brand, or of a competitor; one of a platform without a source is not measured.",
        raw::ACCOUNT,
    ),
    record(
        "charter",
        "a charter",
        "What the brand promises: what it knows, and who stands behind it.",
        raw::CHARTER,
    ),
    record("person", "a person", "One of the real people behind the brand.", raw::PERSON),
    record(
        "pillar",
        "a pillar",
        "Something the brand likes and knows, recognised by its words.",
        raw::PILLAR,
    ),
    record("cadence", "a cadence", "How often the brand promises to post.", raw::CADENCE),
    record("audience", "an audience", "Whom the brand wants in its audience.", raw::AUDIENCE),
    record(
        "segment",
        "a segment",
        "A group of people whom the brand wants in its audience.",
        raw::SEGMENT,
    ),
    record(
        "benchmarks",
        "benchmarks",
        "Numbers that others published, to be read beside a brand's own.",
        <benchmark::Benchmarks as Raw>::KEYS,
    ),
    record(
        "benchmark",
        "a benchmark",
        "A published number, with what it is out of and where it stands.",
        benchmark::BENCHMARK,
    )
    .rules(&[Rule::One(&["value", "range"])]),
    record("source", "a source", "An export or saved API answers of one account.", raw::SOURCE),
    record(
        "suite",
        "a suite",
        "Cases that test a workflow: a brand is played, with made-up evidence and a made-up clock.",
        <suite::Suite as Raw>::KEYS,
    ),
    record("terms", "terms", "What the brand that is played has of its own.", suite::TERMS),
    record("case", "a case", "One story, from a brand that has not started.", suite::CASE),
    record("step", "a step", "One thing that happens, or that must be so.", suite::DEED)
        .rules(&[Rule::One(STEPS)]),
    record("numbers", "its numbers", "A value with its cases and its interval.", suite::MEASURE)
        .rules(&[Rule::One(&["value", "hits"])]),
    record("work", "work done", "Who finishes which task, and with what form.", suite::DONE),
    record("reopening", "a reopening", "Who takes which task up again, and why.", suite::REOPEN),
    record("waiver", "a waiver", "Who lets the brand pass which clause, and why.", suite::WAIVE),
    record("hold", "who and why", "Who holds, lets go or ends the run, and why.", suite::HOLD),
    record("expectations", "expectations", "What must be so at this moment.", suite::EXPECT),
];

const STEPS: &[&str] = &[
    "advance", "observe", "done", "reopen", "waive", "pause", "resume", "cancel", "wait", "do",
    "expect",
];

/// What a clause compares a metric with, and how.
const COMPARING: &[&str] = &["at_least", "at_most", "is", "bound", "min_n", "max_age", "hours"];

const CLAUSE_RULES: &[Rule] = &[
    Rule::One(&["metric", "task", "wait", "when", "any", "all"]),
    Rule::Needs("metric", &["at_least", "at_most", "is"]),
    Rule::Excludes("task", COMPARING),
    Rule::Excludes("wait", COMPARING),
    Rule::Excludes("when", COMPARING),
    Rule::Excludes("any", COMPARING),
    Rule::Excludes("all", COMPARING),
    Rule::Waits("hours"),
    Rule::Compares { thresholds: &["at_least", "at_most"], truth: "is" },
];
