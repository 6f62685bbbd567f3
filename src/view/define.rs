//! The charter audit: what a brand shows of itself, beside what its charter says.
//!
//! Start reading at [`define`].
//!
//! # Always true
//!
//! - Every share stands with its cases; one without a case has no value.
//! - Of our own posts a few words are shown, with everybody whom they mention left out.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{
    evidence::metrics::audit::{Agreement, Audit, Drift, Rhythm, Share, Shown},
    model::{
        Interval, Observation, Unit, Window,
        quantity::{Quantity, count, interval_text},
    },
    runner::audit::Audited,
};

use super::{
    numbers::{self, NumberView},
    sentence,
};

/// How many characters of a post are shown.
const EXCERPT: usize = 60;

/// What the cases of the shares are.
const THREADS: &str = "own posts that begin a thread, public or unlisted, with known words";
const WORDS: &str = "own posts and replies, public or unlisted, with known words";
const ACCOUNTS: &str = "accounts whose export tells of the field";
const WEEKS: &str = "whole weeks of the window that the exports reach";

/// The audit of a brand.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DefineView {
    /// The brand.
    pub brand: String,
    /// Its name for people.
    pub name: String,
    /// The window; absent if there is no evidence.
    pub window: Option<Window>,
    /// The window in words.
    pub window_text: Option<String>,
    /// The sources of the numbers.
    pub sources: Vec<String>,
    /// The numbers of the catalogue that the audit rests on.
    pub numbers: Vec<NumberView>,
    /// The accounts.
    pub accounts: Vec<AccountView>,
    /// On how many accounts each field of the profile is filled in.
    pub fields: Vec<ShareView>,
    /// Whether the accounts say the same, of each field that two of them tell.
    pub agreements: Vec<AgreementView>,
    /// How many threads are on each pillar.
    pub pillars: Vec<ShareView>,
    /// How many posts name each person of the charter, and how many are signed.
    pub people: Vec<ShareView>,
    /// How many weeks have a post, and as many as the charter promises.
    pub weeks: Vec<ShareView>,
    /// The longest stretches without a word, the longest first.
    pub silences: Vec<SilenceView>,
    /// The posts on no pillar.
    pub drift: DriftView,
}

/// One of the brand's accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountView {
    /// Its handle.
    pub handle: String,
    /// How new the export was that showed its profile, UTC; absent if none did.
    pub as_of: Option<DateTime<Utc>>,
    /// The required fields and whether each is filled in, as far as the export tells.
    pub fields: BTreeMap<String, bool>,
    /// The same in words.
    pub text: String,
}

/// What the accounts say in one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AgreementView {
    /// The field: `name`, `bio` or `link`.
    pub field: &'static str,
    /// Whether they say the same.
    pub agrees: bool,
    /// Each account with what it says.
    pub said: Vec<SaidView>,
    /// The same in words.
    pub text: String,
}

/// What an account says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SaidView {
    /// The account.
    pub account: String,
    /// Its words, on one line.
    pub says: String,
}

/// So many of so many cases.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ShareView {
    /// What counts: a field, a pillar, a person.
    pub of: String,
    /// The share as a fraction; absent without a case.
    pub value: Option<f64>,
    /// The cases that count.
    pub hits: u64,
    /// All cases.
    pub n: u64,
    /// What a case is.
    pub denominator: &'static str,
    /// The 95 % interval; absent where everything there is was counted, and without a case.
    pub interval: Option<Interval>,
    /// The share in words.
    pub text: String,
}

/// A stretch without a word of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SilenceView {
    /// Since when, UTC.
    pub from: DateTime<Utc>,
    /// Until when, UTC.
    pub to: DateTime<Utc>,
    /// For how long, in seconds.
    pub seconds: i64,
}

/// The posts on no pillar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DriftView {
    /// How many.
    pub posts: usize,
    /// Of how many threads.
    pub of: u64,
    /// Those that are listed, newest first.
    pub listed: Vec<DriftPost>,
}

/// A post on no pillar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DriftPost {
    /// Its address.
    pub post: String,
    /// When, UTC.
    pub at: DateTime<Utc>,
    /// How it begins, without the people it mentions.
    pub excerpt: String,
}

/// An audit as people see it.
///
/// - `first`: how many posts on no pillar are listed.
pub fn define(audited: &Audited, first: usize) -> DefineView {
    let Audited { brand, audit } = audited;
    DefineView {
        brand: brand.id.to_string(),
        name: brand.name.clone(),
        window: audit.window,
        window_text: audit.window.map(sentence::stretch),
        sources: sources(&audit.numbers),
        numbers: audit.numbers.iter().map(numbers::view).collect(),
        accounts: audit.accounts.iter().map(account).collect(),
        fields: audit
            .fields
            .iter()
            .map(|(field, share)| counted(field, *share, ACCOUNTS))
            .collect(),
        agreements: audit.agreements.iter().map(agreement).collect(),
        pillars: audit.pillars.iter().map(|(id, share)| estimated(id, *share, THREADS)).collect(),
        people: people(audit),
        weeks: audit.rhythm.as_ref().map(weeks).unwrap_or_default(),
        silences: audit.rhythm.as_ref().map(silences).unwrap_or_default(),
        drift: DriftView {
            posts: audit.drift.len(),
            of: audit.threads,
            listed: audit.drift.iter().take(first).map(drift_post).collect(),
        },
    }
}

fn sources(numbers: &[Observation]) -> Vec<String> {
    let mut sources: Vec<String> = numbers.iter().flat_map(|one| one.sources.clone()).collect();
    sources.sort();
    sources.dedup();
    sources
}

