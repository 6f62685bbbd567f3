//! Whether a clause asks under an edited workflow what it asked before.
//!
//! Start reading at [`changed_clauses`]. A waiver is given for a question; it counts on only where
//! that question is still the same, under whatever names.

use std::collections::BTreeSet;

use crate::model::{
    Clause, Demand, Expression, Fact, Stage, Workflow,
    command::Renamed,
    ids::{ClauseId, StageId},
};

/// The clauses of a stage that ask something else under another text, or that it does not have.
///
/// - `stage`: the stage under the text `old`.
/// - `names`: what has another name under the text `new`.
pub fn changed_clauses(
    old: &Workflow,
    new: &Workflow,
    stage: &StageId,
    names: &Renamed,
) -> BTreeSet<ClauseId> {
    let Some(before) = old.stage(stage) else { return BTreeSet::new() };
    let after = new.stage(names.stage(stage));
    let compared = Compared { old, new, names };
    let changed = before.exit.iter().filter(|clause| !compared.asks_the_same(clause, after));
    changed.map(|clause| clause.id.clone()).collect()
}

/// Two texts, and what has another name in the second.
struct Compared<'a> {
    old: &'a Workflow,
    new: &'a Workflow,
    names: &'a Renamed,
}

impl Compared<'_> {
    fn asks_the_same(&self, clause: &Clause, stage: Option<&Stage>) -> bool {
        let twin = stage.and_then(|stage| stage.clause(&clause.id));
        twin.is_some_and(|twin| {
            self.renamed(&clause.demand) == twin.demand && self.means_the_same(&clause.demand)
        })
    }

    /// The demand with the names of the new text.
    fn renamed(&self, demand: &Demand) -> Demand {
        let all = |parts: &[Demand]| parts.iter().map(|part| self.renamed(part)).collect();
        match demand {
            Demand::Task(task) => Demand::Task(self.names.task(task).clone()),
            Demand::When(expression) => Demand::When(self.reworded(expression)),
            Demand::All(parts) => Demand::All(all(parts)),
            Demand::Any(parts) => Demand::Any(all(parts)),
            Demand::Metric { .. } | Demand::Wait(_) => demand.clone(),
        }
    }

    fn reworded(&self, expression: &Expression) -> Expression {
        let inside = |inner: &Expression| Box::new(self.reworded(inner));
        match expression {
            Expression::Literal(_) => expression.clone(),
            Expression::Fact(fact) => Expression::Fact(self.fact(fact)),
            Expression::Not(inner) => Expression::Not(inside(inner)),
            Expression::Negative(inner) => Expression::Negative(inside(inner)),
            Expression::Binary { operator, left, right } => {
                Expression::Binary { operator: *operator, left: inside(left), right: inside(right) }
            }
        }
    }

    fn fact(&self, fact: &Fact) -> Fact {
        match fact {
            Fact::Regressed(stage) => Fact::Regressed(self.names.stage(stage).clone()),
            Fact::TaskDone(task) => Fact::TaskDone(self.names.task(task).clone()),
            Fact::Field { task, field, kind } => {
                let task = self.names.task(task).clone();
                Fact::Field { task, field: field.clone(), kind: *kind }
            }
            Fact::Metric { .. }
            | Fact::Goal(_)
            | Fact::GoalHeld
            | Fact::GoalMet
            | Fact::GoalStreak
            | Fact::Cycle
            | Fact::StageAge
            | Fact::Now => fact.clone(),
        }
    }

    /// Whether what the demand speaks of, outside itself, is as it was: the window of its metrics,
    /// the goal, the gates of other stages.
    fn means_the_same(&self, demand: &Demand) -> bool {
        let same_window = self.old.window_seconds == self.new.window_seconds;
        demand.walk().into_iter().all(|part| match part {
            Demand::Metric { .. } => same_window,
            Demand::When(expression) => expression.facts().into_iter().all(|fact| match fact {
                Fact::Metric { .. } => same_window,
                Fact::GoalHeld | Fact::GoalMet | Fact::GoalStreak => {
                    same_window && self.old.goal == self.new.goal
                }
                Fact::Regressed(stage) => same_window && self.same_gate(stage),
                Fact::Goal(_)
                | Fact::Cycle
                | Fact::StageAge
                | Fact::Now
                | Fact::TaskDone(_)
                | Fact::Field { .. } => true,
            }),
            Demand::Task(_) | Demand::Wait(_) | Demand::All(_) | Demand::Any(_) => true,
        })
    }

    fn same_gate(&self, stage: &StageId) -> bool {
        let demands = |workflow: &Workflow, id: &StageId| -> Option<Vec<Demand>> {
            let exit = &workflow.stage(id)?.exit;
            Some(exit.iter().map(|clause| clause.demand.clone()).collect())
        };
        let before = demands(self.old, stage);
        let before = before.map(|all| all.iter().map(|one| self.renamed(one)).collect());
        before == demands(self.new, self.names.stage(stage))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::{SourceFile, load_workflow};

    const SHIPPED: &str = include_str!("../../workflows/engagement.yaml");

    fn load(yaml: &str) -> Workflow {
        let file = SourceFile::new("test.yaml", yaml.as_bytes().to_vec());
        load_workflow(&file).unwrap_or_else(|problems| panic!("{problems:#?}"))
    }

    #[test]
    fn a_clause_asks_the_same_where_only_names_and_words_for_people_differ() {
        let signed = "{ id: signed, task: sign_charter }";
        let asked = "{ id: signed, when: tasks.sign_charter.agreed }";
        // (what was edited: from, to; whether `sign_charter` is called `sign` besides; which
        // clauses of `define` ask something else)
        let table: [(&str, &str, bool, &[&str]); 8] = [
            ("version: 1.0.0", "version: 1.0.1", false, &[]),
            ("People look at the profile", "Everybody looks at the profile", false, &[]),
            ("at_least: 60%", "at_least: 61%", false, &["on_topic"]),
            ("id: on_topic", "id: topical", false, &["on_topic"]),
            ("window: 28d", "window: 35d", false, &["complete", "on_topic", "steady"]),
            (signed, signed, true, &[]),
            (signed, "{ id: signed, wait: 3d }", false, &["signed"]),
            (signed, asked, false, &["signed"]),
        ];
        for (from, to, other_name, changed) in table {
            assert!(SHIPPED.contains(from), "{from}");
            let edited = SHIPPED.replacen(from, to, 1);
            let mut names = Renamed::default();
            let edited = match other_name {
                true => edited.replace("sign_charter", "sign"),
                false => edited,
            };
            if other_name {
                let name = |text: &str| text.parse().expect("a name");
                names.tasks.insert(name("sign_charter"), name("sign"));
            }
            let stage = StageId::new("define").expect("a name");
            let found = changed_clauses(&load(SHIPPED), &load(&edited), &stage, &names);
            let found: Vec<&str> = found.iter().map(ClauseId::as_str).collect();
            assert_eq!(found, changed, "{from} -> {to}");
        }
        let words = SHIPPED.replacen(signed, asked, 1);
        let renamed = words.replace("sign_charter", "sign");
        let mut names = Renamed::default();
        let name = |text: &str| text.parse().expect("a name");
        names.tasks.insert(name("sign_charter"), name("sign"));
        let stage = StageId::new("define").expect("a name");
        assert!(changed_clauses(&load(&words), &load(&renamed), &stage, &names).is_empty());
    }
}
