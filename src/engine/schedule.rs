//! Decides what is done about the occurrences of a schedule that have passed.
//!
//! ```text
//! schedule, how far it was decided on, now ──► due ──► what begins, what waits, what is skipped
//! ```
//!
//! Start reading at [`due`]. The occurrences themselves are [`Schedule::occurrences`].
//!
//! # Always true
//!
//! - Every occurrence is decided on once: it begins, it waits, or it is skipped with its reason.
//! - Time that is not decided on yet stays beyond [`ScheduleState::handled_to`], so that asking
//!   twice, late, or after a crash answers the same.
//! - A clock that went back decides nothing a second time.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::{
    Schedule, WorkingTime,
    schedule::{Catchup, Chore, Overlap, ScheduleState, SkipReason, SkippedRun},
};

/// How late an occurrence is still on time where `catchup: none` makes up for nothing, in seconds.
/// Cron comes round once a minute, and `tick` may be called from it.
pub const ON_TIME_SECONDS: i64 = 60;

/// The most occurrences that `catchup: all` makes up for, the newest; after a year off, a schedule
/// of every minute would otherwise keep a brand busy for weeks.
pub const MOST_MADE_UP: usize = 100;

/// What is done about the occurrences of a schedule that have passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// What begins now, the oldest first, UTC. More than one only if nothing overlaps, because the
    /// brand moves on at once.
    pub run: Vec<DateTime<Utc>>,
    /// What is left out, one entry a reason at most.
    pub skipped: Vec<SkippedRun>,
    /// Where the schedule stands then.
    pub state: ScheduleState,
}

impl Due {
    /// Whether there is nothing to do and nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.run.is_empty() && self.skipped.is_empty()
    }
}

/// Decides on every occurrence that has passed since it was last decided.
///
/// - `state`: how far it was decided on, and what waits since.
/// - `running`: whether the work of an earlier occurrence still runs.
/// - `now`: the moment of the decision, UTC.
/// - `working_time`: the brand's, for the zone where the schedule has none.
///
/// `catchup` says which of several occurrences count: the newest, the newest if it is at most
/// [`ON_TIME_SECONDS`] old, or the newest [`MOST_MADE_UP`]. `overlap` says what becomes of one that
/// comes while an action runs: it is skipped, or waits, one at most. Under `catchup: all` nothing is
/// skipped for that: actions are made up for one after the other, and what waits is not decided on
/// before. A brand that moves on is done at once, so nothing ever overlaps with it.
///
/// # Source
///
/// `docs/design/0011-schedules.md`.
///
/// # Example
///
/// ```
/// use fivestep::{engine::schedule::due, model::{Schedule, WorkingTime}};
/// use fivestep::model::schedule::{Chore, ScheduleState, SkipReason};
///
/// let daily = Schedule::new("daily".parse()?, "30 7 * * *", Chore::Advance)?;
/// let state = ScheduleState { handled_to: "2026-03-02T12:00:00Z".parse()?, queued: None };
/// // Nothing ran from Monday to Friday.
/// let now = "2026-03-06T12:00:00Z".parse()?;
/// let due = due(&daily, &state, false, now, &WorkingTime::default());
/// let friday: chrono::DateTime<chrono::Utc> = "2026-03-06T07:30:00Z".parse()?;
/// assert_eq!(due.run, [friday]);
/// assert_eq!((due.skipped[0].count, due.skipped[0].why), (3, SkipReason::Missed));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn due(
    schedule: &Schedule,
    state: &ScheduleState,
    running: bool,
    now: DateTime<Utc>,
    working_time: &WorkingTime,
) -> Due {
    let mut passed = Passed::of(schedule, state.handled_to, now, working_time);
    if schedule.catchup == Catchup::None {
        passed.miss_before(now - TimeDelta::seconds(ON_TIME_SECONDS));
    }
    match (&schedule.chore, schedule.catchup) {
        (Chore::Advance, Catchup::Latest | Catchup::All | Catchup::None) => at_once(passed, state),
        (Chore::Job(_), Catchup::All) => one_by_one(passed, state, running),
        (Chore::Job(_), Catchup::Latest | Catchup::None) => {
            newest(passed, state, running, schedule.overlap)
        }
    }
}

