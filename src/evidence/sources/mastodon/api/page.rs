//! A saved answer: its headers, if they were saved too, and its JSON.
//!
//! Start reading at [`Page::of`]; [`Pages::complete`] guards against marking people as gone who are
//! only on a page that was not saved.
//!
//! # Always true
//!
//! - Whether a list goes on stands in the `Link` header alone, so without headers no page is the last.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::evidence::sources::{SourceError, gather::lists_all, json, tree::Entry};

/// The largest saved answer. A page has 80 rows and 200 kB; this leaves room for joined pages. As
/// values in memory it takes at most about fifteen times that.
const MAX_ANSWER_BYTES: u64 = 32 << 20;

/// A saved answer.
#[derive(Debug)]
pub(super) struct Page {
    /// Its JSON.
    pub body: Value,
    /// When the server sent it, if the headers were saved.
    pub sent_at: Option<DateTime<Utc>>,
    /// Where the list goes on; `None` without headers, `Some(None)` on the last page.
    pub next: Option<Option<String>>,
    /// Whether the request left some kinds of rows out, as the `Link` header repeats it.
    pub filtered: bool,
}

impl Page {
    /// Reads an answer as `curl` or `curl -i` saves it.
    pub(super) fn of(entry: &mut Entry<'_>) -> Result<Page, SourceError> {
        let bytes = entry.bytes(MAX_ANSWER_BYTES)?;
        let (head, body) = parted(&bytes);
        let body = json::parse(&entry.place, body)?;
        let Some(head) = head else {
            return Ok(Page { body, sent_at: None, next: None, filtered: false });
        };
        let link = header(&head, "link").unwrap_or_default();
        let sent_at =
            header(&head, "date").and_then(|date| DateTime::parse_from_rfc2822(date).ok());
        Ok(Page {
            body,
            sent_at: sent_at.map(|at| at.with_timezone(&Utc)),
            next: Some(next(link)),
            filtered: link.contains("types%5B") || link.contains("types["),
        })
    }

    /// Its rows: a list, or the one object that it is.
    pub(super) fn rows(&self) -> &[Value] {
        match &self.body {
            Value::Array(rows) => rows,
            one => std::slice::from_ref(one),
        }
    }
}

/// The headers, if there are any, and the body.
fn parted(bytes: &[u8]) -> (Option<String>, &[u8]) {
    if !bytes.starts_with(b"HTTP/") {
        return (None, bytes);
    }
    let ends = |mark: &[u8]| {
        let at = bytes.windows(mark.len()).position(|found| found == mark)?;
        Some((at, at + mark.len()))
    };
    let (end, begin) = ends(b"\r\n\r\n").or(ends(b"\n\n")).unwrap_or((bytes.len(), bytes.len()));
    (Some(String::from_utf8_lossy(&bytes[..end]).into_owned()), &bytes[begin..])
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

/// The address of the next page in a `Link` header.
fn next(link: &str) -> Option<String> {
    let entry = link.split(',').find(|entry| entry.contains("rel=\"next\""))?;
    let (_, address) = entry.split_once('<')?;
    Some(address.split_once('>')?.0.to_owned())
}

/// What the pages of a list of people were like.
#[derive(Debug, Default)]
pub(super) struct Pages {
    pub skipped: u64,
    pages: usize,
    next: BTreeSet<String>,
    last: usize,
    without_headers: usize,
}

impl Pages {
    /// Counts a page.
    pub(super) fn page(&mut self, page: &Page) {
        self.pages += 1;
        match &page.next {
            None => self.without_headers += 1,
            Some(None) => self.last += 1,
            Some(Some(next)) => {
                self.next.insert(next.clone());
            }
        }
    }

    /// Whether any page was read.
    pub(super) fn read(&self) -> bool {
        self.pages > 0
    }

    /// Whether the pages are provably the whole list; else why not.
    ///
    /// - `listed`: how many people are on them.
    /// - `stated`: how many there are, as the account says.
    pub(super) fn complete(&self, listed: u64, stated: Option<u64>) -> Result<(), String> {
        if self.skipped > 0 {
            return Err(format!("{} of its rows could not be read", self.skipped));
        }
        // Exactly as many as stated leaves nobody to be missing, whatever the headers were.
        match stated {
            Some(stated) if stated == listed => return Ok(()),
            // Servers count accounts that they do not list, but a hidden list is empty.
            Some(stated) if !lists_all(listed, stated) => {
                return Err(format!("it has {listed} of the {stated} stated"));
            }
            _ => {}
        }
        if self.without_headers > 0 {
            return Err("its `Link` headers were not saved: save the answers with `curl -i`".into());
        }
        if self.last != 1 || self.next.len() + 1 != self.pages {
            return Err("its pages do not run from the first to the last, once each".into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_stands_in_the_link_header() {
        // (why this row exists, the header, the next page)
        let table = [
            (
                "both",
                r#"<https://a/x?max_id=2>; rel="next", <https://a/x?min_id=9>; rel="prev""#,
                Some("https://a/x?max_id=2"),
            ),
            ("the last page", r#"<https://a/x?since_id=1>; rel="prev""#, None),
            ("none", "", None),
            ("broken", r#"rel="next""#, None),
        ];
        for (why, link, expected) in table {
            assert_eq!(next(link).as_deref(), expected, "{why}");
        }
    }

    #[test]
    fn headers_are_parted_from_the_body() {
        let (head, body) = parted(b"HTTP/2 200\r\nLink: <x>; rel=\"next\"\r\n\r\n[1]");
        let head = head.expect("headers");
        assert_eq!((header(&head, "link"), body), (Some("<x>; rel=\"next\""), &b"[1]"[..]));
        assert_eq!(parted(b"[1]"), (None, &b"[1]"[..]));
        assert_eq!(parted(b"HTTP/2 200").1, b"");
    }

    #[test]
    fn a_list_is_complete_only_if_that_can_be_proved() {
        let page = |next: Option<Option<&str>>| Page {
            body: Value::Null,
            sent_at: None,
            next: next.map(|next| next.map(str::to_owned)),
            filtered: false,
        };
        let (bare, last, more) = (None, Some(None), Some(Some("a")));
        // (why this row exists, pages, listed, stated, is it complete?)
        type Row<'r> = (&'r str, &'r [Option<Option<&'r str>>], u64, Option<u64>, bool);
        let table: [Row; 8] = [
            ("without headers", &[bare], 5, None, false),
            ("without headers, but as many as stated", &[bare], 5, Some(5), true),
            ("the last page alone", &[last], 5, None, true),
            ("from first to last", &[more, last], 99, Some(100), true),
            ("a page that goes on", &[more], 5, None, false),
            ("two last pages", &[last, last], 5, None, false),
            ("a page twice", &[more, more, last], 5, None, false),
            ("a hidden list", &[last], 0, Some(100), false),
        ];
        for (why, found, listed, stated, complete) in table {
            let mut pages = Pages::default();
            found.iter().for_each(|next| pages.page(&page(*next)));
            let answer = pages.complete(listed, stated);
            assert_eq!(answer.is_ok(), complete, "{why}: {answer:?}");
        }
    }
}
