//! Which brands: a question about a brand's line, such as `stage = "support" and blocked`.
//!
//! ```text
//! text ──► Filter ──► narrow(): conditions for SQLite    (may let too many pass, never too few)
//!                └──► lets_pass(line, now)               (decides)
//! ```
//!
//! Start reading at [`Filter`]; `parse` reads one. [`FIELDS`] is what it may ask for.
//!
//! # Always true
//!
//! - What is printed is read as the same filter.
//! - What a line does not have is neither so nor not so: `blocked_for >= 7d` and its negation both
//!   leave a brand out that is not blocked.

mod parse;

use std::fmt;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use super::Standing;
use crate::{
    engine::truth::{Gap, Truth},
    model::Outcome,
};

pub use parse::FilterError;

/// A question about a brand's line.
///
/// ```
/// use fivestep::store::Filter;
/// let filter: Filter = "stage = support and not (blocked || paused)".parse()?;
/// assert_eq!(filter.to_string(), "stage = \"support\" and not (blocked or paused)");
/// # Ok::<(), fivestep::store::FilterError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// Whether the brand is like that.
    Is(State),
    /// A text compared with another.
    Text {
        /// What of the line.
        field: TextField,
        /// How.
        how: Likeness,
        /// With what.
        value: String,
    },
    /// The number of the cycle.
    Cycle {
        /// How.
        order: Order,
        /// With what.
        value: u32,
    },
    /// How long something has been so, in whole seconds.
    Age {
        /// What of the line.
        field: AgeField,
        /// How.
        order: Order,
        /// With what, in seconds.
        seconds: u32,
    },
    /// When something happened.
    Moment {
        /// What of the line.
        field: MomentField,
        /// How.
        order: Order,
        /// With what, UTC.
        at: DateTime<Utc>,
    },
    /// The opposite.
    Not(Box<Filter>),
    /// Both.
    And(Box<[Filter; 2]>),
    /// At least one.
    Or(Box<[Filter; 2]>),
}

/// Words that name a few values, each with its text.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $value:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$about])* $value),* }

        impl $name {
            /// Every one with its word.
            pub const ALL: &'static [($name, &'static str)] = &[$(($name::$value, $text)),*];

            fn of(word: &str) -> Option<Self> {
                Self::ALL.iter().find(|(_, text)| *text == word).map(|(value, _)| *value)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let text = Self::ALL.iter().find(|(value, _)| value == self);
                f.write_str(text.map_or("", |(_, text)| text))
            }
        }
    };
}

words!(
    /// What a brand is or is not.
    State {
        /// In a stage whose gate was found shut.
        Blocked = "blocked",
        /// In a stage, not held by a person.
        Running = "running",
        /// Held by a person.
        Paused = "paused",
        /// Ended, whatever the outcome.
        Finished = "finished",
        /// Not started.
        Ready = "ready",
    }
);
words!(
    /// A field that holds a text.
    TextField {
        /// Its name.
        Brand = "brand",
        /// `running`, `paused` or the outcome.
        Status = "status",
        /// The stage it is in.
        Stage = "stage",
        /// The workflow it follows.
        Workflow = "workflow",
        /// The digest of the text it runs on; a beginning is enough.
        Definition = "definition",
        /// Any clause that holds it.
        Clause = "clause",
    }
);
words!(
    /// A field that holds a length of time.
    AgeField {
        /// Since the gate was found shut.
        Blocked = "blocked_for",
        /// Since it came into the stage.
        InStage = "in_stage_for",
    }
);
words!(
    /// A field that holds an instant.
    MomentField {
        /// When it came into the stage.
        Since = "since",
        /// When the gate was found shut.
        BlockedSince = "blocked_since",
        /// When it was changed last.
        At = "at",
    }
);
words!(
    /// How two texts are compared.
    Likeness {
        /// The same text.
        Equal = "=",
        /// Another text.
        Other = "!=",
        /// A pattern: `*` stands for any letters, `?` for one.
        Like = "~",
    }
);
words!(
    /// How two numbers are compared.
    Order {
        /// The same.
        Equal = "=",
        /// Another.
        Other = "!=",
        /// Less.
        Less = "<",
        /// Less or the same.
        AtMost = "<=",
        /// More.
        More = ">",
        /// More or the same.
        AtLeast = ">=",
    }
);

