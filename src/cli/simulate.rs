//! `simulate`: what would become of a brand, and what would have become of it. Writes nothing.

use std::{collections::BTreeMap, path::PathBuf, rc::Rc, sync::Arc};

use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    definition,
    failure::Failure,
    model::{
        BrandId, Checkpoint, Entry, Metric, Observations, StageId, Status, Terms, Until, Workflow,
    },
    rehearsal::{Changed, WhatIf, World, replay, suppose},
    view,
    workspace::{WorkspaceError, read_file},
};

use super::{
    advance::until,
    args::SimulateArgs,
    exit::Exit,
    render,
    session::{Session, brand_id},
};

pub fn run(session: &Session, args: &SimulateArgs) -> Result<Exit, Failure> {
    match (&args.brand, &args.since) {
        (Some(brand), Some(since)) => again(session, args, &brand_id(brand)?, since),
        (Some(brand), None) => onward(session, args, &brand_id(brand)?),
        (None, _) => from_nothing(session, args),
    }
}

/// Plays a live brand on.
fn onward(session: &Session, args: &SimulateArgs, brand: &BrandId) -> Result<Exit, Failure> {
    let mut runner = session.runner()?;
    let case = runner.case(brand)?;
    let workflow = edited(args)?.unwrap_or_else(|| Rc::clone(&case.workflow));
    let mut notes = Vec::new();
    if matches!(case.checkpoint.status, Status::Paused { .. }) {
        notes.push("the brand is not paused any more".to_owned());
    }
    let copy = Copy {
        brand: Some(brand.clone()),
        checkpoint: case.checkpoint,
        observations: case.observations,
    };
    play(session, args, copy, &workflow, notes)
}

/// Plays a workflow from its beginning, for a brand that does not exist.
fn from_nothing(session: &Session, args: &SimulateArgs) -> Result<Exit, Failure> {
    let Some(workflow) = edited(args)? else {
        return Err(Failure::Usage {
            message: "neither a brand nor a workflow was named".to_owned(),
            hint: "name a brand, or a file with `--workflow FILE`".to_owned(),
        });
    };
    let world = World::new(&workflow, Terms::default(), session.clock().now());
    let copy = Copy { brand: None, checkpoint: world.checkpoint, observations: world.observations };
    play(session, args, copy, &workflow, Vec::new())
}

/// A brand as it stands.
struct Copy {
    brand: Option<BrandId>,
    checkpoint: Checkpoint,
    observations: Arc<Observations>,
}

fn play(
    session: &Session,
    args: &SimulateArgs,
    copy: Copy,
    workflow: &Workflow,
    notes: Vec<String>,
) -> Result<Exit, Failure> {
    let what = WhatIf {
        set: named(&args.set, definition::seen)?,
        goals: goals(args)?,
        days: args.days,
        tasks_done: args.tasks.is_some(),
        until: match args.until.as_deref() {
            None => Until::Blocked,
            some => until(some)?,
        },
    };
    check_until(&what.until, workflow)?;
    let now = session.clock().now();
    let name = copy.checkpoint.brand.clone();
    let world = World::of(workflow, copy.checkpoint, copy.observations, now);
    let supposed = suppose(world, &what)
        .map_err(|refusal| Failure::Refused { brand: name, refusal: Box::new(refusal) })?;
    let assumes = assumes(&what).into_iter().chain(notes).collect();
    let view = view::simulate::what_if(copy.brand.as_ref(), &supposed, assumes);
    let ids = || view.path.iter().map(|stay| stay.stage.clone()).collect();
    session.out.answer(&view, ids, || render::simulate::what_if(&view))?;
    Ok(Exit::Done)
}

/// What a reader must know to take the answer right.
fn assumes(what: &WhatIf) -> Vec<String> {
    let fresh = match what.days {
        Some(_) => "evidence is as fresh as the clock each day, and its numbers stay",
        None => "no time passes, and no evidence is new but what was set",
    };
    let work = match what.tasks_done {
        true => "people do every task at once",
        false => "nobody does a task that is open",
    };
    vec![fresh.to_owned(), work.to_owned()]
}

fn check_until(until: &Until, workflow: &Workflow) -> Result<(), Failure> {
    match until {
        Until::Stage(stage) if workflow.stage(stage).is_none() => {
            let known = workflow.stages.iter().map(|stage| stage.id.to_string()).collect();
            let name = StageId::to_string(stage);
            Err(WorkspaceError::Unknown { what: "stage", name, known }.into())
        }
        Until::OneStage | Until::Blocked | Until::Stage(_) => Ok(()),
    }
}

