//! The export that Instagram makes of an account, as JSON.
//!
//! ```text
//! personal_information.json ──► is it ours?
//! followers_N.json, following.json, requests, comments ──► people and times
//! past_instagram_insights/ ──► what the platform counted, once the newest time is known
//! ```
//!
//! Start reading at [`read`]; the numbers are in `insights.rs`.
//!
//! # Always true
//!
//! - A row names somebody by `value`, by `title` or by the link, whichever generation wrote it.
//! - Followers are complete only if the insights state as many.
//!
//! # Source
//!
//! The fields pooled from donated exports by what-if-horizon/what-if-data-donation.

use std::path::Path;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{insights::Insights, second, seconds, stem};
use crate::{
    evidence::{
        facts::{Person, PersonId, Post, PostKind, Request, RequestState},
        sources::{
            Export, SourceError,
            draft::{Draft, Fate, rows_of},
            gather::{COMPLETE_FROM, FollowSeen},
            json::{self, Skip},
            mojibake, text,
            tree::{self, Glance, Listed, Want},
        },
    },
    model::{Digest, FactKind, Platform, Source},
};

/// The most that a list of followers may have more than the insights state, since these are older.
const COMPLETE_TO: f64 = 1.05;

/// The files that are read, by what they hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    Profile,
    Followers,
    Following,
    /// Who asked to follow us.
    Asked,
    /// Whom we asked.
    AskedByUs,
    /// Whom we no longer follow.
    Unfollowed,
    Comments,
    /// What we liked.
    Likes,
    Messages,
    Insights,
}

impl Content {
    /// What an entry holds, by its name; the folders have changed often.
    fn of(listed: &Listed) -> Option<Content> {
        let name = listed.name.to_lowercase();
        if name.contains("past_instagram_insights/") {
            return Some(Content::Insights).filter(|_| name.ends_with(".json"));
        }
        Some(match stem(&name) {
            "personal_information" => Content::Profile,
            "followers" => Content::Followers,
            "following" => Content::Following,
            "pending_follow_requests" | "recent_follow_requests" => Content::AskedByUs,
            "recently_unfollowed_profiles" | "recently_unfollowed_accounts" => Content::Unfollowed,
            "post_comments" | "reels_comments" => Content::Comments,
            "liked_posts" | "liked_comments" => Content::Likes,
            "message" if name.contains("messages/") => Content::Messages,
            // The rest of the name has an apostrophe, which archives write in several ways.
            asked if asked.starts_with("follow_requests_you") => Content::Asked,
            _ => return None,
        })
    }
}

/// Whether lists of Instagram are among what was seen.
pub(in super::super) fn fits(glance: &Glance) -> bool {
    let followers =
        |head: String| head.contains("string_list_data") || head.contains("string_map_data");
    let named = |name: &str| Content::of(&Listed { name: name.to_owned(), bytes: 0 }).is_some();
    glance.heads().any(|(name, head)| named(name) && followers(head))
}

/// Reads an export: a .zip, or the folder it was unpacked to.
pub(in super::super) fn read(source: &Source, path: &Path) -> Result<Export, SourceError> {
    let mut reading = Reading::new(source);
    let mut lists = |listed: &Listed| {
        Want::from(!matches!(Content::of(listed), None | Some(Content::Insights)))
    };
    tree::walk(path, &mut lists, &mut |entry| {
        let listed = Listed { name: entry.name.clone(), bytes: 0 };
        let Some(content) = Content::of(&listed) else { return Ok(()) };
        let file = rows_of(entry, &mut |_, row| {
            reading.row(content, &mojibake::mended_value(row)).map(|()| Fate::Kept)
        })?;
        if let (Some(found), false) = (&reading.named, reading.is_ours) {
            let (found, wanted) = (found.clone(), source.account.clone());
            return Err(SourceError::OtherAccount { file: entry.place.clone(), found, wanted });
        }
        reading.carries(content, file.kept);
        reading.draft.files.push(file);
        Ok(())
    })?;
    // A period without a year can be placed only when everything else has been read.
    let mut insights = Insights::new(reading.own.clone(), reading.newest);
    let mut wants = |listed: &Listed| Want::from(Content::of(listed) == Some(Content::Insights));
    tree::walk(path, &mut wants, &mut |entry| {
        let draft = &mut reading.draft;
        let file = rows_of(entry, &mut |place, row| {
            insights.row(place.path, &mojibake::mended_value(row), draft).map(|()| Fate::Kept)
        })?;
        draft.files.push(file);
        Ok(())
    })?;
    reading.finish(&insights, source, path)
}

/// The state of one reading.
struct Reading {
    own: PersonId,
    name: String,
    draft: Draft,
    followers: u64,
    skipped_followers: bool,
    has_followers: bool,
    /// The name in the profile, if it has one that can be told.
    named: Option<String>,
    is_ours: bool,
    newest: Option<DateTime<Utc>>,
}

impl Reading {
    fn new(source: &Source) -> Self {
        let name = source.account.trim().trim_start_matches('@').to_lowercase();
        let own = PersonId::new(Platform::Instagram, &name);
        let mut draft = Draft::of(&own);
        draft.profile.handle = format!("@{name}");
        Self {
            own,
            name,
            draft,
            followers: 0,
            skipped_followers: false,
            has_followers: false,
            named: None,
            is_ours: false,
            newest: None,
        }
    }

