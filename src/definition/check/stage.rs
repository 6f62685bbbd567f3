//! One stage: its step, its tasks, its gate, and what comes next.

use super::{Checker, Names, value_of};
use crate::{
    definition::{
        condition::{self, Mistake},
        diagnostic::{Code, Problem},
        raw::{self, Field, Spot, Words},
        read::period,
        suggest::quoted,
    },
    model::{
        Branch, Clause, Condition, FiveStep, Form, Next, Outcome, Stage, StageId, Target, Task,
        TaskId,
    },
};

impl Checker<'_, '_> {
    /// A stage, if it can stand in the graph: its step and its ways on are known.
    ///
    /// `stages` are the names of all stages.
    pub(super) fn stage(
        &mut self,
        name: &Words,
        raw: &raw::Stage,
        stages: &Names<'_>,
    ) -> Option<Stage> {
        let step = self.step(name, &raw.step);
        let tasks = self.tasks(&raw.tasks);
        let exit = self.gate(&raw.exit, &raw.tasks);
        let next = raw.next.as_ref().and_then(|next| self.next(next, stages));
        Some(Stage {
            // A name that cannot be one was refused by the caller, who puts the right one here.
            id: StageId::new(name.value.as_str()).ok()?,
            step: step?,
            title: value_of(&raw.title).unwrap_or_default(),
            purpose: value_of(&raw.purpose),
            tasks,
            exit,
            next: next?,
        })
    }

    /// Which of the five a stage is: the one it says, or the one it is called.
    fn step(&mut self, name: &Words, step: &Field<String>) -> Option<FiveStep> {
        let names = FiveStep::ALL.map(|step| (step, step.name()));
        if let Some(words) = step {
            return self.word(words, Code::UnknownStep, "step", &names);
        }
        let named = names.iter().find(|(_, step)| *step == name.value).map(|(step, _)| *step);
        if named.is_none() {
            let message =
                format!("the stage {} does not say which step it is", quoted(&name.value));
            let problem = Problem::new(Code::MissingKey, &name.span, message);
            self.add(
                problem
                    .known(names.map(|(_, name)| name), &name.value)
                    .help("add `step:` with one of the five, or call the stage like its step"),
            );
        }
        named
    }

    fn tasks(&mut self, raw: &Field<Vec<Spot<raw::Task>>>) -> Vec<Task> {
        let Some(raw) = raw else { return Vec::new() };
        self.no_doubles("task", raw.value.iter().filter_map(|task| task.value.id.as_ref()));
        raw.value.iter().filter_map(|task| self.task(&task.value)).collect()
    }

    fn task(&mut self, raw: &raw::Task) -> Option<Task> {
        let id = raw.id.as_ref().and_then(|words| self.id(words, TaskId::new));
        let form = match &raw.form {
            Some(form) => self.form(&form.value),
            None => Form::default(),
        };
        let deadline = self.read_field(&raw.deadline, period);
        if let Some(owner) = &raw.owner {
            self.owner(owner);
        }
        let (title, owner) = (value_of(&raw.title)?, value_of(&raw.owner)?);
        Some(Task { id: id?, title, owner, form, deadline })
    }

    fn owner(&mut self, owner: &Words) {
        if owner.value.strip_prefix("role:").is_some_and(|role| role.trim().is_empty()) {
            let message = "this owner is a role without a name";
            let problem = Problem::new(Code::BadName, &owner.span, message);
            self.add(problem.help("write `role:lead`, or the name of a person"));
        }
    }

    fn gate(
        &mut self,
        raw: &Field<Vec<Spot<raw::Clause>>>,
        tasks: &Field<Vec<Spot<raw::Task>>>,
    ) -> Vec<Clause> {
        let Some(raw) = raw else { return Vec::new() };
        self.not_empty(raw, "a gate needs at least one clause with a metric");
        let tasks = tasks.iter().flat_map(|tasks| &tasks.value);
        let tasks = Names::of(tasks.filter_map(|task| task.value.id.as_ref()));
        let all_are_ticks = raw.value.iter().all(|clause| clause.value.task.is_some());
        if all_are_ticks && let Some(first) = raw.value.first() {
            let message = "this gate asks for no evidence, only whether somebody ticked a task";
            let problem = Problem::new(Code::NoEvidence, &first.span, message);
            self.add(problem.help("add a clause with a metric that shows what the task was for"));
        }
        self.gate_clauses(&raw.value, &tasks)
    }

