//! Where the ways between the stages lead, and in which order.
//!
//! # Always true
//!
//! - If nothing is found, a brand can get from the first stage to every other, from every stage
//!   to the end, and on its main way it meets the five steps in their order.

use std::collections::{BTreeSet, HashMap};

use petgraph::{
    algo::astar,
    graph::{DiGraph, NodeIndex},
    visit::{Bfs, Dfs, Reversed},
};

use super::{Flaw, MAX_FLAWS};
use crate::model::{FiveStep, Stage, StageId, Target};

/// Everything wrong with the stages and the ways between them.
///
/// `initial` and every target must be one of `stages`.
pub(super) fn flaws(initial: &StageId, stages: &[Stage]) -> Vec<Flaw> {
    let missing: Vec<Flaw> = FiveStep::ALL
        .into_iter()
        .filter(|step| !stages.iter().any(|stage| stage.step == *step))
        .map(Flaw::MissingStep)
        .collect();
    // With a step missing, its neighbours cannot be in order; one message is enough.
    let order = if missing.is_empty() { out_of_order(initial, stages) } else { None };
    let graph = Graph::of(stages);
    missing.into_iter().chain(order).chain(graph.flaws(initial)).collect()
}

/// A shortest way from `initial` to a stage; empty if there is none.
pub(super) fn way_to(initial: &StageId, stages: &[Stage], stage: &StageId) -> Vec<StageId> {
    let place = |id: &StageId| stages.iter().position(|stage| stage.id == *id);
    let to = place(stage).map(NodeIndex::new);
    to.map(|to| Graph::of(stages).way(place(initial), to)).unwrap_or_default()
}

/// The stages as nodes, in their order, and one more node for the end of the run.
struct Graph<'a> {
    stages: &'a [Stage],
    ways: DiGraph<(), ()>,
    end: NodeIndex,
}

impl<'a> Graph<'a> {
    fn of(stages: &'a [Stage]) -> Self {
        let mut ways = DiGraph::new();
        let nodes: HashMap<&StageId, NodeIndex> =
            stages.iter().map(|stage| (&stage.id, ways.add_node(()))).collect();
        let end = ways.add_node(());
        for stage in stages {
            for target in stage.targets() {
                let to = match target {
                    Target::Stage(id) => nodes.get(id).copied(),
                    Target::Finish(_) => Some(end),
                };
                if let (Some(from), Some(to)) = (nodes.get(&stage.id), to) {
                    ways.update_edge(*from, to, ());
                }
            }
        }
        Self { stages, ways, end }
    }

    fn flaws(&self, initial: &StageId) -> Vec<Flaw> {
        let first = self.stages.iter().position(|stage| stage.id == *initial);
        let mut reached = Vec::new();
        if let Some(first) = first {
            let mut walk = Bfs::new(&self.ways, NodeIndex::new(first));
            while let Some(node) = walk.next(&self.ways) {
                reached.push(node);
            }
        }
        let seen: BTreeSet<NodeIndex> = reached.iter().copied().collect();
        let name = |node: &NodeIndex| Some(self.stages.get(node.index())?.id.clone());
        // As many as are ever shown.
        let reached: Vec<StageId> = reached.iter().filter_map(name).take(MAX_FLAWS).collect();
        let mut ending = BTreeSet::new();
        let backwards = Reversed(&self.ways);
        let mut walk = Dfs::new(backwards, self.end);
        while let Some(node) = walk.next(backwards) {
            ending.insert(node);
        }
        // With no end anywhere, one message is enough.
        let nothing_ends = ending.len() <= 1;
        let of_stage = |(index, stage): (usize, &Stage)| {
            let node = NodeIndex::new(index);
            let id = || stage.id.clone();
            if !seen.contains(&node) {
                return Some(Flaw::Unreachable { stage: id(), reached: reached.clone() });
            }
            let stuck = !nothing_ends && !ending.contains(&node);
            stuck.then(|| Flaw::NoWayOut { stage: id(), way: self.way(first, node) })
        };
        let flaws = self.stages.iter().enumerate().filter_map(of_stage).take(MAX_FLAWS);
        nothing_ends.then_some(Flaw::NothingEnds).into_iter().chain(flaws).collect()
    }

    /// A shortest way from the first stage to another.
    fn way(&self, first: Option<usize>, to: NodeIndex) -> Vec<StageId> {
        let found = first.and_then(|first| {
            astar(&self.ways, NodeIndex::new(first), |node| node == to, |_| 1, |_| 0)
        });
        let nodes = found.map(|(_, nodes)| nodes).unwrap_or_default();
        let name = |node: NodeIndex| Some(self.stages.get(node.index())?.id.clone());
        nodes.into_iter().filter_map(name).collect()
    }
}

