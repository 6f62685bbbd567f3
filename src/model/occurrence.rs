//! The occurrences of a schedule: times on the wall clock become instants.
//!
//! Start reading at [`Schedule::occurrences`]. It walks from one clock change to the next. Between
//! two changes the wall clock runs as steadily as time, so nothing is asked of the zone; what is
//! skipped or repeated shows from the two changes at the ends.
//!
//! # Always true
//!
//! - Occurrences come in the order of time, and each instant comes once: times that are shifted
//!   to one instant, or to one that comes anyway, are one occurrence.
//! - They follow from the definition and an instant alone. Nothing is remembered, so that after an
//!   edit, a restart or a move to another machine nothing is stale.

use std::iter;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use super::{
    WorkingTime,
    calendar::{ClockChange, Stretch, Zone},
    schedule::{Repeated, Schedule, Skipped},
};

/// How far ahead an occurrence is looked for, in days: beyond the longest rest of a line.
const LOOK_AHEAD_DAYS: i64 = 50 * 366;

/// One time of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurrence {
    /// When it comes, UTC; if it does not come, when the clocks skipped it.
    pub at: DateTime<Utc>,
    /// The time that the line of cron asks for, on the wall clock.
    pub asked: NaiveDateTime,
    /// What a clock change made of it.
    pub change: Option<Changed>,
}

/// What a clock change made of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// The clocks skip it; it comes at the end of the gap.
    Shifted,
    /// The clocks skip it; it does not come.
    LeftOut,
    /// The clocks repeat it; this is the first time.
    First,
    /// The clocks repeat it; this is the second time.
    Second,
}

impl Occurrence {
    /// Whether it comes at all.
    pub fn comes(&self) -> bool {
        self.change != Some(Changed::LeftOut)
    }
}

impl Schedule {
    /// Its zone: its own, or the brand's.
    pub fn zone_name<'a>(&'a self, working_time: &'a WorkingTime) -> &'a str {
        self.zone.as_deref().unwrap_or(&working_time.timezone)
    }

    /// The first occurrence later than `after`; only after the last year of the calendar there is
    /// none.
    ///
    /// - `working_time`: the brand's, for the zone where the schedule has none.
    ///
    /// # Source
    ///
    /// `docs/design/0011-schedules.md`.
    ///
    /// # Example
    ///
    /// ```
    /// use fivestep::model::{Schedule, WorkingTime, schedule::Chore};
    ///
    /// let night = Schedule::new("night".parse()?, "30 2 * * *", Chore::Advance)?;
    /// let rome = WorkingTime { timezone: "Europe/Rome".into(), ..WorkingTime::default() };
    /// // On 29 March the clocks go from 02:00 to 03:00, which is 01:00 UTC.
    /// let next = night.next_after("2026-03-28T12:00:00Z".parse()?, &rome);
    /// assert_eq!(next, Some("2026-03-29T01:00:00Z".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn next_after(
        &self,
        after: DateTime<Utc>,
        working_time: &WorkingTime,
    ) -> Option<DateTime<Utc>> {
        self.occurrences(after, working_time).find(Occurrence::comes).map(|next| next.at)
    }

    /// Every occurrence later than `after`, in the order of time, with those that a clock change
    /// leaves out at the end of their gap.
    pub fn occurrences<'s>(
        &'s self,
        after: DateTime<Utc>,
        working_time: &WorkingTime,
    ) -> impl Iterator<Item = Occurrence> + 's {
        let mut walk = Walk::new(self, after, Zone::named(self.zone_name(working_time)));
        iter::from_fn(move || walk.next())
    }
}

/// Where the walk along the wall clock stands.
struct Walk<'s> {
    schedule: &'s Schedule,
    zone: Zone,
    stretch: Stretch,
    /// What comes next is at this time on the wall or later.
    from: NaiveDateTime,
    /// The last occurrence; the next one is later.
    last: DateTime<Utc>,
}

impl<'s> Walk<'s> {
    fn new(schedule: &'s Schedule, after: DateTime<Utc>, zone: Zone) -> Self {
        let stretch = zone.stretch(after);
        Self { schedule, stretch, from: stretch.wall(after), zone, last: after }
    }

    fn next(&mut self) -> Option<Occurrence> {
        let limit = self.last.checked_add_signed(TimeDelta::days(LOOK_AHEAD_DAYS));
        loop {
            let asked = self.schedule.cron.first_from(self.from)?;
            let at = self.stretch.instant(asked)?;
            if limit.is_some_and(|limit| at > limit) {
                return None;
            }
            let found = match self.stretch.ends.filter(|end| end.at <= at) {
                None => {
                    self.from = asked + TimeDelta::minutes(1);
                    self.steady(at, asked)
                }
                Some(end) if asked < end.wall() => {
                    self.from = asked + TimeDelta::minutes(1);
                    Some(self.in_gap(end, asked))
                }
                Some(end) => {
                    self.go_on(end, at);
                    None
                }
            };
            // What is left out stands where it would have come, beside what comes there.
            match found {
                Some(found) if !found.comes() => return Some(found),
                Some(found) if found.at > self.last => {
                    self.last = found.at;
                    return Some(found);
                }
                Some(_) | None => {}
            }
        }
    }

    /// A time that this stretch has; nothing if it is the other of two that counts.
    fn steady(&self, at: DateTime<Utc>, asked: NaiveDateTime) -> Option<Occurrence> {
        let change = self.repeated(asked);
        let counts = match (change, self.schedule.repeated) {
            (Some(Changed::Second), Repeated::First) => false,
            (Some(Changed::First), Repeated::Last) => false,
            (_, Repeated::First | Repeated::Last | Repeated::Both) => true,
        };
        counts.then_some(Occurrence { at, asked, change })
    }

    /// Which of two times it is, if the clocks repeat it.
    fn repeated(&self, asked: NaiveDateTime) -> Option<Changed> {
        // The stretch before lasted until this time on the wall, or the next begins with it.
        if self.stretch.began.is_some_and(|began| asked < began.wall()) {
            return Some(Changed::Second);
        }
        self.stretch.ends.filter(|end| asked >= end.wall()).map(|_| Changed::First)
    }

    /// A time that the clocks skip at the end of this stretch.
    fn in_gap(&self, end: ClockChange, asked: NaiveDateTime) -> Occurrence {
        let change = match self.schedule.skipped {
            Skipped::Shift => Changed::Shifted,
            Skipped::Skip => Changed::LeftOut,
        };
        Occurrence { at: end.at, asked, change: Some(change) }
    }

    /// Goes to the stretch after `end`, or further if nothing is asked for before `at`, give or
    /// take a clock change.
    fn go_on(&mut self, end: ClockChange, at: DateTime<Utc>) {
        let repeats = end.wall() < self.stretch.wall(end.at);
        let shortly_before = at.checked_sub_signed(TimeDelta::days(2));
        // What the clocks repeat was asked for already, and is asked for again.
        let start = shortly_before.filter(|start| !repeats && *start > end.at).unwrap_or(end.at);
        self.stretch = self.zone.stretch(start);
        self.from = self.stretch.wall(start);
    }
}
