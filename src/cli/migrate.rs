//! `migrate`: brands go over to the edited text of their workflow.

use crate::{
    failure::Failure,
    model::{Command, Verb, WorkflowId},
    runner::{
        Runner,
        migrate::{Migration, Names, Which},
    },
    view::migration::{BrandLine, MigrationView, Summary},
};

use super::{
    advance::progress,
    args::{Format, MigrateArgs},
    exit::Exit,
    out::{List, unless_closed},
    render, report,
    session::{Session, not_a_name},
};

pub fn run(session: &Session, args: &MigrateArgs) -> Result<Exit, Failure> {
    let mut runner = session.runner()?;
    let workflow =
        WorkflowId::new(&args.workflow).map_err(|error| not_a_name(&error, "fivestep check"))?;
    let names = Names { stages: pairs(&args.stage)?, tasks: pairs(&args.task)? };
    let which = match session.brands(&args.brands)? {
        brands if args.brands.is_empty() && brands.is_empty() => Which::All,
        brands => Which::These(brands),
    };
    let migration = runner.migration(&workflow, &names)?;
    let job = Job { session, args, which, migration };
    if args.plan {
        return job.play(&mut runner, Play::Plan);
    }
    let plan = job.walk(&mut runner, Play::Plan, |_| Ok(()))?;
    match plan.is_held_up() || plan.going == 0 {
        true => job.play(&mut runner, Play::Plan),
        false => job.play(&mut runner, Play::Apply),
    }
}

/// One migration on the command line.
struct Job<'a> {
    session: &'a Session,
    args: &'a MigrateArgs,
    which: Which,
    migration: Migration,
}

/// What is done with every brand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Play {
    Plan,
    Apply,
}

impl Job<'_> {
    /// Plans, or does, all of it, and tells of it.
    fn play(&self, runner: &mut Runner, play: Play) -> Result<Exit, Failure> {
        let Self { session, args, .. } = self;
        let each = args.each || !args.brands.is_empty() || session.out.format != Format::Table;
        let mut list = List::of(session.out, "brands");
        let view = self.walk(runner, play, |line| {
            let id = line.goes.then_some(line.brand.as_str());
            let text = || render::migration::brand(line);
            if each { unless_closed(list.push(line, id, text)) } else { Ok(()) }
        })?;
        session.out.text(&render::migration::text(&view, &self.apply_line()))?;
        list.end_with(&view)?;
        Ok(self.exit(&view))
    }

    /// Goes from brand to brand, tells of each, and answers with the sums.
    fn walk(
        &self,
        runner: &mut Runner,
        play: Play,
        mut tell: impl FnMut(&BrandLine) -> Result<(), Failure>,
    ) -> Result<MigrationView, Failure> {
        let Self { session, args, which, migration } = self;
        let actor = session.actor();
        let ask = |verb: Verb| Command::new(verb, actor.clone()).because(args.reason.as_deref());
        let mut summary = Summary::default();
        let bar = progress(match which {
            Which::All => migration.brands(),
            Which::These(brands) => brands.len() as u64,
        });
        let take = |planned| {
            bar.inc(1);
            summary.take(&planned).map_or(Ok(()), |line| bar.suspend(|| tell(&line)))
        };
        match play {
            Play::Plan => runner.plan(migration, which, &ask, take)?,
            Play::Apply => runner.migrate(migration, which, &ask, take)?,
        }
        bar.finish_and_clear();
        let to = &migration.workflow.digest;
        Ok(summary.finish(&args.workflow, to, play == Play::Apply))
    }

    fn exit(&self, view: &MigrationView) -> Exit {
        if view.is_held_up() && self.args.apply && !view.applied {
            report::say("blocked: not every brand can go over, so none did\n");
        }
        match (view.has_unread(), view.is_held_up(), view.applied) {
            (true, _, true) | (true, false, false) => Exit::Fault,
            (_, true, true) => Exit::Conflict,
            (_, true, false) => Exit::Blocked,
            (false, false, _) if view.going == 0 => Exit::Blocked,
            (false, false, _) => Exit::Done,
        }
    }

    /// The command line that does what was planned.
    fn apply_line(&self) -> String {
        let MigrateArgs { workflow, brands, stage, task, .. } = self.args;
        let flags = |flag: &str, pairs: &[String]| -> Vec<String> {
            pairs.iter().flat_map(|pair| [format!("--{flag}"), pair.clone()]).collect()
        };
        let words = [
            vec!["fivestep".to_owned(), "migrate".to_owned(), workflow.clone()],
            brands.clone(),
            vec!["--apply".to_owned()],
            flags("stage", stage),
            flags("task", task),
        ];
        words.concat().join(" ")
    }
}

/// `OLD=NEW`, as often as it was given.
fn pairs(given: &[String]) -> Result<Vec<(String, String)>, Failure> {
    let one = |text: &String| match text.split_once('=') {
        Some((old, new)) => Ok((old.trim().to_owned(), new.trim().to_owned())),
        None => Err(Failure::Usage {
            message: format!("`{text}` is not OLD=NEW"),
            hint: "write the old name, `=`, and the new one: `--stage draft=write`".to_owned(),
        }),
    };
    given.iter().map(one).collect()
}
