//! How talks go: whether we answer, how soon, and whether people answer back.
//!
//! Start reading at [`response_rate`]; what a conversation is stands in [`super::talks`].
//!
//! # Always true
//!
//! - A conversation belongs to the window in which it opened; its answer may come until the
//!   window's end.
//! - Turns and their alternation are counted inside the window, so two windows share none.
//! - If no own post is known in the window, nobody can tell whether we answered.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::{
    reading::{Reading, Row, Subject, counted, day},
    scope::Scope,
    talks::{Opening, SILENCE, Talk, first_answers},
};
use crate::{
    evidence::{
        facts::Post,
        interval::{least_for_rank_interval, nearest_rank, rank_interval},
    },
    model::{
        FactKind, Metric, WorkingTime,
        quantity::{duration, working_time},
    },
};

/// From how many turns on a conversation goes back and forth.
const BACK_AND_FORTH_TURNS: u64 = 3;

/// Answered conversations out of those opened in the window.
pub(super) fn response_rate(scope: &Scope) -> Reading {
    let metric = Metric::ResponseRate;
    let (openings, settled) = (openings(scope), settled(scope));
    if openings.is_empty() {
        let why = match settled {
            0 => "nobody opened a conversation in the window".to_owned(),
            _ => format!("all {} of the window need no answer", counted(settled, "conversations")),
        };
        return Reading::no_cases(metric, why);
    }
    if let Some(why) = silent(scope) {
        return Reading::no_cases(metric, why);
    }
    let answered = openings.iter().filter(|opening| opening.answered_at.is_some()).count();
    Reading::proportion(metric, answered as u64, openings.len() as u64)
        .out_of("conversations opened in the window")
        .behind(scope, || openings.iter().map(|opening| opening_row(opening, None)))
        .over(openings.iter().flat_map(|opening| [Some(opening.at), opening.answered_at]).flatten())
        .but(left_out(settled))
        .but(too_young(scope, &openings))
        .but(not_covered(scope, &openings))
        .but(scope.begins_late())
}

/// The time within which the share `q` of first answers came, in seconds; in those of the brand's
/// working time if that is how `metric` measures.
pub(super) fn first_response(scope: &Scope, metric: Metric, q: f64) -> Reading {
    let (talks, one_sided) = (openings(scope), one_sided(scope));
    let answers: Vec<&Opening> =
        talks.iter().chain(&one_sided).filter(|opening| opening.answered_at.is_some()).collect();
    let unanswered = talks.len() - (answers.len() - one_sided.len());
    let working = metric.is_business().then_some(&scope.brand.working_time);
    let waited = answers.iter().filter_map(|answer| latency(answer, working));
    let mut seconds: Vec<f64> = waited.collect();
    seconds.sort_by(f64::total_cmp);
    let Some(value) = nearest_rank(&seconds, q) else {
        let unknown = silent(scope).filter(|_| unanswered > 0);
        let none = || "no answer to a conversation opened in the window".to_owned();
        return Reading::no_cases(metric, unknown.unwrap_or_else(none));
    };
    let interval = rank_interval(&seconds, q);
    let few = interval.is_none().then(|| {
        let (found, least) = (seconds.len(), least_for_rank_interval(q));
        format!("no interval: it takes {least} answers and there are {found}")
    });
    let censored = (unanswered > 0)
        .then(|| format!("{} not in this number", verb(unanswered as u64, "unanswered")));
    let proxy = (!one_sided.is_empty()).then(|| {
        "answered conversations only: a source without others' posts does not tell what was left \
         unanswered, nor whether it was meant for us"
            .to_owned()
    });
    let business = working.map(|time| format!("only working time counts: {time}"));
    Reading::value(metric, value, seconds.len() as u64, interval)
        .out_of("answered conversations opened in the window")
        .behind(scope, || answers.iter().map(|answer| opening_row(answer, working)))
        .over(answers.iter().flat_map(|answer| [Some(answer.at), answer.answered_at]).flatten())
        .but(business)
        .but(few)
        .but(censored)
        .but(proxy)
}

