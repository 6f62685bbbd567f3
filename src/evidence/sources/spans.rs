//! From when to when the facts of an export are.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::Export;
use crate::evidence::{somebody::Micros, span::widened};

/// The first and the last time.
pub(super) type Span = (DateTime<Utc>, DateTime<Utc>);

/// For each kind of facts with times, the first and the last.
pub(super) fn spans(export: &Export) -> BTreeMap<String, Span> {
    let facts = &export.facts;
    let crowd = export.crowd.as_ref();
    let (follows, deeds) = crowd.map(|crowd| (crowd.follows(), crowd.deeds())).unwrap_or_default();
    let of_crowd = |span: Option<(Micros, Micros)>| {
        span.into_iter().flat_map(|(first, last)| [first.time(), last.time()])
    };
    let interactions = facts.interactions.iter().map(|one| one.at).chain(of_crowd(deeds));
    let follows = facts.follows.iter().filter_map(|one| one.since).chain(of_crowd(follows));
    let periods = facts.account_totals.iter().flat_map(|one| [one.from, one.to]);
    let on_pages = export.pages.as_ref().map(|pages| pages.spans).unwrap_or_default();
    let [posts, totals] = on_pages.map(|span| span.map(|(first, last)| [first, last]));
    let posts = posts.into_iter().flatten().chain(facts.posts.iter().map(|one| one.at));
    let totals = totals.into_iter().flatten().chain(facts.post_totals.iter().map(|one| one.at));
    let families = [
        ("posts", span(posts)),
        ("interactions", span(interactions)),
        ("follows", span(follows)),
        ("requests", span(facts.requests.iter().filter_map(|one| one.at))),
        ("post_totals", span(totals)),
        ("account_totals", span(periods)),
    ];
    families.into_iter().filter_map(|(name, span)| Some((name.to_owned(), span?))).collect()
}

fn span(times: impl Iterator<Item = DateTime<Utc>>) -> Option<Span> {
    times.fold(None, widened)
}
