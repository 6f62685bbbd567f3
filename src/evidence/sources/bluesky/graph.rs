//! `getFollowers` and `getFollows`: who follows us, and whom we follow.
//!
//! Start reading at [`Pages::complete`]: it guards against marking people as gone who are only
//! on a page that was not saved.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{own::Own, view};
use crate::{
    evidence::{
        facts::PersonId,
        sources::{
            SourceError,
            gather::{Gather, lists_all},
            json::{self, Skip},
            met::Met,
            receipt::FileReceipt,
        },
    },
    model::FactKind,
};

/// What the pages of one list were like.
#[derive(Debug, Default)]
pub(super) struct Pages {
    people: Met,
    numbers: Vec<Option<u64>>,
    cursors: BTreeSet<String>,
    last_pages: usize,
    skipped: u64,
}

impl Pages {
    /// Whether any page was read.
    pub(super) fn read(&self) -> bool {
        !self.numbers.is_empty()
    }

    /// How many people are on them.
    pub(super) fn listed(&self) -> u64 {
        self.people.count()
    }

    /// Whether the pages are the whole list; else why not.
    ///
    /// - `stated`: how many the profile says there are.
    pub(super) fn complete(&self, stated: Option<u64>) -> Result<(), String> {
        let pages = self.numbers.len();
        let fits = |stated: &u64| lists_all(self.listed(), *stated);
        if pages == 0 {
            return Err("no page of it was saved".into());
        }
        if self.last_pages != 1 {
            return Err("its last page, the one without a cursor, was not saved once".into());
        }
        if self.cursors.len() + 1 != pages {
            return Err("two pages have the same cursor".into());
        }
        if !self.numbers_run() {
            return Err("the numbers of its files have a gap".into());
        }
        if self.skipped > 0 {
            return Err(format!("{} of its rows could not be read", self.skipped));
        }
        match stated.filter(|stated| !fits(stated)) {
            Some(stated) => Err(format!("it has {} of the {stated} stated", self.listed())),
            None => Ok(()),
        }
    }

    /// What the receipt says about it.
    pub(super) fn note(&self, what: &str, complete: Result<(), String>) -> Vec<String> {
        match complete {
            _ if !self.read() => Vec::new(),
            Ok(()) => vec![format!("the list of {what} is complete")],
            Err(why) => {
                vec![format!("the list of {what} is a part, so nobody is marked as gone: {why}")]
            }
        }
    }

    /// Whether numbered files run without a gap from 0, 1 or no number.
    fn numbers_run(&self) -> bool {
        let mut numbers: Vec<u64> = self.numbers.iter().flatten().copied().collect();
        numbers.sort_unstable();
        let unnumbered = self.numbers.len() - numbers.len();
        let starts = match numbers.first() {
            None => true,
            Some(0 | 1) => true,
            Some(2) => unnumbered > 0,
            Some(_) => false,
        };
        starts && numbers.windows(2).all(|pair| pair[1] == pair[0] + 1)
    }

    fn page(&mut self, file: &str, page: &Value) {
        self.numbers.push(page_number(file));
        match page.pointer("/cursor").and_then(Value::as_str).filter(|cursor| !cursor.is_empty()) {
            Some(cursor) => {
                self.cursors.insert(cursor.to_owned());
            }
            None => self.last_pages += 1,
        }
    }
}

/// The number at the end of a file's name: 3 in `getFollowers_page3.json`.
fn page_number(file: &str) -> Option<u64> {
    let stem = file.strip_suffix(".json")?;
    let digits = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    stem[digits.len()..].parse().ok()
}

/// Reads one page of those who follow us.
pub(super) fn read_followers(
    own: &Own,
    page: &Value,
    file: &mut FileReceipt,
    gather: &mut Gather,
    pages: &mut Pages,
) -> Result<(), SourceError> {
    if !ours(own, page, file)? {
        return Ok(());
    }
    let rows = json::rows(&file.name, page, "/followers")?;
    gather.carried.insert(FactKind::Followers);
    pages.page(&file.name, page);
    json::each(rows, "/followers", file, &mut |row| {
        let id = follower(own, row, gather).inspect_err(|_| pages.skipped += 1)?;
        pages.people.first(id.as_str());
        Ok(())
    });
    Ok(())
}

