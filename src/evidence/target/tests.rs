//! The list of the day on small worlds.

use super::*;
use crate::{
    evidence::{
        facts::{Facts, Traits},
        metrics::testing::{WINDOW, World, person},
        somebody::Crowd,
    },
    model::{Account, Platform, Segment},
};

fn targets(world: &World, prospects: Vec<Prospect>, most: usize) -> Targets {
    let facts = &world.facts;
    let Ok(context) = Context::look(&world.brand, facts, facts, WINDOW, None);
    let context = context.expect("the facts have a date");
    let mut all = Targeting::begin(&context, prospects, most);
    let Ok(()) = facts.each(&mut |somebody| all.see(&context, somebody));
    all.finish(&context, None, &BTreeSet::new())
}

/// Who is listed, and why the others are not.
fn told(world: &World, prospects: Vec<Prospect>) -> (Vec<String>, Vec<(Left, u64)>) {
    let found = targets(world, prospects, 100);
    let left = found.left.into_iter().filter(|(_, people)| *people > 0).collect();
    (found.listed.iter().map(name).collect(), left)
}

fn name(one: &Candidate) -> String {
    let who = one.handle.clone().unwrap_or_else(|| one.id.as_str().replace("bluesky:", ""));
    let why = match &one.reason {
        Reason::Waits { .. } => "waits",
        Reason::Turned { .. } => "engaged",
        Reason::Follows { .. } => "follows",
        Reason::Outside => "outside",
    };
    format!("{who} {why}")
}

fn bluesky(handle: &str) -> Account {
    Account { platform: Platform::Bluesky, handle: handle.to_owned() }
}

/// The brand wants those who describe themselves so.
fn wants_bio(words: &[&str], not: &[&str]) -> World {
    let said = |words: &[&str]| words.iter().map(|word| word.to_string()).collect();
    let mut world = World::new();
    world.brand.audience.segments = vec![Segment {
        id: "baristas".into(),
        bio: said(words),
        not: said(not),
        ..Segment::default()
    }];
    world
}

fn prospect(handle: &str, bio: Option<&str>) -> Prospect {
    Prospect { bio: bio.map(str::to_owned), ..Prospect::new(Platform::Bluesky, handle) }
}

const HOURS: i64 = 24;

#[test]
fn who_fits_is_listed_and_the_others_are_counted_by_reason() {
    let wanted = || World::new().wants("ann");
    let flagged = Traits {
        follows: Some(5_000),
        followers: Some(1),
        posts: Some(0),
        bio_filled: Some(false),
        ..Traits::default()
    };
    // (why, the world, who is listed, why others are not)
    type Row<'t> = (&'t str, World, &'t [&'t str], &'t [(Left, u64)]);
    let table: Vec<Row> = vec![
        ("nobody is wanted", World::new().likes("ann", 5), &[], &[(Left::Unknown, 1)]),
        ("listed and not met", wanted(), &["ann outside"], &[]),
        ("listed and engaged", wanted().likes("ann", 5), &["ann engaged"], &[]),
        ("listed and silent", wanted().follows("ann", None, None), &["ann follows"], &[]),
        (
            "somebody else engaged",
            wanted().likes("bob", 5),
            &["ann outside"],
            &[(Left::Unknown, 1)],
        ),
        ("wrote, and waits", wanted().says("ann", "r", 5), &["ann waits"], &[]),
        (
            "wrote, and was answered",
            wanted().says("ann", "r", 5).answers("ann", "r", 4),
            &[],
            &[(Left::WrittenLately, 1)],
        ),
        ("written to long ago", wanted().answers("ann", "r", 15 * HOURS), &["ann outside"], &[]),
        (
            "written to twice without an answer",
            wanted().answers("ann", "r", 40 * HOURS).answers("ann", "s", 20 * HOURS),
            &[],
            &[(Left::Unanswered, 1)],
        ),
        (
            "two replies of one day are one approach",
            wanted().answers("ann", "r", 20 * HOURS + 2).answers("ann", "s", 20 * HOURS),
            &["ann outside"],
            &[],
        ),
        (
            "turned to us between",
            wanted().answers("ann", "r", 40 * HOURS).likes("ann", 30 * HOURS).answers(
                "ann",
                "s",
                20 * HOURS,
            ),
            &["ann engaged"],
            &[],
        ),
        (
            "waits again after two approaches",
            wanted()
                .answers("ann", "r", 40 * HOURS)
                .answers("ann", "s", 20 * HOURS)
                .says("ann", "t", 5),
            &["ann waits"],
            &[],
        ),
        (
            "looks bought, and never did anything",
            wanted()
                .follows("ann", None, None)
                .shows("ann", flagged.clone())
                .likes("bob", 28 * HOURS),
            &[],
            &[(Left::Flagged, 1), (Left::Unknown, 1)],
        ),
    ];
    for (why, world, listed, left) in table {
        let (found, others) = told(&world, Vec::new());
        assert_eq!(
            (found.as_slice(), others.as_slice()),
            (&listed.iter().map(|who| who.to_string()).collect::<Vec<_>>()[..], left),
            "{why}"
        );
    }
}