/// Conversations of at least three turns out of those in which they spoke in the window.
pub(super) fn back_and_forth_rate(scope: &Scope) -> Reading {
    let metric = Metric::BackAndForthRate;
    let talks = match inbound_talks(scope) {
        Ok(talks) => talks,
        Err(why) => return Reading::no_cases(metric, why),
    };
    let turns = talks.iter().map(|talk| talk.alternations_in(scope.window));
    let hits = turns.filter(|turns| *turns >= BACK_AND_FORTH_TURNS).count() as u64;
    let reading = Reading::proportion(metric, hits, talks.len() as u64);
    in_talks(scope, reading, &talks, |turns| turns >= BACK_AND_FORTH_TURNS)
}

/// The median number of turns of the conversations in which they spoke in the window.
pub(super) fn conversation_depth(scope: &Scope) -> Reading {
    let metric = Metric::ConversationDepth;
    let talks = match inbound_talks(scope) {
        Ok(talks) => talks,
        Err(why) => return Reading::no_cases(metric, why),
    };
    let turns = talks.iter().map(|talk| talk.alternations_in(scope.window) as f64);
    let mut turns: Vec<f64> = turns.collect();
    turns.sort_by(f64::total_cmp);
    let Some(median) = nearest_rank(&turns, 0.5) else {
        return Reading::no_cases(metric, "nobody spoke to us in the window");
    };
    let interval = rank_interval(&turns, 0.5);
    let few = interval.is_none().then(|| {
        let (found, least) = (turns.len(), least_for_rank_interval(0.5));
        format!("no interval: it takes {least} conversations and there are {found}")
    });
    let reading = Reading::value(metric, median, turns.len() as u64, interval)
        .given("turns of the deepest", turns.last().copied().unwrap_or_default())
        .given("largest h-index of a thread", h_index(scope, &talks) as f64)
        .but(few);
    in_talks(scope, reading, &talks, |_| true)
}

/// The largest h of a thread: so many of its turns lie at least so deep. A thread in which one person
/// and we pass the word to and fro is deep, one in which many speak once is wide; h grows with both.
///
/// # Source
///
/// V. Gómez, A. Kaltenbrunner and V. López, "Statistical analysis of the social network and
/// discussion threads in Slashdot", 2008: the largest h with at least h comments at depth h or more.
fn h_index(scope: &Scope, talks: &[&Talk]) -> u64 {
    let mut threads: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for talk in talks {
        // Every turn lies one deeper than the one before it.
        threads.entry(talk.key.0).or_default().extend(1..=talk.alternations_in(scope.window));
    }
    let h = |mut depths: Vec<u64>| {
        depths.sort_unstable_by(|one, other| other.cmp(one));
        (1..).zip(depths).take_while(|(rank, depth)| depth >= rank).count() as u64
    };
    threads.into_values().map(h).max().unwrap_or_default()
}

/// The caveat that some conversations want no answer.
fn left_out(settled: u64) -> Option<String> {
    (settled > 0).then(|| {
        let them = if settled == 1 { "it" } else { "them" };
        let which = counted(settled, "conversations");
        format!("{which} left out: the source marks {them} as spam, or as needing no answer")
    })
}

/// The openings inside the window that want an answer.
fn openings<'a>(scope: &Scope<'a>) -> Vec<Opening<'a>> {
    all_openings(scope).filter(|opening| !is_settled(scope, opening)).collect()
}

/// How many openings inside the window want no answer, as their source says.
fn settled(scope: &Scope) -> u64 {
    all_openings(scope).filter(|opening| is_settled(scope, opening)).count() as u64
}

