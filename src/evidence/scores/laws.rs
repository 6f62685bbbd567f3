//! What holds for every judgement, tried on arbitrary people.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{collection::vec, option, prelude::*, sample::select};

use super::{
    Band, Context, Decision, Judgement, Screen, judge, past,
    score::{LEAST_COVERAGE, Score, Tenths},
};
use crate::{
    evidence::{
        facts::{Act, Follow, Interaction, Person, PersonId, Traits},
        metrics::testing::{WINDOW, World, ago, person},
        somebody::Crowd,
    },
    model::{FactKind, Platform},
};

/// Something that happens in a world: who, what, in which thread, how many hours ago.
type Deed = (&'static str, u8, &'static str, i64);

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let who = select(vec!["ann", "bob", "cid", "eve"]);
    vec((who, 0..8_u8, select(vec!["r", "s", "t"]), 0..3_000_i64), 0..60)
}

fn traits() -> impl Strategy<Value = Traits> {
    let number = || option::of(select(vec![0_u64, 3, 40, 900, 5_000, 200_000]));
    let hours = || option::of(0..20_000_i64);
    let truth = || option::of(any::<bool>());
    (number(), number(), number(), hours(), hours(), truth(), truth()).prop_map(
        |(followers, follows, posts, created, last_post, bio_filled, bot)| Traits {
            followers,
            follows,
            posts,
            created: created.map(ago),
            last_post: last_post.map(ago),
            bio_filled,
            bot,
            bio: None,
        },
    )
}

/// A world in which `deeds` happened, each fact once, and these people have traits.
fn world(deeds: &[Deed], traits: &[Traits]) -> World {
    let mut seen = BTreeSet::new();
    let new = deeds.iter().filter(|deed| seen.insert(**deed));
    let mut world = new.fold(World::new(), |world, &(who, what, thread, hours)| match what {
        0 | 1 => world.likes(who, hours),
        2 => world.says(who, thread, hours),
        3 => world.answers(who, thread, hours),
        4 => world.posts("coffee", hours),
        5 => world.act(who, Act::Mention, &format!("{who}/{thread}/{hours}"), hours),
        6 => world.act(who, Act::Repost, &format!("post {hours}"), hours),
        _ => {
            let known = world.facts.follows.iter().any(|one| one.follower == person(who));
            if known { world } else { world.follows(who, Some(hours), None) }
        }
    });
    for (who, traits) in ["ann", "bob", "cid", "eve"].iter().zip(traits) {
        let traits = traits.clone();
        world.facts.people.push(Person { traits, ..Person::new(person(who), *who) });
    }
    world
}

/// Everybody's judgement by their id.
fn judged(world: &World) -> BTreeMap<PersonId, Judgement> {
    let facts = &world.facts;
    let Ok(context) = Context::look(&world.brand, facts, facts, WINDOW, None);
    let context = context.expect("the facts have a date");
    let mut found = BTreeMap::new();
    let Ok(()) = facts.each(&mut |somebody| {
        if let Some(judgement) = judge(&context, somebody) {
            found.insert(somebody.person_id(), judgement);
        }
    });
    found
}

fn scores(judgement: &Judgement) -> [&Score; 2] {
    [&judgement.gives, &judgement.gains]
}

