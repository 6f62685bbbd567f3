//! What sort of words a single value is, as the schema and the reference say it.
//!
//! The words themselves are read in `read.rs` and in `check`; here is what can be said about them
//! beforehand. Names and limits come from where they are defined.
//!
//! # Always true
//!
//! - What the program accepts fits the kind's schema; a few values that fit are still refused,
//!   because a schema cannot compare texts as numbers: `9999d`, `"10001"`.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{
    check::{FORMAT, TYPES},
    read::MAX_COUNT,
    shape::MAX_CHARS,
};
use crate::model::{
    Bound, FiveStep, Metric, Outcome, Platform, SourceKind, Unit,
    calendar::{DAYS, zones},
    ids::MAX_ID_CHARS,
    metric::BUSINESS,
};

/// What sort of words a single value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Anything but nothing.
    Text,
    /// A name that the file gives.
    Name,
    /// The name of a stage of the same file.
    Stage,
    /// The name of a task of the same stage.
    Task,
    /// The name of an action of the same stage.
    Action,
    /// The name of a field of a form.
    FieldName,
    /// A person, or a role.
    Owner,
    /// The format of workflow files.
    Format,
    /// A whole number between two others, both allowed.
    Whole(u64, u64),
    /// A number from 1 to another, both allowed.
    Factor(u64),
    /// A share of a whole.
    Share,
    /// Any number.
    Number,
    /// A length of clock time.
    Clock,
    /// A length of clock time or of working time.
    Period,
    /// True or false.
    Truth,
    /// What a metric is compared with, or a target for it.
    Threshold,
    /// An expression.
    Expression,
    /// Posts per week.
    Cadence,
    /// A metric of the catalogue.
    Metric,
    /// A metric as an expression writes it, in business hours as well.
    Observed,
    /// One of the five steps.
    Step,
    /// An end of an interval.
    Bound,
    /// The one outcome that can be given there.
    Outcome(Outcome),
    /// What a form is.
    FormType,
    /// What a field of a form holds.
    FieldType,
    /// A network.
    Platform,
    /// A kind of export.
    Source,
    /// A day of the week.
    Day,
    /// From when to when a working day lasts.
    Hours,
    /// In which time a waiting is measured.
    Waiting,
    /// A language.
    Language,
    /// Times on the wall clock.
    Cron,
    /// A time zone.
    Zone,
    /// A place inside the workspace.
    Path,
    /// The name of a variable of the environment.
    Variable,
    /// How many bytes.
    Bytes,
    /// Where a request is sent.
    Url,
    /// One of these words.
    Word(&'static [&'static str]),
}

/// Clock time: a whole number, not zero, and a unit.
const CLOCK: &str = "0*[1-9][0-9]*[smhdw]";

/// A time of day.
const TIME: &str = "([01][0-9]|2[0-3]):[0-5][0-9]";

/// A number without sign or exponent.
const DECIMAL: &str = r"[0-9]+(\.[0-9]+)?";

/// A proportion with `%`, from none to all.
const PERCENT: &str = r"0*(100(\.0+)?|[0-9]{1,2}(\.[0-9]+)?)\s*%";

/// A proportion without `%`, from none to all.
const FRACTION: &str = r"(0+(\.[0-9]+)?|0*1(\.0+)?)";

/// The name of a variable of the environment.
const VARIABLE: &str = "[A-Za-z_][A-Za-z0-9_]{0,63}";

/// A machine in a URL.
const HOST: &str = r"([A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\])";

/// This machine in a URL.
const THIS_HOST: &str = r"(localhost|127\.0\.0\.1|\[::1\])";

/// The port in a URL, if there is one.
const PORT: &str = "(:0*[1-9][0-9]{0,4})?";

impl Kind {
    /// What is written there, inside a sentence of the reference.
    pub fn noun(self) -> String {
        let plain = match self {
            Kind::Text => "a text",
            Kind::Name => "a name",
            Kind::Stage => "a stage",
            Kind::Task => "a task of the stage",
            Kind::Action => "an action of the stage",
            Kind::FieldName => "the name of a field",
            Kind::Owner => "a person, or `role:NAME`",
            Kind::Format => return code(FORMAT),
            Kind::Whole(low, high) => return format!("{low} to {high}"),
            Kind::Factor(most) => return format!("1 to {most}"),
            Kind::Share => "a share",
            Kind::Number => "a number",
            Kind::Clock => "clock time",
            Kind::Period => "clock or working time",
            Kind::Truth => "a truth",
            Kind::Threshold => "in the metric's unit, or `goals.METRIC`",
            Kind::Expression => "an expression",
            Kind::Cadence => "posts per week",
            Kind::Metric | Kind::Observed => "a metric",
            Kind::Language => "a two-letter code",
            Kind::Cron => "five fields of cron",
            Kind::Zone => "region and city",
            Kind::Path => "a path inside the workspace",
            Kind::Variable => "the name of a variable",
            Kind::Bytes => "in `KB` or `MB`, at most `1 MB`",
            Kind::Url => "a URL",
            Kind::Hours => "from when to when",
            Kind::Step
            | Kind::Bound
            | Kind::Outcome(_)
            | Kind::FormType
            | Kind::FieldType
            | Kind::Platform
            | Kind::Source
            | Kind::Day
            | Kind::Waiting
            | Kind::Word(_) => {
                let names: Vec<String> =
                    self.choices().into_iter().map(|choice| code(&choice.name)).collect();
                return either(&names);
            }
        };
        plain.to_owned()
    }

