//! Says whether a brand's sources can tell a metric, and what is missing if not.
//!
//! Start reading at [`obstacle`].
//!
//! # Always true
//!
//! - What no source of the brand can ever carry makes a metric `Unmeasurable`; what a source
//!   could carry but no export held yet makes it `NotExported`.
//! - What was held counts, whatever the table of a source says.

use std::collections::BTreeSet;

use crate::{
    evidence::facts::{Facts, Origin, PersonId},
    model::{Brand, FactKind, Finding, Metric, Platform, SourceKind},
};

/// Why `metric` cannot be measured now; absent if it can.
pub(super) fn obstacle(metric: Metric, brand: &Brand, facts: &Facts) -> Option<Finding> {
    let ways = metric.spec().needs;
    let held = |need: &FactKind| facts.carried.contains(need);
    if ways.iter().any(|way| way.iter().all(held)) {
        return None;
    }
    let kinds = kinds(brand, facts);
    let carried =
        |need: &FactKind| held(need) || kinds.iter().any(|kind| kind.carries().contains(need));
    // Of two ways that lack as much, the first is the better one.
    let possible = ways.iter().filter(|way| way.iter().all(carried));
    if let Some(lacking) = possible.map(|way| lacking(way, held)).min_by_key(Vec::len) {
        return Some(Finding::NotExported { why: not_held(&kinds, &lacking, facts) });
    }
    // The first way is the usual one.
    let usual = ways.first().map(|way| lacking(way, carried)).unwrap_or_default();
    Some(Finding::Unmeasurable { why: cannot_hold(&kinds, &usual) })
}

/// The facts of a way that `has` does not have.
fn lacking(way: &[FactKind], has: impl Fn(&FactKind) -> bool) -> Vec<FactKind> {
    way.iter().copied().filter(|need| !has(need)).collect()
}

/// The platforms of the accounts that a metric is measured from.
///
/// A table is of the platform that its mapping says, or of [`Platform::Other`].
pub fn platforms(metric: Metric, facts: &Facts) -> BTreeSet<Platform> {
    let of_table = |account: &str| {
        let names = |platform: &Platform| PersonId::named(*platform, account);
        let all = Platform::ALL.into_iter().map(|(platform, _)| platform);
        let found = all.filter(|one| facts.profiles.iter().any(|row| row.account == names(one)));
        found.collect::<Vec<Platform>>()
    };
    let of_origin = |origin: &Origin| match origin.kind {
        SourceKind::Table => of_table(&origin.account),
        kind => vec![kind.platform()],
    };
    origins(metric, facts).flat_map(of_origin).collect()
}

/// The origins that hold some of what a metric needs.
fn origins(metric: Metric, facts: &Facts) -> impl Iterator<Item = &Origin> {
    let needs = metric.spec().needs.iter().flat_map(|way| way.iter());
    let helps = move |kind: SourceKind| needs.clone().any(|need| kind.carries().contains(need));
    facts.origins.iter().filter(move |origin| helps(origin.kind))
}

/// The sources that a metric was measured from, such as `bluesky_api @acme.example`.
pub(super) fn sources(metric: Metric, facts: &Facts) -> Vec<String> {
    origins(metric, facts)
        .map(|origin| {
            let account = &origin.account;
            let is_name = !account.starts_with('@') && !account.contains(':');
            format!("{} {}{account}", origin.kind, if is_name { "@" } else { "" })
        })
        .collect()
}

/// The kinds of sources that the brand names or that something was imported from.
fn kinds(brand: &Brand, facts: &Facts) -> BTreeSet<SourceKind> {
    let named = brand.sources.iter().map(|source| source.kind);
    named.chain(facts.origins.iter().map(|origin| origin.kind)).collect()
}

