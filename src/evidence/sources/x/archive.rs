//! The archive that X makes of an account: `data/*.js`.
//!
//! ```text
//! manifest.js, account.js, profile.js ──► whose it is, and how many rows each file should have
//! tweets.js, follower.js, … ──► window.YTD.x.part0 = [ rows ] ──► facts
//! ```
//!
//! Start reading at [`read`].
//!
//! # Always true
//!
//! - The manifest's count of every file that is read is compared with what was found.
//! - Followers are complete only if the manifest says so and its count is met.
//! - Of direct messages and deleted posts nothing is kept; they are counted.
//!
//! # Source
//!
//! `data/README.txt` in the archives.

use std::{collections::BTreeMap, path::Path};

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{address, handle, id, is, person_id, words};
use crate::{
    evidence::{
        facts::{Count, Person, PersonId, Post, PostKind, Visibility},
        language::Language,
        sources::{
            Export, SourceError,
            draft::{Draft, Fate, rows_of},
            gather::{FollowSeen, Gather, TotalsSeen},
            json::{self, Skip},
            text, times,
            tree::{self, Entry, Glance, Listed, Want},
        },
    },
    model::{FactKind, Source},
};

/// How X writes a time.
const TIME: [&str; 1] = ["%a %b %d %H:%M:%S %z %Y"];

/// Whether it has files in the archive's own form.
pub(in super::super) fn fits(glance: &Glance) -> bool {
    glance.heads().any(|(_, head)| {
        let head = head.trim_start();
        head.starts_with("window.YTD.") || head.starts_with("window.__THAR_CONFIG")
    })
}

/// Reads an archive: a .zip, or the folder it was unpacked to.
pub(in super::super) fn read(source: &Source, path: &Path) -> Result<Export, SourceError> {
    let mut own = Own::default();
    let first = ["manifest", "account", "profile"];
    tree::walk(path, &mut |listed| Want::from(first.contains(&stem(listed))), &mut |entry| {
        own.entry(entry)
    })?;
    own.check(source, path)?;
    let mut draft = own.draft();
    let mut lists: BTreeMap<List, u64> = BTreeMap::new();
    tree::walk(path, &mut |listed| Want::from(List::of(stem(listed)).is_some()), &mut |entry| {
        let Some(list) = List::of(stem_of(&entry.name)) else { return Ok(()) };
        let file = list.read(entry, &own, &mut draft.gather)?;
        *lists.entry(list).or_default() += file.kept;
        own.compare(&file.name, file.rows_read, &mut draft);
        draft.files.push(file);
        Ok(())
    })?;
    let whole = own.is_whole(&draft);
    if let Some(followers) = lists.get(&List::Followers).filter(|_| whole) {
        draft.profile.followers = Some(*followers);
        draft.gather.carried.insert(FactKind::FollowerCount);
        draft.followers_complete = true;
    } else if lists.contains_key(&List::Followers) {
        draft.note("the list of followers may be a part, so nobody is marked as gone");
    }
    draft.profile.follows = lists.get(&List::Following).filter(|_| whole).copied();
    let id = person_id(&own.id);
    draft.finish(source, &id, path)
}

/// The name of a file without its folder, ending and number: `tweets` for `data/tweets-part2.js`.
fn stem(listed: &Listed) -> &str {
    stem_of(&listed.name)
}

fn stem_of(name: &str) -> &str {
    let file = name.rsplit('/').next().unwrap_or(name);
    let Some(stem) = file.strip_suffix(".js") else { return "" };
    let digits = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    digits.strip_suffix("-part").filter(|_| digits.len() < stem.len()).unwrap_or(stem)
}

/// Whose archive it is, and what it says about itself.
#[derive(Default)]
struct Own {
    id: String,
    name: String,
    display: String,
    bio: Option<String>,
    website: Option<String>,
    picture: Option<String>,
    has_profile: bool,
    made_at: Option<DateTime<Utc>>,
    partial: Option<bool>,
    /// The count of each file by its name, as the manifest states it.
    stated: BTreeMap<String, u64>,
}