/// The name of the field with the cycle's number.
const CYCLE: &str = "cycle";

/// Every word that a filter begins a question with, what follows it, and what it asks.
pub const FIELDS: [(&str, &str, &str); 17] = [
    ("brand", "= != ~ name", "the brand's name"),
    ("status", "= != ~ status", "`running`, `paused`, `ready` or the outcome"),
    ("stage", "= != ~ name", "the stage it is in, or ended in"),
    ("workflow", "= != ~ name", "the workflow it follows"),
    ("definition", "= != ~ digest", "the text it runs on; `=` takes the beginning of a digest"),
    ("clause", "= != ~ name", "any clause that holds it; `!=`: none of that name does"),
    ("cycle", "= != < <= > >= number", "the cycle it is on"),
    ("blocked_for", "= != < <= > >= duration", "how long its gate has been shut"),
    ("in_stage_for", "= != < <= > >= duration", "how long it has been in its stage"),
    ("since", "= != < <= > >= instant", "when it came into its stage"),
    ("blocked_since", "= != < <= > >= instant", "when its gate was found shut"),
    ("at", "= != < <= > >= instant", "when it was changed last"),
    ("blocked", "", "its gate was found shut"),
    ("running", "", "it is in a stage and not paused, blocked or not"),
    ("paused", "", "a person holds it"),
    ("finished", "", "its run has ended, whatever the outcome"),
    ("ready", "", "it has not started"),
];

impl Order {
    fn holds<T: Ord>(self, left: &T, right: &T) -> bool {
        match self {
            Order::Equal => left == right,
            Order::Other => left != right,
            Order::Less => left < right,
            Order::AtMost => left <= right,
            Order::More => left > right,
            Order::AtLeast => left >= right,
        }
    }
}

impl Filter {
    /// Both this and `other`.
    pub fn and(self, other: Filter) -> Filter {
        Filter::And(Box::new([self, other]))
    }

    /// Whether the brand of `line` is one of those asked for at `now`.
    pub fn lets_pass(&self, line: &Standing, now: DateTime<Utc>) -> bool {
        self.truth(line, now) == Truth::True
    }

    fn truth(&self, line: &Standing, now: DateTime<Utc>) -> Truth {
        match self {
            Filter::Is(state) => state.of_line(line).into(),
            Filter::Text { field, how, value } => text(line, *field, *how, value),
            Filter::Cycle { order, value } => order.holds(&line.cycle, value).into(),
            Filter::Age { field, order, seconds } => known(field.of_line(line), |then| {
                order.holds(&(now - then).num_seconds(), &i64::from(*seconds))
            }),
            Filter::Moment { field, order, at } => {
                known(field.of_line(line), |then| order.holds(&then, at))
            }
            Filter::Not(inner) => inner.truth(line, now).not(),
            Filter::And(both) => both[0].truth(line, now).and(both[1].truth(line, now)),
            Filter::Or(both) => both[0].truth(line, now).or(both[1].truth(line, now)),
        }
    }

