//! Whom a brand wants in its audience, and how it goes about it.

use std::collections::BTreeSet;

use super::{Checker, brand::texts, value_of};
use crate::{
    definition::{
        raw::{self, Field, Spot, Words},
        read::whole,
    },
    model::{Account, Audience, Segment},
};

impl Checker<'_, '_> {
    pub(super) fn audience(&mut self, raw: &raw::Audience) -> Option<Audience> {
        let default = Audience::default();
        let segments = raw.segments.as_ref().map(|list| self.segments(&list.value));
        if let Some(path) = &raw.prospects {
            self.path(path);
        }
        let number = |text: &str, low, high| whole(text, low..=high).map(|number| number as u32);
        let people =
            self.or_default(&raw.people_a_day, default.people_a_day, |text| number(text, 1, 50));
        let fit = self.or_default(&raw.least_fit, default.least_fit, |text| number(text, 0, 100));
        Some(Audience {
            segments: segments.unwrap_or_default(),
            never: self.group(&raw.never),
            prospects: value_of(&raw.prospects),
            seeds: raw.seeds.as_ref().map(|list| self.sources(&list.value)).unwrap_or_default(),
            people_a_day: people?,
            least_fit: fit?,
        })
    }

    fn segments(&mut self, raw: &[Spot<raw::Segment>]) -> Vec<Segment> {
        self.no_doubles("segment", raw.iter().filter_map(|segment| segment.value.id.as_ref()));
        let one = |Spot { value: segment, .. }: &Spot<raw::Segment>| {
            let id = segment.id.as_ref().and_then(|words| self.short_name(words));
            let languages = segment.languages.as_ref();
            let languages = languages.map(|list| self.languages(&list.value)).unwrap_or_default();
            Some(Segment {
                bio: said(&segment.bio),
                languages,
                hashtags: said(&segment.hashtags),
                follows: self.group(&segment.follows),
                not: said(&segment.not),
                accounts: self.group(&segment.accounts),
                id: id?,
            })
        };
        raw.iter().filter_map(one).collect()
    }

    /// Accounts, each once; the same account may stand in another group as well.
    fn group(&mut self, raw: &Field<Vec<Spot<raw::Account>>>) -> Vec<Account> {
        let mut named = BTreeSet::new();
        raw.as_ref().map(|list| self.accounts(&list.value, &mut named)).unwrap_or_default()
    }
}

fn said(words: &Field<Vec<Words>>) -> Vec<String> {
    words.as_ref().map(|words| texts(&words.value)).unwrap_or_default()
}
