//! What the brand shows of itself: its topics, its profile, its steadiness.
//!
//! # Always true
//!
//! - Only the brand's own words count: no reposts and nothing direct.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};

use super::{
    reading::{Reading, Row, Span, Subject, counted, day},
    scope::{Scope, begins_late},
};
use crate::{
    evidence::{
        facts::{PersonId, Post, PostKind, Profile, Visibility},
        topics::Topics,
    },
    model::{Metric, Pillar, brand::CharterPerson},
};

/// Threads that we began in the window and that touch a declared pillar, out of all of them.
///
/// A thread is its first post and our own continuations; one part on a pillar is enough.
pub(super) fn topic_adherence(scope: &Scope) -> Reading {
    let metric = Metric::TopicAdherence;
    if scope.brand.charter.pillars.is_empty() {
        return Reading::no_cases(metric, "the charter declares no pillar");
    }
    let begun: Vec<&Post> = threads_begun(scope);
    let judged: Vec<&Post> = begun.iter().copied().filter(|post| post.text.is_some()).collect();
    if judged.is_empty() {
        return Reading::no_cases(metric, "no own post with its words in the window");
    }
    let topics = Topics::new(&scope.brand.charter.pillars, &scope.brand.languages);
    let touches = |post: &Post| {
        let text = post.text.as_deref();
        text.is_some_and(|text| topics.touches(text, post.language))
    };
    let continued: HashSet<&str> =
        continuations(scope).filter(|post| touches(post)).map(|post| &*post.root).collect();
    let on_topic = |post: &&&Post| touches(post) || continued.contains(&*post.id);
    let hits = judged.iter().filter(on_topic).count() as u64;
    Reading::proportion(metric, hits, judged.len() as u64)
        .out_of("own posts that begin a thread, public or unlisted")
        .over(judged.iter().map(|post| post.at))
        .behind(scope, || {
            judged.iter().map(|post| {
                let found = |text| topics.found_in(text, post.language).join(", ");
                let pillars = post.text.as_deref().map(found);
                let found = pillars.filter(|found| !found.is_empty());
                let later = on_topic(&post).then(|| "in its continuation".to_owned());
                let what = found.or(later).unwrap_or_else(|| "on no pillar".to_owned());
                own_row(post, on_topic(&post), what)
            })
        })
        .but(without_words(begun.len() - judged.len(), &judged))
}

/// Own words in the window that name a person of the charter or are signed, out of all of them.
pub(super) fn human_share(scope: &Scope) -> Reading {
    let metric = Metric::HumanShare;
    let people = &scope.brand.charter.people;
    if people.is_empty() {
        return Reading::no_cases(metric, "the charter names no person");
    }
    let (judged, unknown): (Vec<&Post>, Vec<&Post>) =
        open_words(scope).partition(|post| post.text.is_some());
    if judged.is_empty() {
        return Reading::no_cases(metric, "no own post with its words in the window");
    }
    let names = names_of(people);
    let human = |post: &Post| {
        post.text.as_deref().is_some_and(|text| names.touches(text, None) || is_signed(text))
    };
    let hits = judged.iter().filter(|post| human(post)).count() as u64;
    let unknown = (!unknown.is_empty()).then(|| {
        format!("{} without known words left out", counted(unknown.len() as u64, "own posts"))
    });
    Reading::proportion(metric, hits, judged.len() as u64)
        .out_of("own posts and replies, public or unlisted")
        .over(judged.iter().map(|post| post.at))
        .behind(scope, || {
            judged.iter().map(|post| {
                let counts = human(post);
                let what = if counts { "shows a person" } else { "shows nobody" };
                own_row(post, counts, what)
            })
        })
        .but(unknown)
}

/// Finds people by their names in a text.
pub(super) fn names_of(people: &[CharterPerson]) -> Topics {
    let words = people.iter().map(|person| person.name.clone()).collect();
    let pillar = Pillar { id: String::new(), words, not: Vec::new() };
    // Names have no stems.
    Topics::new(&[pillar], &[])
}

/// Whether a text ends with initials as agents sign: `^RT`, `^ Rita`.
pub(super) fn is_signed(text: &str) -> bool {
    let Some((_, name)) = text.trim_end().rsplit_once('^') else { return false };
    let name = name.trim();
    (1..=20).contains(&name.chars().count()) && name.chars().all(char::is_alphabetic)
}

/// One of our posts as a row behind a number.
fn own_row(post: &Post, counts: bool, what: impl Into<String>) -> Row {
    let of = Subject::Post(post.id.to_string());
    Row { of, at: Some(post.at), counts, what: what.into() }
}

