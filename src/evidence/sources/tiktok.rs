//! The data that TikTok lets an account download as JSON, in both generations of its names.
//!
//! Start reading at [`read`]; the lists stand in [`List`].
//!
//! # Always true
//!
//! - Names are compared without capitals: the two generations differ in them, and so do their keys.
//! - Followers are complete only if they are as many as the profile states.
//! - Messages are private: their words are not kept, not even ours.

use std::{collections::BTreeMap, path::Path};

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{
    Export, SourceError,
    draft::{Draft, Fate, rows_of},
    gather::{FollowSeen, TotalsSeen, lists_all},
    json::{self, Skip},
    text,
    thread::{By, Message, Threads, Us},
    times,
    tree::{self, Glance, Listed, RowPlace, Shape, Want},
};
use crate::{
    evidence::{
        facts::{Count, Person, PersonId, Post, PostKind, Visibility},
        numbers::Numbers,
    },
    model::{FactKind, Platform, Source},
};

/// How the file writes a time, which is UTC.
const TIMES: [&str; 2] = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S UTC"];

/// The lists that are read, by the end of their way down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum List {
    Followers,
    Following,
    Comments,
    Videos,
    Chat,
}

impl List {
    fn of(path: &str) -> Option<List> {
        let ends = |end: &str| path.ends_with(end);
        if ends("/fanslist") {
            Some(List::Followers)
        } else if ends("/following list/following") || ends("/following/following") {
            Some(List::Following)
        } else if ends("/commentslist") {
            Some(List::Comments)
        } else if ends("/videolist") {
            Some(List::Videos)
        } else if path.contains("/chathistory/chat history with ") {
            Some(List::Chat)
        } else {
            None
        }
    }
}

/// Whether a file of TikTok's is among what was seen.
pub(super) fn fits(glance: &Glance) -> bool {
    glance.heads().any(|(name, head)| {
        let head = head.to_lowercase();
        let file = name.rsplit('/').next().unwrap_or(name);
        let lists = ["\"fanslist\"", "\"videolist\"", "\"commentslist\"", "\"profilemap\""];
        let named = file.starts_with("user_data") && head.contains("activity\"");
        head.trim_start().starts_with('{')
            && (named || lists.iter().any(|list| head.contains(list)))
    })
}

/// Reads `user_data_tiktok.json`, alone, in a folder or in a .zip.
pub(super) fn read(source: &Source, path: &Path) -> Result<Export, SourceError> {
    let mut reading = Reading::new(&source.account);
    let alone = Shape::at(path)? == Shape::File;
    let mut wants = |listed: &Listed| Want::from(alone || listed.name.ends_with(".json"));
    tree::walk(path, &mut wants, &mut |entry| {
        let file = rows_of(entry, &mut |place, row| reading.row(place, row))?;
        reading.draft.files.push(file);
        Ok(())
    })?;
    reading.finish(source, path)
}

struct Reading {
    us: Us,
    draft: Draft,
    threads: Threads,
    /// The profile as it states itself, by its keys without capitals.
    profile: BTreeMap<String, String>,
    bad_followers: u64,
}

impl Reading {
    fn new(account: &str) -> Self {
        let name = account.trim().trim_start_matches('@').to_lowercase();
        let platform = Platform::Tiktok;
        let id = PersonId::new(platform, &name);
        let mut draft = Draft::of(&id);
        draft.profile.handle = format!("@{}", text::clean_name(&name));
        let us = Us { id, platform, visibility: Visibility::Direct };
        let (threads, profile) = (Threads::default(), BTreeMap::new());
        Self { us, draft, threads, profile, bad_followers: 0 }
    }

    fn row(&mut self, place: RowPlace<'_>, row: &Value) -> Result<Fate, Skip> {
        let path = place.path.to_lowercase();
        if let (None, Some((_, key))) = (place.index, path.split_once("/profilemap/")) {
            let value = row.as_str().map(str::to_owned).or_else(|| Some(row.as_u64()?.to_string()));
            self.profile.extend(value.map(|value| (key.to_owned(), value)));
        }
        let (Some(list), Some(_)) = (List::of(&path), place.index) else { return Ok(Fate::Aside) };
        match list {
            List::Followers => {
                let kept = self.follow(row, true);
                self.bad_followers += u64::from(kept.is_err());
                kept?;
            }
            List::Following => self.follow(row, false)?,
            List::Comments => self.comment(row)?,
            List::Videos => self.video(row)?,
            List::Chat => self.chat(&path, row)?,
        }
        Ok(Fate::Kept)
    }

    fn carry(&mut self, kinds: &[FactKind]) {
        self.draft.gather.carried.extend(kinds.iter().copied());
    }

