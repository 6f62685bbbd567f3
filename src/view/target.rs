//! Whom the brand turns to today, and what came of it when it did before.
//!
//! Start reading at [`target`].
//!
//! # Always true
//!
//! - The points of a fit are the sum of its parts.
//! - Unless people are named, nothing that tells who somebody is is shown: no handle, no post of
//!   theirs, no note.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{
    evidence::{
        facts::Act,
        scores::Tenths,
        sources::prospects::Table,
        target::{Candidate, Contact, Left, Outcome, Reason, Targets},
    },
    model::{Window, quantity::count},
    runner::target::Targeted,
};

use super::{
    refine::{Names, PartView, part},
    sentence::{instant, plain, shortened, stretch},
};

/// How many characters of a note are shown.
const MOST_CHARS: usize = 280;

/// The list of the day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TargetView {
    /// The brand.
    pub brand: String,
    /// Its name for people.
    pub name: String,
    /// The window; its end is the moment of the list. Absent if nothing can be judged.
    pub window: Option<Window>,
    /// The window in words.
    pub window_text: Option<String>,
    /// Whether the brand's file says whom it wants.
    pub wants: bool,
    /// How many people were looked at.
    pub considered: u64,
    /// How many of them fit and may be written to.
    pub fitting: u64,
    /// How well somebody must fit, from 0 to 100.
    pub least_fit: u32,
    /// Those of the day, whom to turn to first at the top.
    pub listed: Vec<TargetRow>,
    /// Why the others are not listed.
    pub left: Vec<LeftView>,
    /// What came of turning to people in the window.
    pub contacts: ContactsView,
    /// What became of the table of prospects; absent if the brand's file names none.
    pub prospects: Option<ProspectsView>,
    /// Whether people are named, and posts have their addresses.
    pub names: bool,
}

/// Somebody to turn to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TargetRow {
    /// Who: a pseudonym or a handle.
    pub who: String,
    /// The network they are on.
    pub platform: String,
    /// How they fit, from 0 to 100.
    pub fit: Option<Tenths>,
    /// How much of the weights is known, in percent.
    pub coverage: u16,
    /// The parts of that; the points of all known ones are the fit.
    pub parts: Vec<PartView>,
    /// The segment that they meet best, if the brand has one for them.
    pub segment: Option<String>,
    /// By which of its rules, or that it lists them.
    pub met: Vec<&'static str>,
    /// In a word why they are listed: `waits`, `engaged`, `follows` or `outside`.
    pub reason: &'static str,
    /// The same as a sentence.
    pub because: String,
    /// The post that it begins with; one of theirs only if people are named.
    pub post: Option<String>,
    /// What to do with it: `answer`, `go on from` what was answered, or `look at` ours, to which
    /// they did something.
    pub begin: Option<&'static str>,
    /// The pillars that it is on, where its words are kept.
    pub about: Vec<String>,
    /// How many approaches in a row they have not answered.
    pub unanswered: usize,
    /// What somebody noted in the table of prospects; only if people are named.
    pub note: Option<String>,
}

/// People who are not listed for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftView {
    /// The reason.
    pub reason: Left,
    /// What it says.
    pub words: &'static str,
    /// How many.
    pub people: u64,
}

/// What came of turning to people of the segments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ContactsView {
    /// To how many people the brand turned in the window.
    pub people: usize,
    /// How often.
    pub approaches: u64,
    /// After how many of these they turned to it within 14 days.
    pub turned: u64,
    /// How many are less than 14 days old, and not answered.
    pub open: u64,
    /// How many were met with silence for 14 days.
    pub silent: u64,
    /// How many people it wrote to more than twice without an answer.
    pub pressed: u64,
    /// The last of them.
    pub listed: Vec<ContactView>,
}

/// Somebody to whom the brand turned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ContactView {
    /// Who: a pseudonym or a handle.
    pub who: String,
    /// When last, UTC.
    pub at: DateTime<Utc>,
    /// The address of that reply of the brand's; only if people are named.
    pub post: Option<String>,
    /// How often, ever.
    pub approaches: usize,
    /// How many of the last ones had nothing of theirs after them.
    pub unanswered: usize,
    /// What came of the last one: `turned to us`, `open` or `silent`.
    pub outcome: &'static str,
    /// What they did after it, and when.
    pub because: String,
}

/// What became of the table of prospects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProspectsView {
    /// The file.
    pub file: String,
    /// Its rows.
    pub rows: u64,
    /// Those that name somebody.
    pub people: u64,
    /// Why others do not, each with how many and the first place.
    pub skipped: Vec<String>,
    /// Columns that nothing reads.
    pub unread: Vec<String>,
}

/// The list of the day as people see it.
///
/// - `contacts`: how many of those to whom the brand turned are listed.
pub fn target(targeted: &Targeted, names: &Names, contacts: usize) -> TargetView {
    let Targeted { known, targets, table } = targeted;
    let targets = targets.as_ref();
    let window = targets.map(|targets| targets.window);
    let listed = targets.map(|targets| targets.listed.as_slice()).unwrap_or_default();
    let left = targets.map(|targets| &targets.left).into_iter().flatten();
    TargetView {
        brand: known.brand.id.to_string(),
        name: known.brand.name.clone(),
        window,
        window_text: window.map(|window| match known.facts.as_of {
            Some(_) => stretch(window),
            None => format!("none: no export is imported yet; as of {}", instant(window.to)),
        }),
        wants: targets.is_some_and(|targets| targets.wants),
        considered: targets.map_or(0, |targets| targets.considered),
        fitting: targets.map_or(0, |targets| targets.fitting),
        least_fit: known.brand.audience.least_fit,
        listed: listed.iter().map(|one| row(one, names)).collect(),
        left: left
            .filter(|(_, people)| **people > 0)
            .map(|(reason, people)| LeftView {
                reason: *reason,
                words: reason.words(),
                people: *people,
            })
            .collect(),
        contacts: contacted(targets, names, contacts),
        prospects: table.as_ref().map(prospects),
        names: names.are_shown(),
    }
}

