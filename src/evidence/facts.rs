//! The canonical facts into which every source is translated.
//!
//! # Always true
//!
//! - Each fact has a natural key, so importing the same export twice changes nothing.
//! - Another person's words are in memory only while an export is read and brought in; whose words
//!   are kept the brand file says, and private ones never are.
//! - What an export does not say is `None`, never 0 and never `false`.

use std::{
    borrow::Borrow,
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{language::Language, numbers::Numbers};
use crate::model::{FactKind, KeepWords, Platform, SourceKind};

/// A person or account by the platform's own lasting id, such as `bluesky:did:plc:abc` or
/// `mastodon:https://example.social/users/rita`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonId(Arc<str>);

impl PersonId {
    /// Joins a platform and its own id.
    pub fn new(platform: Platform, native: &str) -> Self {
        Self(format!("{platform}:{native}").into())
    }

    /// The account of a name that a person wrote, in a table or in a brand file.
    ///
    /// ```
    /// use fivestep::{evidence::facts::PersonId, model::Platform};
    /// assert_eq!(PersonId::named(Platform::X, "@Acme "), PersonId::named(Platform::X, "acme"));
    /// ```
    pub fn named(platform: Platform, handle: &str) -> Self {
        Self::new(platform, &handle.trim().trim_start_matches('@').to_lowercase())
    }

    /// Takes an id that was stored before.
    pub fn stored(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the platform.
    pub fn platform(&self) -> &str {
        self.0.split_once(':').map_or("", |(platform, _)| platform)
    }
}

impl Borrow<str> for PersonId {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Somebody who appears in the evidence. Key: `id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Who.
    pub id: PersonId,
    /// Their name on the platform, as people write it.
    pub handle: String,
    /// Their display name.
    pub name: Option<String>,
    /// What else is known about their account.
    pub traits: Traits,
}

impl Person {
    /// Somebody of whom no more is known than how they are called.
    pub fn new(id: PersonId, handle: impl Into<String>) -> Self {
        Self { id, handle: handle.into(), name: None, traits: Traits::default() }
    }
}

/// What a platform says about somebody's account; each absent where the export does not say.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Traits {
    /// When the account was made, UTC.
    pub created: Option<DateTime<Utc>>,
    /// When it posted last, UTC.
    pub last_post: Option<DateTime<Utc>>,
    /// How many followers it has.
    pub followers: Option<u64>,
    /// How many accounts it follows.
    pub follows: Option<u64>,
    /// How many posts it has.
    pub posts: Option<u64>,
    /// Whether its description says anything.
    pub bio_filled: Option<bool>,
    /// Whether it says that a program posts there.
    pub bot: Option<bool>,
    /// Its description while an export is read; in the evidence, those words of it that a segment of
    /// the brand asks for, as [`Sought::found`](super::target::bio::Sought::found) keeps them.
    pub bio: Option<String>,
}

impl Traits {
    /// Keeps what is known, and adds what only `other` knows.
    pub fn fill(&mut self, other: Traits) {
        let Traits { created, last_post, followers, follows, posts, bio_filled, bot, bio } = other;
        self.created = self.created.or(created);
        self.last_post = self.last_post.or(last_post);
        self.followers = self.followers.or(followers);
        self.follows = self.follows.or(follows);
        self.posts = self.posts.or(posts);
        self.bio_filled = self.bio_filled.or(bio_filled);
        self.bot = self.bot.or(bot);
        self.bio = self.bio.take().or(bio);
    }
}

/// One of the brand's own accounts as its profile stated it. Key: `account` and `as_of`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The account.
    pub account: PersonId,
    /// Its handle.
    pub handle: String,
    /// How new the export was that said so, UTC.
    pub as_of: DateTime<Utc>,
    /// The required fields by name (`name`, `bio`, `picture`, `link`) and whether each is filled
    /// in; a field that the source cannot tell is left out.
    pub fields: BTreeMap<String, bool>,
    /// What fields say: `name`, `bio`, and the hosts that `link` and `verified` lead to, with blanks
    /// between; a field that the source cannot tell, or that is empty, is left out.
    #[serde(default)]
    pub says: BTreeMap<String, String>,
    /// How many followers it states.
    pub followers: Option<u64>,
    /// How many accounts it follows.
    pub follows: Option<u64>,
    /// How many posts it states.
    pub posts: Option<u64>,
}

/// Somebody follows somebody. Key: `follower` and `followed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Follow {
    /// Who follows.
    pub follower: PersonId,
    /// Whom.
    pub followed: PersonId,
    /// Since when, UTC, if the platform tells.
    pub since: Option<DateTime<Utc>>,
    /// How new the first export was that showed it, UTC.
    pub first_seen_at: DateTime<Utc>,
    /// How new the last export was that showed it, UTC.
    pub seen_at: DateTime<Utc>,
    /// How new the first complete list was that showed it no longer, UTC.
    pub left_at: Option<DateTime<Utc>>,
}

/// How a follow request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// Nobody decided yet.
    Pending,
    /// It was granted.
    Accepted,
    /// It was refused.
    Declined,
}

/// Somebody asks to follow one of our accounts. Key: `person` and `account`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Who asks.
    pub person: PersonId,
    /// Which account.
    pub account: PersonId,
    /// When, UTC, if the platform tells.
    pub at: Option<DateTime<Utc>>,
    /// How it stands.
    pub state: RequestState,
}

/// What a post is in its thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PostKind {
    /// The beginning of a thread.
    Original,
    /// An answer to somebody else.
    Reply,
    /// The author goes on in a thread of their own, answering themselves.
    SelfThread,
    /// Somebody else's post passed on.
    Repost,
}

