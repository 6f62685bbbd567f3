//! The fleet at a glance: how many brands stand how, and those first that need somebody.
//!
//! Start reading at [`Glance::see`].
//!
//! # Always true
//!
//! - However many brands there are, as many are kept as are shown.
//! - Of two that need somebody alike, the one that has waited longer comes first.

use std::{cmp::Reverse, collections::BTreeMap};

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{report::HEADLINE, sentence, status::StatusLine};
use crate::{
    evidence::foremost::Foremost,
    model::{Checkpoint, Entry},
};

/// How many cycles a brand's line shows.
const MOST_CYCLES: usize = 12;

/// The brands, while they are looked at one after another.
#[derive(Debug)]
pub struct Glance {
    brands: u64,
    states: BTreeMap<String, u64>,
    first: Foremost<Need, StatusLine>,
}

impl Glance {
    /// - `most`: how many are shown.
    pub fn new(most: usize) -> Self {
        Self { brands: 0, states: BTreeMap::new(), first: Foremost::new(most) }
    }

    /// Adds a brand.
    pub fn see(&mut self, line: StatusLine) {
        self.brands += 1;
        *self.states.entry(line.state.clone()).or_default() += 1;
        self.first.add(need(&line), line);
    }

    /// What is shown at `now`.
    ///
    /// - `course`: how the number of a brand has gone.
    ///
    /// # Errors
    ///
    /// What `course` fails with.
    pub fn frame<E>(
        self,
        now: DateTime<Utc>,
        mut course: impl FnMut(&StatusLine) -> Result<Course, E>,
    ) -> Result<Frame, E> {
        let lines = self.first.into_sorted().into_iter();
        let shown: Result<Vec<Watched>, E> =
            lines.map(|line| Ok(Watched { course: course(&line)?, line })).collect();
        Ok(Frame { at: now, brands: self.brands, states: self.states, shown: shown? })
    }
}

/// One look at the fleet.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Frame {
    /// When, UTC.
    pub at: DateTime<Utc>,
    /// How many brands there are.
    pub brands: u64,
    /// How many are in which state.
    pub states: BTreeMap<String, u64>,
    /// Those that need somebody first.
    pub shown: Vec<Watched>,
}

/// A brand that is shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Watched {
    /// Where it stands.
    #[serde(flatten)]
    pub line: StatusLine,
    /// How its number has gone.
    pub course: Course,
}

/// The engaged followers out of all followers, cycle by cycle.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Course {
    /// The cycles with what was measured last in each; absent where nothing was.
    pub cycles: Vec<(u32, Option<f64>)>,
    /// The last number for people; absent if there is none.
    pub last: Option<String>,
}

impl Course {
    /// How the number went in the present run, as the journal holds it.
    ///
    /// - `base`: where the run stood before the first of `entries`.
    pub fn read(base: &Checkpoint, entries: &[Entry], generation: u32) -> Self {
        let mut cycles = super::report::by_cycle(base, entries, generation);
        let last = cycles.iter().rev().find_map(|(_, value)| *value);
        cycles.drain(..cycles.len().saturating_sub(MOST_CYCLES));
        Self { cycles, last: last.map(|value| sentence::number(HEADLINE, value)) }
    }

    /// The same as a line of bars from 0 to the highest; `·` where nothing was measured.
    ///
    /// ```
    /// use fivestep::view::watch::Course;
    /// let cycles = vec![(1, Some(0.01)), (2, None), (3, Some(0.08)), (4, Some(0.0))];
    /// assert_eq!(Course { cycles, last: None }.bars(), "▁·█▁");
    /// ```
    pub fn bars(&self) -> String {
        const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
        let values = || self.cycles.iter().filter_map(|(_, value)| *value);
        let highest = values().fold(0.0, f64::max);
        let bar = |value: f64| {
            let share = if highest > 0.0 { value / highest } else { 0.0 };
            BARS[((share * 8.0).ceil() as usize).clamp(1, 8) - 1]
        };
        self.cycles.iter().map(|(_, value)| value.map_or('·', bar)).collect()
    }
}

/// How much a brand needs somebody; the lesser comes first.
type Need = (u8, Reverse<i64>, String);

fn need(line: &StatusLine) -> Need {
    let class = match line.state.as_str() {
        "failed action" => 0,
        "blocked" => 1,
        "running" | "acting" => 2,
        "paused" => 3,
        "ready" => 4,
        _ => 5,
    };
    let waits = line.blocked_age_seconds.or(line.stage_age_seconds).unwrap_or_default();
    (class, Reverse(waits), line.standing.brand.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::BrandId, store::Standing, view::status::line};

    fn now() -> DateTime<Utc> {
        "2026-03-30T10:00:00Z".parse().expect("an instant")
    }

    fn brand(
        name: &str,
        status: &str,
        since: &str,
        blocked: Option<&str>,
        held_by: &str,
    ) -> StatusLine {
        let id = BrandId::new(name).expect("a name");
        let standing = Standing {
            status: status.to_owned(),
            since: Some(since.to_owned()),
            blocked_since: blocked.map(str::to_owned),
            held_by: held_by.to_owned(),
            ..Standing::ready(&id)
        };
        line(standing, now())
    }

    #[test]
    fn who_needs_somebody_comes_first_however_few_are_shown() {
        let day = |day: u32| format!("2026-03-{day:02}T10:00:00Z");
        let all = || {
            [
                brand("gold", "gold", &day(1), None, ""),
                brand("new", "running", &day(29), None, ""),
                brand("short", "running", &day(2), Some(&day(29)), "answered"),
                brand("long", "running", &day(20), Some(&day(21)), "answered"),
                brand("held", "paused", &day(1), None, ""),
                brand("broken", "running", &day(29), None, "action fetch failed"),
            ]
        };
        let order = ["broken", "long", "short", "new", "held", "gold"];
        for most in 0..=order.len() {
            let mut glance = Glance::new(most);
            all().into_iter().for_each(|one| glance.see(one));
            let nothing = |_: &StatusLine| Ok::<_, ()>(Course::default());
            let frame = glance.frame(now(), nothing).expect("nothing fails");
            let shown: Vec<&str> =
                frame.shown.iter().map(|one| one.line.standing.brand.as_str()).collect();
            assert_eq!((shown.as_slice(), frame.brands), (&order[..most], 6), "{most}");
        }
    }
}
