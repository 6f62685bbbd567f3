//! The charter audit: whether a brand is what its charter says, part by part.
//!
//! ```text
//! Brand (charter), Facts (profiles, own posts) ──► audit ──► Audit
//! ```
//!
//! Start reading at [`audit`]. The numbers of the catalogue are measured by their own formulas; what
//! stands beside them says which account, pillar, person, week or post they come from.
//!
//! # Always true
//!
//! - Only the brand's own profiles and posts are looked at.
//! - The posts on no pillar are those that keep `topic_adherence` below 100 %.
//! - What the exports do not tell is absent: an account without a profile has no empty field.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    identity::{
        continuations, is_signed, known_stretch, names_of, newest_profiles, open_words, silences,
        spoken, threads_begun,
    },
    observe,
    scope::Scope,
    tally::{Look, Tally},
};
use crate::{
    evidence::{
        facts::{Facts, PersonId, Post, PostKind, Profile},
        interval::wilson,
        topics::Topics,
    },
    model::{Account, Brand, Finding, Interval, Metric, Observation, Window},
};

/// The numbers of the catalogue that an audit rests on.
pub const NUMBERS: [Metric; 5] = [
    Metric::ProfileCompleteness,
    Metric::TopicAdherence,
    Metric::LongestSilentGap,
    Metric::HumanShare,
    Metric::PostsPerReply,
];

/// How many of the longest silences are kept.
const SILENCES: usize = 3;

/// What an audit found.
#[derive(Debug, Clone, PartialEq)]
pub struct Audit {
    /// The window; absent if the exports hold nothing with a date.
    pub window: Option<Window>,
    /// [`NUMBERS`], in their order.
    pub numbers: Vec<Observation>,
    /// Each account, of the brand file or of an export.
    pub accounts: Vec<Shown>,
    /// By the profile's field, on how many of the accounts that tell of it it is filled in.
    pub fields: BTreeMap<String, Share>,
    /// By the profile's field, whether the accounts say the same; of those that two accounts tell.
    pub agreements: Vec<Agreement>,
    /// By the charter's pillar, how many of the threads that we began are on it; none of them where
    /// the exports do not tell.
    pub pillars: Vec<(String, Share)>,
    /// By the charter's person, how many of our posts and replies name them.
    pub people: Vec<(String, Share)>,
    /// How many of our posts and replies are signed with initials.
    pub signed: Share,
    /// How steadily we posted; absent if no own post is known.
    pub rhythm: Option<Rhythm>,
    /// The threads that we began on no pillar, newest first.
    pub drift: Vec<Drift>,
    /// How many threads were judged.
    pub threads: u64,
}

/// So many of so many cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    /// Those that count.
    pub hits: u64,
    /// All of them; there may be none.
    pub n: u64,
}

impl Share {
    /// The share as a fraction; absent without a case.
    pub fn value(self) -> Option<f64> {
        (self.n > 0).then(|| self.hits as f64 / self.n as f64)
    }

    /// Wilson's 95 % interval; absent without a case.
    pub fn interval(self) -> Option<Interval> {
        wilson(self.hits, self.n)
    }

    fn add(&mut self, counts: bool) {
        self.hits += u64::from(counts);
        self.n += 1;
    }
}

/// One of the brand's accounts as its profile shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its handle.
    pub handle: String,
    /// How new the export was that showed it, UTC; absent if none did.
    pub as_of: Option<DateTime<Utc>>,
    /// The required fields by name and whether each is filled in; one that the export does not
    /// tell is left out.
    pub fields: BTreeMap<String, bool>,
    /// What fields say, where the export tells and they are not empty.
    pub says: BTreeMap<String, String>,
}

/// What the accounts say in one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// The field: `name`, `bio` or `link`.
    pub field: &'static str,
    /// Whether they say the same: in the same words, or with a host in common.
    pub agrees: bool,
    /// Each account with what it says.
    pub said: Vec<(String, String)>,
}

/// The fields in which accounts are compared. Pictures are not: every platform packs them anew.
const COMPARED: [&str; 3] = ["name", "bio", "link"];

