//! Whom a brand turns to today.
//!
//! Nothing is decided here and no run is needed: a brand file, its prospects, and evidence.

use chrono::{DateTime, Utc};

use super::{
    Runner,
    known::{Asked, Known},
};
use crate::{
    evidence::{
        facts::Facts,
        scores::Context,
        sources::prospects::{Table, prospects},
        target::{Targeting, Targets},
    },
    failure::Failure,
    model::BrandId,
};

/// A brand with the list of the day.
#[derive(Debug)]
pub struct Targeted {
    /// What is known of the brand.
    pub known: Known,
    /// The list; absent if no moment can be judged.
    pub targets: Option<Targets>,
    /// The table of prospects, if the brand's file names one; its people are in the list.
    pub table: Option<Table>,
}

impl Runner {
    /// Whom a brand turns to, and what came of it when it did before.
    ///
    /// Before the first import there are only prospects to judge, as of this moment.
    ///
    /// - `until`: where the window ends, UTC; absent for the newest evidence.
    /// - `most`: how many are listed; absent for as many as the brand's file says.
    ///
    /// # Errors
    ///
    /// [`Failure`] if the brand's file, its workflow, its prospects or its evidence cannot be read.
    pub fn target(
        &self,
        brand: &BrandId,
        asked: Asked,
        until: Option<DateTime<Utc>>,
        most: Option<usize>,
    ) -> Result<Targeted, Failure> {
        let known = self.known(brand, asked)?;
        let audience = &known.brand.audience;
        let path = audience.prospects.as_ref().map(|path| self.workspace.root().join(path));
        let mut table = path.map(|path| prospects(&path)).transpose()?;
        let people = table.as_mut().map(|table| std::mem::take(&mut table.people));
        let people = people.unwrap_or_default();
        let most = most.unwrap_or(audience.people_a_day as usize);
        let forgotten = known.forgotten()?;
        let begin = |context: &Context| Targeting::begin(context, people.clone(), most);
        let end = |all: Targeting, context: &Context| {
            all.finish(context, known.pseudonyms.as_ref(), &forgotten)
        };
        let targets =
            known.judge_all(until, begin, |all, context, one| all.see(context, one), end)?;
        // Before the first import there is nobody to see, as of this moment.
        let alone = || {
            let (nobody, to) = (Facts::default(), until.unwrap_or(self.now()));
            let (brand, seconds) = (&known.brand, known.window_seconds);
            let Ok(context) = Context::look(brand, &nobody, &nobody, seconds, Some(to));
            context.map(|context| end(begin(&context), &context))
        };
        let targets = targets.or_else(alone);
        Ok(Targeted { targets, known, table })
    }
}
