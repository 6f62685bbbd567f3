//! A typed question about a brand: what `when` says in a clause and in a way on.
//!
//! Start reading at [`Expression`]. It is plain data: `definition::expression` reads it from text
//! and checks its types, `engine::expression` answers it. A [`Fact`] is a name that the text may
//! use; each has one [`Kind`].
//!
//! # Always true
//!
//! - An expression has no loop and no call of anything that is defined elsewhere, so answering it
//!   always ends.
//! - `Display` writes a text that is read as the same expression again.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    ids::{StageId, TaskId},
    metric::Metric,
    quantity::{Quantity, Unit},
};

/// What kind of value an expression has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A number in a unit; a truth is the number 0 or 1 of [`Unit::Truth`].
    Number(Unit),
    /// A text, as a form's field holds it.
    Text,
}

impl Kind {
    /// True or false.
    pub const TRUTH: Kind = Kind::Number(Unit::Truth);
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Number(unit) => unit.fmt(f),
            Kind::Text => f.pad("text"),
        }
    }
}

/// A value that is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// A number in its unit.
    Number(Quantity),
    /// A text.
    Text(String),
}

impl Value {
    /// A truth as a value.
    pub fn truth(truth: bool) -> Self {
        Value::Number(Quantity::new(Unit::Truth, f64::from(u8::from(truth))))
    }

    /// What kind of value it is.
    pub fn kind(&self) -> Kind {
        match self {
            Value::Number(quantity) => Kind::Number(quantity.unit),
            Value::Text(_) => Kind::Text,
        }
    }
}

/// For people: `86.67 %`, `3 h`, `yes`, `"winter"`.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Number(quantity) => quantity.fmt(f),
            Value::Text(text) => write!(f, "\"{text}\""),
        }
    }
}

/// Which number of a measured metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The value.
    Value,
    /// The lower end of the 95 % interval.
    Low,
    /// The upper end.
    High,
    /// How many cases it rests on.
    N,
    /// How old its newest evidence is.
    Age,
}

impl Part {
    /// Every part with what follows the metric's name.
    pub const ALL: [(Part, &'static str); 5] = [
        (Part::Value, ""),
        (Part::Low, ".low"),
        (Part::High, ".high"),
        (Part::N, ".n"),
        (Part::Age, ".age"),
    ];

    fn suffix(self) -> &'static str {
        Self::ALL.iter().find(|(part, _)| *part == self).map_or("", |(_, suffix)| suffix)
    }
}

/// Which observation of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Of {
    /// The newest.
    Now,
    /// The one with which the last cycle was closed (`previous.`).
    Previous,
}

/// Something that an expression can ask for by name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// A number of a metric, such as `response_rate.low` or `previous.response_rate`.
    Metric {
        /// The metric.
        metric: Metric,
        /// Which of its numbers.
        part: Part,
        /// Measured when.
        of: Of,
    },
    /// The brand's own target for a metric, `goals.METRIC`.
    Goal(Metric),
    /// The goal passed in enough cycles in a row.
    GoalHeld,
    /// The goal passes now.
    GoalMet,
    /// In how many cycles in a row the goal was met.
    GoalStreak,
    /// The number of the cycle, from 1.
    Cycle,
    /// How long the brand has been in its stage.
    StageAge,
    /// The moment of the decision.
    Now,
    /// A stage's gate would not pass any more on today's evidence.
    Regressed(StageId),
    /// A task of the stage is done.
    TaskDone(TaskId),
    /// What a task's form says; missing until the task is done.
    Field {
        /// The task.
        task: TaskId,
        /// The field of its form.
        field: String,
        /// What kind of value the form takes there.
        kind: Kind,
    },
}

impl Fact {
    /// What kind of value it is.
    pub fn kind(&self) -> Kind {
        match self {
            Fact::Metric { metric, part, .. } => Kind::Number(match part {
                Part::Value | Part::Low | Part::High => metric.unit(),
                Part::N => Unit::Count,
                Part::Age => Unit::Duration,
            }),
            Fact::Goal(metric) => Kind::Number(metric.unit()),
            Fact::GoalHeld | Fact::GoalMet | Fact::Regressed(_) | Fact::TaskDone(_) => Kind::TRUTH,
            Fact::GoalStreak | Fact::Cycle => Kind::Number(Unit::Count),
            Fact::StageAge => Kind::Number(Unit::Duration),
            Fact::Now => Kind::Number(Unit::Instant),
            Fact::Field { kind, .. } => *kind,
        }
    }
}

/// As it is written in an expression.
impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fact::Metric { metric, part, of: Of::Now } => write!(f, "{metric}{}", part.suffix()),
            Fact::Metric { metric, part, of: Of::Previous } => {
                write!(f, "previous.{metric}{}", part.suffix())
            }
            Fact::Goal(metric) => write!(f, "goals.{metric}"),
            Fact::GoalHeld => f.write_str("goal.held"),
            Fact::GoalMet => f.write_str("goal.met"),
            Fact::GoalStreak => f.write_str("goal.streak"),
            Fact::Cycle => f.write_str("cycle"),
            Fact::StageAge => f.write_str("stage.age"),
            Fact::Now => f.write_str("now"),
            Fact::Regressed(stage) => write!(f, "regressed(\"{stage}\")"),
            Fact::TaskDone(task) => write!(f, "tasks.{task}.done"),
            Fact::Field { task, field, .. } => write!(f, "tasks.{task}.{field}"),
        }
    }
}

