//! Measures: from the facts of a brand to its numbers.
//!
//! ```text
//! Brand, Facts, Crowd, wanted metrics, window ──► measure ──► one Observation a metric
//! ```
//!
//! Start reading at [`measure_crowd`]. It takes a `Tally` (every sum over people, from one look at
//! the crowd), asks `capability` whether the brand's sources can tell at all, opens a `Scope` (facts
//! and tally up to the window's end) and hands that to one function a metric: who engages in `audience`, how talks go in `conversation`, with whom it goes
//! both ways in `ties`, whether followers look real in `quality`, whether those whom the brand wants to reach turn to it in `reached`, what the brand shows of itself in `identity`, who comes and leaves in
//! `staying`, how people react by the platforms' numbers in `totals`,
//! how often they name us in `voice`. [`explain`] answers with the
//! rows behind a number, too.
//!
//! # Always true
//!
//! - Nothing here reads a file or asks for the time; the order of the facts does not matter.
//! - A number that the sources cannot tell is `Unmeasurable`, one that no export held
//!   `NotExported`, one that the platform withheld `Suppressed`, one without a case `NoCases`;
//!   none of them is 0. Why, is said in words for people.
//! - What the brand's own accounts do to each other never counts as engagement.
//! - A fact later than the window's end is not used.

mod audience;
pub mod audit;
mod capability;
mod conversation;
mod identity;
#[cfg(test)]
mod laws;
mod quality;
mod reached;
mod reading;
mod scope;
mod staying;
pub(crate) mod talks;
pub(crate) mod tally;
#[cfg(test)]
pub(crate) mod testing;
mod ties;
mod totals;
mod voice;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

pub(crate) use self::tally::window;
pub use self::{
    capability::platforms,
    reading::{Row, Subject},
};
use self::{
    reading::Reading,
    scope::Scope,
    tally::{Look, Tally},
    totals::{INTENT, REACTIONS, SENT_ON},
};
use crate::{
    evidence::{
        facts::{Count, Facts},
        somebody::Crowd,
    },
    model::{Brand, Finding, Metric, Observation},
};

/// How far two clocks that date one conversation may be apart.
const CLOCKS: TimeDelta = TimeDelta::days(7);

/// Measures every metric of `wanted` in the facts of one brand.
///
/// The answer has one observation for each wanted metric but [`Metric::WindowSettled`], which
/// follows from the journal and not from facts.
///
/// - `facts`: all facts of the brand, each key once, in any order.
/// - `window_seconds`: the length of the measuring window, above 0.
/// - `until`: where the window ends, UTC; facts after it are ignored. Without it the window ends
///   at the newest evidence.
///
/// # Source
///
/// Formulas and denominators: `docs/reference/metrics.md`.
///
/// # Example
///
/// ```
/// # use fivestep::model::{Brand, BrandId, Charter, Digest, WorkflowId, WorkingTime};
/// use std::collections::BTreeSet;
/// use fivestep::{evidence::{facts::Facts, metrics::measure}, model::{Finding, Metric}};
///
/// # let brand = Brand {
/// #     digest: Digest::of(b""), id: BrandId::new("acme")?, name: "Acme".into(),
/// #     working_time: WorkingTime::default(), languages: vec![],
/// #     workflow: WorkflowId::new("engagement")?, goals: Default::default(), accounts: vec![],
/// #     competitors: vec![],
/// #     charter: Charter::default(), audience: Default::default(), sources: vec![],
/// #     keep_words: Default::default(),
/// # };
/// let wanted = BTreeSet::from([Metric::ResponseRate]);
/// let found = measure(&brand, &Facts::default(), &wanted, 28 * 86_400, None);
/// // This brand names no source, so nobody can tell; that is not a response rate of 0.
/// assert!(matches!(found[&Metric::ResponseRate].finding, Finding::Unmeasurable { .. }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn measure(
    brand: &Brand,
    facts: &Facts,
    wanted: &BTreeSet<Metric>,
    window_seconds: i64,
    until: Option<DateTime<Utc>>,
) -> BTreeMap<Metric, Observation> {
    let Ok(found) = measure_crowd(brand, facts, facts, wanted, window_seconds, until);
    found
}