    fn next(&mut self, raw: &Spot<raw::Next>, stages: &Names<'_>) -> Option<Next> {
        let branches = match &raw.value {
            raw::Next::Stage(name) => {
                let words = Words { value: name.clone(), span: raw.span.clone() };
                let stage = self.known_stage(&words, stages)?;
                return Some(Next { branches: Vec::new(), otherwise: Target::Stage(stage) });
            }
            raw::Next::Branches(branches) => branches,
        };
        let Some((last, before)) = branches.split_last() else {
            let problem = Problem::new(Code::EmptyValue, &raw.span, "this list of ways is empty");
            self.add(problem.help("the last way has no condition, such as `- { to: target }`"));
            return None;
        };
        let conditional: Vec<Option<Branch>> =
            before.iter().map(|branch| self.branch(branch, stages)).collect();
        let otherwise = self.otherwise(last, stages);
        let branches = conditional.into_iter().collect::<Option<Vec<Branch>>>()?;
        Some(Next { branches, otherwise: otherwise? })
    }

    /// A way on with a condition: any but the last.
    fn branch(&mut self, raw: &Spot<raw::Branch>, stages: &Names<'_>) -> Option<Branch> {
        let target = self.target(raw, stages);
        let Some(words) = &raw.value.when else {
            let message = "this way has no condition, so those below it are never taken";
            let problem = Problem::new(Code::DeadBranch, &raw.span, message);
            self.add(problem.help("add `when:`, or move it to the end"));
            return None;
        };
        let when = self.condition(words, stages)?;
        let target = target?;
        if target == Target::Finish(Outcome::Gold) && !implies_held(&when) {
            self.add(unearned(words));
        }
        Some(Branch { when, target })
    }

    /// The last way on, which has no condition.
    fn otherwise(&mut self, raw: &Spot<raw::Branch>, stages: &Names<'_>) -> Option<Target> {
        if let Some(words) = &raw.value.when {
            self.condition(words, stages);
            let message = "the last way has a condition; a brand could be left with no way on";
            let problem = Problem::new(Code::NoDefault, &words.span, message);
            self.add(problem.help("add a last way without `when`, such as `- { to: target }`"));
        }
        let target = self.target(raw, stages)?;
        match (&target, &raw.value.finish, &raw.value.when) {
            (Target::Finish(_), Some(words), None) => self.add(unearned(words)),
            (Target::Finish(_) | Target::Stage(_), _, _) => {}
        }
        Some(target)
    }

    fn target(&mut self, raw: &Spot<raw::Branch>, stages: &Names<'_>) -> Option<Target> {
        match (&raw.value.to, &raw.value.finish) {
            (Some(stage), None) => self.known_stage(stage, stages).map(Target::Stage),
            (None, Some(outcome)) => self.outcome(outcome).map(Target::Finish),
            (Some(_), Some(finish)) => {
                let message = "a way leads `to` a stage or has an outcome (`finish`), never both";
                self.add(Problem::new(Code::ClashingKeys, &finish.span, message));
                None
            }
            (None, None) => {
                let message = "this way leads nowhere";
                let problem = Problem::new(Code::MissingKey, &raw.span, message);
                self.add(problem.help("add `to:` with a stage, or `finish: gold`"));
                None
            }
        }
    }

    fn outcome(&mut self, words: &Words) -> Option<Outcome> {
        let names = Outcome::ALL.map(|outcome| (outcome, outcome.name()));
        let Some((outcome, _)) = names.iter().find(|(_, name)| *name == words.value) else {
            let message = format!("there is no outcome {}", quoted(&words.value));
            let problem = Problem::new(Code::UnknownWord, &words.span, message);
            self.add(problem.known([Outcome::Gold.name()], &words.value));
            return None;
        };
        let (message, help) = match outcome {
            Outcome::Gold => return Some(Outcome::Gold),
            Outcome::Exhausted => ("a run is exhausted when its cycles are", "see `limits.cycles`"),
            Outcome::Stalled => {
                ("a run is stalled when its cycles bring no gain", "see `limits.stall_after`")
            }
            Outcome::Abandoned => ("only a person abandons a run", "remove this way"),
        };
        let message = format!("{message}; a workflow gives `gold` alone");
        self.add(Problem::new(Code::OutcomeNotGiven, &words.span, message).help(help));
        None
    }

