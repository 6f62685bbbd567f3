//! Saved answers of X's API, version 2, each named after its call.
//!
//! ```text
//! users.json ──► whose folder is it?
//! includes of every file ──► names and authors
//! data of every file ──► facts
//! ```
//!
//! Start reading at [`read`]; the calls stand in [`Call`].
//!
//! # Always true
//!
//! - A like or repost has no time in these answers: the time of the post stands for it, and the
//!   receipt says so.
//! - Followers are complete only if a last page is there and as many as the profile states.

use std::{collections::BTreeMap, path::Path};

use serde_json::Value;

use super::{address, handle, id, is, person_id, words};
use crate::{
    evidence::{
        facts::{Act, Count, Interaction, Person, PersonId, Post, PostKind, Traits, Visibility},
        language::Language,
        numbers::Numbers,
        sources::{
            Export, SourceError,
            draft::{Draft, Fate, rows_of},
            gather::{FollowSeen, TotalsSeen, lists_all},
            json::{self, Skip},
            text, times,
            tree::{self, Entry, Glance, Listed, RowPlace, Want},
        },
    },
    model::{FactKind, Source},
};

/// A call whose answers are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Call {
    Users,
    Followers,
    Following,
    Tweets,
    Mentions,
    LikingUsers,
    RetweetedBy,
    QuoteTweets,
}

impl Call {
    const ALL: [(Call, &'static str); 8] = [
        (Call::Users, "users"),
        (Call::Followers, "followers"),
        (Call::Following, "following"),
        (Call::Tweets, "tweets"),
        (Call::Mentions, "mentions"),
        (Call::LikingUsers, "liking_users"),
        (Call::RetweetedBy, "retweeted_by"),
        (Call::QuoteTweets, "quote_tweets"),
    ];

    /// The call, by a file's name: `followers-2.json`, `liking_users-1245403438755852288.json`.
    fn of(name: &str) -> Option<Call> {
        let stem = name.rsplit('/').next()?.strip_suffix(".json")?;
        Call::ALL.iter().find_map(|(call, word)| {
            let rest = stem.strip_prefix(word)?;
            (!rest.starts_with(|c: char| c.is_alphabetic() || c == '_')).then_some(*call)
        })
    }
}

/// The id in a file's name: that of the post, for calls about one.
fn number_in(name: &str) -> Option<&str> {
    let stem = name.rsplit('/').next()?.strip_suffix(".json")?;
    stem.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() > 10)
}

/// Whether it has answers of the API.
pub(in super::super) fn fits(glance: &Glance) -> bool {
    glance.heads().any(|(name, head)| {
        let head: String = head.chars().filter(|c| !c.is_whitespace()).take(4096).collect();
        let answers = ["{\"data\":", "{\"includes\":", "{\"meta\":{\"result_count\""];
        Call::of(name).is_some() && answers.iter().any(|begin| head.starts_with(begin))
    })
}

/// Reads a folder of answers.
pub(in super::super) fn read(source: &Source, path: &Path) -> Result<Export, SourceError> {
    let mut known = Known::default();
    let mut wants = |listed: &Listed| Want::from(Call::of(&listed.name).is_some());
    tree::walk(path, &mut wants, &mut |entry| known.take(entry, &source.account))?;
    let own = known.own(source, path)?;
    let (draft, followers) = (Draft::of(&own.id), Pages::default());
    let mut reading = Reading { known, own, draft, followers };
    tree::walk(path, &mut wants, &mut |entry| reading.answer(entry))?;
    reading.finish(source, path)
}

/// What the answers tell about people and posts beside their rows.
#[derive(Default)]
struct Known {
    people: BTreeMap<String, Person>,
    /// The author of a post.
    authors: BTreeMap<String, String>,
    own: Option<Value>,
}

impl Known {
    fn take(&mut self, entry: &mut Entry<'_>, account: &str) -> Result<(), SourceError> {
        let users = Call::of(&entry.name) == Some(Call::Users);
        let (mut alone, mut metrics) = (serde_json::Map::new(), serde_json::Map::new());
        entry.rows(&mut |place, row| {
            let field = place.path.strip_prefix("/data/").filter(|field| !field.contains('/'));
            match (place.path, place.index) {
                ("/includes/users", Some(_)) => self.user(row, account),
                ("/data", Some(_)) if users => self.user(row, account),
                ("/includes/tweets", Some(_)) => self.post(&row),
                // One account alone is no list; its fields come one by one.
                _ if users => {
                    let metric = place.path.strip_prefix("/data/public_metrics/");
                    if let Some(metric) = metric {
                        metrics.insert(metric.to_owned(), row);
                    } else if let Some(field) = field {
                        alone.insert(field.to_owned(), row);
                    }
                }
                _ => {}
            }
        })?;
        if !metrics.is_empty() {
            alone.insert("public_metrics".to_owned(), Value::Object(metrics));
        }
        if !alone.is_empty() {
            self.user(Value::Object(alone), account);
        }
        Ok(())
    }

