//! Work as a file asks for it: what is done, and how often it is tried.
//!
//! Start reading at [`Checker::job`].

use std::ops::Range;

use super::Checker;
use crate::{
    definition::{
        diagnostic::{Code, Problem},
        job::{self, MAX_ATTEMPTS, MAX_FACTOR, OWN},
        raw::{Field, Spot, Words},
        read::{Wrong, clock, factor, quantity, size, whole},
        secret::{variable, without_secret},
        suggest::quoted,
        url::url,
    },
    model::{
        Unit,
        action::{Job, OUTPUT_BYTES, Retry, TIMEOUT_SECONDS, Work},
    },
};

/// The longest that an attempt may take, in seconds.
const MAX_TIMEOUT_SECONDS: i64 = 86_400;

/// What `run` says.
#[derive(Clone, Copy)]
enum Run {
    Pull,
    Measure,
    Audit,
    Rank,
    Inbox,
    Evaluate,
    Notify,
    Command,
    Http,
}

/// Every kind of work with its name, in the order of [`job::WORKS`].
const RUNS: [(Run, &str); 9] = [
    (Run::Pull, "source.pull"),
    (Run::Measure, "repeat.measure"),
    (Run::Audit, "define.audit"),
    (Run::Rank, "target.rank"),
    (Run::Inbox, "support.inbox"),
    (Run::Evaluate, "refine.evaluate"),
    (Run::Notify, "notify"),
    (Run::Command, "command"),
    (Run::Http, "http"),
];

/// The values of the keys that only one kind of work has, as far as they are right.
struct Values {
    argv: Option<Vec<String>>,
    env: Option<Vec<String>>,
    output_bytes: Option<u64>,
    url: Option<String>,
    token_env: Option<String>,
    to: Option<String>,
    text: Option<String>,
}

impl Checker<'_, '_> {
    /// A job, if all of it is right. `place` is where its mapping stands.
    pub(super) fn job(&mut self, raw: &job::Job, place: &Range<usize>) -> Option<Job> {
        let run = raw.run.as_ref().and_then(|words| {
            let run = self.word(words, Code::UnknownWord, "work", &RUNS)?;
            self.belongs(raw, &words.value, place);
            Some(run)
        });
        let values = self.values(raw);
        let timeout_seconds = self.timeout(&raw.timeout);
        let retry = self.retry(&raw.retry);
        let work = work(run?, values);
        Some(Job { work: work?, retry: retry?, timeout_seconds: timeout_seconds? })
    }

    /// Refuses the keys that go with another kind of work than `run`, and asks for those that it
    /// needs.
    pub(super) fn belongs(&mut self, raw: &job::Job, run: &str, place: &Range<usize>) {
        for own in OWN {
            match raw.place_of(own.key) {
                Some(span) if own.of != run => {
                    let (key, of) = (own.key, own.of);
                    let message = format!("`{key}` goes with `run: {of}`, not with `run: {run}`");
                    let problem = Problem::new(Code::ClashingKeys, span, message);
                    self.add(problem.help(format!("leave it out, or write `run: {of}`")));
                }
                // What was written there may have been refused.
                None if own.required && own.of == run && !self.problems.is_noted_in(place) => {
                    let message = format!("`run: {run}` lacks the key `{}`", own.key);
                    let problem = Problem::new(Code::MissingKey, place, message);
                    self.add(problem.help(format!("add `{}:`", own.key)));
                }
                Some(_) | None => {}
            }
        }
    }

    fn values(&mut self, raw: &job::Job) -> Values {
        let to = raw.to.as_ref();
        to.iter().for_each(|to| self.owner(to));
        Values {
            argv: raw.argv.as_ref().and_then(|argv| self.argv(argv)),
            env: match &raw.env {
                Some(env) => self.variables(env),
                None => Some(Vec::new()),
            },
            output_bytes: match &raw.output {
                Some(words) => self.read(words, size),
                None => Some(OUTPUT_BYTES),
            },
            url: self.read_field(&raw.url, url),
            token_env: self.read_field(&raw.token_env, variable),
            to: to.map(|words| words.value.clone()),
            text: self.read_field(&raw.text, plain),
        }
    }

