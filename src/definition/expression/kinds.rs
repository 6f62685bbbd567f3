//! What goes together: a kind for every part of an expression.
//!
//! | written | kind |
//! |---|---|
//! | `5`, `0.6` | takes the unit of what it is compared with; never that of a duration |
//! | `5%` | a proportion, or a ratio where it is compared with one |
//! | `3d`, `4h` | a duration |
//! | `a + b`, `a - b` | both of one kind; an instant and a duration make an instant, two instants a duration |
//! | `a * b` | one of them is a plain number, a ratio or a proportion; the other keeps its kind |
//! | `a / b` | two of one kind make a ratio; by a plain number or a ratio, the kind stays |
//! | `a < b` | two numbers of one kind |
//! | `a == b` | two values of one kind |

use std::ops::Range;

use super::Mistake;
use crate::{
    definition::{Code, read},
    model::{
        Expression, Quantity, Unit,
        expression::{Kind, Operator, Value},
    },
};

/// A kind that may not be settled yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// This one.
    Exact(Kind),
    /// A number without a unit, which takes that of its neighbour.
    Plain,
    /// A percentage: a proportion, or a ratio beside one.
    Percent,
    /// Anything: a mistake was noted there.
    Unknown,
}

/// A part of an expression with its kind and place.
#[derive(Debug, Clone)]
pub(super) struct Typed {
    pub expression: Expression,
    sort: Sort,
    pub span: Range<usize>,
}

impl Typed {
    pub fn exact(expression: Expression, kind: Kind, span: &Range<usize>) -> Self {
        Self { expression, sort: Sort::Exact(kind), span: span.clone() }
    }

    /// A part that stands for anything, because a mistake was noted.
    pub fn unknown(span: &Range<usize>) -> Self {
        let expression = Expression::Literal(Value::truth(false));
        Self { expression, sort: Sort::Unknown, span: span.clone() }
    }

    /// The same part at a wider place, with its brackets.
    pub fn at(self, span: Range<usize>) -> Self {
        Self { span, ..self }
    }

    pub fn is_truth_or_unknown(&self) -> bool {
        matches!(self.sort, Sort::Exact(Kind::TRUTH) | Sort::Unknown)
    }

    /// The kind in words, such as `a proportion`.
    pub fn described(&self) -> String {
        match self.sort {
            Sort::Exact(Kind::Number(Unit::Instant)) => "an instant".to_owned(),
            Sort::Exact(kind) => format!("a {kind}"),
            Sort::Plain => "a number".to_owned(),
            Sort::Percent => "a proportion".to_owned(),
            Sort::Unknown => "not known".to_owned(),
        }
    }

    fn unit(&self) -> Option<Unit> {
        match self.sort {
            Sort::Exact(Kind::Number(unit)) => Some(unit),
            Sort::Percent => Some(Unit::Proportion),
            Sort::Exact(Kind::Text) | Sort::Plain | Sort::Unknown => None,
        }
    }

    /// Whether it scales what it is multiplied with.
    fn scales(&self) -> bool {
        let unit = self.unit();
        self.sort == Sort::Plain || matches!(unit, Some(Unit::Proportion | Unit::Ratio))
    }

    fn is_unknown(&self) -> bool {
        self.sort == Sort::Unknown
    }
}

/// A number as it is written, with its unit.
pub(super) fn number(amount: f64, unit: &str, span: &Range<usize>) -> Result<Typed, Mistake> {
    let literal = |unit, value| Expression::Literal(Value::Number(Quantity::new(unit, value)));
    let (expression, sort) = match unit {
        "" => (literal(Unit::Ratio, amount), Sort::Plain),
        "%" => (literal(Unit::Proportion, amount / 100.0), Sort::Percent),
        // Nobody waits for no time, but a time can be compared with none.
        _ if amount == 0.0 && read::clock(&format!("1{unit}")).is_ok() => {
            (literal(Unit::Duration, 0.0), Sort::Exact(Kind::Number(Unit::Duration)))
        }
        _ => match read::clock(&format!("{amount}{unit}")) {
            Ok(seconds) => {
                let kind = Kind::Number(Unit::Duration);
                (literal(Unit::Duration, seconds as f64), Sort::Exact(kind))
            }
            Err(wrong) => {
                let mistake = Mistake::new(wrong.code, span, wrong.message)
                    .help("a number has no unit, `%`, or one of `m`, `h`, `d`, `w`: `15m`, `28d`");
                return Err(match wrong.suggestion {
                    Some(meant) => mistake.suggest(meant),
                    None => mistake,
                });
            }
        },
    };
    Ok(Typed { expression, sort, span: span.clone() })
}

/// `!a`
pub(super) fn opposite(sign: &Range<usize>, inner: Typed) -> Result<Typed, Mistake> {
    if !inner.is_truth_or_unknown() {
        let message = format!("`!` turns a truth round, but this is {}", inner.described());
        return Err(Mistake::new(Code::WrongKind, &inner.span, message));
    }
    let span = sign.start..inner.span.end;
    Ok(Typed { expression: Expression::Not(Box::new(inner.expression)), span, ..inner })
}

