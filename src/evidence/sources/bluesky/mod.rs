//! A folder of saved answers of the Bluesky API.
//!
//! ```text
//! getProfile.json ──► whose folder is it?
//! each page, in order of name ──► its rows ──► facts, or skipped with a reason
//! ```
//!
//! Start reading at [`read`]. Each call has a module of its own; [`view`] holds what they share.
//!
//! # Always true
//!
//! - One page is in memory at a time; only facts stay.
//! - A list of followers counts as complete only if nothing speaks against it, because people
//!   missing from a complete list are marked as gone.
//! - What other people wrote is measured and dropped.
//!
//! # Source
//!
//! The lexicons `app.bsky.*` of the AT Protocol.

mod about;
pub(super) mod car;
mod feed;
mod graph;
mod notifications;
mod own;
mod thread;
mod view;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use serde_json::Value;

use self::{graph::Pages, own::Own};
use super::{
    Export, SourceError,
    disk::{self, Found},
    gather::{Gather, Gathered},
    json,
    receipt::{Comparison, FileReceipt, Receipt, digest_of},
    tree::{Glance, Listed, Shape},
};
use crate::{
    evidence::facts::{Act, Origin, Post, PostKind},
    model::{Digest, FactKind, Source, SourceKind},
};

/// The largest saved answer. A page has 100 rows and 200 kB; this leaves room for joined pages. As
/// values in memory it takes at most about fifteen times that.
const MAX_ANSWER_BYTES: u64 = 32 << 20;

/// A call of the API whose answers are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Call {
    Profile,
    Followers,
    Follows,
    Notifications,
    Feed,
    Thread,
    Likes,
    RepostedBy,
    Quotes,
    Profiles,
    Relationships,
}

impl Call {
    const ALL: [(Call, &'static str); 11] = [
        (Call::Profile, "getProfile"),
        (Call::Followers, "getFollowers"),
        (Call::Follows, "getFollows"),
        (Call::Notifications, "listNotifications"),
        (Call::Feed, "getAuthorFeed"),
        (Call::Thread, "getPostThread"),
        (Call::Likes, "getLikes"),
        (Call::RepostedBy, "getRepostedBy"),
        (Call::Quotes, "getQuotes"),
        (Call::Profiles, "getProfiles"),
        (Call::Relationships, "getRelationships"),
    ];

    /// The call whose answer a file holds, by its name: `getFollowers-2.json`.
    fn of(file: &str) -> Option<Call> {
        let stem = file.strip_suffix(".json")?;
        let fits = |name: &str| {
            let rest = stem.strip_prefix(name)?;
            // getProfiles is another call than getProfile.
            (!rest.starts_with(|c: char| c.is_alphabetic())).then_some(())
        };
        Call::ALL.iter().find_map(|(call, name)| fits(name).map(|()| *call))
    }
}

/// Whether it is a folder with at least one answer in it.
pub(super) fn fits(glance: &Glance) -> bool {
    let answer = |entry: &Listed| entry.depth() == 0 && Call::of(&entry.name).is_some();
    glance.shape == Shape::Folder && glance.entries.iter().any(answer)
}

/// Reads a folder of saved answers.
pub(super) fn read(source: &Source, path: &Path) -> Result<Export, SourceError> {
    let (known, others) = find_files(path)?;
    let own = Own::find(source, path, &known)?;
    let mut reading = Reading::new(own);
    for (call, name, path) in &known {
        reading.page(*call, name, path)?;
    }
    reading.finish(source, path, &others)
}

type Answers = Vec<(Call, String, PathBuf)>;

/// The files to read, and the names of the others.
fn find_files(path: &Path) -> Result<(Answers, Vec<String>), SourceError> {
    if !matches!(disk::look(path)?, Found::Folder) {
        return Err(SourceError::WrongPlace {
            path: path.display().to_string(),
            kind: SourceKind::BlueskyApi,
            found: "a file",
            wanted: "the folder that holds the saved answers",
        });
    }
    let mut known = Answers::new();
    let mut others = Vec::new();
    for (name, file) in disk::files(path)? {
        match Call::of(&name) {
            Some(call) => known.push((call, name, file)),
            None => others.push(name),
        }
    }
    if known.is_empty() {
        let path = path.display().to_string();
        return Err(SourceError::NothingToRead { path, kind: SourceKind::BlueskyApi });
    }
    // Profiles come first: they tell whose folder it is.
    known.sort();
    Ok((known, others))
}

/// Reads one file: its bytes for the receipt, its JSON for the facts.
fn read_answer(name: &str, path: &Path) -> Result<(FileReceipt, Value), SourceError> {
    let bytes = disk::read_whole(path, MAX_ANSWER_BYTES)?;
    let value = json::parse(name, &bytes)?;
    Ok((FileReceipt::new(name, bytes.len() as u64, Digest::of(&bytes)), value))
}

/// The state of one reading of a folder.
struct Reading {
    own: Own,
    gather: Gather,
    files: Vec<FileReceipt>,
    followers: Pages,
    follows: Pages,
    notes: BTreeSet<&'static str>,
}

impl Reading {
    fn new(own: Own) -> Self {
        let gather = Gather::of(&own.id);
        let (files, notes) = (Vec::new(), BTreeSet::new());
        let (followers, follows) = (Pages::default(), Pages::default());
        Self { own, gather, files, followers, follows, notes }
    }

