//! What holds for every metric and every evidence, tried on arbitrary worlds.

use std::collections::BTreeSet;

use proptest::{collection::vec, prelude::*, sample::select};

use super::{
    measure,
    testing::{WINDOW, World, ago, interval, line},
};
use crate::{
    evidence::facts::{Act, Follow, PostKind, Visibility},
    model::{Finding, Metric, Unit},
};

/// Something that happens in a world: who, what, in which thread, how many hours ago.
type Deed = (&'static str, u8, &'static str, i64);

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let who = select(vec!["ann", "bob", "cid", "eve", "us"]);
    vec((who, 0..8_u8, select(vec!["r", "s", "t"]), -100..1_600_i64), 0..60)
}

/// A world in which `deeds` happened, each fact once.
fn world(deeds: &[Deed]) -> World {
    let mut seen = BTreeSet::new();
    let new = deeds.iter().filter(|deed| seen.insert(**deed));
    new.fold(World::new().profile(900, Some(3), &[]), |world, &(who, what, thread, hours)| {
        let follows = |world: &World, follow: &Follow| {
            world.facts.follows.iter().any(|known| known.follower == follow.follower)
        };
        match what {
            0 | 1 => world.likes(who, hours),
            2 => world.says(who, thread, hours),
            3 => world.answers(who, thread, hours),
            4 => world.posts("coffee and rain", hours),
            5 => world.posts_as("rain", hours, PostKind::Original, Visibility::Unlisted),
            6 => world.act(who, Act::Mention, &format!("{who}/{thread}/{hours}"), hours),
            _ => {
                let more = world.clone().follows(who, Some(hours), None);
                let follow = more.facts.follows.last().cloned();
                if follow.is_some_and(|follow| follows(&world, &follow)) { world } else { more }
            }
        }
    })
}

/// Brings `facts` into another order.
fn shuffle<T>(facts: &mut [T], turn: usize) {
    facts.reverse();
    let middle = turn.min(facts.len());
    facts.rotate_left(middle);
    facts[middle..].reverse();
}

fn every() -> BTreeSet<Metric> {
    Metric::ALL.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_facts_changes_nothing(deeds in deeds(), turn in 0..60_usize) {
        let one = world(&deeds);
        let mut other = one.clone();
        let facts = &mut other.facts;
        shuffle(&mut facts.posts, turn);
        shuffle(&mut facts.interactions, turn);
        shuffle(&mut facts.follows, turn);
        facts.profiles.reverse();
        let found = measure(&one.brand, &one.facts, &every(), WINDOW, None);
        prop_assert_eq!(&found, &measure(&other.brand, &other.facts, &every(), WINDOW, None));
        prop_assert_eq!(&found, &measure(&one.brand, &one.facts, &every(), WINDOW, None));
        prop_assert_eq!(found.len(), Metric::ALL.len() - 1, "the engine settles windows");
    }

    #[test]
    fn a_strangers_like_leaves_the_engaged_followers(deeds in deeds(), hours in 0..600_i64) {
        let before = world(&deeds);
        let after = before.clone().likes("a stranger", hours);
        for metric in [Metric::EngagedFollowers, Metric::EngagedFollowerRate] {
            let line = before.line(metric);
            // Where nobody could tell before, the stranger's like shows how far back we know.
            if !line.starts_with("no cases") {
                prop_assert_eq!(line, after.line(metric));
            }
        }
    }

    #[test]
    fn what_we_do_to_ourselves_is_no_engagement(deeds in deeds(), hours in 0..600_i64) {
        let before = world(&deeds);
        let after = before.clone().likes("us", hours).says("us", "r", hours);
        let metrics = Metric::ALL.into_iter().filter(|metric| {
            // A reply to ourselves is a sign of life all the same.
            !matches!(
                metric,
                Metric::LongestSilentGap | Metric::LastOwnPost | Metric::WindowSettled
            )
        });
        for metric in metrics {
            let line = before.line(metric);
            if !line.starts_with("no cases") {
                prop_assert_eq!(line, after.line(metric), "{}", metric);
            }
        }
    }

    #[test]
    fn a_value_lies_within_its_interval_and_its_unit(deeds in deeds(), until in -50..900_i64) {
        let world = world(&deeds);
        for (metric, found) in
            measure(&world.brand, &world.facts, &every(), WINDOW, Some(ago(until)))
        {
            let Finding::Measured { value, n, hits, .. } = found.finding else { continue };
            prop_assert!(n >= 1 && value >= 0.0, "{}", metric);
            prop_assert!(hits.is_none_or(|hits| hits <= n), "{}", metric);
            prop_assert!(metric.unit() != Unit::Proportion || value <= 1.0, "{}", metric);
            if let Some(ends) = interval(&found) {
                prop_assert!(0.0 <= ends.low && ends.low <= value, "{metric} {}", line(&found));
                prop_assert!(value <= ends.high, "{metric} {}", line(&found));
                prop_assert!(metric.unit() != Unit::Proportion || ends.high <= 1.0);
            }
            if let (Some((first, last)), Some(window)) = (found.span, found.window) {
                prop_assert!(window.holds(first) && window.holds(last) && first <= last);
            }
        }
    }
}
