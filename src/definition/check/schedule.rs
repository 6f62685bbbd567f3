//! What comes again and again: its times, its zone, and what is done.

use std::{
    collections::{HashMap, hash_map::Entry},
    iter,
    ops::Range,
};

use super::{Checker, stage::place_in};
use crate::{
    definition::{
        diagnostic::{Code, Problem},
        job,
        raw::{self, ADVANCE, Field, Spot, Words},
        suggest::{closest, quoted},
    },
    model::{
        Cron, Schedule, ScheduleId,
        cron::{CronError, NICKNAMES},
        schedule::{Catchup, Chore, Overlap, Repeated, Skipped},
    },
};

impl Checker<'_, '_> {
    /// The schedules that are right, in the order of the file.
    pub(super) fn schedules(&mut self, raw: &Field<Vec<Spot<raw::Schedule>>>) -> Vec<Schedule> {
        let Some(raw) = raw else { return Vec::new() };
        self.no_doubles("schedule", raw.value.iter().filter_map(|one| one.value.id.as_ref()));
        let each = |one: &Spot<raw::Schedule>| {
            Some((self.schedule(&one.value, &one.span)?, one.span.clone()))
        };
        let right: Vec<(Schedule, Range<usize>)> = raw.value.iter().filter_map(each).collect();
        self.no_work_twice(&right);
        right.into_iter().map(|(schedule, _)| schedule).collect()
    }

    /// Warns of every schedule that does what one before it does, at the same times.
    fn no_work_twice(&mut self, schedules: &[(Schedule, Range<usize>)]) {
        let mut seen: HashMap<String, &(Schedule, Range<usize>)> = HashMap::new();
        for one in schedules {
            let (schedule, span) = one;
            let key = (schedule.cron.as_str(), &schedule.zone, &schedule.chore);
            match seen.entry(format!("{key:?}")) {
                Entry::Vacant(place) => {
                    place.insert(one);
                }
                Entry::Occupied(first) => {
                    let (other, first) = first.get();
                    let message = format!("`{}` does the same as `{}`", schedule.id, other.id);
                    let problem = Problem::new(Code::SameSchedule, span, message)
                        .related(first, "the first that does it")
                        .help("remove one of the two, or let it come at other times");
                    self.add(problem);
                }
            }
        }
    }

    fn schedule(&mut self, raw: &raw::Schedule, place: &Range<usize>) -> Option<Schedule> {
        let id = raw.id.as_ref().and_then(|words| self.id(words, ScheduleId::new));
        let cron = raw.cron.as_ref().and_then(|words| self.cron(words));
        let zone = raw.zone.as_ref().map(|words| self.zone(words));
        let dst = raw.dst.as_ref().map(|dst| &dst.value);
        let skipped = dst.and_then(|dst| dst.skipped.as_ref());
        let repeated = dst.and_then(|dst| dst.repeated.as_ref());
        let skipped = self.policy(skipped, &Skipped::ALL);
        let repeated = self.policy(repeated, &Repeated::ALL);
        let catchup = self.policy(raw.catchup.as_ref(), &Catchup::ALL);
        let overlap = self.policy(raw.overlap.as_ref(), &Overlap::ALL);
        self.all_or_skip(raw, catchup, overlap);
        let chore = self.chore(&raw.job, place);
        Some(Schedule {
            id: id?,
            cron: cron?,
            zone: match zone {
                None => None,
                Some(zone) => Some(zone?),
            },
            skipped,
            repeated,
            catchup,
            overlap,
            chore: chore?,
        })
    }

    /// The policy that is written, or the one that counts if none is.
    fn policy<T: Copy + Default>(
        &mut self,
        words: Option<&Words>,
        table: &[(T, &'static str)],
    ) -> T {
        words
            .and_then(|words| self.word(words, Code::UnknownWord, "policy", table))
            .unwrap_or_default()
    }

    /// What it does. `place` is where its mapping stands.
    fn chore(&mut self, raw: &job::Job, place: &Range<usize>) -> Option<Chore> {
        let run = raw.run.as_ref()?;
        match run.value.as_str() {
            ADVANCE => {
                self.belongs(raw, ADVANCE, place);
                self.no_attempts(raw);
                Some(Chore::Advance)
            }
            known if job::WORKS.contains(&known) => self.job(raw, place).map(Chore::Job),
            _ => {
                let names = iter::once(ADVANCE).chain(job::WORKS.iter().copied());
                let message = format!("there is no work {}", quoted(&run.value));
                let problem = Problem::new(Code::UnknownWord, &run.span, message);
                self.add(problem.known(names, &run.value));
                None
            }
        }
    }

    /// A brand moves on in one commit, which is not tried again and takes no time.
    fn no_attempts(&mut self, raw: &job::Job) {
        let timeout = raw.timeout.as_ref().map(|words| ("timeout", &words.span));
        let retry = raw.retry.as_ref().map(|retry| ("retry", &retry.span));
        for (key, span) in timeout.into_iter().chain(retry) {
            let message = format!("`{key}` does not go with `run: {ADVANCE}`");
            let problem = Problem::new(Code::ClashingKeys, span, message);
            self.add(problem.help("leave it out: a brand moves on at once, or not yet"));
        }
    }

    /// What is made up for one after the other cannot be skipped because one runs.
    fn all_or_skip(&mut self, raw: &raw::Schedule, catchup: Catchup, overlap: Overlap) {
        let Some(words) = raw.overlap.as_ref().filter(|_| overlap == Overlap::Skip) else { return };
        if catchup == Catchup::All {
            let message = "`overlap: skip` leaves out what `catchup: all` makes up for";
            let problem = Problem::new(Code::ClashingKeys, &words.span, message);
            self.add(problem.help("choose `catchup: latest`, or leave `overlap` out"));
        }
    }

    fn cron(&mut self, words: &Words) -> Option<Cron> {
        let error = match words.value.parse() {
            Ok(cron) => return Some(cron),
            Err(error) => error,
        };
        let written = self.problems.text_at(&words.span);
        self.add(misread(words, written, error));
        None
    }
}

fn misread(words: &Words, written: &str, error: CronError) -> Problem {
    match error {
        CronError::Fields { count } => {
            let message = format!("a line of cron has five fields, and this has {count}");
            let help = match count {
                6 | 7 => "seconds and years are not read; remove their fields",
                _ => {
                    "write minute, hour, day of the month, month and day of the week, such as \
                     `30 7 * * mon-fri`"
                }
            };
            Problem::new(Code::BadCron, &words.span, message).help(help)
        }
        CronError::Nickname => {
            let message = format!("no line of cron is called {}", quoted(&words.value));
            let meant = closest(words.value.trim(), NICKNAMES).map(str::to_owned);
            Problem::new(Code::BadCron, &words.span, message)
                .known(NICKNAMES, "")
                .suggest(meant)
                .help("a schedule comes at times on the wall clock; nothing ever reboots here")
        }
        CronError::Field { field, span } => {
            let text = quoted(&words.value[span.clone()]);
            let message = format!("{text} cannot be the {}", field.noun());
            let help = format!(
                "it is {}, alone or as `*`, a list `1,3`, a range `1-5`, or steps `*/2`, `1-5/2`",
                field.values()
            );
            Problem::new(Code::BadCron, &place_in(words, written, &span), message).help(help)
        }
        CronError::Never { span } => {
            let message = format!(
                "this never comes: no month that it names has a day {}",
                quoted(&words.value[span.clone()])
            );
            Problem::new(Code::NeverComes, &place_in(words, written, &span), message)
                .help("every month has a day 28; 29 February comes in leap years")
        }
    }
}
