//! `review`: the questions about people that a person has to answer.

use std::{
    io::{self, BufRead},
    path::Path,
};

use serde::Serialize;

use crate::{
    evidence::{
        scores::ruling::{Ruled, Ruling, Status},
        sources::answers::complete,
    },
    failure::Failure,
    runner::{
        Runner,
        known::{Asked, Known},
        review::{Subject, check},
    },
    view::{
        refine::Names,
        review::{DoneView, PlanView, QuestionView, Queue, StatusView, TakenView},
    },
};

use super::{
    args::{Format, ReviewArgs},
    exit::Exit,
    render,
    session::{Session, brand_id},
};

pub fn run(session: &Session, args: &ReviewArgs) -> Result<Exit, Failure> {
    let brand = brand_id(&args.brand)?;
    let runner = session.runner()?;
    let known = runner.known(&brand, Asked::default())?;
    let names = Names::of(&known, args.names);
    let work = Work { session, runner: &runner, known: &known, names, args };
    match (&args.from, &args.plan, &args.done) {
        (Some(table), ..) => work.take(table),
        (None, Some(file), _) => work.plan(file),
        (None, None, Some(file)) => work.mark(file),
        (None, None, None) if args.keys => work.ask(),
        (None, None, None) if session.out.format == Format::Csv => work.table(),
        (None, None, None) => work.list(),
    }
}

/// What every way to work the queue needs.
struct Work<'a> {
    session: &'a Session,
    runner: &'a Runner,
    known: &'a Known,
    names: Names,
    args: &'a ReviewArgs,
}

