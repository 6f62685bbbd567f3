//! Writes a folder of Bluesky API answers, in the shape in which the API gives them.
//!
//! Start reading at [`bluesky`]. A [`Note`] is a post with its address; pages hold a hundred
//! rows, newest first, and all but the last have a cursor.
//!
//! # Source
//!
//! Field names and order: the `app.bsky` lexicons of the AT Protocol.

use std::{cmp::Reverse, fs, io, path::Path};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{
    Round, SampleAccount,
    names::{Guest, cid, did, followed_since, stamp, tid},
    plan::{Deed, Plan, Reaction, Talk, Thread, Words},
};

/// How many rows a page holds.
const PAGE: usize = 100;

/// How many threads are saved whole.
const SAVED_THREADS: usize = 5;

/// Writes what the API would have answered about `account` at the end of `rounds`.
///
/// The files are `getProfile.json`, `getFollows.json` and the pages `getFollowers-1.json`,
/// `listNotifications-1.json`, `getAuthorFeed-1.json`, `getPostThread-1.json` and so on. Profile
/// and followers are those of the last round; the rest covers all rounds.
///
/// - `dir`: made if it is not there.
/// - `rounds`: oldest first, at least one, not overlapping.
///
/// # Errors
///
/// [`io::ErrorKind::InvalidInput`] if a round's numbers do not fit together;
/// [`io::ErrorKind::AlreadyExists`] if `dir` is not empty, because pages of two exports would
/// mix; and whatever writing meets.
pub fn bluesky(dir: &Path, account: &SampleAccount, rounds: &[Round]) -> io::Result<()> {
    rounds.iter().try_for_each(Round::check)?;
    let Some(last) = rounds.last() else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "there is no round"));
    };
    fs::create_dir_all(dir)?;
    if fs::read_dir(dir)?.next().is_some() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "the folder is not empty"));
    }
    let plan = Plan::of(account, rounds);
    let teller = Teller { account, plan: &plan, last };
    write(dir, "getProfile", &teller.profile())?;
    write(dir, "getFollows", &json!({ "subject": teller.me(), "follows": teller.follows() }))?;
    write_pages(dir, "getFollowers", "followers", &teller.followers(), |page| {
        page["subject"] = teller.me();
    })?;
    write_pages(dir, "listNotifications", "notifications", &teller.notifications(), |page| {
        page["seenAt"] = stamp(last.end()).into();
    })?;
    write_pages(dir, "getAuthorFeed", "feed", &teller.feed(), |_| {})?;
    for (i, thread) in teller.threads().iter().enumerate() {
        write(dir, &format!("getPostThread-{}", i + 1), &json!({ "thread": thread }))?;
    }
    Ok(())
}

fn write(dir: &Path, name: &str, value: &Value) -> io::Result<()> {
    fs::write(dir.join(format!("{name}.json")), serde_json::to_string_pretty(value)?)
}

/// Writes `rows` in pages, each finished by `finish`; no rows are one empty page.
fn write_pages(
    dir: &Path,
    name: &str,
    key: &str,
    rows: &[Value],
    finish: impl Fn(&mut Value),
) -> io::Result<()> {
    let pages: Vec<&[Value]> =
        if rows.is_empty() { vec![rows] } else { rows.chunks(PAGE).collect() };
    for (i, rows) in pages.iter().enumerate() {
        let mut page = json!({ key: rows });
        if i + 1 < pages.len() {
            page["cursor"] = format!("page-{}", i + 2).into();
        }
        finish(&mut page);
        write(dir, &format!("{name}-{}", i + 1), &page)?;
    }
    Ok(())
}

/// A post with its address.
struct Note {
    uri: String,
    at: DateTime<Utc>,
    record: Value,
}