    /// Conditions that SQLite can test on its own, each with the value of its `?`. A line that
    /// passes the filter meets all of them; one that meets them need not pass.
    pub(super) fn narrow(&self) -> Vec<(&'static str, String)> {
        let is = |status: &str| ("status = ?", status.to_owned());
        match self {
            Filter::Is(State::Running) => vec![is("running")],
            Filter::Is(State::Paused) => vec![is("paused")],
            Filter::Is(State::Blocked) => {
                // Any text is at least the empty one; nothing is not.
                vec![is("running"), ("blocked_since >= ?", String::new())]
            }
            Filter::Text { field, how: Likeness::Equal, value } => {
                column(*field).map(|sql| (sql, value.clone())).into_iter().collect()
            }
            Filter::Moment { field: MomentField::At, order: Order::Less | Order::AtMost, at } => {
                before(*at).into_iter().collect()
            }
            Filter::And(both) => both.iter().flat_map(Filter::narrow).collect(),
            Filter::Is(State::Finished | State::Ready)
            | Filter::Text { how: Likeness::Other | Likeness::Like, .. }
            | Filter::Cycle { .. }
            | Filter::Age { .. }
            | Filter::Moment { .. }
            | Filter::Not(_)
            | Filter::Or(_) => Vec::new(),
        }
    }
}

/// The condition that a column holds this text; the others hold more than one name, or less.
fn column(field: TextField) -> Option<&'static str> {
    match field {
        TextField::Brand => Some("brand = ?"),
        TextField::Status => Some("status = ?"),
        TextField::Stage => Some("stage = ?"),
        TextField::Workflow => Some("workflow = ?"),
        TextField::Definition | TextField::Clause => None,
    }
}

/// The condition that a row was not changed after `at`, unless its text would sort wrongly.
fn before(at: DateTime<Utc>) -> Option<(&'static str, String)> {
    // Rows hold milliseconds; what is left of `at` must not shut one out.
    let text = (at + TimeDelta::milliseconds(1)).to_rfc3339_opts(SecondsFormat::Millis, true);
    (text.len() == "2026-03-02T09:00:00.000Z".len()).then_some(("at <= ?", text))
}

impl State {
    fn of_line(self, line: &Standing) -> bool {
        let status = line.status.as_str();
        match self {
            State::Blocked => status == "running" && line.blocked_since.is_some(),
            State::Running => status == "running",
            State::Paused => status == "paused",
            State::Ready => status == "ready",
            State::Finished => Outcome::ALL.iter().any(|outcome| outcome.name() == status),
        }
    }
}

impl AgeField {
    fn of_line(self, line: &Standing) -> Option<DateTime<Utc>> {
        match self {
            AgeField::Blocked => MomentField::BlockedSince.of_line(line),
            AgeField::InStage => MomentField::Since.of_line(line),
        }
    }
}

impl MomentField {
    fn of_line(self, line: &Standing) -> Option<DateTime<Utc>> {
        let text = match self {
            MomentField::Since => &line.since,
            MomentField::BlockedSince if !State::Blocked.of_line(line) => return None,
            MomentField::BlockedSince => &line.blocked_since,
            MomentField::At => &line.at,
        };
        text.as_ref()?.parse().ok()
    }
}

/// What is so of a value that may be missing.
fn known<T>(value: Option<T>, is_so: impl FnOnce(T) -> bool) -> Truth {
    value.map_or(Truth::Missing(Gap::NotYet), |value| is_so(value).into())
}

fn text(line: &Standing, field: TextField, how: Likeness, value: &str) -> Truth {
    let matches = |text: &str| match (how, field) {
        (Likeness::Like, _) => is_like(text, value),
        (Likeness::Equal | Likeness::Other, TextField::Definition) => text.starts_with(value),
        (Likeness::Equal | Likeness::Other, _) => text == value,
    };
    let is_so = match field {
        TextField::Brand => Some(matches(&line.brand)),
        TextField::Status => Some(matches(&line.status)),
        TextField::Stage => line.stage.as_deref().map(matches),
        TextField::Workflow => line.workflow.as_deref().map(matches),
        TextField::Definition => line.definition.as_deref().map(matches),
        TextField::Clause => {
            let holds = State::Blocked.of_line(line);
            Some(holds && line.held_by.split(',').any(matches))
        }
    };
    known(is_so, |is_so| is_so != (how == Likeness::Other))
}