/// Required profile fields that are filled in, over the newest profile of each account.
pub(super) fn profile_completeness(scope: &Scope) -> Reading {
    let metric = Metric::ProfileCompleteness;
    let newest = newest_profiles(scope);
    let fields = || newest.values().flat_map(|profile| profile.fields.values());
    let (filled, known) = (fields().filter(|filled| **filled).count(), fields().count());
    if known == 0 {
        return Reading::no_cases(metric, "no profile is known at the window's end");
    }
    let empty = newest.values().flat_map(|profile| {
        let empty = profile.fields.iter().filter(|(_, filled)| !**filled);
        empty.map(|(field, _)| format!("the {field} of {} is empty", profile.handle))
    });
    let late = newest.values().filter(|profile| !scope.knows(profile.as_of));
    let late = late.map(|profile| {
        format!("the profile of {} is of {}, after the window", profile.handle, day(profile.as_of))
    });
    let inside = newest.values().map(|profile| profile.as_of).filter(|at| scope.window.holds(*at));
    Reading::share(metric, filled as u64, known as u64, None)
        .out_of("required profile fields that the sources tell")
        .behind(scope, || newest.values().flat_map(|profile| field_rows(profile)))
        .over(inside)
        .but(empty)
        .but(late)
}

/// A row a field of a profile.
fn field_rows(profile: &Profile) -> impl Iterator<Item = Row> {
    profile.fields.iter().map(|(field, filled)| {
        let is = if *filled { "filled in" } else { "empty" };
        let (of, at) = (Subject::Account(profile.account.clone()), Some(profile.as_of));
        Row { of, at, counts: *filled, what: format!("the {field} is {is}") }
    })
}

/// The longest time in the window without an own post, in seconds.
///
/// All accounts together: a post on any of them ends the silence.
pub(super) fn longest_silent_gap(scope: &Scope) -> Reading {
    let metric = Metric::LongestSilentGap;
    let spoken = spoken(scope);
    let (Some(first), Some(last)) = (spoken.first().copied(), spoken.last().copied()) else {
        return Reading::no_cases(metric, "no own post in the window");
    };
    let silences = silences(scope, &spoken);
    let longest = silences.iter().map(|(from, to)| (*to - *from).num_seconds()).max();
    let begins = scope.own_posts_span().map_or(first, |(oldest, _)| oldest);
    let late = begins_late("own post", begins, "the window", scope.window.from);
    Reading::value(metric, longest.unwrap_or(0) as f64, spoken.len() as u64, None)
        .out_of("own posts in the window")
        .behind(scope, || {
            let inside = scope.own_words().filter(|post| scope.window.holds(post.at));
            inside.map(|post| own_row(post, true, "an own post"))
        })
        .over([first, last])
        .but(late)
}

/// When we said something in the window, oldest first.
pub(super) fn spoken(scope: &Scope) -> Vec<DateTime<Utc>> {
    let inside = scope.own_words().map(|post| post.at).filter(|at| scope.window.holds(*at));
    let mut spoken: Vec<DateTime<Utc>> = inside.collect();
    spoken.sort_unstable();
    spoken
}

/// The stretches of the window without a word of ours, as far as the exports reach.
///
/// - `spoken`: as [`spoken`] gives it.
pub(super) fn silences(
    scope: &Scope,
    spoken: &[DateTime<Utc>],
) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
    let Some((from, to)) = known_stretch(scope) else { return Vec::new() };
    let instants = [&[from], spoken, &[to]].concat();
    instants.windows(2).map(|pair| (pair[0], pair[1])).collect()
}

/// The part of the window of which the exports tell what we posted; `None` if they tell of none.
pub(super) fn known_stretch(scope: &Scope) -> Span {
    let (oldest, newest) = scope.own_posts_span()?;
    let from = oldest.max(scope.window.from);
    // Beyond the newest evidence nobody knows whether there was silence.
    let to = scope.as_of.unwrap_or(scope.window.to).max(newest);
    Some((from, to))
}

/// When the newest own post known was written, in or before the window; in seconds since 1970.
pub(super) fn last_own_post(scope: &Scope) -> Reading {
    let metric = Metric::LastOwnPost;
    let written: Vec<DateTime<Utc>> = scope.own_words().map(|post| post.at).collect();
    let Some(newest) = written.iter().max().copied() else {
        return Reading::no_cases(metric, "no own post is known");
    };
    Reading::value(metric, newest.timestamp() as f64, written.len() as u64, None)
        .out_of("own posts known up to the window's end")
        .behind(scope, || {
            let newest = scope.own_words().filter(|post| post.at == newest);
            newest.map(|post| own_row(post, true, "the newest own post"))
        })
        .over(Some(newest).filter(|newest| scope.window.holds(*newest)))
}

