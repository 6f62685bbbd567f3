//! Facts into rows.
//!
//! Start reading at [`import`]. People, what they did and who follows us go to the layers of `people`;
//! for everything else [`Table`] writes the one upsert that all families share.
//!
//! # Always true
//!
//! - A row that would not change is not written.
//! - What an export does not say never erases what another one said.

use std::{borrow::Cow, collections::BTreeSet, io, path::Path};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Params, ToSql, params, params_from_iter};

use super::{
    Counts, EvidenceError, Imported,
    people::bring_in::{Change, Incoming, bring_in},
    read,
    words::Words,
};
use crate::{
    evidence::{
        erasure::Erasure,
        facts::{
            AccountTotals, Count, Facts, Follow, PersonId, Post, PostTotals, Profile, Request,
        },
        language::Language,
        layers::Sorted,
        pseudonym::Pseudonyms,
        somebody::Micros,
        sources::Export,
        target::bio::Sought,
    },
    model::KeepWords,
};

/// What of other people's words is kept.
#[derive(Clone, Copy)]
pub(super) struct Kept<'k> {
    /// Whose posts keep their words.
    pub words: KeepWords,
    /// What words of a description are kept; absent for none.
    pub sought: Option<&'k Sought>,
    /// What hashes are keyed with.
    pub names: &'k Pseudonyms,
}

/// Brings an export in; the caller holds the transaction.
///
/// - `gone`: who is left out of its people.
pub(super) fn import(
    connection: &Connection,
    place: &str,
    export: &Export,
    gone: &Erasure,
    kept: Kept<'_>,
    (as_of, at): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Imported, EvidenceError> {
    let wrap = |error| read::bad_row(place, error);
    let before = read::summary(connection, place, None)?;
    let (mut added, mut updated) =
        write_facts(connection, export, gone, kept, as_of).map_err(|fault| fault.told(place))?;
    let lists = write_lists(connection, export, as_of).map_err(wrap)?;
    let change =
        write_people(connection, export, (gone, kept.sought), as_of, lists > 0).map_err(wrap)?;
    for (counts, rows) in [(&mut added, change.added), (&mut updated, change.updated)] {
        counts.people = rows.people;
        counts.follows += rows.follows;
        counts.interactions = rows.interactions;
    }
    write_receipt(connection, place, export, at)?;
    let after = read::summary(connection, place, None)?;
    let Change { left, returned, redated, .. } = change;
    let touched = added.total() + updated.total() + lists + left + returned + redated;
    let changed = touched > 0 || before != after;
    if changed {
        revise(connection, at).map_err(wrap)?;
    }
    let revision = read::revision(connection).map_err(wrap)?;
    Ok(Imported { revision, changed, added, updated, left, returned })
}

/// Adds what is new about people.
fn write_people(
    connection: &Connection,
    export: &Export,
    (gone, sought): (&Erasure, Option<&Sought>),
    as_of: DateTime<Utc>,
    lists: bool,
) -> rusqlite::Result<Change> {
    let own = own_accounts(connection)?;
    let as_of = Micros::from(as_of);
    let people = match &export.crowd {
        Some(crowd) => Cow::Borrowed(crowd),
        None => Cow::Owned(Sorted::of(&export.facts, as_of, &|account| own.contains(account))),
    };
    let revision = read::revision(connection)?;
    bring_in(connection, Incoming { people: &people, as_of, gone, revision, lists, sought })
}

/// The accounts whose followers lie with the people, and not in the table `follow`.
fn own_accounts(connection: &Connection) -> rusqlite::Result<BTreeSet<PersonId>> {
    let read = |row: &rusqlite::Row<'_>| row.get(0).map(|id: String| PersonId::stored(id));
    connection.prepare("SELECT DISTINCT account FROM profile")?.query_map([], read)?.collect()
}

/// Numbers the facts as changed at `at`; never before the revision that came last.
pub(super) fn revise(connection: &Connection, at: DateTime<Utc>) -> rusqlite::Result<()> {
    connection.execute("UPDATE state SET revision = revision + 1", [])?;
    connection.execute(
        "INSERT INTO revised SELECT revision,
             max(?1, coalesce((SELECT max(at) FROM revised), ?1)) FROM state",
        params![micros(at)],
    )?;
    Ok(())
}

/// A table in which newer rows overwrite older ones.
struct Table {
    name: &'static str,
    key: &'static [&'static str],
    /// Columns that every export tells.
    told: &'static [&'static str],
    /// Columns that an export may leave out.
    untold: &'static [&'static str],
    /// A column of which the smallest value ever told counts.
    least: Option<&'static str>,
    /// The column that says how new a row is.
    version: &'static str,
    /// Whether the version is itself a fact.
    version_is_fact: bool,
    /// Whether a row that only got newer leaves what it was for looks back.
    keeps_versions: bool,
}