/// What joins two expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operator {
    /// `||`
    Or,
    /// `&&`
    And,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Times,
    /// `/`
    By,
}

impl Operator {
    /// Every operator with its sign and how tightly it binds: a larger number binds first.
    pub const ALL: [(Operator, &'static str, u8); 12] = [
        (Operator::Or, "||", 1),
        (Operator::And, "&&", 2),
        (Operator::Equal, "==", 3),
        (Operator::NotEqual, "!=", 3),
        (Operator::Less, "<", 3),
        (Operator::AtMost, "<=", 3),
        (Operator::More, ">", 3),
        (Operator::AtLeast, ">=", 3),
        (Operator::Plus, "+", 4),
        (Operator::Minus, "-", 4),
        (Operator::Times, "*", 5),
        (Operator::By, "/", 5),
    ];

    /// How it is written.
    pub fn sign(self) -> &'static str {
        Self::ALL.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    /// How tightly it binds.
    pub fn binding(self) -> u8 {
        Self::ALL.iter().find(|row| row.0 == self).map_or(0, |row| row.2)
    }
}

/// A typed question, with an answer that may be missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expression {
    /// A value that is written in the file.
    Literal(Value),
    /// A name.
    Fact(Fact),
    /// The opposite of a truth.
    Not(Box<Expression>),
    /// A number below zero for one above, and the other way round.
    Negative(Box<Expression>),
    /// Two expressions and what joins them.
    Binary {
        /// What joins them.
        operator: Operator,
        /// What stands before it.
        left: Box<Expression>,
        /// What stands behind it.
        right: Box<Expression>,
    },
}

impl Expression {
    /// Joins two expressions.
    pub fn binary(operator: Operator, left: Expression, right: Expression) -> Self {
        Expression::Binary { operator, left: Box::new(left), right: Box::new(right) }
    }

    /// Every fact it asks for, in the order of the text; one that is asked for twice comes twice.
    pub fn facts(&self) -> Vec<&Fact> {
        let mut facts = Vec::new();
        self.collect(&mut facts);
        facts
    }

    fn collect<'a>(&'a self, facts: &mut Vec<&'a Fact>) {
        match self {
            Expression::Literal(_) => {}
            Expression::Fact(fact) => facts.push(fact),
            Expression::Not(inner) | Expression::Negative(inner) => inner.collect(facts),
            Expression::Binary { left, right, .. } => {
                left.collect(facts);
                right.collect(facts);
            }
        }
    }

    /// Writes it as a part of something that binds with strength `outer`.
    fn write(&self, f: &mut fmt::Formatter<'_>, outer: u8) -> fmt::Result {
        match self {
            Expression::Literal(value) => literal(value, f),
            Expression::Fact(fact) => write!(f, "{fact}"),
            Expression::Not(inner) => {
                f.write_str("!")?;
                inner.write(f, u8::MAX)
            }
            Expression::Negative(inner) => {
                f.write_str("-")?;
                inner.write(f, u8::MAX)
            }
            Expression::Binary { operator, left, right } => {
                let own = operator.binding();
                let brackets = own < outer;
                if brackets {
                    f.write_str("(")?;
                }
                // A comparison compares once: `(a < b) == c` keeps its brackets as well.
                let compares = own == Operator::Equal.binding();
                left.write(f, own + u8::from(compares))?;
                write!(f, " {} ", operator.sign())?;
                // What stands behind binds one stronger: `a - (b - c)` keeps its brackets.
                right.write(f, own + 1)?;
                if brackets {
                    f.write_str(")")?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 0)
    }
}

/// A value as the file writes it: `60%`, `3d`, `0.5`, `true`, `"winter"`.
fn literal(value: &Value, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match value {
        // A text holds the other quotes at most, since there is no way to write both.
        Value::Text(text) if text.contains('"') => write!(f, "'{text}'"),
        Value::Text(text) => write!(f, "\"{text}\""),
        Value::Number(Quantity { unit, value }) => match unit {
            Unit::Truth => write!(f, "{}", *value != 0.0),
            Unit::Proportion => match exact_percent(*value) {
                Some(percent) => write!(f, "{percent}%"),
                None => write!(f, "{value}"),
            },
            Unit::Count | Unit::Score | Unit::Ratio => write!(f, "{value}"),
            Unit::Duration => {
                let (size, sign) = [(604_800.0, "w"), (86_400.0, "d"), (3_600.0, "h"), (60.0, "m")]
                    .into_iter()
                    .find(|(size, _)| *value != 0.0 && value % size == 0.0)
                    .unwrap_or((1.0, "s"));
                write!(f, "{}{sign}", value / size)
            }
            Unit::Instant => {
                let day = chrono::DateTime::from_timestamp(*value as i64, 0);
                let day = day.map(|at| at.format("%Y-%m-%d").to_string()).unwrap_or_default();
                write!(f, "date(\"{day}\")")
            }
        },
    }
}

/// The percentage that is read as this fraction, without the dust that multiplying by a hundred
/// leaves; nothing if only the fraction itself can be written.
fn exact_percent(fraction: f64) -> Option<f64> {
    let percent = fraction * 100.0;
    let short = (percent * 1e10).round() / 1e10;
    let near = [short, percent, percent.next_up(), percent.next_down()];
    // What was written as a fraction of a few digits is written so again.
    let few = if fraction.to_string().len() <= 12 { 1 } else { near.len() };
    near.into_iter().take(few).find(|percent| percent / 100.0 == fraction)
}
