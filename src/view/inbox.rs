//! The inbox: whom to answer first, and how far an hour a day would reach.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{
    evidence::{
        inbox::{Inbox, Waiting},
        scores::{Band, Tenths},
    },
    model::Window,
    runner::known::Known,
};

use super::{refine::Names, sentence};

/// How many characters of somebody's words are shown.
const MOST_CHARS: usize = 280;

/// The inbox of a brand.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InboxView {
    /// The brand.
    pub brand: String,
    /// Its name for people.
    pub name: String,
    /// The window; conversations that opened before it are past. Absent if there is no evidence.
    pub window: Option<Window>,
    /// The window in words.
    pub window_text: Option<String>,
    /// How many conversations opened in the window.
    pub opened: u64,
    /// How many are over: the last words are theirs and ask nothing.
    pub over: u64,
    /// How many wait, of how many people.
    pub waiting: usize,
    /// See [`InboxView::waiting`].
    pub people: usize,
    /// How many of them ask something.
    pub questions: usize,
    /// Questions of people who give much that have waited for more than 72 hours.
    pub overdue: usize,
    /// The share of those that wait in which the ten people with the most of them wait.
    pub concentration: Option<f64>,
    /// Who waits in more than one conversation.
    pub repeated: Vec<RepeatedView>,
    /// How far the time would reach.
    pub reach: ReachView,
    /// Those to answer first.
    pub first: Vec<WaitingView>,
    /// Whether people are named, and posts have their addresses.
    pub names: bool,
}

/// A conversation that waits.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WaitingView {
    /// With whom: a pseudonym or a handle.
    pub who: String,
    /// The address of the post to answer; absent unless people are named, since it tells who.
    pub post: Option<String>,
    /// Since when it waits, UTC.
    pub since: DateTime<Utc>,
    /// For how long, in seconds.
    pub waited_seconds: i64,
    /// For how long in the brand's working time, in seconds.
    pub waited_business_seconds: i64,
    /// How many posts of theirs wait in it.
    pub posts: u32,
    /// Whether one of them asks something; absent where nobody can tell.
    pub asks: Option<bool>,
    /// The language of the post to answer, if it is known.
    pub language: Option<String>,
    /// The beginning of its words; absent unless people are named and the brand keeps the words of
    /// others.
    pub words: Option<String>,
    /// What the person gives; absent if too little is known.
    pub gives: Option<Tenths>,
    /// The band of that.
    pub band: Band,
}

/// Who waits in more than one conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RepeatedView {
    /// Who.
    pub who: String,
    /// In how many.
    pub conversations: u64,
}

/// How far the time for answers reaches.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ReachView {
    /// The minutes a day.
    pub minutes_a_day: f64,
    /// The minutes that one answer takes.
    pub minutes_each: f64,
    /// For how many answers a day that is enough.
    pub answers_a_day: f64,
    /// How many conversations open a day.
    pub opened_a_day: f64,
    /// In how many days nobody waits any more; absent if more come than are answered.
    pub days: Option<f64>,
}

/// What a person asks of an inbox.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// The minutes a day for answers.
    pub minutes_a_day: f64,
    /// The minutes that one answer takes, above 0.
    pub minutes_each: f64,
    /// How many are listed.
    pub first: usize,
}

/// The inbox as people see it.
///
/// - `window`: the window that was looked at; absent if there is no evidence.
pub fn inbox(
    known: &Known,
    inbox: &Inbox,
    window: Option<Window>,
    names: &Names,
    effort: Effort,
) -> InboxView {
    let now = window.map_or(DateTime::UNIX_EPOCH, |window| window.to);
    let repeated = inbox.repeated().into_iter().take(effort.first);
    InboxView {
        brand: known.brand.id.to_string(),
        name: known.brand.name.clone(),
        window,
        window_text: window.map(sentence::stretch),
        opened: inbox.opened,
        over: inbox.over,
        waiting: inbox.waiting.len(),
        people: inbox.people(),
        questions: inbox.questions(),
        overdue: inbox.overdue(now),
        concentration: inbox.concentration(),
        repeated: repeated
            .map(|(one, conversations)| RepeatedView { who: who(one, names), conversations })
            .collect(),
        reach: reach(known, inbox, effort),
        first: inbox
            .waiting
            .iter()
            .take(effort.first)
            .map(|one| waiting(known, one, now, names))
            .collect(),
        names: names.are_shown(),
    }
}

fn reach(known: &Known, inbox: &Inbox, effort: Effort) -> ReachView {
    let Effort { minutes_a_day, minutes_each, .. } = effort;
    let days = known.window_seconds as f64 / 86_400.0;
    let reach = inbox.reach(minutes_a_day, minutes_each, days);
    ReachView {
        minutes_a_day,
        minutes_each,
        answers_a_day: reach.answers_a_day,
        opened_a_day: reach.opened_a_day,
        days: reach.days,
    }
}

fn who(one: &Waiting, names: &Names) -> String {
    names.who(&one.person, one.handle.as_deref())
}

/// The beginning of somebody's words.
fn begin(words: &str) -> String {
    sentence::shortened(&sentence::plain(words), MOST_CHARS)
}

fn waiting(known: &Known, one: &Waiting, now: DateTime<Utc>, names: &Names) -> WaitingView {
    let working = known.brand.working_time.between(one.since, now);
    WaitingView {
        who: who(one, names),
        post: names.are_shown().then(|| sentence::plain(&one.post)),
        since: one.since,
        waited_seconds: (now - one.since).num_seconds(),
        waited_business_seconds: working.num_seconds(),
        posts: one.posts,
        asks: one.asks,
        language: one.language.map(Into::into),
        words: one.words.as_deref().filter(|_| names.are_shown()).map(begin),
        gives: one.gives,
        band: one.band,
    }
}