/// The revision that the facts have once this import is in.
const NEXT: &str = "(SELECT revision + 1 FROM state)";

impl Table {
    /// The insert that updates when something differs. Its parameters: key, told, untold,
    /// least, version.
    fn upsert(&self) -> String {
        let Table { name, version, .. } = self;
        let newer = format!("excluded.{version} >= {name}.{version}");
        let told = self
            .told
            .iter()
            .map(|c| (*c, format!("CASE WHEN {newer} THEN excluded.{c} ELSE {name}.{c} END")));
        let untold = self.untold.iter().map(|c| {
            let (new, old) = (format!("excluded.{c}"), format!("{name}.{c}"));
            let either = format!("coalesce({new}, {old}) ELSE coalesce({old}, {new})");
            (*c, format!("CASE WHEN {newer} THEN {either} END"))
        });
        let least = self.least.map(|c| (c, format!("min({name}.{c}, excluded.{c})")));
        let columns: Vec<(&str, String)> = told.chain(untold).chain(least).collect();
        let mut sets: Vec<String> = columns.iter().map(|(c, new)| format!("{c} = {new}")).collect();
        let mut differs: Vec<String> =
            columns.iter().map(|(c, new)| format!("{name}.{c} IS NOT ({new})")).collect();
        if !self.key.contains(version) {
            sets.push(format!("{version} = max({name}.{version}, excluded.{version})"));
        }
        let newer = format!("excluded.{version} > {name}.{version}");
        let mut kept = differs.clone();
        kept.extend(self.keeps_versions.then(|| newer.clone()));
        differs.extend(self.version_is_fact.then_some(newer));
        let kept = kept.join(" OR ");
        let known = format!("CASE WHEN {kept} THEN excluded.known ELSE {name}.known END");
        sets.push(format!("known = {known}"));
        let all = self.columns();
        let places = vec!["?"; all.len()].join(", ");
        format!(
            "INSERT INTO {name} ({}, known) VALUES ({places}, {NEXT}) ON CONFLICT ({}) DO UPDATE SET {} WHERE {}",
            all.join(", "),
            self.key.join(", "),
            sets.join(", "),
            differs.join(" OR "),
        )
    }

    /// Notes that a row whose facts did not change was seen in a newer export. Its parameters:
    /// key, version.
    fn renew(&self) -> Option<String> {
        let Table { name, version, .. } = self;
        let plain = !self.version_is_fact && !self.key.contains(version);
        let key: Vec<String> =
            self.key.iter().zip(1..).map(|(c, i)| format!("{c} = ?{i}")).collect();
        let (key, last) = (key.join(" AND "), self.key.len() + 1);
        plain.then(|| {
            format!("UPDATE {name} SET {version} = ?{last} WHERE {key} AND {version} < ?{last}")
        })
    }

    fn columns(&self) -> Vec<&'static str> {
        let version = (!self.key.contains(&self.version)).then_some(self.version);
        let rows = [self.key, self.told, self.untold].concat();
        rows.into_iter().chain(self.least).chain(version).collect()
    }
}

