//! How good the screen is, on accounts of which somebody knows what they are.
//!
//! Start reading at [`evaluate`].

use serde::Serialize;

use super::screen::{Reason, Screen, Signs, screen};
use crate::{evidence::interval::wilson, model::Interval};

/// A share with what it is out of.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Share {
    /// How many.
    pub hits: u64,
    /// Out of how many.
    pub of: u64,
    /// The share; absent out of none.
    pub value: Option<f64>,
    /// Wilson's 95 % interval.
    pub interval: Option<Interval>,
}

impl Share {
    fn new(hits: u64, of: u64) -> Self {
        let value = (of > 0).then(|| hits as f64 / of as f64);
        Self { hits, of, value, interval: wilson(hits, of) }
    }
}

/// How often a reason was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fired {
    /// Its code.
    pub reason: &'static str,
    /// Accounts that are not genuine and have it.
    pub fake: u64,
    /// Genuine accounts that have it.
    pub genuine: u64,
}

/// What the screen got right and wrong.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluation {
    /// Accounts that are not genuine.
    pub fake: u64,
    /// Genuine accounts.
    pub genuine: u64,
    /// Flagged and not genuine, of the flagged.
    pub precision: Share,
    /// Flagged and not genuine, of those that are not genuine.
    pub recall: Share,
    /// Flagged although genuine, of the genuine.
    pub false_alarms: Share,
    /// Accounts of which the screen knows nothing.
    pub unknown: u64,
    /// Reason by reason.
    pub reasons: Vec<Fired>,
}

/// Screens accounts of which it is known whether they are genuine.
///
/// - `accounts`: the signs of each, and whether it is *not* genuine.
///
/// ```
/// use fivestep::evidence::{facts::Traits, scores::{Signs, evaluation::evaluate}};
/// let now = "2026-03-02T09:00:00Z".parse()?;
/// let traits = Traits { followers: Some(3), follows: Some(4_000), posts: Some(0), ..Traits::default() };
/// let bought = Signs { engaged: Some(false), ..Signs::of(&traits, now) };
/// let found = evaluate([(bought, true), (bought, false)]);
/// assert_eq!((found.precision.value, found.recall.value), (Some(0.5), Some(1.0)));
/// # Ok::<(), chrono::ParseError>(())
/// ```
pub fn evaluate(accounts: impl IntoIterator<Item = (Signs, bool)>) -> Evaluation {
    // How many are there, are flagged, and are not known: first genuine ones, then the others.
    let (mut all, mut flagged, mut unknown) = ([0_u64; 2], [0_u64; 2], 0);
    let mut fired = Reason::ALL.map(|_| [0_u64; 2]);
    for (signs, fake) in accounts {
        let side = usize::from(fake);
        let found = screen(&signs);
        all[side] += 1;
        flagged[side] += u64::from(found.screen == Screen::Flag);
        unknown += u64::from(found.screen == Screen::Unknown);
        for (reason, count) in Reason::ALL.iter().zip(&mut fired) {
            count[side] += u64::from(found.reasons.contains(reason));
        }
    }
    let reasons = Reason::ALL.iter().zip(fired);
    let reasons =
        reasons.map(|(reason, [genuine, fake])| Fired { reason: reason.code(), fake, genuine });
    Evaluation {
        fake: all[1],
        genuine: all[0],
        precision: Share::new(flagged[1], flagged[0] + flagged[1]),
        recall: Share::new(flagged[1], all[1]),
        false_alarms: Share::new(flagged[0], all[0]),
        unknown,
        reasons: reasons.filter(|one| one.fake + one.genuine > 0).collect(),
    }
}