#[test]
fn a_table_adds_people_by_their_description_and_the_brand_keeps_some_out() {
    let world = wants_bio(&["barista", "latte art"], &["follow back"]);
    let mut never = wants_bio(&["barista"], &[]);
    never.brand.audience.never = vec![bluesky("@ANN")];
    // (why, the world, how ann describes herself, listed)
    let table = [
        ("has the word", &world, Some("Barista in Rome"), Ok("ann outside")),
        ("has the phrase", &world, Some("I love #LatteArt"), Ok("ann outside")),
        ("says nothing of it", &world, Some("Tea only"), Err(Left::FitsLess)),
        ("says nothing at all", &world, None, Err(Left::Unknown)),
        ("has a word that keeps out", &world, Some("barista, follow back!"), Err(Left::KeptOut)),
        ("is never to be listed", &never, Some("barista"), Err(Left::Never)),
    ];
    for (why, world, bio, expected) in table {
        let (listed, left) = told(world, vec![prospect("ann", bio)]);
        let expected = match expected {
            Ok(who) => (vec![who.to_owned()], vec![]),
            Err(left) => (vec![], vec![(left, 1)]),
        };
        assert_eq!((listed, left), expected, "{why}");
    }
}

#[test]
fn a_prospect_who_is_in_the_evidence_is_judged_once_with_it() {
    let world = wants_bio(&["barista"], &[]).likes("ann", 5);
    let found = targets(&world, vec![prospect("@Ann", Some("barista"))], 15);
    assert_eq!(found.considered, 1);
    assert_eq!(found.listed.iter().map(name).collect::<Vec<_>>(), ["@Ann engaged"]);
    assert_eq!(found.listed[0].id, person("ann"));
}

#[test]
fn accounts_that_a_table_says_are_one_person_are_listed_once_and_rest_together() {
    let same = |handle: &str, other: &str| Prospect {
        same_as: Some(format!("bluesky:{other}")),
        ..prospect(handle, Some("barista"))
    };
    let people = || {
        vec![
            same("ann", "annie"),
            prospect("annie", Some("barista")),
            prospect("bob", Some("barista")),
        ]
    };
    let world = wants_bio(&["barista"], &[]);
    let (listed, left) = told(&world, people());
    assert_eq!(
        (listed, left),
        (vec!["ann outside".into(), "bob outside".into()], vec![(Left::SamePerson, 1)])
    );
    let (listed, left) = told(&world.answers("annie", "r", 5), people());
    let expected = vec![(Left::WrittenLately, 1), (Left::SamePerson, 1)];
    assert_eq!((listed, left), (vec!["bob outside".into()], expected));
}

