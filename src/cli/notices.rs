//! `notices`: what people are to be told, and were.

use std::collections::BTreeSet;

use crate::{
    failure::Failure,
    model::BrandId,
    runner::fleet::PAGE,
    store::state::Told,
    view::notices::{NoticeView, notice},
};

use super::{args::NoticesArgs, exit::Exit, out::List, render, session::Session};

pub fn run(session: &Session, args: &NoticesArgs) -> Result<Exit, Failure> {
    let runner = session.runner()?;
    let brands: BTreeSet<BrandId> = session.brands(&args.brands)?.into_iter().collect();
    for brand in &brands {
        // Tells an unknown name from a brand of which nothing is to be told.
        runner.workspace().read_brand(brand)?;
    }
    let mut answer = Answer { list: List::new(session.out), is_empty: true };
    let mut after = 0;
    loop {
        let page = runner.store().notices(args.all, after, PAGE)?;
        let Some(Told { place, .. }) = page.last() else { break };
        after = *place;
        for told in page {
            if brands.is_empty() || brands.contains(&told.notice.brand) {
                answer.take(&notice(told))?;
            }
        }
    }
    answer.end(session, args.all)?;
    Ok(Exit::Done)
}

/// The notices of one command, printed as they come.
struct Answer {
    list: List,
    is_empty: bool,
}

impl Answer {
    fn take(&mut self, notice: &NoticeView) -> Result<(), Failure> {
        self.is_empty = false;
        self.list.push(notice, Some(&notice.key), || render::notices::text(notice))
    }

    fn end(self, session: &Session, all: bool) -> Result<(), Failure> {
        if self.is_empty {
            session.out.text(render::notices::none(all))?;
        }
        self.list.end()
    }
}