impl Own {
    /// Takes what one of the first files says.
    fn entry(&mut self, entry: &mut Entry<'_>) -> Result<(), SourceError> {
        let stem = stem_of(&entry.name).to_owned();
        entry.assigned()?;
        entry.rows(&mut |place, row| match stem.as_str() {
            "manifest" => self.manifest(place.path, &row),
            "account" => self.account(&row),
            _ => self.profile(&row),
        })
    }

    fn manifest(&mut self, path: &str, row: &Value) {
        let text = |row: &Value| row.as_str().map(str::to_owned);
        match path {
            "/userInfo/accountId" => self.id = text(row).unwrap_or_default(),
            "/userInfo/userName" => self.name = text(row).unwrap_or_default(),
            "/userInfo/displayName" => self.display = text(row).unwrap_or_default(),
            "/archiveInfo/generationDate" => {
                self.made_at = row.as_str().and_then(times::instant);
            }
            "/archiveInfo/isPartialArchive" => self.partial = row.as_bool(),
            _ => {
                let count = row.pointer("/count").and_then(json::number);
                let name = row.pointer("/fileName").and_then(Value::as_str);
                if let (Some(count), Some(name)) = (count, name) {
                    let file = name.rsplit('/').next().unwrap_or(name);
                    self.stated.insert(file.to_owned(), count);
                }
            }
        }
    }

    fn account(&mut self, row: &Value) {
        let text = |path: &str| row.pointer(path).and_then(Value::as_str).map(str::to_owned);
        self.id = text("/account/accountId").unwrap_or_else(|| std::mem::take(&mut self.id));
        self.name = text("/account/username").unwrap_or_else(|| std::mem::take(&mut self.name));
        if let Some(display) = text("/account/accountDisplayName") {
            self.display = display;
        }
    }

    fn profile(&mut self, row: &Value) {
        let text = |path: &str| row.pointer(path).and_then(Value::as_str).map(str::to_owned);
        self.has_profile = true;
        self.bio = text("/profile/description/bio");
        self.website = text("/profile/description/website");
        self.picture = text("/profile/avatarMediaUrl");
    }

    fn check(&self, source: &Source, path: &Path) -> Result<(), SourceError> {
        let place = path.display().to_string();
        let account = source.account.clone();
        if id(&self.id).is_err() {
            return Err(SourceError::UnknownAccount { path: place, account });
        }
        if is(&account, &self.name, &self.id) {
            return Ok(());
        }
        Err(SourceError::OtherAccount { file: place, found: handle(&self.name), wanted: account })
    }

    /// A draft with the profile, and nothing read yet.
    fn draft(&self) -> Draft {
        let mut draft = Draft::of(&person_id(&self.id));
        draft.gather.made_at = self.made_at;
        draft.profile.handle = handle(&self.name);
        if self.has_profile {
            let filled =
                |text: &Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
            let linked = self.bio.as_deref().is_some_and(text::has_link);
            draft.profile.fields = BTreeMap::from([
                ("name".to_owned(), !self.display.trim().is_empty()),
                ("bio".to_owned(), filled(&self.bio)),
                ("picture".to_owned(), filled(&self.picture)),
                ("link".to_owned(), filled(&self.website) || linked),
            ]);
            let website = self.website.as_deref().unwrap_or_default();
            let bio = self.bio.as_deref().unwrap_or_default();
            draft.profile.says = text::profile_says(&self.display, bio, [website], []);
            draft.gather.carried.insert(FactKind::Profile);
        }
        draft
    }

    fn compare(&self, name: &str, found: u64, draft: &mut Draft) {
        let file = name.rsplit('/').next().unwrap_or(name);
        if let Some(stated) = self.stated.get(file) {
            let note = "the file is not as X made it: it was cut off or edited";
            draft.compare(format!("rows of {file}"), *stated, found, note);
        }
    }