/// Who may read a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Everybody.
    Public,
    /// Everybody who has the link.
    Unlisted,
    /// Followers.
    Followers,
    /// The people named in it.
    Direct,
}

/// Something somebody wrote: our own posts, and others' posts in conversations with us. Key: `id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// The platform's address of the post.
    pub id: Arc<str>,
    /// Who wrote it.
    pub author: PersonId,
    /// When, UTC.
    pub at: DateTime<Utc>,
    /// What it is in its thread.
    pub kind: PostKind,
    /// The address of the post that began the thread, as far as the source tells; its own id if
    /// it began one.
    pub root: Arc<str>,
    /// The address of the post it answers.
    pub parent: Option<Arc<str>>,
    /// Who wrote that post.
    pub parent_author: Option<PersonId>,
    /// When that post was written, UTC, if it can be told without having it.
    pub parent_at: Option<DateTime<Utc>>,
    /// The words without markup, if they are known; never those of a private message.
    pub text: Option<Box<str>>,
    /// How many characters it has.
    pub chars: u32,
    /// Whether it asks something; absent if the words were not there to judge.
    pub question: Option<bool>,
    /// Whether it wants an answer: `false` where the source marks it as spam or as closed without
    /// one; absent where it says nothing.
    pub needs_answer: Option<bool>,
    /// Its language.
    pub language: Option<Language>,
    /// Who may read it.
    pub visibility: Visibility,
}

impl Post {
    /// A public post that begins a thread, of which no words are known.
    pub fn new(id: impl Into<Arc<str>>, author: PersonId, at: DateTime<Utc>) -> Self {
        let id = id.into();
        Self {
            root: id.clone(),
            id,
            author,
            at,
            kind: PostKind::Original,
            parent: None,
            parent_author: None,
            parent_at: None,
            text: None,
            chars: 0,
            question: None,
            needs_answer: None,
            language: None,
            visibility: Visibility::Public,
        }
    }
}

/// What somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Liked a post of ours.
    Like,
    /// Passed a post of ours on.
    Repost,
    /// Answered us.
    Reply,
    /// Quoted a post of ours.
    Quote,
    /// Named us.
    Mention,
}

impl Act {
    /// The word in the store and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Act::Like => "like",
            Act::Repost => "repost",
            Act::Reply => "reply",
            Act::Quote => "quote",
            Act::Mention => "mention",
        }
    }

    /// Whether it opens a conversation that waits for an answer.
    pub fn opens_conversation(self) -> bool {
        match self {
            Act::Reply | Act::Mention => true,
            Act::Like | Act::Repost | Act::Quote => false,
        }
    }
}

/// Somebody engaged with us; a mere follow is not an interaction. Key: `actor`, `act`, `object`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interaction {
    /// Who.
    pub actor: PersonId,
    /// What they did.
    pub act: Act,
    /// What they did it to: our post for a like or repost, their own post for a reply, quote or
    /// mention.
    pub object: String,
    /// Which of our accounts it was meant for.
    pub account: PersonId,
    /// When, UTC.
    pub at: DateTime<Utc>,
}

