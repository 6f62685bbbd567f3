//! Work as it is written, for serde, and the keys it has.
//!
//! A stage has work done when a brand comes in (`entry:`). What such an action shares with
//! whatever else does work stands in [`Job`]; its rows are listed one by one, so that another
//! table can take them up beside its own.

use std::ops::Range;

use serde::Deserialize;

use super::{
    key::{Key, Own, Rule, Shape, optional, required},
    kind::Kind,
    raw::{Field, Words},
};

/// What work is called, in the order of the reference.
pub(super) const WORKS: &[&str] = &[
    "source.pull",
    "repeat.measure",
    "define.audit",
    "target.rank",
    "support.inbox",
    "refine.evaluate",
    "notify",
    "command",
    "http",
];

/// The keys that one kind of work has for itself.
pub(super) const OWN: &[Own] = &[
    Own { key: "argv", of: "command", required: true },
    Own { key: "env", of: "command", required: false },
    Own { key: "output", of: "command", required: false },
    Own { key: "url", of: "http", required: true },
    Own { key: "token_env", of: "http", required: false },
    Own { key: "to", of: "notify", required: true },
    Own { key: "text", of: "notify", required: true },
];

/// What must be true of the keys of work together.
pub(super) const RULE: Rule = Rule::Own { by: "run", words: WORKS, keys: OWN };

/// What is done, and how.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Job {
    pub run: Field<String>,
    pub argv: Field<Vec<Words>>,
    pub env: Field<Vec<Words>>,
    pub output: Field<String>,
    pub url: Field<String>,
    pub token_env: Field<String>,
    pub to: Field<String>,
    pub text: Field<String>,
    pub timeout: Field<String>,
    pub retry: Field<Retry>,
}

impl Job {
    /// Where a key of [`OWN`] has its value, if it is there.
    pub fn place_of(&self, key: &str) -> Option<&Range<usize>> {
        fn place<T>(field: &Field<T>) -> Option<&Range<usize>> {
            field.as_ref().map(|spot| &spot.span)
        }
        match key {
            "argv" => place(&self.argv),
            "env" => place(&self.env),
            "output" => place(&self.output),
            "url" => place(&self.url),
            "token_env" => place(&self.token_env),
            "to" => place(&self.to),
            "text" => place(&self.text),
            _ => None,
        }
    }
}

pub(super) const RUN: Key = required("run", Shape::Words)
    .is(Kind::Word(WORKS))
    .about("What is done.")
    .example("source.pull");
pub(super) const ARGV: Key = optional("argv", Shape::List(&Shape::Words))
    .some()
    .about("Of `command`: the program and its arguments; no shell reads them.")
    .example("[\"./bin/post-report\", \"--quiet\"]");
pub(super) const ENV: Key = optional("env", Shape::List(&Shape::Words))
    .is(Kind::Variable)
    .distinct()
    .about("Of `command`: the names of the variables that the program sees beside the usual ones.")
    .example("[REPORT_TOKEN]");
pub(super) const OUTPUT: Key = optional("output", Shape::Words)
    .is(Kind::Bytes)
    .about("Of `command`: the most it may write; `64 KB`, if left out.")
    .example("64 KB");
pub(super) const URL: Key = optional("url", Shape::Words)
    .is(Kind::Url)
    .about("Of `http`: where it is sent; `https:`, or `http:` for this machine.")
    .example("\"https://example.org/hook\"");
pub(super) const TOKEN_ENV: Key = optional("token_env", Shape::Words)
    .is(Kind::Variable)
    .about("Of `http`: the name of the variable that holds a bearer token.")
    .example("HOOK_TOKEN");
pub(super) const TO: Key = optional("to", Shape::Words)
    .is(Kind::Owner)
    .about("Of `notify`: who is told; a person, or `role:NAME`.")
    .example("role:lead");
pub(super) const TEXT: Key = optional("text", Shape::Words)
    .about("Of `notify`: what they are told.")
    .example("The inbox is ready.");
pub(super) const TIMEOUT: Key = optional("timeout", Shape::Words)
    .is(Kind::Clock)
    .about("How long one attempt may take, from `1s` to `1d`; `5m`, if left out.")
    .example("5m");
pub(super) const RETRY_OF: Key = optional("retry", Shape::Record(RETRY))
    .about("How often it is tried, and how long it rests in between.")
    .example("{ attempts: 5, first: 10s, factor: 2, cap: 1h, jitter: 20% }");

/// `retry:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Retry {
    pub attempts: Field<String>,
    pub first: Field<String>,
    pub factor: Field<String>,
    pub cap: Field<String>,
    pub jitter: Field<String>,
}

/// The most attempts that a file may ask for.
pub(super) const MAX_ATTEMPTS: u64 = 100;

/// By how much each rest may at most be longer than the one before.
pub(super) const MAX_FACTOR: u64 = 10;

pub(super) const RETRY: &[Key] = &[
    optional("attempts", Shape::Words)
        .is(Kind::Whole(1, MAX_ATTEMPTS))
        .about("The most attempts, the first included; `5`, if left out.")
        .example("5"),
    optional("first", Shape::Words)
        .is(Kind::Clock)
        .about("The rest after the first attempt; `10s`, if left out.")
        .example("10s"),
    optional("factor", Shape::Words)
        .is(Kind::Factor(MAX_FACTOR))
        .about("By how much each rest is longer than the one before; `2`, if left out.")
        .example("2")
        .example("1.5"),
    optional("cap", Shape::Words)
        .is(Kind::Clock)
        .about("The longest rest; `1h`, if left out.")
        .example("1h"),
    optional("jitter", Shape::Words)
        .is(Kind::Share)
        .about("By how much a rest is shortened at most, at random; `20%`, if left out.")
        .example("20%"),
];

/// One of `entry:`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Action {
    pub id: Field<String>,
    pub needs: Field<Vec<Words>>,
    #[serde(flatten)]
    pub job: Job,
}

pub(super) const ACTION: &[Key] = &[
    required("id", Shape::Words)
        .is(Kind::Name)
        .about("How `why`, `retry` and `skip` call it.")
        .example("fetch"),
    RUN,
    ARGV,
    ENV,
    OUTPUT,
    URL,
    TOKEN_ENV,
    TO,
    TEXT,
    optional("needs", Shape::List(&Shape::Words))
        .is(Kind::Action)
        .distinct()
        .about("The actions of the same stage that have to be done before it begins.")
        .example("[fetch]"),
    TIMEOUT,
    RETRY_OF,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::raw::Spot;

    #[test]
    fn every_key_of_one_kind_of_work_has_its_place() {
        let words = || Some(Spot { value: String::new(), span: 1..2 });
        let list = || Some(Spot { value: Vec::new(), span: 1..2 });
        let all = Job {
            argv: list(),
            env: list(),
            output: words(),
            url: words(),
            token_env: words(),
            to: words(),
            text: words(),
            ..Job::default()
        };
        for own in OWN {
            assert_eq!(all.place_of(own.key), Some(&(1..2)), "{}", own.key);
            assert_eq!(Job::default().place_of(own.key), None, "{}", own.key);
        }
    }
}