/// Since when posts of others matter to what is measured: some days longer than any silence that ends in
/// the window, since clocks differ.
///
/// - `as_of`: the newest evidence, UTC. The others: as in [`measure`].
pub fn heard_since(
    as_of: DateTime<Utc>,
    window_seconds: i64,
    until: Option<DateTime<Utc>>,
) -> DateTime<Utc> {
    let window = tally::window(Some(as_of), window_seconds, until);
    let from = window.map_or(DateTime::<Utc>::MIN_UTC, talks::matters_from);
    from.checked_sub_signed(CLOCKS).unwrap_or(DateTime::<Utc>::MIN_UTC)
}

/// As [`measure`], with people who are not in `facts` but shown one after another.
///
/// - `facts`: all facts of the brand but its people, follows and interactions, which are not
///   looked at.
/// - `crowd`: everybody.
///
/// # Errors
///
/// Why the crowd cannot be shown.
pub fn measure_crowd<C: Crowd>(
    brand: &Brand,
    facts: &Facts,
    crowd: &C,
    wanted: &BTreeSet<Metric>,
    window_seconds: i64,
    until: Option<DateTime<Utc>>,
) -> Result<BTreeMap<Metric, Observation>, C::Error> {
    let screens = wanted.contains(&Metric::AudienceQuality);
    let look = Look { window_seconds, until, explains: false, screens };
    let tally = Tally::take(brand, facts, crowd, look)?;
    let scope = tally.as_ref().map(|tally| Scope::open(brand, facts, tally));
    let measured = wanted.iter().filter(|metric| **metric != Metric::WindowSettled);
    Ok(measured.map(|metric| (*metric, observe(*metric, brand, facts, scope.as_ref()))).collect())
}

/// A number with what is behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    /// The number.
    pub observation: Observation,
    /// The numbers that its formula was given, with what they count.
    pub inputs: Vec<(String, f64)>,
    /// The rows that were looked at: those that count first, the newest of each first.
    pub rows: Vec<Row>,
}

/// Measures `metric` as [`measure`] does, and says what is behind it.
///
/// The observation is the one that [`measure`] gives.
///
/// # Errors
///
/// Why the crowd cannot be shown.
pub fn explain<C: Crowd>(
    brand: &Brand,
    facts: &Facts,
    crowd: &C,
    metric: Metric,
    window_seconds: i64,
    until: Option<DateTime<Utc>>,
) -> Result<Explained, C::Error> {
    let screens = metric == Metric::AudienceQuality;
    let look = Look { window_seconds, until, explains: true, screens };
    let tally = Tally::take(brand, facts, crowd, look)?;
    let scope = tally.as_ref().map(|tally| Scope::open(brand, facts, tally));
    let mut reading = find(metric, brand, facts, scope.as_ref());
    let inputs = std::mem::take(&mut reading.inputs);
    let mut rows = std::mem::take(&mut reading.rows);
    rows.sort_by(|one, other| {
        let rank = |row: &Row| (!row.counts, row.at.map(std::cmp::Reverse));
        rank(one).cmp(&rank(other)).then_with(|| one.of.cmp(&other.of))
    });
    let observation = observed(metric, reading, facts, scope.as_ref());
    Ok(Explained { observation, inputs, rows })
}

/// Measures one metric, or says why that cannot be done.
fn observe(metric: Metric, brand: &Brand, facts: &Facts, scope: Option<&Scope>) -> Observation {
    observed(metric, find(metric, brand, facts, scope), facts, scope)
}

