//! What a name in an expression means. The whole vocabulary stands here.

use std::ops::Range;

use super::{Mistake, Place, Scope, kinds::Typed};
use crate::{
    definition::{
        Code, read,
        suggest::{closest, quoted},
    },
    model::{
        Expression, Field, FieldKind, Form, Metric, Quantity, StageId, TaskId, Unit,
        expression::{Fact, Kind, Of, Part, Value},
        metric::{BUSINESS, Method},
    },
};

/// A name that expressions can use, for help and for the reference.
#[derive(Debug, Clone, Copy)]
pub struct Word {
    /// How it is written; what is in capitals stands for a name of the file or the catalogue.
    pub name: &'static str,
    /// What kind of value it is.
    pub kind: &'static str,
    /// Where it can be asked for.
    pub places: &'static str,
    /// What it says.
    pub meaning: &'static str,
}

const fn word(
    name: &'static str,
    kind: &'static str,
    places: &'static str,
    meaning: &'static str,
) -> Word {
    Word { name, kind, places, meaning }
}

const EVERYWHERE: &str = "gate, goal, way";
const OF_A_STAGE: &str = "gate, way";

/// The whole vocabulary.
pub const VOCABULARY: [Word; 19] = [
    word("METRIC", "that of the metric", EVERYWHERE, "the newest value of a metric"),
    word("METRIC.low", "that of the metric", EVERYWHERE, "the lower end of its 95 % interval"),
    word("METRIC.high", "that of the metric", EVERYWHERE, "the upper end of its 95 % interval"),
    word("METRIC.n", "count", EVERYWHERE, "how many cases it rests on"),
    word("METRIC.age", "duration", EVERYWHERE, "how old its newest evidence is"),
    word(
        "METRIC.business",
        "duration",
        EVERYWHERE,
        "a metric that measures waiting, in business hours; `.low` and the others follow it",
    ),
    word(
        "previous.METRIC",
        "that of the metric",
        EVERYWHERE,
        "what it was when the last cycle was closed; `.low`, `.high` and `.n` as well",
    ),
    word("goals.METRIC", "that of the metric", EVERYWHERE, "the brand's own target for it"),
    word("cycle", "count", EVERYWHERE, "the number of the cycle, from 1"),
    word("now", "instant", EVERYWHERE, "the moment of the decision"),
    word("date(\"DAY\")", "instant", EVERYWHERE, "the first moment of a day, UTC"),
    word(
        "goal.held",
        "truth",
        OF_A_STAGE,
        "the goal was met in `held_for` cycles in a row; on a way out of `repeat`, this one counted",
    ),
    word("goal.streak", "count", OF_A_STAGE, "in how many cycles in a row the goal was met"),
    word("stage.age", "duration", OF_A_STAGE, "how long the brand has been in its stage"),
    word("tasks.TASK.done", "truth", OF_A_STAGE, "a task of the stage is done"),
    word(
        "tasks.TASK.FIELD",
        "that of the field",
        OF_A_STAGE,
        "what its form says; missing until it is done",
    ),
    word("goal.met", "truth", "way", "every clause of the goal passes now"),
    word(
        "regressed(\"STAGE\")",
        "truth",
        "way",
        "the metrics of that stage's gate would not pass any more; tasks, waits and what is \
         unmeasurable do not count",
    ),
    word("true, false", "truth", EVERYWHERE, "themselves"),
];

type Argument = Option<(String, Range<usize>)>;