impl Work<'_> {
    /// Those who wait, in a list.
    fn list(&self) -> Result<Exit, Failure> {
        let mut counts = Status::ALL.map(|row| StatusView { status: row.0, people: 0 });
        let mut questions = Vec::new();
        self.known.each_question(self.runner.now(), |_, asked| {
            let count = counts.iter_mut().find(|count| count.status == asked.status);
            count.into_iter().for_each(|count| count.people += 1);
            if self.is_listed(&asked) && questions.len() < self.args.first {
                questions.extend(QuestionView::of(&asked, &self.names));
            }
        })?;
        let (brand, names) = (self.known.brand.id.to_string(), self.args.names);
        let view = Queue { brand, statuses: counts.to_vec(), questions, names };
        let ids = || view.questions.iter().map(|one| one.person.who.clone()).collect();
        self.session.out.answer(&view, ids, || render::review::text(&view))?;
        Ok(Exit::Done)
    }

    /// Those who wait, as the table to fill in; printed as they come.
    fn table(&self) -> Result<Exit, Failure> {
        self.session.out.document(&render::review::head()?)?;
        let mut printed = Ok(());
        self.known.each_question(self.runner.now(), |_, asked| {
            let listed = printed.is_ok() && self.is_listed(&asked);
            if let Some(view) = listed.then(|| QuestionView::of(&asked, &self.names)).flatten() {
                let line = render::review::line(&view);
                printed = line.and_then(|line| self.session.out.document(&line));
            }
        })?;
        printed.map(|()| Exit::Done)
    }

    /// Takes the answers of a filled-in table.
    fn take(&self, table: &Path) -> Result<Exit, Failure> {
        let (by, now) = (self.named()?, self.runner.now());
        let means = |text: &str, somebody: &_| self.names.means(text, somebody);
        let taken = self.known.take(table, &by, now, means)?;
        if !self.args.dry_run && !taken.rulings.is_empty() {
            self.runner.rule(&self.known.brand.id, &taken.rulings)?;
        }
        let (answers, unchanged) = (taken.rulings.len(), taken.unchanged);
        let (brand, dry_run) = (self.known.brand.id.to_string(), self.args.dry_run);
        self.say(&TakenView { brand, by, answers, unchanged, dry_run }, render::review::taken)
    }

    /// Asks about those who wait, one after another; each answer is kept at once.
    fn ask(&self) -> Result<Exit, Failure> {
        let by = self.named()?;
        let mut waiting = Vec::new();
        self.known.each_question(self.runner.now(), |_, asked| {
            if asked.status.waits() && waiting.len() < self.args.first {
                waiting.push(asked);
            }
        })?;
        let mut lines = io::stdin().lock().lines();
        for asked in &waiting {
            let Some(view) = QuestionView::of(asked, &self.names) else { continue };
            self.session.out.text(&render::review::question(&view))?;
            match self.answer(asked, &by, &mut lines)? {
                Some(ruled) => self.runner.rule(&self.known.brand.id, &[ruled])?,
                None => break,
            }
        }
        Ok(Exit::Done)
    }

    /// Reads lines until one is an answer; `None` at the end, or if the person quits.
    fn answer(
        &self,
        asked: &Subject,
        by: &str,
        lines: &mut impl Iterator<Item = io::Result<String>>,
    ) -> Result<Option<Ruled>, Failure> {
        loop {
            self.session.out.text("> ")?;
            let line = lines.next().transpose().map_err(|source| Failure::Io {
                doing: "standard input cannot be read".to_owned(),
                source,
            })?;
            let Some(line) = line.filter(|line| line.trim() != "q") else { return Ok(None) };
            match understood(&line, asked, by, self.runner) {
                Ok(ruled) => return Ok(Some(ruled)),
                Err(problem) => self.session.out.text(&format!("{problem}\n"))?,
            }
        }
    }

    /// Writes what is to be done on the platform.
    fn plan(&self, file: &Path) -> Result<Exit, Failure> {
        let (plan, behind) = self.known.plan(self.runner.now())?;
        let mut text = render::review::plan_head()?;
        for ruled in &plan {
            let handle = self.known.handle(&ruled.person)?;
            text.push_str(&render::review::plan_line(ruled, handle.as_deref())?);
        }
        super::client_report::write(file, &text)?;
        let (brand, file) = (self.known.brand.id.to_string(), file.display().to_string());
        self.say(&PlanView { brand, file, deeds: plan.len(), behind }, render::review::planned)
    }

    /// Notes what of a plan was carried out.
    fn mark(&self, file: &Path) -> Result<Exit, Failure> {
        let (by, now) = (self.named()?, self.runner.now());
        let people = self.known.carried_out(file)?;
        if !self.args.dry_run && !people.is_empty() {
            self.runner.mark_done(&self.known.brand.id, &people, &by, now)?;
        }
        let (brand, dry_run) = (self.known.brand.id.to_string(), self.args.dry_run);
        self.say(&DoneView { brand, by, deeds: people.len(), dry_run }, render::review::done)
    }

    /// Prints what was written.
    fn say<T: Serialize>(&self, view: &T, text: impl Fn(&T) -> String) -> Result<Exit, Failure> {
        let ids = || vec![self.known.brand.id.to_string()];
        self.session.out.answer(view, ids, || text(view))?;
        Ok(Exit::Done)
    }

    fn is_listed(&self, asked: &Subject) -> bool {
        self.args.all || asked.status.waits()
    }

    /// The person who answers; nobody else may.
    fn named(&self) -> Result<String, Failure> {
        match self.session.named_actor().to_string() {
            name if name.is_empty() => Err(Failure::Usage {
                message: "only a named person decides about people".to_owned(),
                hint: "say who you are with `--actor NAME`".to_owned(),
            }),
            name => Ok(name),
        }
    }
}

/// The ruling that a typed line gives: a key, then a reason, or a day for a snooze; an empty line
/// puts it off.
fn understood(line: &str, asked: &Subject, by: &str, runner: &Runner) -> Result<Ruled, String> {
    let line = line.trim();
    let (key, rest) = line.split_at(line.chars().next().map_or(0, char::len_utf8));
    let ruling = match key.chars().next() {
        None => Ruling::Later,
        Some(key) => Ruling::ALL
            .into_iter()
            .find(|ruling| ruling.key() == key && ruling.answers(asked.question))
            .ok_or_else(|| "there is no such key".to_owned())?,
    };
    check(ruling, asked.question)?;
    let rest = Some(rest.trim()).filter(|rest| !rest.is_empty());
    let (until, reason) = match (ruling, rest) {
        (Ruling::Snooze, Some(day)) => (Some(super::args::parse_instant(day)?), None),
        (_, reason) => (None, reason.map(str::to_owned)),
    };
    complete(ruling, until, reason.as_deref())?;
    let (person, question) = (asked.found.id.clone(), asked.question);
    let (by, at) = (by.to_owned(), runner.now());
    Ok(Ruled { person, question, ruling, by, at, until, reason, done: None })
}