    fn argv(&mut self, argv: &Spot<Vec<Words>>) -> Option<Vec<String>> {
        self.not_empty(argv, "write the program first, such as `argv: [\"./bin/post-report\"]`");
        let words: Option<Vec<String>> =
            argv.value.iter().map(|words| self.read(words, plain)).collect();
        words.filter(|words| !words.is_empty())
    }

    fn variables(&mut self, env: &Spot<Vec<Words>>) -> Option<Vec<String>> {
        self.no_doubles("variable", &env.value);
        env.value.iter().map(|words| self.read(words, variable)).collect()
    }

    /// How long one attempt may take, in seconds.
    fn timeout(&mut self, timeout: &Field<String>) -> Option<u32> {
        let Some(words) = timeout else { return Some(TIMEOUT_SECONDS) };
        let seconds = self.read(words, clock)?;
        if seconds > MAX_TIMEOUT_SECONDS {
            let message = format!("{} is too long for one attempt", quoted(&words.value));
            let problem = Problem::new(Code::BadDuration, &words.span, message);
            self.add(
                problem.help("it may take `1d` at most; what takes longer is work for people"),
            );
            return None;
        }
        u32::try_from(seconds).ok()
    }

    fn retry(&mut self, raw: &Field<job::Retry>) -> Option<Retry> {
        let default = Retry::default();
        let Some(Spot { value: raw, .. }) = raw else { return Some(default) };
        let rest = |text: &str| clock(text).map(|seconds| seconds as u32);
        let attempts = |text: &str| whole(text, 1..=MAX_ATTEMPTS).map(|number| number as u32);
        let share = |text: &str| quantity(text, Unit::Proportion).map(|share| share.value);
        let attempts = self.or_default(&raw.attempts, default.attempts, attempts);
        let first_seconds = self.or_default(&raw.first, default.first_seconds, rest);
        let factor = self.or_default(&raw.factor, default.factor, |it| factor(it, MAX_FACTOR));
        let cap_seconds = self.or_default(&raw.cap, default.cap_seconds, rest);
        let jitter = self.or_default(&raw.jitter, default.jitter, share);
        let (first_seconds, cap_seconds) = (first_seconds?, cap_seconds?);
        if first_seconds > cap_seconds {
            self.first_above_cap(raw);
        }
        Some(Retry {
            attempts: attempts?,
            first_seconds,
            factor: factor?,
            cap_seconds,
            jitter: jitter?,
        })
    }

    pub(super) fn or_default<T>(
        &mut self,
        field: &Field<String>,
        default: T,
        read: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Option<T> {
        match field {
            Some(words) => self.read(words, read),
            None => Some(default),
        }
    }

    fn first_above_cap(&mut self, raw: &job::Retry) {
        let Some(words) = raw.first.as_ref().or(raw.cap.as_ref()) else { return };
        let message = "the first rest is longer than the longest, which is `cap`";
        let mut problem = Problem::new(Code::BadDuration, &words.span, message);
        if let Some(cap) = &raw.cap {
            problem = problem.related(&cap.span, "no rest is longer than this");
        }
        self.add(
            problem.help("lower `first`, or raise `cap`; they are `10s` and `1h` if left out"),
        );
    }
}

/// A text that is kept as it is written, unless a secret stands in it.
fn plain(text: &str) -> Result<String, Wrong> {
    without_secret(text).map(|()| text.to_owned())
}

/// What is done, if everything that it needs is there and right.
fn work(run: Run, values: Values) -> Option<Work> {
    let Values { argv, env, output_bytes, url, token_env, to, text } = values;
    Some(match run {
        Run::Pull => Work::Pull,
        Run::Measure => Work::Measure,
        Run::Audit => Work::Audit,
        Run::Rank => Work::Rank,
        Run::Inbox => Work::Inbox,
        Run::Evaluate => Work::Evaluate,
        Run::Notify => Work::Notify { to: to?, text: text? },
        Run::Command => Work::Command { argv: argv?, env: env?, output_bytes: output_bytes? },
        // A name that was refused is missing here, and the file is refused with it.
        Run::Http => Work::Http { url: url?, token_env },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::job::WORKS;

    #[test]
    fn work_is_called_alike_everywhere() {
        assert_eq!(RUNS.map(|(_, name)| name), WORKS);
        assert!(OWN.iter().all(|own| WORKS.contains(&own.of)));
    }
}
