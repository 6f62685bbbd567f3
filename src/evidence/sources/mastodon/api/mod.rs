//! A folder of saved answers of the Mastodon API.
//!
//! ```text
//! verify_credentials.json ──► whose folder it is
//! each page, in order of name ──► accounts, statuses by the server's ids ──► facts
//! ```
//!
//! Start reading at [`read`]. [`page`] holds what a saved answer is, [`view`] what is in it.
//!
//! # Always true
//!
//! - Followers are complete only if that can be proved, because who is missing from a complete list
//!   is marked as gone.
//! - What other people wrote is measured and dropped.
//!
//! # Source
//!
//! The documentation of Mastodon's REST API, July 2026.

mod page;
mod view;

use std::{collections::BTreeMap, path::Path};

use chrono::{DateTime, Utc};
use serde_json::Value;

use self::{
    page::{Page, Pages},
    view::{Own, Status},
};
use crate::{
    evidence::{
        facts::{Act, Interaction, PersonId, Post, Request, RequestState},
        sources::{
            Export, SourceError,
            draft::Draft,
            gather::{FollowSeen, TotalsSeen},
            json::{self, Skip},
            receipt::FileReceipt,
            tree::{self, Entry, Glance, Listed, Want},
        },
    },
    model::{FactKind, Source},
};

/// A call of the API whose answers are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call {
    Account,
    Followers,
    Following,
    Requests,
    Notifications,
    Statuses,
    Context,
    FavouritedBy,
    RebloggedBy,
    Relationships,
    FamiliarFollowers,
}

impl Call {
    const ALL: [(Call, &'static str); 11] = [
        (Call::Account, "verify_credentials"),
        (Call::Followers, "followers"),
        (Call::Following, "following"),
        (Call::Requests, "follow_requests"),
        (Call::Notifications, "notifications"),
        (Call::Statuses, "statuses"),
        (Call::Context, "context"),
        (Call::FavouritedBy, "favourited_by"),
        (Call::RebloggedBy, "reblogged_by"),
        (Call::Relationships, "relationships"),
        (Call::FamiliarFollowers, "familiar_followers"),
    ];

    /// Whether its answers name statuses and accounts that only other answers describe.
    fn refers(self) -> bool {
        match self {
            Call::FavouritedBy
            | Call::RebloggedBy
            | Call::Relationships
            | Call::FamiliarFollowers => true,
            Call::Account
            | Call::Followers
            | Call::Following
            | Call::Requests
            | Call::Notifications
            | Call::Statuses
            | Call::Context => false,
        }
    }

    /// The call whose answer a file holds, by its name: `followers-2.json`.
    fn of(listed: &Listed) -> Option<Call> {
        let stem =
            [".json", ".http", ".txt"].iter().find_map(|end| listed.file().strip_suffix(end))?;
        let free = |rest: &str| !rest.starts_with(|c: char| c.is_alphabetic());
        let named = |name: &str| stem.strip_prefix(name).is_some_and(free);
        let call = Call::ALL.iter().find(|(_, name)| named(name)).map(|(call, _)| *call);
        call.filter(|_| listed.depth() <= 1)
    }
}

/// Whether the answer that tells whose folder it is is there.
pub(in super::super) fn fits(glance: &Glance) -> bool {
    glance.entries.iter().any(|entry| Call::of(entry) == Some(Call::Account))
}

/// Reads a folder of saved answers.
pub(in super::super) fn read(source: &Source, path: &Path) -> Result<Export, SourceError> {
    let mut own = None;
    let is_account = |listed: &Listed| Call::of(listed) == Some(Call::Account);
    tree::walk(path, &mut |listed| Want::from(is_account(listed)), &mut |entry| {
        let page = Page::of(entry)?;
        own = Some(account(&page, source, entry)?);
        Ok(())
    })?;
    let Some(own) = own else {
        let (path, account) = (path.display().to_string(), source.account.clone());
        return Err(SourceError::UnknownAccount { path, account });
    };
    let mut reading = Reading::new(own);
    for refers in [false, true] {
        let call = |listed: &Listed| Call::of(listed).filter(|call| call.refers() == refers);
        tree::walk(path, &mut |listed| Want::from(call(listed).is_some()), &mut |entry| {
            let listed = Listed { name: entry.name.clone(), bytes: 0 };
            let Some(call) = call(&listed) else { return Ok(()) };
            reading.subject = listed.file().split(['-', '.']).nth(1).unwrap_or_default().to_owned();
            reading.answer(call, entry)
        })?;
    }
    reading.finish(source, path)
}

fn account(page: &Page, source: &Source, entry: &Entry<'_>) -> Result<Own, SourceError> {
    let own = Own::of(json::object(&entry.place, &page.body, "")?);
    let own = own.map_err(|Skip(_)| SourceError::Shape {
        file: entry.place.clone(),
        pointer: "/".into(),
        wanted: "an account with `id`, `username` and `uri`",
        found: "without them",
    })?;
    if own.is(&source.account) {
        return Ok(own);
    }
    let (found, wanted) = (own.profile.handle, source.account.clone());
    Err(SourceError::OtherAccount { file: entry.place.clone(), found, wanted })
}

/// What is known of a status by the server's id.
struct Known {
    id: String,
    author: PersonId,
    at: DateTime<Utc>,
}

/// The state of one reading.
struct Reading {
    own: Own,
    draft: Draft,
    followers: Pages,
    people: BTreeMap<String, PersonId>,
    statuses: BTreeMap<String, Known>,
    /// The status that the file is about, by the server's id, for calls about one.
    subject: String,
    /// Posts with the server's ids of what they answer and of who wrote that.
    posts: Vec<(Post, Option<String>, Option<String>)>,
}

impl Reading {
    fn new(own: Own) -> Self {
        let draft = Draft { profile: own.profile.clone(), ..Draft::of(&own.id) };
        let people = BTreeMap::from([(own.local.clone(), own.id.clone())]);
        let (statuses, posts, subject) = (BTreeMap::new(), Vec::new(), String::new());
        Self { own, draft, followers: Pages::default(), people, statuses, subject, posts }
    }

