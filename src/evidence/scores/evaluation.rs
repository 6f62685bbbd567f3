//! How good the screen is, on accounts of which somebody knows what they are.
//!
//! Start reading at [`Evaluation::see`], which is asked once an account.

use serde::Serialize;

use super::screen::{Reason, Screen, Signs, screen};
use crate::{evidence::interval::wilson, model::Interval};

/// How many accounts: those that are not genuine, and those that are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Sides {
    /// Not genuine.
    pub fake: u64,
    /// Genuine.
    pub genuine: u64,
}

impl Sides {
    fn add(&mut self, fake: bool) {
        self.fake += u64::from(fake);
        self.genuine += u64::from(!fake);
    }
}

/// A share with what it is out of.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Share {
    /// How many.
    pub hits: u64,
    /// Out of how many.
    pub of: u64,
    /// The share; absent out of none.
    pub value: Option<f64>,
    /// Its 95 % interval by Wilson.
    pub interval: Option<Interval>,
}

impl Share {
    fn new(hits: u64, of: u64) -> Self {
        let value = (of > 0).then(|| hits as f64 / of as f64);
        Self { hits, of, value, interval: wilson(hits, of) }
    }
}

/// What the screen got right and wrong.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Evaluation {
    /// All accounts.
    pub accounts: Sides,
    /// Those that it flags.
    pub flagged: Sides,
    /// Those of which it cannot say anything.
    pub unknown: Sides,
    /// Those with each reason, in the order of [`Reason::ALL`].
    #[serde(skip)]
    pub reasons: [Sides; Reason::ALL.len()],
}

impl Evaluation {
    /// Screens one account of which it is known whether it is genuine.
    ///
    /// - `fake`: whether it is *not* genuine.
    ///
    /// ```
    /// use fivestep::evidence::{facts::Traits, scores::{Evaluation, Signs}};
    /// let now = "2026-03-02T09:00:00Z".parse()?;
    /// let traits = Traits { followers: Some(3), follows: Some(4_000), posts: Some(0), ..Traits::default() };
    /// let bought = Signs { engaged: Some(false), ..Signs::of(&traits, now) };
    /// let mut found = Evaluation::default();
    /// found.see(&bought, true);
    /// found.see(&bought, false);
    /// assert_eq!((found.precision().value, found.recall().value), (Some(0.5), Some(1.0)));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn see(&mut self, signs: &Signs, fake: bool) {
        let found = screen(signs);
        self.accounts.add(fake);
        match found.screen {
            Screen::Flag => self.flagged.add(fake),
            Screen::Unknown => self.unknown.add(fake),
            Screen::Ok => {}
        }
        for (reason, count) in Reason::ALL.iter().zip(&mut self.reasons) {
            if found.reasons.contains(reason) {
                count.add(fake);
            }
        }
    }

    /// Of the flagged, those that are not genuine.
    pub fn precision(&self) -> Share {
        Share::new(self.flagged.fake, self.flagged.fake + self.flagged.genuine)
    }

    /// Of those that are not genuine, the flagged.
    pub fn recall(&self) -> Share {
        Share::new(self.flagged.fake, self.accounts.fake)
    }

    /// Of the genuine, the flagged.
    pub fn false_alarms(&self) -> Share {
        Share::new(self.flagged.genuine, self.accounts.genuine)
    }
}
