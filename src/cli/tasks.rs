//! `tasks`: work for people, over one brand or all.

use crate::{
    failure::Failure,
    model::{Checkpoint, Status},
    runner::{Runner, fleet::PAGE},
    store::{Filter, Standing},
    view::tasks::{TaskView, tasks_of},
};

use super::{args::TasksArgs, exit::Exit, render, report, session::Session};

pub fn run(session: &Session, args: &TasksArgs) -> Result<Exit, Failure> {
    let mut runner = session.runner()?;
    let now = runner.now();
    let filter = session.filter(&args.filter)?;
    let (mut tasks, failed) = if args.brands.is_empty() {
        of_all(&mut runner, filter.as_ref())?
    } else {
        (of_named(session, &mut runner, args, filter.as_ref())?, None)
    };
    tasks.retain(|task| {
        (args.done || task.done_by.is_none())
            && (!args.overdue || task.overdue)
            && (!args.remind || task.remind)
            && args.owner.as_ref().is_none_or(|owner| task.owner == *owner)
    });
    let chosen = args.overdue
        || args.remind
        || args.owner.is_some()
        || filter.is_some()
        || !args.brands.is_empty();
    session.out.answer(
        &tasks,
        || {
            // The tasks of a brand stand together.
            let mut brands: Vec<String> = tasks.iter().map(|task| task.brand.clone()).collect();
            brands.dedup();
            brands
        },
        || render::rows::tasks(&tasks, chosen, now),
    )?;
    Ok(failed.unwrap_or(Exit::Done))
}

fn of_named(
    session: &Session,
    runner: &mut Runner,
    args: &TasksArgs,
    filter: Option<&Filter>,
) -> Result<Vec<TaskView>, Failure> {
    let mut tasks = Vec::new();
    for brand in session.brands(&args.brands)? {
        runner.workspace().read_brand(&brand)?;
        let checkpoint = runner.store().checkpoint(&brand)?;
        if is_asked(filter, &checkpoint, runner) {
            tasks.extend(runner.tasks(&checkpoint)?);
        }
    }
    Ok(tasks)
}

fn is_asked(filter: Option<&Filter>, at: &Checkpoint, runner: &Runner) -> bool {
    filter.is_none_or(|filter| filter.lets_pass(&Standing::of(at), runner.now()))
}

/// The tasks of every brand, and the exit of those that cannot be read: one brand's damage must
/// not hide the others' work.
fn of_all(
    runner: &mut Runner,
    filter: Option<&Filter>,
) -> Result<(Vec<TaskView>, Option<Exit>), Failure> {
    let (mut tasks, mut failed) = (Vec::new(), None);
    let mut after = String::new();
    loop {
        let page = runner.store().checkpoints(filter, &after, PAGE)?;
        let Some(last) = page.last() else {
            return Ok((tasks, failed));
        };
        after.clone_from(&last.brand);
        for row in page {
            let found = row.read.map_err(Failure::from).and_then(|at| {
                if is_asked(filter, &at, runner) { runner.tasks(&at) } else { Ok(Vec::new()) }
            });
            match found {
                Ok(found) => tasks.extend(found),
                Err(failure) => {
                    report::say(&report::text(&failure));
                    failed = Some(Exit::from(&failure));
                }
            }
        }
    }
}

impl Runner {
    /// The tasks of a brand that is in a stage; none once its run has ended.
    fn tasks(&mut self, checkpoint: &Checkpoint) -> Result<Vec<TaskView>, Failure> {
        let goes_on = matches!(checkpoint.status, Status::Running | Status::Paused { .. });
        match (&checkpoint.definition, goes_on) {
            (Some(digest), true) => {
                let workflow = self.pinned(&checkpoint.brand, digest)?;
                Ok(tasks_of(checkpoint, &workflow, self.now()))
            }
            _ => Ok(Vec::new()),
        }
    }
}