/// Whether the accounts say the same, field by field.
fn agreements(accounts: &[Shown]) -> Vec<Agreement> {
    let of_field = |field: &'static str| {
        let said =
            accounts.iter().filter_map(|one| Some((one.handle.clone(), one.says.get(field)?)));
        let said: Vec<(String, String)> =
            said.map(|(handle, text)| (handle, text.clone())).collect();
        let agrees = said.windows(2).all(|pair| same(field, &pair[0].1, &pair[1].1));
        (said.len() > 1).then_some(Agreement { field, agrees, said })
    };
    COMPARED.into_iter().filter_map(of_field).collect()
}

/// Whether two texts of a field say the same; capitals and blanks make no difference.
fn same(field: &str, one: &str, other: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        text.to_lowercase().split_whitespace().map(str::to_owned).collect()
    };
    let (one, other) = (words(one), words(other));
    if field == "link" { one.iter().any(|host| other.contains(host)) } else { one == other }
}

/// How steadily a brand posts.
#[derive(Debug, Clone, PartialEq)]
pub struct Rhythm {
    /// How many of the whole weeks of the window have a post that begins a thread.
    pub weeks: Share,
    /// How many posts a week the charter promises; absent if it promises none.
    pub promised: Option<f64>,
    /// How many of the weeks have as many; absent if it promises none.
    pub kept: Option<Share>,
    /// The longest stretches without a word of ours, the longest first.
    pub silences: Vec<(DateTime<Utc>, DateTime<Utc>)>,
}

/// A thread that we began on no pillar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// The address of its first post.
    pub post: String,
    /// When, UTC.
    pub at: DateTime<Utc>,
    /// Our words in it; empty for a picture alone.
    pub words: String,
}

/// Audits a brand by its charter.
///
/// - `facts`: at least the brand's own profiles and its posts of the window.
/// - `window_seconds`, `until`: as for [`measure`](super::measure).
///
/// # Example
///
/// ```
/// # use fivestep::model::{Brand, BrandId, Charter, Digest, WorkflowId, WorkingTime};
/// use fivestep::{evidence::{facts::Facts, metrics::audit::audit}, model::Finding};
///
/// # let brand = Brand {
/// #     digest: Digest::of(b""), id: BrandId::new("acme")?, name: "Acme".into(),
/// #     working_time: WorkingTime::default(), languages: vec![],
/// #     workflow: WorkflowId::new("engagement")?, goals: Default::default(), accounts: vec![],
/// #     competitors: vec![],
/// #     charter: Charter::default(), audience: Default::default(), sources: vec![],
/// #     keep_words: Default::default(),
/// # };
/// let found = audit(&brand, &Facts::default(), 28 * 86_400, None);
/// // Nothing was imported: no number is 0, and nobody says that there was silence.
/// assert!(found.numbers.iter().all(|number| number.finding.why_not().is_some()));
/// assert_eq!(found.rhythm, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn audit(
    brand: &Brand,
    facts: &Facts,
    window_seconds: i64,
    until: Option<DateTime<Utc>>,
) -> Audit {
    let Ok(tally) = Tally::take(
        brand,
        facts,
        facts,
        Look { window_seconds, until, explains: false, screens: false },
    );
    let scope = tally.as_ref().map(|tally| Scope::open(brand, facts, tally));
    let numbers = NUMBERS.map(|metric| observe(metric, brand, facts, scope.as_ref())).to_vec();
    // What the exports do not tell in a number, they do not tell in its parts.
    let told_by = |metric| scope.as_ref().filter(|_| can_tell(&numbers, metric));
    let accounts = accounts(brand, scope.as_ref());
    let threads = told_by(Metric::TopicAdherence).map(threads);
    let (people, signed) = told_by(Metric::HumanShare).map(shown_people).unwrap_or_default();
    let rhythm = told_by(Metric::LongestSilentGap).and_then(rhythm);
    let pillars = threads.as_ref().map(|threads| pillars(brand, threads)).unwrap_or_default();
    let threads = threads.unwrap_or_default();
    Audit {
        window: scope.as_ref().map(|scope| scope.window),
        fields: fields(&accounts),
        agreements: agreements(&accounts),
        accounts,
        pillars,
        people,
        signed,
        rhythm,
        drift: drift(brand, &threads),
        threads: threads.len() as u64,
        numbers,
    }
}

