//! What a case expects: names that exist, words that can be answered.

use super::{Reader, wait};
use crate::{
    definition::{
        diagnostic::{Code, Problem},
        raw::{Field, Spot, Table, Words},
        read::whole,
        suggest::quoted,
        suite as raw,
    },
    model::{
        ClauseId, Demand, Outcome, Workflow,
        suite::{Because, Expectation, REFUSALS, Reply, Standing},
    },
};

impl Reader<'_, '_, '_> {
    pub(super) fn expect(&mut self, raw: &Spot<raw::Expect>) -> Option<Vec<Expectation>> {
        let expect = &raw.value;
        let mut all: Vec<Option<Expectation>> = Vec::new();
        let mut one = |words: &Field<String>,
                       read: &mut dyn FnMut(&Words) -> Option<Expectation>| {
            all.extend(words.iter().map(read));
        };
        one(&expect.stage, &mut |words| self.stage_name(words).map(Expectation::Stage));
        let count = |text: &str| whole(text, 0..=u64::from(u32::MAX)).map(|count| count as u32);
        let checker = &mut self.checker;
        one(&expect.cycle, &mut |words| checker.read(words, count).map(Expectation::Cycle));
        one(&expect.streak, &mut |words| checker.read(words, count).map(Expectation::Streak));
        one(&expect.without_gain, &mut |words| {
            checker.read(words, count).map(Expectation::WithoutGain)
        });
        one(&expect.status, &mut |words| {
            let word = checker.word(words, Code::UnknownWord, "status", &Standing::ALL);
            word.map(Expectation::Status)
        });
        one(&expect.outcome, &mut |words| {
            let outcomes = Outcome::ALL.map(|outcome| (outcome, outcome.name()));
            let word = checker.word(words, Code::UnknownWord, "outcome", &outcomes);
            word.map(Expectation::Outcome)
        });
        one(&expect.gate, &mut |words| {
            let word =
                checker.word(words, Code::UnknownWord, "gate", &[(true, "open"), (false, "shut")]);
            word.map(Expectation::Open)
        });
        one(&expect.refused, &mut |words| {
            let names = REFUSALS.map(|name| (name, name));
            let word = checker.word(words, Code::UnknownWord, "refusal", &names);
            word.map(Expectation::Refused)
        });
        one(&expect.because, &mut |words| self.because(words).map(Expectation::Because));
        all.extend(expect.shut.iter().map(|list| self.shut(list)));
        self.rows(&expect.clauses, &mut all, Self::clause_reply);
        self.rows(&expect.goal, &mut all, Self::goal_reply);
        self.rows(&expect.tasks, &mut all, Self::task_state);
        self.rows(&expect.timers, &mut all, Self::timer);
        if all.is_empty() {
            // A mapping whose keys were all refused has its problems already.
            if self.checker.problems.text_at(&raw.span).contains(':') {
                return None;
            }
            let problem = Problem::new(Code::EmptyValue, &raw.span, "this step expects nothing");
            self.checker.add(problem.help("write it, such as `expect: { stage: target }`"));
            return None;
        }
        all.into_iter().collect()
    }

    fn rows(
        &mut self,
        table: &Field<Table<String>>,
        all: &mut Vec<Option<Expectation>>,
        read: fn(&mut Self, &Words, &Words) -> Option<Expectation>,
    ) {
        for (name, value) in table.iter().flat_map(|table| &table.value) {
            all.push(value.as_ref().and_then(|value| read(self, name, value)));
        }
    }

    fn shut(&mut self, list: &Spot<Vec<Words>>) -> Option<Expectation> {
        let names: Vec<Option<ClauseId>> =
            list.value.iter().map(|words| self.clause_name(words)).collect();
        names.into_iter().collect::<Option<Vec<ClauseId>>>().map(Expectation::Shut)
    }

    fn clause_reply(&mut self, name: &Words, value: &Words) -> Option<Expectation> {
        let clause = self.clause_name(name)?;
        Some(Expectation::Clause(clause, self.reply(value)?))
    }

    fn goal_reply(&mut self, name: &Words, value: &Words) -> Option<Expectation> {
        let clause = self.goal_clause(name)?;
        Some(Expectation::Goal(clause, self.reply(value)?))
    }

    fn reply(&mut self, words: &Words) -> Option<Reply> {
        self.checker.word(words, Code::UnknownWord, "verdict", &Reply::ALL)
    }

    fn task_state(&mut self, name: &Words, value: &Words) -> Option<Expectation> {
        let task = self.task_name(name)?;
        let states = [(true, "done"), (false, "open")];
        let done = self.checker.word(value, Code::UnknownWord, "state of a task", &states)?;
        Some(Expectation::Task(task, done))
    }

    /// The way on that has this condition.
    fn because(&mut self, words: &Words) -> Option<Because> {
        match words.value.as_str() {
            "otherwise" => return Some(Because::Otherwise),
            "limit" => return Some(Because::Limit),
            _ => {}
        }
        let Some(workflow) = self.known.workflow else {
            return Some(Because::When(words.value.clone()));
        };
        let branches = workflow.stages.iter().flat_map(|stage| &stage.next.branches);
        let ways: Vec<String> = branches.map(|branch| branch.when.to_string()).collect();
        let plain = |text: &str| text.split_whitespace().collect::<String>();
        if let Some(way) = ways.iter().find(|way| plain(way) == plain(&words.value)) {
            return Some(Because::When(way.clone()));
        }
        let message = format!("no way on has the condition {}", quoted(&words.value));
        let known = ways.iter().map(String::as_str).chain(["otherwise", "limit"]);
        let problem = Problem::new(Code::UnknownWay, &words.span, message);
        self.checker.add(problem.known(known, &words.value));
        None
    }

    fn timer(&mut self, name: &Words, value: &Words) -> Option<Expectation> {
        let known = self.known.workflow.map(waiting);
        if let Some(known) = known.filter(|known| !known.contains(&name.value)) {
            let message = format!("nothing called {} waits for a moment", quoted(&name.value));
            let problem = Problem::new(Code::UnknownWord, &name.span, message);
            let problem = problem.known(known.iter().map(String::as_str), &name.value);
            let help = "a task with a deadline, a clause that waits, or a stage with a limit";
            self.checker.add(problem.help(help));
            return None;
        }
        let at = match value.value.as_str() {
            "none" => None,
            _ => Some(self.checker.read(value, wait)?),
        };
        Some(Expectation::Timer(name.value.clone(), at))
    }
}

/// Everything in a workflow that waits for a moment.
fn waiting(workflow: &Workflow) -> Vec<String> {
    let of_stage = workflow.stages.iter().flat_map(|stage| {
        let tasks = stage.tasks.iter().filter(|task| task.deadline.is_some());
        let waits = stage.exit.iter().filter(|clause| {
            clause.demand.walk().iter().any(|demand| matches!(demand, Demand::Wait(_)))
        });
        let limit = stage.limit.iter().map(|_| stage.id.to_string());
        tasks
            .map(|task| task.id.to_string())
            .chain(waits.map(|clause| clause.id.to_string()))
            .chain(limit)
    });
    of_stage.collect()
}