/// Plays a brand's own past again.
fn again(
    session: &Session,
    args: &SimulateArgs,
    brand: &BrandId,
    since: &str,
) -> Result<Exit, Failure> {
    let mut runner = session.runner()?;
    let case = runner.case(brand)?;
    let mut journal = runner.store().journal(brand)?;
    // Read second, so that nothing after it is missing in a journal that is pruned meanwhile.
    let base = runner.store().base(brand)?;
    // What was pruned cannot be played: only its landmarks are there.
    journal.retain(|entry| entry.revision > base.revision);
    let kept = kept(since, &base, &journal)?;
    if kept == journal.len() {
        let message = match kept {
            0 => format!("{brand} has not started, so that it has no past"),
            _ => format!("nothing has happened to {brand} since then"),
        };
        let hint = format!("play it on with `fivestep simulate {brand}`, without `--since`");
        return Err(Failure::Usage { message, hint });
    }
    let workflow = edited(args)?.unwrap_or(case.workflow);
    let goals = goals(args)?;
    let tasks_done = args.tasks.is_some();
    let changed = Changed { workflow: &workflow, goals: &goals, tasks_done };
    let replayed = replay(&base, &journal, kept, changed, runner.now())
        .map_err(|refusal| Failure::Refused { brand: brand.clone(), refusal: Box::new(refusal) })?;
    let view = view::simulate::replayed(brand, &replayed, tasks_done);
    let ids = || view.then.path.iter().map(|stay| stay.stage.clone()).collect();
    session.out.answer(&view, ids, || render::simulate::replay(&view))?;
    Ok(Exit::Done)
}

/// How many entries of the journal stay as they were.
fn kept(since: &str, base: &Checkpoint, journal: &[Entry]) -> Result<usize, Failure> {
    let first = base.revision;
    let last = journal.last().map_or(first, |entry| entry.revision);
    let usage = |message: String| Failure::Usage {
        message,
        hint: match first {
            0 => {
                format!("write `start`, a revision from 0 to {last}, or a day such as `2026-03-02`")
            }
            _ => format!("write a revision from {first} to {last}, or a day since then"),
        },
    };
    let pruned = || usage(format!("the journal is whole only from commit {first} on"));
    if since == "start" {
        return if first == 0 { Ok(0) } else { Err(pruned()) };
    }
    if let Ok(revision) = since.parse::<u64>() {
        if revision > last {
            return Err(usage(format!("there is no revision {revision}")));
        }
        if revision < first {
            return Err(pruned());
        }
        return Ok(journal.iter().filter(|entry| entry.revision <= revision).count());
    }
    let Some(at) = moment(since) else {
        return Err(usage(format!("`{since}` is no moment of a run")));
    };
    if base.at.is_some_and(|pruned_to| at <= pruned_to) {
        return Err(pruned());
    }
    Ok(journal.iter().filter(|entry| entry.at < at).count())
}

/// An instant, or the first moment of a day, UTC.
fn moment(text: &str) -> Option<DateTime<Utc>> {
    let of_day = || Some(text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0)?.and_utc());
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc()).or_else(of_day)
}

/// The workflow of `--workflow`.
fn edited(args: &SimulateArgs) -> Result<Option<Rc<Workflow>>, Failure> {
    let Some(path) = &args.workflow else { return Ok(None) };
    let file = read_file(path, &PathBuf::from(path).display().to_string())?;
    match definition::load_workflow(&file) {
        Ok(workflow) => Ok(Some(Rc::new(workflow))),
        Err(diagnostics) => Err(Failure::Definition { file: Box::new(file), diagnostics }),
    }
}

fn goals(args: &SimulateArgs) -> Result<BTreeMap<Metric, f64>, Failure> {
    let goals = named(&args.goal, definition::value)?;
    match goals.keys().find(|metric| metric.is_business()) {
        None => Ok(goals),
        Some(twin) => Err(Failure::Usage {
            message: format!("a goal is set for `{}` itself, not for business hours", twin.plain()),
            hint: "a clause with `hours: business` compares with it too".to_owned(),
        }),
    }
}

/// `METRIC=VALUE`, as often as it was given.
fn named<T>(
    given: &[String],
    read: impl Fn(Metric, &str) -> Result<T, String>,
) -> Result<BTreeMap<Metric, T>, Failure> {
    let one = |text: &String| {
        let usage = |message: String, hint: &str| Failure::Usage { message, hint: hint.to_owned() };
        let Some((name, value)) = text.split_once('=') else {
            return Err(usage(
                format!("`{text}` is not METRIC=VALUE"),
                "write it as `response_rate=90%`, or `response_rate=90%/40` for 40 cases",
            ));
        };
        let metric: Metric = name.trim().parse().map_err(|()| {
            let known = Metric::ALL.map(|metric| metric.to_string()).to_vec();
            WorkspaceError::Unknown { what: "metric", name: name.trim().to_owned(), known }
        })?;
        let read = read(metric, value.trim()).map_err(|why| {
            usage(why, "a value is written as in a workflow file; `/40` says on how many cases")
        })?;
        Ok((metric, read))
    };
    given.iter().map(one).collect()
}
