//! A workflow file as a whole: its head, its goal, its limits, and the stages as a graph.

use std::collections::BTreeMap;

use super::{Checker, flaw::placed, meant::point_at_definitions, names_of, value_of};
use crate::{
    definition::{
        diagnostic::{Code, Problem, Problems},
        expression::{Place, Scope},
        names::Names,
        prove::{Parts, flaws},
        raw::{self, Field, Spot, Table},
        read::{clock, whole},
        suggest::quoted,
    },
    model::{Clause, Digest, Goal, Limits, Stage, StageId, Workflow, WorkflowId},
};

/// The format of workflow files that this program reads.
pub(in crate::definition) const FORMAT: &str = "1";

/// The most cycles that a workflow may allow.
pub(in crate::definition) const MAX_CYCLES: u64 = 10_000;

/// Checks a workflow file.
pub(in crate::definition) fn workflow(
    raw: raw::Workflow,
    digest: Digest,
    problems: &mut Problems<'_>,
) -> Option<Workflow> {
    let checker = &mut Checker { problems };
    checker.format(&raw.format);
    let id = raw.workflow.as_ref().and_then(|words| checker.id(words, WorkflowId::new));
    let window_seconds = checker.read_field(&raw.window, clock);
    let limits = raw.limits.as_ref().and_then(|limits| checker.limits(&limits.value));
    let goal = raw.goal.as_ref().and_then(|goal| checker.goal(&goal.value, limits));
    let stages = raw.stages.as_ref().and_then(|stages| checker.stages(stages));
    let initial = checker.initial(&raw.initial, &raw.stages);
    let schedules = checker.schedules(&raw.schedules);
    point_at_definitions(&raw, checker.problems);
    if let (Some(initial), Some(stages)) = (&initial, &stages) {
        let cycles = limits.map(|limits| limits.cycles);
        let is_whole = checker.problems.is_empty();
        checker.prove(Parts { initial, stages, goal: goal.as_ref(), cycles, is_whole }, &raw);
    }
    Some(Workflow {
        digest,
        id: id?,
        version: value_of(&raw.version)?,
        title: value_of(&raw.title)?,
        initial: initial?,
        window_seconds: window_seconds?,
        goal: goal?,
        limits: limits?,
        stages: stages?,
        schedules,
    })
}

impl Checker<'_, '_> {
    fn format(&mut self, format: &Field<String>) {
        if let Some(words) = format.as_ref().filter(|words| words.value != FORMAT) {
            let message = format!("format {} is not known", quoted(&words.value));
            self.add(
                Problem::new(Code::UnknownFormat, &words.span, message)
                    .known([FORMAT], "")
                    .help("a newer program may read it"),
            );
        }
    }

    fn limits(&mut self, raw: &raw::Limits) -> Option<Limits> {
        let cycles = |text: &str| whole(text, 1..=MAX_CYCLES).map(|cycles| cycles as u32);
        let stall_after = self.read_field(&raw.stall_after, cycles);
        let cycles = self.read_field(&raw.cycles, cycles)?;
        Some(Limits { cycles, stall_after })
    }

    fn goal(&mut self, raw: &raw::Goal, limits: Option<Limits>) -> Option<Goal> {
        let all = raw.all.as_ref().map(|all| {
            self.not_empty(all, "the goal needs at least one metric");
            let (stages, tasks) = (Names::default(), BTreeMap::new());
            let scope = Scope { place: Place::Goal, stages: &stages, tasks: &tasks };
            let clauses: Option<Vec<Clause>> =
                self.goal_clauses(&all.value, scope).into_iter().collect();
            clauses
        });
        let cycles = |text: &str| whole(text, 1..=MAX_CYCLES).map(|cycles| cycles as u32);
        let held_for = self.read_field(&raw.held_for, cycles)?;
        if let Some(limits) = limits.filter(|limits| held_for > limits.cycles) {
            let span = raw.held_for.as_ref().map(|words| words.span.clone()).unwrap_or_default();
            let message = format!(
                "the goal must be held for {held_for} cycles, but a run has at most {}",
                limits.cycles
            );
            let problem = Problem::new(Code::NeverMet, &span, message);
            self.add(problem.help("lower `held_for`, or raise `limits.cycles`"));
        }
        Some(Goal { all: all??, held_for })
    }

    /// The stages, if every one of them can stand in the graph.
    fn stages(&mut self, table: &Spot<Table<raw::Stage>>) -> Option<Vec<Stage>> {
        let names = names_of(table.value.iter().map(|(name, _)| name));
        let stages: Vec<Option<Stage>> = table
            .value
            .iter()
            .map(|(name, stage)| {
                let id = self.id(name, StageId::new);
                let stage = stage.as_ref().and_then(|stage| self.stage(name, &stage.value, &names));
                id.zip(stage).map(|(id, stage)| Stage { id, ..stage })
            })
            .collect();
        stages.into_iter().collect()
    }

    fn initial(
        &mut self,
        initial: &Field<String>,
        stages: &Field<Table<raw::Stage>>,
    ) -> Option<StageId> {
        let names = names_of(stages.as_ref()?.value.iter().map(|(name, _)| name));
        self.known_stage(initial.as_ref()?, &names)
    }

    /// Puts what the prover finds at its place in the file.
    fn prove(&mut self, parts: Parts<'_>, raw: &raw::Workflow) {
        for flaw in flaws(parts) {
            if self.problems.is_full() {
                return;
            }
            if let Some(problem) = placed(&flaw, parts, raw) {
                self.add(problem);
            }
        }
    }
}