/// Whether the exports could tell a number, though there may be no case of it.
fn can_tell(numbers: &[Observation], metric: Metric) -> bool {
    numbers.iter().any(|number| {
        let found = match number.finding {
            Finding::Measured { .. } | Finding::NoCases { .. } => true,
            Finding::NotExported { .. }
            | Finding::Suppressed { .. }
            | Finding::Unmeasurable { .. } => false,
        };
        number.metric == metric && found
    })
}

/// Each account that an export shows, then those of the brand file that none does.
fn accounts(brand: &Brand, scope: Option<&Scope>) -> Vec<Shown> {
    let seen = scope.map(seen_profiles).unwrap_or_default();
    let unseen = brand
        .accounts
        .iter()
        .filter(|account| !seen.values().any(|profile| is_of(account, profile)));
    let unseen = unseen.map(|account| Shown {
        handle: account.handle.clone(),
        as_of: None,
        fields: BTreeMap::new(),
        says: BTreeMap::new(),
    });
    let seen = seen.values().map(|profile| Shown {
        handle: profile.handle.clone(),
        as_of: Some(profile.as_of),
        fields: profile.fields.clone(),
        says: profile.says.clone(),
    });
    seen.chain(unseen).collect()
}

/// The profile of each account at the window's end; one that tells its fields, if there is one.
fn seen_profiles<'a>(scope: &Scope<'a>) -> BTreeMap<&'a PersonId, &'a Profile> {
    let mut seen: BTreeMap<&PersonId, &Profile> = BTreeMap::new();
    for profile in &scope.facts.profiles {
        let kept = seen.entry(&profile.account).or_insert(profile);
        if scope.prefers(profile, kept) {
            *kept = profile;
        }
    }
    seen.extend(newest_profiles(scope));
    seen
}

/// Whether a profile is that of an account of the brand file, whose handle may lack the server.
fn is_of(account: &Account, profile: &Profile) -> bool {
    let id = profile.account.as_str();
    let Some((platform, native)) = id.split_once(':') else { return false };
    let plain = |handle: &str| handle.trim_start_matches('@').to_lowercase();
    let (told, seen) = (plain(&account.handle), plain(&profile.handle));
    let without_server = |short: &str, long: &str| {
        !short.contains('@') && long.split_once('@').is_some_and(|(name, _)| name == short)
    };
    platform == account.platform.to_string()
        && (told == seen
            || told == plain(native)
            || without_server(&told, &seen)
            || without_server(&seen, &told))
}

/// On how many accounts each field is filled in.
fn fields(accounts: &[Shown]) -> BTreeMap<String, Share> {
    let mut fields: BTreeMap<String, Share> = BTreeMap::new();
    for (field, filled) in accounts.iter().flat_map(|account| &account.fields) {
        fields.entry(field.clone()).or_default().add(*filled);
    }
    fields
}

/// A thread that we began, with the pillars that any part of it is on.
struct Thread<'a> {
    first: &'a Post,
    on: HashSet<String>,
}

/// The threads of the window whose words are known, judged as `topic_adherence` judges them.
fn threads<'a>(scope: &Scope<'a>) -> Vec<Thread<'a>> {
    let topics = Topics::new(&scope.brand.charter.pillars, &scope.brand.languages);
    let on = |post: &Post| -> HashSet<String> {
        let text = post.text.as_deref().unwrap_or_default();
        let found = topics.found_in(text, post.language);
        found.into_iter().map(str::to_owned).collect()
    };
    let begun = threads_begun(scope).into_iter().filter(|post| post.text.is_some());
    let mut threads: Vec<Thread> = begun.map(|first| Thread { first, on: on(first) }).collect();
    let places: HashMap<&str, usize> =
        threads.iter().enumerate().map(|(place, thread)| (&*thread.first.id, place)).collect();
    for post in continuations(scope) {
        if let Some(place) = places.get(&*post.root) {
            threads[*place].on.extend(on(post));
        }
    }
    threads
}