    fn user(&mut self, row: Value, account: &str) {
        let text = |path: &str| row.pointer(path).and_then(Value::as_str).unwrap_or_default();
        if is(account, text("/username"), text("/id")) {
            // The profile tells more than a name among others.
            let better = self.own.is_none() || row.pointer("/public_metrics").is_some();
            self.own = if better { Some(row.clone()) } else { self.own.take() };
        }
        if let Ok(person) = person(&row) {
            self.people.insert(text("/id").to_owned(), person);
        }
    }

    fn post(&mut self, row: &Value) {
        let text = |path: &str| row.pointer(path).and_then(Value::as_str).map(str::to_owned);
        if let (Some(id), Some(author)) = (text("/id"), text("/author_id")) {
            self.authors.insert(id, author);
        }
    }

    fn own(&self, source: &Source, path: &Path) -> Result<Own, SourceError> {
        let found = self.own.as_ref().and_then(|row| Own::of(row).ok());
        found.ok_or_else(|| SourceError::UnknownAccount {
            path: path.display().to_string(),
            account: source.account.clone(),
        })
    }
}

/// The brand's own account.
struct Own {
    number: String,
    id: PersonId,
    row: Value,
}

impl Own {
    fn of(row: &Value) -> Result<Own, Skip> {
        let number = id(json::text(row, "/id")?)?.to_owned();
        Ok(Own { id: person_id(&number), number, row: row.clone() })
    }
}

/// Somebody in an answer.
fn person(row: &Value) -> Result<Person, Skip> {
    let number = id(json::text(row, "/id")?)?;
    let name = json::maybe_text(row, "/name")?.map(text::clean_name);
    let count = |path: &str| json::maybe_count(row, path);
    let bio = json::maybe_text(row, "/description")?;
    let traits = Traits {
        created: json::maybe_instant(row, "/created_at"),
        last_post: row
            .pointer("/most_recent_tweet_id")
            .and_then(Value::as_str)
            .and_then(times::of_snowflake),
        followers: count("/public_metrics/followers_count")?,
        follows: count("/public_metrics/following_count")?,
        posts: count("/public_metrics/tweet_count")?,
        bio_filled: bio.map(|bio| !bio.trim().is_empty()),
        bot: None,
        bio: bio.map(text::clean_text),
    };
    let handle = handle(json::text(row, "/username")?);
    let name = name.filter(|name| !name.is_empty());
    Ok(Person { name, traits, ..Person::new(person_id(number), handle) })
}

/// What the pages of followers were like.
#[derive(Default)]
struct Pages {
    pages: u64,
    going_on: u64,
    skipped: u64,
}

struct Reading {
    known: Known,
    own: Own,
    draft: Draft,
    followers: Pages,
}

impl Reading {
    fn answer(&mut self, entry: &mut Entry<'_>) -> Result<(), SourceError> {
        let Some(call) = Call::of(&entry.name) else { return Ok(()) };
        let post = number_in(&entry.name).map(str::to_owned);
        if call == Call::Followers {
            self.followers.pages += 1;
        }
        let file = rows_of(entry, &mut |place, row| {
            if call == Call::Followers && place.path == "/meta/next_token" {
                self.followers.going_on += 1;
            }
            self.row(call, post.as_deref(), place, row)
        })?;
        if call == Call::Followers {
            self.followers.skipped += file.rows_read - file.kept;
        }
        self.draft.files.push(file);
        Ok(())
    }

    fn row(
        &mut self,
        call: Call,
        post: Option<&str>,
        place: RowPlace<'_>,
        row: &Value,
    ) -> Result<Fate, Skip> {
        let listed = place.path == "/data" && place.index.is_some();
        if !listed || call == Call::Users {
            return Ok(Fate::Aside);
        }
        match call {
            Call::Users => {}
            Call::Followers => self.follow(row, true)?,
            Call::Following => self.follow(row, false)?,
            Call::Tweets => self.own_post(row)?,
            Call::Mentions => self.mention(row)?,
            Call::QuoteTweets => self.act(row, Act::Quote)?,
            Call::LikingUsers => self.touch(row, post, Act::Like)?,
            Call::RetweetedBy => self.touch(row, post, Act::Repost)?,
        }
        Ok(Fate::Kept)
    }