/// Whether all of `text` is like `pattern`: `*` stands for any letters, `?` for one.
fn is_like(text: &str, pattern: &str) -> bool {
    let (text, pattern): (Vec<char>, Vec<char>) =
        (text.chars().collect(), pattern.chars().collect());
    let (mut at, mut next) = (0, 0);
    // After the last `*`: where the pattern goes on, and what of the text it stands for.
    let mut star: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(next) {
            Some('*') => {
                star = Some((next + 1, at));
                next += 1;
            }
            Some(&c) if c == '?' || c == text[at] => (at, next) = (at + 1, next + 1),
            Some(_) | None => {
                let Some((after, from)) = star else { return false };
                star = Some((after, from + 1));
                (at, next) = (from + 1, after);
            }
        }
    }
    pattern[next..].iter().all(|c| *c == '*')
}

/// As [`parse`](str::parse) reads it.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Filter::Is(state) => write!(f, "{state}"),
            Filter::Text { field, how, value } => {
                // A text never holds both kinds of quotes, see `parse`.
                let quote = if value.contains('"') { '\'' } else { '"' };
                write!(f, "{field} {how} {quote}{value}{quote}")
            }
            Filter::Cycle { order, value } => write!(f, "{CYCLE} {order} {value}"),
            Filter::Age { field, order, seconds } => {
                write!(f, "{field} {order} {}", duration(*seconds))
            }
            Filter::Moment { field, order, at } => {
                write!(f, "{field} {order} {}", at.to_rfc3339_opts(SecondsFormat::AutoSi, true))
            }
            Filter::Not(inner) => write!(f, "not {}", Bound(inner, 3)),
            Filter::And(both) => write!(f, "{} and {}", Bound(&both[0], 2), Bound(&both[1], 3)),
            Filter::Or(both) => write!(f, "{} or {}", Bound(&both[0], 1), Bound(&both[1], 2)),
        }
    }
}

/// A part of a filter, in brackets if it binds less than its place asks for.
struct Bound<'a>(&'a Filter, u8);

impl fmt::Display for Bound<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let binds = match self.0 {
            Filter::Or(_) => 1,
            Filter::And(_) => 2,
            Filter::Is(_)
            | Filter::Text { .. }
            | Filter::Cycle { .. }
            | Filter::Age { .. }
            | Filter::Moment { .. }
            | Filter::Not(_) => 3,
        };
        if binds < self.1 { write!(f, "({})", self.0) } else { write!(f, "{}", self.0) }
    }
}

