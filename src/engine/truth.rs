//! Truths that may be missing.
//!
//! Three values after Kleene: `false && missing` is false, `true || missing` is true, everything
//! else with a missing part is missing. What is missing may still become known, or never.
//!
//! # Always true
//!
//! - Learning a missing truth never turns a true answer into a false one, nor the other way.

use serde::Serialize;

use crate::model::Verdict;

/// Why something is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Gap {
    /// It was not measured or done yet.
    NotYet,
    /// No source of the brand can tell.
    Never,
}

/// A truth that may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Truth {
    /// It is so.
    True,
    /// It is not so.
    False,
    /// Nobody can say.
    Missing(Gap),
}

impl Truth {
    /// What a verdict says.
    pub fn of(verdict: Verdict) -> Truth {
        match verdict {
            Verdict::Pass => Truth::True,
            Verdict::Fail => Truth::False,
            Verdict::Insufficient => Truth::Missing(Gap::NotYet),
            Verdict::Unmeasurable => Truth::Missing(Gap::Never),
        }
    }

    /// The verdict of a clause that asks for this truth.
    pub fn verdict(self) -> Verdict {
        match self {
            Truth::True => Verdict::Pass,
            Truth::False => Verdict::Fail,
            Truth::Missing(Gap::NotYet) => Verdict::Insufficient,
            Truth::Missing(Gap::Never) => Verdict::Unmeasurable,
        }
    }

    /// The opposite.
    #[expect(clippy::should_implement_trait, reason = "`and`, `or` and `not` read alike")]
    pub fn not(self) -> Truth {
        match self {
            Truth::True => Truth::False,
            Truth::False => Truth::True,
            Truth::Missing(gap) => Truth::Missing(gap),
        }
    }

    /// Both. What misses something that may still become known may become false.
    pub fn and(self, other: Truth) -> Truth {
        match (self, other) {
            (Truth::False, _) | (_, Truth::False) => Truth::False,
            (Truth::True, Truth::True) => Truth::True,
            (Truth::Missing(one), Truth::Missing(other)) => Truth::Missing(one.min(other)),
            (Truth::Missing(gap), Truth::True) | (Truth::True, Truth::Missing(gap)) => {
                Truth::Missing(gap)
            }
        }
    }

    /// At least one.
    pub fn or(self, other: Truth) -> Truth {
        self.not().and(other.not()).not()
    }
}

impl From<bool> for Truth {
    fn from(truth: bool) -> Self {
        if truth { Truth::True } else { Truth::False }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Gap::{Never, NotYet},
        Truth::{self, False, Missing, True},
    };

    #[test]
    fn truth_follows_kleene() {
        let (later, never) = (Missing(NotYet), Missing(Never));
        // (left, right, and, or)
        let table = [
            (True, True, True, True),
            (True, False, False, True),
            (True, later, later, True),
            (True, never, never, True),
            (False, False, False, False),
            (False, later, False, later),
            (False, never, False, never),
            (later, later, later, later),
            (later, never, later, later),
            (never, never, never, never),
        ];
        for (left, right, and, or) in table {
            for (left, right) in [(left, right), (right, left)] {
                assert_eq!(left.and(right), and, "{left:?} && {right:?}");
                assert_eq!(left.or(right), or, "{left:?} || {right:?}");
            }
        }
        assert_eq!(Truth::not(later), later);
    }
}