/// `-a`
pub(super) fn negative(sign: &Range<usize>, inner: Typed) -> Result<Typed, Mistake> {
    let turns = match inner.sort {
        Sort::Exact(Kind::Number(Unit::Truth | Unit::Instant) | Kind::Text) => false,
        Sort::Exact(Kind::Number(_)) | Sort::Plain | Sort::Percent | Sort::Unknown => true,
    };
    if !turns {
        let message = format!("{} has no opposite below zero", inner.described());
        return Err(Mistake::new(Code::WrongKind, &inner.span, message));
    }
    let span = sign.start..inner.span.end;
    Ok(Typed { expression: Expression::Negative(Box::new(inner.expression)), span, ..inner })
}

/// `a OPERATOR b`
pub(super) fn join(
    operator: Operator,
    sign: &Range<usize>,
    left: Typed,
    right: Typed,
) -> Result<Typed, Mistake> {
    match operator {
        Operator::And | Operator::Or => both_truths(operator, left, right),
        Operator::Equal | Operator::NotEqual => {
            let (left, right) = alike(operator, sign, left, right)?;
            Ok(joined(operator, left, right, Sort::Exact(Kind::TRUTH)))
        }
        Operator::Less | Operator::AtMost | Operator::More | Operator::AtLeast => {
            ordered(operator, sign, left, right)
        }
        Operator::Plus | Operator::Minus => sum(operator, sign, left, right),
        Operator::Times => product(sign, left, right),
        Operator::By => quotient(sign, left, right),
    }
}

fn joined(operator: Operator, left: Typed, right: Typed, sort: Sort) -> Typed {
    let span = left.span.start..right.span.end;
    let sort = if left.is_unknown() || right.is_unknown() {
        // A comparison is a truth whatever it compares; a sum of something unknown is unknown.
        match sort {
            Sort::Exact(Kind::TRUTH) => sort,
            _ => Sort::Unknown,
        }
    } else {
        sort
    };
    let expression = Expression::binary(operator, left.expression, right.expression);
    Typed { expression, sort, span }
}

fn both_truths(operator: Operator, left: Typed, right: Typed) -> Result<Typed, Mistake> {
    for side in [&left, &right] {
        if !side.is_truth_or_unknown() {
            let sign = operator.sign();
            let message = format!("`{sign}` joins truths, but this is {}", side.described());
            let mistake = Mistake::new(Code::WrongKind, &side.span, message);
            return Err(mistake.help("compare it with something, such as `>= 60%`"));
        }
    }
    Ok(joined(operator, left, right, Sort::Exact(Kind::TRUTH)))
}

fn ordered(
    operator: Operator,
    sign: &Range<usize>,
    left: Typed,
    right: Typed,
) -> Result<Typed, Mistake> {
    for side in [&left, &right] {
        if matches!(side.sort, Sort::Exact(Kind::TRUTH | Kind::Text)) {
            let message = format!("{} is never more or less", side.described());
            let mistake = Mistake::new(Code::WrongKind, &side.span, message);
            return Err(mistake.help("compare it with `==` or `!=`"));
        }
    }
    let (left, right) = alike(operator, sign, left, right)?;
    Ok(joined(operator, left, right, Sort::Exact(Kind::TRUTH)))
}

fn sum(
    operator: Operator,
    sign: &Range<usize>,
    left: Typed,
    right: Typed,
) -> Result<Typed, Mistake> {
    use Unit::{Duration, Instant};
    let exact = |unit| Sort::Exact(Kind::Number(unit));
    match (left.unit(), right.unit(), operator) {
        (Some(Instant), Some(Instant), Operator::Minus) => {
            Ok(joined(operator, left, right, exact(Duration)))
        }
        (Some(Instant), Some(Duration), _) => Ok(joined(operator, left, right, exact(Instant))),
        (Some(Duration), Some(Instant), Operator::Plus) => {
            Ok(joined(operator, left, right, exact(Instant)))
        }
        (Some(Instant), Some(Instant), _) => Err(refused(operator, sign, &left, &right)),
        _ => {
            for side in [&left, &right] {
                if matches!(side.sort, Sort::Exact(Kind::TRUTH | Kind::Text)) {
                    return Err(refused(operator, sign, &left, &right));
                }
            }
            let (left, right) = alike(operator, sign, left, right)?;
            let sort = left.sort;
            Ok(joined(operator, left, right, sort))
        }
    }
}

fn product(sign: &Range<usize>, left: Typed, right: Typed) -> Result<Typed, Mistake> {
    let number = |side: &Typed| {
        let countable = !matches!(side.unit(), Some(Unit::Truth | Unit::Instant));
        countable && side.sort != Sort::Exact(Kind::Text)
    };
    if !(number(&left) && number(&right)) {
        return Err(refused(Operator::Times, sign, &left, &right));
    }
    let sort = match (left.sort, right.sort) {
        (Sort::Unknown, _) | (_, Sort::Unknown) => Sort::Unknown,
        (Sort::Plain, other) | (other, Sort::Plain) => other,
        (_, other) if left.scales() => other,
        (other, _) if right.scales() => other,
        _ => return Err(refused(Operator::Times, sign, &left, &right)),
    };
    Ok(joined(Operator::Times, left, right, sort))
}