    /// Reads one answer.
    fn answer(&mut self, call: Call, entry: &mut Entry<'_>) -> Result<(), SourceError> {
        let page = Page::of(entry)?;
        let mut file = entry.receipt();
        self.draft.gather.made_at = self.draft.gather.made_at.max(page.sent_at);
        self.carries(call, &page);
        match call {
            Call::Context => {
                for pointer in ["/ancestors", "/descendants"] {
                    let rows = json::rows(&entry.place, &page.body, pointer)?;
                    self.rows(call, rows, pointer, &mut file);
                }
            }
            Call::Account => self.rows(call, page.rows(), "", &mut file),
            _ => {
                if !page.body.is_array() {
                    let (pointer, wanted) = ("/".to_owned(), "a list");
                    let found = json::type_of(&page.body);
                    let file = entry.place.clone();
                    return Err(SourceError::Shape { file, pointer, wanted, found });
                }
                self.rows(call, page.rows(), "", &mut file);
            }
        }
        if call == Call::Followers {
            self.followers.page(&page);
            self.followers.skipped += file.rows_read - file.kept;
        }
        self.draft.files.push(file);
        Ok(())
    }

    /// Notes what an answer of this call tells.
    fn carries(&mut self, call: Call, page: &Page) {
        let facts: &[FactKind] = match call {
            Call::Account => &[FactKind::Profile, FactKind::FollowerCount],
            Call::Followers => &[FactKind::Followers],
            Call::Following | Call::Context | Call::Relationships | Call::FamiliarFollowers => &[],
            Call::FavouritedBy | Call::RebloggedBy => {
                self.draft.note(
                    "who favourited or reblogged is known of those posts whose answers were saved; \
                     they have no times, so each counts as of when our post was written",
                );
                &[FactKind::Inbound]
            }
            Call::Requests => &[FactKind::Requests],
            Call::Notifications if page.filtered => {
                self.draft.note(
                    "the notifications were asked for by type, so they are not all that came in",
                );
                &[]
            }
            Call::Notifications => &[FactKind::Inbound, FactKind::Conversations],
            Call::Statuses => &[FactKind::OwnPosts, FactKind::Answers, FactKind::PostTotals],
        };
        self.draft.gather.carried.extend(facts);
    }

