//! The files as they are written: a mirror for serde, and beside each mirror the keys it has.
//!
//! A new key is a field of the mirror and a row of its table; [`super::key`] says what a row holds.
//! The reader, the JSON Schema and the reference all follow the row.
//!
//! Every value is a [`Spot`]: the words as written and where they stand. Nothing is required
//! here; a value that was refused earlier is simply missing, so that the rest can still be
//! checked in the same run.

use std::ops::Range;

use serde::Deserialize;
use serde_json::Value;

use super::{
    check::MAX_CYCLES,
    job,
    key::{Key, Names, Rule, Shape, optional, required},
    kind::Kind,
    read::MAX_COUNT,
    shape::Raw,
};
use crate::model::{KeepWords, Outcome};

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
    pub schedules: Field<Vec<Spot<Schedule>>>,
}

impl Raw for Workflow {
    const KEYS: &'static [Key] = &[
        required("format", Shape::Words)
            .is(Kind::Format)
            .about("The format of the file.")
            .example("1"),
        required("workflow", Shape::Words)
            .is(Kind::Name)
            .about("Its name, the same as the file's.")
            .example("engagement"),
        required("version", Shape::Words)
            .about("For people; what identifies a workflow is the digest of its text.")
            .example("1.0.0"),
        required("title", Shape::Words)
            .about("A few words for people.")
            .example("Five steps to an engaged audience"),
        required("initial", Shape::Words)
            .is(Kind::Stage)
            .about("Where a brand begins: a stage of the step `define`.")
            .example("define"),
        required("window", Shape::Words)
            .is(Kind::Clock)
            .about("How far back metrics look.")
            .example("28d"),
        required("goal", Shape::Record(GOAL))
            .about("Engagement gold.")
            .example("{ all: [{ metric: response_rate, at_least: 90% }], held_for: 2 }"),
        required("limits", Shape::Record(LIMITS))
            .about("What ends a run that does not reach the goal.")
            .example("{ cycles: 12, stall_after: 3 }"),
        required("stages", Shape::Table(&Shape::Record(STAGE)))
            .named(Names::Steps)
            .about(
                "The stages by name; a name that is one of the five steps says which step it is.",
            )
            .example(
                "{ define: { title: Define, exit: [{ id: steady, metric: longest_silent_gap, \
                 at_most: 7d }], next: target } }",
            ),
        optional("schedules", Shape::List(&Shape::Record(SCHEDULE)))
            .about("What comes again and again while a run goes on.")
            .example("[{ id: morning, cron: 30 7 * * mon-fri, run: advance }]"),
    ];
}

/// `goal:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Goal {
    pub all: Field<Vec<Spot<Clause>>>,
    pub held_for: Field<String>,
}

pub(super) const GOAL: &[Key] = &[
    required("all", Shape::List(&Shape::Record(CLAUSE)))
        .some()
        .each_without("task")
        .about(
            "Every one must pass at the end of a cycle. Metrics only; without an `id` each is \
             called like its metric.",
        )
        .example("[{ metric: response_rate, at_least: 90%, bound: lower95 }]"),
    required("held_for", Shape::Words)
        .is(Kind::Whole(1, MAX_CYCLES))
        .about("In how many cycles in a row.")
        .example("2"),
];

/// `limits:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Limits {
    pub cycles: Field<String>,
    pub stall_after: Field<String>,
}

pub(super) const LIMITS: &[Key] = &[
    required("cycles", Shape::Words)
        .is(Kind::Whole(1, MAX_CYCLES))
        .about("The most cycles; then the outcome is `exhausted`.")
        .example("12"),
    optional("stall_after", Shape::Words)
        .is(Kind::Whole(1, MAX_CYCLES))
        .about(
            "So many cycles in a row without the goal and without a gain make the outcome \
             `stalled`; never, if left out.",
        )
        .example("3"),
];

