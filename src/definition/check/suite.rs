//! A suite file: the brand that is played, and what happens to it case by case.
//!
//! Start reading at [`suite()`]. Names are held against the workflow the suite plays, if that is
//! known. A part is written into every case that does it, so the parts above a step are all that
//! it can use, and a chain of them is bounded by [`MAX_STEPS`].

mod expect;
mod observe;

use std::{collections::BTreeMap, ops::Range};

use super::{Checker, pair, value_of};
use crate::{
    definition::{
        diagnostic::{Code, Problem, Problems},
        names::Names,
        raw::{Field, Spot, Table, Words},
        read::{self, Wrong},
        suggest::quoted,
        suite as raw,
    },
    model::{
        Actor, ClauseId, Command, Metric, StageId, Suite, TaskId, Terms, Until, Verb, Workflow,
        WorkflowId, WorkingTime,
        suite::{Case, Deed, Seen, Step, Wait},
    },
};

/// The most steps that a suite has, each part written out wherever it is done.
const MAX_STEPS: usize = 100_000;

/// When a case begins that does not say it: a Monday morning.
const BEGIN: &str = "2026-03-02T09:00:00Z";

/// Who acts in a step that does not say it.
const SOMEBODY: &str = "somebody";

/// The longest text of a step that is shown, in characters.
const SHOWN_CHARS: usize = 200;

/// Checks a suite file; `workflow` is the one it plays, if that is known.
pub(in crate::definition) fn suite(
    raw: raw::Suite,
    workflow: Option<&Workflow>,
    problems: &mut Problems<'_>,
) -> Option<Suite> {
    let checker = Checker { problems };
    let mut reader = Reader {
        checker,
        known: Known::of(workflow),
        parts: BTreeMap::new(),
        left: Some(MAX_STEPS),
    };
    let id = raw.suite.as_ref().and_then(|words| reader.checker.id(words, WorkflowId::new));
    let terms = reader.terms(&raw);
    let begin = match &raw.begin {
        Some(words) => reader.checker.read(words, read::instant),
        None => BEGIN.parse().ok(),
    };
    reader.parts(&raw.parts);
    let cases = raw.cases.as_ref().map(|cases| reader.cases(cases));
    Some(Suite { workflow: id?, terms, begin: begin?, cases: cases? })
}

/// What a metric is made to say on the command line.
pub(in crate::definition) fn seen(metric: Metric, text: &str) -> Result<Seen, Wrong> {
    observe::on_a_line(metric, text)
}

/// The names of the workflow; everything is known if it is not given.
struct Known<'w> {
    workflow: Option<&'w Workflow>,
    stages: Names<'w>,
    tasks: Names<'w>,
    clauses: Names<'w>,
    goal: Names<'w>,
}

impl<'w> Known<'w> {
    fn of(workflow: Option<&'w Workflow>) -> Self {
        let stages = || workflow.into_iter().flat_map(|workflow| &workflow.stages);
        let tasks = stages().flat_map(|stage| &stage.tasks).map(|task| task.id.as_str());
        let clauses = stages().flat_map(|stage| &stage.exit).map(|clause| clause.id.as_str());
        let goal = workflow.into_iter().flat_map(|workflow| &workflow.goal.all);
        Self {
            workflow,
            stages: Names::new(stages().map(|stage| stage.id.as_str())),
            tasks: Names::new(tasks),
            clauses: Names::new(clauses),
            goal: Names::new(goal.map(|clause| clause.id.as_str())),
        }
    }
}

struct Reader<'p, 'f, 'w> {
    checker: Checker<'p, 'f>,
    known: Known<'w>,
    /// The parts above the place that is read; `None` if a part is wrong.
    parts: BTreeMap<String, Option<Vec<Step>>>,
    /// How many steps may still be written out; `None` once it was too much.
    left: Option<usize>,
}