/// How many threads are on each pillar.
fn pillars(brand: &Brand, threads: &[Thread]) -> Vec<(String, Share)> {
    let n = threads.len() as u64;
    let on = |id: &str| threads.iter().filter(|thread| thread.on.contains(id)).count() as u64;
    let pillars = brand.charter.pillars.iter();
    pillars.map(|pillar| (pillar.id.clone(), Share { hits: on(&pillar.id), n })).collect()
}

/// The threads on no pillar; none where there is no pillar to be on.
fn drift(brand: &Brand, threads: &[Thread]) -> Vec<Drift> {
    if brand.charter.pillars.is_empty() {
        return Vec::new();
    }
    let off = threads.iter().filter(|thread| thread.on.is_empty()).map(|thread| Drift {
        post: thread.first.id.to_string(),
        at: thread.first.at,
        words: thread.first.text.clone().unwrap_or_default().to_string(),
    });
    let mut drift: Vec<Drift> = off.collect();
    drift.sort_by(|one, other| other.at.cmp(&one.at).then_with(|| one.post.cmp(&other.post)));
    drift
}

/// How often each person of the charter is named, and how often we sign.
fn shown_people(scope: &Scope) -> (Vec<(String, Share)>, Share) {
    let people = &scope.brand.charter.people;
    let names: Vec<Topics> =
        people.iter().map(|person| names_of(std::slice::from_ref(person))).collect();
    let (mut named, mut signed) = (vec![Share::default(); names.len()], Share::default());
    for text in open_words(scope).filter_map(|post| post.text.as_deref()) {
        signed.add(is_signed(text));
        for (share, name) in named.iter_mut().zip(&names) {
            share.add(name.touches(text, None));
        }
    }
    let people = people.iter().map(|person| person.name.clone());
    (people.zip(named).collect(), signed)
}

/// How steadily we posted, as far as the exports reach.
fn rhythm(scope: &Scope) -> Option<Rhythm> {
    let (from, to) = known_stretch(scope)?;
    let posts = scope.own_words().filter(|post| post.kind == PostKind::Original);
    let posts = weekly((from, to), posts.map(|post| post.at));
    let weeks = |enough: &dyn Fn(u64) -> bool| Share {
        hits: posts.iter().filter(|posts| enough(**posts)).count() as u64,
        n: posts.len() as u64,
    };
    let promised = scope.brand.charter.posts_per_week;
    let mut silences = silences(scope, &spoken(scope));
    silences.sort_by_key(|(from, to)| (*from - *to, *from));
    silences.truncate(SILENCES);
    Some(Rhythm {
        weeks: weeks(&|posts| posts > 0),
        promised,
        kept: promised.map(|promised| weeks(&|posts| posts as f64 >= promised)),
        silences,
    })
}