fn row(one: &Candidate, names: &Names) -> TargetRow {
    let begun = begin(one);
    let shown = begun.filter(|(how, _)| names.are_shown() || *how == LOOK_AT);
    let told = |text: &String| shortened(&plain(text), MOST_CHARS);
    TargetRow {
        who: names.who(&one.id, one.handle.as_deref()),
        platform: one.id.platform().to_owned(),
        fit: one.fit.value(),
        coverage: one.fit.coverage,
        parts: one.fit.parts.iter().map(part).collect(),
        segment: one.segment.clone(),
        met: one.met.clone(),
        reason: word(&one.reason),
        because: because(&one.reason),
        post: shown.map(|(_, post)| plain(post)),
        begin: shown.map(|(how, _)| how),
        about: one.about.clone(),
        unanswered: one.unanswered,
        note: one.note.as_ref().filter(|_| names.are_shown()).map(told),
    }
}

fn word(reason: &Reason) -> &'static str {
    match reason {
        Reason::Waits { .. } => "waits",
        Reason::Turned { .. } => "engaged",
        Reason::Follows { .. } => "follows",
        Reason::Outside => "outside",
    }
}

/// Why somebody is listed, as a sentence.
fn because(reason: &Reason) -> String {
    match reason {
        Reason::Waits { since, asks, .. } => {
            let what = if *asks == Some(true) { "asked you something" } else { "wrote to you" };
            format!("{what} on {}, and waits", instant(*since))
        }
        Reason::Turned { count: 0, act, at, .. } => {
            format!("engaged before this window, last with a {} on {}", act.name(), instant(*at))
        }
        Reason::Turned { count: times, act, at, .. } => {
            let times = if *times == 1 {
                "once".to_owned()
            } else {
                format!("{} times", count(*times as f64))
            };
            format!("engaged {times} in the window, last with a {} on {}", act.name(), instant(*at))
        }
        Reason::Follows { since: Some(since) } => {
            format!("follows since {}, silent so far", since.format("%Y-%m-%d"))
        }
        Reason::Follows { since: None } => "follows, silent so far".to_owned(),
        Reason::Outside => "nothing links them to you yet".to_owned(),
    }
}

const ANSWER: &str = "answer";
const GO_ON_FROM: &str = "go on from";
const LOOK_AT: &str = "look at";

/// The post to begin with, and how.
fn begin(one: &Candidate) -> Option<(&'static str, &str)> {
    let told = one.post.as_deref().map(|post| (ANSWER, post));
    match &one.reason {
        Reason::Waits { post, .. } => Some((ANSWER, post)),
        Reason::Turned { act, post, .. } => match act {
            // Nothing of theirs waits, so it was answered, or asks nothing.
            Act::Reply | Act::Mention => told.or(Some((GO_ON_FROM, post))),
            Act::Quote => Some((ANSWER, post)),
            Act::Like | Act::Repost => told.or(Some((LOOK_AT, post))),
        },
        Reason::Follows { .. } | Reason::Outside => told,
    }
}

fn contacted(targets: Option<&Targets>, names: &Names, most: usize) -> ContactsView {
    let [turned, open, silent] = targets.map(Targets::outcomes).unwrap_or_default();
    let contacts = targets.map(|targets| targets.contacts.as_slice()).unwrap_or_default();
    ContactsView {
        people: contacts.len(),
        approaches: turned + open + silent,
        turned,
        open,
        silent,
        pressed: targets.map_or(0, Targets::pressed),
        listed: contacts.iter().take(most).filter_map(|one| contact(one, names)).collect(),
    }
}

fn contact(one: &Contact, names: &Names) -> Option<ContactView> {
    let last = one.approaches.last()?;
    Some(ContactView {
        who: names.who(&one.id, one.handle.as_deref()),
        at: last.at,
        post: names.are_shown().then(|| plain(&last.post)),
        approaches: one.approaches.len(),
        unanswered: one.unanswered(),
        outcome: last.outcome.name(),
        because: match last.outcome {
            Outcome::Turned { act, at } => format!("a {} on {}", act.name(), instant(at)),
            Outcome::Open => "there is time until 14 days are over".to_owned(),
            Outcome::Silent => "nothing for 14 days".to_owned(),
        },
    })
}

fn prospects(table: &Table) -> ProspectsView {
    let file = &table.file;
    let skipped = file.skipped.iter().map(|(reason, rows)| {
        let place = file.places.get(reason).map(|place| format!(", first at {place}"));
        format!("{}: {rows}{}", plain(reason), plain(&place.unwrap_or_default()))
    });
    ProspectsView {
        file: plain(&file.name),
        rows: file.rows_read,
        people: file.kept,
        skipped: skipped.collect(),
        unread: table.unread.iter().map(|name| plain(name)).collect(),
    }
}