/// Where the main way leaves the order of the five steps.
///
/// The main way is the one without conditions. It may stay within a step for several stages;
/// once it leaves the last step, the cycle is round.
fn out_of_order(initial: &StageId, stages: &[Stage]) -> Option<Flaw> {
    let by_id: HashMap<&StageId, &Stage> = stages.iter().map(|stage| (&stage.id, stage)).collect();
    let stage_of = |id: &StageId| by_id.get(id).copied();
    let mut stage = stage_of(initial)?;
    if stage.step != FiveStep::ALL[0] {
        return Some(Flaw::Begins { at: stage.id.clone(), step: stage.step });
    }
    let mut seen = BTreeSet::from([&stage.id]);
    let mut way = vec![stage.id.clone()];
    loop {
        let to = stage_of(onward(stage)?)?;
        let following = after(stage.step);
        let fresh = seen.insert(&to.id);
        way.push(to.id.clone());
        if following.is_none() && (to.step != stage.step || !fresh) {
            return None;
        }
        if !fresh || (to.step != stage.step && Some(to.step) != following) {
            return Some(Flaw::OutOfOrder {
                way,
                found: to.step,
                expected: following.unwrap_or(stage.step),
            });
        }
        stage = to;
    }
}

/// The way on without conditions, or the first that leads to a stage.
fn onward(stage: &Stage) -> Option<&StageId> {
    let main = [&stage.next.otherwise];
    let branches = stage.next.branches.iter().map(|branch| &branch.target);
    main.into_iter().chain(branches).find_map(|target| match target {
        Target::Stage(id) => Some(id),
        Target::Finish(_) => None,
    })
}

fn after(step: FiveStep) -> Option<FiveStep> {
    let at = FiveStep::ALL.iter().position(|other| *other == step)?;
    FiveStep::ALL.get(at + 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Branch, Expression, Fact, Next, Outcome};

    /// A stage written as `name step: way, way`; `gold` ends the run, the last way is the main.
    fn stage(text: &str) -> Stage {
        let (head, ways) = text.split_once(": ").expect("a colon");
        let (name, step) = head.split_once(' ').expect("a step");
        let id = |name: &str| StageId::new(name).expect("a name");
        let target = |way: &str| match way {
            "gold" => Target::Finish(Outcome::Gold),
            stage => Target::Stage(id(stage)),
        };
        let mut targets: Vec<Target> = ways.split(", ").map(target).collect();
        let otherwise = targets.pop().expect("a way");
        let branch = |target| Branch { when: Expression::Fact(Fact::GoalHeld), target };
        let step = FiveStep::ALL.into_iter().find(|five| five.name().starts_with(step));
        Stage {
            id: id(name),
            step: step.expect("one of the five"),
            title: String::new(),
            purpose: None,
            entry: Vec::new(),
            tasks: Vec::new(),
            exit: Vec::new(),
            limit: None,
            next: Next { branches: targets.into_iter().map(branch).collect(), otherwise },
        }
    }

    #[test]
    fn the_five_steps_are_met_in_order_and_every_way_ends() {
        // (why, the stages, what is found)
        let table: [(&str, &[&str], &[&str]); 9] = [
            ("the plain round", &["a d: b", "b t: c", "c s: d", "d ref: e", "e rep: gold, b"], &[]),
            (
                "two stages of one step",
                &["a d: b", "b t: c", "c s: cc", "cc s: d", "d ref: e", "e rep: gold, a"],
                &[],
            ),
            (
                "a step is missing",
                &["a d: b", "b t: d", "d ref: e", "e rep: gold, b"],
                &["MissingStep(Support)"],
            ),
            (
                "a step is skipped, and its stage is out of reach",
                &["a d: b", "b t: d", "c s: d", "d ref: e", "e rep: gold, b"],
                &["OutOfOrder", "Unreachable { stage: StageId(\"c\")"],
            ),
            (
                "it turns back too early",
                &["a d: b", "b t: c", "c s: d, a", "d ref: e", "e rep: gold, b"],
                &["OutOfOrder"],
            ),
            (
                "it stands still",
                &["a d: b", "b t: c", "c s: d, c", "d ref: e", "e rep: gold, b"],
                &["OutOfOrder"],
            ),
            (
                "nothing ends",
                &["a d: b", "b t: c", "c s: d", "d ref: e", "e rep: b"],
                &["NothingEnds"],
            ),
            (
                "a trap",
                &["a d: b", "b t: x, c", "c s: d", "d ref: e", "e rep: gold, b", "x s: x"],
                &["NoWayOut { stage: StageId(\"x\")"],
            ),
            (
                "it begins in the middle",
                &["a t: b", "b d: c", "c s: d", "d ref: e", "e rep: gold, a"],
                &["Begins"],
            ),
        ];
        for (why, stages, expected) in table {
            let stages: Vec<Stage> = stages.iter().map(|text| stage(text)).collect();
            let found: Vec<String> =
                flaws(&stages[0].id, &stages).iter().map(|flaw| format!("{flaw:?}")).collect();
            assert_eq!(found.len(), expected.len(), "{why}: {found:?}");
            for (found, expected) in found.iter().zip(expected) {
                assert!(found.starts_with(expected), "{why}: {found}");
            }
        }
    }
}
