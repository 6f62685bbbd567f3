//! Saved answers of YouTube's Data API: the channel, its videos, and who commented on them.
//!
//! ```text
//! youtube#channel, youtube#commentThread ──► whose folder is it, and who began each thread?
//! youtube#commentThread, youtube#comment, youtube#video ──► facts
//! ```
//!
//! Start reading at [`read`]. Each item says what it is, so files may be called anything.
//!
//! # Always true
//!
//! - A comment at the top of a thread begins a conversation of its own, whatever video it is on.
//! - The API does not say to whom in a thread an answer is: it answers who began it.
//! - A count of subscribers is rounded by YouTube, and is none where the channel hides it.
//!
//! # Source
//!
//! YouTube Data API v3: `channels.list`, `videos.list`, `commentThreads.list`, `comments.list`.

use std::{collections::BTreeMap, path::Path};

use serde_json::Value;

use super::{is_channel, is_token, is_video, person_id};
use crate::{
    evidence::{
        facts::{Act, Count, Interaction, Person, PersonId, Post, PostKind},
        numbers::Numbers,
        sources::{
            Export, SourceError,
            draft::{Draft, Fate, rows_of},
            gather::TotalsSeen,
            json::{self, Skip},
            text,
            tree::{self, Glance, Listed, Shape, Want},
        },
    },
    model::{FactKind, Source},
};

/// What an item is, as it says of itself.
const CHANNEL: &str = "youtube#channel";
const VIDEO: &str = "youtube#video";
const THREAD: &str = "youtube#commentThread";
const COMMENT: &str = "youtube#comment";

/// Whether answers of the API are among what was seen.
pub(in super::super) fn fits(glance: &Glance) -> bool {
    let kinds = [CHANNEL, VIDEO, THREAD, COMMENT].map(|kind| format!("\"{kind}ListResponse\""));
    glance.heads().any(|(_, head)| kinds.iter().any(|kind| head.contains(kind)))
}

/// Reads a folder of answers, or one.
pub(in super::super) fn read(source: &Source, path: &Path) -> Result<Export, SourceError> {
    let alone = Shape::at(path)? == Shape::File;
    let mut wants =
        |listed: &Listed| Want::from(alone || listed.name.to_lowercase().ends_with(".json"));
    let (mut channel, mut started) = (None, BTreeMap::new());
    tree::walk(path, &mut wants, &mut |entry| {
        entry.rows(&mut |_, row| match kind_of(&row) {
            CHANNEL if is_of(&row, &source.account) => channel = Some(row),
            THREAD => started.extend(beginning(&row)),
            _ => {}
        })
    })?;
    let mut reading = Reading::new(source, path, channel, started)?;
    tree::walk(path, &mut wants, &mut |entry| {
        let file = rows_of(entry, &mut |place, row| match place.index {
            Some(_) => reading.item(row).map(|()| Fate::Kept),
            None => Ok(Fate::Aside),
        })?;
        reading.draft.files.push(file);
        Ok(())
    })?;
    reading.finish(source, path)
}

fn kind_of(row: &Value) -> &str {
    row.pointer("/kind").and_then(Value::as_str).unwrap_or_default()
}

/// Whether a channel is the account, which is written as its id or as its handle.
fn is_of(channel: &Value, account: &str) -> bool {
    let told = |path: &str| channel.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let bare = |name: &str| name.trim().trim_start_matches('@').to_lowercase();
    told("/id") == account.trim() || bare(told("/snippet/customUrl")) == bare(account)
}

/// The comment at the top of a thread, by its id, and who wrote it.
fn beginning(thread: &Value) -> Option<(String, PersonId)> {
    let top = thread.pointer("/snippet/topLevelComment")?;
    let author = top.pointer("/snippet/authorChannelId/value")?.as_str()?;
    Some((top.pointer("/id")?.as_str()?.to_owned(), person_id(author)))
}

/// A count, which the API writes as a text.
fn count(row: &Value, path: &str) -> Option<u64> {
    row.pointer(path).filter(|value| value.is_string()).and_then(json::number)
}