    fn rows(&mut self, call: Call, rows: &[Value], path: &str, file: &mut FileReceipt) {
        json::each(rows, path, file, &mut |row| self.row(call, row));
    }

    fn row(&mut self, call: Call, row: &Value) -> Result<(), Skip> {
        let own = self.own.id.clone();
        match call {
            Call::Account => {
                let day = json::maybe_instant(row, "/created_at");
                self.draft.gather.stated(day);
            }
            Call::Followers => {
                let person = self.person(row)?;
                self.draft.gather.follow(person, own, FollowSeen::default());
            }
            Call::Following => {
                let person = self.person(row)?;
                self.draft.gather.follow(own, person, FollowSeen::default());
            }
            Call::Requests => {
                let person = self.person(row)?;
                self.request(person, None);
            }
            Call::Notifications => self.notification(row)?,
            Call::Statuses => {
                let status = Status::of(row, &self.own)?;
                if status.author.id != own {
                    return Err(Skip::because("a post of somebody else"));
                }
                self.status(status);
            }
            Call::Context => {
                let status = Status::of(row, &self.own)?;
                self.engaged(&status);
                self.status(status);
            }
            Call::FavouritedBy => self.touched(row, Act::Like)?,
            Call::RebloggedBy => self.touched(row, Act::Repost)?,
            Call::Relationships => self.relationship(row)?,
            Call::FamiliarFollowers => {
                return Err(Skip::because("who of ours follows them, which is no engagement"));
            }
        }
        Ok(())
    }

    /// Somebody who favourited or reblogged the post that the file is named after.
    fn touched(&mut self, row: &Value, act: Act) -> Result<(), Skip> {
        let post = self.statuses.get(&self.subject).filter(|post| post.author == self.own.id);
        let post = post.ok_or_else(|| Skip::because("about a post of ours that was not saved"))?;
        let (object, at, account) = (post.id.clone(), post.at, self.own.id.clone());
        let actor = self.person(row)?;
        self.interact(Interaction { actor, act, object, account, at });
        Ok(())
    }

    /// Who follows whom, by an account's id on this server.
    fn relationship(&mut self, row: &Value) -> Result<(), Skip> {
        let them = self.people.get(json::text(row, "/id")?).cloned();
        let them = them.ok_or_else(|| Skip::because("an account that no other answer names"))?;
        let says = |path| row.pointer(path).and_then(Value::as_bool) == Some(true);
        let (us, seen) = (self.own.id.clone(), FollowSeen::default());
        if says("/following") {
            self.draft.gather.follow(us.clone(), them.clone(), seen);
        }
        if says("/followed_by") {
            self.draft.gather.follow(them.clone(), us, seen);
            self.draft.gather.carried.insert(FactKind::Followers);
        }
        if says("/requested_by") {
            self.request(them, None);
        }
        let any = ["/following", "/followed_by", "/requested_by"].into_iter().any(says);
        any.then_some(()).ok_or_else(|| Skip::because("neither follows the other"))
    }

    /// Adds the account of a row.
    fn person(&mut self, row: &Value) -> Result<PersonId, Skip> {
        let (local, person) = view::person(row, &self.own.host)?;
        // Its newest post is the newest thing the server states about it.
        self.draft.gather.stated(person.traits.last_post.max(person.traits.created));
        let id = person.id.clone();
        self.people.insert(local, id.clone());
        if id != self.own.id {
            self.draft.gather.person(person);
        }
        Ok(id)
    }

    fn request(&mut self, person: PersonId, at: Option<DateTime<Utc>>) {
        let (account, state) = (self.own.id.clone(), RequestState::Pending);
        self.draft.gather.request(Request { person, account, at, state });
    }

