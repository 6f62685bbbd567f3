//! Where a name that does not exist may have been meant to be defined.
//!
//! A slip in the name of a stage, a task, a field or an action is found where the name is used. The
//! definition that is called nearly so, and that nothing refers to, is shown with it: either of
//! the two places can be the wrong one.

use std::{collections::HashSet, ops::Range};

use crate::definition::{
    Diagnostic,
    diagnostic::{Code, Problems},
    raw::{self, Field, Spot, Words},
    suggest::{closest, quoted},
};

/// The most names that a misspelt one is compared with.
const MAX_COMPARED: usize = 1_000;

/// Adds to every problem about an unknown name the definition that may be meant.
pub(super) fn point_at_definitions(raw: &raw::Workflow, problems: &mut Problems<'_>) {
    let unused_stages = std::cell::OnceCell::new();
    problems.relate(|problem, written| {
        let text = written.trim_matches(['"', '\'', '\\']);
        let stage = || stage_at(raw, problem);
        let candidates = match problem.code {
            Code::UnknownStage => unused_stages.get_or_init(|| stages(raw)).clone(),
            Code::UnknownTask => tasks(stage()?),
            Code::UnknownField => fields(stage()?),
            Code::UnknownAction => actions(stage()?),
            _ => return None,
        };
        definition(text, candidates)
    });
}

/// The one of some definitions that is called nearly like `text`, with what to say about it.
pub(super) fn definition<'a>(
    text: &str,
    candidates: impl IntoIterator<Item = &'a Words>,
) -> Option<(Range<usize>, String)> {
    let candidates: Vec<&Words> = candidates.into_iter().take(MAX_COMPARED).collect();
    let name = closest(text, candidates.iter().map(|words| words.value.as_str()))?;
    let words = candidates.iter().find(|words| words.value == name)?;
    let message = format!("{} is defined here, and nothing refers to it", quoted(name));
    Some((words.span.clone(), message))
}

/// The stage in which a problem lies.
fn stage_at<'a>(raw: &'a raw::Workflow, problem: &Diagnostic) -> Option<&'a raw::Stage> {
    let mut stages = raw.stages.iter().flat_map(|stages| &stages.value);
    let inside = |stage: &&Spot<raw::Stage>| stage.span.contains(&problem.span.start);
    stages.find_map(|(_, stage)| stage.as_ref().filter(inside)).map(|stage| &stage.value)
}

/// The stages that nothing refers to.
fn stages(raw: &raw::Workflow) -> Vec<&Words> {
    let all = || raw.stages.iter().flat_map(|stages| &stages.value);
    let mut used: HashSet<&str> = raw.initial.iter().map(|words| words.value.as_str()).collect();
    for stage in all().filter_map(|(_, stage)| Some(&stage.as_ref()?.value)) {
        used.extend(stage.limit.iter().filter_map(|limit| value(&limit.value.to)));
        match stage.next.as_ref().map(|next| &next.value) {
            Some(raw::Next::Stage(name)) => {
                used.insert(name);
            }
            Some(raw::Next::Branches(ways)) => {
                used.extend(ways.iter().filter_map(|way| value(&way.value.to)));
            }
            None => {}
        }
        for text in expressions(stage) {
            used.extend(text.split(['"', '\'']).skip(1).step_by(2));
        }
    }
    all().map(|(name, _)| name).filter(|name| !used.contains(name.value.as_str())).collect()
}

/// The tasks of a stage that nothing refers to.
fn tasks(stage: &raw::Stage) -> Vec<&Words> {
    let mut used: HashSet<&str> = asked_words(stage).map(|(task, _)| task).collect();
    used.extend(clauses(stage).into_iter().filter_map(|clause| value(&clause.task)));
    let names = written(&stage.tasks).filter_map(|task| task.id.as_ref());
    names.filter(|name| !used.contains(name.value.as_str())).collect()
}

/// The actions of a stage that nothing refers to.
fn actions(stage: &raw::Stage) -> Vec<&Words> {
    let needs = written(&stage.entry).filter_map(|action| action.needs.as_ref());
    let used: HashSet<&str> =
        needs.flat_map(|needs| &needs.value).map(|words| words.value.as_str()).collect();
    let names = written(&stage.entry).filter_map(|action| action.id.as_ref());
    names.filter(|name| !used.contains(name.value.as_str())).collect()
}

/// The fields of a stage's forms that nothing refers to.
fn fields(stage: &raw::Stage) -> Vec<&Words> {
    let used: HashSet<&str> = asked_words(stage).filter_map(|(_, field)| field).collect();
    let forms = written(&stage.tasks).filter_map(|task| task.form.as_ref());
    let rows = forms.filter_map(|form| form.value.properties.as_ref());
    let names = rows.flat_map(|rows| &rows.value).map(|(name, _)| name);
    names.filter(|name| !used.contains(name.value.as_str())).collect()
}

/// The task and the field of every `tasks.TASK.FIELD` in a stage's expressions.
fn asked_words(stage: &raw::Stage) -> impl Iterator<Item = (&str, Option<&str>)> {
    let names = expressions(stage).into_iter().flat_map(|text| {
        text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.')))
    });
    names.filter_map(|name| {
        let mut parts = name.strip_prefix("tasks.")?.split('.');
        Some((parts.next()?, parts.next()))
    })
}

/// Every expression of a stage, as it is written.
fn expressions(stage: &raw::Stage) -> Vec<&str> {
    let in_gate = clauses(stage).into_iter().filter_map(|clause| value(&clause.when));
    let ways = match stage.next.as_ref().map(|next| &next.value) {
        Some(raw::Next::Branches(ways)) => ways.as_slice(),
        Some(raw::Next::Stage(_)) | None => &[],
    };
    in_gate.chain(ways.iter().filter_map(|way| value(&way.value.when))).collect()
}

/// Every clause of a stage's gate, and those inside of groups.
fn clauses(stage: &raw::Stage) -> Vec<&raw::Clause> {
    let mut all: Vec<&raw::Clause> = written(&stage.exit).collect();
    let mut at = 0;
    while let Some(clause) = all.get(at).copied() {
        all.extend(written(&clause.any).chain(written(&clause.all)));
        at += 1;
    }
    all
}

fn written<T>(list: &Field<Vec<Spot<T>>>) -> impl Iterator<Item = &T> {
    list.iter().flat_map(|list| &list.value).map(|spot| &spot.value)
}

fn value(field: &Field<String>) -> Option<&str> {
    field.as_ref().map(|words| words.value.as_str())
}
