//! The export of a LinkedIn member: tables in a .zip, or one of them alone.
//!
//! Start reading at [`read`]; the tables stand in [`Sheet`].
//!
//! # Always true
//!
//! - A connection follows both ways; a member who is gone has left a row with only a date.
//! - The list of connections marks nobody as gone: nothing in it says that it is whole.
//! - Messages are private: their words are not kept, not even ours.

use std::path::Path;

use chrono::{DateTime, Utc};

use super::{
    Export, SourceError,
    draft::{Draft, Fate, table_of},
    gather::FollowSeen,
    json::Skip,
    table::{self, Columns, Row},
    text,
    thread::{By, Message, Threads, Us},
    times,
    tree::{self, Entry, Glance, Listed, Shape, Want},
};
use crate::{
    evidence::facts::{Person, PersonId, Post, PostKind, Request, RequestState, Visibility},
    model::{FactKind, Platform, Source},
};

/// How the tables write a time; none but that of messages says its zone, which is UTC there.
const TIMES: [&str; 5] = [
    "%d %b %Y",
    "%Y-%m-%d %H:%M:%S UTC",
    "%Y-%m-%d %H:%M:%S",
    "%m/%d/%y, %I:%M %p",
    "%m/%d/%Y, %I:%M %p",
];

/// The tables that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sheet {
    Connections,
    Messages,
    Invitations,
    Comments,
    Reactions,
    Shares,
}

impl Sheet {
    const ALL: [Sheet; 6] = [
        Sheet::Connections,
        Sheet::Messages,
        Sheet::Invitations,
        Sheet::Comments,
        Sheet::Reactions,
        Sheet::Shares,
    ];

    /// Its file, and the columns by which it is known.
    fn known_by(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Sheet::Connections => ("connections.csv", &["First Name", "URL", "Connected On"]),
            Sheet::Messages => ("messages.csv", &["CONVERSATION ID", "SENDER PROFILE URL", "DATE"]),
            Sheet::Invitations => ("invitations.csv", &["From", "To", "Sent At", "Direction"]),
            Sheet::Comments => ("comments.csv", &["Date", "Link", "Message"]),
            Sheet::Reactions => ("reactions.csv", &["Date", "Type", "Link"]),
            Sheet::Shares => ("shares.csv", &["Date", "ShareLink", "ShareCommentary"]),
        }
    }

    fn of(columns: &Columns) -> Option<Sheet> {
        Sheet::ALL.into_iter().find(|sheet| columns.have(sheet.known_by().1))
    }

    fn is_file(file: &str) -> bool {
        let file = file.to_lowercase();
        Sheet::ALL.iter().any(|sheet| sheet.known_by().0 == file)
    }
}

fn is_header(columns: &Columns) -> bool {
    Sheet::of(columns).is_some()
}

/// Whether a table of the export is among what was seen.
pub(super) fn fits(glance: &Glance) -> bool {
    glance.heads().any(|(name, head)| {
        let file = name.rsplit('/').next().unwrap_or(name);
        let alone = glance.shape == Shape::File;
        (alone || Sheet::is_file(file)) && table::begins(&head, &is_header)
    })
}

/// Reads the tables of an export.
pub(super) fn read(source: &Source, path: &Path) -> Result<Export, SourceError> {
    let mut reading = Reading::new(&source.account);
    let alone = Shape::at(path)? == Shape::File;
    let mut wants = |listed: &Listed| Want::from(alone || Sheet::is_file(listed.file()));
    tree::walk(path, &mut wants, &mut |entry| reading.sheet(entry))?;
    reading.finish(source, path)
}

struct Reading {
    us: Us,
    draft: Draft,
    threads: Threads,
}

impl Reading {
    fn new(account: &str) -> Self {
        let name = slug(account);
        let platform = Platform::Linkedin;
        let id = PersonId::new(platform, &name);
        let mut draft = Draft::of(&id);
        draft.profile.handle = format!("@{}", text::clean_name(&name));
        let us = Us { id, platform, visibility: Visibility::Direct };
        Self { us, draft, threads: Threads::default() }
    }

    fn sheet(&mut self, entry: &mut Entry<'_>) -> Result<(), SourceError> {
        let file = table_of(entry, &is_header, &mut |row| {
            let sheet = Sheet::of(row.columns()).unwrap_or(Sheet::Reactions);
            self.row(sheet, row).map(|()| Fate::Kept)
        })?;
        self.draft.files.push(file);
        Ok(())
    }

    fn row(&mut self, sheet: Sheet, row: &Row<'_>) -> Result<(), Skip> {
        match sheet {
            Sheet::Connections => self.connection(row),
            Sheet::Messages => self.message(row),
            Sheet::Invitations => self.invitation(row),
            Sheet::Comments => self.comment(row),
            Sheet::Shares => self.share(row),
            Sheet::Reactions => Err(Skip::because("a reaction of ours: it names nobody")),
        }
    }