/// Leaves out every occurrence that has passed since it was last decided, such as while the run was
/// held; what waited goes on waiting.
///
/// - `why`: the reason that is recorded for those that would have come.
pub fn pass_over(
    schedule: &Schedule,
    state: &ScheduleState,
    why: SkipReason,
    now: DateTime<Utc>,
    working_time: &WorkingTime,
) -> Due {
    let mut passed = Passed::of(schedule, state.handled_to, now, working_time);
    passed.miss_before(DateTime::<Utc>::MAX_UTC);
    if let Some(missed) = &mut passed.missed {
        missed.why = why;
    }
    let to = passed.to;
    passed.decided(Vec::new(), None, ScheduleState { handled_to: to, queued: state.queued })
}

/// What begins takes no time.
fn at_once(mut passed: Passed, state: &ScheduleState) -> Due {
    let run = state.queued.into_iter().chain(passed.kept.drain(..)).collect();
    let to = passed.to;
    passed.decided(run, None, ScheduleState { handled_to: to, queued: None })
}

/// The oldest begins if nothing runs; the others are not decided on before it has ended.
fn one_by_one(mut passed: Passed, state: &ScheduleState, running: bool) -> Due {
    let next = match state.queued {
        _ if running => None,
        Some(queued) => Some(queued),
        None => passed.kept.pop_front(),
    };
    let queued = state.queued.filter(|_| running);
    let handled_to = match passed.kept.is_empty() {
        true => passed.to,
        false => {
            let missed = passed.missed.as_ref().map(|missed| missed.last);
            [Some(state.handled_to), missed, next].into_iter().flatten().max().unwrap_or(passed.to)
        }
    };
    passed.decided(Vec::from_iter(next), None, ScheduleState { handled_to, queued })
}

/// The one that counts begins, waits or is skipped; what waited already goes first.
fn newest(mut passed: Passed, state: &ScheduleState, running: bool, overlap: Overlap) -> Due {
    let mut line: VecDeque<DateTime<Utc>> = state.queued.into_iter().collect();
    let waited = line.len();
    line.extend(passed.kept.drain(..));
    let run = if running { None } else { line.pop_front() };
    let may_wait = match overlap {
        Overlap::Queue => 1,
        // It waited under an earlier workflow, and has its turn.
        Overlap::Skip => waited.min(usize::from(running)),
    };
    let mut skipped = None;
    for at in line.split_off(may_wait.min(line.len())) {
        add(&mut skipped, at, SkipReason::Overlap);
    }
    let state = ScheduleState { handled_to: passed.to, queued: line.pop_front() };
    passed.decided(Vec::from_iter(run), skipped, state)
}

/// The occurrences of a time that has passed: few that count, and the others in numbers.
struct Passed {
    /// Until when they are known.
    to: DateTime<Utc>,
    /// Those that count, the oldest first.
    kept: VecDeque<DateTime<Utc>>,
    /// Those that are too old.
    missed: Option<SkippedRun>,
    /// Those that the clocks skipped, an entry a gap.
    gaps: Vec<SkippedRun>,
}

impl Passed {
    fn of(
        schedule: &Schedule,
        from: DateTime<Utc>,
        now: DateTime<Utc>,
        working_time: &WorkingTime,
    ) -> Self {
        let most = match schedule.catchup {
            Catchup::All => MOST_MADE_UP,
            Catchup::Latest | Catchup::None => 1,
        };
        let (kept, gaps) = (VecDeque::new(), Vec::new());
        let mut passed = Self { to: now.max(from), kept, missed: None, gaps };
        let occurrences = schedule.occurrences(from, working_time);
        for occurrence in occurrences.take_while(|occurrence| occurrence.at <= now) {
            if !occurrence.comes() {
                passed.skip_in_gap(occurrence.at);
                continue;
            }
            passed.kept.push_back(occurrence.at);
            if passed.kept.len() > most {
                passed.miss_oldest();
            }
        }
        passed
    }