    pub(super) fn known_stage(&mut self, words: &Words, stages: &Names<'_>) -> Option<StageId> {
        if !stages.has(words) {
            if self.problems.is_full() {
                return None;
            }
            let message = format!("there is no stage {}", quoted(&words.value));
            let problem = Problem::new(Code::UnknownStage, &words.span, message);
            self.add(problem.known(stages.iter(), &words.value));
            return None;
        }
        // A stage whose name cannot be one is refused where it is defined.
        StageId::new(words.value.as_str()).ok()
    }

    fn condition(&mut self, words: &Words, stages: &Names<'_>) -> Option<Condition> {
        match condition::parse(&words.value, &stages.list) {
            Ok(condition) => Some(condition),
            Err(mistake) => {
                let written = self.problems.text_at(&words.span);
                self.add(misread(words, written, mistake));
                None
            }
        }
    }
}

/// Whether a condition can only be true while the goal is held.
fn implies_held(condition: &Condition) -> bool {
    match condition {
        Condition::GoalHeld => true,
        Condition::GoalMet | Condition::Regressed(_) | Condition::Not(_) => false,
        Condition::And(left, right) => implies_held(left) || implies_held(right),
        Condition::Or(left, right) => implies_held(left) && implies_held(right),
    }
}

fn unearned(words: &Words) -> Problem {
    let message = "gold would be given without the goal being held";
    Problem::new(Code::UnearnedGold, &words.span, message)
        .help("write `- { when: goal.held, finish: gold }`")
}

fn misread(words: &Words, written: &str, mistake: Mistake) -> Problem {
    let code = if mistake.is_unknown_stage { Code::UnknownStage } else { Code::BadCondition };
    let span = match (
        offset_in(written, &words.value, mistake.span.start),
        offset_in(written, &words.value, mistake.span.end),
    ) {
        (Some(start), Some(end)) => words.span.start + start..words.span.start + end,
        _ => words.span.clone(),
    };
    Problem::new(code, &span, mistake.message)
        .known(mistake.known.iter().map(String::as_str), "")
        .suggest(mistake.suggestion)
}

/// Where the byte `offset` of a value stands in the scalar as it is `written`.
///
/// Nothing if that is not easily said: in folded and literal scalars, and across lines.
fn offset_in(written: &str, value: &str, offset: usize) -> Option<usize> {
    if written == value {
        return Some(offset);
    }
    let quote = written.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (mut at, mut left) = (1, offset);
    while left > 0 {
        let rest = written.get(at..)?;
        let first = rest.chars().next().filter(|c| *c != '\n')?;
        // Every escape that conditions need stands for one byte.
        let (length, bytes) = match (quote, first) {
            ('\'', '\'') => (2, 1),
            ('"', '\\') if matches!(rest.as_bytes().get(1), Some(b'"' | b'\\' | b'/')) => (2, 1),
            ('"', '\\') => return None,
            (_, other) => (other.len_utf8(), other.len_utf8()),
        };
        at += length;
        left = left.checked_sub(bytes)?;
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_a_value_is_found_in_the_scalar_as_written() {
        // (as written, the value, byte of the value, byte as written)
        let table = [
            ("goal.held", "goal.held", 5, Some(5)),
            ("'goal.held'", "goal.held", 5, Some(6)),
            ("'a''b'", "a'b", 2, Some(4)),
            (r#""r(\"x\")""#, r#"r("x")"#, 4, Some(6)),
            ("\"é x\"", "é x", 3, Some(4)),
            ("\"a\\tb\"", "a\tb", 2, None),
            ("'a\n  b'", "a b", 2, None),
            (">\n  goal.held", "goal.held", 5, None),
        ];
        for (written, value, offset, expected) in table {
            assert_eq!(offset_in(written, value, offset), expected, "{written}");
        }
    }
}