fn find(metric: Metric, brand: &Brand, facts: &Facts, scope: Option<&Scope>) -> Reading {
    match (capability::obstacle(metric, brand, facts), scope) {
        (Some(obstacle), _) => Reading::without(metric, obstacle),
        (None, Some(scope)) => read(metric, scope),
        (None, None) => Reading::no_cases(metric, "the exports hold nothing with a date"),
    }
}

/// A reading with what all have: window, age and sources.
fn observed(metric: Metric, reading: Reading, facts: &Facts, scope: Option<&Scope>) -> Observation {
    let found_nothing = matches!(reading.finding, Finding::Unmeasurable { .. });
    let mut caveats = reading.caveats;
    if matches!(reading.finding, Finding::Measured { .. }) {
        caveats.extend(scope.and_then(Scope::ends_early));
    }
    Observation {
        metric,
        finding: reading.finding,
        window: scope.map(|scope| scope.window),
        span: reading.span,
        as_of: scope.and_then(|scope| scope.as_of),
        denominator: reading.denominator,
        sources: if found_nothing { Vec::new() } else { capability::sources(metric, facts) },
        caveats,
    }
}

/// The formula of each metric.
fn read(metric: Metric, scope: &Scope) -> Reading {
    match metric {
        Metric::EngagedFollowers => audience::engaged_followers(scope),
        Metric::EngagedFollowerRate => audience::engaged_follower_rate(scope),
        Metric::EngagedRetention => audience::engaged_retention(scope),
        Metric::Concentration => audience::concentration(scope),
        Metric::AudienceQuality => quality::audience_quality(scope),
        Metric::TargetReach => reached::target_reach(scope),
        Metric::TargetReplyBack => reached::target_reply_back(scope),
        Metric::ResponseRate => conversation::response_rate(scope),
        Metric::FirstResponseMedian | Metric::FirstResponseMedianBusiness => {
            conversation::first_response(scope, metric, 0.5)
        }
        Metric::FirstResponseP90 | Metric::FirstResponseP90Business => {
            conversation::first_response(scope, metric, 0.9)
        }
        Metric::BackAndForthRate => conversation::back_and_forth_rate(scope),
        Metric::ConversationDepth => conversation::conversation_depth(scope),
        Metric::TopicAdherence => identity::topic_adherence(scope),
        Metric::ProfileCompleteness => identity::profile_completeness(scope),
        Metric::LongestSilentGap => identity::longest_silent_gap(scope),
        Metric::LastOwnPost => identity::last_own_post(scope),
        Metric::PostsPerReply => identity::posts_per_reply(scope),
        Metric::ShareOfVoice => voice::share_of_voice(scope),
        Metric::ErActive => audience::er_active(scope),
        Metric::ErFollowersPost => totals::per_follower(scope, metric, REACTIONS),
        Metric::ErReach => totals::rate(scope, metric, REACTIONS, Some(Count::Reach)),
        Metric::ErImpressions => totals::rate(scope, metric, REACTIONS, Some(Count::Impressions)),
        Metric::ErViews => totals::rate(scope, metric, REACTIONS, Some(Count::Views)),
        Metric::HighIntentFollowersPost => totals::per_follower(scope, metric, INTENT),
        Metric::HighIntentRate => totals::rate(scope, metric, INTENT, Some(Count::Reach)),
        Metric::ConversationRate => totals::rate(scope, metric, &[Count::Replies], None),
        Metric::AmplificationRate => totals::rate(scope, metric, SENT_ON, None),
        Metric::ApplauseRate => totals::rate(scope, metric, &[Count::Likes], None),
        Metric::Reciprocity => ties::reciprocity(scope),
        Metric::MutualFollowRate => ties::mutual_follow_rate(scope),
        Metric::HumanShare => identity::human_share(scope),
        Metric::Growth => staying::growth(scope),
        Metric::Churn => staying::churn(scope),
        Metric::Retention => staying::retention(scope),
        Metric::FollowRatio => staying::follow_ratio(scope),
        Metric::WindowSettled => {
            Reading::no_cases(metric, "it follows from the brand's journal, not from facts")
        }
    }
}