impl Note {
    fn new(author: &str, at: DateTime<Utc>, clock: usize, words: Words) -> Self {
        let (language, text) = words;
        let record = json!({
            "$type": "app.bsky.feed.post",
            "createdAt": stamp(at),
            "langs": [language],
            "text": text,
        });
        let uri = format!("at://{author}/app.bsky.feed.post/{}", tid(at, clock as u64));
        Self { uri, at, record }
    }

    /// Makes it an answer to `parent` in the thread of `root`.
    fn answering(mut self, root: &Note, parent: &Note) -> Self {
        self.record["reply"] = json!({ "root": root.strong_ref(), "parent": parent.strong_ref() });
        self
    }

    fn strong_ref(&self) -> Value {
        json!({ "cid": cid(&self.uri), "uri": self.uri })
    }

    /// The post as feeds and threads show it; `counts` are replies, reposts and likes.
    fn view(&self, author: &Value, counts: [usize; 3]) -> Value {
        let [replies, reposts, likes] = counts;
        json!({
            "uri": self.uri,
            "cid": cid(&self.uri),
            "author": author,
            "record": self.record,
            "replyCount": replies,
            "repostCount": reposts,
            "likeCount": likes,
            "indexedAt": stamp(self.at),
            "viewer": {},
            "labels": [],
        })
    }
}

/// The posts of one conversation, oldest first.
struct Said {
    /// Our thread, or the thread they began.
    root: Note,
    opening: Note,
    answer: Option<Note>,
    back: Option<Note>,
}

/// Tells one plan in Bluesky's words.
struct Teller<'a> {
    account: &'a SampleAccount,
    plan: &'a Plan,
    last: &'a Round,
}