/// What `name` stands for; `argument` is the text that it takes in brackets.
pub(super) fn meaning(
    name: &str,
    span: &Range<usize>,
    argument: Argument,
    scope: Scope<'_>,
) -> Result<Typed, Mistake> {
    let words = Dotted::of(name, span);
    let takes_text = matches!(name, "regressed" | "date");
    match argument {
        Some((text, place)) if takes_text => return call(name, &text, &place, span, scope),
        Some(_) if closest(name, ["regressed", "date"]).is_some() => {
            let message = format!("there is no question {}", quoted(name));
            let mistake = Mistake::new(Code::UnknownName, span, message);
            let known = mistake.known(["regressed(\"STAGE\")", "date(\"DAY\")"]);
            return Err(suggest(known, name, ["regressed", "date"]));
        }
        Some((_, place)) => {
            let message = format!("{} takes nothing in brackets", quoted(name));
            return Err(Mistake::syntax(&place, message));
        }
        None if takes_text => return Err(wants_a_text(name, span)),
        None => {}
    }
    if let "true" | "false" = name {
        let literal = Expression::Literal(Value::truth(name == "true"));
        return Ok(Typed::exact(literal, Kind::TRUTH, span));
    }
    let fact = match words.parts.as_slice() {
        [("goal", _), rest @ ..] => of_goal(rest, &words)?,
        [("cycle", _)] => Fact::Cycle,
        [("now", _)] => Fact::Now,
        [("stage", _), ("age", _)] => Fact::StageAge,
        [("stage", whole), rest @ ..] => {
            let (found, place) = rest.first().copied_or(("", whole));
            return Err(unknown("of a stage", found, place, &["age"]));
        }
        [("goals", whole), rest @ ..] => {
            let (found, place) = rest.first().copied_or(("", whole));
            match rest {
                [_] => Fact::Goal(metric(found, place)?),
                [_, (BUSINESS, place)] => {
                    let message = "a goal is set for the metric itself, not for business hours";
                    let mistake = Mistake::new(Code::UnknownName, place, message);
                    return Err(mistake.suggest(format!("goals.{found}")));
                }
                _ => return Err(one_metric("goals", &words.whole)),
            }
        }
        [("previous", whole), rest @ ..] => {
            if rest.is_empty() {
                return Err(one_metric("previous", whole));
            }
            of_metric(rest, Of::Previous)?
        }
        [("tasks", _), rest @ ..] => of_task(rest, &words, scope)?,
        parts => of_metric(parts, Of::Now)?,
    };
    allowed(&fact, span, scope.place)?;
    let kind = fact.kind();
    Ok(Typed::exact(Expression::Fact(fact), kind, span))
}

/// A name in its words, each with its place.
struct Dotted<'a> {
    parts: Vec<(&'a str, Range<usize>)>,
    whole: Range<usize>,
}

impl<'a> Dotted<'a> {
    fn of(name: &'a str, span: &Range<usize>) -> Self {
        let mut at = span.start;
        let parts = name.split('.').map(|part| {
            let place = at..at + part.len();
            at = place.end + 1;
            (part, place)
        });
        Self { parts: parts.collect(), whole: span.clone() }
    }
}

/// A word that may be missing, beside the place that stands for it then.
trait Or<'a> {
    fn copied_or(self, other: (&'a str, &'a Range<usize>)) -> (&'a str, &'a Range<usize>);
}

impl<'a> Or<'a> for Option<&'a (&'a str, Range<usize>)> {
    fn copied_or(self, other: (&'a str, &'a Range<usize>)) -> (&'a str, &'a Range<usize>) {
        self.map_or(other, |(word, place)| (*word, place))
    }
}

/// `regressed("STAGE")` and `date("DAY")`.
fn call(
    name: &str,
    text: &str,
    place: &Range<usize>,
    span: &Range<usize>,
    scope: Scope<'_>,
) -> Result<Typed, Mistake> {
    let whole = span.start..place.end + 1;
    if name == "date" {
        let seconds = read::day(text).map_err(|wrong| {
            let mistake = Mistake::new(wrong.code, place, wrong.message);
            mistake.help("write a day such as `date(\"2026-03-02\")`")
        })?;
        let literal = Value::Number(Quantity::new(Unit::Instant, seconds));
        let kind = Kind::Number(Unit::Instant);
        return Ok(Typed::exact(Expression::Literal(literal), kind, &whole));
    }
    let fact = match StageId::new(text) {
        Ok(stage) if scope.stages.has(text) => Fact::Regressed(stage),
        _ => {
            let message = format!("there is no stage {}", quoted(text));
            let mistake = Mistake::new(Code::UnknownStage, place, message);
            let known = mistake.known(scope.stages.iter().take(100));
            return Err(suggest(known, text, scope.stages.iter().take(1_000)));
        }
    };
    allowed(&fact, span, scope.place)?;
    Ok(Typed::exact(Expression::Fact(fact), Kind::TRUTH, &whole))
}

fn of_goal(rest: &[(&str, Range<usize>)], words: &Dotted<'_>) -> Result<Fact, Mistake> {
    match rest {
        [("held", _)] => Ok(Fact::GoalHeld),
        [("met", _)] => Ok(Fact::GoalMet),
        [("streak", _)] => Ok(Fact::GoalStreak),
        _ => {
            let (found, place) = rest.first().copied_or(("", &words.whole));
            if found.parse::<Metric>().is_ok() {
                let mistake = unknown("of the goal", found, place, &["held", "met", "streak"]);
                return Err(mistake.suggest(format!("goals.{found}")));
            }
            Err(unknown("of the goal", found, place, &["held", "met", "streak"]))
        }
    }
}

