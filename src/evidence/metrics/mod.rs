//! Measures: from the facts of a brand to its numbers.
//!
//! ```text
//! Brand, Facts, wanted metrics, window ──► measure ──► one Observation a metric
//! ```
//!
//! Start reading at [`measure`]. It asks `capability` whether the brand's sources can tell at
//! all, opens a `Scope` (the facts up to the window's end, indexed once) and hands that to one
//! function a metric: who engages in `audience`, how talks go in `conversation`, what the
//! brand shows of itself in `identity`.
//!
//! # Always true
//!
//! - Nothing here reads a file or asks for the time; the order of the facts does not matter.
//! - A number that the sources cannot tell is `Unmeasurable`, one without a case `NoCases`;
//!   neither is 0. Why, is said in words for people.
//! - What the brand's own accounts do to each other never counts as engagement.
//! - A fact later than the window's end is not used.

mod audience;
mod capability;
mod conversation;
mod identity;
#[cfg(test)]
mod laws;
mod reading;
mod scope;
mod talks;
#[cfg(test)]
mod testing;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use self::{reading::Reading, scope::Scope};
use crate::{
    evidence::facts::Facts,
    model::{Brand, Finding, Metric, Observation},
};

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
/// #     charter: Charter::default(), segments: vec![], sources: vec![],
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
    let scope = Scope::open(brand, facts, window_seconds, until);
    let measured = wanted.iter().filter(|metric| **metric != Metric::WindowSettled);
    measured.map(|metric| (*metric, observe(*metric, brand, facts, scope.as_ref()))).collect()
}

/// Measures one metric, or says why that cannot be done.
fn observe(metric: Metric, brand: &Brand, facts: &Facts, scope: Option<&Scope>) -> Observation {
    let reading = match (capability::obstacle(metric, brand, facts), scope) {
        (Some(obstacle), _) => Reading::without(metric, obstacle),
        (None, Some(scope)) => read(metric, scope),
        (None, None) => Reading::no_cases(metric, "the exports hold nothing with a date"),
    };
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
        Metric::WindowSettled => {
            Reading::no_cases(metric, "it follows from the brand's journal, not from facts")
        }
    }
}
