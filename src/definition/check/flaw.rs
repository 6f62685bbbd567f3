//! What the prover finds, in words and at its place in the file.

use std::ops::Range;

use crate::{
    definition::{
        diagnostic::{Code, Problem},
        prove::{Dead, Flaw, Parts, way_to},
        raw::{self, Spot},
        suggest::quoted,
    },
    model::{FiveStep, StageId},
};

/// A flaw as a problem; nothing if its place was refused before.
pub(super) fn placed(flaw: &Flaw, parts: Parts<'_>, raw: &raw::Workflow) -> Option<Problem> {
    let file = File { raw, parts };
    let problem = match flaw {
        Flaw::MissingStep(_)
        | Flaw::Unreachable { .. }
        | Flaw::NoWayOut { .. }
        | Flaw::NothingEnds
        | Flaw::Begins { .. }
        | Flaw::OutOfOrder { .. }
        | Flaw::Spins { .. } => file.of_graph(flaw),
        Flaw::Contradicts { .. }
        | Flaw::GoalClashes { .. }
        | Flaw::ShutsGoldOut { .. }
        | Flaw::Stricter { .. }
        | Flaw::Outlives { .. }
        | Flaw::DueAfterLimit { .. } => file.of_gate(flaw),
        Flaw::NeverTaken { .. } | Flaw::Overlap { .. } => file.of_ways(flaw),
    };
    // What is wrong within one stage is shown with the way on which a brand meets it.
    match flaw {
        Flaw::Contradicts { stage, .. }
        | Flaw::Stricter { stage, .. }
        | Flaw::Outlives { stage, .. }
        | Flaw::DueAfterLimit { stage, .. }
        | Flaw::NeverTaken { stage, .. }
        | Flaw::Overlap { stage, .. } => {
            problem.map(|problem| problem.path(names(&way_to(parts, stage))))
        }
        _ => problem,
    }
}

/// The file, to find places in.
#[derive(Clone, Copy)]
struct File<'a> {
    raw: &'a raw::Workflow,
    parts: Parts<'a>,
}

impl<'a> File<'a> {
    fn row(self, id: &StageId) -> Option<(&'a Range<usize>, &'a raw::Stage)> {
        let stages = &self.raw.stages.as_ref()?.value;
        let (name, stage) = stages.iter().find(|(name, _)| name.value == id.as_str())?;
        Some((&name.span, &stage.as_ref()?.value))
    }