    fn skip_in_gap(&mut self, at: DateTime<Utc>) {
        match self.gaps.last_mut().filter(|gap| gap.last == at) {
            Some(gap) => gap.count += 1,
            None => self.gaps.push(SkippedRun {
                first: at,
                last: at,
                count: 1,
                why: SkipReason::ClockChange,
            }),
        }
    }

    fn miss_oldest(&mut self) {
        if let Some(at) = self.kept.pop_front() {
            add(&mut self.missed, at, SkipReason::Missed);
        }
    }

    /// Those before `limit` do not count.
    fn miss_before(&mut self, limit: DateTime<Utc>) {
        while self.kept.front().is_some_and(|at| *at < limit) {
            self.miss_oldest();
        }
    }

    /// The decision, with what was skipped within the time that is decided on.
    fn decided(
        self,
        run: Vec<DateTime<Utc>>,
        overlap: Option<SkippedRun>,
        state: ScheduleState,
    ) -> Due {
        let gaps = self.gaps.into_iter().filter(|gap| gap.last <= state.handled_to);
        let gaps = gaps.reduce(|all, gap| SkippedRun {
            last: gap.last,
            count: all.count + gap.count,
            ..all
        });
        let skipped = [self.missed, overlap, gaps].into_iter().flatten().collect();
        Due { run, skipped, state }
    }
}