/// `METRIC`, `METRIC.PART` or, in business hours, `METRIC.business` and `METRIC.business.PART`.
fn of_metric(parts: &[(&str, Range<usize>)], of: Of) -> Result<Fact, Mistake> {
    let Some(((name, place), rest)) = parts.split_first() else {
        return Err(Mistake::syntax(&(0..0), "a metric is expected here"));
    };
    let plain = metric(name, place)?;
    let (metric, rest) = match rest {
        [(BUSINESS, place), rest @ ..] => (in_business_hours(plain, place)?, rest),
        _ => (plain, rest),
    };
    let part = match rest {
        [] => Part::Value,
        [(word, place), ..] => {
            let dotted = format!(".{word}");
            let found = Part::ALL.iter().find(|(_, name)| *name == dotted && !name.is_empty());
            let Some((part, _)) = found.filter(|_| rest.len() == 1) else {
                let more: &[&str] = if metric.business().is_some() { &[BUSINESS] } else { &[] };
                let known = [&["low", "high", "n", "age"], more].concat();
                return Err(unknown("of a metric", word, place, &known));
            };
            let interval = matches!(part, Part::Low | Part::High);
            if interval && metric.spec().method == Method::Census {
                let message = format!("`{metric}` counts everything there is; it has no interval");
                let mistake = Mistake::new(Code::BoundOnCensus, place, message);
                return Err(mistake.help(format!("ask for `{metric}` itself")));
            }
            *part
        }
    };
    if of == Of::Previous && metric == Metric::WindowSettled {
        let message = "`window_settled` is about this cycle alone";
        return Err(Mistake::new(Code::NameNotHere, place, message));
    }
    Ok(Fact::Metric { metric, part, of })
}

/// The twin of a metric that measures waiting.
fn in_business_hours(metric: Metric, place: &Range<usize>) -> Result<Metric, Mistake> {
    metric.business().ok_or_else(|| {
        let waiting = Metric::WRITTEN.into_iter().filter_map(Metric::business);
        let waiting: Vec<String> = waiting.map(|twin| format!("`{twin}`")).collect();
        let message = format!("`{metric}` measures no waiting, so it has no business hours");
        let mistake = Mistake::new(Code::UnknownName, place, message);
        mistake.help(format!("these have: {}", waiting.join(", ")))
    })
}

fn metric(name: &str, place: &Range<usize>) -> Result<Metric, Mistake> {
    if let Ok(metric) = name.parse::<Metric>() {
        if !metric.is_business() {
            return Ok(metric);
        }
        let message = format!("there is no name {} in an expression", quoted(name));
        return Err(Mistake::new(Code::UnknownName, place, message).suggest(metric.to_string()));
    }
    let names = Metric::WRITTEN.map(Metric::name);
    let message = format!("there is no metric and no other name {}", quoted(name));
    let mistake = Mistake::new(Code::UnknownName, place, message);
    let heads =
        ["cycle", "date", "goal", "goals", "now", "previous", "regressed", "stage", "tasks"];
    let candidates = names.into_iter().chain(heads);
    let others = VOCABULARY.iter().map(|word| word.name).filter(|name| !name.starts_with("METRIC"));
    Err(suggest(mistake.known(names.into_iter().chain(others)), name, candidates))
}

/// `tasks.TASK.done` and `tasks.TASK.FIELD`.
fn of_task(
    rest: &[(&str, Range<usize>)],
    words: &Dotted<'_>,
    scope: Scope<'_>,
) -> Result<Fact, Mistake> {
    let known = || scope.tasks.keys().copied().take(100);
    let (name, place, what, at) = match rest {
        [(name, place), (what, at)] => (*name, place, *what, at),
        [(name, place)] if scope.tasks.contains_key(name) => {
            let message = format!("what about the task {}?", quoted(name));
            let mistake = Mistake::syntax(place, message);
            return Err(mistake.suggest(format!("tasks.{name}.done")));
        }
        _ => {
            let message = "a task is asked about as `tasks.TASK.done` or `tasks.TASK.FIELD`";
            return Err(Mistake::syntax(&words.whole, message).known(known()));
        }
    };
    let task = TaskId::new(name).ok().and_then(|id| Some((id, scope.tasks.get(name)?)));
    let Some((task, form)) = task else {
        let message = match scope.place {
            Place::Goal => "the goal is reached on evidence; it has no tasks".to_owned(),
            Place::Gate | Place::Way => format!("this stage has no task {}", quoted(name)),
        };
        let mistake = Mistake::new(Code::UnknownTask, place, message);
        let candidates = scope.tasks.keys().copied().take(1_000);
        return Err(suggest(mistake.known(known()), name, candidates));
    };
    if what == "done" {
        return Ok(Fact::TaskDone(task));
    }
    let Some(form) = form else { return Ok(Fact::TaskDone(task)) };
    match form.fields.get(what) {
        Some(field) => of_field(task, what, field, at),
        None => Err(no_field(form, name, what, at)),
    }
}