    /// The names among which one is chosen; none if it is no such kind.
    pub fn choices(self) -> Vec<Choice> {
        match self {
            Kind::Metric => Metric::WRITTEN.into_iter().map(Choice::metric).collect(),
            Kind::Observed => Metric::ALL.into_iter().map(Choice::metric).collect(),
            Kind::Step => named(FiveStep::ALL.map(FiveStep::name)),
            Kind::Bound => named(Bound::ALL.map(|(_, name)| name)),
            // The other outcomes are the engine's or a person's to give.
            Kind::Outcome(outcome) => named([outcome.name()]),
            Kind::FormType => named(["object"]),
            Kind::FieldType => named(TYPES.map(|(_, name)| name)),
            Kind::Platform => named(Platform::ALL.map(|(_, name)| name)),
            Kind::Source => named(SourceKind::ALL.map(|(_, name)| name)),
            Kind::Day => named(DAYS),
            Kind::Waiting => named([BUSINESS]),
            Kind::Zone => named(zones()),
            Kind::Word(words) => named(words.iter().copied()),
            Kind::Text
            | Kind::Name
            | Kind::Stage
            | Kind::Task
            | Kind::Action
            | Kind::FieldName
            | Kind::Owner
            | Kind::Format
            | Kind::Whole(..)
            | Kind::Factor(_)
            | Kind::Share
            | Kind::Number
            | Kind::Clock
            | Kind::Period
            | Kind::Truth
            | Kind::Threshold
            | Kind::Expression
            | Kind::Cadence
            | Kind::Cron
            | Kind::Language
            | Kind::Hours
            | Kind::Path
            | Kind::Variable
            | Kind::Bytes
            | Kind::Url => Vec::new(),
        }
    }

    /// The JSON Schema of such a value.
    ///
    /// A value without quotes is a number or a truth to an editor where it looks like one, so each
    /// kind takes the types that its words may look like.
    pub fn schema(self) -> Value {
        match self {
            // Which numbers a threshold takes depends on the metric; the record's rule says it.
            Kind::Text | Kind::Expression | Kind::Threshold => words(),
            Kind::Name | Kind::Stage | Kind::Task | Kind::Action => {
                let pattern = format!("[a-z0-9][a-z0-9_-]{{0,{}}}", MAX_ID_CHARS - 1);
                let hint = format!(
                    "use 1 to {MAX_ID_CHARS} of a-z, 0-9, `-` and `_`, beginning with a letter or \
                     digit"
                );
                with(
                    text(&pattern, &hint),
                    json!({ "type": ["string", "integer", "boolean"], "minimum": 0 }),
                )
            }
            Kind::FieldName => {
                let field =
                    text("[A-Za-z0-9_-]{1,64}", "use up to 64 letters, digits, `-` and `_`");
                with(field, json!({ "type": ["string", "number", "boolean"] }))
            }
            Kind::Owner => with(
                words(),
                json!({
                    "pattern": r"^(?!role:\s*$).*\S",
                    "patternErrorMessage": "write `role:lead`, or the name of a person",
                }),
            ),
            Kind::Format => match FORMAT.parse::<u64>() {
                Ok(number) => json!({ "enum": [number, FORMAT] }),
                Err(_) => json!({ "const": FORMAT }),
            },
            Kind::Whole(low, high) => {
                let pattern = if low == 0 { "[0-9]+" } else { "0*[1-9][0-9]*" };
                let hint = format!("write a whole number from {low} to {high}");
                with(
                    text(pattern, &hint),
                    json!({ "type": ["integer", "string"], "minimum": low, "maximum": high }),
                )
            }
            Kind::Factor(most) => with(
                text(DECIMAL, &format!("write a number from 1 to {most}")),
                json!({ "type": ["number", "string"], "minimum": 1, "maximum": most }),
            ),
            Kind::Share => target(Unit::Proportion),
            Kind::Number => {
                let number = text(&format!("-?{DECIMAL}"), "write a number, such as `-2.5`");
                with(number, json!({ "type": ["number", "string"] }))
            }
            Kind::Clock => text(CLOCK, "write `15m`, `4h`, `28d` or `2w`"),
            Kind::Period => text(
                &format!(r"({CLOCK}|0*[1-9][0-9]*\s*business days?)"),
                "write `15m`, `4h`, `28d`, `2w` or `3 business days`",
            ),
            Kind::Truth => json!({ "enum": [true, false, "true", "false"] }),
            Kind::Cadence => text(
                &format!(r"{DECIMAL}\s*posts? per week"),
                "write it as posts per week, such as `2 posts per week`",
            ),
            Kind::Hours => text(
                &format!("{TIME}-({TIME}|24:00)"),
                "write from when to when, such as `09:00-17:00`",
            ),
            Kind::Cron => text(
                r"\s*(@[A-Za-z]+|[0-9A-Za-z*,/-]+(\s+[0-9A-Za-z*,/-]+){4})\s*",
                "write minute, hour, day of the month, month and day of the week, such as \
                 `30 7 * * mon-fri`",
            ),
            Kind::Language => text("[a-z]{2}", "write two small letters, such as `en` or `it`"),
            Kind::Path => with(
                words(),
                json!({
                    "pattern": r"^(?![/\\~])(?![ -~]:)(?!(.*[/\\])?\.\.([/\\]|$)).*\S",
                    "patternErrorMessage":
                        "write it relative to the workspace, such as `exports/acme.zip`",
                }),
            ),
            Kind::Variable => with(
                text(VARIABLE, "write the name of a variable, such as `HOOK_TOKEN`"),
                json!({ "type": ["string", "boolean"] }),
            ),
            Kind::Bytes => text(r"0*[1-9][0-9]*\s*[KM]B", "write `64 KB` or `1 MB`"),
            Kind::Url => with(
                text(
                    &format!("(https://{HOST}|http://{THIS_HOST}){PORT}([/?#][!-~]*)?"),
                    "write `https://…`, or `http://localhost…` for this machine",
                ),
                json!({ "maxLength": MAX_CHARS }),
            ),
            Kind::Metric
            | Kind::Observed
            | Kind::Step
            | Kind::Bound
            | Kind::Outcome(_)
            | Kind::FormType
            | Kind::FieldType
            | Kind::Platform
            | Kind::Source
            | Kind::Day
            | Kind::Waiting
            | Kind::Zone
            | Kind::Word(_) => one_of(&self.choices()),
        }
    }
}