fn quotient(sign: &Range<usize>, left: Typed, right: Typed) -> Result<Typed, Mistake> {
    let ratio = Sort::Exact(Kind::Number(Unit::Ratio));
    let sort = match (left.unit(), right.unit()) {
        (Some(Unit::Truth | Unit::Instant), _) | (_, Some(Unit::Truth | Unit::Instant)) => None,
        (Some(above), Some(below)) if above == below => Some(ratio),
        (_, Some(Unit::Ratio)) => Some(left.sort),
        _ if right.sort == Sort::Plain => Some(left.sort),
        (None, Some(_)) if left.sort == Sort::Plain => None,
        _ if left.is_unknown() || right.is_unknown() => Some(Sort::Unknown),
        _ => None,
    };
    match sort.filter(|_| left.sort != Sort::Exact(Kind::Text)) {
        Some(sort) => Ok(joined(Operator::By, left, right, sort)),
        None => Err(refused(Operator::By, sign, &left, &right)),
    }
}

fn refused(operator: Operator, sign: &Range<usize>, left: &Typed, right: &Typed) -> Mistake {
    let (one, other) = (left.described(), right.described());
    let message = match operator {
        Operator::Plus => format!("{one} and {other} cannot be added"),
        Operator::Minus => format!("{other} cannot be taken from {one}"),
        Operator::Times => format!("{one} and {other} cannot be multiplied"),
        Operator::By => format!("{one} cannot be divided by {other}"),
        _ => format!("{one} cannot be compared with {other}"),
    };
    Mistake::new(Code::WrongKind, sign, message)
        .related(&left.span, one)
        .related(&right.span, other)
}

/// Gives both sides one kind, or says why that cannot be.
fn alike(
    operator: Operator,
    sign: &Range<usize>,
    left: Typed,
    right: Typed,
) -> Result<(Typed, Typed), Mistake> {
    match (left.sort, right.sort) {
        (Sort::Unknown, _) | (_, Sort::Unknown) => Ok((left, right)),
        (Sort::Exact(kind), Sort::Plain | Sort::Percent) => {
            let right = adapt(right, kind, &left)?;
            Ok((left, right))
        }
        (Sort::Plain | Sort::Percent, Sort::Exact(kind)) => {
            let left = adapt(left, kind, &right)?;
            Ok((left, right))
        }
        (one, other) if one == other => Ok((left, right)),
        _ => Err(refused(operator, sign, &left, &right)),
    }
}

/// Gives a number without a unit of its own that of its neighbour.
fn adapt(number: Typed, kind: Kind, neighbour: &Typed) -> Result<Typed, Mistake> {
    let percent = number.sort == Sort::Percent;
    let literal = match &number.expression {
        Expression::Literal(Value::Number(quantity)) => Some(quantity.value),
        _ => None,
    };
    let unit = match kind {
        Kind::Number(unit) => unit,
        Kind::Text => return Err(misfit(&number, neighbour)),
    };
    let fits = match unit {
        Unit::Proportion if percent => literal.is_none_or(|value| value <= 1.0),
        Unit::Proportion => literal.is_none_or(|value| value < 1.0),
        Unit::Ratio => true,
        Unit::Count | Unit::Score => !percent,
        Unit::Duration | Unit::Instant | Unit::Truth => false,
    };
    if fits {
        let mut number = number;
        settle(&mut number.expression, unit);
        return Ok(Typed { sort: Sort::Exact(kind), ..number });
    }
    let mistake = misfit(&number, neighbour);
    Err(match (unit, literal) {
        (Unit::Proportion, Some(value)) if !percent && value > 1.0 && value <= 100.0 => {
            mistake.suggest(format!("{value}%"))
        }
        (Unit::Proportion, Some(_)) if !percent => mistake.help("write `1%` or `100%`"),
        (Unit::Proportion, Some(_)) => mistake.help("it is more than everything"),
        (Unit::Duration, Some(value)) if !percent => {
            mistake.help(format!("write it with its unit: `{value}h`, `{value}d`"))
        }
        _ => mistake,
    })
}

fn misfit(number: &Typed, neighbour: &Typed) -> Mistake {
    let message =
        format!("{} cannot be compared with {} here", neighbour.described(), number.described(),);
    Mistake::new(Code::WrongKind, &number.span, message)
}

/// Writes the unit into the literals that take it.
fn settle(expression: &mut Expression, unit: Unit) {
    match expression {
        Expression::Literal(Value::Number(quantity)) => quantity.unit = unit,
        Expression::Literal(Value::Text(_)) | Expression::Fact(_) | Expression::Not(_) => {}
        Expression::Negative(inner) => settle(inner, unit),
        Expression::Binary { operator, left, right } => {
            settle(left, unit);
            // A share of a ratio is written as a ratio too, so that both can stand side by side.
            let share = *operator == Operator::Times && unit == Unit::Ratio;
            if share || matches!(operator, Operator::Plus | Operator::Minus) {
                settle(right, unit);
            }
        }
    }
}
