//! What holds for every metric and every evidence, tried on arbitrary worlds.

use std::collections::BTreeSet;

use proptest::{collection::vec, prelude::*, sample::select};

use super::{
    explain, measure,
    testing::{WINDOW, World, ago, interval, line, person},
};
use crate::{
    evidence::facts::{Act, Count, Follow, Person, Post, PostKind, Traits, Visibility},
    model::{Finding, Metric, Unit},
};

/// Something that happens in a world: who, what, in which thread, how many hours ago.
type Deed = (&'static str, u8, &'static str, i64);

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let who = select(vec!["ann", "bob", "cid", "eve", "us"]);
    vec((who, 0..15_u8, select(vec!["r", "s", "t"]), -100..1_600_i64), 0..60)
}

/// A world in which `deeds` happened, each fact once.
fn world(deeds: &[Deed]) -> World {
    let mut seen = BTreeSet::new();
    let new = deeds.iter().filter(|deed| seen.insert(**deed));
    new.fold(
        World::new().rival("rival").wants("ann").wants("eve").profile(900, Some(3), &[]),
        |world, &(who, what, thread, hours)| {
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
                7 => world.counted(&format!("{thread}{hours}"), hours, &numbers(hours)),
                8 => world.listed(hours),
                9 => world.total(count(hours), hours + 24 * 28, hours, hours.unsigned_abs()),
                10 => world.last_posted(who, hours),
                11 => world.mentioned("us", hours / 24, hours.unsigned_abs() % 7),
                12 => world.mentioned("rival", hours / 24, hours.unsigned_abs() % 5),
                13 => world.shows(who, traits(hours)),
                _ => {
                    let more = world.clone().follows(who, Some(hours), None);
                    let follow = more.facts.follows.last().cloned();
                    if follow.is_some_and(|follow| follows(&world, &follow)) { world } else { more }
                }
            }
        },
    )
}

/// Some numbers of a post, some of them withheld or not told.
fn numbers(hours: i64) -> Vec<(Count, Option<u64>)> {
    let tells = |one: &(Count, &str)| (hours + one.0 as i64) % 3 != 0;
    let told = Count::ALL.into_iter().filter(tells);
    let value = |count: Count| (hours % 7 != count as i64 % 7).then_some(hours.unsigned_abs() % 90);
    told.map(|(count, _)| (count, value(count))).collect()
}

/// What an account shows, in part.
fn traits(hours: i64) -> Traits {
    let many = (hours % 3 != 0).then_some(2_000);
    let few = (hours % 5 != 0).then_some(hours.unsigned_abs() % 40);
    let bio_filled = (hours % 2 == 0).then_some(hours % 4 == 0);
    Traits { follows: many, followers: few, posts: few, bio_filled, ..Traits::default() }
}

fn count(hours: i64) -> Count {
    Count::ALL[hours.unsigned_abs() as usize % Count::ALL.len()].0
}

/// Brings `facts` into another order.
fn shuffle<T>(facts: &mut [T], turn: usize) {
    facts.reverse();
    let middle = turn.min(facts.len());
    facts.rotate_left(middle);
    facts[middle..].reverse();
}

/// Whether a metric counts what people did, while the rows behind it are people or accounts.
fn is_of_events(metric: Metric) -> bool {
    matches!(metric, Metric::Concentration | Metric::ShareOfVoice)
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
        shuffle(&mut facts.post_totals, turn);
        shuffle(&mut facts.account_totals, turn);
        shuffle(&mut facts.people, turn);
        facts.profiles.reverse();
        let found = measure(&one.brand, &one.facts, &every(), WINDOW, None);
        prop_assert_eq!(&found, &measure(&other.brand, &other.facts, &every(), WINDOW, None));
        prop_assert_eq!(&found, &measure(&one.brand, &one.facts, &every(), WINDOW, None));
        prop_assert_eq!(found.len(), Metric::ALL.len() - 1, "the engine settles windows");
    }

    #[test]
    fn what_is_behind_a_number_changes_nothing_about_it(deeds in deeds()) {
        let world = world(&deeds);
        for (metric, found) in measure(&world.brand, &world.facts, &every(), WINDOW, None) {
            let Ok(explained) =
                explain(&world.brand, &world.facts, &world.facts, metric, WINDOW, None);
            prop_assert_eq!(&explained.observation, &found);
            let counting = explained.rows.iter().filter(|row| row.counts).count() as u64;
            if let (Finding::Measured { n, hits: Some(hits), .. }, false) =
                (&found.finding, explained.rows.is_empty() || is_of_events(metric))
            {
                prop_assert_eq!(counting, *hits, "{}", metric);
                let listed = explained.rows.len() as u64;
                // Of the followers only those who engaged are listed, and others who did.
                let of_all = metric == Metric::EngagedFollowerRate;
                prop_assert!(of_all || listed == *n, "{} {} {}", metric, listed, n);
            }
        }
    }

    /// What happens between others, or to others, is nothing to us.
    #[test]
    fn unrelated_facts_change_no_number(deeds in deeds(), hours in -100..900_i64) {
        let before = world(&deeds);
        let mut after = before.clone();
        let other = World::new().follows("zoe", Some(hours), None).facts.follows;
        let elsewhere = |follow: Follow| Follow { followed: person("them"), ..follow };
        after.facts.follows.extend(other.into_iter().map(elsewhere));
        let post = before.post("them/1", "them", PostKind::Original, hours);
        after.facts.posts.push(Post { text: Some("coffee".into()), ..post });
        let answer = before.post("zoe/1", "zoe", PostKind::Reply, hours);
        after.facts.posts.push(Post { parent_author: Some(person("them")), ..answer });
        after.facts.people.push(Person::new(person("zoe"), "zoe"));
        after.facts.complete_lists.insert((person("them"), ago(hours)));
        let measured = |world: &World| measure(&world.brand, &world.facts, &every(), WINDOW, None);
        prop_assert_eq!(measured(&before), measured(&after));
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
            // What shrinks grows by less than nothing.
            prop_assert!(n >= 1 && (value >= 0.0 || metric == Metric::Growth), "{}", metric);
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
