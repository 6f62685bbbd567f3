//! The actions of a stage: each by itself, and in which order they can be done.

use std::collections::HashMap;

use super::{Checker, names_of};
use crate::{
    definition::{
        diagnostic::{Code, Problem},
        job,
        names::Names,
        prove::circles,
        raw::{Field, Spot, Words},
        suggest::quoted,
    },
    model::{action::Action, ids::ActionId},
};

/// The most actions of a circle that are named.
const MAX_NAMED: usize = 12;

impl Checker<'_, '_> {
    /// The actions of `entry:`, as far as they are right.
    pub(super) fn entry(&mut self, raw: &Field<Vec<Spot<job::Action>>>) -> Vec<Action> {
        let Some(raw) = raw else { return Vec::new() };
        let named = || raw.value.iter().filter_map(|action| action.value.id.as_ref());
        self.no_doubles("action", named());
        let names = names_of(named());
        let actions: Vec<Option<Action>> =
            raw.value.iter().map(|action| self.action(action, &names)).collect();
        self.circles_of(&raw.value);
        actions.into_iter().flatten().collect()
    }

    fn action(&mut self, raw: &Spot<job::Action>, names: &Names<'_>) -> Option<Action> {
        let id = raw.value.id.as_ref().and_then(|words| self.id(words, ActionId::new));
        let job = self.job(&raw.value.job, &raw.span);
        let needs = self.needs(&raw.value.needs, names);
        Some(Action { id: id?, job: job?, needs: needs? })
    }

    fn needs(&mut self, raw: &Field<Vec<Words>>, names: &Names<'_>) -> Option<Vec<ActionId>> {
        let Some(raw) = raw else { return Some(Vec::new()) };
        self.no_doubles("need", &raw.value);
        raw.value.iter().map(|words| self.known_action(words, names)).collect()
    }

    fn known_action(&mut self, words: &Words, names: &Names<'_>) -> Option<ActionId> {
        if !names.has(&words.value) {
            if !self.problems.is_full() {
                let message = format!("this stage has no action {}", quoted(&words.value));
                let problem = Problem::new(Code::UnknownAction, &words.span, message);
                self.add(problem.known(names.iter(), &words.value));
            }
            return None;
        }
        // An action whose name cannot be one is refused where it is defined.
        ActionId::new(words.value.as_str()).ok()
    }

    /// Adds a problem for each circle in which actions wait for each other.
    fn circles_of(&mut self, raw: &[Spot<job::Action>]) {
        let id = |at: usize| raw[at].value.id.as_ref().map(|words| words.value.as_str());
        let mut places: HashMap<&str, usize> = HashMap::new();
        for at in 0..raw.len() {
            if let Some(name) = id(at) {
                places.entry(name).or_insert(at);
            }
        }
        let ways = raw.iter().enumerate().flat_map(|(at, action)| {
            let needs = action.value.needs.iter().flat_map(|needs| &needs.value);
            let places = &places;
            needs.filter_map(move |words| Some((at, *places.get(words.value.as_str())?)))
        });
        for circle in circles(raw.len(), ways) {
            self.circle(&circle.iter().map(|at| &raw[*at].value).collect::<Vec<_>>());
        }
    }

    /// Actions of which each needs the next; the last is the first again.
    fn circle(&mut self, circle: &[&job::Action]) {
        let need = |pair: &[&job::Action]| -> Option<Words> {
            let [action, needed] = pair else { return None };
            let name = &needed.id.as_ref()?.value;
            action.needs.as_ref()?.value.iter().find(|words| words.value == *name).cloned()
        };
        let mut needs = circle.windows(2).filter_map(need);
        let Some(first) = needs.next() else { return };
        let names = circle.iter().filter_map(|action| action.id.as_ref());
        let names: Vec<String> = names.take(MAX_NAMED).map(|words| quoted(&words.value)).collect();
        let message = match circle {
            [_, _] => format!("the action {} needs itself", names[0]),
            _ => {
                let more = if circle.len() > MAX_NAMED { " …" } else { "" };
                let round = names.join(" needs ");
                format!("these actions wait for each other, and none begins: {round}{more}")
            }
        };
        let problem = Problem::new(Code::ActionCircle, &first.span, message);
        let problem =
            needs.fold(problem, |problem, need| problem.related(&need.span, "and it needs this"));
        self.add(problem.help("leave out one of these needs"));
    }
}