/// One of `stages:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Stage {
    pub step: Field<String>,
    pub title: Field<String>,
    pub purpose: Field<String>,
    pub entry: Field<Vec<Spot<job::Action>>>,
    pub tasks: Field<Vec<Spot<Task>>>,
    pub exit: Field<Vec<Spot<Clause>>>,
    pub next: Field<Next>,
    pub limit: Field<Limit>,
}

pub(super) const STAGE: &[Key] = &[
    optional("step", Shape::Words)
        .is(Kind::Step)
        .about("Which of the five steps it is; left out if the stage is called like one.")
        .example("support"),
    required("title", Shape::Words)
        .about("A few words for people.")
        .example("Support the audience you have"),
    optional("purpose", Shape::Words)
        .about("Why it is there.")
        .example("Answer, soon and so that people answer back."),
    optional("entry", Shape::List(&Shape::Record(job::ACTION)))
        .about("Work that is done without people; begun when a brand enters.")
        .example("[{ id: fetch, run: source.pull }]"),
    optional("tasks", Shape::List(&Shape::Record(TASK)))
        .about("Work for people while it lasts; opened when a brand enters.")
        .example("[{ id: review, title: Review requests, owner: role:manager }]"),
    required("exit", Shape::List(&Shape::Record(CLAUSE)))
        .some()
        .each_with("id")
        .about("The gate: every clause must let the brand through, and at least one has a metric.")
        .example("[{ id: quick, metric: first_response_median, at_most: 24h }]"),
    required("next", Shape::WordsOr(&Shape::List(&Shape::Record(BRANCH))))
        .is(Kind::Stage)
        .some()
        .about("What comes after; the first way whose condition is true is taken.")
        .example("refine")
        .example("[{ when: goal.held, finish: gold }, { to: target }]"),
    optional("limit", Shape::Record(LIMIT))
        .about(
            "The longest a brand stays while the gate is shut; then the next `advance` takes this \
             way.",
        )
        .example("{ after: 60d, to: define }"),
];

/// `limit:` of a stage.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Limit {
    pub after: Field<String>,
    pub to: Field<String>,
    pub finish: Field<String>,
}

pub(super) const LIMIT: &[Key] = &[
    required("after", Shape::Words)
        .is(Kind::Period)
        .about("How long, from the moment the brand enters the stage.")
        .example("60d")
        .example("10 business days"),
    optional("to", Shape::Words).is(Kind::Stage).about("The stage it leads to.").example("define"),
    optional("finish", Shape::Words)
        .is(Kind::Outcome(Outcome::Stalled))
        .about("The outcome, instead of a stage.")
        .example("stalled"),
];

/// One of `schedules:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Schedule {
    pub id: Field<String>,
    pub cron: Field<String>,
    pub zone: Field<String>,
    pub dst: Field<Dst>,
    pub catchup: Field<String>,
    pub overlap: Field<String>,
    #[serde(flatten)]
    pub job: job::Job,
}

/// What moves a brand on by a schedule.
pub(super) const ADVANCE: &str = "advance";

/// What a schedule does, in the order of the reference.
const CHORES: &[&str] = &[
    ADVANCE,
    "source.pull",
    "repeat.measure",
    "define.audit",
    "target.rank",
    "support.inbox",
    "refine.evaluate",
    "notify",
    "command",
    "http",
];

/// What must be true of the keys of a schedule together.
pub(super) const SCHEDULE_RULES: &[Rule] =
    &[Rule::Own { by: "run", words: CHORES, keys: job::OWN }];