    fn clause(self, stage: &StageId, at: usize) -> Option<&'a Spot<raw::Clause>> {
        self.row(stage)?.1.exit.as_ref()?.value.get(at)
    }

    fn goal(self, at: usize) -> Option<&'a Spot<raw::Clause>> {
        self.raw.goal.as_ref()?.value.all.as_ref()?.value.get(at)
    }

    /// The condition of a way on, or all of a way that has none.
    fn way(self, stage: &StageId, at: usize) -> Option<Range<usize>> {
        match &self.row(stage)?.1.next.as_ref()?.value {
            raw::Next::Stage(_) => None,
            raw::Next::Branches(branches) => {
                let branch = branches.get(at)?;
                let when = branch.value.when.as_ref();
                Some(when.map_or_else(|| branch.span.clone(), |when| when.span.clone()))
            }
        }
    }

    fn name_of(self, stage: &StageId, clause: usize) -> String {
        let found = self.parts.stages.iter().find(|one| one.id == *stage);
        let clause = found.and_then(|stage| stage.exit.get(clause));
        clause.map(|clause| clause.id.to_string()).unwrap_or_default()
    }

    fn of_graph(self, flaw: &Flaw) -> Option<Problem> {
        let stages = &self.raw.stages.as_ref()?.value;
        let problem = match flaw {
            Flaw::MissingStep(step) => {
                let (first, _) = stages.first()?;
                let message = format!("no stage is the step `{step}`");
                Problem::new(Code::MissingStep, &first.span, message)
                    .label("the stages begin here")
                    .help(format!("add a stage `{step}:`, or `step: {step}` to one of your own"))
            }
            Flaw::Unreachable { stage, reached } => {
                let message = format!("no way leads to the stage `{stage}`");
                Problem::new(Code::Unreachable, self.row(stage)?.0, message)
                    .help("name it in the `next` of a stage that is reached, or remove it")
                    .path(names(reached))
            }
            Flaw::NoWayOut { stage, way } => {
                let message =
                    format!("no way leads from the stage `{stage}` to the end of the run");
                Problem::new(Code::NoWayOut, self.row(stage)?.0, message)
                    .help("give a stage behind it `- { when: goal.held, finish: gold }`")
                    .path(names(way))
            }
            Flaw::NothingEnds => {
                let (last, _) = stages.last()?;
                let message = "no stage leads to the end of the run; gold could never be reached";
                Problem::new(Code::NoWayOut, &last.span, message)
                    .help("begin the `next` of a stage with `- { when: goal.held, finish: gold }`")
            }
            Flaw::Begins { at, step } => {
                let message = format!(
                    "a brand begins at `{at}`, which is the step `{step}` and not `{}`",
                    FiveStep::ALL[0]
                );
                Problem::new(Code::StepOrder, &self.raw.initial.as_ref()?.span, message)
                    .help(steps())
            }
            Flaw::OutOfOrder { way, found, expected } => {
                let [.., from, to] = way.as_slice() else { return None };
                let next = self.row(from)?.1.next.as_ref()?;
                let message = format!(
                    "the main way goes from `{from}` to `{to}`, the step `{found}`, \
                     where `{expected}` is due"
                );
                Problem::new(Code::StepOrder, &next.span, message).help(steps()).path(names(way))
            }
            Flaw::Spins { circle } => {
                let message = "a brand could go round here on the same evidence until its cycles \
                               are used up";
                Problem::new(Code::SpinningLoop, self.row(circle.first()?)?.0, message)
                    .help(
                        "give a gate of this circle a task, a `wait`, or \
                         `{ metric: window_settled, is: true }`",
                    )
                    .path(names(circle))
            }
            _ => return None,
        };
        Some(problem)
    }

    fn of_gate(self, flaw: &Flaw) -> Option<Problem> {
        let problem = match flaw {
            Flaw::Contradicts { clause, others, stage } => {
                let never = format!("so that the gate of `{stage}` never opens");
                let place = |at: usize| self.clause(stage, at);
                let name = |at: usize| self.name_of(stage, at);
                clash(place(*clause)?, others, &never, place, name)?
            }
            Flaw::GoalClashes { clause, others } => {
                let name = |at: usize| {
                    let clause = self.parts.goal.and_then(|goal| goal.all.get(at));
                    clause.map(|clause| clause.id.to_string()).unwrap_or_default()
                };
                let never = "so that the goal is never met";
                clash(self.goal(*clause)?, others, never, |at| self.goal(at), name)?
            }
            Flaw::ShutsGoldOut { stage, clause, goal, way } => {
                let message = format!(
                    "what passes the gate of `{stage}` here cannot meet the goal, and every way to \
                     gold leads through it"
                );
                Problem::new(Code::GoldShutOut, &self.clause(stage, *clause)?.span, message)
                    .related(&self.goal(*goal)?.span, "the goal asks for this")
                    .help("change the clause or the goal")
                    .path(names(way))
            }
            Flaw::Stricter { stage, clause, goal } => {
                let message = format!(
                    "the gate of `{stage}` asks for more than the goal: a brand is held back here \
                     that could have gold"
                );
                Problem::new(Code::StricterThanGoal, &self.clause(stage, *clause)?.span, message)
                    .related(&self.goal(*goal)?.span, "the goal is content with this")
                    .help("ask for no more than the goal does")
            }
            Flaw::Outlives { stage, clause } => {
                let message = format!(
                    "this clause waits longer than a brand may stay in `{stage}`: the limit comes \
                     first"
                );
                let limit = self.row(stage)?.1.limit.as_ref()?;
                Problem::new(Code::WaitOutlivesLimit, &self.clause(stage, *clause)?.span, message)
                    .related(&limit.span, "the stage ends here")
                    .help("wait less, or raise the `limit` of the stage")
            }
            Flaw::DueAfterLimit { stage, task } => {
                let (_, row) = self.row(stage)?;
                let task = &row.tasks.as_ref()?.value.get(*task)?.value;
                let message = format!("this task is due after the limit of `{stage}` is reached");
                let deadline = &task.deadline.as_ref()?.span;
                Problem::new(Code::WaitOutlivesLimit, deadline, message)
                    .related(&row.limit.as_ref()?.span, "the stage ends here")
                    .help("give less time, or raise the `limit` of the stage")
            }
            _ => return None,
        };
        Some(problem)
    }

    fn of_ways(self, flaw: &Flaw) -> Option<Problem> {
        let problem = match flaw {
            Flaw::NeverTaken { stage, way, because } => {
                let span = self.way(stage, *way)?;
                let never = |why: &str| format!("this way is never taken: {why}");
                match because {
                    Dead::Covered(earlier) => {
                        let message = never("whenever it could be, an earlier one is");
                        Problem::new(Code::DeadBranch, &span, message)
                            .related(&self.way(stage, *earlier)?, "this one comes first")
                            .help("put the narrower condition first, or remove one")
                    }
                    Dead::Impossible => {
                        let message = never("nothing makes its condition true");
                        Problem::new(Code::DeadBranch, &span, message)
                            .help("change the condition, or remove the way")
                    }
                    Dead::Gate(clause) => {
                        let name = self.name_of(stage, *clause);
                        let message = never(&format!("the clause {} forbids it", quoted(&name)));
                        Problem::new(Code::DeadBranch, &span, message)
                            .related(&self.clause(stage, *clause)?.span, "the gate opens only then")
                            .help("change the condition, or remove the way")
                    }
                }
            }
            Flaw::Overlap { stage, way, earlier, on } => {
                let message = format!(
                    "this way and an earlier one can be true at once, depending on `{on}`; the \
                     earlier one is taken then"
                );
                Problem::new(Code::Overlap, &self.way(stage, *way)?, message)
                    .related(&self.way(stage, *earlier)?, "this one is taken first")
                    .help("let the two conditions share no number, or one hold the other")
            }
            _ => return None,
        };
        Some(problem)
    }
}