fn video_address(id: &str) -> String {
    format!("https://www.youtube.com/watch?v={id}")
}

/// The address of a comment, as Takeout's comments have it.
fn comment_address(id: &str) -> Result<String, Skip> {
    let plain = !id.is_empty() && id.len() <= 128 && id.split('.').all(is_token);
    plain
        .then(|| format!("youtube:comment:{id}"))
        .ok_or_else(|| Skip::because("a text that is no id of a comment"))
}

/// The state of one reading.
struct Reading {
    own: PersonId,
    channel: String,
    draft: Draft,
    /// Who began each thread, by the id of the comment at its top.
    began: BTreeMap<String, PersonId>,
    /// How many replies the threads state, and how many were found.
    replies: (u64, u64),
}

impl Reading {
    fn new(
        source: &Source,
        path: &Path,
        row: Option<Value>,
        began: BTreeMap<String, PersonId>,
    ) -> Result<Self, SourceError> {
        let told = row.as_ref().and_then(|row| row.pointer("/id")?.as_str());
        let channel = told.unwrap_or(source.account.trim()).to_owned();
        if !is_channel(&channel) {
            let (path, account) = (path.display().to_string(), source.account.clone());
            return Err(SourceError::UnknownAccount { path, account });
        }
        let own = person_id(&channel);
        let mut reading = Self { draft: Draft::of(&own), own, channel, began, replies: (0, 0) };
        reading.draft.profile.handle = source.account.trim().to_owned();
        row.iter().for_each(|row| reading.profile(row));
        Ok(reading)
    }

    fn carry(&mut self, kinds: &[FactKind]) {
        self.draft.gather.carried.extend(kinds);
    }

    fn profile(&mut self, row: &Value) {
        let told = |path: &str| row.pointer(path).and_then(Value::as_str).unwrap_or_default();
        let profile = &mut self.draft.profile;
        if !told("/snippet/customUrl").is_empty() {
            profile.handle = text::clean_name(told("/snippet/customUrl"));
        }
        let hidden = row.pointer("/statistics/hiddenSubscriberCount").and_then(Value::as_bool);
        profile.followers =
            count(row, "/statistics/subscriberCount").filter(|_| hidden != Some(true));
        profile.posts = count(row, "/statistics/videoCount");
        let has_followers = profile.followers.is_some();
        if row.pointer("/snippet").is_some() {
            let (name, bio) = (told("/snippet/title"), told("/snippet/description"));
            profile.fields = BTreeMap::from([
                ("name".to_owned(), !name.trim().is_empty()),
                ("bio".to_owned(), !bio.trim().is_empty()),
                ("picture".to_owned(), row.pointer("/snippet/thumbnails/default/url").is_some()),
            ]);
            profile.says = text::profile_says(name, bio, [], []);
            self.carry(&[FactKind::Profile]);
        }
        if has_followers {
            self.carry(&[FactKind::FollowerCount]);
            self.draft.note("YouTube rounds the number of subscribers to three digits");
        }
    }

    fn item(&mut self, row: &Value) -> Result<(), Skip> {
        match kind_of(row) {
            CHANNEL if row.pointer("/id").and_then(Value::as_str) == Some(&self.channel) => Ok(()),
            CHANNEL => Err(Skip::because("another channel")),
            VIDEO => self.video(row),
            THREAD => self.thread(row),
            COMMENT => self.reply(row),
            _ => Err(Skip::because("an item of no known kind")),
        }
    }

    fn video(&mut self, row: &Value) -> Result<(), Skip> {
        let id = json::text(row, "/id")?;
        if !is_video(id) {
            return Err(Skip::because("a text that is no id of a video"));
        }
        if json::text(row, "/snippet/channelId")? != self.channel {
            return Err(Skip::because("a video of another channel"));
        }
        let at = json::instant(row, "/snippet/publishedAt")?;
        let title = json::text(row, "/snippet/title")?;
        self.carry(&[FactKind::OwnPosts]);
        let post = Post::new(video_address(id), self.own.clone(), at);
        self.draft.gather.post(text::ours(post, title));
        let stated = [
            (Count::Views, "/statistics/viewCount"),
            (Count::Likes, "/statistics/likeCount"),
            (Count::Replies, "/statistics/commentCount"),
        ];
        let stated =
            stated.into_iter().filter_map(|(what, path)| Some((what, Some(count(row, path)?))));
        let counts: Numbers = stated.collect();
        if !counts.is_empty() {
            self.carry(&[FactKind::PostTotals]);
            let seen = TotalsSeen { account: self.own.clone(), at, counts };
            self.draft.gather.post_totals(video_address(id), seen);
        }
        Ok(())
    }

