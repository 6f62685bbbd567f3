//! The lists that a Mastodon server lets an account download: `following_accounts.csv` and others.
//!
//! Start reading at [`List::of`].
//!
//! # Always true
//!
//! - None of them says who follows us: such a list does not exist.
//! - Whom we mute or block and what we bookmark is counted, and no fact.
//!
//! # Source
//!
//! `app/models/export.rb` of Mastodon: following and mutes have a header, the others none.

use std::path::Path;

use super::status::person_id;
use crate::{
    evidence::{
        facts::{Person, PersonId},
        sources::{
            Export, SourceError, disk,
            draft::{Draft, Fate, table_of},
            gather::FollowSeen,
            json::Skip,
            receipt::FileReceipt,
            table::{self, Columns},
            text,
            tree::{self, Entry, Glance, Listed, Want},
        },
    },
    model::Source,
};

/// The largest list without a header.
const MAX_LIST_BYTES: u64 = 64 << 20;

/// One of the lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum List {
    Following,
    Mutes,
    Blocks,
    Domains,
    Bookmarks,
    Lists,
}

impl List {
    const ALL: [(List, &'static str); 6] = [
        (List::Following, "following"),
        (List::Mutes, "mute"),
        (List::Blocks, "block"),
        (List::Domains, "domain"),
        (List::Bookmarks, "bookmark"),
        (List::Lists, "lists"),
    ];

    /// The list that a file holds: `following_accounts.csv`, `blocked_domains.csv`. The word that
    /// comes last in [`List::ALL`] decides, since domains are blocked too.
    fn of(listed: &Listed) -> Option<List> {
        let name = listed.file().to_lowercase();
        let stem = name.strip_suffix(".csv")?;
        List::ALL.iter().rev().find(|(_, word)| stem.contains(word)).map(|(list, _)| *list)
    }

    /// Why a row of it is no fact.
    fn reason(self) -> &'static str {
        match self {
            List::Following => "whom we follow",
            List::Mutes => "whom we mute, which is no fact",
            List::Blocks => "whom we block, which is no fact",
            List::Domains => "a domain we block, which is no fact",
            List::Bookmarks => "a bookmark, which is no fact",
            List::Lists => "a member of a list of ours, which is no fact",
        }
    }
}

fn has_address(columns: &Columns) -> bool {
    columns.have(&["Account address"])
}

/// Whether the list of accounts followed, or that of mutes, is among what was seen.
pub(in super::super) fn fits(glance: &Glance) -> bool {
    glance.heads().any(|(_, head)| table::begins(&head, &has_address))
}

/// Reads one list or a folder of them.
pub(in super::super) fn read(source: &Source, path: &Path) -> Result<Export, SourceError> {
    let (own, handle) = account(&source.account);
    let mut draft = Draft::of(&own);
    draft.profile.handle = handle;
    tree::walk(path, &mut |listed| Want::from(List::of(listed).is_some()), &mut |entry| {
        let listed = Listed { name: entry.name.clone(), bytes: 0 };
        let Some(list) = List::of(&listed) else { return Ok(()) };
        let file = match list {
            List::Following | List::Mutes => with_header(list, entry, &own, &mut draft)?,
            List::Blocks | List::Domains | List::Bookmarks | List::Lists => plain(list, entry)?,
        };
        draft.files.push(file);
        Ok(())
    })?;
    // No row has a time, so the file's own is the only one there is.
    if source.as_of.is_none() {
        draft.gather.made_at = disk::changed_at(path);
        draft
            .note("no row has a time: its date is when the file was saved, or give `--as-of DATE`");
    }
    draft.finish(source, &own, path)
}

fn with_header(
    list: List,
    entry: &mut Entry<'_>,
    own: &PersonId,
    draft: &mut Draft,
) -> Result<FileReceipt, SourceError> {
    table_of(entry, &has_address, &mut |row| {
        let address = row.text("Account address")?;
        if list != List::Following {
            return Err(Skip::because(list.reason()));
        }
        let wrong = || Skip::because("`Account address` is not `name@host`");
        let (id, handle) = told(address).ok_or_else(wrong)?;
        draft.gather.follow(own.clone(), id.clone(), FollowSeen::default());
        draft.gather.person(Person::new(id, handle));
        Ok(Fate::Kept)
    })
}

/// Counts the rows of a list without a header.
fn plain(list: List, entry: &mut Entry<'_>) -> Result<FileReceipt, SourceError> {
    let bytes = entry.bytes(MAX_LIST_BYTES)?;
    let mut file = entry.receipt();
    let text = String::from_utf8_lossy(&bytes);
    let rows = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    rows.for_each(|(index, _)| file.skip(list.reason(), || format!("line {}", index + 1)));
    Ok(file)
}

/// The account of a source: its key and its handle.
fn account(named: &str) -> (PersonId, String) {
    let named = named.trim();
    told(named).unwrap_or_else(|| (person_id(named), named.to_owned()))
}

/// The key and the handle of `name@host`: the address that Mastodon gives such an account.
fn told(address: &str) -> Option<(PersonId, String)> {
    let (name, host) = address.trim().trim_start_matches('@').split_once('@')?;
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let good = !name.is_empty() && name.chars().all(plain) && host.contains('.');
    let host_good = host.chars().all(|c| plain(c) || c == ':');
    let handle = text::clean_name(&format!("@{name}@{host}"));
    (good && host_good).then(|| (person_id(&format!("https://{host}/users/{name}")), handle))
}
