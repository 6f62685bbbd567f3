//! The archive that a Mastodon server makes of an account.
//!
//! ```text
//! .zip, .tar.gz, .tar ──► entries, checked and limited ──► actor.json, outbox.json ──► facts
//! ```
//!
//! Start reading at [`read`].
//!
//! # Always true
//!
//! - The archive knows nobody who follows or engaged, so no such fact is made up.
//! - Nothing is unpacked to disk.
//!
//! # Source
//!
//! ActivityStreams 2.0 (collections, Create, Announce), and archives as servers made them.

mod actor;
pub(super) mod api;
pub(super) mod lists;
mod outbox;
mod status;

use std::{collections::BTreeSet, marker::PhantomData, path::Path};

use serde_json::Value;

use self::{
    actor::Actor,
    outbox::{Numbered, Outbox},
    status::Own,
};
use super::{
    Export, SourceError,
    gather::{Gather, Gathered},
    json::Skip,
    receipt::{Comparison, FileReceipt, Receipt, digest_of},
    tree::{self, Entry, Glance, Listed, Shape, Want},
};
use crate::{
    evidence::facts::Origin,
    model::{FactKind, Source, SourceKind},
};

/// Whether it has the files of an archive, at the top or inside of one folder.
pub(super) fn fits(glance: &Glance) -> bool {
    let has =
        |name: &str| glance.entries.iter().any(|entry| entry.depth() <= 1 && entry.file() == name);
    has("outbox.json") && has("actor.json")
}

/// Reads an archive, or the folder it was unpacked to.
pub(super) fn read(source: &Source, path: &Path) -> Result<Export, SourceError> {
    let place = path.display().to_string();
    if Shape::at(path)? == Shape::File {
        let kind = SourceKind::MastodonArchive;
        let (found, wanted) = ("no archive by its first bytes", "a .zip, .tar.gz or .tar archive");
        return Err(SourceError::WrongPlace { path: place, kind, found, wanted });
    }
    let content = Content::read(source, path)?;
    let missing =
        |entry: &str| SourceError::MissingEntry { path: place.clone(), entry: entry.into() };
    let (actor_file, actor) = content.actor.ok_or_else(|| missing("actor.json"))?;
    let (outbox_file, outbox) = content.outbox.ok_or_else(|| missing("outbox.json"))?;
    let reading = Reading { actor, outbox, actor_file, outbox_file, notes: content.notes };
    reading.finish(source)?.ok_or(SourceError::Undated { path: place })
}

/// What is taken out of an archive.
#[derive(Default)]
struct Content {
    seen: BTreeSet<String>,
    actor: Option<(FileReceipt, Actor)>,
    outbox: Option<(FileReceipt, Outbox)>,
    notes: Vec<String>,
}

impl Content {
    fn read(source: &Source, path: &Path) -> Result<Content, SourceError> {
        let mut content = Content::default();
        let wanted = ["actor.json", "outbox.json", "likes.json", "bookmarks.json"];
        let mut wants =
            |listed: &Listed| Want::from(listed.depth() <= 1 && wanted.contains(&listed.file()));
        tree::walk(path, &mut wants, &mut |entry| content.entry(source, path, entry))?;
        content.notes.sort();
        Ok(content)
    }

    fn entry(
        &mut self,
        source: &Source,
        path: &Path,
        entry: &mut Entry<'_>,
    ) -> Result<(), SourceError> {
        match entry.file() {
            "actor.json" | "outbox.json" if !self.seen.insert(entry.file().to_owned()) => {
                return Err(SourceError::UnsafeEntry {
                    path: path.display().to_string(),
                    entry: entry.name.clone(),
                    problem: "is there twice",
                });
            }
            "actor.json" => {
                let value: Value = entry.json(PhantomData)?;
                let actor = Actor::of(&entry.place, &value, source)?;
                self.actor = Some((receipt_of(entry), actor));
            }
            "outbox.json" => {
                let outbox = entry.json(Outbox::default())?;
                if outbox.items.is_none() {
                    return Err(SourceError::Shape {
                        file: entry.place.clone(),
                        pointer: "/orderedItems".into(),
                        wanted: "a list",
                        found: "missing",
                    });
                }
                self.outbox = Some((receipt_of(entry), outbox));
            }
            name => self
                .notes
                .push(format!("`{name}` was not read: its rows have neither a person nor a time")),
        }
        Ok(())
    }
}

/// The receipt of an entry; the folder it lies in says nothing about the export.
fn receipt_of(entry: &Entry<'_>) -> FileReceipt {
    FileReceipt { name: entry.file().to_owned(), ..entry.receipt() }
}

/// An archive whose two files have been read.
struct Reading {
    actor: Actor,
    outbox: Outbox,
    actor_file: FileReceipt,
    outbox_file: FileReceipt,
    notes: Vec<String>,
}

impl Reading {
    /// Turns the rows into facts; `None` if not one has a time.
    fn finish(mut self, source: &Source) -> Result<Option<Export>, SourceError> {
        self.actor_file.keep();
        let items = self.outbox.items.take().unwrap_or_default().finish()?;
        let carried = [FactKind::Profile, FactKind::OwnPosts, FactKind::Answers];
        let mut gather = Gather::of(&self.actor.id);
        gather.carried.extend(carried);
        gather.finds_roots = true;
        let mut own = Own::of(&self.actor);
        items.look(&mut |row| row.item.iter().for_each(|item| own.learn(item)))?;
        items.look(&mut |Numbered { index, item }| {
            let read = item.as_ref().map_err(Clone::clone).and_then(|item| own.post(item));
            match read {
                Ok((post, _)) if !gather.first_of(&post.id) => {
                    self.outbox_file.skip("a post that is there twice", || place(*index));
                }
                Ok((post, person)) => {
                    gather.post(post);
                    person.into_iter().for_each(|person| gather.person(person));
                    self.outbox_file.keep();
                }
                Err(Skip(reason)) => self.outbox_file.skip(&reason, || place(*index)),
            }
        })?;
        if self.outbox.lists > 1 {
            let note = "`orderedItems` stands in outbox.json more than once; the last list that is \
                        not empty was read";
            self.notes.push(note.into());
        }
        let mut profile = self.actor.profile.clone();
        profile.posts = self.outbox.stated.filter(|stated| i64::try_from(*stated).is_ok());
        let origin = Origin { kind: source.kind, account: source.account.clone() };
        let gathered = gather.finish(&self.actor.id, profile, origin)?;
        Ok(gathered.map(|gathered| self.export(source, gathered)))
    }

    fn export(self, source: &Source, gathered: Gathered) -> Export {
        let Gathered { facts, crowd, pages } = gathered;
        let found = self.outbox_file.rows_read;
        let compared = self.outbox.stated.map(|stated| Comparison {
            what: "posts".into(),
            stated,
            found,
            note: "`totalItems` is the account's own counter and seldom equals the list".into(),
        });
        let files = vec![self.actor_file, self.outbox_file];
        let receipt = Receipt {
            spans: Default::default(),
            kind: source.kind,
            account: source.account.clone(),
            as_of: facts.as_of,
            carried: facts.carried.clone(),
            compared: compared.into_iter().collect(),
            notes: self.notes,
            digest: digest_of(&files),
            files,
        };
        let (kind, account) = (source.kind, source.account.clone());
        Export { kind, account, facts, crowd, pages, followers_complete: Vec::new(), receipt }
    }
}

fn place(index: u64) -> String {
    format!("/orderedItems/{index}")
}