fn follower(own: &Own, row: &Value, gather: &mut Gather) -> Result<PersonId, Skip> {
    let person = view::person(row, "")?;
    let record = view::maybe_address(row, "/viewer/followedBy")?;
    gather.stated(json::maybe_instant(row, "/indexedAt"));
    let id = person.id.clone();
    gather.follow(id.clone(), own.id.clone(), view::seen(record));
    gather.person(person);
    Ok(id)
}

/// Reads one page of those whom we follow.
pub(super) fn read_follows(
    own: &Own,
    page: &Value,
    file: &mut FileReceipt,
    gather: &mut Gather,
    pages: &mut Pages,
) -> Result<(), SourceError> {
    if !ours(own, page, file)? {
        return Ok(());
    }
    let rows = json::rows(&file.name, page, "/follows")?;
    pages.page(&file.name, page);
    json::each(rows, "/follows", file, &mut |row| {
        pages.people.first(followed(own, row, gather)?.as_str());
        Ok(())
    });
    Ok(())
}

fn followed(own: &Own, row: &Value, gather: &mut Gather) -> Result<PersonId, Skip> {
    let person = view::person(row, "")?;
    let ours = view::maybe_address(row, "/viewer/following")?;
    let theirs = view::maybe_address(row, "/viewer/followedBy")?;
    gather.stated(json::maybe_instant(row, "/indexedAt"));
    let id = person.id.clone();
    gather.follow(own.id.clone(), id.clone(), view::seen(ours));
    if theirs.is_some() {
        gather.follow(id.clone(), own.id.clone(), view::seen(theirs));
    }
    gather.person(person);
    Ok(id)
}

/// Whether a page is about our account; one about somebody else counts as one skipped row.
fn ours(own: &Own, page: &Value, file: &mut FileReceipt) -> Result<bool, SourceError> {
    json::object(&file.name, page, "")?;
    match page.pointer("/subject/did").and_then(Value::as_str) {
        Some(did) if !own.is(did) => {
            file.skip("a list of somebody else", || "/subject".into());
            Ok(false)
        }
        _ => Ok(true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(files: &[(&str, Option<&str>)], listed: u64) -> Pages {
        let mut pages = Pages::default();
        for (name, cursor) in files {
            pages.page(name, &serde_json::json!({ "cursor": cursor }));
        }
        for one in 0..listed {
            pages.people.first(&format!("did:plc:{one}"));
        }
        pages
    }

    #[test]
    fn a_list_is_complete_only_if_nothing_speaks_against_it() {
        let (f1, f2, f3) = ("getFollowers.json", "getFollowers-2.json", "getFollowers-3.json");
        // (why this row exists, pages with cursors, listed, stated, is it complete?)
        type Row<'a> = (&'a str, &'a [(&'a str, Option<&'a str>)], u64, Option<u64>, bool);
        let table: [Row; 10] = [
            ("one last page", &[(f1, None)], 5, None, true),
            ("one page that goes on", &[(f1, Some("a"))], 5, None, false),
            ("all pages", &[(f1, Some("a")), (f2, Some("b")), (f3, None)], 9, Some(9), true),
            ("a page is missing", &[(f1, Some("a")), (f3, None)], 9, Some(9), false),
            ("only the last page", &[(f3, None)], 9, None, false),
            ("two last pages", &[(f1, None), (f2, None)], 9, None, false),
            ("a page saved twice", &[(f1, Some("a")), (f2, Some("a")), (f3, None)], 9, None, false),
            ("far fewer than stated", &[(f1, None)], 94, Some(100), false),
            ("a little fewer than stated", &[(f1, None)], 95, Some(100), true),
            ("no page", &[], 0, Some(0), false),
        ];
        for (why, files, listed, stated, complete) in table {
            let found = pages(files, listed).complete(stated);
            assert_eq!(found.is_ok(), complete, "{why}: {found:?}");
        }
    }
}
