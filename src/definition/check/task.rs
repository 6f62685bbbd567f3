//! Work for people: whose it is, until when, who hears of it before, and who gets it after.

use std::collections::BTreeMap;

use super::{Checker, value_of};
use crate::{
    definition::{
        diagnostic::{Code, Problem},
        prove::longer,
        raw::{self, Field, Spot, Words},
        read::{period, truth},
        suggest::quoted,
    },
    model::{Escalation, Form, Period, Task, TaskId},
};

impl Checker<'_, '_> {
    /// The tasks of a stage, as far as they are right.
    pub(super) fn tasks(&mut self, raw: &Field<Vec<Spot<raw::Task>>>) -> Vec<Task> {
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
        let remind = self.reminders(raw, deadline);
        let escalate = self.ladder(raw);
        let four_eyes = self.read_field(&raw.four_eyes, truth).unwrap_or(false);
        let (title, owner) = (value_of(&raw.title)?, value_of(&raw.owner)?);
        Some(Task { id: id?, title, owner, form, deadline, remind, escalate, four_eyes })
    }

    /// Refuses a role without a name.
    pub(super) fn owner(&mut self, owner: &Words) {
        if owner.value.strip_prefix("role:").is_some_and(|role| role.trim().is_empty()) {
            let message = "this owner is a role without a name";
            let problem = Problem::new(Code::BadName, &owner.span, message);
            self.add(problem.help("write `role:lead`, or the name of a person"));
        }
    }

    /// How long before the deadline a task's owner is reminded.
    fn reminders(&mut self, raw: &raw::Task, deadline: Option<Period>) -> Vec<Period> {
        let Some(list) = &raw.remind else { return Vec::new() };
        self.not_empty(list, "write how long before the deadline, such as `remind: [1d]`");
        self.needs_deadline(raw, list, "to be reminded of");
        let mut periods = Vec::new();
        for words in &list.value {
            let Some(before) = self.read(words, period) else { continue };
            if let Some(deadline) = deadline.filter(|deadline| !longer(*deadline, before)) {
                let message = format!(
                    "a reminder {before} before a deadline of {deadline} can come before the task \
                     is opened"
                );
                let problem = Problem::new(Code::ReminderTooEarly, &words.span, message);
                self.add(problem.help("remind later, or give more time"));
            }
            periods.push(before);
        }
        periods
    }

    fn needs_deadline<T>(&mut self, raw: &raw::Task, list: &Spot<Vec<T>>, what_for: &str) {
        if raw.deadline.is_none() {
            let message = format!("there is no `deadline` {what_for}");
            let problem = Problem::new(Code::ClashingKeys, &list.span, message);
            self.add(problem.help("add `deadline:`, such as `deadline: 3 business days`"));
        }
    }

    /// Who gets the task after its deadline: each rung later than the one before, and another's.
    fn ladder(&mut self, raw: &raw::Task) -> Vec<Escalation> {
        let Some(list) = &raw.on_deadline else { return Vec::new() };
        self.not_empty(list, "write who gets the task, such as `{ escalate_to: role:director }`");
        self.needs_deadline(raw, list, "after which it could be passed on");
        let mut rungs: Vec<Escalation> = Vec::new();
        let mut owner = raw.owner.as_ref();
        for rung in &list.value {
            let after = self.read_field(&rung.value.after, period);
            let Some(to) = &rung.value.escalate_to else { continue };
            self.owner(to);
            if let Some(before) = rungs.last() {
                self.later(rung, after, before);
            }
            if let Some(same) = owner.filter(|owner| owner.value == to.value) {
                self.same_owner(to, same);
            }
            rungs.push(Escalation { after, to: to.value.clone() });
            owner = Some(to);
        }
        rungs
    }

    /// Refuses a rung that may come no later than the one before it.
    fn later(&mut self, rung: &Spot<raw::Rung>, after: Option<Period>, before: &Escalation) {
        let is_later = match (after, before.after) {
            (Some(after), Some(before)) => longer(after, before),
            (Some(_), None) => true,
            // What it says was refused.
            (None, _) if rung.value.after.is_some() => true,
            (None, _) => false,
        };
        if !is_later {
            let when = match before.after {
                Some(before) => format!("{before} after the deadline"),
                None => "at the deadline".to_owned(),
            };
            let place = rung.value.after.as_ref().map_or(&rung.span, |words| &words.span);
            let message = format!("this rung may come no later than the one before it: {when}");
            let problem = Problem::new(Code::BadLadder, place, message);
            self.add(problem.help("let it come later, such as `after: 2d`"));
        }
    }

    fn same_owner(&mut self, to: &Words, same: &Words) {
        let message = format!("the task is with {} already", quoted(&to.value));
        let problem = Problem::new(Code::BadLadder, &to.span, message);
        self.add(
            problem
                .related(&same.span, "who has it until then")
                .help("escalate to somebody else, or leave this rung out"),
        );
    }
}

/// The tasks of a stage by name, with their forms as far as these are right.
pub(super) fn tasks_by_name<'a>(
    raw: &'a Field<Vec<Spot<raw::Task>>>,
    tasks: &'a [Task],
) -> BTreeMap<&'a str, Option<&'a Form>> {
    let written = raw.iter().flat_map(|tasks| &tasks.value);
    let names = written.filter_map(|task| task.value.id.as_ref());
    let mut named: BTreeMap<&str, Option<&Form>> =
        names.map(|name| (name.value.as_str(), None)).collect();
    named.extend(tasks.iter().map(|task| (task.id.as_str(), Some(&task.form))));
    named
}
