//! Posts and their numbers that are more than the memory is to hold, page by page.
//!
//! Start reading at [`Pages::each`].
//!
//! # Always true
//!
//! - A post is on one page only, and so are its numbers.
//! - Pages come in the order of addresses: first the posts, then their numbers.

use std::io;

use chrono::{DateTime, Utc};

use super::{
    roots::Roots,
    runs::{Row, Rows},
    spans::Span,
};
use crate::evidence::facts::{Facts, Post, PostTotals};

/// How many posts, or posts with numbers, are on a page.
const PAGE: usize = 1 << 14;

/// What of an export waits in files.
#[derive(Debug, Clone)]
pub struct Pages {
    pub(super) posts: Rows<Post>,
    pub(super) roots: Roots,
    pub(super) totals: Rows<PostTotals>,
    /// How new the export is.
    pub(super) as_of: DateTime<Utc>,
    /// From when to when the posts are, and those with numbers.
    pub(super) spans: [Option<Span>; 2],
}

impl Pages {
    /// Shows every page: facts that hold posts, or numbers of posts, and nothing else.
    ///
    /// # Errors
    ///
    /// Those of `see`, and what the disk says.
    pub fn each<E: From<io::Error>>(
        &self,
        see: &mut dyn FnMut(Facts) -> Result<(), E>,
    ) -> Result<(), E> {
        self.posts(see)?;
        self.totals(see)
    }

    /// Shows the pages of posts.
    ///
    /// # Errors
    ///
    /// As [`Pages::each`].
    pub fn posts<E: From<io::Error>>(
        &self,
        see: &mut dyn FnMut(Facts) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut page = Facts::default();
        self.posts.each(&mut |mut post| {
            self.roots.tell(&mut post);
            page.posts.push(post);
            if page.posts.len() < PAGE { Ok(()) } else { see(std::mem::take(&mut page)) }
        })?;
        see(page)
    }

    /// Shows the pages of numbers.
    ///
    /// # Errors
    ///
    /// As [`Pages::each`].
    pub fn totals<E: From<io::Error>>(
        &self,
        see: &mut dyn FnMut(Facts) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut page = Facts::default();
        self.totals.each(&mut |totals| {
            page.post_totals.push(PostTotals { as_of: self.as_of, ..totals });
            if page.post_totals.len() < PAGE { Ok(()) } else { see(std::mem::take(&mut page)) }
        })?;
        see(page)
    }
}

/// Pages are equal if they lie in the same files.
impl PartialEq for Pages {
    fn eq(&self, other: &Self) -> bool {
        self.posts == other.posts && self.totals == other.totals && self.as_of == other.as_of
    }
}

/// A post seen twice is one; what the first sight lacked is filled in.
impl Row for Post {
    type Key<'r> = &'r str;

    fn key(&self) -> &str {
        &self.id
    }

    fn words(&self) -> usize {
        self.text.as_deref().map_or(0, str::len)
    }

    fn join(&mut self, later: &mut Self) {
        self.text = self.text.take().or_else(|| later.text.take());
        self.parent_at = self.parent_at.or(later.parent_at);
        self.question = self.question.or(later.question);
        self.needs_answer = self.needs_answer.or(later.needs_answer);
        self.language = self.language.or(later.language);
    }
}

/// Of two numbers the larger counts, and a number counts more than one withheld.
impl Row for PostTotals {
    type Key<'r> = &'r str;

    fn key(&self) -> &str {
        &self.post
    }

    fn words(&self) -> usize {
        0
    }

    fn join(&mut self, later: &mut Self) {
        self.counts.fill(std::mem::take(&mut later.counts));
    }
}