fn all_openings<'s, 'a>(scope: &'s Scope<'a>) -> impl Iterator<Item = Opening<'a>> + 's {
    let openings = scope.talks().iter().flat_map(Talk::openings);
    openings.filter(|opening| scope.window.holds(opening.at))
}

fn is_settled(scope: &Scope, opening: &Opening) -> bool {
    opening.post.is_some_and(|post| scope.settled().contains(post))
}

/// The first answers that only our own side of the source tells, opened inside the window.
///
/// Where a source of the same platform holds others' posts, its conversations tell more.
fn one_sided<'a>(scope: &Scope<'a>) -> Vec<Opening<'a>> {
    let two_sided: Vec<String> = if scope.facts.carried.contains(&FactKind::Conversations) {
        let kinds = scope.facts.origins.iter().map(|origin| origin.kind);
        let whole = kinds.filter(|kind| kind.carries().contains(&FactKind::Conversations));
        whole.map(|kind| format!("{}:", kind.platform())).collect()
    } else {
        Vec::new()
    };
    let counts = |post: &Post| {
        let author = post.author.as_str();
        !two_sided.iter().any(|platform| author.starts_with(platform))
    };
    let answers = first_answers(scope, counts).into_iter();
    answers.filter(|opening| scope.window.holds(opening.at)).collect()
}

/// Seconds from the opening to its answer, never below 0; only those of `working`, if there is one.
fn latency(opening: &Opening, working: Option<&WorkingTime>) -> Option<f64> {
    let answered_at = opening.answered_at?;
    let waited = match working {
        Some(working) => working.between(opening.at, answered_at),
        None => answered_at - opening.at,
    };
    Some(waited.max(TimeDelta::zero()).num_milliseconds() as f64 / 1_000.0)
}

/// Why nobody can tell what we answered: no own post is known in the window.
fn silent(scope: &Scope) -> Option<String> {
    let newest = scope.own_posts_span().map(|(_, newest)| newest);
    match newest {
        Some(newest) if scope.window.holds(newest) => None,
        Some(newest) => Some(format!(
            "the newest own post known is of {}, before the window begins: import newer posts",
            day(newest)
        )),
        None => Some("no own post is known, so nobody can tell what was answered".to_owned()),
    }
}

/// The conversations in which they spoke in the window, or why there is nothing to count.
fn inbound_talks<'s, 'a>(scope: &'s Scope<'a>) -> Result<Vec<&'s Talk<'a>>, String> {
    let talks = scope.talks().iter();
    let talks: Vec<_> = talks.filter(|talk| talk.is_inbound_in(scope.window)).collect();
    if talks.is_empty() {
        return Err("nobody spoke to us in the window".to_owned());
    }
    silent(scope).map_or(Ok(talks), Err)
}

/// Adds to a number about `talks` what it is out of.
fn in_talks(
    scope: &Scope,
    reading: Reading,
    talks: &[&Talk],
    counts: impl Fn(u64) -> bool,
) -> Reading {
    let turns = talks.iter().flat_map(|talk| &talk.turns).map(|turn| turn.at);
    reading
        .out_of("conversations in which they spoke in the window")
        .behind(scope, || talks.iter().map(|talk| talk_row(scope, talk, &counts)))
        .over(turns.filter(|at| scope.window.holds(*at)))
        .but(scope.begins_late())
}

/// An opening as a row behind a number, in the time of that number.
fn opening_row(opening: &Opening, working: Option<&WorkingTime>) -> Row {
    let (root, with) = opening.talk;
    let what = match (latency(opening, working), working) {
        (Some(seconds), None) => format!("answered after {}", duration(seconds)),
        (Some(seconds), Some(_)) => {
            format!("answered after {} of working time", working_time(seconds))
        }
        (None, _) => "not answered".to_owned(),
    };
    let of = Subject::Talk(root.to_owned(), with.clone());
    Row { of, at: Some(opening.at), counts: opening.answered_at.is_some(), what }
}

