//! The tables of numbers that X lets an account download: by post, by day, and the older one.
//!
//! Start reading at [`read`]; the kinds of tables stand in [`Sheet`].
//!
//! # Always true
//!
//! - A number that the table leaves out, or writes as `-`, is absent and not 0.
//! - A day is that of UTC, from midnight to midnight.

use std::{collections::BTreeMap, path::Path};

use chrono::{DateTime, TimeDelta, Utc};

use super::{address, handle, id, person_id};
use crate::{
    evidence::{
        facts::{Count, PersonId},
        sources::{
            Export, SourceError,
            draft::{Draft, Fate, table_of},
            gather::{Gather, TotalsSeen},
            json::Skip,
            table::{self, Columns, Row},
            times,
            tree::{self, Entry, Glance, Want},
        },
    },
    model::{FactKind, Source},
};

/// How the tables write a day or a moment.
const TIMES: [&str; 4] = ["%a, %b %d, %Y", "%Y-%m-%d %H:%M %z", "%Y-%m-%d", "%m/%d/%Y"];

/// The kinds of tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sheet {
    /// One row a post, since 2024.
    Posts,
    /// One row a day.
    Days,
    /// One row a post, before.
    Legacy,
}

impl Sheet {
    const ALL: [Sheet; 3] = [Sheet::Posts, Sheet::Days, Sheet::Legacy];

    fn of(columns: &Columns) -> Option<Sheet> {
        Sheet::ALL.into_iter().find(|sheet| columns.have(sheet.needs()))
    }

    /// The columns by which it is known.
    fn needs(self) -> &'static [&'static str] {
        match self {
            Sheet::Posts => &["Post id", "Post link", "Impressions"],
            Sheet::Days => &["Date", "Impressions", "Engagements", "Unfollows"],
            Sheet::Legacy => &["Tweet id", "Tweet permalink", "impressions"],
        }
    }

    /// The columns with the id and the link of a post.
    fn names(self) -> [&'static str; 2] {
        match self {
            Sheet::Posts | Sheet::Days => ["Post id", "Post link"],
            Sheet::Legacy => ["Tweet id", "Tweet permalink"],
        }
    }

    /// Which columns hold which number; several are added up.
    fn counts(self) -> &'static [(Count, &'static [&'static str])] {
        match self {
            Sheet::Posts => &[
                (Count::Impressions, &["Impressions"]),
                (Count::Likes, &["Likes"]),
                (Count::Engagements, &["Engagements"]),
                (Count::Saves, &["Bookmarks"]),
                (Count::Shares, &["Shares"]),
                (Count::NewFollows, &["New follows"]),
                (Count::Replies, &["Replies"]),
                (Count::Reposts, &["Reposts"]),
                (Count::ProfileVisits, &["Profile visits"]),
                (Count::Clicks, &["URL Clicks", "Hashtag Clicks", "Permalink Clicks"]),
            ],
            Sheet::Days => &[
                (Count::Impressions, &["Impressions"]),
                (Count::Likes, &["Likes"]),
                (Count::Engagements, &["Engagements"]),
                (Count::Saves, &["Bookmarks"]),
                (Count::Shares, &["Shares"]),
                (Count::NewFollows, &["New follows"]),
                (Count::Unfollows, &["Unfollows"]),
                (Count::Replies, &["Replies"]),
                (Count::Reposts, &["Reposts"]),
                (Count::ProfileVisits, &["Profile visits"]),
                (Count::Views, &["Video views"]),
            ],
            Sheet::Legacy => &[
                (Count::Impressions, &["impressions"]),
                (Count::Likes, &["likes"]),
                (Count::Engagements, &["engagements"]),
                (Count::NewFollows, &["follows"]),
                (Count::Replies, &["replies"]),
                (Count::Reposts, &["retweets"]),
                (Count::ProfileVisits, &["user profile clicks"]),
                (Count::Clicks, &["url clicks", "hashtag clicks", "permalink clicks"]),
                (Count::Views, &["media views"]),
            ],
        }
    }
}

fn is_header(columns: &Columns) -> bool {
    Sheet::of(columns).is_some()
}

