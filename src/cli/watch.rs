//! `status --watch`: the fleet at a glance, drawn again and again until somebody ends it.
//!
//! # Always true
//!
//! - Nothing of the terminal is changed but what it shows, so an interrupt leaves it as it was.
//! - Where nobody looks on (no terminal), one look is printed and that is all.

use std::{
    collections::HashMap,
    io::{IsTerminal, stdout},
    thread,
    time::Duration,
};

use console::Term;

use crate::{
    failure::Failure,
    runner::Runner,
    store::Filter,
    view::{
        status::{StatusLine, line},
        watch::{Course, Frame, Glance},
    },
};

use super::{
    args::Format,
    exit::Exit,
    render,
    session::{Session, brand_id},
    status,
};

/// How many brands are shown where there is no terminal.
const SHOWN: usize = 20;

/// What was read of a brand's course, and at which revision.
type Known = HashMap<String, (u64, Course)>;

pub fn run(session: &Session, filter: Option<&Filter>, every: u64) -> Result<Exit, Failure> {
    let runner = session.runner()?;
    let mut known = Known::new();
    if session.out.format != Format::Table || !stdout().is_terminal() {
        let frame = frame(&runner, filter, SHOWN, &mut known)?;
        let ids = || frame.shown.iter().map(|one| one.line.standing.brand.clone()).collect();
        session.out.answer(&frame, ids, || render::watch::text(&frame))?;
        return Ok(Exit::Done);
    }
    let term = Term::stdout();
    loop {
        let height = usize::from(term.size().0);
        let text = fitting(frame(&runner, filter, height, &mut known)?, height);
        let drawn = term.clear_screen().and_then(|()| term.write_str(&text));
        drawn.and_then(|()| term.flush()).map_err(|source| Failure::Io {
            doing: "the terminal cannot be written".to_owned(),
            source,
        })?;
        thread::sleep(Duration::from_secs(every));
    }
}

/// As many brands as fit into so many lines.
fn fitting(mut frame: Frame, height: usize) -> String {
    loop {
        let text = render::watch::text(&frame);
        if text.lines().count() < height || frame.shown.pop().is_none() {
            return text;
        }
    }
}

/// One look at all brands that pass.
fn frame(
    runner: &Runner,
    filter: Option<&Filter>,
    most: usize,
    known: &mut Known,
) -> Result<Frame, Failure> {
    let (now, mut glance) = (runner.now(), Glance::new(most));
    status::each(runner, filter, &mut |one| glance.see(line(one, now)))?;
    glance.frame(now, |line| course(runner, line, known))
}

/// How the number of a brand has gone; read again only if the brand has moved.
fn course(runner: &Runner, line: &StatusLine, known: &mut Known) -> Result<Course, Failure> {
    let (brand, revision) = (&line.standing.brand, line.standing.revision);
    if let Some((_, course)) = known.get(brand).filter(|(seen, _)| *seen == revision) {
        return Ok(course.clone());
    }
    let id = brand_id(brand)?;
    let (base, entries) = (runner.store().base(&id)?, runner.store().journal(&id)?);
    let generation = entries.last().map_or(base.generation, |entry| entry.generation);
    let course = Course::read(&base, &entries, generation);
    known.insert(brand.clone(), (revision, course.clone()));
    Ok(course)
}