/// What a platform counts for a post or an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Count {
    /// Likes, favourites and other reactions of one touch.
    Likes,
    /// Answers and comments.
    Replies,
    /// Passed on without words.
    Reposts,
    /// Passed on with words.
    Quotes,
    /// Sent on or shared, where the platform tells that from a repost.
    Shares,
    /// Saved or bookmarked.
    Saves,
    /// Clicks of any kind.
    Clicks,
    /// How often it was shown.
    Impressions,
    /// How often it was watched or opened.
    Views,
    /// How many people saw it.
    Reach,
    /// Engagements as the platform adds them up.
    Engagements,
    /// How many people engaged.
    EngagedPeople,
    /// How many followers engaged.
    EngagedFollowers,
    /// How many began to follow.
    NewFollows,
    /// How many stopped following.
    Unfollows,
    /// How often the profile was opened.
    ProfileVisits,
    /// How many followers there are.
    Followers,
    /// How often others named the account in public.
    Mentions,
}

impl Count {
    /// Every count with its name in the store and in JSON.
    pub const ALL: [(Count, &str); 18] = [
        (Count::Likes, "likes"),
        (Count::Replies, "replies"),
        (Count::Reposts, "reposts"),
        (Count::Quotes, "quotes"),
        (Count::Shares, "shares"),
        (Count::Saves, "saves"),
        (Count::Clicks, "clicks"),
        (Count::Impressions, "impressions"),
        (Count::Views, "views"),
        (Count::Reach, "reach"),
        (Count::Engagements, "engagements"),
        (Count::EngagedPeople, "engaged_people"),
        (Count::EngagedFollowers, "engaged_followers"),
        (Count::NewFollows, "new_follows"),
        (Count::Unfollows, "unfollows"),
        (Count::ProfileVisits, "profile_visits"),
        (Count::Followers, "followers"),
        (Count::Mentions, "mentions"),
    ];

    /// The word in the store and in JSON.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(known, _)| *known == self).map_or("", |(_, name)| name)
    }
}

/// What a platform counted for one of our posts. Key: `post`; a newer number replaces an older
/// one, number by number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostTotals {
    /// The post by its address or id, as in [`Post::id`] where both are known.
    pub post: Arc<str>,
    /// Our account that wrote it.
    pub account: PersonId,
    /// When it was posted, UTC.
    pub at: DateTime<Utc>,
    /// How new the newest export was that counted it, UTC.
    pub as_of: DateTime<Utc>,
    /// The numbers, and those that the platform withheld.
    pub counts: Numbers,
}

/// What a platform counted for an account in a period. Key: `account`, `count`, `from`, `to`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountTotals {
    /// Our account; of a competitor's, [`Count::Mentions`] alone.
    pub account: PersonId,
    /// What was counted.
    pub count: Count,
    /// Where the period begins, UTC.
    pub from: DateTime<Utc>,
    /// Where it ends, UTC.
    pub to: DateTime<Utc>,
    /// The number.
    pub value: u64,
    /// How new the export was that stated it, UTC.
    pub as_of: DateTime<Utc>,
}

/// Where facts came from, for the line under a number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Origin {
    /// The kind of source.
    pub kind: SourceKind,
    /// Whose export it was.
    pub account: String,
}

/// All facts of a brand, or of one export.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Facts {
    /// The kinds of facts that the exports behind this really held.
    pub carried: BTreeSet<FactKind>,
    /// Where they came from.
    pub origins: BTreeSet<Origin>,
    /// The newest fact known, UTC; absent if there is none.
    pub as_of: Option<DateTime<Utc>>,
    /// The brand's own accounts, one row for each time a profile was seen, oldest first.
    pub profiles: Vec<Profile>,
    /// Everybody who appears.
    pub people: Vec<Person>,
    /// Who follows whom.
    pub follows: Vec<Follow>,
    /// Who asks to follow.
    pub requests: Vec<Request>,
    /// When the followers of one of our accounts were listed in full: the account, and how new
    /// that list was, UTC.
    pub complete_lists: BTreeSet<(PersonId, DateTime<Utc>)>,
    /// What was written.
    pub posts: Vec<Post>,
    /// Who engaged.
    pub interactions: Vec<Interaction>,
    /// What the platforms counted for our posts.
    pub post_totals: Vec<PostTotals>,
    /// What the platforms counted for our accounts, and mentions of competitors.
    pub account_totals: Vec<AccountTotals>,
}

impl Facts {
    /// The brand's own accounts.
    pub fn own_accounts(&self) -> BTreeSet<&PersonId> {
        self.profiles.iter().map(|profile| &profile.account).collect()
    }

    /// Takes out the words that are not to be kept, and how people describe themselves.
    pub fn keep_words(&mut self, keep: KeepWords) {
        let own: BTreeSet<PersonId> = self.own_accounts().into_iter().cloned().collect();
        for post in &mut self.posts {
            post.text.take_if(|_| !keep.keeps(own.contains(&post.author)));
        }
        self.people.iter_mut().for_each(|person| person.traits.bio = None);
    }
}
