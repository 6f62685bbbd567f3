//! `notices`: what people are to be told, and were.

use std::collections::BTreeSet;

use crate::{
    failure::Failure,
    model::BrandId,
    runner::fleet::PAGE,
    store::state::Told,
    view::notices::{NoticeView, notice},
};

use super::{
    args::{Format, NoticesArgs},
    exit::Exit,
    out::List,
    render,
    session::Session,
};

pub fn run(session: &Session, args: &NoticesArgs) -> Result<Exit, Failure> {
    let runner = session.runner()?;
    let brands: BTreeSet<BrandId> = session.brands(&args.brands)?.into_iter().collect();
    for brand in &brands {
        // Tells an unknown name from a brand of which nothing is to be told.
        runner.workspace().read_brand(brand)?;
    }
    let mut answer = Answer { list: List::new(session.out), rows: Vec::new() };
    let mut last = None;
    loop {
        let page = runner.store().notices(args.all, last.as_ref(), PAGE)?;
        let Some(Told { notice: newest, .. }) = page.last() else { break };
        last = Some(newest.clone());
        for told in page {
            if brands.is_empty() || brands.contains(&told.notice.brand) {
                answer.take(session, notice(told))?;
            }
        }
    }
    answer.end(session, args, runner.now())?;
    Ok(Exit::Done)
}

/// The notices of one command: printed as they come, or kept for a table.
struct Answer {
    list: List,
    rows: Vec<NoticeView>,
}

impl Answer {
    fn take(&mut self, session: &Session, notice: NoticeView) -> Result<(), Failure> {
        if session.out.format == Format::Table {
            self.rows.push(notice);
            return Ok(());
        }
        self.list.push(&notice, Some(&notice.key), String::new)
    }

    fn end(
        self,
        session: &Session,
        args: &NoticesArgs,
        now: chrono::DateTime<chrono::Utc>,
    ) -> Result<(), Failure> {
        session.out.text(&render::rows::notices(&self.rows, args.all, now))?;
        self.list.end()
    }
}
