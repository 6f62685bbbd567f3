//! One stage: its step, its gate, and what comes next.

use std::ops::Range;

use super::{Checker, task::tasks_by_name, value_of};
use crate::{
    definition::{
        diagnostic::{Code, Problem},
        expression::{self, Mistake, Place, Scope},
        names::Names,
        prove::{asks_evidence, implies_held},
        raw::{self, Field, Spot, Words},
        read::period,
        suggest::quoted,
    },
    model::{
        Branch, Clause, Demand, Expression, FiveStep, Next, Outcome, Stage, StageId, StageLimit,
        Target,
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
        let entry = self.entry(&raw.entry);
        let tasks = self.tasks(&raw.tasks);
        let named = tasks_by_name(&raw.tasks, &tasks);
        let scope = |place| Scope { place, stages, tasks: &named };
        let exit = self.gate(&raw.exit, scope(Place::Gate));
        let next = raw.next.as_ref().and_then(|next| self.next(next, scope(Place::Way)));
        let limit = raw.limit.as_ref().map(|limit| self.limit(limit, stages));
        drop(named);
        Some(Stage {
            // A name that cannot be one was refused by the caller, who puts the right one here.
            id: StageId::new(name.value.as_str()).ok()?,
            step: step?,
            title: value_of(&raw.title).unwrap_or_default(),
            purpose: value_of(&raw.purpose),
            entry,
            tasks,
            exit,
            next: next?,
            limit: match limit {
                None => None,
                Some(limit) => Some(limit?),
            },
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

    fn gate(&mut self, raw: &Field<Vec<Spot<raw::Clause>>>, scope: Scope<'_>) -> Vec<Clause> {
        let Some(raw) = raw else { return Vec::new() };
        self.not_empty(raw, "a gate needs at least one clause with a metric");
        let clauses = self.gate_clauses(&raw.value, scope);
        let Some(clauses) = clauses.into_iter().collect::<Option<Vec<Clause>>>() else {
            return Vec::new();
        };
        if let (Some(first), false) =
            (raw.value.first(), clauses.iter().any(|clause| needs_evidence(&clause.demand)))
        {
            let message = "this gate can open without evidence, on a tick or on time alone";
            let problem = Problem::new(Code::NoEvidence, &first.span, message);
            self.add(problem.help("add a clause with a metric that shows what the work was for"));
        }
        clauses
    }

    /// What ends a stage whose gate does not open.
    fn limit(&mut self, raw: &Spot<raw::Limit>, stages: &Names<'_>) -> Option<StageLimit> {
        let after = self.read_field(&raw.value.after, period);
        let target = match (&raw.value.to, &raw.value.finish) {
            (Some(stage), None) => self.known_stage(stage, stages).map(Target::Stage),
            (None, Some(outcome)) => self.outcome(outcome, Outcome::Stalled).map(Target::Finish),
            (Some(_), Some(finish)) => {
                self.add(two_ways(&finish.span));
                None
            }
            // What it said was refused.
            (None, None) if self.problems.is_noted_in(&raw.span) => None,
            (None, None) => {
                let message = "this limit does not say where the brand goes";
                let problem = Problem::new(Code::MissingKey, &raw.span, message);
                self.add(problem.help("add `to:` with a stage, or `finish: stalled`"));
                None
            }
        };
        Some(StageLimit { after: after?, target: target? })
    }

    fn next(&mut self, raw: &Spot<raw::Next>, scope: Scope<'_>) -> Option<Next> {
        let branches = match &raw.value {
            raw::Next::Stage(name) => {
                let words = Words { value: name.clone(), span: raw.span.clone() };
                let stage = self.known_stage(&words, scope.stages)?;
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
            before.iter().map(|branch| self.branch(branch, scope)).collect();
        let otherwise = self.otherwise(last, scope);
        let branches = conditional.into_iter().collect::<Option<Vec<Branch>>>()?;
        Some(Next { branches, otherwise: otherwise? })
    }

    /// A way on with a condition: any but the last.
    fn branch(&mut self, raw: &Spot<raw::Branch>, scope: Scope<'_>) -> Option<Branch> {
        let target = self.target(raw, scope.stages);
        let Some(words) = &raw.value.when else {
            // A condition that was refused is not one that is missing.
            if self.problems.is_noted_in(&raw.span) {
                return None;
            }
            let message = "this way has no condition, so those below it are never taken";
            let problem = Problem::new(Code::DeadBranch, &raw.span, message);
            self.add(problem.help("add `when:`, or move it to the end"));
            return None;
        };
        let when = self.expression(words, scope)?;
        let target = target?;
        if target == Target::Finish(Outcome::Gold) && !implies_held(&when) {
            self.add(unearned(words));
        }
        Some(Branch { when, target })
    }

    /// The last way on, which has no condition.
    fn otherwise(&mut self, raw: &Spot<raw::Branch>, scope: Scope<'_>) -> Option<Target> {
        if let Some(words) = &raw.value.when {
            self.expression(words, scope);
            let message = "the last way has a condition; a brand could be left with no way on";
            let problem = Problem::new(Code::NoDefault, &words.span, message);
            self.add(problem.help("add a last way without `when`, such as `- { to: target }`"));
        }
        let target = self.target(raw, scope.stages)?;
        match (&target, &raw.value.finish, &raw.value.when) {
            (Target::Finish(_), Some(words), None) => self.add(unearned(words)),
            (Target::Finish(_) | Target::Stage(_), _, _) => {}
        }
        Some(target)
    }

    fn target(&mut self, raw: &Spot<raw::Branch>, stages: &Names<'_>) -> Option<Target> {
        match (&raw.value.to, &raw.value.finish) {
            (Some(stage), None) => self.known_stage(stage, stages).map(Target::Stage),
            (None, Some(outcome)) => self.outcome(outcome, Outcome::Gold).map(Target::Finish),
            (Some(_), Some(finish)) => {
                self.add(two_ways(&finish.span));
                None
            }
            // What it said was refused.
            (None, None) if self.problems.is_noted_in(&raw.span) => None,
            (None, None) => {
                let message = "this way leads nowhere";
                let problem = Problem::new(Code::MissingKey, &raw.span, message);
                self.add(problem.help("add `to:` with a stage, or `finish: gold`"));
                None
            }
        }
    }

    /// An outcome, which must be the one that can be given here.
    fn outcome(&mut self, words: &Words, given: Outcome) -> Option<Outcome> {
        let names = Outcome::ALL.map(|outcome| (outcome, outcome.name()));
        let Some((outcome, _)) = names.iter().find(|(_, name)| *name == words.value) else {
            let message = format!("there is no outcome {}", quoted(&words.value));
            let problem = Problem::new(Code::UnknownWord, &words.span, message);
            self.add(problem.known([given.name()], &words.value));
            return None;
        };
        if *outcome == given {
            return Some(given);
        }
        let (message, help) = match outcome {
            Outcome::Gold => ("gold is earned at the end of a cycle", "see `next`"),
            Outcome::Exhausted => ("a run is exhausted when its cycles are", "see `limits.cycles`"),
            Outcome::Stalled => (
                "a run is stalled when its cycles bring no gain, or a stage reaches its limit",
                "see `limits.stall_after`, and `limit` of a stage",
            ),
            Outcome::Abandoned => ("only a person abandons a run", "remove this way"),
        };
        let message = format!("{message}; this can give `{given}` alone");
        self.add(Problem::new(Code::OutcomeNotGiven, &words.span, message).help(help));
        None
    }

    pub(super) fn known_stage(&mut self, words: &Words, stages: &Names<'_>) -> Option<StageId> {
        if !stages.has(&words.value) {
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

    /// An expression; every mistake in it is added at its place.
    pub(super) fn expression(&mut self, words: &Words, scope: Scope<'_>) -> Option<Expression> {
        if self.problems.is_full() {
            return None;
        }
        match expression::parse(&words.value, scope) {
            Ok(expression) => Some(expression),
            Err(mistakes) => {
                let written = self.problems.text_at(&words.span);
                for mistake in mistakes {
                    self.add(misread(words, written, mistake));
                }
                None
            }
        }
    }
}

fn two_ways(span: &Range<usize>) -> Problem {
    let message = "a way leads `to` a stage or has an outcome (`finish`), never both";
    Problem::new(Code::ClashingKeys, span, message)
}

/// Whether a demand cannot be met without evidence.
fn needs_evidence(demand: &Demand) -> bool {
    match demand {
        Demand::Metric { .. } => true,
        Demand::Task(_) | Demand::Wait(_) => false,
        Demand::When(expression) => asks_evidence(expression),
        Demand::All(parts) => parts.iter().any(needs_evidence),
        Demand::Any(parts) => parts.iter().all(needs_evidence),
    }
}

fn unearned(words: &Words) -> Problem {
    let message = "gold would be given without the goal being held";
    Problem::new(Code::UnearnedGold, &words.span, message)
        .help("write `- { when: goal.held, finish: gold }`")
}

fn misread(words: &Words, written: &str, mistake: Mistake) -> Problem {
    let place = |span: &Range<usize>| place_in(words, written, span);
    let problem = Problem::new(mistake.code, &place(&mistake.span), mistake.message)
        .known(mistake.known.iter().map(String::as_str), "")
        .suggest(mistake.suggestion);
    let problem = mistake
        .related
        .into_iter()
        .fold(problem, |problem, (span, message)| problem.related(&place(&span), message));
    match mistake.help {
        Some(help) => problem.help(help),
        None => problem,
    }
}

/// Where a part of a value stands in the file; the whole of it, if that cannot be said.
///
/// - `written`: the scalar as it stands in the file.
/// - `part`: in the bytes of the value.
pub(super) fn place_in(words: &Words, written: &str, part: &Range<usize>) -> Range<usize> {
    let at = |offset| offset_in(written, &words.value, offset);
    match (at(part.start), at(part.end)) {
        (Some(start), Some(end)) => words.span.start + start..words.span.start + end,
        _ => words.span.clone(),
    }
}

/// Where the byte `offset` of a value stands in the scalar as it is `written`.
///
/// Line breaks and the spaces around them are written in many ways, so only the characters that
/// are not blank are counted. Nothing if an escape hides more than one character.
fn offset_in(written: &str, value: &str, offset: usize) -> Option<usize> {
    if written == value {
        return Some(offset);
    }
    let (begin, quote) = match written.chars().next()? {
        quote @ ('"' | '\'') => (1, Some(quote)),
        '|' | '>' => (written.find('\n')? + 1, None),
        _ => (0, None),
    };
    let wanted = value.get(..offset)?.chars().filter(|c| !c.is_whitespace()).count();
    let mut seen = 0;
    let mut at = begin;
    // The end of a word is right behind its last letter, not in front of the next word.
    let behind = value.get(..offset)?.chars().next_back().is_some_and(|c| !c.is_whitespace())
        && value[offset..].chars().next().is_none_or(char::is_whitespace);
    loop {
        let rest = written.get(at..)?;
        let escapes = quote == Some('"') && rest.starts_with('\\');
        if escapes && !matches!(rest.as_bytes().get(1), Some(b'"' | b'\\' | b'/')) {
            return None;
        }
        if seen == wanted && (behind || !rest.starts_with(char::is_whitespace)) {
            return Some(at);
        }
        let first = rest.chars().next()?;
        at += match (quote, first) {
            (Some('\''), '\'') => 2,
            (Some('"'), '\\') => 2,
            _ => first.len_utf8(),
        };
        seen += usize::from(!first.is_whitespace());
    }
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
            ("'a\n  b'", "a b", 2, Some(5)),
            (">\n  goal.held", "goal.held", 5, Some(9)),
            ("|\n  a &&\n    b\n", "a &&\n  b\n", 7, Some(13)),
            (">-\n  a\n  && bb", "a && bb", 1, Some(6)),
            (">-\n  a\n  && bb", "a && bb", 7, Some(14)),
            ("goal.held\n    && x", "goal.held && x", 13, Some(17)),
        ];
        for (written, value, offset, expected) in table {
            assert_eq!(offset_in(written, value, offset), expected, "{written}");
        }
    }
}
