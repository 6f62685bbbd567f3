//! `tasks`: work for people, over one brand or all.
//!
//! Memory holds one page of brands and, for a table, its rows; programs get each task as it is
//! found.

use chrono::{DateTime, Utc};

use crate::{
    failure::Failure,
    model::{BrandId, Checkpoint, Status},
    runner::{Runner, fleet::PAGE},
    store::{Filter, Standing},
    view::tasks::{TaskView, TaskWord, tasks_of},
};

use super::{
    args::{Format, TasksArgs},
    exit::Exit,
    ics,
    out::{List, Out},
    render::rows::{TaskRow, task_row, tasks},
    report,
    session::Session,
};

pub fn run(session: &Session, args: &TasksArgs) -> Result<Exit, Failure> {
    if args.todo && session.out.format != Format::Ics {
        return Err(Failure::Usage {
            message: "`--todo` says how a calendar is written".to_owned(),
            hint: "take it together with `-o ics`".to_owned(),
        });
    }
    let mut runner = session.runner()?;
    let names = [args.brands.as_slice(), &args.more_brands].concat();
    let filter = session.filter(&args.filter)?;
    let asked = Asked::new(session, args);
    let mut answer = Answer::new(session.out, args.todo, runner.now());
    let mut take = |task: TaskView| match asked.is(&task) {
        true => answer.take(&task),
        false => Ok(()),
    };
    let exit = match names.is_empty() {
        true => of_all(&mut runner, filter.as_ref(), &mut take)?,
        false => of_named(&mut runner, &session.brands(&names)?, filter.as_ref(), &mut take)?,
    };
    answer.end(asked.only_some || filter.is_some() || !names.is_empty())?;
    Ok(exit)
}

/// Which tasks were asked for.
struct Asked<'a> {
    args: &'a TasksArgs,
    owner: Option<String>,
    only_some: bool,
}

impl<'a> Asked<'a> {
    fn new(session: &Session, args: &'a TasksArgs) -> Self {
        let owner = args.owner.as_ref().map(|owner| match owner.as_str() {
            "me" => session.actor().to_string(),
            named => named.to_owned(),
        });
        let only_some = args.overdue || args.remind || owner.is_some();
        Self { args, owner, only_some }
    }

    fn is(&self, task: &TaskView) -> bool {
        (self.args.done || task.state != TaskWord::Done)
            && (!self.args.overdue || task.overdue)
            && (!self.args.remind || task.remind)
            && self.owner.as_ref().is_none_or(|owner| task.owner == *owner)
    }
}

type Take<'a> = dyn FnMut(TaskView) -> Result<(), Failure> + 'a;

fn of_named(
    runner: &mut Runner,
    brands: &[BrandId],
    filter: Option<&Filter>,
    take: &mut Take<'_>,
) -> Result<Exit, Failure> {
    for brand in brands {
        // A name that does not exist is told before anything is printed.
        runner.workspace().read_brand(brand)?;
    }
    for brand in brands {
        let checkpoint = runner.store().checkpoint(brand)?;
        runner.tasks(&checkpoint, filter)?.into_iter().try_for_each(&mut *take)?;
    }
    Ok(Exit::Done)
}

/// The tasks of every brand. One brand's damage is told, and does not hide the others' work.
fn of_all(
    runner: &mut Runner,
    filter: Option<&Filter>,
    take: &mut Take<'_>,
) -> Result<Exit, Failure> {
    let (mut exit, mut after) = (Exit::Done, String::new());
    loop {
        let page = runner.store().checkpoints(filter, &after, PAGE)?;
        let Some(last) = page.last() else {
            return Ok(exit);
        };
        after.clone_from(&last.brand);
        for row in page {
            let found = row.read.map_err(Failure::from).and_then(|at| runner.tasks(&at, filter));
            match found {
                Ok(found) => found.into_iter().try_for_each(&mut *take)?,
                Err(failure) => {
                    report::say(&report::text(&failure));
                    exit = Exit::from(&failure);
                }
            }
        }
    }
}

impl Runner {
    /// The tasks of a brand that passes and is in a stage; none once its run has ended.
    fn tasks(
        &mut self,
        checkpoint: &Checkpoint,
        filter: Option<&Filter>,
    ) -> Result<Vec<TaskView>, Failure> {
        let passes = |filter: &Filter| filter.lets_pass(&Standing::of(checkpoint), self.now());
        if !filter.is_none_or(passes) {
            return Ok(Vec::new());
        }
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

/// The tasks of one command: printed as they are found, or kept as the rows of a table.
struct Answer {
    out: Out,
    now: DateTime<Utc>,
    list: List,
    rows: Vec<TaskRow>,
    /// The brand whose name was printed last; the tasks of a brand stand together.
    last: String,
    calendar: ics::Calendar,
    /// How many tasks have no moment in a calendar.
    left_out: usize,
}

impl Answer {
    fn new(out: Out, todo: bool, now: DateTime<Utc>) -> Self {
        let entries = if todo { ics::Entries::ToDos } else { ics::Entries::Events };
        Self {
            out,
            now,
            list: List::new(out),
            rows: Vec::new(),
            last: String::new(),
            calendar: ics::Calendar::new(entries),
            left_out: 0,
        }
    }

    fn take(&mut self, task: &TaskView) -> Result<(), Failure> {
        match self.out.format {
            Format::Table => {
                self.rows.push(task_row(task, self.now));
                Ok(())
            }
            Format::Ics => match self.calendar.entry(task) {
                Some(text) => self.out.document(&text),
                None => {
                    self.left_out += 1;
                    Ok(())
                }
            },
            Format::Json
            | Format::Ids
            | Format::Sarif
            | Format::Junit
            | Format::Mermaid
            | Format::Dot
            | Format::Svg
            | Format::Html
            | Format::Md
            | Format::Csv => {
                let id = (self.last != task.brand).then_some(task.brand.as_str());
                self.list.push(task, id, String::new)?;
                self.last.clone_from(&task.brand);
                Ok(())
            }
        }
    }

    fn end(self, only_some: bool) -> Result<(), Failure> {
        self.out.text(&tasks(&self.rows, only_some))?;
        if self.out.format == Format::Ics {
            self.out.document(&self.calendar.end())?;
        }
        if self.left_out > 0 {
            let next = format!(
                "left out without a deadline: {}; `fivestep tasks -o ics --todo` has them",
                self.left_out
            );
            report::say(&report::hint(&next));
        }
        self.list.end()
    }
}