const PROFILE: Table = Table {
    name: "profile",
    key: &["account", "as_of"],
    told: &["handle"],
    untold: &["fields", "followers", "follows", "posts", "says"],
    least: None,
    version: "as_of",
    version_is_fact: false,
    keeps_versions: false,
};
const FOLLOW: Table = Table {
    name: "follow",
    key: &["follower", "followed"],
    told: &[],
    untold: &["since"],
    least: Some("first_seen_at"),
    version: "seen_at",
    version_is_fact: true,
    // Every list renews every follower, and no number asks when one was seen last.
    keeps_versions: false,
};
const REQUEST: Table = Table {
    name: "request",
    key: &["person", "account"],
    told: &["state"],
    untold: &["at"],
    least: None,
    version: "as_of",
    version_is_fact: false,
    keeps_versions: false,
};
const POST: Table = Table {
    name: "post",
    key: &["id"],
    told: &["author", "at", "kind", "root", "chars", "visibility"],
    untold: &[
        "parent",
        "parent_author",
        "parent_at",
        "text",
        "question",
        "language",
        "words_hash",
        "needs_answer",
    ],
    least: None,
    version: "as_of",
    version_is_fact: false,
    keeps_versions: false,
};

const POST_TOTALS: Table = Table {
    name: "post_totals",
    key: &["post"],
    told: &["account", "at"],
    untold: &[],
    least: None,
    version: "as_of",
    version_is_fact: true,
    keeps_versions: true,
};
const POST_COUNT: Table = Table {
    name: "post_count",
    key: &["post", "count"],
    // No value means that the platform withheld it, which is a statement like any other.
    told: &["value"],
    untold: &[],
    least: None,
    version: "as_of",
    version_is_fact: false,
    keeps_versions: false,
};
const ACCOUNT_TOTAL: Table = Table {
    name: "account_total",
    key: &["account", "count", "begins", "ends"],
    told: &["value"],
    untold: &[],
    least: None,
    version: "as_of",
    version_is_fact: true,
    keeps_versions: true,
};

/// Why facts could not be written: the database says so, or the disk on which some of them wait.
enum Fault {
    Database(rusqlite::Error),
    Waiting(io::Error),
}

impl Fault {
    fn told(self, place: &str) -> EvidenceError {
        match self {
            Fault::Database(error) => read::bad_row(place, error),
            Fault::Waiting(error) => EvidenceError::folder(Path::new(place), error),
        }
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Fault::Database(error)
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Fault::Waiting(error)
    }
}

fn write_facts(
    connection: &Connection,
    export: &Export,
    gone: &Erasure,
    kept: Kept<'_>,
    as_of: DateTime<Utc>,
) -> Result<(Counts, Counts), Fault> {
    let facts = &export.facts;
    let mut added = Counts::default();
    let mut updated = Counts::default();
    let as_of = micros(as_of);
    (added.profiles, updated.profiles) =
        gain(connection, "profile", |c| c.each(&PROFILE, &facts.profiles, profile))?;
    let own = own_accounts(connection)?;
    let ours = facts.follows.iter().filter(|one| !own.contains(&one.followed));
    let ours: Vec<&Follow> = ours.collect();
    (added.follows, updated.follows) =
        gain(connection, "follow", |c| c.each(&FOLLOW, &ours, follow))?;
    (added.requests, updated.requests) = gain(connection, "request", |c| {
        c.each(&REQUEST, &facts.requests, |r, w| request(r, as_of, w))
    })?;
    let words = Words { keep: kept.words, names: kept.names, own };
    let pages = export.pages.as_ref();
    (added.posts, updated.posts) = gain(connection, "post", |c| {
        let write = |facts: &Facts| c.each(&POST, &facts.posts, |p, w| post(p, as_of, &words, w));
        let mut written = write(facts)?;
        pages.map_or(Ok(()), |pages| {
            pages.posts(&mut |mut page| {
                gone.clean(&mut page);
                written += write(&page)?;
                Ok::<(), Fault>(())
            })
        })?;
        Ok::<u64, Fault>(written)
    })?;
    (added.post_totals, updated.post_totals) = gain(connection, "post_totals", |c| {
        let mut written = c.post_totals(&facts.post_totals)?;
        pages.map_or(Ok(()), |pages| {
            pages.totals(&mut |page| {
                written += c.post_totals(&page.post_totals)?;
                Ok::<(), Fault>(())
            })
        })?;
        Ok::<u64, Fault>(written)
    })?;
    (added.account_totals, updated.account_totals) = gain(connection, "account_total", |c| {
        c.each(&ACCOUNT_TOTAL, &facts.account_totals, account_total)
    })?;
    Ok((added, updated))
}