pub(super) const SCHEDULE: &[Key] = &[
    required("id", Shape::Words).is(Kind::Name).about("Its name.").example("morning"),
    required("cron", Shape::Words)
        .is(Kind::Cron)
        .about(
            "When, on the wall clock: minute, hour, day of the month, month, day of the week. In \
             quotes if it begins with `*` or `@`.",
        )
        .example("30 7 * * mon-fri")
        .example("\"*/15 8-18 * * *\"")
        .example("\"@daily\""),
    optional("zone", Shape::Words)
        .is(Kind::Zone)
        .about("Whose wall clock; that of the brand, if left out.")
        .example("America/New_York"),
    optional("dst", Shape::Record(DST))
        .about("What happens to times that the clocks skip or repeat.")
        .example("{ skipped: skip, repeated: both }"),
    optional("catchup", Shape::Words)
        .is(Kind::Word(&["latest", "all", "none"]))
        .about(
            "Which of the times that passed while nothing ran are made up for: the newest, as if \
             left out; every one, at most 100; or none that is more than a minute late.",
        )
        .example("all"),
    optional("overlap", Shape::Words)
        .is(Kind::Word(&["skip", "queue"]))
        .about(
            "What happens at a time when the work of the one before still runs: it is skipped, as \
             if left out, or waits; one at most waits.",
        )
        .example("queue"),
    required("run", Shape::Words)
        .is(Kind::Word(CHORES))
        .about(
            "What is done: the brand moves on, as with the verb `advance`, or work as in `entry` of a \
             stage.",
        )
        .example("advance")
        .example("source.pull"),
    job::ARGV,
    job::ENV,
    job::OUTPUT,
    job::URL,
    job::TOKEN_ENV,
    job::TO,
    job::TEXT,
    job::TIMEOUT,
    job::RETRY_OF,
];

/// `dst:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Dst {
    pub skipped: Field<String>,
    pub repeated: Field<String>,
}

pub(super) const DST: &[Key] = &[
    optional("skipped", Shape::Words)
        .is(Kind::Word(&["shift", "skip"]))
        .about(
            "A time that does not exist comes at the end of the gap, as if left out, or not at all.",
        )
        .example("skip"),
    optional("repeated", Shape::Words)
        .is(Kind::Word(&["first", "last", "both"]))
        .about("Which of two equal times counts; the first, if left out.")
        .example("both"),
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
    pub on_deadline: Field<Vec<Spot<Rung>>>,
    pub four_eyes: Field<String>,
}

pub(super) const TASK: &[Key] = &[
    required("id", Shape::Words)
        .is(Kind::Name)
        .about("How `done` calls it.")
        .example("sign_charter"),
    required("title", Shape::Words).about("A few words for people.").example("Sign the charter"),
    required("owner", Shape::Words)
        .is(Kind::Owner)
        .about("Who does it: a person, or `role:NAME`.")
        .example("role:lead")
        .example("Ada"),
    optional("form", Shape::Record(FORM))
        .about("What is filled in with `done --set FIELD=VALUE`; nothing, if left out.")
        .example("{ type: object, required: [agreed], properties: { agreed: { const: true } } }"),
    optional("deadline", Shape::Words)
        .is(Kind::Period)
        .about("From the moment the task opens; shown, and approves nothing.")
        .example("3 business days")
        .example("2w"),
    optional("remind", Shape::List(&Shape::Words))
        .is(Kind::Period)
        .some()
        .about("How long before the deadline `tasks` says that it is time.")
        .example("[1d]"),
    optional("on_deadline", Shape::OneOrList(&Shape::Record(RUNG)))
        .some()
        .about("Who gets the task when it is late, in one step or in several; approves nothing.")
        .example("{ escalate_to: role:director }")
        .example("[{ escalate_to: role:lead }, { after: 2d, escalate_to: role:director }]"),
    optional("four_eyes", Shape::Words)
        .is(Kind::Truth)
        .about("Whether a second person has to confirm it; not, if left out.")
        .example("true"),
];

/// One of `on_deadline:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Rung {
    pub after: Field<String>,
    pub escalate_to: Field<String>,
}