    /// Whether nothing that the manifest names was cut off, and it calls the archive whole.
    fn is_whole(&self, draft: &Draft) -> bool {
        let followers = |name: &&String| stem_of(name) == "follower";
        let read = |file: &&String| {
            let named = draft.files.iter().find(|read| read.name.ends_with(file.as_str()));
            named.is_some_and(|read| read.kept == read.rows_read)
        };
        self.partial == Some(false)
            && draft.compared.iter().all(|row| row.stated == row.found)
            && self.stated.keys().filter(followers).all(|file| read(&file))
            && self.stated.keys().any(|name| followers(&name))
    }
}

/// The lists that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum List {
    Tweets,
    DeletedTweets,
    Followers,
    Following,
    Likes,
    Messages,
    /// Whom the account blocks, and whom it mutes.
    Blocked,
    Muted,
    /// Lists of accounts, made by it, followed by it or with it on them.
    Lists,
    /// Advertisements it was shown or reacted to.
    Ads,
    /// Ids and times of posts, without the posts.
    Headers,
}

impl List {
    fn of(stem: &str) -> Option<List> {
        match stem {
            "tweet" | "tweets" | "community-tweet" => Some(List::Tweets),
            "deleted-tweet" | "deleted-tweets" => Some(List::DeletedTweets),
            "follower" => Some(List::Followers),
            "following" => Some(List::Following),
            "like" => Some(List::Likes),
            "direct-message" | "direct-messages" => Some(List::Messages),
            "block" => Some(List::Blocked),
            "mute" => Some(List::Muted),
            "lists-member" | "lists-created" | "lists-subscribed" => Some(List::Lists),
            "ad-engagements" | "ad-impressions" => Some(List::Ads),
            "tweet-headers" => Some(List::Headers),
            _ => None,
        }
    }

    fn read(
        self,
        entry: &mut Entry<'_>,
        own: &Own,
        gather: &mut Gather,
    ) -> Result<crate::evidence::sources::FileReceipt, SourceError> {
        entry.assigned()?;
        match self {
            List::Tweets => {
                gather.carried.extend([
                    FactKind::OwnPosts,
                    FactKind::Answers,
                    FactKind::PostTotals,
                ]);
            }
            List::Followers => {
                gather.carried.insert(FactKind::Followers);
            }
            List::DeletedTweets
            | List::Following
            | List::Likes
            | List::Messages
            | List::Blocked
            | List::Muted
            | List::Lists
            | List::Ads
            | List::Headers => {}
        }
        rows_of(entry, &mut |_, row| self.row(row, own, gather))
    }

    fn row(self, row: &Value, own: &Own, gather: &mut Gather) -> Result<Fate, Skip> {
        let us = person_id(&own.id);
        match self {
            List::Tweets => tweet(row.get("tweet").unwrap_or(row), own, gather)?,
            List::Followers => {
                let follower = person_id(id(json::text(row, "/follower/accountId")?)?);
                gather.follow(follower, us, FollowSeen::default());
            }
            List::Following => {
                let followed = person_id(id(json::text(row, "/following/accountId")?)?);
                gather.follow(us, followed, FollowSeen::default());
            }
            List::DeletedTweets => return Err(Skip::because("a post that was deleted")),
            List::Likes => {
                return Err(Skip::because("a like of ours: it has neither an author nor a time"));
            }
            List::Messages => {
                return Err(Skip::because("a conversation in private, of which nothing is kept"));
            }
            List::Blocked => {
                return Err(Skip::because("whom the account blocks, which is no engagement"));
            }
            List::Muted => {
                return Err(Skip::because("whom the account mutes, which is no engagement"));
            }
            List::Lists => return Err(Skip::because("a list of accounts, which names nobody")),
            List::Ads => {
                return Err(Skip::because("what the account saw as a reader of advertisements"));
            }
            List::Headers => {
                return Err(Skip::because(
                    "the time of a post that stands with its words elsewhere",
                ));
            }
        }
        Ok(Fate::Kept)
    }
}