/// Counts what `work` adds to a table and what it changes there.
fn gain<E: From<rusqlite::Error>>(
    connection: &Connection,
    table: &str,
    work: impl FnOnce(Writer<'_>) -> Result<u64, E>,
) -> Result<(u64, u64), E> {
    let count = || -> rusqlite::Result<i64> {
        connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))
    };
    let before = count()?;
    let written = work(Writer { connection })?;
    let added = u64::try_from(count()? - before).unwrap_or(0);
    Ok((added, written.saturating_sub(added)))
}

#[derive(Clone, Copy)]
struct Writer<'c> {
    connection: &'c Connection,
}

impl Writer<'_> {
    /// Upserts every row of a family and answers how many were written.
    fn each<T>(
        self,
        table: &Table,
        rows: &[T],
        write: impl Fn(&T, &mut Upsert<'_>) -> rusqlite::Result<bool>,
    ) -> rusqlite::Result<u64> {
        let mut upsert = Upsert::of(table, self.connection)?;
        let mut written = 0;
        for row in rows {
            written += u64::from(write(row, &mut upsert)?);
        }
        Ok(written)
    }

    /// Upserts posts with their numbers, each as new as its post says.
    fn post_totals(self, rows: &[PostTotals]) -> rusqlite::Result<u64> {
        let mut posts = Upsert::of(&POST_TOTALS, self.connection)?;
        let mut counts = Upsert::of(&POST_COUNT, self.connection)?;
        let mut written = 0;
        for row in rows {
            let mut changed = post_totals(row, &mut posts)?;
            for (what, value) in row.counts.iter() {
                changed |= post_count(row, what, value, &mut counts)?;
            }
            written += u64::from(changed);
        }
        Ok(written)
    }
}

/// The prepared statements of one family.
struct Upsert<'c> {
    insert: rusqlite::Statement<'c>,
    renew: Option<rusqlite::Statement<'c>>,
}

impl<'c> Upsert<'c> {
    fn of(table: &Table, connection: &'c Connection) -> rusqlite::Result<Self> {
        let renew = table.renew().map(|sql| connection.prepare(&sql)).transpose()?;
        Ok(Self { insert: connection.prepare(&table.upsert())?, renew })
    }

    /// Writes one row if it differs; otherwise remembers that it was seen again.
    ///
    /// - `renewed`: its key and then how new it is; empty where that is not kept apart.
    fn write(&mut self, row: impl Params, renewed: &[&dyn ToSql]) -> rusqlite::Result<bool> {
        let written = self.insert.execute(row)? > 0;
        if let (false, Some(renew)) = (written, &mut self.renew) {
            renew.execute(params_from_iter(renewed))?;
        }
        Ok(written)
    }
}

fn profile(row: &Profile, to: &mut Upsert<'_>) -> rusqlite::Result<bool> {
    let fields = (!row.fields.is_empty()).then(|| read::fields_to_text(&row.fields));
    let says = (!row.says.is_empty()).then(|| read::fields_to_text(&row.says));
    to.write(
        params![
            row.account.as_str(),
            micros(row.as_of),
            row.handle,
            fields,
            row.followers.map(count),
            row.follows.map(count),
            row.posts.map(count),
            says,
        ],
        &[],
    )
}