impl Teller<'_> {
    fn did(&self) -> String {
        did(&self.account.handle)
    }

    fn me(&self) -> Value {
        json!({
            "did": self.did(),
            "handle": self.account.handle,
            "displayName": self.account.name,
            "viewer": { "muted": false, "blockedBy": false },
            "labels": [],
        })
    }

    fn profile(&self) -> Value {
        let mut profile = self.me();
        let whole = self.last.profile_complete;
        profile["description"] = if whole { self.account.bio.as_str() } else { "" }.into();
        if whole {
            let image = cid(&self.account.handle);
            profile["avatar"] = format!("https://images.example/{image}.jpeg").into();
        }
        let listed = u64::from(self.last.followers);
        profile["followersCount"] = self.last.stated_followers.unwrap_or(listed).into();
        profile["followsCount"] = self.followed_numbers().count().into();
        // A profile counts what its owner wrote; a feed shows what they passed on as well.
        let written = self.feed().iter().filter(|item| item.get("reason").is_none()).count();
        profile["postsCount"] = written.into();
        profile["createdAt"] = stamp(self.account.opened_at).into();
        profile["indexedAt"] = stamp(self.account.opened_at).into();
        profile
    }

    /// The numbers of the followers whom the account follows back.
    fn followed_numbers(&self) -> impl Iterator<Item = u32> {
        let from = self.last.followers_from;
        (from..from.saturating_add(self.last.followers)).step_by(5).take(50)
    }

    fn guest(&self, guest: Guest) -> Value {
        let mut viewer = json!({ "muted": false, "blockedBy": false });
        if guest.follows {
            let key = tid(followed_since(self.account, guest), guest.number);
            viewer["followedBy"] =
                format!("at://{}/app.bsky.graph.follow/{key}", guest.did()).into();
        }
        json!({
            "did": guest.did(),
            "handle": guest.handle(),
            "displayName": guest.name(),
            "viewer": viewer,
            "labels": [],
        })
    }

    /// Somebody with what lists tell besides.
    fn listed_guest(&self, guest: Guest) -> Value {
        let mut listed = self.guest(guest);
        // What they say of themselves follows from their number.
        let about = match guest.number % 5 {
            0 => "from around the corner",
            1 => "barista, reader, lettrice",
            2 => "on the balcony with a book",
            3 => "nothing but cats",
            _ => "follow back!",
        };
        listed["description"] = format!("{}, {about}", guest.name()).into();
        listed["indexedAt"] = stamp(self.account.opened_at).into();
        listed
    }

    fn followers(&self) -> Vec<Value> {
        let from = self.last.followers_from;
        // The newest follower stands first.
        let numbers = (from..from.saturating_add(self.last.followers)).rev();
        numbers.map(|number| self.listed_guest(Guest::follower(number))).collect()
    }

    fn follows(&self) -> Vec<Value> {
        let back = |number| {
            let mut guest = self.listed_guest(Guest::follower(number));
            let key = tid(self.account.opened_at, u64::from(number));
            guest["viewer"]["following"] =
                format!("at://{}/app.bsky.graph.follow/{key}", self.did()).into();
            guest
        };
        self.followed_numbers().map(back).collect()
    }

    /// The first post of thread `index`.
    fn thread(&self, index: usize) -> Note {
        let Thread { at, words, .. } = &self.plan.threads[index];
        Note::new(&self.did(), *at, index, *words)
    }

    fn said(&self, index: usize, talk: &Talk) -> Said {
        let (at, words) = talk.opened;
        let opening = || Note::new(&talk.guest.did(), at, index, words);
        let (root, opening) = match talk.thread {
            Some(thread) => {
                let root = self.thread(thread);
                let opening = opening().answering(&root, &root);
                (root, opening)
            }
            None => (self.naming_us(opening()), self.naming_us(opening())),
        };
        let answer = talk
            .answer
            .map(|(at, words)| Note::new(&self.did(), at, index, words).answering(&root, &opening));
        let back = talk.back.zip(answer.as_ref()).map(|((at, words), answer)| {
            Note::new(&talk.guest.did(), at, index, words).answering(&root, answer)
        });
        Said { root, opening, answer, back }
    }

    /// The same post, beginning with our handle.
    fn naming_us(&self, mut note: Note) -> Note {
        let handle = &self.account.handle;
        let text = note.record["text"].as_str().unwrap_or_default();
        note.record["text"] = format!("@{handle} {text}").into();
        note.record["facets"] = json!([{
            "index": { "byteStart": 0, "byteEnd": handle.len() + 1 },
            "features": [{ "$type": "app.bsky.richtext.facet#mention", "did": self.did() }],
        }]);
        note
    }

    fn all_said(&self) -> Vec<(&Talk, Said)> {
        let talks = self.plan.talks.iter().enumerate();
        talks.map(|(i, talk)| (talk, self.said(i, talk))).collect()
    }

    fn notifications(&self) -> Vec<Value> {
        let mut rows: Vec<(DateTime<Utc>, Value)> = Vec::new();
        for (i, reaction) in self.plan.reactions.iter().enumerate() {
            rows.push((reaction.at, self.reaction(i, reaction)));
        }
        for (talk, said) in self.all_said() {
            let about = talk.thread.map(|_| said.root.uri.as_str());
            let reason = if about.is_some() { "reply" } else { "mention" };
            rows.push((said.opening.at, self.post_row(talk.guest, reason, about, &said.opening)));
            if let (Some(answer), Some(back)) = (&said.answer, &said.back) {
                let row = self.post_row(talk.guest, "reply", Some(&answer.uri), back);
                rows.push((back.at, row));
            }
        }
        newest_first(rows)
    }

    /// The notification of a like, a repost or a quote.
    fn reaction(&self, index: usize, reaction: &Reaction) -> Value {
        let subject = self.thread(reaction.thread);
        let collection = match reaction.deed {
            Deed::Like => "app.bsky.feed.like",
            Deed::Repost => "app.bsky.feed.repost",
            Deed::Quote => {
                let words = ("en", "Worth a look.");
                let mut quote = Note::new(&reaction.guest.did(), reaction.at, index, words);
                quote.record["embed"] =
                    json!({ "$type": "app.bsky.embed.record", "record": subject.strong_ref() });
                return self.post_row(reaction.guest, "quote", Some(&subject.uri), &quote);
            }
        };
        let key = tid(reaction.at, index as u64);
        let uri = format!("at://{}/{collection}/{key}", reaction.guest.did());
        let record = json!({
            "$type": collection,
            "subject": subject.strong_ref(),
            "createdAt": stamp(reaction.at),
        });
        let reason = if reaction.deed == Deed::Like { "like" } else { "repost" };
        let note = Note { uri, at: reaction.at, record };
        self.post_row(reaction.guest, reason, Some(&subject.uri), &note)
    }

    fn post_row(&self, guest: Guest, reason: &str, about: Option<&str>, note: &Note) -> Value {
        let mut row = json!({
            "uri": note.uri,
            "cid": cid(&note.uri),
            "author": self.listed_guest(guest),
            "reason": reason,
            "record": note.record,
            "isRead": true,
            "indexedAt": stamp(note.at),
            "labels": [],
        });
        if let Some(about) = about {
            row["reasonSubject"] = about.into();
        }
        row
    }

    fn feed(&self) -> Vec<Value> {
        let mut rows: Vec<(DateTime<Utc>, Value)> = Vec::new();
        let counts = self.counts();
        for (i, thread) in self.plan.threads.iter().enumerate() {
            let note = self.thread(i);
            if let Some((at, words)) = thread.next {
                let next = Note::new(&self.did(), at, i, words).answering(&note, &note);
                let shown = note.view(&self.me(), counts[i]);
                rows.push((at, self.feed_row(&next, shown.clone(), shown)));
            }
            rows.push((note.at, json!({ "post": note.view(&self.me(), counts[i]) })));
        }
        for (talk, said) in self.all_said() {
            if let Some(answer) = &said.answer {
                let guest = self.guest(talk.guest);
                let root_author = if talk.thread.is_some() { self.me() } else { guest.clone() };
                let root = said.root.view(&root_author, [1, 0, 0]);
                let row = self.feed_row(answer, root, said.opening.view(&guest, [1, 0, 0]));
                rows.push((answer.at, row));
            }
        }
        rows.extend(self.passed_on());
        newest_first(rows)
    }

    /// A row of the feed that answers something.
    fn feed_row(&self, note: &Note, root: Value, parent: Value) -> Value {
        json!({
            "post": note.view(&self.me(), [0; 3]),
            "reply": { "root": root, "parent": parent },
        })
    }

    /// A post of somebody else that we passed on, soon after our first thread.
    fn passed_on(&self) -> Option<(DateTime<Utc>, Value)> {
        let at = self.plan.threads.first()?.at;
        let friend = Guest::stranger(999_999);
        let written = at - TimeDelta::hours(1);
        let note = Note::new(&friend.did(), written, 0, ("en", "Market on the square today."));
        let row = json!({
            "post": note.view(&self.guest(friend), [0, 1, 3]),
            "reason": {
                "$type": "app.bsky.feed.defs#reasonRepost",
                "by": self.me(),
                "indexedAt": stamp(at),
            },
        });
        Some((at, row))
    }

    /// Replies, reposts and likes of each thread.
    fn counts(&self) -> Vec<[usize; 3]> {
        let mut counts = vec![[0; 3]; self.plan.threads.len()];
        for thread in self.plan.talks.iter().filter_map(|talk| talk.thread) {
            counts[thread][0] += 1;
        }
        for reaction in &self.plan.reactions {
            match reaction.deed {
                Deed::Repost => counts[reaction.thread][1] += 1,
                Deed::Like => counts[reaction.thread][2] += 1,
                Deed::Quote => {}
            }
        }
        counts
    }

    /// Some conversations as whole threads.
    fn threads(&self) -> Vec<Value> {
        let all = self.all_said();
        let long = all.iter().filter(|(_, said)| said.back.is_some());
        long.take(SAVED_THREADS).map(|(talk, said)| self.thread_view(talk, said)).collect()
    }

    fn thread_view(&self, talk: &Talk, said: &Said) -> Value {
        let (me, guest) = (self.me(), self.guest(talk.guest));
        let node = |note: &Note, author: &Value, replies: Vec<Value>| {
            json!({
                "$type": "app.bsky.feed.defs#threadViewPost",
                "post": note.view(author, [replies.len(), 0, 0]),
                "replies": replies,
            })
        };
        let back = said.back.iter().map(|back| node(back, &guest, Vec::new())).collect();
        let answer = said.answer.as_ref().map(|answer| node(answer, &me, back));
        let opening = node(&said.opening, &guest, answer.into_iter().collect());
        match talk.thread {
            Some(_) => node(&said.root, &me, vec![opening]),
            None => opening,
        }
    }
}