    /// Notes what a file of this kind tells.
    fn carries(&mut self, content: Content, kept: u64) {
        match content {
            Content::Followers => {
                self.has_followers = true;
                self.followers += kept;
                self.draft.gather.carried.insert(FactKind::Followers);
            }
            Content::Asked => {
                self.draft.gather.carried.insert(FactKind::Requests);
            }
            Content::Profile
            | Content::Following
            | Content::AskedByUs
            | Content::Unfollowed
            | Content::Comments
            | Content::Likes
            | Content::Messages
            | Content::Insights => {}
        }
    }

    fn row(&mut self, content: Content, row: &Value) -> Result<(), Skip> {
        match content {
            Content::Profile => self.profile(row),
            Content::Followers => self.follower(row),
            Content::Following => {
                let (id, since) = self.person(row)?;
                let seen = FollowSeen { since, ..Default::default() };
                self.draft.gather.follow(self.own.clone(), id, seen);
                Ok(())
            }
            Content::Asked => {
                let (person, at) = self.person(row)?;
                let (account, state) = (self.own.clone(), RequestState::Pending);
                self.draft.gather.request(Request { person, account, at, state });
                Ok(())
            }
            Content::AskedByUs => Err(Skip::because("a request of ours")),
            Content::Unfollowed => Err(Skip::because("whom we no longer follow")),
            Content::Comments => self.comment(row),
            Content::Likes => Err(Skip::because("a like of ours, which is no fact")),
            Content::Messages => Err(Skip::because("a direct message or what belongs to it")),
            Content::Insights => Ok(()),
        }
    }

    /// Compares whose export it is; the labels are in the account's language.
    fn profile(&mut self, row: &Value) -> Result<(), Skip> {
        let map = row.pointer("/string_map_data").and_then(Value::as_object);
        let map = map.ok_or_else(|| Skip::because("`string_map_data` is missing"))?;
        let values = || map.values().filter_map(|field| field.pointer("/value")?.as_str());
        let ours = values().any(|value| value.eq_ignore_ascii_case(&self.name));
        self.is_ours |= ours;
        let named = row.pointer("/string_map_data/Username/value").and_then(Value::as_str);
        self.named = self.named.take().or(named.map(text::clean_name));
        if !ours && named.is_none() {
            self.draft.note("nothing in the export tells whose it is in a known language");
        }
        Ok(())
    }

    fn follower(&mut self, row: &Value) -> Result<(), Skip> {
        let read = self.person(row);
        self.skipped_followers |= read.is_err();
        let (id, since) = read?;
        let seen = FollowSeen { since, ..Default::default() };
        self.draft.gather.follow(id, self.own.clone(), seen);
        Ok(())
    }

    /// Who a row is about, and since when.
    fn person(&mut self, row: &Value) -> Result<(PersonId, Option<DateTime<Utc>>), Skip> {
        let filled = |path| Ok(json::maybe_text(row, path)?.filter(|text| !text.is_empty()));
        let href = filled("/string_list_data/0/href")?;
        let in_link = href.and_then(|href| href.trim_end_matches('/').rsplit('/').next());
        let name = filled("/string_list_data/0/value")?.or(filled("/title")?).or(in_link);
        let name = name.ok_or_else(|| Skip::because("a row names nobody"))?.to_lowercase();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'_';
        if name.len() > 64 || !name.bytes().all(plain) {
            return Err(Skip::because("a name that Instagram does not give"));
        }
        let id = PersonId::new(Platform::Instagram, &name);
        let since = seconds(row, "/string_list_data/0/timestamp");
        self.newest = self.newest.max(since);
        self.draft.gather.person(Person::new(id.clone(), format!("@{name}")));
        Ok((id, since))
    }

    /// A comment of ours: to whom it was is known, under what is not.
    fn comment(&mut self, row: &Value) -> Result<(), Skip> {
        let words = json::text(row, "/string_map_data/Comment/value")?;
        let owner = json::maybe_text(row, "/string_map_data/Media Owner/value")?;
        let at = second(row, "/string_map_data/Time/timestamp")?;
        self.newest = self.newest.max(Some(at));
        let mut parent_author = None;
        if let Some(owner) = owner.filter(|owner| !owner.is_empty()) {
            let named = serde_json::json!({ "title": owner });
            parent_author = Some(self.person(&named)?.0);
        }
        let ours = parent_author.as_ref() == Some(&self.own);
        let told = format!("{at} {} {words}", owner.unwrap_or_default());
        let id = format!("{}#comment-{}", self.own, Digest::of(told.as_bytes()));
        self.draft.gather.post(Post {
            kind: if ours { PostKind::SelfThread } else { PostKind::Reply },
            parent_author,
            ..text::ours(Post::new(id, self.own.clone(), at), words)
        });
        Ok(())
    }

    fn finish(
        mut self,
        insights: &Insights,
        source: &Source,
        path: &Path,
    ) -> Result<Export, SourceError> {
        self.draft.profile.followers = insights.followers();
        if insights.followers().is_some() {
            self.draft.gather.carried.insert(FactKind::FollowerCount);
        }
        insights.notes().into_iter().for_each(|note| self.draft.note(note));
        if self.has_followers {
            if let Some(stated) = insights.followers() {
                let note = "the list may cover a part of the time, or the insights are older";
                self.draft.compare("followers", stated, self.followers, note);
            }
            let whole = insights.followers().is_some_and(|stated| {
                let (stated, found) = (stated as f64, self.followers as f64);
                (stated * COMPLETE_FROM..=stated * COMPLETE_TO).contains(&found)
            });
            self.draft.followers_complete = whole && !self.skipped_followers;
            if !self.draft.followers_complete {
                self.draft.note(
                    "the list of followers may cover a part of the time, so nobody is marked as \
                     gone: ask Instagram for `All time` and with the insights",
                );
            }
        }
        let own = self.own.clone();
        self.draft.finish(source, &own, path)
    }
}