/// One more that is left out for this reason, later than those before.
fn add(skipped: &mut Option<SkippedRun>, at: DateTime<Utc>, why: SkipReason) {
    let all = skipped.get_or_insert(SkippedRun { first: at, last: at, count: 0, why });
    all.last = at;
    all.count += 1;
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, sample::select};

    use super::*;
    use crate::model::{
        Job, Work,
        action::Retry,
        schedule::{Repeated, Skipped},
    };

    fn at(text: &str) -> DateTime<Utc> {
        let full = if text.contains('-') { text.to_owned() } else { format!("2026-03-{text}") };
        format!("{full}Z").parse().expect("an instant")
    }

    fn measure() -> Chore {
        let retry = Retry::default();
        Chore::Job(Job { work: Work::Measure, retry, timeout_seconds: 300 })
    }

    fn schedule(line: &str, chore: Chore, catchup: Catchup, overlap: Overlap) -> Schedule {
        let id = "daily".parse().expect("a name");
        let plain = Schedule::new(id, line, chore).expect("a line of cron");
        Schedule { catchup, overlap, ..plain }
    }

    fn since(handled_to: &str) -> ScheduleState {
        ScheduleState { handled_to: at(handled_to), queued: None }
    }

    /// A decision as a line: what runs, what waits, what is skipped, how far it is decided.
    fn told(due: &Due) -> String {
        let day = |at: &DateTime<Utc>| at.format("%d").to_string();
        let mut told: Vec<String> = due.run.iter().map(|at| format!("run {}", day(at))).collect();
        told.extend(due.state.queued.iter().map(|at| format!("queue {}", day(at))));
        told.extend(due.skipped.iter().map(|skip| {
            let why = match skip.why {
                SkipReason::Missed => "missed",
                SkipReason::Overlap => "overlap",
                SkipReason::ClockChange => "clocks",
                SkipReason::Paused => "paused",
            };
            format!("{why} {}-{} {}", day(&skip.first), day(&skip.last), skip.count)
        }));
        told.push(format!("to {}", due.state.handled_to.format("%dT%H:%M:%S")));
        told.join(", ")
    }

    #[test]
    fn what_has_passed_begins_waits_or_is_skipped() {
        use Catchup::{All, Latest, None as Nothing};
        use Overlap::{Queue, Skip};
        let (go, job) = (|| Chore::Advance, measure);
        // The schedule comes at 07:30 and was decided on until the 2nd, 12:00.
        // (why, what it does, catchup, overlap, running, waiting, now, the decision)
        type Row = (
            &'static str,
            Chore,
            Catchup,
            Overlap,
            bool,
            Option<&'static str>,
            &'static str,
            &'static str,
        );
        #[rustfmt::skip]
        let table: [Row; 25] = [
            ("nothing has passed", go(), Latest, Skip, false, None, "03T07:29:59", "to 03T07:29:59"),
            ("to the second", go(), Latest, Skip, false, None, "03T07:30:00", "run 03, to 03T07:30:00"),
            ("late is late enough", go(), Latest, Skip, false, None, "03T23:00:00", "run 03, to 03T23:00:00"),
            ("the newest of three", go(), Latest, Skip, false, None, "05T08:00:00", "run 05, missed 03-04 2, to 05T08:00:00"),
            ("all of three, for they take no time", go(), All, Skip, false, None, "05T08:00:00", "run 03, run 04, run 05, to 05T08:00:00"),
            ("none, but on time", go(), Nothing, Skip, false, None, "05T07:31:00", "run 05, missed 03-04 2, to 05T07:31:00"),
            ("none, a second too late", go(), Nothing, Skip, false, None, "05T07:31:01", "missed 03-05 3, to 05T07:31:01"),
            ("the clock went back", go(), Latest, Skip, false, None, "01T09:00:00", "to 02T12:00:00"),

            ("an action begins", job(), Latest, Skip, false, None, "03T08:00:00", "run 03, to 03T08:00:00"),
            ("the one before still runs", job(), Latest, Skip, true, None, "03T08:00:00", "overlap 03-03 1, to 03T08:00:00"),
            ("it waits", job(), Latest, Queue, true, None, "03T08:00:00", "queue 03, to 03T08:00:00"),
            ("missed and waits", job(), Latest, Queue, true, None, "05T08:00:00", "queue 05, missed 03-04 2, to 05T08:00:00"),
            ("another waits already", job(), Latest, Queue, true, Some("02T07:30:00"), "03T08:00:00", "queue 02, overlap 03-03 1, to 03T08:00:00"),
            ("the one that waited has its turn", job(), Latest, Queue, false, Some("02T07:30:00"), "02T12:30:00", "run 02, to 02T12:30:00"),
            ("it has its turn, and the next waits", job(), Latest, Queue, false, Some("02T07:30:00"), "03T08:00:00", "run 02, queue 03, to 03T08:00:00"),
            ("it waited before an edit", job(), Latest, Skip, false, Some("02T07:30:00"), "03T08:00:00", "run 02, overlap 03-03 1, to 03T08:00:00"),
            ("it still waits after an edit", job(), Latest, Skip, true, Some("02T07:30:00"), "03T08:00:00", "queue 02, overlap 03-03 1, to 03T08:00:00"),
            ("it waited, and moves on now", go(), Latest, Skip, false, Some("02T07:30:00"), "02T12:30:00", "run 02, to 02T12:30:00"),
            ("too late to wait", job(), Nothing, Queue, true, None, "03T08:00:00", "missed 03-03 1, to 03T08:00:00"),
            ("its turn though the clock went back", job(), Latest, Queue, false, Some("02T07:30:00"), "01T09:00:00", "run 02, to 02T12:00:00"),

            ("the oldest of three, the others stay", job(), All, Skip, false, None, "05T08:00:00", "run 03, to 03T07:30:00"),
            ("they stay while it runs", job(), All, Skip, true, None, "05T08:00:00", "to 02T12:00:00"),
            ("the last of them", job(), All, Skip, false, None, "03T08:00:00", "run 03, to 03T08:00:00"),
            ("first what waited", job(), All, Queue, false, Some("02T07:30:00"), "05T08:00:00", "run 02, to 02T12:00:00"),
            ("it waits on", job(), All, Queue, true, Some("02T07:30:00"), "05T08:00:00", "queue 02, to 02T12:00:00"),
        ];
        for (why, chore, catchup, overlap, running, queued, now, expected) in table {
            let schedule = schedule("30 7 * * *", chore, catchup, overlap);
            let state = ScheduleState { queued: queued.map(at), ..since("02T12:00:00") };
            let due = due(&schedule, &state, running, at(now), &WorkingTime::default());
            assert_eq!(told(&due), expected, "{why}");
        }
    }

    #[test]
    fn a_year_off_is_one_entry() {
        let minutely = |catchup| schedule("* * * * *", measure(), catchup, Overlap::Skip);
        let (state, now) = (since("2025-03-02T00:00:00"), at("2026-03-02T00:00:00"));
        let decide = |catchup| {
            let time = WorkingTime::default();
            super::due(&minutely(catchup), &state, false, now, &time)
        };
        let minutes: u64 = 365 * 24 * 60;

        let latest = decide(Catchup::Latest);
        assert_eq!(latest.run, [now]);
        let [missed] = latest.skipped.as_slice() else { panic!("{latest:?}") };
        assert_eq!(missed.count, minutes - 1);
        assert_eq!(missed.first, at("2025-03-02T00:01:00"));

        let all = decide(Catchup::All);
        let [missed] = all.skipped.as_slice() else { panic!("{all:?}") };
        assert_eq!(missed.count, minutes - MOST_MADE_UP as u64);
        assert_eq!(
            all.run,
            [missed.last + TimeDelta::minutes(1)],
            "the oldest of those that count"
        );
        assert_eq!(all.state.handled_to, all.run[0], "the others wait for their turn");
    }

    #[test]
    fn what_the_clocks_skip_is_told_with_the_day_it_would_have_come() {
        // At 02:00 on 29 March, which is 01:00 UTC, the clocks of Berlin go to 03:00.
        let leap = schedule("*/20 2 * * *", measure(), Catchup::Latest, Overlap::Skip);
        let berlin = WorkingTime { timezone: "Europe/Berlin".into(), ..WorkingTime::default() };
        let leap = Schedule { skipped: Skipped::Skip, ..leap };
        let decide = |schedule: &Schedule, from: &str, now: &str| {
            told(&due(schedule, &since(from), false, at(now), &berlin))
        };
        let before = decide(&leap, "28T12:00:00", "29T00:59:59");
        assert_eq!(before, "to 29T00:59:59");
        let over = decide(&leap, "28T12:00:00", "29T01:00:00");
        assert_eq!(over, "clocks 29-29 3, to 29T01:00:00");
        let after = decide(&leap, "29T01:00:00", "29T12:00:00");
        assert_eq!(after, "to 29T12:00:00", "they are told once");
        // Those behind what is not decided on yet are told when it is.
        let all = Schedule { catchup: Catchup::All, ..leap };
        let first = decide(&all, "27T12:00:00", "29T12:00:00");
        assert_eq!(first, "run 28, to 28T01:00:00");
    }

    #[test]
    fn what_came_round_while_the_run_was_held_is_left_out() {
        let daily = schedule("30 7 * * *", measure(), Catchup::All, Overlap::Queue);
        let state = ScheduleState { queued: Some(at("02T07:30:00")), ..since("02T12:00:00") };
        let time = WorkingTime::default();
        let held = pass_over(&daily, &state, SkipReason::Paused, at("05T08:00:00"), &time);
        assert_eq!(told(&held), "queue 02, paused 03-05 3, to 05T08:00:00");
    }

    fn any_schedule() -> impl Strategy<Value = Schedule> {
        const LINES: [&str; 8] = [
            "* * * * *",
            "*/7 * * * *",
            "*/20 1-3 * * *",
            "30 2 * * *",
            "0 3 * * *",
            "15 */5 * * mon-fri",
            "0 0 1 * *",
            "30 4 1,15 * 5",
        ];
        const ZONES: [&str; 5] =
            ["UTC", "Europe/Berlin", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Chatham"];
        let policies = (
            select(&Skipped::ALL[..]),
            select(&Repeated::ALL[..]),
            select(&Catchup::ALL[..]),
            select(&Overlap::ALL[..]),
        );
        (select(&LINES[..]), select(&ZONES[..]), policies, any::<bool>()).prop_map(
            |(line, zone, ((skipped, _), (repeated, _), (catchup, _), (overlap, _)), job)| {
                let chore = if job { measure() } else { Chore::Advance };
                let zone = Some(zone.to_owned());
                let schedule = schedule(line, chore, catchup, overlap);
                Schedule { zone, skipped, repeated, ..schedule }
            },
        )
    }

    /// Three instants of one year in their order, some of them close together.
    fn instants() -> impl Strategy<Value = [DateTime<Utc>; 3]> {
        let year = 1_767_225_600..1_798_761_600_i64;
        (year, 0..5_000_000_i64, 0..300_000_i64).prop_map(|(a, b, c)| {
            [a, a + b, a + b + c].map(|at| DateTime::from_timestamp(at, 0).expect("an instant"))
        })
    }

    fn count(due: &Due) -> u64 {
        due.run.len() as u64 + due.skipped.iter().map(|skip| skip.count).sum::<u64>()
    }

    proptest! {
        #[test]
        fn occurrences_come_in_order_and_the_next_is_the_first_of_them(
            schedule in any_schedule(),
            [from, middle, to] in instants(),
        ) {
            let time = WorkingTime::default();
            let all: Vec<_> = schedule.occurrences(from, &time).take_while(|one| one.at <= to).collect();
            let mut last = from;
            for one in all.iter().filter(|one| one.comes()) {
                prop_assert!(one.at > last, "{} is not after {last}", one.at);
                last = one.at;
            }
            // Where one starts to look changes nothing.
            let later: Vec<_> = schedule.occurrences(middle, &time).take_while(|one| one.at <= to).collect();
            let tail: Vec<_> = all.iter().copied().filter(|one| one.at > middle).collect();
            prop_assert_eq!(later, tail);
            let next = all.iter().find(|one| one.comes()).map(|one| one.at);
            prop_assert_eq!(schedule.next_after(from, &time).filter(|next| *next <= to), next);
        }

        #[test]
        fn every_occurrence_is_decided_on_once(
            schedule in any_schedule(),
            [from, _, now] in instants(),
            running: bool,
        ) {
            let time = WorkingTime::default();
            let state = ScheduleState { handled_to: from, queued: None };
            let due = due(&schedule, &state, running, now, &time);
            let decided = due.state.handled_to;
            prop_assert!(from <= decided && decided <= now);
            let passed = schedule.occurrences(from, &time).take_while(|one| one.at <= decided).count();
            let waits = u64::from(due.state.queued.is_some());
            prop_assert_eq!(count(&due) + waits, passed as u64);
            prop_assert!(due.run.is_sorted());
            if matches!(schedule.chore, Chore::Job(_)) {
                prop_assert!(due.run.len() <= usize::from(!running), "one at a time");
            }
        }

        #[test]
        fn all_of_them_are_made_up_for_however_often_one_asks(
            schedule in any_schedule(),
            [from, middle, now] in instants(),
        ) {
            let time = WorkingTime::default();
            let schedule = Schedule { catchup: Catchup::All, ..schedule };
            let comes = schedule.occurrences(from, &time).take_while(|one| one.at <= now);
            let comes: Vec<_> = comes.filter(|one| one.comes()).map(|one| one.at).collect();
            prop_assume!(comes.len() <= MOST_MADE_UP);
            // Whoever asks at all these moments, and again until nothing begins, does them all.
            let ask = |moments: &[DateTime<Utc>]| {
                let mut state = ScheduleState { handled_to: from, queued: None };
                let mut done = Vec::new();
                for now in moments {
                    loop {
                        let due = due(&schedule, &state, false, *now, &time);
                        state = due.state;
                        if due.run.is_empty() { break }
                        done.extend(due.run);
                    }
                }
                done
            };
            prop_assert_eq!(ask(&[now]), comes.clone());
            prop_assert_eq!(ask(&[middle, now]), comes);
        }
    }
}