    fn follow(&mut self, row: &Value, inbound: bool) -> Result<(), Skip> {
        let name = user_name(field(row, "UserName")?)?;
        let seen = FollowSeen { since: Some(at(row)?), ..Default::default() };
        let (them, us) = (self.us.person(name), self.us.id.clone());
        let handle = format!("@{}", text::clean_name(name));
        self.draft.gather.person(Person::new(them.clone(), handle));
        if inbound {
            self.carry(&[FactKind::Followers]);
            self.draft.gather.follow(them, us, seen);
        } else {
            self.draft.gather.follow(us, them, seen);
        }
        Ok(())
    }

    fn comment(&mut self, row: &Value) -> Result<(), Skip> {
        let (at, words) = (at(row)?, field(row, "comment")?);
        let id = format!("{}:comment:{}", self.us.id, at.timestamp());
        let post = self.us.post(id, at, Some(words));
        self.draft.gather.post(Post { kind: PostKind::Reply, ..post });
        Ok(())
    }

    fn video(&mut self, row: &Value) -> Result<(), Skip> {
        let (at, link) = (at(row)?, field(row, "Link")?);
        let id = text::clean_name(link);
        self.carry(&[FactKind::OwnPosts]);
        let title = field(row, "Title").ok();
        let post = self.us.post(id.clone(), at, title);
        self.draft.gather.post(post);
        if let Some(likes) = find(row, "Likes").and_then(json::number) {
            self.carry(&[FactKind::PostTotals]);
            let counts = Numbers::from([(Count::Likes, Some(likes))]);
            let seen = TotalsSeen { account: self.us.id.clone(), at, counts };
            self.draft.gather.post_totals(id, seen);
        }
        Ok(())
    }

    fn chat(&mut self, path: &str, row: &Value) -> Result<(), Skip> {
        let (at, from) = (at(row)?, user_name(field(row, "From")?)?);
        let by = self.us.person(from);
        let by = if by == self.us.id { By::Us } else { By::Client(from.to_owned()) };
        let thread = path.rsplit('/').next().unwrap_or(path).to_owned();
        let id = format!("tiktok:{}/{}/{from}", text::clean_name(&thread), at.timestamp());
        let mut message = Message::new(id, at, by, field(row, "Content").ok());
        message.words = None;
        self.carry(&[FactKind::Conversations, FactKind::Answers]);
        self.threads.add(thread, message)
    }

    fn finish(mut self, source: &Source, path: &Path) -> Result<Export, SourceError> {
        let stated = self.profile.get("username");
        if let Some(found) = stated.filter(|found| self.us.person(found) != self.us.id) {
            return Err(SourceError::OtherAccount {
                file: path.display().to_string(),
                found: format!("@{}", text::clean_name(found)),
                wanted: source.account.clone(),
            });
        }
        std::mem::take(&mut self.threads).keep(&self.us, &mut self.draft.gather)?;
        self.profile()?;
        self.draft.finish(source, &self.us.id, path)
    }

    /// What the profile states, and whether the followers are as many as it says.
    fn profile(&mut self) -> Result<(), SourceError> {
        let filled = |key: &str| self.profile.get(key).map(|value| !value.trim().is_empty());
        let fields = [("bio", "biodescription"), ("picture", "profilephoto")];
        let fields = fields.into_iter().filter_map(|(name, key)| Some((name, filled(key)?)));
        let fields: BTreeMap<String, bool> =
            fields.map(|(name, filled)| (name.to_owned(), filled)).collect();
        self.draft.profile.fields = fields;
        let listed = self.draft.gather.listed()?;
        let stated = self.profile.get("followercount").and_then(|count| count.parse::<u64>().ok());
        let stated = stated.filter(|count| i64::try_from(*count).is_ok());
        self.draft.profile.followers = stated;
        if let Some(stated) = stated {
            self.carry(&[FactKind::FollowerCount]);
            if listed > 0 {
                self.draft.compare("followers", stated, listed, "the list may be a part");
            }
        }
        if listed > 0 {
            let enough = stated.is_some_and(|stated| lists_all(listed, stated));
            self.draft.followers_complete = enough && self.bad_followers == 0;
            if !self.draft.followers_complete {
                self.draft.note("the list of followers may be a part, so nobody is marked as gone");
            }
        }
        Ok(())
    }
}

/// The value of a key, whatever its capitals.
fn find<'v>(row: &'v Value, key: &str) -> Option<&'v Value> {
    let row = row.as_object()?;
    row.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value)
}

fn field<'v>(row: &'v Value, key: &str) -> Result<&'v str, Skip> {
    let text = find(row, key).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    text.ok_or_else(|| Skip::because(format!("`{key}` is missing")))
}

fn user_name(text: &str) -> Result<&str, Skip> {
    let good = text.len() <= 256 && !text.contains(|c: char| c.is_control());
    if good { Ok(text.trim()) } else { Err(Skip::because("a name that is none")) }
}

fn at(row: &Value) -> Result<DateTime<Utc>, Skip> {
    let at = times::one_of(field(row, "Date")?, &TIMES);
    at.ok_or_else(|| Skip::because("`Date` is not a plausible time"))
}
