//! One reader for each kind of export, each a thin translator to the canonical facts.
//!
//! ```text
//! files ──► reader ──► gather (one fact a key) ──► Export { facts, receipt }
//! ```
//!
//! Start reading at [`read`], then at the reader you care for: `bluesky` or `mastodon`.
//!
//! # Always true
//!
//! - Reading changes nothing, on disk or elsewhere, and needs neither clock nor network.
//! - The same files give the same export.
//! - A bad row costs that row, and the receipt says which and why; a bad file is an error with
//!   place and remedy, and nothing is half read.
//! - No input makes a reader panic, recurse without end or fill the memory.
#![allow(clippy::disallowed_methods, reason = "the readers are the edge: they read exports")]

mod ahead;
pub mod answers;
mod aside;
mod bluesky;
mod dialogues;
mod disk;
mod draft;
mod error;
mod gather;
mod html;
mod json;
pub mod labelled;
mod linkedin;
mod mapped;
mod mastodon;
mod met;
mod meta;
mod mojibake;
mod pages;
pub mod prospects;
pub mod receipt;
mod roots;
mod runs;
mod spans;
mod table;
mod text;
mod thread;
mod tiktok;
mod times;
mod tree;
mod windows;
mod x;
mod youtube;

use std::{io, path::Path};

use self::tree::Glance;
pub use self::{
    ahead::read_all,
    error::SourceError,
    labelled::{Labelled, labelled},
    mapped::guess_map,
    pages::Pages,
    receipt::{Comparison, FileReceipt, Receipt},
};
use super::{
    facts::{Facts, PersonId},
    layers::Sorted,
};
use crate::model::{Source, SourceKind};

/// What was read from one export.
#[derive(Debug, Clone, PartialEq)]
pub struct Export {
    /// The kind of source.
    pub kind: SourceKind,
    /// Whose it is, as the brand file names it.
    pub account: String,
    /// The facts in it.
    pub facts: Facts,
    /// Its people with what they did and whom they follow, where they may be more than the memory
    /// holds; then there are none in `facts`.
    pub crowd: Option<Sorted>,
    /// Its posts and their numbers, where they are more than the memory is to hold; then there are none
    /// in `facts`.
    pub pages: Option<Pages>,
    /// The own accounts whose list of followers is complete in it: who is missing there is gone.
    pub followers_complete: Vec<PersonId>,
    /// What became of every row.
    pub receipt: Receipt,
}

impl Export {
    /// The facts with its people and posts in them, wherever it keeps them.
    ///
    /// - `most`: of how many people, posts, and posts with numbers.
    ///
    /// # Errors
    ///
    /// What the disk says, where people wait who do not fit into memory.
    pub fn with_people(&self, most: usize) -> io::Result<Facts> {
        let mut facts = self.facts.clone();
        let mut left = most;
        if let Some(crowd) = &self.crowd {
            crowd.people(&mut |one| {
                if left > 0 {
                    left -= 1;
                    facts.add(one);
                }
            })?;
        }
        if let Some(pages) = &self.pages {
            pages.each(&mut |page| {
                let room = |there: usize| most.saturating_sub(there);
                facts.posts.extend(page.posts.into_iter().take(room(facts.posts.len())));
                let totals = page.post_totals.into_iter();
                facts.post_totals.extend(totals.take(room(facts.post_totals.len())));
                Ok::<(), io::Error>(())
            })?;
        }
        Ok(facts)
    }

    /// How many followers of `account` it lists.
    ///
    /// # Errors
    ///
    /// As [`Export::with_people`].
    pub fn lists(&self, account: &PersonId) -> io::Result<u64> {
        let follows = self.facts.follows.iter().filter(|follow| follow.followed == *account);
        let mut count = follows.count() as u64;
        if let Some(crowd) = &self.crowd {
            crowd.people(&mut |one| {
                let theirs = one.follows.iter().filter(|row| one.account(row.account) == account);
                count += theirs.count() as u64;
            })?;
        }
        Ok(count)
    }
}