fn cannot_hold(kinds: &BTreeSet<SourceKind>, missing: &[FactKind]) -> String {
    let what = listed(missing, " or ");
    if kinds.is_empty() {
        return format!("the brand names no source, so there is no {what}");
    }
    let names: Vec<&str> = kinds.iter().map(|kind| kind.words()).collect();
    let verb = if names.len() == 1 { "does" } else { "do" };
    let remedy = if by_table_alone(missing) { ": a table with a mapping can" } else { "" };
    format!("{} {verb} not hold {what}{remedy}", names.join(" and "))
}

/// Whether no platform's own export ever holds some of the facts.
fn by_table_alone(missing: &[FactKind]) -> bool {
    let exports = || SourceKind::ALL.into_iter().filter(|(kind, _)| *kind != SourceKind::Table);
    missing.iter().any(|need| exports().all(|(kind, _)| !kind.carries().contains(need)))
}

fn not_held(kinds: &BTreeSet<SourceKind>, missing: &[FactKind], facts: &Facts) -> String {
    if facts.origins.is_empty() && facts.carried.is_empty() {
        return "nothing was imported yet".to_owned();
    }
    let mut files: Vec<&str> = Vec::new();
    for kind in kinds {
        for file in missing.iter().filter_map(|need| kind.file_of(*need)) {
            if !files.contains(&file) {
                files.push(file);
            }
        }
    }
    let (what, files) = (listed(missing, " or "), files.join("` and `"));
    format!("no export held {what} yet: save `{files}` and import again")
}

fn listed(kinds: &[FactKind], between: &str) -> String {
    kinds.iter().map(ToString::to_string).collect::<Vec<_>>().join(between)
}

#[cfg(test)]
mod tests {
    use super::{super::testing::World, *};

    #[test]
    fn what_cannot_be_told_is_said_with_its_reason() {
        let archive = || World::new().bare().from(SourceKind::MastodonArchive, "@us@a.example");
        let lacking = |kind| World::new().lacking(kind).likes("ann", 1);
        // (why, world, metric, line)
        let table = [
            (
                "an archive has one side",
                archive(),
                Metric::ResponseRate,
                "unmeasurable: a Mastodon archive does not hold conversations others opened",
            ),
            (
                "two things are missing",
                archive(),
                Metric::EngagedFollowers,
                "unmeasurable: a Mastodon archive does not hold followers by name or people who \
                 engaged, by name",
            ),
            (
                "no source",
                World::new().bare(),
                Metric::TopicAdherence,
                "unmeasurable: the brand names no source, so there is no own posts",
            ),
            (
                "a second source tells",
                archive().from(SourceKind::BlueskyApi, "us.example"),
                Metric::ResponseRate,
                "no cases: nobody opened a conversation in the window",
            ),
            (
                "a file was left out",
                lacking(FactKind::Inbound),
                Metric::Concentration,
                "not exported: no export held people who engaged, by name yet: save \
                 `listNotifications` and import again",
            ),
            (
                "two files were left out",
                lacking(FactKind::Followers).lacking(FactKind::Inbound),
                Metric::EngagedFollowers,
                "not exported: no export held followers by name or people who engaged, by name yet: \
                 save `getFollowers` and `listNotifications` and import again",
            ),
        ];
        for (why, world, metric, expected) in table {
            assert_eq!(world.line(metric), expected, "{why}");
        }
        let mut fresh = World::new();
        fresh.facts = Facts::default();
        assert_eq!(fresh.line(Metric::ResponseRate), "not exported: nothing was imported yet");
        assert_eq!(fresh.measured(Metric::ResponseRate).window, None);
    }

    #[test]
    fn the_sources_named_are_those_that_help() {
        let world = World::new().from(SourceKind::MastodonArchive, "@us@a.example");
        // (metric, sources)
        let table = [
            (Metric::EngagedFollowers, &["bluesky_api @us.example"][..]),
            (
                Metric::TopicAdherence,
                &["bluesky_api @us.example", "mastodon_archive @us@a.example"],
            ),
        ];
        for (metric, named) in table {
            assert_eq!(sources(metric, &world.facts), named, "{metric}");
        }
    }
}