pub(super) const RUNG: &[Key] = &[
    optional("after", Shape::Words)
        .is(Kind::Period)
        .about("How long after the deadline; at once, if left out.")
        .example("2d")
        .example("1 business day"),
    required("escalate_to", Shape::Words)
        .is(Kind::Owner)
        .about("Who owns the task from then on: a person, or `role:NAME`.")
        .example("role:director"),
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

// The rows that a clause and a clause inside a group share.
const METRIC: Key = optional("metric", Shape::Words)
    .is(Kind::Metric)
    .about("What is compared, with one of `at_least`, `at_most` and `is`.")
    .example("response_rate");
const AT_LEAST: Key = optional("at_least", Shape::Words)
    .is(Kind::Threshold)
    .about("The value is not below this.")
    .example("60%")
    .example("20")
    .example("goals.response_rate");
const AT_MOST: Key = optional("at_most", Shape::Words)
    .is(Kind::Threshold)
    .about("The value is not above this.")
    .example("24h")
    .example("0.6");
const IS: Key = optional("is", Shape::Words)
    .is(Kind::Truth)
    .about("For metrics that are true or false.")
    .example("true");
const BOUND: Key = optional("bound", Shape::Words)
    .is(Kind::Bound)
    .about(
        "What is compared: the value (`point`, as if left out), or an end of its 95 % \
         interval.",
    )
    .example("lower95");
const MIN_N: Key = optional("min_n", Shape::Words)
    .is(Kind::Whole(1, MAX_COUNT))
    .about("With fewer cases the clause is `insufficient`.")
    .example("20");
const MAX_AGE: Key = optional("max_age", Shape::Words)
    .is(Kind::Clock)
    .about("With older evidence the clause is `insufficient`.")
    .example("48h");
const HOURS: Key = optional("hours", Shape::Words)
    .is(Kind::Waiting)
    .about("The waiting is measured in the working time of the brand, not in clock time.")
    .example("business");
const OF_TASK: Key = optional("task", Shape::Words)
    .is(Kind::Task)
    .about("This task of the stage must be done.")
    .example("sign_charter");
const WAIT: Key = optional("wait", Shape::Words)
    .is(Kind::Period)
    .about("The brand has been in the stage for so long.")
    .example("7d")
    .example("5 business days");
const WHEN: Key = optional("when", Shape::Words)
    .is(Kind::Expression)
    .about("This expression is true.")
    .example("response_rate >= previous.response_rate + 5%");
const fn any_of() -> Key {
    optional("any", Shape::List(&MEMBER))
        .some()
        .about("A group: one of these clauses must pass.")
        .example("[{ metric: response_rate, at_least: 70% }, { task: sign_charter }]")
}
const fn all_of() -> Key {
    optional("all", Shape::List(&MEMBER))
        .some()
        .about("A group: every one of these clauses must pass.")
        .example("[{ metric: response_rate, at_least: 70% }, { wait: 7d }]")
}

pub(super) const CLAUSE: &[Key] = &[
    optional("id", Shape::Words)
        .is(Kind::Name)
        .about("How `why` and `waive` call it; required in a gate.")
        .example("answered"),
    METRIC,
    AT_LEAST,
    AT_MOST,
    IS,
    BOUND,
    MIN_N,
    MAX_AGE,
    HOURS,
    OF_TASK,
    WAIT,
    WHEN,
    any_of(),
    all_of(),
    optional("because", Shape::Words)
        .about("Why the clause is there, shown by `why`.")
        .example("Whoever writes to the brand should hear from it."),
];

/// A clause inside a group: it has no name and no reason of its own, the group has.
pub(super) static MEMBER_KEYS: [Key; 13] = [
    METRIC,
    AT_LEAST,
    AT_MOST,
    IS,
    BOUND,
    MIN_N,
    MAX_AGE,
    HOURS,
    OF_TASK,
    WAIT,
    WHEN,
    any_of(),
    all_of(),
];

static MEMBER: Shape = Shape::Record(&MEMBER_KEYS);

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

pub(super) const BRANCH: &[Key] = &[
    optional("when", Shape::Words)
        .is(Kind::Expression)
        .about("When it is taken; required but in the last way, which has none.")
        .example("goal.held")
        .example("'regressed(\"define\") && !goal.met'"),
    optional("to", Shape::Words).is(Kind::Stage).about("The stage it leads to.").example("target"),
    optional("finish", Shape::Words)
        .is(Kind::Outcome(Outcome::Gold))
        .about("The run ends with this outcome; only where the condition demands `goal.held`.")
        .example("gold"),
];

/// `form:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Form {
    pub r#type: Field<String>,
    pub required: Field<Vec<Words>>,
    pub properties: Field<Table<FormField>>,
}