    fn carry(&mut self, kinds: &[FactKind]) {
        self.draft.gather.carried.extend(kinds.iter().copied());
    }

    fn follow(&mut self, row: &Value, inbound: bool) -> Result<(), Skip> {
        let person = person(row)?;
        let (them, us) = (person.id.clone(), self.own.id.clone());
        if inbound {
            self.carry(&[FactKind::Followers]);
            self.draft.gather.follow(them, us, FollowSeen::default());
        } else {
            self.draft.gather.follow(us, them, FollowSeen::default());
        }
        self.draft.gather.person(person);
        Ok(())
    }

    fn own_post(&mut self, row: &Value) -> Result<(), Skip> {
        let author = json::maybe_text(row, "/author_id")?;
        if author.is_some_and(|author| author != self.own.number) {
            return Err(Skip::because("a post of another account"));
        }
        self.carry(&[FactKind::OwnPosts, FactKind::Answers]);
        let post = self.post(row, self.own.id.clone())?;
        if post.kind != PostKind::Repost {
            let counts = counts(row)?;
            if !counts.is_empty() {
                self.carry(&[FactKind::PostTotals]);
                let seen = TotalsSeen { account: self.own.id.clone(), at: post.at, counts };
                self.draft.gather.post_totals(post.id.clone(), seen);
            }
        }
        self.draft.gather.post(post);
        Ok(())
    }

    /// A post that names us or answers us.
    fn mention(&mut self, row: &Value) -> Result<(), Skip> {
        self.carry(&[FactKind::Conversations]);
        let answered = json::maybe_text(row, "/in_reply_to_user_id")?;
        let act = match answered {
            Some(answered) if answered == self.own.number => Act::Reply,
            _ => Act::Mention,
        };
        self.act(row, act)
    }

    fn act(&mut self, row: &Value, act: Act) -> Result<(), Skip> {
        let number = id(json::text(row, "/author_id")?)?;
        if number == self.own.number {
            return Err(Skip::because("an act of our own"));
        }
        self.carry(&[FactKind::Inbound]);
        let actor = person_id(number);
        let post = self.post(row, actor.clone())?;
        let (object, at, account) = (post.id.clone(), post.at, self.own.id.clone());
        self.draft.gather.interaction(Interaction {
            actor,
            act,
            object: object.to_string(),
            account,
            at,
        });
        self.draft.gather.post(post);
        self.known.people.get(number).cloned().into_iter().for_each(|known| {
            self.draft.gather.person(known);
        });
        Ok(())
    }

    /// A like or repost of the post that the file is named after.
    fn touch(&mut self, row: &Value, post: Option<&str>, act: Act) -> Result<(), Skip> {
        let post = post.ok_or_else(|| Skip::because("the file's name does not tell the post"))?;
        let at = times::of_snowflake(post);
        let at = at.ok_or_else(|| Skip::because("the post's number tells no time"))?;
        let person = person(row)?;
        if person.id == self.own.id {
            return Err(Skip::because("an act of our own"));
        }
        self.carry(&[FactKind::Inbound]);
        self.draft.note(
            "likes and reposts have no time in these answers: that of the post stands for it",
        );
        let (actor, account) = (person.id.clone(), self.own.id.clone());
        self.draft.gather.interaction(Interaction {
            actor,
            act,
            object: address(post),
            account,
            at,
        });
        self.draft.gather.person(person);
        Ok(())
    }