    fn notification(&mut self, row: &Value) -> Result<(), Skip> {
        let kind = json::text(row, "/type")?;
        let at = json::instant(row, "/created_at")?;
        let nobody = || Skip::because("`account` is missing");
        let nothing = || Skip::because("`status` is missing");
        let account = row.pointer("/account").filter(|account| account.is_object());
        let status = row.pointer("/status").filter(|status| status.is_object());
        match kind {
            "mention" | "quote" => {
                let status = Status::of(status.ok_or_else(nothing)?, &self.own)?;
                self.person(account.ok_or_else(nobody)?)?;
                if kind == "quote" {
                    self.interaction(&status, Act::Quote, at);
                } else {
                    self.engaged(&status);
                }
                self.status(status);
            }
            "favourite" | "reblog" => {
                let status = Status::of(status.ok_or_else(nothing)?, &self.own)?;
                let actor = self.person(account.ok_or_else(nobody)?)?;
                let act = if kind == "reblog" { Act::Repost } else { Act::Like };
                let (account, object) = (self.own.id.clone(), status.post.id.clone());
                self.interact(Interaction { actor, act, object: object.to_string(), account, at });
                self.status(status);
            }
            "follow" => {
                let person = self.person(account.ok_or_else(nobody)?)?;
                let seen = FollowSeen { since: Some(at), seen_at: Some(at), ..Default::default() };
                self.draft.gather.follow(person, self.own.id.clone(), seen);
            }
            "follow_request" => {
                let person = self.person(account.ok_or_else(nobody)?)?;
                self.request(person, Some(at));
            }
            _ => {
                self.draft.gather.stated(Some(at));
                return Err(Skip::because("a notification that is no engagement"));
            }
        }
        Ok(())
    }

    /// Counts a status of somebody else as an answer to us or as naming us, if it is one.
    fn engaged(&mut self, status: &Status) {
        let act = match &status.parent_author {
            Some(author) if *author == self.own.local => Act::Reply,
            _ if status.names_us => Act::Mention,
            _ => return,
        };
        self.interaction(status, act, status.at());
    }

    fn interaction(&mut self, status: &Status, act: Act, at: DateTime<Utc>) {
        let (actor, object) = (status.author.id.clone(), status.post.id.clone());
        let account = self.own.id.clone();
        // A notification comes after its status, and the earlier time is the act's.
        let at = at.min(status.at());
        self.interact(Interaction { actor, act, object: object.to_string(), account, at });
    }

    fn interact(&mut self, interaction: Interaction) {
        if interaction.actor != self.own.id {
            self.draft.gather.interaction(interaction);
        }
    }

    /// Remembers a status until everything that it may answer has been read.
    fn status(&mut self, status: Status) {
        let Status { local, author, author_local, parent, parent_author, post, counts, .. } =
            status;
        let known = Known { id: post.id.to_string(), author: author.id.clone(), at: post.at };
        self.statuses.insert(local, known);
        self.people.insert(author_local, author.id.clone());
        if author.id == self.own.id {
            if !counts.is_empty() {
                let seen = TotalsSeen { account: author.id, at: post.at, counts };
                self.draft.gather.post_totals(post.id.clone(), seen);
            }
        } else {
            self.draft.gather.person(author);
        }
        self.posts.push((post, parent, parent_author));
    }

    /// Draws the conclusions that need all answers.
    fn finish(mut self, source: &Source, path: &Path) -> Result<Export, SourceError> {
        for (mut post, parent, parent_author) in std::mem::take(&mut self.posts) {
            if let Some(parent) = parent {
                let known = self.statuses.get(&parent);
                let at = known.map(|known| known.at).filter(|at| *at <= post.at);
                let author = parent_author.and_then(|author| self.people.get(&author).cloned());
                post.parent_at = at.or(post.parent_at);
                post.parent_author = known.map(|known| known.author.clone()).or(author);
                // A status that was not saved has an address too: where the server would show it.
                let address = || format!("https://{}/api/v1/statuses/{parent}", self.own.host);
                post.parent = Some(known.map_or_else(address, |known| known.id.clone()).into());
            }
            self.draft.gather.post(post);
        }
        let stated = self.draft.profile.followers;
        if self.followers.read() {
            let listed = self.draft.gather.listed()?;
            stated.into_iter().for_each(|stated| {
                self.draft.compare("followers", stated, listed, "the saved pages are a part");
            });
            match self.followers.complete(listed, stated) {
                Ok(()) => self.draft.followers_complete = true,
                Err(why) => self.draft.note(format!(
                    "the list of followers is a part, so nobody is marked as gone: {why}"
                )),
            }
        }
        let own = self.own.id.clone();
        self.draft.finish(source, &own, path)
    }
}