impl Reader<'_, '_, '_> {
    fn terms(&mut self, raw: &raw::Suite) -> Terms {
        let none = raw::Terms::default();
        let terms = raw.brand.as_ref().map_or(&none, |brand| &brand.value);
        let zone = terms.timezone.as_ref().and_then(|words| self.checker.zone(words));
        let week = self.checker.week(&terms.working_week);
        let hours = self.checker.read_field(&terms.working_hours, read::hours);
        let timezone = zone.unwrap_or_else(|| WorkingTime::default().timezone);
        let goals = self.checker.goals(&terms.goals);
        let asked = self.known.workflow.map(pair::own_goals).unwrap_or_default();
        let place = raw.brand.as_ref().map(|brand| &brand.span);
        let place = place.or(raw.suite.as_ref().map(|suite| &suite.span));
        let named = terms.goals.iter().flat_map(|goals| &goals.value);
        let named: Vec<&str> = named.map(|(name, _)| name.value.as_str()).collect();
        for metric in asked.into_iter().filter(|metric| !named.contains(&metric.name())) {
            let Some(span) = place else { break };
            let message = format!("the brand of this suite does not set the goal `{metric}`");
            let example = pair::example(metric.unit());
            let help = format!("the workflow asks for it: `goals: {{ {metric}: {example} }}`");
            self.checker.add(Problem::new(Code::MissingGoal, span, message).help(help));
        }
        Terms { goals, working_time: WorkingTime { timezone, week, hours }, charter: None }
    }

    /// Reads the parts one after the other, so that each can use those above it.
    fn parts(&mut self, raw: &Field<Table<Vec<Spot<raw::Step>>>>) {
        for (name, steps) in raw.iter().flat_map(|table| &table.value) {
            let steps = steps.as_ref().and_then(|steps| self.steps(&steps.value));
            self.parts.insert(name.value.clone(), steps);
        }
    }

    fn cases(&mut self, raw: &Spot<Vec<Spot<raw::Case>>>) -> Vec<Case> {
        self.checker.not_empty(raw, "a suite needs at least one case");
        let names = raw.value.iter().filter_map(|case| case.value.name.as_ref());
        self.checker.no_doubles("case", names);
        let mut cases = Vec::new();
        for case in &raw.value {
            let line = self.checker.problems.line_of(case.span.start);
            let steps = case.value.steps.as_ref().and_then(|steps| self.steps(&steps.value));
            let (Some(name), Some(steps)) = (value_of(&case.value.name), steps) else { continue };
            cases.push(Case { name, line, steps });
        }
        cases
    }

    /// Steps in a row, parts written out; `None` if one is wrong.
    fn steps(&mut self, raw: &[Spot<raw::Step>]) -> Option<Vec<Step>> {
        let mut steps = Vec::new();
        let mut right = true;
        for step in raw {
            match self.step(step).filter(|more| self.affords(more.len(), &step.span)) {
                Some(more) => steps.extend(more),
                None => right = false,
            }
        }
        right.then_some(steps)
    }

    /// Whether so many more steps may be written out; says once that it is too much.
    fn affords(&mut self, steps: usize, span: &Range<usize>) -> bool {
        let left = self.left.and_then(|left| left.checked_sub(steps));
        if self.left.is_some() && left.is_none() {
            let message =
                format!("with its parts written out, this has more than {MAX_STEPS} steps");
            self.checker.add(Problem::new(Code::TooManySteps, span, message));
        }
        self.left = left;
        left.is_some()
    }

    fn step(&mut self, raw: &Spot<raw::Step>) -> Option<Vec<Step>> {
        let deed = match &raw.value {
            raw::Step::Word(word) => {
                self.plain(&Words { value: word.clone(), span: raw.span.clone() })
            }
            raw::Step::Deed(deed) => match &deed.r#do {
                Some(part) if self.is_one(deed, &raw.span) => return self.part(part),
                Some(_) => None,
                None => self.deed(deed, &raw.span),
            },
        };
        let line = self.checker.problems.line_of(raw.span.start);
        let text = shown(self.checker.problems.text_at(&raw.span));
        Some(vec![Step { line, text, deed: deed? }])
    }

    /// A step that is one word.
    fn plain(&mut self, words: &Words) -> Option<Deed> {
        let ask = |verb| Deed::Ask(Command::new(verb, Actor::new(SOMEBODY)));
        const PLAIN: [(&str, &str); 5] = [
            ("start", "start"),
            ("advance", "advance"),
            ("pause", "pause"),
            ("resume", "resume"),
            ("cancel", "cancel"),
        ];
        match self.checker.word(words, Code::UnknownWord, "step", &PLAIN)? {
            "start" => Some(ask(Verb::Start)),
            "advance" => Some(Deed::Advance(Until::OneStage)),
            "pause" => Some(ask(Verb::Pause)),
            "resume" => Some(ask(Verb::Resume)),
            _ => Some(ask(Verb::Cancel)),
        }
    }

    fn part(&mut self, words: &Words) -> Option<Vec<Step>> {
        if let Some(part) = self.parts.get(&words.value) {
            return part.clone();
        }
        let message = format!("no part {} is written above", quoted(&words.value));
        let problem = Problem::new(Code::UnknownPart, &words.span, message);
        self.checker.add(problem.known(self.parts.keys().map(String::as_str), &words.value));
        None
    }

    /// Whether a step says one thing; adds what is wrong.
    fn is_one(&mut self, deed: &raw::Deed, span: &Range<usize>) -> bool {
        let said = [
            deed.advance.is_some(),
            deed.observe.is_some(),
            deed.done.is_some(),
            deed.reopen.is_some(),
            deed.waive.is_some(),
            deed.pause.is_some(),
            deed.resume.is_some(),
            deed.cancel.is_some(),
            deed.wait.is_some(),
            deed.r#do.is_some(),
            deed.expect.is_some(),
        ];
        let count = said.into_iter().filter(|said| *said).count();
        if count > 1 {
            let problem = Problem::new(Code::ClashingKeys, span, "a step says one thing");
            self.checker.add(problem.help("make two steps of it, each with its own `-`"));
        }
        // A step whose only key was refused has its problem already.
        count == 1
    }

    fn deed(&mut self, deed: &raw::Deed, span: &Range<usize>) -> Option<Deed> {
        if !self.is_one(deed, span) {
            return None;
        }
        if let Some(words) = &deed.advance {
            return self.until(words).map(Deed::Advance);
        }
        if let Some(table) = &deed.observe {
            return self.observe(table).map(Deed::Observe);
        }
        if let Some(words) = &deed.wait {
            return self.checker.read(words, wait).map(Deed::Wait);
        }
        if let Some(expect) = &deed.expect {
            return self.expect(expect).map(Deed::Expect);
        }
        self.command(deed).map(Deed::Ask)
    }

    fn until(&mut self, words: &Words) -> Option<Until> {
        if words.value == "blocked" {
            return Some(Until::Blocked);
        }
        self.stage_name(words).map(Until::Stage)
    }

    /// What a person asks for, beside an advance.
    fn command(&mut self, deed: &raw::Deed) -> Option<Command> {
        if let Some(work) = &deed.done {
            let (person, task) = self.task_of(work)?;
            let form = person.form.iter().flat_map(|form| &form.value);
            let input = form.filter_map(|(name, value)| {
                Some((name.value.clone(), value.as_ref()?.value.clone()))
            });
            let verb = Verb::done(task, input.collect());
            return Some(asked(verb, &person, SOMEBODY));
        }
        if let Some(work) = &deed.reopen {
            let (person, task) = self.task_of(work)?;
            return Some(asked(Verb::Reopen { task }, &person, SOMEBODY));
        }
        if let Some(work) = &deed.waive {
            let person = person(work, |person, words| person.clause = Some(words));
            let clause = self.clause_name(person.clause.as_ref()?)?;
            // Only a named person can waive, so nobody is made up here.
            return Some(asked(Verb::Waive { clause }, &person, ""));
        }
        let holds = [
            (&deed.pause, Verb::Pause),
            (&deed.resume, Verb::Resume),
            (&deed.cancel, Verb::Cancel),
        ];
        let (work, verb) =
            holds.into_iter().find_map(|(work, verb)| Some((work.as_ref()?, verb)))?;
        Some(asked(verb, &person(work, |_, _| {}), SOMEBODY))
    }

    fn task_of(&mut self, work: &Spot<raw::Work>) -> Option<(raw::Person, TaskId)> {
        let person = person(work, |person, words| person.task = Some(words));
        let task = self.task_name(person.task.as_ref()?)?;
        Some((person, task))
    }

    fn stage_name(&mut self, words: &Words) -> Option<StageId> {
        if self.known.workflow.is_none() {
            return self.checker.id(words, StageId::new);
        }
        self.checker.known_stage(words, &self.known.stages)
    }

    fn task_name(&mut self, words: &Words) -> Option<TaskId> {
        if self.known.workflow.is_some() && !self.known.tasks.has(&words.value) {
            let message = format!("no stage has a task {}", quoted(&words.value));
            let problem = Problem::new(Code::UnknownTask, &words.span, message);
            self.checker.add(problem.known(self.known.tasks.iter(), &words.value));
            return None;
        }
        self.checker.id(words, TaskId::new)
    }

    fn clause_name(&mut self, words: &Words) -> Option<ClauseId> {
        if self.known.workflow.is_some() && !self.known.clauses.has(&words.value) {
            let message = format!("no gate has a clause {}", quoted(&words.value));
            let problem = Problem::new(Code::UnknownClause, &words.span, message);
            self.checker.add(problem.known(self.known.clauses.iter(), &words.value));
            return None;
        }
        self.checker.id(words, ClauseId::new)
    }

    fn goal_clause(&mut self, words: &Words) -> Option<ClauseId> {
        if self.known.workflow.is_some() && !self.known.goal.has(&words.value) {
            let message = format!("the goal has no clause {}", quoted(&words.value));
            let problem = Problem::new(Code::UnknownClause, &words.span, message);
            self.checker.add(problem.known(self.known.goal.iter(), &words.value));
            return None;
        }
        self.checker.id(words, ClauseId::new)
    }
}