/// A name that can be chosen.
#[derive(Debug)]
pub(super) struct Choice {
    pub name: String,
    /// What it stands for, where the name alone does not say it.
    pub about: Option<String>,
}

impl Choice {
    fn metric(metric: Metric) -> Self {
        let about = format!("{} ({})", metric.spec().title, metric.unit());
        Self { name: metric.to_string(), about: Some(about) }
    }
}

fn named(names: impl IntoIterator<Item = impl Into<String>>) -> Vec<Choice> {
    names.into_iter().map(|name| Choice { name: name.into(), about: None }).collect()
}

/// The units that metrics have.
pub(super) fn units() -> BTreeSet<Unit> {
    Metric::ALL.into_iter().map(Metric::unit).collect()
}

/// What a brand aims at with a metric of `unit`.
pub(super) fn target(unit: Unit) -> Value {
    match unit {
        Unit::Proportion => with(
            text(&format!("({PERCENT}|{FRACTION})"), "write a proportion, such as `60%` or `0.6`"),
            json!({ "type": ["number", "string"], "minimum": 0, "maximum": 1 }),
        ),
        Unit::Count => with(
            text(DECIMAL, "write a count, such as `20`"),
            json!({ "type": ["number", "string"], "minimum": 0, "maximum": MAX_COUNT }),
        ),
        Unit::Duration => Kind::Clock.schema(),
        Unit::Score => with(
            text(DECIMAL, "write a score, such as `75`"),
            json!({ "type": ["number", "string"], "minimum": 0, "maximum": 100 }),
        ),
        Unit::Ratio => with(
            text(&format!(r"{DECIMAL}(\s*%)?"), "write a ratio, such as `1.5` or `3%`"),
            json!({ "type": ["number", "string"], "minimum": 0, "maximum": MAX_COUNT }),
        ),
        Unit::Instant => text("[0-9]{4}-[0-9]{2}-[0-9]{2}", "write a day, such as `2026-03-02`"),
        // There is nothing to aim at.
        Unit::Truth => json!(false),
    }
}

/// One text, number or truth that says something.
pub(super) fn words() -> Value {
    json!({
        "type": ["string", "number", "boolean"],
        "pattern": r"\S",
        "patternErrorMessage": "write something, or leave the key out",
        "maxLength": MAX_CHARS,
    })
}

/// A text that is `pattern` from its beginning to its end; `hint` is what editors say if not.
fn text(pattern: &str, hint: &str) -> Value {
    json!({ "type": "string", "pattern": format!("^{pattern}$"), "patternErrorMessage": hint })
}

fn one_of(choices: &[Choice]) -> Value {
    if choices.iter().all(|choice| choice.about.is_none()) {
        return json!({ "enum": choices.iter().map(|choice| &choice.name).collect::<Vec<_>>() });
    }
    let each = choices.iter().map(|Choice { name, about }| match about {
        Some(about) => json!({ "const": name, "description": about }),
        None => json!({ "const": name }),
    });
    json!({ "oneOf": each.collect::<Vec<_>>() })
}

/// `schema` with the keywords of `more`, which replace its own.
pub(super) fn with(schema: Value, more: Value) -> Value {
    let fields = |value: Value| match value {
        Value::Object(fields) => fields,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Map::new()
        }
    };
    let mut all = fields(schema);
    all.extend(fields(more));
    Value::Object(all)
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

/// `a, b or c`.
fn either(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., last] => format!("{} or {last}", before.join(", ")),
    }
}
