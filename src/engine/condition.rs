//! Answers a `when`: true, false, or not known.
//!
//! Three values after Kleene: `false && unknown` is false, `true || unknown` is true, everything
//! else with an unknown part is unknown. An unknown condition is not taken.

use serde::Serialize;

use crate::model::{Condition, Demand, Metric, Stage, Verdict, ids::StageId};

use super::{
    gate::{ClauseReport, Evidence, judge_clause},
    goal,
};

/// A truth that may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Truth {
    /// It is so.
    True,
    /// It is not so.
    False,
    /// Nobody can say yet.
    Unknown,
}

impl Truth {
    fn not(self) -> Truth {
        match self {
            Truth::True => Truth::False,
            Truth::False => Truth::True,
            Truth::Unknown => Truth::Unknown,
        }
    }

    fn and(self, other: Truth) -> Truth {
        match (self, other) {
            (Truth::False, _) | (_, Truth::False) => Truth::False,
            (Truth::True, Truth::True) => Truth::True,
            (Truth::Unknown, _) | (_, Truth::Unknown) => Truth::Unknown,
        }
    }

    fn or(self, other: Truth) -> Truth {
        self.not().and(other.not()).not()
    }

    /// All of several verdicts: one `fail` makes it false, else one that cannot say makes it
    /// unknown.
    fn of(verdicts: impl IntoIterator<Item = Verdict>) -> Truth {
        verdicts
            .into_iter()
            .map(|verdict| match verdict {
                Verdict::Pass => Truth::True,
                Verdict::Fail => Truth::False,
                Verdict::Insufficient | Verdict::Unmeasurable => Truth::Unknown,
            })
            .fold(Truth::True, Truth::and)
    }
}

/// Answers `condition` for a brand; the goal's streak must already count the cycle that ends.
pub fn answer(condition: &Condition, evidence: Evidence<'_>) -> Truth {
    match condition {
        Condition::GoalHeld => {
            let held = evidence.checkpoint.progress.streak >= evidence.workflow.goal.held_for;
            if held { Truth::True } else { Truth::False }
        }
        Condition::GoalMet => {
            Truth::of(goal::clauses(evidence).iter().map(|report| report.verdict))
        }
        Condition::Regressed(stage) => regressed(stage, evidence),
        Condition::Not(inner) => answer(inner, evidence).not(),
        Condition::And(left, right) => answer(left, evidence).and(answer(right, evidence)),
        Condition::Or(left, right) => answer(left, evidence).or(answer(right, evidence)),
    }
}

/// Whether the gate of `stage` would be shut by today's measurements. Tasks do not count, since
/// they belong to one visit; neither does what no source can measure, since it was waived.
fn regressed(stage: &StageId, evidence: Evidence<'_>) -> Truth {
    let Some(stage) = evidence.workflow.stage(stage) else {
        return Truth::Unknown;
    };
    let reports = measured_clauses(stage, evidence);
    let told = reports.iter().filter(|report| report.verdict != Verdict::Unmeasurable);
    let verdicts: Vec<Verdict> = told.map(|report| report.verdict).collect();
    if verdicts.is_empty() { Truth::Unknown } else { Truth::of(verdicts).not() }
}

fn measured_clauses(stage: &Stage, evidence: Evidence<'_>) -> Vec<ClauseReport> {
    let measured = stage.exit.iter().filter(|clause| match &clause.demand {
        Demand::Metric { metric, .. } => *metric != Metric::WindowSettled,
        Demand::Task(_) => false,
    });
    measured.map(|clause| judge_clause(clause, None, evidence)).collect()
}

#[cfg(test)]
mod tests {
    use super::Truth::{self, False, True, Unknown};

    #[test]
    fn truth_follows_kleene() {
        // (left, right, and, or)
        let table = [
            (True, True, True, True),
            (True, False, False, True),
            (True, Unknown, Unknown, True),
            (False, False, False, False),
            (False, Unknown, False, Unknown),
            (Unknown, Unknown, Unknown, Unknown),
        ];
        for (left, right, and, or) in table {
            for (left, right) in [(left, right), (right, left)] {
                assert_eq!(left.and(right), and, "{left:?} && {right:?}");
                assert_eq!(left.or(right), or, "{left:?} || {right:?}");
            }
        }
        assert_eq!(Truth::not(Unknown), Unknown);
    }
}