    fn carry(&mut self, kinds: &[FactKind]) {
        self.draft.gather.carried.extend(kinds.iter().copied());
    }

    fn connection(&mut self, row: &Row<'_>) -> Result<(), Skip> {
        let url = row.maybe("URL").ok_or_else(|| Skip::because("a member who is gone"))?;
        let since = at(row, "Connected On")?;
        let name = [row.maybe("First Name"), row.maybe("Last Name")];
        let name = name.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let person = self.person(url, Some(&name))?;
        self.carry(&[FactKind::Followers]);
        self.draft.note("the list of connections may be a part, so nobody is marked as gone");
        let seen = FollowSeen { since: Some(since), ..Default::default() };
        self.draft.gather.follow(person.clone(), self.us.id.clone(), seen);
        self.draft.gather.follow(self.us.id.clone(), person, seen);
        Ok(())
    }

    fn message(&mut self, row: &Row<'_>) -> Result<(), Skip> {
        let sender = row.maybe("SENDER PROFILE URL");
        let sender = sender.ok_or_else(|| Skip::because("a sponsored message"))?;
        let (thread, date) = (row.id("CONVERSATION ID")?, row.text("DATE")?);
        let at = at(row, "DATE")?;
        let person = self.person(sender, row.maybe("FROM"))?;
        let by = if person == self.us.id { By::Us } else { By::Client(slug(sender)) };
        self.carry(&[FactKind::Conversations, FactKind::Answers]);
        let id = format!("linkedin:{}/{date}/{}", text::clean_name(thread), slug(sender));
        let mut message = Message::new(id, at, by, row.maybe("CONTENT"));
        message.words = None;
        self.threads.add(thread.to_owned(), message)
    }

    fn invitation(&mut self, row: &Row<'_>) -> Result<(), Skip> {
        if row.text("Direction")? != "INCOMING" {
            return Err(Skip::because("an invitation of ours"));
        }
        let url = row.maybe("inviterProfileUrl");
        let url = url.ok_or_else(|| Skip::because("an invitation without the sender's address"))?;
        let at = at(row, "Sent At")?;
        let person = self.person(url, row.maybe("From"))?;
        self.carry(&[FactKind::Requests]);
        self.draft.note("the times of invitations have no zone and are taken as UTC");
        let (account, state) = (self.us.id.clone(), RequestState::Pending);
        self.draft.gather.request(Request { person, account, at: Some(at), state });
        Ok(())
    }

    fn comment(&mut self, row: &Row<'_>) -> Result<(), Skip> {
        let (link, at) = (row.text("Link")?, at(row, "Date")?);
        let post = self.us.post(format!("{link}#{}", at.timestamp()), at, row.maybe("Message"));
        let (kind, parent) = (PostKind::Reply, Some(link.into()));
        self.draft.gather.post(Post { kind, parent, root: link.into(), ..post });
        Ok(())
    }

    fn share(&mut self, row: &Row<'_>) -> Result<(), Skip> {
        let (link, at) = (row.text("ShareLink")?, at(row, "Date")?);
        self.carry(&[FactKind::OwnPosts]);
        let post = self.us.post(link.to_owned(), at, row.maybe("ShareCommentary"));
        self.draft.gather.post(post);
        Ok(())
    }

    /// Somebody by the address of their profile, remembered unless it is we.
    fn person(&mut self, url: &str, name: Option<&str>) -> Result<PersonId, Skip> {
        let slug = slug(url);
        if slug.is_empty() || slug.len() > 256 || slug.contains(|c: char| c.is_control()) {
            return Err(Skip::because("an address that is no profile"));
        }
        let id = PersonId::new(Platform::Linkedin, &slug);
        if id != self.us.id {
            let name = name.map(text::clean_name).filter(|name| !name.is_empty());
            let handle = format!("@{}", text::clean_name(&slug));
            self.draft.gather.person(Person { name, ..Person::new(id.clone(), handle) });
        }
        Ok(id)
    }

    fn finish(mut self, source: &Source, path: &Path) -> Result<Export, SourceError> {
        self.threads.keep(&self.us, &mut self.draft.gather)?;
        self.draft.finish(source, &self.us.id, path)
    }
}

fn at(row: &Row<'_>, column: &str) -> Result<DateTime<Utc>, Skip> {
    let text = row.text(column)?.replace('\u{202f}', " ");
    let at = times::one_of(&text, &TIMES);
    at.ok_or_else(|| Skip::because(format!("`{column}` is not a plausible time")))
}

/// The last part of a profile's address: `ann-lee` for `https://www.linkedin.com/in/ann-lee/`.
fn slug(address: &str) -> String {
    let address = address.trim().trim_end_matches('/').trim_start_matches('@');
    let address = address.split(['?', '#']).next().unwrap_or(address);
    address.rsplit('/').next().unwrap_or(address).to_lowercase()
}