/// The units of a duration, longest first, in seconds.
const UNITS: [(char, u32); 5] = [('w', 604_800), ('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

fn duration(seconds: u32) -> String {
    let (unit, length) = UNITS
        .into_iter()
        .skip(1)
        .find(|(_, length)| seconds >= *length && seconds.is_multiple_of(*length))
        .unwrap_or(('s', 1));
    format!("{}{unit}", seconds / length)
}

#[cfg(test)]
pub(in crate::store) mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line() -> Standing {
        Standing {
            brand: "acme-coffee".to_owned(),
            status: "running".to_owned(),
            cycle: 2,
            stage: Some("support".to_owned()),
            since: Some("2026-03-01T10:00:00.000Z".to_owned()),
            blocked_since: Some("2026-03-20T10:00:00.000Z".to_owned()),
            held_by: "answered,in_time".to_owned(),
            waived: String::new(),
            workflow: Some("engagement".to_owned()),
            definition: Some("27dfd609".to_owned()),
            revision: 9,
            at: Some("2026-03-25T10:00:00.000Z".to_owned()),
        }
    }

    fn passes(filter: &str, line: &Standing) -> bool {
        let now = "2026-03-30T10:00:00Z".parse().expect("an instant");
        filter.parse::<Filter>().expect(filter).lets_pass(line, now)
    }

    #[test]
    fn a_line_is_asked_for_what_it_has() {
        // (the filter, does a brand pass that is blocked in support?)
        let table = [
            ("blocked", true),
            ("running", true),
            ("paused or finished or ready", false),
            ("stage = support and blocked", true),
            ("stage == 'support' && !blocked", false),
            ("brand ~ \"acme-*\"", true),
            ("brand ~ acme-?offee", true),
            ("brand ~ acme", false),
            ("definition = 27df", true),
            ("definition != 27df", false),
            ("clause = in_time", true),
            ("clause != in_time", false),
            ("clause ~ \"in_*\" and clause = answered", true),
            ("cycle >= 2 and cycle < 3", true),
            ("blocked_for >= 10d", true),
            ("blocked_for > 10d", false),
            ("in_stage_for > 4w", true),
            ("at < 2026-03-25T10:00:00Z", false),
            ("at <= 2026-03-25T10:00:00Z", true),
            ("blocked_since > 2026-03-20", true),
            ("status = running or cycle = 1 and paused", true),
        ];
        for (filter, expected) in table {
            assert_eq!(passes(filter, &line()), expected, "{filter}");
        }
    }

    #[test]
    fn what_a_line_does_not_have_is_neither_so_nor_not_so() {
        let open = Standing { blocked_since: None, held_by: String::new(), ..line() };
        for filter in ["blocked_for >= 7d", "not blocked_for >= 7d", "blocked_for != 7d"] {
            assert!(!passes(filter, &open), "{filter}");
        }
        assert!(passes("blocked_for >= 7d or stage = support", &open));
        assert!(passes("clause != answered", &open), "no clause holds it");
    }

    #[test]
    fn every_field_is_told_and_read() {
        for (name, takes, _) in FIELDS {
            let value = match takes.split(' ').next_back() {
                Some("duration") => " = 1d",
                Some("instant") => " = 2026-03-02",
                Some("number") => " = 1",
                Some("") | None => "",
                Some(_) => " = running",
            };
            assert!(format!("{name}{value}").parse::<Filter>().is_ok(), "{name}{value}");
        }
    }

    /// Any filter.
    pub fn any() -> impl Strategy<Value = Filter> {
        let word = prop_oneof![
            Just("running".to_owned()),
            Just("support".to_owned()),
            Just("answered".to_owned()),
            "[a-c]\\*",
            "[ -~&&[^\"]]{0,6}",
            "[ -~&&[^']]{0,6}",
        ];
        let order = prop::sample::select(Order::ALL).prop_map(|(order, _)| order);
        let seconds = prop_oneof![0_u32..100_000, (0_u32..60).prop_map(|days| days * 86_400)];
        let moment = (0_i64..4_000_000).prop_map(|ms| {
            let day = 1_774_800_000_000;
            DateTime::from_timestamp_millis(day + ms * 777).expect("in range")
        });
        let text =
            (prop::sample::select(TextField::ALL), prop::sample::select(Likeness::ALL), word)
                .prop_filter_map("a status has to be known", |((field, _), (how, _), value)| {
                    let filter = Filter::Text { field, how, value };
                    filter.to_string().parse::<Filter>().is_ok().then_some(filter)
                });
        let leaf = prop_oneof![
            prop::sample::select(State::ALL).prop_map(|(state, _)| Filter::Is(state)),
            text,
            (order.clone(), 0_u32..4).prop_map(|(order, value)| Filter::Cycle { order, value }),
            (prop::sample::select(AgeField::ALL), order.clone(), seconds)
                .prop_map(|((field, _), order, seconds)| Filter::Age { field, order, seconds }),
            (prop::sample::select(MomentField::ALL), order, moment)
                .prop_map(|((field, _), order, at)| Filter::Moment { field, order, at }),
        ];
        leaf.prop_recursive(4, 24, 2, |inner| {
            let both = (inner.clone(), inner.clone());
            prop_oneof![
                inner.prop_map(|filter| Filter::Not(Box::new(filter))),
                both.clone().prop_map(|(one, other)| one.and(other)),
                both.prop_map(|(one, other)| Filter::Or(Box::new([one, other]))),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_as_the_same_filter(filter in any()) {
            let text = filter.to_string();
            prop_assert_eq!(text.parse::<Filter>().expect(&text), filter);
        }
    }
}
