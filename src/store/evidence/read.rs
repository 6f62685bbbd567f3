//! Rows back into facts.
//!
//! Start reading at [`background`]; people, follows and interactions are read by `super::crowd`.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::Arc,
};

use chrono::{DateTime, TimeZone, Utc};
use rusqlite::{Connection, Row, RowIndex, types::Type};

use super::{EvidenceError, StoredReceipt};
use crate::{
    evidence::{
        facts::{
            AccountTotals, Act, Count, Facts, Origin, PersonId, Post, PostKind, PostTotals,
            Profile, Request, RequestState, Visibility,
        },
        language::Language,
        numbers::Numbers,
        somebody::Micros,
    },
    model::FactKind,
};

/// States of requests with their names in the store.
pub(super) const REQUEST_STATES: [(RequestState, &str); 3] = [
    (RequestState::Pending, "pending"),
    (RequestState::Accepted, "accepted"),
    (RequestState::Declined, "declined"),
];

/// Kinds of posts with their names in the store.
pub(super) const POST_KINDS: [(PostKind, &str); 4] = [
    (PostKind::Original, "original"),
    (PostKind::Reply, "reply"),
    (PostKind::SelfThread, "self_thread"),
    (PostKind::Repost, "repost"),
];

/// Who may read a post, with the names in the store.
pub(super) const VISIBILITIES: [(Visibility, &str); 4] = [
    (Visibility::Public, "public"),
    (Visibility::Unlisted, "unlisted"),
    (Visibility::Followers, "followers"),
    (Visibility::Direct, "direct"),
];

const ACTS: [Act; 5] = [Act::Like, Act::Repost, Act::Reply, Act::Quote, Act::Mention];

/// What somebody did, by its name in the store.
pub(super) fn act(name: &str) -> rusqlite::Result<Act> {
    let act = ACTS.into_iter().find(|act| act.name() == name);
    act.ok_or_else(|| bad("act", "an unknown name"))
}