/// A conversation as a row behind a number.
fn talk_row(scope: &Scope, talk: &Talk, counts: &impl Fn(u64) -> bool) -> Row {
    let (root, with) = talk.key;
    let turns = talk.alternations_in(scope.window);
    let inside = talk.turns.iter().map(|turn| turn.at).filter(|at| scope.window.holds(*at));
    Row {
        of: Subject::Talk(root.to_owned(), with.clone()),
        at: inside.max(),
        counts: counts(turns),
        what: counted(turns, "turns"),
    }
}

/// The caveat that some openings had no whole day to be answered in.
fn too_young(scope: &Scope, openings: &[Opening]) -> Option<String> {
    let young = openings
        .iter()
        .filter(|opening| opening.answered_at.is_none() && scope.window.to - opening.at < SILENCE);
    let young = young.count() as u64;
    (young > 0).then(|| {
        let which = verb(young, "unanswered");
        format!("{which} less than 24 hours old at the window's end")
    })
}

/// The caveat that some openings lie outside the time our saved posts cover.
fn not_covered(scope: &Scope, openings: &[Opening]) -> Option<String> {
    let (oldest, newest) = scope.own_posts_span()?;
    let outside = openings.iter().filter(|opening| {
        opening.answered_at.is_none() && !(oldest <= opening.at && opening.at <= newest)
    });
    let outside = outside.count() as u64;
    (outside > 0).then(|| {
        let (which, oldest, newest) = (verb(outside, "unanswered"), day(oldest), day(newest));
        format!("{which} outside the time that own posts are known of, {oldest} to {newest}")
    })
}