/// Own posts in the window that begin a thread, for each own reply to somebody else.
pub(super) fn posts_per_reply(scope: &Scope) -> Reading {
    let metric = Metric::PostsPerReply;
    let inside = scope.own_words().filter(|post| scope.window.holds(post.at));
    // Our own accounts among each other are no conversation with others.
    let is_to_others =
        |post: &Post| post.parent_author.as_ref().is_some_and(|to| !scope.is_own(to));
    // Whether a post begins a thread; nothing if it is neither that nor a reply to others.
    let begins = |post: &Post| match post.kind {
        PostKind::Original => Some(true),
        PostKind::Reply => is_to_others(post).then_some(false),
        PostKind::SelfThread | PostKind::Repost => None,
    };
    let counted: Vec<(&Post, bool)> =
        inside.filter_map(|post| Some((post, begins(post)?))).collect();
    let posts = counted.iter().filter(|(_, begins)| *begins).count() as u64;
    let replies = counted.len() as u64 - posts;
    if replies == 0 {
        let why = format!("no own reply to others in the window, beside {}", own_posts(posts));
        return Reading::no_cases(metric, why);
    }
    let begins = scope.own_posts_span().map(|(oldest, _)| oldest);
    let late =
        begins.and_then(|begins| begins_late("own post", begins, "the window", scope.window.from));
    Reading::value(metric, posts as f64 / replies as f64, replies, None)
        .out_of(format!("own replies to others in the window, beside {}", own_posts(posts)))
        .given("own posts that begin a thread", posts as f64)
        .given("own replies to others", replies as f64)
        .behind(scope, || {
            counted.iter().map(|(post, begins)| {
                own_row(
                    post,
                    *begins,
                    if *begins { "begins a thread" } else { "a reply to others" },
                )
            })
        })
        .over(counted.iter().map(|(post, _)| post.at))
        .but(late)
}

fn own_posts(posts: u64) -> String {
    counted(posts, "own posts")
}

/// The posts in the window with which we began a thread for everybody.
pub(super) fn threads_begun<'a>(scope: &Scope<'a>) -> Vec<&'a Post> {
    let open = scope.own_words().filter(|post| is_open(post));
    open.filter(|post| post.kind == PostKind::Original && scope.window.holds(post.at)).collect()
}

/// Our own words in the window that everybody may read.
pub(super) fn open_words<'a>(scope: &Scope<'a>) -> impl Iterator<Item = &'a Post> {
    let inside = scope.own_words().filter(|post| scope.window.holds(post.at));
    inside.filter(|post| is_open(post))
}

/// Whether everybody may read it.
fn is_open(post: &Post) -> bool {
    match post.visibility {
        Visibility::Public | Visibility::Unlisted => true,
        Visibility::Followers | Visibility::Direct => false,
    }
}

/// Our continuations of threads, up to the window's end.
pub(super) fn continuations<'a>(scope: &Scope<'a>) -> impl Iterator<Item = &'a Post> {
    scope.own_words().filter(|post| post.kind == PostKind::SelfThread)
}

/// The profile of each account that tells its fields at the window's end: the newest up to it,
/// else the first after it.
pub(super) fn newest_profiles<'a>(scope: &Scope<'a>) -> BTreeMap<&'a PersonId, &'a Profile> {
    let mut newest: BTreeMap<&PersonId, &Profile> = BTreeMap::new();
    for profile in scope.facts.profiles.iter().filter(|profile| !profile.fields.is_empty()) {
        let kept = newest.entry(&profile.account).or_insert(profile);
        if scope.prefers(profile, kept) {
            *kept = profile;
        }
    }
    newest
}