/// The name of a value in the store.
pub(super) fn name_of<T: PartialEq>(names: &[(T, &'static str)], value: &T) -> &'static str {
    names.iter().find(|(known, _)| known == value).map_or("", |(_, name)| name)
}

/// Fields of a profile as one text.
pub(super) fn fields_to_text<T: serde::Serialize>(fields: &BTreeMap<String, T>) -> String {
    serde_json::to_string(fields).expect("a map of texts is always JSON")
}

/// Everything known but people, follows and interactions, which may be too many for the memory.
///
/// - `heard_since`: given how new the evidence is, the moment since which the posts of others are asked for,
///   UTC; of the older ones those that own posts of since then answer. Absent for all.
pub(super) fn background(
    connection: &Connection,
    place: &str,
    at: Option<u64>,
    heard_since: Option<&dyn Fn(DateTime<Utc>) -> DateTime<Utc>>,
) -> Result<Facts, EvidenceError> {
    let (carried, origins, as_of) = summary(connection, place, at)?;
    let from = Rows { connection, at };
    let heard_since = as_of.zip(heard_since).map(|(as_of, since)| since(as_of));
    let read = || {
        Ok(Facts {
            carried,
            origins,
            as_of,
            profiles: from.all("profile", "as_of, account", profile)?,
            people: Vec::new(),
            follows: Vec::new(),
            requests: from.all("request", "person, account", request)?,
            complete_lists: from
                .added("complete_list", "account", complete_list)?
                .into_iter()
                .collect(),
            posts: from.posts(heard_since)?,
            interactions: Vec::new(),
            post_totals: post_totals(from)?,
            account_totals: from.all(
                "account_total",
                "account, count, begins, ends",
                account_total,
            )?,
        })
    };
    read().map_err(|error| bad_row(place, error))
}

/// What the brand shows of itself: its profiles, its posts after `since`, and the oldest of them all.
///
/// - `since`: given how new the evidence is, UTC.
pub(super) fn own(
    connection: &Connection,
    place: &str,
    at: Option<u64>,
    since: impl FnOnce(DateTime<Utc>) -> DateTime<Utc>,
) -> Result<Facts, EvidenceError> {
    let (carried, origins, as_of) = summary(connection, place, at)?;
    let from = Rows { connection, at };
    let read = || {
        let profiles = from.all("profile", "as_of, account", profile)?;
        let posts = as_of.map(|as_of| own_posts(from, since(as_of))).transpose()?;
        let posts = posts.unwrap_or_default();
        Ok(Facts { carried, origins, as_of, profiles, posts, ..Facts::default() })
    };
    read().map_err(|error| bad_row(place, error))
}

/// The posts of accounts with a profile: those after `since`, and the oldest.
fn own_posts(from: Rows<'_>, since: DateTime<Utc>) -> rusqlite::Result<Vec<Post>> {
    let posts = from.select("post", "id");
    let sql = format!(
        "WITH own AS (SELECT * FROM ({posts}) WHERE author IN (SELECT account FROM profile))
         SELECT * FROM own WHERE at > {} OR at = (SELECT min(at) FROM own) ORDER BY id",
        since.timestamp_micros()
    );
    let mut known = Known::default();
    from.query(&sql, |row| post(row, &mut known))
}

/// What stands above the facts: kinds carried, origins, and how new they are.
pub(super) type Summary = (BTreeSet<FactKind>, BTreeSet<Origin>, Option<DateTime<Utc>>);

/// Draws the summary from the receipts, of now or of an earlier revision.
pub(super) fn summary(
    connection: &Connection,
    place: &str,
    at: Option<u64>,
) -> Result<Summary, EvidenceError> {
    let mut summary = Summary::default();
    for StoredReceipt { receipt, .. } in receipts(connection, place, at)? {
        summary.0.extend(receipt.carried);
        summary.1.insert(Origin { kind: receipt.kind, account: receipt.account });
        summary.2 = summary.2.max(receipt.as_of);
    }
    Ok(summary)
}

/// The receipts of all imports, oldest first; those up to an earlier revision, if asked.
pub(super) fn receipts(
    connection: &Connection,
    place: &str,
    at: Option<u64>,
) -> Result<Vec<StoredReceipt>, EvidenceError> {
    let read = |row: &Row<'_>| {
        let text: String = row.get("receipt")?;
        let receipt = serde_json::from_str(&text).map_err(|error| bad("receipt", error))?;
        Ok(StoredReceipt { at: time(row, "at")?, receipt })
    };
    let rows = Rows { connection, at };
    rows.added("import", "at, id", read).map_err(|error| bad_row(place, error))
}

/// How often the facts changed.
pub(super) fn revision(connection: &Connection) -> rusqlite::Result<u64> {
    let revision: i64 = connection.query_row("SELECT revision FROM state", [], |row| row.get(0))?;
    u64::try_from(revision).map_err(|error| bad("revision", error))
}

/// The newest revision up to an instant; 0 before the first.
pub(super) fn revision_at(connection: &Connection, at: DateTime<Utc>) -> rusqlite::Result<u64> {
    let newest = "SELECT coalesce(max(revision), 0) FROM revised WHERE at <= ?1";
    let revision: i64 = connection.query_row(newest, [at.timestamp_micros()], |row| row.get(0))?;
    u64::try_from(revision).map_err(|error| bad("revision", error))
}

/// The rows as they stand now, or as they stood at an earlier revision.
#[derive(Clone, Copy)]
pub(super) struct Rows<'c> {
    pub connection: &'c Connection,
    pub at: Option<u64>,
}

impl Rows<'_> {
    /// The rows of a table whose rows change.
    fn all<T>(
        self,
        table: &str,
        order: &str,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Vec<T>> {
        self.query(&self.select(table, order), read)
    }

    /// Posts, with one copy of what many of them name.
    ///
    /// - `heard_since`: as [`background`] has it.
    fn posts(self, heard_since: Option<DateTime<Utc>>) -> rusqlite::Result<Vec<Post>> {
        let (mut known, posts) = (Known::default(), self.select("post", "id"));
        let Some(since) = heard_since else {
            return self.query(&posts, |row| post(row, &mut known));
        };
        let since = since.timestamp_micros();
        let sql = format!(
            "WITH known AS ({posts}),
             own AS (SELECT account FROM profile UNION SELECT account FROM post_totals)
             SELECT * FROM known WHERE author IN own OR at >= {since} OR id IN (
                 SELECT parent FROM known WHERE author IN own AND at >= {since} AND parent NOT NULL)
             ORDER BY id"
        );
        self.query(&sql, |row| post(row, &mut known))
    }

    /// The statement that gives the rows of a table whose rows change.
    pub fn select(self, table: &str, order: &str) -> String {
        match self.at {
            None => format!("SELECT * FROM {table} ORDER BY {order}"),
            Some(at) => format!(
                "SELECT 0 AS until, * FROM {table} WHERE known <= {at}
                 UNION ALL SELECT * FROM {table}_before WHERE known <= {at} AND {at} < until
                 ORDER BY {order}"
            ),
        }
    }

    /// The rows of a table to which rows are only added.
    fn added<T>(
        self,
        table: &str,
        order: &str,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Vec<T>> {
        let known = self.at.map_or(String::new(), |at| format!("WHERE known <= {at}"));
        self.query(&format!("SELECT * FROM {table} {known} ORDER BY {order}"), read)
    }

    fn query<T>(
        self,
        sql: &str,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Vec<T>> {
        self.connection.prepare(sql)?.query_map([], read)?.collect()
    }
}

fn profile(row: &Row<'_>) -> rusqlite::Result<Profile> {
    let fields: Option<String> = row.get("fields")?;
    let fields = fields.map(|text| serde_json::from_str(&text)).transpose();
    let says: Option<String> = row.get("says")?;
    let says = says.map(|text| serde_json::from_str(&text)).transpose();
    Ok(Profile {
        says: says.map_err(|error| bad("says", error))?.unwrap_or_default(),
        account: id(row, "account")?,
        handle: row.get("handle")?,
        as_of: time(row, "as_of")?,
        fields: fields.map_err(|error| bad("fields", error))?.unwrap_or_default(),
        followers: count(row, "followers")?,
        follows: count(row, "follows")?,
        posts: count(row, "posts")?,
    })
}

fn complete_list(row: &Row<'_>) -> rusqlite::Result<(PersonId, DateTime<Utc>)> {
    Ok((id(row, "account")?, time(row, "as_of")?))
}

fn request(row: &Row<'_>) -> rusqlite::Result<Request> {
    Ok(Request {
        person: id(row, "person")?,
        account: id(row, "account")?,
        at: maybe_time(row, "at")?,
        state: named(row, "state", &REQUEST_STATES)?,
    })
}

/// The people who were read before: most posts name the same few.
#[derive(Default)]
struct Known(HashSet<PersonId>);

impl Known {
    /// The only copy of an id.
    fn person(&mut self, id: &str) -> PersonId {
        let known = self.0.get(id).cloned();
        known.unwrap_or_else(|| {
            let id = PersonId::stored(id);
            self.0.insert(id.clone());
            id
        })
    }
}

fn post(row: &Row<'_>, known: &mut Known) -> rusqlite::Result<Post> {
    let address = |column: &str| -> rusqlite::Result<Option<&str>> {
        row.get_ref(column)?.as_str_or_null().map_err(|error| bad_at(row, column, error))
    };
    let told = |column: &str| address(column)?.ok_or_else(|| bad_at(row, column, "nothing"));
    let id: Arc<str> = told("id")?.into();
    let parent: Option<Arc<str>> = address("parent")?.map(Into::into);
    let root = match (told("root")?, &parent) {
        (root, _) if *root == *id => id.clone(),
        (root, Some(parent)) if *root == **parent => parent.clone(),
        (root, _) => root.into(),
    };
    let language = address("language")?.map(Language::of_tag);
    Ok(Post {
        id,
        author: known.person(told("author")?),
        at: time(row, "at")?,
        kind: named(row, "kind", &POST_KINDS)?,
        root,
        parent,
        parent_author: address("parent_author")?.map(|id| known.person(id)),
        parent_at: maybe_time(row, "parent_at")?,
        text: row.get("text")?,
        chars: row.get("chars")?,
        question: row.get("question")?,
        needs_answer: row.get("needs_answer")?,
        language: language.flatten(),
        visibility: named(row, "visibility", &VISIBILITIES)?,
    })
}

/// The posts with their numbers, which have a table of their own.
fn post_totals(from: Rows<'_>) -> rusqlite::Result<Vec<PostTotals>> {
    let mut known = Known::default();
    let mut posts = from.all("post_totals", "post", |row| post_total(row, &mut known))?;
    let mut counts = from.connection.prepare(&from.select("post_count", "post, count"))?;
    let (mut counts, mut place) = (counts.query([])?, 0);
    while let Some(row) = counts.next()? {
        let post = row.get_ref("post")?.as_str()?;
        place += posts[place..].iter().take_while(|totals| *totals.post < *post).count();
        if let Some(totals) = posts.get_mut(place).filter(|totals| *totals.post == *post) {
            totals.counts.add(named(row, "count", &Count::ALL)?, count(row, "value")?);
        }
    }
    Ok(posts)
}

fn post_total(row: &Row<'_>, known: &mut Known) -> rusqlite::Result<PostTotals> {
    Ok(PostTotals {
        post: row.get("post")?,
        account: known.person(row.get_ref("account")?.as_str()?),
        at: time(row, "at")?,
        as_of: time(row, "as_of")?,
        counts: Numbers::default(),
    })
}

fn account_total(row: &Row<'_>) -> rusqlite::Result<AccountTotals> {
    Ok(AccountTotals {
        account: id(row, "account")?,
        count: named(row, "count", &Count::ALL)?,
        from: time(row, "begins")?,
        to: time(row, "ends")?,
        value: count(row, "value")?.ok_or_else(|| bad("value", "nothing"))?,
        as_of: time(row, "as_of")?,
    })
}

fn id(row: &Row<'_>, column: &str) -> rusqlite::Result<PersonId> {
    row.get::<_, String>(column).map(PersonId::stored)
}

pub(super) fn maybe_time(
    row: &Row<'_>,
    column: impl RowIndex,
) -> rusqlite::Result<Option<DateTime<Utc>>> {
    let time = |micros| {
        let time = Utc.timestamp_micros(micros).single();
        time.ok_or_else(|| bad_at(row, column, NO_TIME))
    };
    row.get::<_, Option<i64>>(column)?.map(time).transpose()
}

pub(super) fn time(row: &Row<'_>, column: impl RowIndex) -> rusqlite::Result<DateTime<Utc>> {
    maybe_time(row, column)?.ok_or_else(|| bad_at(row, column, "nothing"))
}

/// A moment of which the calendar knows, without a look at the calendar.
pub(super) fn moment(row: &Row<'_>, column: impl RowIndex) -> rusqlite::Result<Micros> {
    let moment = maybe_moment(row, column)?;
    moment.ok_or_else(|| bad_at(row, column, "nothing"))
}

/// The same, where there may be none.
pub(super) fn maybe_moment(
    row: &Row<'_>,
    column: impl RowIndex,
) -> rusqlite::Result<Option<Micros>> {
    let moment = row.get::<_, Option<i64>>(column)?.map(Micros);
    let known = moment.is_none_or(Micros::is_a_time);
    if known { Ok(moment) } else { Err(bad_at(row, column, NO_TIME)) }
}

/// What a number is that no calendar holds.
const NO_TIME: &str = "no time we can count";

/// A text without a copy of it.
pub(super) fn text<'r>(row: &'r Row<'_>, column: usize) -> rusqlite::Result<&'r str> {
    row.get_ref(column)?.as_str().map_err(|error| bad_at(row, column, error))
}

pub(super) fn count(row: &Row<'_>, column: impl RowIndex) -> rusqlite::Result<Option<u64>> {
    let number: Option<i64> = row.get(column)?;
    number.map(u64::try_from).transpose().map_err(|error| bad_at(row, column, error))
}

fn named<T: Copy>(row: &Row<'_>, column: &str, names: &[(T, &str)]) -> rusqlite::Result<T> {
    let name: String = row.get(column)?;
    let found = names.iter().find(|(_, known)| *known == name);
    found.map(|(value, _)| *value).ok_or_else(|| bad(column, "an unknown name"))
}

/// A stored value that this program would not have written.
pub(super) fn bad(
    column: &str,
    problem: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> rusqlite::Error {
    let problem = format!("the column `{column}` holds {}", problem.into());
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, problem.into())
}

/// The same, for the column at a place.
fn bad_at(
    row: &Row<'_>,
    column: impl RowIndex,
    problem: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> rusqlite::Error {
    let statement = row.as_ref();
    let name = column.idx(statement).and_then(|place| statement.column_name(place));
    bad(name.unwrap_or_default(), problem)
}

pub(super) fn bad_row(place: &str, error: rusqlite::Error) -> EvidenceError {
    match error {
        rusqlite::Error::FromSqlConversionFailure(_, _, problem) => {
            EvidenceError::Damaged { path: place.to_owned(), problem: problem.to_string() }
        }
        rusqlite::Error::InvalidColumnType(_, column, found) => EvidenceError::Damaged {
            path: place.to_owned(),
            problem: format!("the column `{column}` holds {found}"),
        },
        error => EvidenceError::sqlite(place, error),
    }
}