/// `1 unanswered conversation is`, `2 unanswered conversations are`.
fn verb(amount: u64, which: &str) -> String {
    let is = if amount == 1 { "is" } else { "are" };
    format!("{} {is}", counted(amount, &format!("{which} conversations")))
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            explain,
            testing::{WINDOW, World, ago, interval, line, person},
        },
        *,
    };
    use crate::{
        evidence::facts::{Act, Post, PostKind, Visibility},
        model::SourceKind,
    };

    /// A world in which we have spoken lately, so that silence is known to be silence.
    fn world() -> World {
        World::new().posts("good morning", 1)
    }

    #[test]
    fn an_opportunity_is_a_first_turn_after_a_day_of_silence() {
        // (why, world, response rate)
        let table = [
            ("nobody asked", world(), "no cases: nobody opened a conversation in the window"),
            ("unanswered", world().says("ann", "r", 50), "0 of 1"),
            ("answered", world().says("ann", "r", 50).answers("ann", "r", 40), "1 of 1"),
            ("answered after days", world().says("ann", "r", 90).answers("ann", "r", 2), "1 of 1"),
            (
                "answered in another thread",
                world().says("ann", "r", 50).answers("ann", "s", 40),
                "0 of 1",
            ),
            (
                "somebody else answered",
                world().says("ann", "r", 50).answers("bob", "r", 40),
                "0 of 1",
            ),
            (
                "spoken to before they asked",
                world().answers("ann", "r", 60).says("ann", "r", 50),
                "no cases: nobody opened a conversation in the window",
            ),
            (
                "a second turn opens nothing",
                world().says("ann", "r", 50).says("ann", "r", 30),
                "0 of 1",
            ),
            ("after a day it does", world().says("ann", "r", 74).says("ann", "r", 50), "0 of 2"),
            (
                "one answer for two openings",
                world().says("ann", "r", 74).says("ann", "r", 50).answers("ann", "r", 49),
                "1 of 2",
            ),
            (
                "our turn is no silence either",
                world().says("ann", "r", 74).answers("ann", "r", 60).says("ann", "r", 50),
                "1 of 1",
            ),
            ("two people, one thread", world().says("ann", "r", 50).says("bob", "r", 50), "0 of 2"),
            (
                "one person, two threads",
                world().says("ann", "r", 50).says("ann", "s", 50),
                "0 of 2",
            ),
            (
                "a like asks nothing",
                world().likes("ann", 5),
                "no cases: nobody opened a conversation in the window",
            ),
            (
                "we do not ask ourselves",
                world().says("us", "r", 5),
                "no cases: nobody opened a conversation in the window",
            ),
            (
                "opened before the window",
                world().says("ann", "r", 28 * 24).answers("ann", "r", 28 * 24 - 2),
                "no cases: nobody opened a conversation in the window",
            ),
            (
                "our posts end before the window",
                World::new().posts("long ago", 29 * 24).says("ann", "r", 5),
                "no cases: the newest own post known is of 2026-02-28, before the window begins: import newer posts",
            ),
            (
                "our posts are not known",
                World::new().says("ann", "r", 5),
                "no cases: no own post is known, so nobody can tell what was answered",
            ),
        ];
        for (why, world, expected) in table {
            assert_eq!(world.line(Metric::ResponseRate), expected, "{why}");
        }
    }

    #[test]
    fn what_needs_no_answer_is_left_out_and_said() {
        let mut world = world().says("ann", "r", 50).says("bob", "s", 40).answers("ann", "r", 45);
        let mark = |world: &mut World, who: &str, wants| {
            let theirs = |post: &&mut Post| post.author == person(who);
            world.facts.posts.iter_mut().filter(theirs).for_each(|post| post.needs_answer = wants);
        };
        assert_eq!(world.line(Metric::ResponseRate), "1 of 2");
        mark(&mut world, "bob", Some(true));
        assert_eq!(world.line(Metric::ResponseRate), "1 of 2", "it says that it wants one");
        mark(&mut world, "bob", Some(false));
        let found = world.measured(Metric::ResponseRate);
        assert_eq!(line(&found), "1 of 1");
        let said = "1 conversation left out: the source marks it as spam, or as needing no answer";
        assert!(found.caveats.iter().any(|caveat| caveat == said), "{:?}", found.caveats);
        mark(&mut world, "ann", Some(false));
        let none = "no cases: all 2 conversations of the window need no answer";
        assert_eq!(world.line(Metric::ResponseRate), none);
    }

    #[test]
    fn the_deepest_and_the_h_index_stand_beside_the_median() {
        // (why, world, turns of the deepest, largest h-index of a thread)
        let talk = |world: World, who: &str, thread: &str, turns: i64| {
            (0..turns).fold(world, |world, turn| match turn % 2 {
                0 => world.says(who, thread, 100 - turn),
                _ => world.answers(who, thread, 100 - turn),
            })
        };
        let wide = ["a", "b", "c", "d"].iter().fold(world(), |world, who| talk(world, who, "r", 1));
        let table = [
            ("one turn", talk(world(), "ann", "r", 1), 1.0, 1.0),
            ("deep: turns 1 to 5", talk(world(), "ann", "r", 5), 5.0, 3.0),
            ("wide: four of one turn", wide, 1.0, 1.0),
            (
                "wide and deep",
                talk(talk(world(), "ann", "r", 3), "bob", "r", 3),
                3.0,
                // 3, 3, 2, 2, 1, 1: two turns lie at 2 or deeper, and not three at 3.
                2.0,
            ),
            ("threads stand apart", talk(talk(world(), "ann", "r", 3), "bob", "s", 3), 3.0, 2.0),
        ];
        for (why, world, deepest, h) in table {
            let (brand, facts, depth) = (&world.brand, &world.facts, Metric::ConversationDepth);
            let Ok(found) = explain(brand, facts, facts, depth, WINDOW, None);
            let inputs: Vec<f64> = found.inputs.iter().map(|input| input.1).collect();
            assert_eq!(inputs, [deepest, h], "{why}: {:?}", found.inputs);
        }
    }

    #[test]
    fn an_answer_after_the_window_is_not_known_in_it() {
        let world = world().says("ann", "r", 50).answers("ann", "r", 20).posts("hi", 40);
        let found = world.measured_until(Metric::ResponseRate, Some(30));
        assert_eq!(line(&found), "0 of 1");
        assert_eq!(
            found.caveats[0],
            "1 unanswered conversation is less than 24 hours old at the window's end"
        );
    }

    #[test]
    fn an_answer_is_found_by_its_parent_too() {
        // The post they wrote is not saved, so its thread is unknown; our answer names it.
        let mut world = world().act("ann", Act::Mention, "at://ann/1", 50);
        let answer = Post {
            root: "elsewhere".into(),
            parent: Some("at://ann/1".into()),
            parent_author: Some(person("ann")),
            ..world.post("us/1", "us", PostKind::Reply, 49)
        };
        world.facts.posts.push(answer);
        assert_eq!(world.line(Metric::ResponseRate), "1 of 1");
        // Their clock is an hour ahead of ours: the answer still comes after the question.
        world.facts.posts[1].at = ago(51);
        assert_eq!(world.line(Metric::FirstResponseMedian), "value 0 of 1");
    }

    #[test]
    fn unanswered_outside_our_saved_posts_is_said() {
        let world = World::new().posts("hi", 100).posts("hi", 60).says("ann", "r", 50);
        let found = world.measured(Metric::ResponseRate);
        assert_eq!(
            found.caveats[0],
            "1 unanswered conversation is outside the time that own posts are known of, \
             2026-03-25 to 2026-03-27"
        );
    }

    #[test]
    fn answers_are_timed_and_the_unanswered_are_said() {
        let mut asked = world();
        for i in 1..=10 {
            let who = format!("p{i}");
            asked = asked.says(&who, "r", 100).answers(&who, "r", 100 - i);
        }
        let asked = asked.says("ann", "r", 50);
        let median = asked.measured(Metric::FirstResponseMedian);
        assert_eq!(line(&median), "value 18000 of 10");
        let ends = interval(&median).map(|found| (found.low / 3_600.0, found.high / 3_600.0));
        assert_eq!(ends, Some((2.0, 9.0)));
        assert_eq!(median.caveats, ["1 unanswered conversation is not in this number"]);
        let p90 = asked.measured(Metric::FirstResponseP90);
        assert_eq!(line(&p90), "value 32400 of 10");
        assert_eq!(p90.caveats[0], "no interval: it takes 36 answers and there are 10");
        assert_eq!(
            world().says("ann", "r", 50).line(Metric::FirstResponseMedian),
            "no cases: no answer to a conversation opened in the window"
        );
        let unknown = World::new().says("ann", "r", 50).line(Metric::FirstResponseMedian);
        assert!(unknown.contains("no own post is known"), "{unknown}");
    }

    #[test]
    fn waiting_over_the_night_is_no_waiting_in_business_hours() {
        use crate::model::calendar::Hours;
        let nine_to_five = Some(Hours { from_minute: 540, to_minute: 1_020 });
        // The world ends on a Sunday at noon; hours are counted back from there.
        // (why, hours of a working day, hours ago they asked and we answered, hours waited)
        let table = [
            ("Friday, within the hours", nine_to_five, 48, 45, 3),
            ("Friday noon to Saturday", nine_to_five, 48, 24, 5),
            ("all day long on Friday", None, 48, 24, 12),
            ("at the weekend alone", nine_to_five, 24, 2, 0),
            ("over a weekend", nine_to_five, 9 * 24, 6 * 24, 8),
        ];
        for (why, hours, asked, answered, waited) in table {
            let mut world = world().says("ann", "r", asked).answers("ann", "r", answered);
            world.brand.working_time.hours = hours;
            let found = world.measured(Metric::FirstResponseMedianBusiness);
            assert_eq!(line(&found), format!("value {} of 1", waited * 3_600), "{why}");
            let clock = world.line(Metric::FirstResponseMedian);
            assert_eq!(clock, format!("value {} of 1", (asked - answered) * 3_600), "{why}");
        }
        let mut asked = (1..=10).fold(world(), |world, i| {
            let who = format!("p{i}");
            world.says(&who, "r", 48).answers(&who, "r", 48 - i)
        });
        asked.brand.working_time.hours = nine_to_five;
        let asked = asked.says("ann", "r", 50);
        let median = asked.measured(Metric::FirstResponseMedianBusiness);
        assert_eq!(line(&median), "value 18000 of 10", "noon to five; the rest came later");
        let ends = interval(&median).map(|found| (found.low / 3_600.0, found.high / 3_600.0));
        assert_eq!(ends, Some((2.0, 5.0)));
        assert_eq!(
            median.caveats,
            [
                "only working time counts: 09:00-17:00 on mon, tue, wed, thu, fri, UTC",
                "1 unanswered conversation is not in this number"
            ]
        );
    }

    #[test]
    fn an_archive_times_the_answers_it_holds() {
        let mut world = World::new().bare().from(SourceKind::MastodonArchive, "@us@example.social");
        world = world.profile(0, None, &[]);
        // (root, whom, hours ago the parent was written if known, hours ago we answered)
        let table = [
            ("r", "ann", Some(50), 40),
            ("r", "ann", Some(38), 37), // the second answer of a conversation
            ("s", "ann", Some(20), 18),
            ("t", "bob", None, 10),         // the time is not told
            ("u", "us", Some(20), 10),      // ourselves
            ("v", "eve", Some(29 * 24), 5), // opened before the window
        ];
        for (root, whom, parent, hours) in table {
            let id = format!("{root}/{hours}");
            let post = Post {
                root: root.into(),
                parent_author: Some(person(whom)),
                parent_at: parent.map(ago),
                visibility: Visibility::Unlisted,
                ..world.post(&id, "us", PostKind::Reply, hours)
            };
            world.facts.posts.push(post);
        }
        let found = world.measured(Metric::FirstResponseP90);
        assert_eq!(line(&found), "value 36000 of 2", "ten hours and two hours");
        assert!(found.caveats[1].starts_with("answered conversations only"), "{found:?}");
        let both = world.from(SourceKind::BlueskyApi, "us.example");
        assert!(both.line(Metric::FirstResponseMedian).starts_with("no cases"), "bluesky tells");
    }

    #[test]
    fn turns_are_counted_when_the_word_passes() {
        let asked = || world().says("ann", "r", 50);
        // (why, world, back and forth, depth)
        let table = [
            ("one turn", asked(), "0 of 1", "value 1 of 1"),
            ("they go on alone", asked().says("ann", "r", 49), "0 of 1", "value 1 of 1"),
            ("one answer", asked().answers("ann", "r", 49), "0 of 1", "value 2 of 1"),
            (
                "they answer back",
                asked().answers("ann", "r", 49).says("ann", "r", 48),
                "1 of 1",
                "value 3 of 1",
            ),
            (
                "the lower of two is the median",
                asked().answers("ann", "r", 49).says("bob", "r", 48),
                "0 of 2",
                "value 1 of 2",
            ),
            (
                "turns before the window are not this window's",
                world().says("ann", "r", 28 * 24).answers("ann", "r", 666).says("ann", "r", 660),
                "0 of 1",
                "value 2 of 1",
            ),
        ];
        for (why, world, back_and_forth, depth) in table {
            assert_eq!(world.line(Metric::BackAndForthRate), back_and_forth, "{why}");
            assert_eq!(world.line(Metric::ConversationDepth), depth, "{why}");
        }
        let nobody = "no cases: nobody spoke to us in the window";
        assert_eq!(world().line(Metric::BackAndForthRate), nobody);
        assert_eq!(world().line(Metric::ConversationDepth), nobody);
    }
}