/// A clause that never passes, beside the others or at all.
fn clash<'a>(
    clause: &Spot<raw::Clause>,
    others: &[usize],
    never: &str,
    place: impl Fn(usize) -> Option<&'a Spot<raw::Clause>>,
    name: impl Fn(usize) -> String,
) -> Option<Problem> {
    let names: Vec<String> = others.iter().map(|at| format!("`{}`", name(*at))).collect();
    let against = match names.as_slice() {
        [] => {
            let message = "no evidence could meet this clause";
            let problem = Problem::new(Code::NeverMet, &clause.span, message);
            return Some(problem.help("leave it some room"));
        }
        [one] => one.clone(),
        [one, other] => format!("{one} and {other} together"),
        [one, rest @ ..] => format!("{one} and {} more together", rest.len()),
    };
    let message = format!("this clause contradicts {against}, {never}");
    let problem = Problem::new(Code::Contradiction, &clause.span, message);
    let problem = others.iter().filter_map(|at| place(*at)).fold(problem, |problem, other| {
        problem.related(&other.span, "it cannot pass together with this")
    });
    Some(problem.help("change one of them, or join them with `any:`"))
}

fn names(stages: &[StageId]) -> Vec<String> {
    stages.iter().map(StageId::to_string).collect()
}

fn steps() -> String {
    let names = FiveStep::ALL.map(FiveStep::name);
    format!("the way without conditions visits the steps in the order {}", names.join(", "))
}