pub(super) const FORM: &[Key] = &[
    required("type", Shape::Words).is(Kind::FormType).about("A form is one.").example("object"),
    optional("required", Shape::List(&Shape::Words))
        .is(Kind::FieldName)
        .distinct()
        .about("Which of the fields must be given.")
        .example("[agreed]"),
    optional("properties", Shape::Table(&Shape::Record(FORM_FIELD)))
        .named(Names::Words(Kind::FieldName))
        .about("The fields by name.")
        .example("{ agreed: { const: true }, note: { type: string } }"),
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

pub(super) const FORM_FIELD: &[Key] = &[
    optional("type", Shape::Words)
        .is(Kind::FieldType)
        .about("What it holds; anything, if left out.")
        .example("integer"),
    optional("const", Shape::Value).about("The only value allowed.").example("true"),
    optional("enum", Shape::List(&Shape::Value))
        .some()
        .about("The values allowed.")
        .example("[warm, dry]"),
    optional("minimum", Shape::Words)
        .is(Kind::Number)
        .about("The smallest number allowed.")
        .example("1"),
    optional("maximum", Shape::Words)
        .is(Kind::Number)
        .about("The largest number allowed.")
        .example("50"),
    optional("minLength", Shape::Words)
        .is(Kind::Whole(0, MAX_COUNT))
        .about("The fewest characters of a string.")
        .example("3"),
    optional("maxLength", Shape::Words)
        .is(Kind::Whole(0, MAX_COUNT))
        .about("The most characters of a string.")
        .example("200"),
    optional("description", Shape::Words)
        .about("What people are told about it.")
        .example("How many people you wrote to."),
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
    pub competitors: Field<Vec<Spot<Account>>>,
    pub charter: Field<Charter>,
    pub audience: Field<Audience>,
    pub sources: Field<Vec<Spot<Source>>>,
    pub keep_words: Field<String>,
}

impl Raw for Brand {
    const KEYS: &'static [Key] = &[
        required("brand", Shape::Words)
            .is(Kind::Name)
            .about("Its name, the same as the file's.")
            .example("acme"),
        required("name", Shape::Words).about("Its name for people.").example("Acme Coffee"),
        required("timezone", Shape::Words)
            .is(Kind::Zone)
            .about("The zone of its deadlines and working hours.")
            .example("Europe/Rome"),
        optional("working_week", Shape::List(&Shape::Words))
            .is(Kind::Day)
            .some()
            .distinct()
            .about("The days that `business days` count; `mon` to `fri`, if left out.")
            .example("[mon, tue, wed, thu, fri, sat]"),
        optional("working_hours", Shape::Words)
            .is(Kind::Hours)
            .about("The hours of a working day that `hours: business` counts; all, if left out.")
            .example("09:00-17:00")
            .example("08:30-24:00"),
        required("languages", Shape::List(&Shape::Words))
            .is(Kind::Language)
            .some()
            .distinct()
            .about("What it writes; decides how words match.")
            .example("[en, it]"),
        required("workflow", Shape::Words)
            .is(Kind::Name)
            .about("The workflow it follows.")
            .example("engagement"),
        optional("goals", Shape::Table(&Shape::Words))
            .named(Names::Metrics)
            .is(Kind::Threshold)
            .about("Its own targets, for `goals.METRIC` in the workflow.")
            .example("{ engaged_follower_rate: 2%, first_response_median: 12h }"),
        required("accounts", Shape::List(&Shape::Record(ACCOUNT)))
            .about("Its accounts; may be empty.")
            .example("[{ platform: mastodon, handle: \"@acme@example.social\" }]"),
        optional("competitors", Shape::List(&Shape::Record(ACCOUNT)))
            .about("Accounts whose mentions `share_of_voice` holds against its own.")
            .example("[{ platform: mastodon, handle: \"@beans@example.social\" }]"),
        required("charter", Shape::Record(CHARTER))
            .about("What it promises; may be empty.")
            .example("{ people: [{ name: Rita }], pillars: [{ id: coffee, words: [roast] }] }"),
        optional("audience", Shape::Record(AUDIENCE))
            .about("Whom it wants in its audience.")
            .example("{ segments: [{ id: neighbours, bio: [quartiere] }] }"),
        required("sources", Shape::List(&Shape::Record(SOURCE)))
            .about("Where its evidence comes from; may be empty.")
            .example("[{ kind: bluesky_api, account: \"@acme.example\", path: exports/acme }]"),
        optional("keep_words", Shape::Words)
            .is(Kind::Word(&KeepWords::NAMES))
            .about(
                "Whose words the evidence keeps, beside length, language, a hash and whether they \
                    ask; `own`, if left out.",
            )
            .example("none"),
    ];
}