    /// Reads one file into facts and its receipt.
    fn page(&mut self, call: Call, name: &str, path: &Path) -> Result<(), SourceError> {
        let (mut file, page) = read_answer(name, path)?;
        let own = &self.own;
        match call {
            Call::Profile => own::count_profile(own, &page, &mut file, &mut self.gather)?,
            Call::Followers => {
                graph::read_followers(
                    own,
                    &page,
                    &mut file,
                    &mut self.gather,
                    &mut self.followers,
                )?;
            }
            Call::Follows => {
                graph::read_follows(own, &page, &mut file, &mut self.gather, &mut self.follows)?;
            }
            Call::Notifications => {
                notifications::read(own, &page, &mut file, &mut self.gather)?;
            }
            Call::Feed => feed::read(own, &page, &mut file, &mut self.gather)?,
            Call::Thread => thread::read(own, &page, &mut file, &mut self.gather)?,
            Call::Likes => {
                about::read_engaged(own, Act::Like, &page, &mut file, &mut self.gather)?;
                self.notes.insert(about::KNOWN_IN_PART);
            }
            Call::RepostedBy => {
                about::read_engaged(own, Act::Repost, &page, &mut file, &mut self.gather)?;
                self.notes.extend([about::KNOWN_IN_PART, about::UNDATED]);
            }
            Call::Quotes => {
                about::read_engaged(own, Act::Quote, &page, &mut file, &mut self.gather)?;
                self.notes.insert(about::KNOWN_IN_PART);
            }
            Call::Profiles => about::read_profiles(own, &page, &mut file, &mut self.gather)?,
            Call::Relationships => {
                about::read_relationships(own, &page, &mut file, &mut self.gather)?;
            }
        }
        self.files.push(file);
        Ok(())
    }

    /// Draws the conclusions that need all pages.
    fn finish(
        mut self,
        source: &Source,
        path: &Path,
        others: &[String],
    ) -> Result<Export, SourceError> {
        self.files.sort_by(|one, other| one.name.cmp(&other.name));
        let mut profile = self.own.profile.clone();
        let complete = self.followers.complete(profile.followers);
        if complete.is_ok() {
            profile.followers = profile.followers.or(Some(self.followers.listed()));
        }
        if profile.followers.is_some() {
            self.gather.carried.insert(FactKind::FollowerCount);
        }
        let mut notes = self.followers.note("followers", complete.clone());
        notes.extend(self.notes.iter().map(|note| (*note).to_owned()));
        notes.extend(others.iter().map(|name| format!("`{name}` was not read: no known call")));
        let (own, account) = (self.own.id.clone(), source.account.clone());
        let origin = Origin { kind: source.kind, account: account.clone() };
        let stated = profile.clone();
        let gathered = self
            .gather
            .finish(&own, profile, origin)?
            .ok_or_else(|| SourceError::Undated { path: path.display().to_string() })?;
        let ours = |post: &Post| post.author == own && post.kind != PostKind::Repost;
        let own_posts = gathered.count_posts(ours)?;
        let Gathered { facts, crowd, pages } = gathered;
        let receipt = Receipt {
            spans: Default::default(),
            kind: source.kind,
            account: account.clone(),
            as_of: facts.as_of,
            carried: facts.carried.clone(),
            compared: compare(&stated, &self.followers, &self.follows, own_posts),
            notes,
            digest: digest_of(&self.files),
            files: self.files,
        };
        let followers_complete = if complete.is_ok() { vec![own] } else { Vec::new() };
        Ok(Export { kind: source.kind, account, facts, crowd, pages, followers_complete, receipt })
    }
}

/// Puts what the profile states beside what was found.
fn compare(
    profile: &super::gather::ProfileSeen,
    followers: &Pages,
    follows: &Pages,
    own_posts: u64,
) -> Vec<Comparison> {
    let rows = [
        ("followers", profile.followers, followers.read().then(|| followers.listed())),
        ("accounts followed", profile.follows, follows.read().then(|| follows.listed())),
        ("own posts", profile.posts, Some(own_posts)),
    ];
    let comparison = |(what, stated, found): (&str, Option<u64>, Option<u64>)| {
        let (stated, found) = (stated?, found?);
        let note = match found.cmp(&stated) {
            std::cmp::Ordering::Less => "the saved pages are a part",
            std::cmp::Ordering::Equal => "equal",
            std::cmp::Ordering::Greater => "the profile is older than the pages",
        };
        Some(Comparison { what: what.into(), stated, found, note: note.into() })
    };
    rows.into_iter().filter_map(comparison).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_the_call_it_is_named_after() {
        let table = [
            ("getFollowers.json", Some(Call::Followers)),
            ("getFollowers-2.json", Some(Call::Followers)),
            ("getFollowers_page3.json", Some(Call::Followers)),
            ("getFollowers10.json", Some(Call::Followers)),
            ("getFollows.json", Some(Call::Follows)),
            ("getProfile.json", Some(Call::Profile)),
            ("getProfiles.json", Some(Call::Profiles)),
            ("getProfilesOf.json", None),
            ("getLikes-3k6k4as23yu2g.json", Some(Call::Likes)),
            ("getProfile.txt", None),
            ("getProfile", None),
            ("notes.json", None),
        ];
        for (name, call) in table {
            assert_eq!(Call::of(name), call, "{name}");
        }
    }
}