fn follow(row: &&Follow, to: &mut Upsert<'_>) -> rusqlite::Result<bool> {
    let Follow { follower, followed, since, first_seen_at, seen_at, left_at: _ } = row;
    let (since, first, last) = (since.map(micros), micros(*first_seen_at), micros(*seen_at));
    to.write(params![follower.as_str(), followed.as_str(), since, first, last], &[])
}

fn request(row: &Request, as_of: i64, to: &mut Upsert<'_>) -> rusqlite::Result<bool> {
    let Request { person, account, at, state } = row;
    let state = read::name_of(&read::REQUEST_STATES, state);
    let (person, account) = (person.as_str(), account.as_str());
    to.write(params![person, account, state, at.map(micros), as_of], &[&person, &account, &as_of])
}

fn post(row: &Post, as_of: i64, words: &Words<'_>, to: &mut Upsert<'_>) -> rusqlite::Result<bool> {
    to.write(
        params![
            row.id,
            row.author.as_str(),
            micros(row.at),
            read::name_of(&read::POST_KINDS, &row.kind),
            row.root,
            row.chars,
            read::name_of(&read::VISIBILITIES, &row.visibility),
            row.parent,
            row.parent_author.as_ref().map(|author| author.as_str()),
            row.parent_at.map(micros),
            words.kept(row),
            row.question,
            row.language.as_ref().map(Language::as_str),
            words.hash(row),
            row.needs_answer,
            as_of,
        ],
        &[&row.id, &as_of],
    )
}

fn post_totals(row: &PostTotals, to: &mut Upsert<'_>) -> rusqlite::Result<bool> {
    let PostTotals { post, account, at, as_of, counts: _ } = row;
    to.write(params![post, account.as_str(), micros(*at), micros(*as_of)], &[])
}

fn post_count(
    row: &PostTotals,
    what: Count,
    value: Option<u64>,
    to: &mut Upsert<'_>,
) -> rusqlite::Result<bool> {
    let (what, as_of) = (what.name(), micros(row.as_of));
    to.write(params![row.post, what, value.map(count), as_of], &[&row.post, &what, &as_of])
}

fn account_total(row: &AccountTotals, to: &mut Upsert<'_>) -> rusqlite::Result<bool> {
    let AccountTotals { account, count: what, from, to: until, value, as_of } = row;
    let (from, until, as_of) = (micros(*from), micros(*until), micros(*as_of));
    to.write(params![account.as_str(), what.name(), from, until, count(*value), as_of], &[])
}

fn write_lists(
    connection: &Connection,
    export: &Export,
    as_of: DateTime<Utc>,
) -> rusqlite::Result<u64> {
    let insert = format!("INSERT OR IGNORE INTO complete_list VALUES (?, ?, {NEXT})");
    let mut written = 0;
    for account in &export.followers_complete {
        written += connection.execute(&insert, params![account.as_str(), micros(as_of)])? as u64;
    }
    Ok(written)
}

fn write_receipt(
    connection: &Connection,
    place: &str,
    export: &Export,
    at: DateTime<Utc>,
) -> Result<(), EvidenceError> {
    let receipt = serde_json::to_string(&export.receipt).map_err(|error| {
        EvidenceError::Damaged { path: place.to_owned(), problem: error.to_string() }
    })?;
    let row = params![
        micros(at),
        export.kind.name(),
        export.account,
        export.receipt.digest.as_str(),
        receipt
    ];
    let write = connection.execute(
        &format!(
            "INSERT INTO import (at, kind, account, digest, receipt, known)
             VALUES (?, ?, ?, ?, ?, {NEXT})
             ON CONFLICT (kind, account, digest) DO UPDATE SET at = excluded.at,
                 receipt = excluded.receipt WHERE receipt IS NOT excluded.receipt"
        ),
        row,
    );
    write.map(|_| ()).map_err(|error| EvidenceError::sqlite(place, error))
}

fn micros(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros()
}

/// A count as SQLite keeps it. Readers let no larger one through.
fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
