//! `refine`: what people and the brand give each other, and what to do about it.

use std::path::Path;

use crate::{
    evidence::sources::labelled,
    failure::Failure,
    runner::known::Known,
    view::evaluation::evaluation,
    view::refine::{Names, PersonView, Surveyed, one, refine},
};

use super::{
    args::{Format, RefineArgs},
    exit::Exit,
    render,
    session::{Session, brand_id},
};

pub fn run(session: &Session, args: &RefineArgs) -> Result<Exit, Failure> {
    if let Some(table) = &args.evaluate {
        return evaluate(session, table);
    }
    let asked = args.moment.asked();
    let brand = brand_id(args.brand.as_deref().unwrap_or_default())?;
    let known = session.runner()?.known(&brand, asked)?;
    let names = Names::of(&known, args.names);
    match (&args.explain, session.out.format) {
        (Some(who), _) => explain(session, &known, args, &names, who),
        (None, Format::Csv) => rows(session, &known, args, &names),
        (None, _) => survey(session, &known, args, &names),
    }
}

/// How good the screen is on a table of labelled accounts.
fn evaluate(session: &Session, table: &Path) -> Result<Exit, Failure> {
    session.out.writes(&[])?;
    let view = evaluation(&labelled(table, session.clock().now())?);
    let ids = || vec![view.file.name.clone()];
    session.out.answer(&view, ids, || render::evaluation::text(&view))?;
    Ok(Exit::Done)
}

/// Everybody counted, and the first of each decision.
fn survey(
    session: &Session,
    known: &Known,
    args: &RefineArgs,
    names: &Names,
) -> Result<Exit, Failure> {
    let surveyed = known.judge_each(
        args.moment.window_end,
        |context| Surveyed::begin(context, args.first),
        |surveyed, context, somebody| surveyed.survey.see(context, somebody),
    )?;
    let view = refine(known, surveyed.as_ref(), names);
    let ids = || {
        let listed = view.decisions.iter().flat_map(|one| &one.first);
        listed.map(|person| person.who.clone()).collect()
    };
    session.out.answer(&view, ids, || render::refine::text(&view))?;
    Ok(Exit::Done)
}

/// One person with every part of both scores.
fn explain(
    session: &Session,
    known: &Known,
    args: &RefineArgs,
    names: &Names,
    who: &str,
) -> Result<Exit, Failure> {
    let found = known.judge_each(
        args.moment.window_end,
        |_| Vec::new(),
        |found: &mut Vec<PersonView>, context, somebody| {
            if names.means(who, somebody) {
                found.extend(one(context, somebody, names));
            }
        },
    )?;
    let found = found.filter(|found| !found.is_empty()).ok_or_else(|| {
        let (brand, who) = (known.brand.id.clone(), who.to_owned());
        Failure::UnknownPerson { brand, who }
    })?;
    let ids = || found.iter().map(|person| person.who.clone()).collect();
    let text = || found.iter().map(render::refine::person).collect();
    session.out.answer(&found, ids, text)?;
    Ok(Exit::Done)
}

/// Everybody as a table of comma-separated values, a line a person, printed as they come.
fn rows(
    session: &Session,
    known: &Known,
    args: &RefineArgs,
    names: &Names,
) -> Result<Exit, Failure> {
    session.out.document(&render::refine::head()?)?;
    let mut printed = Ok(());
    known.judge_each(
        args.moment.window_end,
        |_| (),
        |(), context, somebody| {
            let Some(person) = printed.is_ok().then(|| one(context, somebody, names)).flatten()
            else {
                return;
            };
            if args.only.is_none_or(|only| person.decision == only) {
                let line = render::refine::line(&person);
                printed = line.and_then(|line| session.out.document(&line));
            }
        },
    )?;
    printed.map(|()| Exit::Done)
}