fn of_field(task: TaskId, name: &str, field: &Field, at: &Range<usize>) -> Result<Fact, Mistake> {
    let kind = match &field.kind {
        FieldKind::String { .. } => Some(Kind::Text),
        FieldKind::Boolean => Some(Kind::TRUTH),
        FieldKind::Number { whole: true, .. } => Some(Kind::Number(Unit::Count)),
        FieldKind::Number { whole: false, .. } => Some(Kind::Number(Unit::Ratio)),
        FieldKind::Any => kind_of_all(&field.allowed),
    };
    let field = name.to_owned();
    kind.map(|kind| Fact::Field { task, field, kind }).ok_or_else(|| {
        let message = format!("the form does not say what kind of value `{name}` is");
        Mistake::new(Code::WrongKind, at, message).help("give the field a `type`")
    })
}

/// The one kind that all allowed values have.
fn kind_of_all(allowed: &[serde_json::Value]) -> Option<Kind> {
    let kind = |value: &serde_json::Value| match value {
        serde_json::Value::Bool(_) => Some(Kind::TRUTH),
        serde_json::Value::String(_) => Some(Kind::Text),
        serde_json::Value::Number(_) => Some(Kind::Number(Unit::Ratio)),
        _ => None,
    };
    let first = kind(allowed.first()?)?;
    allowed.iter().all(|value| kind(value) == Some(first)).then_some(first)
}

fn no_field(form: &Form, task: &str, what: &str, at: &Range<usize>) -> Mistake {
    let message = format!("the form of {} has no field {}", quoted(task), quoted(what));
    let known: Vec<&str> = form.fields.keys().map(String::as_str).chain(["done"]).collect();
    let mistake = Mistake::new(Code::UnknownField, at, message);
    suggest(mistake.known(known.iter().copied()), what, known.iter().copied())
}

/// Refuses what cannot be asked at this place.
fn allowed(fact: &Fact, span: &Range<usize>, place: Place) -> Result<(), Mistake> {
    let (may, why) = match fact {
        // A gate that asks about other gates could ask about itself.
        Fact::Regressed(_) | Fact::GoalMet => {
            (place == Place::Way, "only a way on (`next`) can ask for this")
        }
        Fact::GoalHeld | Fact::GoalStreak => {
            (place != Place::Goal, "the goal cannot ask about itself")
        }
        Fact::StageAge | Fact::TaskDone(_) | Fact::Field { .. } => {
            (place != Place::Goal, "the goal belongs to no stage")
        }
        Fact::Metric { .. } | Fact::Goal(_) | Fact::Cycle | Fact::Now => (true, ""),
    };
    if may { Ok(()) } else { Err(Mistake::new(Code::NameNotHere, span, why)) }
}

fn unknown(whose: &str, found: &str, place: &Range<usize>, known: &[&str]) -> Mistake {
    let message = format!("there is nothing {} {whose}", quoted(found));
    let mistake = Mistake::new(Code::UnknownName, place, message).known(known.iter().copied());
    suggest(mistake, found, known.iter().copied())
}

fn one_metric(head: &str, place: &Range<usize>) -> Mistake {
    let message = format!("`{head}.` is followed by one metric");
    Mistake::syntax(place, message).known(Metric::WRITTEN.map(Metric::name))
}

pub(super) fn wants_a_text(name: &str, span: &Range<usize>) -> Mistake {
    let example = if name == "date" { "2026-03-02" } else { "define" };
    let message = format!("{} takes a text in quotes, such as `\"{example}\"`", quoted(name));
    Mistake::syntax(span, message)
}

fn suggest<'n>(mistake: Mistake, text: &str, names: impl IntoIterator<Item = &'n str>) -> Mistake {
    match closest(text, names) {
        Some(name) => mistake.suggest(name),
        None => mistake,
    }
}