    fn post(&self, row: &Value, author: PersonId) -> Result<Post, Skip> {
        let number = id(json::text(row, "/id")?)?;
        let at = json::maybe_instant(row, "/created_at").or_else(|| times::of_snowflake(number));
        let at = at.ok_or_else(|| Skip::because("`created_at` is not a plausible time"))?;
        let parent = referenced(row, "replied_to").map(id).transpose()?;
        let answered = json::maybe_text(row, "/in_reply_to_user_id")?;
        let answered = answered.or_else(|| self.known.authors.get(parent?).map(String::as_str));
        let parent_author = answered.map(id).transpose()?.map(person_id);
        let passed_on = referenced(row, "retweeted").is_some();
        let words = json::maybe_text(row, "/text")?.map(words).filter(|_| !passed_on);
        let stated = json::maybe_text(row, "/lang")?.filter(|code| *code != "und");
        let told = text::Heard::of(words.as_deref(), stated.and_then(Language::of_tag));
        let root = json::maybe_text(row, "/conversation_id")?.map(id).transpose()?;
        let kind = match (passed_on, parent) {
            (true, _) => PostKind::Repost,
            (false, None) => PostKind::Original,
            (false, Some(_)) if parent_author.as_ref() == Some(&author) => PostKind::SelfThread,
            (false, Some(_)) => PostKind::Reply,
        };
        Ok(Post {
            id: address(number).into(),
            author,
            at,
            kind,
            root: address(root.filter(|_| parent.is_some()).unwrap_or(number)).into(),
            parent: parent.map(|id| address(id).into()),
            parent_author,
            parent_at: parent.and_then(times::of_snowflake).filter(|parent| *parent <= at),
            chars: told.chars,
            question: told.question,
            needs_answer: None,
            language: told.language,
            text: words.map(Into::into),
            visibility: Visibility::Public,
        })
    }

    fn finish(mut self, source: &Source, path: &Path) -> Result<Export, SourceError> {
        self.profile();
        let listed = self.draft.gather.listed()?;
        let pages = &self.followers;
        let stated = self.draft.profile.followers;
        if pages.pages > 0 {
            let enough = stated.is_some_and(|stated| lists_all(listed, stated));
            let last = pages.pages - pages.going_on.min(pages.pages) == 1;
            self.draft.followers_complete = enough && last && pages.skipped == 0;
            if let Some(stated) = stated {
                self.draft.compare("followers", stated, listed, "the saved pages are a part");
            }
            if !self.draft.followers_complete {
                self.draft.note("the list of followers is a part, so nobody is marked as gone");
            }
        }
        self.draft.finish(source, &self.own.id, path)
    }

    fn profile(&mut self) {
        let row = &self.own.row;
        let text = |path: &str| row.pointer(path).and_then(Value::as_str).unwrap_or_default();
        let count = |path: &str| json::maybe_count(row, path).ok().flatten();
        let profile = &mut self.draft.profile;
        profile.handle = handle(text("/username"));
        profile.followers = count("/public_metrics/followers_count");
        profile.follows = count("/public_metrics/following_count");
        profile.posts = count("/public_metrics/tweet_count");
        let mut kinds = Vec::new();
        if profile.followers.is_some() {
            kinds.push(FactKind::FollowerCount);
        }
        // An answer without these fields was not asked for them, and tells nothing.
        let asked = ["/description", "/profile_image_url", "/url"];
        if asked.iter().all(|path| row.pointer(path).is_some()) {
            let linked = !text("/url").is_empty() || text::has_link(text("/description"));
            profile.fields = BTreeMap::from([
                ("name".to_owned(), !text("/name").trim().is_empty()),
                ("bio".to_owned(), !text("/description").trim().is_empty()),
                ("picture".to_owned(), !text("/profile_image_url").contains("default_profile")),
                ("link".to_owned(), linked),
            ]);
            // The address itself is cut short; where it leads stands beside it.
            let link = row.pointer("/entities/url/urls/0/expanded_url").and_then(Value::as_str);
            let link = link.unwrap_or(text("/url"));
            profile.says = text::profile_says(text("/name"), text("/description"), [link], []);
            kinds.push(FactKind::Profile);
        }
        self.carry(&kinds);
    }
}

/// The number of the post that this one refers to in one way.
fn referenced<'v>(row: &'v Value, way: &str) -> Option<&'v str> {
    let list = row.pointer("/referenced_tweets")?.as_array()?;
    let found =
        list.iter().find(|one| one.pointer("/type").and_then(Value::as_str) == Some(way))?;
    found.pointer("/id")?.as_str()
}

fn counts(row: &Value) -> Result<Numbers, Skip> {
    let fields = [
        (Count::Likes, "like_count"),
        (Count::Replies, "reply_count"),
        (Count::Reposts, "retweet_count"),
        (Count::Quotes, "quote_count"),
        (Count::Saves, "bookmark_count"),
        (Count::Impressions, "impression_count"),
    ];
    let mut counts = Numbers::default();
    for (count, field) in fields {
        if let Some(value) = json::maybe_count(row, &format!("/public_metrics/{field}"))? {
            counts.add(count, Some(value));
        }
    }
    Ok(counts)
}