/// How many of the moments lie in each whole week before the end of a stretch.
fn weekly(
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    moments: impl Iterator<Item = DateTime<Utc>>,
) -> Vec<u64> {
    let week = TimeDelta::weeks(1).num_milliseconds();
    let whole = (to - from).num_milliseconds().max(0) / week;
    let mut counts = vec![0; usize::try_from(whole).unwrap_or_default()];
    for at in moments.filter(|at| *at <= to) {
        let place = usize::try_from((to - at).num_milliseconds() / week).unwrap_or(usize::MAX);
        if let Some(count) = counts.get_mut(place) {
            *count += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        evidence::{
            facts::Visibility,
            metrics::testing::{WINDOW, World, ago, line},
        },
        model::{FactKind, Platform},
    };

    const DAY: i64 = 24;

    fn audited(world: &World) -> Audit {
        audit(&world.brand, &world.facts, WINDOW, None)
    }

    fn share(hits: u64, n: u64) -> Share {
        Share { hits, n }
    }

    #[test]
    fn accounts_say_the_same_or_do_not() {
        let shown = |handle: &str, says: &[(&str, &str)]| Shown {
            handle: handle.to_owned(),
            as_of: None,
            fields: BTreeMap::new(),
            says: says.iter().map(|(field, text)| (field.to_string(), text.to_string())).collect(),
        };
        // (why, what one says, what the other says, the fields that are compared and whether they agree)
        type Said<'t> = &'t [(&'t str, &'t str)];
        type Row<'t> = (&'t str, Said<'t>, Said<'t>, &'t [(&'t str, bool)]);
        let table: [Row; 6] = [
            ("one tells nothing", &[("name", "Acme")], &[], &[]),
            (
                "the same",
                &[("name", "Acme Coffee")],
                &[("name", "acme  coffee")],
                &[("name", true)],
            ),
            ("another", &[("name", "Acme")], &[("name", "Acme Beans")], &[("name", false)]),
            (
                "a host in common",
                &[("link", "a.example b.example")],
                &[("link", "b.example")],
                &[("link", true)],
            ),
            (
                "no host in common",
                &[("link", "a.example")],
                &[("link", "aa.example")],
                &[("link", false)],
            ),
            ("what is verified is not compared", &[("verified", "a")], &[("verified", "b")], &[]),
        ];
        for (why, one, other, expected) in table {
            let found = agreements(&[shown("@a", one), shown("@b", other)]);
            let found: Vec<(&str, bool)> =
                found.iter().map(|one| (one.field, one.agrees)).collect();
            assert_eq!(found, expected, "{why}");
        }
    }

    #[test]
    fn each_pillar_counts_the_threads_that_any_part_puts_on_it() {
        let world = || World::new().pillar("football", &["derby"]);
        let direct = Visibility::Direct;
        let two = || world().posts("1/2", 9).posts("derby", 8);
        // (why, world, threads on coffee, on football and in all, addresses of those on none)
        let table = [
            ("nothing", world(), [0, 0, 0], ""),
            ("one of each", world().posts("coffee", 9).posts("derby", 8), [1, 1, 2], ""),
            ("both at once", world().posts("coffee at the derby", 9), [1, 1, 1], ""),
            ("newest first", world().posts("a", 9).posts("b", 8), [0, 0, 2], "us/b/8 us/a/9"),
            ("a later part", two().continued(), [0, 1, 1], ""),
            ("for one person", world().posts_as("a", 9, PostKind::Original, direct), [0; 3], ""),
        ];
        for (why, world, [coffee, football, n], off) in table {
            let found = audited(&world);
            let pillars = [("coffee", coffee), ("football", football)];
            let pillars = pillars.map(|(id, hits)| (id.to_owned(), share(hits, n)));
            assert_eq!(found.pillars, pillars, "{why}");
            let drift: Vec<&str> = found.drift.iter().map(|one| one.post.as_str()).collect();
            assert_eq!((drift.join(" ").as_str(), found.threads), (off, n), "{why}");
        }
    }

    #[test]
    fn the_drift_is_what_keeps_topic_adherence_down() {
        let world = World::new().posts("coffee", 9).posts("rain", 8).posts("1/2", 7);
        let world = world.posts("coffee again", 6).continued().posts("snow", 29 * DAY);
        let found = audited(&world);
        let on = found.threads - found.drift.len() as u64;
        let adherence = found.numbers.iter().find(|one| one.metric == Metric::TopicAdherence);
        assert_eq!(line(adherence.unwrap()), format!("{on} of {}", found.threads));
        assert_eq!((on, found.threads), (2, 3));
        let without = audited(&World::new().bare().posts("rain", 9));
        assert!(without.drift.is_empty() && without.pillars.is_empty(), "no pillar to be on");
    }

    #[test]
    fn what_a_number_cannot_tell_its_parts_do_not_tell() {
        // A help desk's table holds our answers and not all that we post.
        let world = World::new().names("Rita").posts("Rita has coffee", 9).posts("rain", 300);
        let found = audited(&world.clone().lacking(FactKind::OwnPosts));
        assert!(found.numbers.iter().skip(1).all(|number| number.finding.why_not().is_some()));
        let parts = (found.pillars.len(), found.people.len(), found.drift.len(), found.threads);
        assert_eq!((parts, found.rhythm, found.signed.n), ((0, 0, 0, 0), None, 0));
        let found = audited(&world);
        assert!(!found.pillars.is_empty() && !found.people.is_empty() && !found.drift.is_empty());
    }

    #[test]
    fn weeks_and_silences_are_told_as_far_as_the_exports_reach() {
        let before = || World::new().posts("before", 40 * DAY);
        let weekly = before().posts("a", DAY).posts("b", 8 * DAY).posts("c", 9 * DAY);
        let mut promising = weekly.clone();
        promising.brand.charter.posts_per_week = Some(2.0);
        let reply = before().answers("ann", "r", 5 * DAY);
        // (why, world, weeks with a post, weeks that keep the promise, the longest silence in days)
        let table = [
            ("two of four", weekly, share(2, 4), None, 19),
            ("one has two", promising, share(2, 4), Some(share(1, 4)), 19),
            ("a reply is a word, but no post", reply, share(0, 4), None, 23),
            ("silence", before(), share(0, 4), None, 28),
            ("no whole week known", World::new().posts("a", 5 * DAY), share(0, 0), None, 5),
        ];
        for (why, world, weeks, kept, days) in table {
            let rhythm = audited(&world).rhythm.expect(why);
            assert_eq!((rhythm.weeks, rhythm.kept), (weeks, kept), "{why}");
            let (from, to) = rhythm.silences[0];
            assert_eq!((to - from).num_days(), days, "{why}");
        }
        assert_eq!(audited(&World::new()).rhythm, None, "no own post is known");
    }

    #[test]
    fn people_are_counted_by_name_and_signatures_apart() {
        let world = World::new().names("Rita").names("Jan");
        let world = world.posts("Rita roasts", 9).posts("Rita and Jan", 8).posts("Done. ^RT", 7);
        let found = audited(&world);
        let people = [("Rita".to_owned(), share(2, 3)), ("Jan".to_owned(), share(1, 3))];
        assert_eq!((found.people.as_slice(), found.signed), (&people[..], share(1, 3)));
    }

    #[test]
    fn an_account_without_a_profile_has_no_empty_field() {
        let account = |platform, handle: &str| Account { platform, handle: handle.to_owned() };
        let mut world = World::new().profile_of("we", 3, None, &[("bio", false)]);
        world.brand.accounts = vec![
            account(Platform::Bluesky, "@US.example"),
            account(Platform::Mastodon, "@us.example"),
        ];
        let found = audited(&world);
        let told: Vec<(&str, bool, usize)> = found
            .accounts
            .iter()
            .map(|one| (one.handle.as_str(), one.as_of == Some(ago(0)), one.fields.len()))
            .collect();
        let expected =
            [("us.example", true, 2), ("we.example", false, 1), ("@us.example", false, 0)];
        assert_eq!(told, expected, "another platform is another account");
        assert_eq!(found.accounts[2].as_of, None);
        assert_eq!(found.fields["bio"], share(1, 2));
        assert_eq!(found.fields["name"], share(1, 1));
    }

    #[test]
    fn a_handle_may_lack_its_server() {
        let account =
            |handle: &str| Account { platform: Platform::Bluesky, handle: handle.to_owned() };
        let world = World::new().profile_of("acme@a", 0, None, &[]);
        let profile = world.facts.profiles.last().unwrap();
        // (handle of the brand file, is it acme@a.example?)
        let table =
            [("@acme@a.example", true), ("acme", true), ("@acme@b.example", false), ("acm", false)];
        for (handle, is) in table {
            assert_eq!(is_of(&account(handle), profile), is, "{handle}");
        }
    }
}