/// How far the clock moves: a period, or an instant.
fn wait(text: &str) -> Result<Wait, Wrong> {
    let dated = text.get(4..5) == Some("-");
    if dated { read::instant(text).map(Wait::Until) } else { read::period(text).map(Wait::For) }
}

/// Who acts, with the name that a short form gives put where it belongs.
fn person(work: &Spot<raw::Work>, put: impl FnOnce(&mut raw::Person, Words)) -> raw::Person {
    match &work.value {
        raw::Work::Full(person) => (**person).clone(),
        raw::Work::Name(name) => {
            let mut person = raw::Person::default();
            put(&mut person, Words { value: name.clone(), span: work.span.clone() });
            person
        }
    }
}

fn asked(verb: Verb, person: &raw::Person, somebody: &str) -> Command {
    let by = person.by.as_ref().map_or(somebody, |words| words.value.as_str());
    let reason = person.reason.as_ref().map(|words| words.value.as_str());
    Command::new(verb, Actor::new(by)).because(reason)
}

/// A step as it is written, on one line.
fn shown(text: &str) -> String {
    let lines = text.lines().map(|line| line.split(" #").next().unwrap_or_default());
    let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
    let line = words.join(" ");
    let end = line.char_indices().nth(SHOWN_CHARS).map_or(line.len(), |(at, _)| at);
    if end < line.len() { format!("{}…", &line[..end]) } else { line }
}