#[test]
fn who_waits_comes_first_then_who_engages_then_who_fits_best() {
    let mut world =
        ["ann", "bob", "cid", "dan"].iter().fold(World::new(), |world, who| world.wants(who));
    world = world
        .says("cid", "r", 5)
        .likes("dan", 5)
        .last_posted("bob", 100 * HOURS)
        .last_posted("ann", 200 * HOURS);
    let order: Vec<String> = targets(&world, Vec::new(), 3).listed.iter().map(name).collect();
    assert_eq!(order, ["cid waits", "dan engaged", "bob outside"]);
    assert_eq!(targets(&world, Vec::new(), 3).fitting, 4);
}

#[test]
fn what_came_of_an_approach_is_what_they_did_within_14_days() {
    let wrote = |days: i64| World::new().wants("ann").answers("ann", "r", days * HOURS);
    // (why, the world; turned to us, open, silent; pressed)
    let table = [
        ("turned to us", wrote(20).likes("ann", 10 * HOURS), [1, 0, 0], 0),
        ("too late", wrote(20).likes("ann", 2 * HOURS), [0, 0, 1], 0),
        ("may still", wrote(5), [0, 1, 0], 0),
        ("silent", wrote(20), [0, 0, 1], 0),
        ("before the window", wrote(30).likes("ann", 29 * HOURS), [0, 0, 0], 0),
        (
            "three times without an answer",
            wrote(20).answers("ann", "s", 10 * HOURS).answers("ann", "t", 5 * HOURS),
            [0, 2, 1],
            1,
        ),
        (
            "somebody of no segment",
            World::new().wants("ann").answers("bob", "r", 5 * HOURS).likes("bob", 4 * HOURS),
            [0, 0, 0],
            0,
        ),
    ];
    for (why, world, outcomes, pressed) in table {
        let found = targets(&world, Vec::new(), 15);
        assert_eq!((found.outcomes(), found.pressed()), (outcomes, pressed), "{why}");
    }
}

#[test]
fn whom_the_evidence_has_to_forget_no_table_brings_back() {
    let names = Pseudonyms::new([7; 32]);
    let world = wants_bio(&["barista"], &[]);
    let facts = &world.facts;
    let Ok(context) = Context::look(&world.brand, facts, facts, WINDOW, None);
    let context = context.expect("the facts have a date");
    let people = vec![prospect("@Ann", Some("barista")), prospect("bob", Some("barista"))];
    for (mark, expected) in [("@ann", "bob outside"), ("bluesky:bob", "@Ann outside")] {
        let all = Targeting::begin(&context, people.clone(), 15);
        let found = all.finish(&context, Some(&names), &BTreeSet::from([names.mark(mark)]));
        assert_eq!(found.listed.iter().map(name).collect::<Vec<_>>(), [expected], "{mark}");
    }
}

/// The same world told in another order gives the same list, and a fit is the sum of its parts.
#[test]
fn a_fit_is_the_sum_of_its_parts_and_names_have_no_influence() {
    let world =
        ["ann", "bob"].iter().fold(World::new(), |world, who| world.wants(who)).likes("ann", 3);
    let world = world.last_posted("ann", 50 * HOURS).last_posted("bob", 2 * HOURS);
    let mut swapped: Facts = world.facts.clone();
    for one in &mut swapped.interactions {
        one.actor = person("bob");
    }
    for one in &mut swapped.people {
        one.id = if one.id == person("ann") { person("bob") } else { person("ann") };
    }
    let fits = |facts: Facts| {
        let mut fits: Vec<Vec<_>> = targets(&World { facts, ..world.clone() }, Vec::new(), 15)
            .listed
            .iter()
            .map(|one| {
                let points = one.fit.parts.iter().filter_map(|part| part.points);
                assert_eq!(one.fit.sum().0, points.map(|points| points.0).sum::<u16>());
                one.fit.parts.iter().map(|part| part.points).collect()
            })
            .collect();
        fits.sort();
        fits
    };
    assert_eq!(fits(world.facts.clone()), fits(swapped));
}