/// The same world in which two people have each other's names.
fn swapped(mut world: World, one: &str, other: &str) -> World {
    let swap = |id: &mut PersonId| {
        let name = id.as_str().strip_prefix("bluesky:").unwrap_or_default().to_owned();
        let new = if name == one {
            other
        } else if name == other {
            one
        } else {
            return;
        };
        *id = PersonId::new(Platform::Bluesky, new);
    };
    let facts = &mut world.facts;
    facts.people.iter_mut().for_each(|person| swap(&mut person.id));
    facts.follows.iter_mut().for_each(|follow: &mut Follow| swap(&mut follow.follower));
    facts.interactions.iter_mut().for_each(|deed: &mut Interaction| swap(&mut deed.actor));
    for post in &mut facts.posts {
        swap(&mut post.author);
        post.parent_author.iter_mut().for_each(swap);
    }
    world
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn a_score_is_the_sum_of_its_shown_parts(deeds in deeds(), traits in vec(traits(), 4)) {
        for judgement in judged(&world(&deeds, &traits)).values() {
            for score in scores(judgement) {
                let shown: Vec<String> = score.parts.iter().map(ToString::to_string).collect();
                let known = shown.iter().filter(|part| !part.contains(" n/a "));
                let points = known.filter_map(|part| part.split_once('/')?.0.rsplit_once(' '));
                let tenths = points.map(|(_, points)| points.replace('.', "").parse::<u16>());
                let sum: u16 = tenths.map(|tenths| tenths.expect("a number")).sum();
                prop_assert_eq!(Tenths(sum), score.sum(), "{:?}", shown);
                let most: u16 = score.parts.iter().map(|part| part.of.0).sum();
                prop_assert_eq!(most, if score.coverage > 0 { 1_000 } else { 0 });
                let within = |part: &super::Part| part.points.is_none_or(|points| points <= part.of);
                prop_assert!(score.parts.iter().all(within));
                let known = score.parts.iter().filter(|part| part.points.is_some());
                let weights: u16 = known.map(|part| part.feature.weight()).sum();
                prop_assert_eq!(score.coverage, weights);
            }
        }
    }

    #[test]
    fn what_is_not_known_is_never_low(deeds in deeds(), traits in vec(traits(), 4)) {
        let world = world(&deeds, &traits);
        // Whatever somebody is judged by, taking the knowledge away makes nobody low.
        let mut blind = world.clone().lacking(FactKind::Inbound);
        blind.facts.people.clear();
        let (seen, blind) = (judged(&world), judged(&blind));
        for judgement in blind.values() {
            prop_assert_eq!(judgement.standings.gives.band, Band::Unknown);
            prop_assert_eq!(judgement.standings.gains.band, Band::Unknown);
            prop_assert_eq!(judgement.decision, Decision::InsufficientEvidence);
        }
        for judgement in seen.values() {
            for (score, standing) in scores(judgement)
                .into_iter()
                .zip([judgement.standings.gives, judgement.standings.gains])
            {
                let known = score.coverage >= LEAST_COVERAGE;
                prop_assert_eq!(standing.band == Band::Unknown, !known);
            }
        }
    }

    #[test]
    fn a_missing_number_never_lowers_an_axis(deeds in deeds(), all in vec(traits(), 4)) {
        let without: Vec<Traits> =
            all.iter().map(|one| Traits { followers: None, last_post: None, ..one.clone() }).collect();
        let (more, less) = (judged(&world(&deeds, &all)), judged(&world(&deeds, &without)));
        for (id, less) in less {
            for (less, more) in scores(&less).into_iter().zip(scores(&more[&id])) {
                for (part, whole) in less.parts.iter().zip(&more.parts) {
                    let share = |part: &super::Part| {
                        part.points.map(|points| f64::from(points.0) / f64::from(part.of.0.max(1)))
                    };
                    if let (Some(part), Some(whole)) = (share(part), share(whole)) {
                        // The same share, but for what rounding to a tenth may do.
                        prop_assert!((part - whole).abs() < 0.05, "{part} {whole}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_name_changes_nothing(deeds in deeds(), traits in vec(traits(), 4)) {
        let world = world(&deeds, &traits);
        let one = judged(&world);
        let other = judged(&swapped(world, "ann", "bob"));
        prop_assert_eq!(one.get(&person("ann")), other.get(&person("bob")));
        prop_assert_eq!(one.get(&person("bob")), other.get(&person("ann")));
        prop_assert_eq!(one.get(&person("cid")), other.get(&person("cid")));
    }

    #[test]
    fn nobody_who_ever_did_anything_is_up_for_removal(
        deeds in deeds(),
        traits in vec(traits(), 4),
    ) {
        for judgement in judged(&world(&deeds, &traits)).values() {
            let removal = judgement.decision == Decision::ReviewForRemoval;
            prop_assert!(!removal || !judgement.relation.engaged, "{judgement:?}");
            prop_assert!(!removal || judgement.screening.screen == Screen::Flag);
            prop_assert!(!removal || judgement.screening.reasons.len() >= 2);
        }
    }

    #[test]
    fn who_never_did_anything_was_never_above_low(deeds in deeds(), traits in vec(traits(), 4)) {
        let world = world(&deeds, &traits);
        let facts = &world.facts;
        let Ok(context) = Context::look(&world.brand, facts, facts, WINDOW, None);
        let context = context.expect("the facts have a date");
        let Ok(()) = facts.each(&mut |somebody| {
            let silent = !somebody.deeds.iter().any(|deed| deed.at <= context.now().end());
            let last = past(&context, somebody, &somebody.person_id()).filter(|_| silent);
            for standing in last.into_iter().flat_map(|last| [last.gives, last.gains]) {
                let low = matches!(standing.band, Band::Low | Band::Unknown);
                assert!(low && !standing.slips, "{standing:?}");
            }
        });
    }

    #[test]
    fn the_order_of_facts_changes_nothing(deeds in deeds(), traits in vec(traits(), 4)) {
        let world = world(&deeds, &traits);
        let mut other = world.clone();
        other.facts.interactions.reverse();
        other.facts.posts.reverse();
        other.facts.people.reverse();
        prop_assert_eq!(judged(&world), judged(&other));
    }
}

/// A follower with the traits of an account that was bought.
fn bought(world: World, who: &str) -> World {
    let mut world = world.follows(who, Some(400), None);
    let traits = Traits {
        followers: Some(1),
        follows: Some(4_000),
        posts: Some(0),
        bio_filled: Some(false),
        ..Traits::default()
    };
    world.facts.people.push(Person { traits, ..Person::new(person(who), who) });
    world
}

#[test]
fn a_reply_years_ago_keeps_a_follower_whatever_the_ratios() {
    // Somebody else engages, so that silence is known to be silence.
    let world = || bought(World::new().likes("cid", 27 * 24 + 20).posts("hi", 4), "ann");
    let decision = |world: World| judged(&world)[&person("ann")].decision;
    assert_eq!(decision(world()), Decision::ReviewForRemoval);
    assert_eq!(decision(world().says("ann", "r", 20_000)), Decision::LeaveInPeace);
    assert_eq!(decision(world().likes("ann", 20_000)), Decision::LeaveInPeace);
    // Without a whole window of engagement nobody knows that she is silent.
    let short = bought(World::new().likes("cid", 5).posts("hi", 4), "ann");
    assert_eq!(decision(short), Decision::InsufficientEvidence);
}

#[test]
fn the_parts_of_one_person_are_those_computed_by_hand() {
    let world = World::new()
        .posts("hello", 30)
        .posts("again", 20)
        .follows("ann", Some(24 * 365), None)
        .says("ann", "r", 24 * 45)
        .answers("ann", "r", 24 * 45 - 1)
        .says("ann", "r", 24 * 45 - 2)
        .act("ann", Act::Like, "us/hello/30", 10)
        .act("ann", Act::Mention, "ann/open", 5);
    let found = judged(&world);
    let shown = |score: &Score| score.parts.map(|part| part.to_string());
    // Two replies a half-life ago count 3 together, the mention 2, the like 1: 1 - exp(-6 / 4).
    assert_eq!(
        shown(&found[&person("ann")].gives),
        [
            "engagement 33.9/43.7 (2 replies and quotes, 1 mention, 1 like)",
            "conversation 8.3/25.0 (conversations of 3 turns or more: 1)",
            "relevance n/a (too few words of theirs are kept)",
            "amplification 0.0/12.5 (0 of 1 posts that they touched shared)",
            "reachability 12.5/12.5 (posted 0 d ago)",
            "tenure 6.3/6.3 (followed 365 d ago)",
        ]
    );
    // One mention waits: 1 - exp(-1). Of four messages between us three are theirs, and of two
    // posts one was liked.
    assert_eq!(
        shown(&found[&person("ann")].gains),
        [
            "open_asks 31.6/50.0 (asks without an answer: 1)",
            "topical_need n/a (too few words of theirs are kept)",
            "attention_owed 12.5/25.0 (3 of 4 messages between us are theirs)",
            "reading 25.0/25.0 (1 of 2 posts of ours in the window)",
            "lift n/a (nobody tells how many follow them)",
            "language n/a (nobody tells in which they write)",
        ]
    );
}

#[test]
fn what_somebody_writes_about_is_known_from_three_posts_whose_words_are_kept() {
    let said = |words: &[Option<&str>], ours: &str| {
        let mut world = World::new().posts(ours, 30);
        for (place, words) in words.iter().enumerate() {
            world = world.says("ann", &format!("r{place}"), 10 + place as i64);
            world.facts.posts.last_mut().expect("a post").text = words.map(Into::into);
        }
        let found = judged(&world);
        let judgement = &found[&person("ann")];
        [judgement.gives.parts[2], judgement.gains.parts[1]].map(|part| part.to_string())
    };
    let (on, off, few) =
        (Some("more coffee"), Some("rain"), "n/a (too few words of theirs are kept)");
    // (why this row exists, their words, ours, relevance, topical need)
    let table = [
        (
            "two of three",
            &[on, off, on][..],
            "coffee",
            "relevance 14.1/21.1 (2 of 3 posts to us are on a pillar)",
            "topical_need 30.3/45.4 (2 of 3 posts to us are on a pillar that we publish on)",
        ),
        ("words are not kept", &[on, None, on], "coffee", few, few),
        ("nobody's are", &[None, None, None], "coffee", few, few),
        (
            "we publish on another thing",
            &[on, on, on],
            "rain",
            "relevance 21.1/21.1 (3 of 3 posts to us are on a pillar)",
            "topical_need 0.0/45.4 (0 of 3 posts to us are on a pillar that we publish on)",
        ),
    ];
    for (why, words, ours, relevance, need) in table {
        let found = said(words, ours);
        let end = |text: &str| text.split_once(' ').map(|(_, rest)| rest.to_owned());
        let both =
            [relevance, need].map(|one| if one == few { Some(few.to_owned()) } else { end(one) });
        assert_eq!(found.each_ref().map(|one| end(one)), both, "{why}");
    }
}