    /// A comment at the top, with those of the replies that the API hands over with it.
    fn thread(&mut self, row: &Value) -> Result<(), Skip> {
        if json::maybe_text(row, "/snippet/channelId")?.is_some_and(|id| id != self.channel) {
            return Err(Skip::because("a thread on another channel"));
        }
        let top = row.pointer("/snippet/topLevelComment");
        let top = top.ok_or_else(|| Skip::because("a thread without its comment"))?;
        self.comment(top, None)?;
        self.replies.0 +=
            row.pointer("/snippet/totalReplyCount").and_then(Value::as_u64).unwrap_or(0);
        let replies = row.pointer("/replies/comments").and_then(Value::as_array);
        for reply in replies.into_iter().flatten() {
            // A reply that cannot be told costs itself alone.
            if self.reply(reply).is_err() {
                self.draft.note("replies that name nobody, or have no time, were left out");
            }
        }
        Ok(())
    }

    fn reply(&mut self, row: &Value) -> Result<(), Skip> {
        let parent = json::text(row, "/snippet/parentId")?.to_owned();
        self.comment(row, Some(&parent))
    }

    /// A comment; `parent` is the one at the top of its thread.
    fn comment(&mut self, row: &Value, parent: Option<&str>) -> Result<(), Skip> {
        let id = json::text(row, "/id")?;
        let address = comment_address(id)?;
        let author = json::maybe_text(row, "/snippet/authorChannelId/value")?;
        let author = author.filter(|author| is_channel(author));
        let author = author.ok_or_else(|| Skip::because("a comment of nobody who can be told"))?;
        let at = json::instant(row, "/snippet/publishedAt")?;
        let words = json::maybe_text(row, "/snippet/textOriginal")?;
        let words = words.map_or_else(|| json::text(row, "/snippet/textDisplay"), Ok)?;
        let person = person_id(author);
        let ours = person == self.own;
        let parent_author = match parent {
            Some(parent) => self.began.get(parent).cloned(),
            None => Some(self.own.clone()).filter(|_| !ours),
        };
        let parent = parent.map(comment_address).transpose()?;
        if parent.is_some() && self.draft.gather.first_of(&address) {
            self.replies.1 += 1;
        }
        self.carry(&[FactKind::Inbound, FactKind::Conversations, FactKind::Answers]);
        if !ours {
            let name = text::clean_name(json::text(row, "/snippet/authorDisplayName")?);
            self.draft.gather.person(Person::new(person.clone(), name));
            let (actor, object, account) = (person.clone(), address.clone(), self.own.clone());
            self.draft.gather.interaction(Interaction {
                actor,
                act: Act::Reply,
                object,
                account,
                at,
            });
        }
        let kind = match &parent_author {
            _ if ours && parent.is_none() => PostKind::Original,
            Some(parent) if *parent == person => PostKind::SelfThread,
            Some(_) | None => PostKind::Reply,
        };
        let root = parent.clone().unwrap_or_else(|| address.clone()).into();
        let parent = parent.map(Into::into);
        let post = text::ours(Post::new(address, person, at), words);
        self.draft.gather.post(Post { kind, root, parent, parent_author, ..post });
        Ok(())
    }

    fn finish(mut self, source: &Source, path: &Path) -> Result<Export, SourceError> {
        let (stated, found) = self.replies;
        if stated > 0 {
            let note = "save comments.list of those threads too: a thread comes with five replies";
            self.draft.compare("replies", stated, found, note);
        }
        let own = self.own.clone();
        self.draft.finish(source, &own, path)
    }
}