fn account(shown: &Shown) -> AccountView {
    let Shown { handle, as_of, fields, says } = shown;
    let that_are = |wanted: bool| -> Vec<&str> {
        fields.iter().filter(|one| *one.1 == wanted).map(|one| one.0.as_str()).collect()
    };
    let text = match (as_of, fields.is_empty(), that_are(false)) {
        (None, _, _) => "no export shows its profile".to_owned(),
        (Some(_), true, _) => "its export tells no field of its profile".to_owned(),
        (Some(_), false, empty) if empty.is_empty() => {
            format!("{} filled in", that_are(true).join(", "))
        }
        (Some(_), false, empty) => format!("{} empty", empty.join(", ")),
    };
    let verified =
        says.get("verified").map(|hosts| format!("; verified: {}", sentence::plain(hosts)));
    let text = text + &verified.unwrap_or_default();
    AccountView { handle: handle.clone(), as_of: *as_of, fields: fields.clone(), text }
}

fn agreement(found: &Agreement) -> AgreementView {
    let Agreement { field, agrees, said } = found;
    let said: Vec<SaidView> = said
        .iter()
        .map(|(account, says)| SaidView { account: account.clone(), says: sentence::plain(says) })
        .collect();
    let text = if *agrees {
        format!("the same on {} accounts", said.len())
    } else {
        let each = said.iter().map(|one| {
            format!("{} says “{}”", one.account, sentence::shortened(&one.says, EXCERPT))
        });
        format!("not the same: {}", each.collect::<Vec<_>>().join("; "))
    };
    AgreementView { field, agrees: *agrees, said, text }
}

fn people(audit: &Audit) -> Vec<ShareView> {
    let named = audit.people.iter().map(|(name, share)| estimated(name, *share, WORDS));
    let mut people: Vec<ShareView> = named.collect();
    if audit.signed.n > 0 {
        people.push(estimated("signed with initials", audit.signed, WORDS));
    }
    people
}

fn weeks(rhythm: &Rhythm) -> Vec<ShareView> {
    let mut weeks = vec![counted("a post", rhythm.weeks, WEEKS)];
    if let (Some(promised), Some(kept)) = (rhythm.promised, rhythm.kept) {
        let promised = format!("{promised} posts or more, as promised");
        weeks.push(counted(&promised, kept, WEEKS));
    }
    weeks
}

fn silences(rhythm: &Rhythm) -> Vec<SilenceView> {
    let silences = rhythm.silences.iter();
    silences
        .map(|(from, to)| SilenceView {
            from: *from,
            to: *to,
            seconds: (*to - *from).num_seconds(),
        })
        .collect()
}

fn drift_post(drift: &Drift) -> DriftPost {
    let Drift { post, at, words } = drift;
    DriftPost { post: sentence::plain(post), at: *at, excerpt: excerpt(words) }
}

/// The first words of a post; who is mentioned in it is not named.
fn excerpt(words: &str) -> String {
    let unnamed = |word: &str| if word.contains('@') { "@…".to_owned() } else { word.to_owned() };
    let plain = sentence::plain(words);
    let kept: Vec<String> = plain.split_whitespace().map(unnamed).collect();
    if kept.is_empty() {
        return "(no words)".to_owned();
    }
    sentence::shortened(&kept.join(" "), EXCERPT)
}

/// A share of cases that stand for others, with its interval.
fn estimated(of: &str, share: Share, denominator: &'static str) -> ShareView {
    share_view(of, share, denominator, share.interval())
}

/// A share of all there is.
fn counted(of: &str, share: Share, denominator: &'static str) -> ShareView {
    share_view(of, share, denominator, None)
}

fn share_view(
    of: &str,
    share: Share,
    denominator: &'static str,
    interval: Option<Interval>,
) -> ShareView {
    let Share { hits, n } = share;
    let cases = format!("{} of {}", count(hits as f64), count(n as f64));
    let value = share.value().map(|value| Quantity::new(Unit::Proportion, value).to_string());
    let ends =
        interval.map(|one| format!(", 95 % interval {}", interval_text(Unit::Proportion, one)));
    let text = match value {
        Some(value) => format!("{value} ({cases}){}", ends.unwrap_or_default()),
        None => "no case".to_owned(),
    };
    ShareView { of: of.to_owned(), value: share.value(), hits, n, denominator, interval, text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_short_and_names_nobody() {
        // (why, words, excerpt)
        let table = [
            ("as it is", "Rain all day", "Rain all day"),
            ("on one line", "Rain\n\nall day", "Rain all day"),
            ("nobody is named", "Hi @ann.example, (@bo) me@x.example!", "Hi @… @… @…"),
            ("a picture alone", " ", "(no words)"),
        ];
        for (why, words, expected) in table {
            assert_eq!(excerpt(words), expected, "{why}");
        }
        assert_eq!(excerpt(&"word ".repeat(40)).chars().count(), EXCERPT);
    }

    #[test]
    fn a_share_without_a_case_has_no_value() {
        let none = estimated("coffee", Share::default(), THREADS);
        assert_eq!((none.value, none.interval, none.text.as_str()), (None, None, "no case"));
        let some = estimated("coffee", Share { hits: 4, n: 5 }, THREADS);
        assert_eq!(some.text, "80 % (4 of 5), 95 % interval 37.55 % to 96.38 %");
        let all = counted("bio", Share { hits: 1, n: 2 }, ACCOUNTS);
        assert_eq!((all.interval, all.text.as_str()), (None, "50 % (1 of 2)"));
    }
}