/// One of `accounts:`, of a brand or of a segment, or of `competitors:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Account {
    pub platform: Field<String>,
    pub handle: Field<String>,
}

pub(super) const ACCOUNT: &[Key] = &[
    required("platform", Shape::Words)
        .is(Kind::Platform)
        .about("The network it is on.")
        .example("mastodon"),
    required("handle", Shape::Words)
        .about("How the network calls it; in quotes, since it begins with `@`.")
        .example("\"@acme@example.social\""),
];

/// `charter:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Charter {
    pub people: Field<Vec<Spot<Person>>>,
    pub pillars: Field<Vec<Spot<Pillar>>>,
    pub cadence: Field<Cadence>,
}

pub(super) const CHARTER: &[Key] = &[
    optional("people", Shape::List(&Shape::Record(PERSON)))
        .about("The real people behind it.")
        .example("[{ name: Rita, role: roaster }]"),
    optional("pillars", Shape::List(&Shape::Record(PILLAR)))
        .about("What it likes and knows; without one, `topic_adherence` has no case.")
        .example("[{ id: coffee, words: [espresso, roast], not: [instant] }]"),
    optional("cadence", Shape::Record(CADENCE))
        .about("How often it promises to post; the audit (`define`) counts the weeks that keep it.")
        .example("{ at_least: 2 posts per week }"),
];

/// One of `people:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Person {
    pub name: Field<String>,
    pub role: Field<String>,
}

pub(super) const PERSON: &[Key] = &[
    required("name", Shape::Words).about("The person's name.").example("Rita"),
    optional("role", Shape::Words).about("What the person does.").example("roaster"),
];

/// One of `pillars:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Pillar {
    pub id: Field<String>,
    pub words: Field<Vec<Words>>,
    pub not: Field<Vec<Words>>,
}

pub(super) const PILLAR: &[Key] = &[
    required("id", Shape::Words).is(Kind::Name).about("Its name.").example("coffee"),
    required("words", Shape::List(&Shape::Words))
        .some()
        .about("Words and phrases; any of them puts a post on the pillar.")
        .example("[espresso, roast, \"single origin\"]"),
    optional("not", Shape::List(&Shape::Words))
        .about("Words and phrases; any of them keeps a post off it.")
        .example("[instant]"),
];

/// `cadence:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Cadence {
    pub at_least: Field<String>,
}

pub(super) const CADENCE: &[Key] = &[required("at_least", Shape::Words)
    .is(Kind::Cadence)
    .about("The fewest posts.")
    .example("2 posts per week")];