/// How many bytes lie at a path, all files below a folder together; 0 if nothing can be read there.
pub fn bytes_at(path: &Path) -> u64 {
    tree::bytes_below(path).unwrap_or_default()
}

/// Reads the export of `source` at `path`.
///
/// - `source`: its kind and account decide, and how new the export is where it says nothing about that; its
///   own path is not looked at.
/// - `path`: a folder for [`SourceKind::BlueskyApi`], a file for
///   [`SourceKind::MastodonArchive`].
///
/// # Errors
///
/// [`SourceError`] if the export as a whole cannot be trusted: it is missing, damaged, unsafe, of
/// another account, or nothing in it has a time.
pub fn read(source: &Source, path: &Path) -> Result<Export, SourceError> {
    let mut export = (reader(source.kind).read)(source, path)?;
    if let (Some(asked), Some(found)) = (source.as_of, export.facts.as_of)
        && asked != found
    {
        return Err(SourceError::Dated { path: path.display().to_string(), found, asked });
    }
    export.receipt.spans = spans::spans(&export);
    Ok(export)
}

/// Tells which kind of export lies at `path`, by its content; `None` if it is none.
pub fn detect(path: &Path) -> Option<SourceKind> {
    let glance = tree::glance(path).ok()?;
    let kinds = SourceKind::ALL.iter().map(|(kind, _)| *kind);
    kinds.into_iter().find(|kind| (reader(*kind).fits)(&glance))
}

/// The reader of one kind of source.
struct Reader {
    /// Whether what was seen is an export of this kind.
    fits: fn(&Glance) -> bool,
    read: fn(&Source, &Path) -> Result<Export, SourceError>,
}

/// The reader of each kind.
fn reader(kind: SourceKind) -> Reader {
    match kind {
        SourceKind::BlueskyApi => Reader { fits: bluesky::fits, read: bluesky::read },
        SourceKind::BlueskyCar => Reader { fits: bluesky::car::fits, read: bluesky::car::read },
        SourceKind::MastodonApi => Reader { fits: mastodon::api::fits, read: mastodon::api::read },
        SourceKind::MastodonCsv => {
            Reader { fits: mastodon::lists::fits, read: mastodon::lists::read }
        }
        SourceKind::MastodonArchive => Reader { fits: mastodon::fits, read: mastodon::read },
        SourceKind::XArchive => Reader { fits: x::archive::fits, read: x::archive::read },
        SourceKind::XAnalytics => Reader { fits: x::analytics::fits, read: x::analytics::read },
        SourceKind::XApi => Reader { fits: x::api::fits, read: x::api::read },
        SourceKind::Dialogues => Reader { fits: dialogues::fits, read: dialogues::read },
        SourceKind::LinkedinExport => Reader { fits: linkedin::fits, read: linkedin::read },
        SourceKind::TiktokExport => Reader { fits: tiktok::fits, read: tiktok::read },
        // Any table would fit: only a mapping says that one is meant.
        SourceKind::Table => Reader { fits: |_| false, read: mapped::read },
        SourceKind::InstagramExport => {
            Reader { fits: meta::instagram::fits, read: meta::instagram::read }
        }
        SourceKind::FacebookExport => {
            Reader { fits: meta::facebook::fits, read: meta::facebook::read }
        }
        SourceKind::FacebookInsights => {
            Reader { fits: meta::tables::fits_insights, read: meta::tables::read_insights }
        }
        SourceKind::MetaBusinessSuite => {
            Reader { fits: meta::tables::fits_suite, read: meta::tables::read_suite }
        }
        SourceKind::YoutubeTakeout => {
            Reader { fits: youtube::takeout::fits, read: youtube::takeout::read }
        }
        SourceKind::YoutubeApi => Reader { fits: youtube::api::fits, read: youtube::api::read },
        SourceKind::YoutubeStudio => {
            Reader { fits: youtube::studio::fits, read: youtube::studio::read }
        }
    }
}
