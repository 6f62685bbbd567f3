//! `schedule preview`: when the schedules of a workflow come. Writes nothing.

use std::rc::Rc;

use crate::{
    definition::closest,
    failure::Failure,
    model::{
        Schedule, Workflow, WorkingTime,
        calendar::{is_zone, zones},
    },
    view::schedule::{Begins, MOST_SHOWN, Preview, Span, preview},
    workspace::WorkspaceError,
};

use super::{
    args::{PreviewArgs, ScheduleArgs, ScheduleVerb},
    exit::Exit,
    render,
    session::{Session, brand_id},
    which,
};

/// How many occurrences are shown if nothing is said.
const SHOWN: usize = 10;

/// How many days are shown around one: the day before, the day, and the day after.
const DAYS_AROUND: u32 = 3;

pub fn run(session: &Session, args: &ScheduleArgs) -> Result<Exit, Failure> {
    let ScheduleVerb::Preview(args) = &args.verb;
    let (workflow, mut working_time) = meant(session, args.name.as_deref())?;
    if let Some(zone) = &args.zone {
        working_time.timezone = known_zone(zone)?;
    }
    let span = span(session, args);
    let previews: Vec<Preview> = chosen(&workflow, args.schedule.as_deref())?
        .into_iter()
        .map(|schedule| preview(schedule, &working_time, span))
        .collect();
    session.out.answer(
        &previews,
        || previews.iter().map(|one| one.schedule.to_string()).collect(),
        || render::schedule::text(&workflow.id, &previews),
    )?;
    Ok(Exit::Done)
}

/// The workflow that is named, or that the named brand runs on, and whose wall clock counts.
fn meant(session: &Session, name: Option<&str>) -> Result<(Rc<Workflow>, WorkingTime), Failure> {
    if let Some(brand) = name.filter(|name| !which::is_path(name)) {
        let workspace = session.workspace()?;
        if workspace.brand_names()?.iter().any(|known| known == brand) {
            let case = session.runner()?.case(&brand_id(brand)?)?;
            return Ok((case.workflow, case.brand.working_time));
        }
    }
    let workflow = which::workflow(session, name, "fivestep schedule preview")?;
    Ok((Rc::new(workflow), WorkingTime::default()))
}

fn known_zone(name: &str) -> Result<String, Failure> {
    if is_zone(name) {
        return Ok(name.to_owned());
    }
    let zones = zones();
    let hint = match closest(name, zones.iter().map(String::as_str)) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "write the zone as region and city, such as `Europe/Rome`".to_owned(),
    };
    Err(Failure::Usage { message: format!("there is no time zone `{name}`"), hint })
}

fn span(session: &Session, args: &PreviewArgs) -> Span {
    let begins = match args.around {
        Some(day) => Begins::Around(day),
        None => Begins::After(session.clock().now()),
    };
    let around = args.around.filter(|_| args.count.is_none()).map(|_| DAYS_AROUND);
    let days = args.days.or(around);
    let count =
        args.count.map(usize::from).unwrap_or(if days.is_some() { MOST_SHOWN } else { SHOWN });
    Span { begins, days, count }
}

/// The schedule of that name; without one, all.
fn chosen<'w>(workflow: &'w Workflow, name: Option<&str>) -> Result<Vec<&'w Schedule>, Failure> {
    let Some(name) = name else { return Ok(workflow.schedules.iter().collect()) };
    match workflow.schedules.iter().find(|schedule| schedule.id.as_str() == name) {
        Some(schedule) => Ok(vec![schedule]),
        None => {
            let known = workflow.schedules.iter().map(|one| one.id.to_string()).collect();
            Err(WorkspaceError::Unknown { what: "schedule", name: name.to_owned(), known }.into())
        }
    }
}
