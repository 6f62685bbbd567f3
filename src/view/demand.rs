//! What a clause demands, in as few words as an arrow has room for.
//!
//! `sentence::demand` says the same at length, for a brand whose terms are known; this says it of
//! the workflow alone.

use crate::model::{Bound, Demand, Goal, Metric, Test, Threshold};

use super::sentence::{number, plain};

/// A demand in few words.
///
/// | demand | words |
/// |---|---|
/// | a metric | `response_rate ≥ 70 % (lower95, n ≥ 20)` |
/// | a truth | `window_settled`, `not window_settled` |
/// | a task | `task sign_charter` |
/// | a wait | `wait 7 d` |
/// | an expression | as it is written |
/// | a group | `any of: task a; wait 7 d` |
pub fn short(demand: &Demand) -> String {
    match demand {
        Demand::Metric { metric, test, bound, min_n, max_age } => {
            let mut limits = Vec::new();
            let name = Bound::ALL.iter().find(|(known, _)| known == bound).map(|(_, name)| *name);
            limits.extend(name.filter(|_| *bound != Bound::Point).map(str::to_owned));
            limits.extend(min_n.map(|least| format!("n ≥ {least}")));
            limits.extend(metric.is_business().then(|| "business hours".to_owned()));
            limits.extend(max_age.map(|most| format!("age ≤ {most}")));
            let limits = match limits.is_empty() {
                true => String::new(),
                false => format!(" ({})", limits.join(", ")),
            };
            format!("{}{limits}", tested(*metric, test))
        }
        Demand::Task(task) => format!("task {task}"),
        Demand::Wait(period) => format!("wait {period}"),
        Demand::When(expression) => plain(&expression.to_string()),
        Demand::All(parts) => format!("all of: {}", listed(parts)),
        Demand::Any(parts) => format!("any of: {}", listed(parts)),
    }
}

fn tested(metric: Metric, test: &Test) -> String {
    let limit = |threshold: &Threshold| match threshold {
        Threshold::Fixed(fixed) => number(metric, fixed.value),
        Threshold::Goal(goal) => format!("goals.{goal}"),
    };
    let name = metric.plain();
    match test {
        Test::AtLeast(threshold) => format!("{name} ≥ {}", limit(threshold)),
        Test::AtMost(threshold) => format!("{name} ≤ {}", limit(threshold)),
        Test::Is(true) => name.to_string(),
        Test::Is(false) => format!("not {name}"),
    }
}

/// The demands of a group; a group inside it stands in brackets.
fn listed(parts: &[Demand]) -> String {
    let words = parts.iter().map(|part| match part {
        Demand::All(_) | Demand::Any(_) => format!("({})", short(part)),
        Demand::Metric { .. } | Demand::Task(_) | Demand::Wait(_) | Demand::When(_) => short(part),
    });
    words.collect::<Vec<_>>().join("; ")
}

/// What makes a goal gold, such as `all of these pass, in 2 cycles in a row`.
pub fn held(goal: &Goal) -> String {
    match goal.held_for {
        1 => "all of these pass at the end of a cycle".to_owned(),
        cycles => format!("all of these pass at the end of {cycles} cycles in a row"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        Period, Quantity, Unit,
        expression::{Expression, Fact, Value},
        ids::TaskId,
    };

    #[test]
    fn every_kind_of_demand_has_its_few_words() {
        let rate = |bound, min_n, max_age| Demand::Metric {
            metric: Metric::ResponseRate,
            test: Test::AtLeast(Threshold::Fixed(Quantity::new(Unit::Proportion, 0.7))),
            bound,
            min_n,
            max_age,
        };
        let of = |metric, test| Demand::Metric {
            metric,
            test,
            bound: Bound::Point,
            min_n: None,
            max_age: None,
        };
        let a_day = Test::AtMost(Threshold::Fixed(Quantity::new(Unit::Duration, 86_400.0)));
        let week = Period::Seconds(7 * 86_400);
        let task = || Demand::Task(TaskId::new("sign").expect("a name"));
        let hostile = Expression::Literal(Value::Text("\u{1b}[31m\u{202e}".to_owned()));
        // (demand, words)
        let table = [
            (rate(Bound::Point, None, None), "response_rate ≥ 70 %"),
            (rate(Bound::Lower95, Some(20), None), "response_rate ≥ 70 % (lower95, n ≥ 20)"),
            (rate(Bound::Upper95, None, Some(week)), "response_rate ≥ 70 % (upper95, age ≤ 7 d)"),
            (
                of(Metric::Concentration, Test::AtMost(Threshold::Goal(Metric::Concentration))),
                "concentration ≤ goals.concentration",
            ),
            (
                of(Metric::FirstResponseMedianBusiness, a_day),
                "first_response_median ≤ 24 h (business hours)",
            ),
            (of(Metric::FirstResponseMedian, a_day), "first_response_median ≤ 1 d"),
            (of(Metric::WindowSettled, Test::Is(true)), "window_settled"),
            (of(Metric::WindowSettled, Test::Is(false)), "not window_settled"),
            (task(), "task sign"),
            (Demand::Wait(week), "wait 7 d"),
            (Demand::When(Expression::Fact(Fact::GoalHeld)), "goal.held"),
            (Demand::When(hostile), "\" [31m \""),
            (
                Demand::Any(vec![task(), Demand::All(vec![task(), Demand::Wait(week)])]),
                "any of: task sign; (all of: task sign; wait 7 d)",
            ),
        ];
        for (demand, words) in table {
            assert_eq!(short(&demand), words);
        }
    }
}
