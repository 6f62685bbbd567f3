//! `inbox`: the conversations that wait for an answer, those to answer first at the top.

use crate::{
    evidence::inbox::Inbox,
    failure::Failure,
    view::{
        inbox::{Effort, inbox},
        refine::Names,
    },
};

use super::{
    args::{Format, InboxArgs},
    exit::Exit,
    render,
    session::{Session, brand_id},
};

pub fn run(session: &Session, args: &InboxArgs) -> Result<Exit, Failure> {
    let asked = args.moment.asked();
    let known = session.runner()?.known(&brand_id(&args.brand)?, asked)?;
    let found = known.judge_each(
        args.moment.window_end,
        |context| (Inbox::default(), context.now().window),
        |(inbox, _), context, somebody| inbox.see(context, somebody),
    )?;
    let (mut waiting, window) = found.map(|(one, window)| (one, Some(window))).unwrap_or_default();
    waiting.sort();
    // A table that people work through holds all of them.
    let first = if session.out.format == Format::Csv { usize::MAX } else { args.first };
    let (minutes_a_day, minutes_each) = (f64::from(args.minutes), f64::from(args.each));
    let effort = Effort { minutes_a_day, minutes_each, first };
    let view = inbox(&known, &waiting, window, &Names::of(&known, args.names), effort);
    if session.out.format == Format::Csv {
        session.out.document(&render::inbox::table(&view)?)?;
        return Ok(Exit::Done);
    }
    let ids = || view.first.iter().map(|one| one.who.clone()).collect();
    session.out.answer(&view, ids, || render::inbox::text(&view))?;
    Ok(Exit::Done)
}