/// A post of ours, or one that we passed on.
fn tweet(row: &Value, own: &Own, gather: &mut Gather) -> Result<(), Skip> {
    let number_text = json::maybe_text(row, "/id_str")?;
    let number_text = number_text.map_or_else(|| json::text(row, "/id"), Ok)?;
    let post_id = address(id(number_text)?);
    let stated = json::maybe_text(row, "/created_at")?.and_then(|at| times::one_of(at, &TIME));
    let at = stated.or_else(|| times::of_snowflake(number_text));
    let at = at.ok_or_else(|| Skip::because("`created_at` is not a plausible time"))?;
    let full = json::maybe_text(row, "/full_text")?.map_or_else(|| json::text(row, "/text"), Ok)?;
    let passed_on = full.starts_with("RT @");
    let text = (!passed_on).then(|| words(full));
    let stated = json::maybe_text(row, "/lang")?.filter(|code| *code != "und");
    let told = text::Heard::of(text.as_deref(), stated.and_then(Language::of_tag));
    let parent = Parent::of(row, at)?;
    if !gather.first_of(&post_id) {
        return Err(Skip::because("a post that is there twice"));
    }
    let author = person_id(&own.id);
    let kind = match (passed_on, &parent) {
        (true, _) => PostKind::Repost,
        (false, None) => PostKind::Original,
        (false, Some(parent)) if parent.author.as_ref() == Some(&author) => PostKind::SelfThread,
        (false, Some(_)) => PostKind::Reply,
    };
    if !passed_on {
        let counts = [(Count::Likes, "/favorite_count"), (Count::Reposts, "/retweet_count")];
        let counts = counts.into_iter().filter_map(|(count, path)| {
            Some((count, Some(row.pointer(path).and_then(json::number)?)))
        });
        let seen = TotalsSeen { account: author.clone(), at, counts: counts.collect() };
        if !seen.counts.is_empty() {
            gather.post_totals(post_id.clone(), seen);
        }
    }
    let parent = parent.filter(|_| !passed_on);
    let person = parent.as_ref().and_then(|parent| parent.person(&author));
    person.into_iter().for_each(|person| gather.person(person));
    gather.post(Post {
        root: post_id.clone().into(),
        id: post_id.into(),
        author,
        at,
        kind,
        parent: parent.as_ref().map(|parent| (*parent.post).into()),
        parent_author: parent.as_ref().and_then(|parent| parent.author.clone()),
        parent_at: parent.as_ref().and_then(|parent| parent.at),
        chars: told.chars,
        question: told.question,
        needs_answer: None,
        language: told.language,
        text: text.map(Into::into),
        visibility: Visibility::Public,
    });
    Ok(())
}

/// The post that is answered, as far as the answer tells.
struct Parent {
    post: String,
    author: Option<PersonId>,
    name: Option<String>,
    at: Option<DateTime<Utc>>,
}

impl Parent {
    fn of(row: &Value, answered_at: DateTime<Utc>) -> Result<Option<Parent>, Skip> {
        let Some(number) = json::maybe_text(row, "/in_reply_to_status_id_str")? else {
            return Ok(None);
        };
        let number = id(number)?;
        let author = json::maybe_text(row, "/in_reply_to_user_id_str")?.map(id).transpose()?;
        let name = json::maybe_text(row, "/in_reply_to_screen_name")?;
        Ok(Some(Parent {
            post: address(number),
            author: author.map(person_id),
            name: name.map(str::to_owned),
            // Never later than the answer.
            at: times::of_snowflake(number).filter(|at| *at <= answered_at),
        }))
    }

    /// The person answered; without a name there is nobody to show.
    fn person(&self, own: &PersonId) -> Option<Person> {
        let (author, name) = (self.author.as_ref()?, self.name.as_ref()?);
        (author != own).then(|| Person::new(author.clone(), handle(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_known_by_its_name_in_every_generation() {
        // (the file, its stem)
        let table = [
            ("data/tweets.js", "tweets"),
            ("data/tweets-part2.js", "tweets"),
            ("tweet.js", "tweet"),
            ("data/tweet-part10.js", "tweet"),
            ("data/deleted-tweets.js", "deleted-tweets"),
            ("data/tweet-headers.js", "tweet-headers"),
            ("data/x-part.js", "x-part"),
            ("assets/a.png", ""),
        ];
        for (name, stem) in table {
            assert_eq!(stem_of(name), stem, "{name}");
        }
        assert_eq!(List::of("personalization"), None);
    }
}