/// The rows, newest first; what happens in one instant stays in the plan's order.
fn newest_first(mut rows: Vec<(DateTime<Utc>, Value)>) -> Vec<Value> {
    rows.sort_by_key(|(at, _)| Reverse(*at));
    rows.into_iter().map(|(_, row)| row).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::samples::Trade;

    fn account() -> SampleAccount {
        SampleAccount {
            handle: "rosso.example".into(),
            name: "Rosso".into(),
            bio: "Coffee. https://rosso.example".into(),
            trade: Trade::Roaster,
            opened_at: "2025-01-01T00:00:00Z".parse().expect("an instant"),
        }
    }

    fn round() -> Round {
        Round::healthy("2026-03-29T12:00:00Z".parse().expect("an instant"))
    }

    /// Every row of the pages of one kind.
    fn rows(dir: &Path, name: &str, key: &str) -> Vec<Value> {
        let mut rows = Vec::new();
        for page in 1.. {
            let Ok(text) = fs::read_to_string(dir.join(format!("{name}-{page}.json"))) else {
                break;
            };
            let value: Value = serde_json::from_str(&text).expect("a page is JSON");
            let last = !dir.join(format!("{name}-{}.json", page + 1)).exists();
            assert_eq!(value.get("cursor").is_none(), last, "{name} {page}");
            rows.extend(value[key].as_array().expect("rows").clone());
        }
        rows
    }

    fn written(rounds: &[Round]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("a folder");
        bluesky(dir.path(), &account(), rounds).expect("it is written");
        dir
    }

    fn texts<'a>(rows: &'a [Value], path: &str) -> Vec<&'a str> {
        rows.iter().filter_map(|row| row.pointer(path)?.as_str()).collect()
    }

    /// Engaged followers, engaged strangers, conversations, answered, answered back, posts.
    fn counted(dir: &Path) -> [usize; 6] {
        let notifications = rows(dir, "listNotifications", "notifications");
        let people = |follows: bool| -> usize {
            let by = notifications
                .iter()
                .filter(|row| row.pointer("/author/viewer/followedBy").is_some() == follows);
            by.filter_map(|row| row["author"]["did"].as_str()).collect::<BTreeSet<_>>().len()
        };
        let talks: Vec<&Value> = notifications
            .iter()
            .filter(|row| row["reason"] == "reply" || row["reason"] == "mention")
            .collect();
        let keys: BTreeSet<(&str, &str)> = talks
            .iter()
            .filter_map(|row| {
                let root = row.pointer("/record/reply/root/uri").unwrap_or(&row["uri"]);
                Some((root.as_str()?, row["author"]["did"].as_str()?))
            })
            .collect();
        let feed = rows(dir, "getAuthorFeed", "feed");
        let us = did("rosso.example");
        let answers = texts(&feed, "/reply/parent/author/did");
        let answers = answers.into_iter().filter(|author| *author != us).count();
        let begun = feed.iter().filter(|row| {
            row.get("reason").is_none() && row.pointer("/post/record/reply").is_none()
        });
        let back = talks.len() - keys.len();
        [people(true), people(false), keys.len(), answers, back, begun.count()]
    }

    #[test]
    fn the_pages_hold_exactly_what_was_asked_for() {
        // (why, round)
        let table = [
            ("healthy", round()),
            ("partly answered", Round { answered: 23, back_and_forth: 7, ..round() }),
            ("many talks of few people", Round { engaged: 2, strangers: 1, ..round() }),
            ("slow answers", Round { answer_minutes: 20_000, ..round() }),
            ("one post", Round { posts: 1, on_topic: 1, ..round() }),
        ];
        for (why, round) in table {
            let dir = written(std::slice::from_ref(&round));
            let followers = rows(dir.path(), "getFollowers", "followers");
            assert_eq!(followers.len() as u32, round.followers, "{why}");
            let Round { engaged, strangers, conversations, answered, .. } = round;
            let asked = [engaged, strangers, conversations, answered];
            let asked = [&asked[..], &[round.back_and_forth, round.posts]].concat();
            let found = counted(dir.path()).map(|count| count as u32);
            assert_eq!(found.as_slice(), asked, "{why}");
        }
    }

    #[test]
    fn rows_are_dated_inside_the_round_and_none_twice() {
        let dir = written(&[round()]);
        let (start, end) = (stamp(round().start()), stamp(round().end()));
        let notifications = rows(dir.path(), "listNotifications", "notifications");
        let feed = rows(dir.path(), "getAuthorFeed", "feed");
        let own: Vec<Value> = feed.into_iter().filter(|row| row.get("reason").is_none()).collect();
        let dates = [texts(&notifications, "/indexedAt"), texts(&own, "/post/indexedAt")];
        for dates in &dates {
            let inside = dates.iter().all(|at| **at > *start && **at <= *end);
            assert!(inside, "{start} to {end}");
        }
        assert_eq!(dates[0].first().copied(), Some(end.as_str()), "the newest is the end");
        for uris in [texts(&notifications, "/uri"), texts(&own, "/post/uri")] {
            let distinct: BTreeSet<&&str> = uris.iter().collect();
            assert_eq!(distinct.len(), uris.len());
        }
    }

    #[test]
    fn the_same_rounds_give_the_same_bytes_and_later_ones_the_same_people() {
        let (one, other) = (written(&[round()]), written(&[round()]));
        for entry in fs::read_dir(one.path()).expect("a folder") {
            let name = entry.expect("an entry").file_name();
            let read = |dir: &tempfile::TempDir| fs::read(dir.path().join(&name)).expect("a file");
            assert!(read(&one) == read(&other), "{}", name.display());
        }
        let ends_at = round().ends_at + TimeDelta::days(28);
        let later = Round { followers_from: 10, followers: 395, ends_at, ..round() };
        let later = written(&[round(), later]);
        let ids = |dir: &tempfile::TempDir| -> BTreeSet<String> {
            let rows = rows(dir.path(), "getFollowers", "followers");
            texts(&rows, "/viewer/followedBy").into_iter().map(str::to_owned).collect()
        };
        let (before, after) = (ids(&one), ids(&later));
        assert_eq!(before.difference(&after).count(), 10, "who left");
        assert_eq!(after.difference(&before).count(), 5, "who came");
    }

    #[test]
    fn what_cannot_be_told_is_refused() {
        let dir = tempfile::tempdir().expect("a folder");
        let kind = |rounds: &[Round]| {
            bluesky(dir.path(), &account(), rounds).expect_err("it is refused").kind()
        };
        assert_eq!(kind(&[]), io::ErrorKind::InvalidInput);
        assert_eq!(kind(&[Round { posts: 0, ..round() }]), io::ErrorKind::InvalidInput);
        fs::write(dir.path().join("getProfile.json"), "{}").expect("a file");
        assert_eq!(kind(&[round()]), io::ErrorKind::AlreadyExists);
    }
}