/// `audience:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Audience {
    pub segments: Field<Vec<Spot<Segment>>>,
    pub never: Field<Vec<Spot<Account>>>,
    pub prospects: Field<String>,
    pub seeds: Field<Vec<Spot<Source>>>,
    pub people_a_day: Field<String>,
    pub least_fit: Field<String>,
}

pub(super) const AUDIENCE: &[Key] = &[
    required("segments", Shape::List(&Shape::Record(SEGMENT)))
        .about("Groups of people; their accounts are the target list.")
        .example("[{ id: home-baristas, bio: [barista, \"latte art\"], languages: [en] }]"),
    optional("never", Shape::List(&Shape::Record(ACCOUNT)))
        .about("Accounts that `target` never lists.")
        .example("[{ platform: bluesky, handle: \"@loud.example\" }]"),
    optional("prospects", Shape::Words)
        .is(Kind::Path)
        .about("A table of people who are not in the audience yet.")
        .example("prospects/acme.csv"),
    optional("seeds", Shape::List(&Shape::Record(SOURCE)))
        .about("Saved lists of those who follow somebody whose audience the brand wants.")
        .example("[{ kind: bluesky_api, account: \"@guild.example\", path: seeds/guild }]"),
    optional("people_a_day", Shape::Words)
        .is(Kind::Whole(1, 50))
        .about("How many people `target` lists a day, at most; 15, if left out.")
        .example("10"),
    optional("least_fit", Shape::Words)
        .is(Kind::Whole(0, 100))
        .about("How well somebody must fit to be listed; 50, if left out.")
        .example("60"),
];

/// One of `segments:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Segment {
    pub id: Field<String>,
    pub bio: Field<Vec<Words>>,
    pub languages: Field<Vec<Words>>,
    pub hashtags: Field<Vec<Words>>,
    pub follows: Field<Vec<Spot<Account>>>,
    pub not: Field<Vec<Words>>,
    pub accounts: Field<Vec<Spot<Account>>>,
}

pub(super) const SEGMENT: &[Key] = &[
    required("id", Shape::Words).is(Kind::Name).about("Its name.").example("home-baristas"),
    optional("bio", Shape::List(&Shape::Words))
        .about("Words and phrases of their profiles.")
        .example("[barista, \"latte art\"]"),
    optional("languages", Shape::List(&Shape::Words))
        .is(Kind::Language)
        .distinct()
        .about("What they write.")
        .example("[en]"),
    optional("hashtags", Shape::List(&Shape::Words))
        .about("Words of what they write to the brand, told where `keep_words` is `all`.")
        .example("[latteart]"),
    optional("follows", Shape::List(&Shape::Record(ACCOUNT)))
        .about("Accounts whose followers the brand wants; the prospects' table and `seeds` tell who follows.")
        .example("[{ platform: bluesky, handle: \"@guild.example\" }]"),
    optional("not", Shape::List(&Shape::Words))
        .about("Words and phrases of their profiles that keep them out of it.")
        .example("[\"follow back\"]"),
    optional("accounts", Shape::List(&Shape::Record(ACCOUNT)))
        .about("Accounts whom the brand wants to reach: all segments together are its target list.")
        .example("[{ platform: bluesky, handle: \"@ann.example\" }]"),
];

/// One of `sources:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Source {
    pub kind: Field<String>,
    pub account: Field<String>,
    pub path: Field<String>,
    pub map: Field<String>,
}

pub(super) const SOURCE: &[Key] = &[
    required("kind", Shape::Words)
        .is(Kind::Source)
        .about("What kind of export it is.")
        .example("mastodon_archive"),
    required("account", Shape::Words)
        .about("Whose export it is: a handle or the platform's own id.")
        .example("\"@acme@example.social\""),
    optional("path", Shape::Words)
        .is(Kind::Path)
        .about("Where it lies; if left out, it is named at `import`.")
        .example("exports/acme.zip"),
    optional("map", Shape::Words)
        .is(Kind::Path)
        .about("How a `table` is read: a mapping file.")
        .example("maps/tickets.yaml"),
];