/// Whether a table of X is among what was seen.
pub(in super::super) fn fits(glance: &Glance) -> bool {
    glance.heads().any(|(_, head)| table::begins(&head, &is_header))
}

/// Reads one table, or every table of a folder.
pub(in super::super) fn read(source: &Source, path: &Path) -> Result<Export, SourceError> {
    let own = Own::of(&source.account);
    let mut draft = Draft::default();
    draft.profile.handle = own.handle.clone();
    let mut wants = |listed: &tree::Listed| Want::from(listed.name.ends_with(".csv"));
    let alone = tree::Shape::at(path)? == tree::Shape::File;
    let mut any = |_: &tree::Listed| Want::Read;
    let wants: &mut tree::Wants<'_> = if alone { &mut any } else { &mut wants };
    tree::walk(path, wants, &mut |entry| own.sheet(entry, &mut draft))?;
    draft.finish(source, &own.id, path)
}

/// The account, as the brand file names it: the tables name it in links only.
struct Own {
    id: PersonId,
    handle: String,
}

impl Own {
    fn of(account: &str) -> Own {
        let name = account.trim().trim_start_matches('@');
        match id(name) {
            Ok(number) => Own { id: person_id(number), handle: handle(number) },
            Err(_) => Own { id: person_id(&handle(name).to_lowercase()), handle: handle(name) },
        }
    }

    fn sheet(&self, entry: &mut Entry<'_>, draft: &mut Draft) -> Result<(), SourceError> {
        let gather = &mut draft.gather;
        let file = table_of(entry, &is_header, &mut |row| {
            let sheet = Sheet::of(row.columns()).unwrap_or(Sheet::Posts);
            self.row(sheet, row, gather).map(|()| Fate::Kept)
        })?;
        draft.files.push(file);
        Ok(())
    }

    fn row(&self, sheet: Sheet, row: &Row<'_>, gather: &mut Gather) -> Result<(), Skip> {
        let counts = counts(sheet, row)?;
        match sheet {
            Sheet::Days => {
                let day = at(row, "Date").ok_or_else(|| Skip::because("`Date` is not a day"))?;
                let end = day + TimeDelta::days(1);
                for (count, value) in counts {
                    gather.account_total((self.id.clone(), count, day, end), value);
                }
                gather.carried.insert(FactKind::AccountTotals);
            }
            Sheet::Posts | Sheet::Legacy => {
                let [number, link] = sheet.names();
                let number = id(row.id(number)?)?;
                self.check_link(row.maybe(link))?;
                let stated = at(row, "Date").or_else(|| at(row, "time"));
                let at = times::of_snowflake(number).or(stated);
                let at = at.ok_or_else(|| Skip::because("a post without a plausible time"))?;
                let counts = counts.into_iter().map(|(count, value)| (count, Some(value)));
                let seen = TotalsSeen { account: self.id.clone(), at, counts: counts.collect() };
                gather.post_totals(address(number), seen);
                gather.carried.insert(FactKind::PostTotals);
            }
        }
        Ok(())
    }

    /// Refuses a post of somebody else; a brand named by its number cannot be compared.
    fn check_link(&self, link: Option<&str>) -> Result<(), Skip> {
        let name = link.and_then(|link| link.split('/').nth(3));
        let by_number = id(self.handle.trim_start_matches('@')).is_ok();
        match name {
            Some(name) if !by_number && name != "i" && name != "web" => {
                let same = handle(name).eq_ignore_ascii_case(&self.handle);
                if same { Ok(()) } else { Err(Skip::because("a post of another account")) }
            }
            _ => Ok(()),
        }
    }
}

fn at(row: &Row<'_>, column: &str) -> Option<DateTime<Utc>> {
    times::one_of(row.maybe(column)?, &TIMES)
}

fn counts(sheet: Sheet, row: &Row<'_>) -> Result<BTreeMap<Count, u64>, Skip> {
    let mut counts = BTreeMap::new();
    for (count, columns) in sheet.counts() {
        for column in *columns {
            if let Some(value) = row.count(column)? {
                let sum: &mut u64 = counts.entry(*count).or_default();
                *sum = sum.saturating_add(value).min(i64::MAX as u64);
            }
        }
    }
    if counts.is_empty() { Err(Skip::because("a row without a number")) } else { Ok(counts) }
}
