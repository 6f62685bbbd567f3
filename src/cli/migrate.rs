//! `migrate`: brands go over to the edited text of their workflow.

use crate::{
    failure::Failure,
    model::{Command, Verb, WorkflowId},
    runner::{
        Runner,
        migrate::{Migration, Names, Which},
    },
    view::migration::{MigrationView, Summary},
};

use super::{
    advance::progress,
    args::{Format, MigrateArgs},
    exit::Exit,
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
    let mut job = Job { session, args, which, migration };
    let plan = job.play(&mut runner, false)?;
    if args.plan || !plan.stuck.is_empty() || plan.going == 0 {
        return job.tell(&plan);
    }
    let done = job.play(&mut runner, true)?;
    job.tell(&done)
}

/// One migration on the command line.
struct Job<'a> {
    session: &'a Session,
    args: &'a MigrateArgs,
    which: Which,
    migration: Migration,
}

impl Job<'_> {
    /// Plans, or does, all of it.
    fn play(&mut self, runner: &mut Runner, apply: bool) -> Result<MigrationView, Failure> {
        let Self { session, args, which, migration } = self;
        let actor = session.actor();
        let ask = |verb: Verb| Command::new(verb, actor.clone()).because(args.reason.as_deref());
        let each = args.each || !args.brands.is_empty() || session.out.format != Format::Table;
        let mut summary = Summary::new(each);
        let bar = progress(match which {
            Which::All => runner.store().brands()?,
            Which::These(brands) => brands.len() as u64,
        });
        let tell = |planned| {
            bar.inc(1);
            summary.take(&planned);
            Ok(())
        };
        match apply {
            true => runner.migrate(migration, which, &ask, tell)?,
            false => runner.plan(migration, which, &ask, tell)?,
        }
        bar.finish_and_clear();
        Ok(summary.finish(&args.workflow, &migration.workflow.digest, apply))
    }

    fn tell(&self, view: &MigrationView) -> Result<Exit, Failure> {
        let ids = || {
            let going = view.brands.iter().filter(|line| line.goes);
            going.map(|line| line.brand.clone()).collect()
        };
        let text = || render::migration::text(view, &self.apply_line());
        self.session.out.answer(view, ids, text)?;
        if view.stuck.is_empty() {
            return Ok(if view.going > 0 { Exit::Done } else { Exit::Blocked });
        }
        if self.args.apply && !view.applied {
            report::say("blocked: not every brand can go over, so none did\n");
        }
        Ok(if view.applied { Exit::Conflict } else { Exit::Blocked })
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
