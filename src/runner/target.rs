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
        sources::{
            self, SourceError,
            prospects::{Table, prospects},
        },
        target::{Targeting, Targets, prospect::Prospect, segment::name},
    },
    failure::Failure,
    model::{BrandId, Source},
};

/// So many followers of somebody else are looked at, no more: they are in memory together.
const MOST_OF_A_SEED: usize = 100_000;

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
        let mut people = self.followers_of(&audience.seeds)?;
        // What a person wrote down of somebody comes last, and counts.
        people.extend(table.iter_mut().flat_map(|table| std::mem::take(&mut table.people)));
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

    /// Those who follow others, by saved lists.
    fn followers_of(&self, seeds: &[Source]) -> Result<Vec<Prospect>, Failure> {
        let mut people = Vec::new();
        for seed in seeds {
            let Some(path) = &seed.path else { continue };
            let path = self.workspace.root().join(path);
            let export = sources::read(&self.workspace.with_map(seed.clone()), &path)?;
            let facts = export.with_people(MOST_OF_A_SEED).map_err(SourceError::Unsorted)?;
            let (platform, follows) =
                (seed.kind.platform(), name(seed.kind.platform(), &seed.account));
            people.extend(facts.people.into_iter().map(|person| Prospect {
                bio: person.traits.bio.clone(),
                follows: vec![follows.clone()],
                traits: person.traits,
                ..Prospect::new(platform, &person.handle)
            }));
        }
        Ok(people)
    }
}