/// The caveats about posts whose topic no word can tell.
fn without_words(unknown: usize, judged: &[&Post]) -> impl Iterator<Item = String> {
    let wordless = judged.iter().filter(|post| post.text.as_deref() == Some("")).count() as u64;
    let left_out = (unknown > 0)
        .then(|| format!("{} without known words left out", counted(unknown as u64, "own posts")));
    let off_topic = (wordless > 0)
        .then(|| format!("{} without a word counted as off topic", counted(wordless, "own posts")));
    left_out.into_iter().chain(off_topic)
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{World, ago, line},
        *,
    };

    #[test]
    fn a_post_shows_a_person_by_name_or_by_initials() {
        let post = |text: &str| World::new().names("Rita").names("Jan Olsen").posts(text, 9);
        // (why, world, line)
        let table = [
            ("a name", post("Meet Rita, our roaster"), "1 of 1"),
            ("whole words only", post("Margarita time"), "0 of 1"),
            ("both names stand together", post("Jan is not Olsen"), "0 of 1"),
            ("both names", post("jan olsen is here"), "1 of 1"),
            ("initials", post("We fixed it. ^RT"), "1 of 1"),
            ("a formula is no signature", post("E = mc^2"), "0 of 1"),
            ("nothing", post("We fixed it."), "0 of 1"),
            (
                "nobody in the charter",
                World::new().posts("Rita", 9),
                "no cases: the charter names \
                no person",
            ),
        ];
        for (why, world, expected) in table {
            assert_eq!(world.line(Metric::HumanShare), expected, "{why}");
        }
    }

    #[test]
    fn threads_are_judged_by_their_words() {
        let hidden = |text: &str, to| World::new().posts_as(text, 9, PostKind::Original, to);
        let kind = |kind| World::new().posts_as("coffee", 9, kind, Visibility::Public);
        let none = "no cases: no own post with its words in the window";
        // (why, world, line)
        let table = [
            ("nothing", World::new(), none),
            ("one of two", World::new().posts("coffee!", 9).posts("rain", 8), "1 of 2"),
            ("outside the window", World::new().posts("coffee", 28 * 24), none),
            (
                "a part saves the thread",
                World::new().posts("1/2", 9).posts("coffee", 8).continued(),
                "1 of 1",
            ),
            (
                "a part does not spoil it",
                World::new().posts("coffee", 9).posts("2/2", 8).continued(),
                "1 of 1",
            ),
            ("unlisted is for everybody", hidden("coffee", Visibility::Unlisted), "1 of 1"),
            ("followers only is not", hidden("coffee", Visibility::Followers), none),
            ("direct is not", hidden("coffee", Visibility::Direct), none),
            ("a reply is not ours to choose", kind(PostKind::Reply), none),
            ("a repost is not our words", kind(PostKind::Repost), none),
            (
                "no pillar",
                World::new()
                    .posts("coffee", 9)
                    .bare()
                    .from(crate::model::SourceKind::BlueskyApi, "us"),
                "no cases: the charter declares no pillar",
            ),
        ];
        for (why, world, expected) in table {
            assert_eq!(world.line(Metric::TopicAdherence), expected, "{why}");
        }
        let picture = World::new().posts("", 9).measured(Metric::TopicAdherence);
        assert_eq!(picture.caveats, ["1 own post without a word counted as off topic"]);
    }

    #[test]
    fn a_profile_is_judged_by_its_newest_look() {
        let fields = [("bio", false), ("link", true), ("name", true)];
        let world = World::new().profile(5, None, &[("bio", false)]);
        assert_eq!(world.line(Metric::ProfileCompleteness), "2 of 2", "the newest is of hour 0");
        let earlier = world.measured_until(Metric::ProfileCompleteness, Some(5));
        assert_eq!(line(&earlier), "0 of 1");
        assert_eq!(earlier.caveats[0], "the bio of us.example is empty");
        let later = world.measured_until(Metric::ProfileCompleteness, Some(9));
        assert_eq!(line(&later), "0 of 1", "the first after the window");
        assert!(later.caveats[1].ends_with("is of 2026-03-29, after the window"), "{later:?}");
        let two = World::new().profile_of("we", 5, None, &fields);
        assert_eq!(two.line(Metric::ProfileCompleteness), "4 of 5", "accounts add up");
    }

    #[test]
    fn silence_is_measured_between_own_words() {
        let day = 24;
        let steady = || World::new().posts("before", 30 * day);
        let as_kind = |kind, to| steady().posts("a", 10 * day).posts_as("b", 5 * day, kind, to);
        let (reply, public) = (PostKind::Reply, Visibility::Public);
        // (why, world, days of silence, posts)
        let table = [
            ("from the window's start", steady().posts("a", 10 * day), 18, 1),
            ("to the window's end", steady().posts("a", 20 * day), 20, 1),
            ("between posts", steady().posts("a", 20 * day).posts("b", 7 * day), 13, 2),
            ("a reply is a word", as_kind(reply, public), 18, 2),
            ("a repost is none", as_kind(PostKind::Repost, public), 18, 1),
            ("a direct word is none", as_kind(reply, Visibility::Direct), 18, 1),
            ("evidence begins inside", World::new().posts("a", 5 * day), 5, 1),
        ];
        for (why, world, days, posts) in table {
            let found = world.measured(Metric::LongestSilentGap);
            assert_eq!(line(&found), format!("value {} of {posts}", days * 86_400), "{why}");
            assert_eq!(found.caveats.len(), usize::from(why.contains("begins inside")), "{why}");
        }
        assert_eq!(steady().line(Metric::LongestSilentGap), "no cases: no own post in the window");
    }

    #[test]
    fn the_newest_own_post_may_lie_before_the_window() {
        let day = 24;
        let at = |hours: i64| ago(hours).timestamp();
        let direct = |world: World| world.posts_as("psst", 1, PostKind::Reply, Visibility::Direct);
        let repost = |world: World| world.posts_as("look", 2, PostKind::Repost, Visibility::Public);
        // (why, world, the newest in hours before the end, posts)
        let table = [
            ("the newest of all", World::new().posts("a", 9).posts("b", 3), 3, 2),
            ("before the window", World::new().posts("a", 90 * day), 90 * day, 1),
            ("what others may not read", direct(World::new().posts("a", 9)), 9, 1),
            ("what others wrote", repost(World::new().posts("a", 9)), 9, 1),
            ("a reply", World::new().posts("a", 9).answers("ann", "r", 5), 5, 2),
        ];
        for (why, world, hours, posts) in table {
            let found = world.measured(Metric::LastOwnPost);
            assert_eq!(line(&found), format!("value {} of {posts}", at(hours)), "{why}");
            assert_eq!(found.span.is_some(), hours < 28 * day, "{why}");
        }
        let world = World::new().posts("a", 60).posts("b", 3);
        let earlier = world.measured_until(Metric::LastOwnPost, Some(30));
        assert_eq!(line(&earlier), format!("value {} of 1", at(60)), "not after the window");
        assert_eq!(World::new().line(Metric::LastOwnPost), "no cases: no own post is known");
    }

    #[test]
    fn posts_are_counted_for_each_reply_to_others() {
        let posts = || World::new().posts("a", 30).posts("b", 20).posts("c", 10);
        let none = "no cases: no own reply to others in the window, beside";
        let as_kind = |kind, to| posts().answers("ann", "r", 5).posts_as("x", 4, kind, to);
        // (why, world, line)
        let table = [
            ("three for one", posts().answers("ann", "r", 5), "value 3 of 1".to_owned()),
            (
                "three for two",
                posts().answers("ann", "r", 5).answers("bob", "s", 4),
                "value 1.5 of 2".to_owned(),
            ),
            ("replies alone", World::new().answers("ann", "r", 5), "value 0 of 1".to_owned()),
            ("never infinite", posts(), format!("{none} 3 own posts")),
            ("nothing at all", World::new(), format!("{none} 0 own posts")),
            ("ourselves", posts().answers("us", "r", 5), format!("{none} 3 own posts")),
            (
                "outside the window",
                World::new().answers("ann", "r", 28 * 24).posts("a", 9),
                format!("{none} 1 own post"),
            ),
            (
                "a thread goes on",
                as_kind(PostKind::SelfThread, Visibility::Public),
                "value 3 of 1".to_owned(),
            ),
            (
                "what others wrote",
                as_kind(PostKind::Repost, Visibility::Public),
                "value 3 of 1".to_owned(),
            ),
            (
                "for followers only",
                as_kind(PostKind::Original, Visibility::Followers),
                "value 4 of 1".to_owned(),
            ),
            (
                "for one person",
                as_kind(PostKind::Original, Visibility::Direct),
                "value 3 of 1".to_owned(),
            ),
        ];
        for (why, world, expected) in table {
            assert_eq!(world.line(Metric::PostsPerReply), expected, "{why}");
        }
        let found = posts().answers("ann", "r", 5).measured(Metric::PostsPerReply);
        assert_eq!(found.denominator, "own replies to others in the window, beside 3 own posts");
    }

    #[test]
    fn silence_after_the_newest_evidence_is_not_claimed() {
        let world = World::new().posts("a", 28 * 24).posts("b", 24);
        let found = world.measured_until(Metric::LongestSilentGap, Some(-60 * 24));
        assert!(line(&found).starts_with("no cases"), "the window is all in the unknown");
        let found = world.measured_until(Metric::LongestSilentGap, Some(-20 * 24));
        assert_eq!(line(&found), format!("value {} of 1", 7 * 86_400));
        assert_eq!(found.as_of, Some(ago(0)));
        assert_eq!(
            found.caveats,
            ["the newest evidence is of 2026-03-29; the window ends 2026-04-18"]
        );
    }
}
