//! Whose words are kept, and what is kept of the others.
//!
//! Start reading at [`Words::kept`] and [`take_out`].
//!
//! # Always true
//!
//! - Words that the brand file does not let stay reach no row.
//! - The hash of words is keyed with the file's secret: without it nobody can try out what was said.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};

use crate::{
    evidence::{
        facts::{PersonId, Post},
        pseudonym::Pseudonyms,
    },
    model::KeepWords,
};

/// Judges the words of posts on their way into the store.
pub(super) struct Words<'w> {
    pub keep: KeepWords,
    pub names: &'w Pseudonyms,
    /// The brand's own accounts.
    pub own: BTreeSet<PersonId>,
}

impl Words<'_> {
    /// The words of a post, if they are kept.
    pub(super) fn kept<'p>(&self, post: &'p Post) -> Option<&'p str> {
        let ours = self.own.contains(&post.author);
        post.text.as_deref().filter(|_| self.keep.keeps(ours))
    }

    /// The hash of its words, if they are known and there are any.
    pub(super) fn hash(&self, post: &Post) -> Option<String> {
        let words = post.text.as_deref().filter(|words| !words.is_empty());
        words.map(|words| self.names.mark(words))
    }
}

/// Takes out words that were kept and are to be kept no longer, of now and of before; answers of how
/// many posts. What was asked about them then cannot be told again.
pub(super) fn take_out(connection: &Connection, keep: KeepWords) -> rusqlite::Result<u64> {
    let whose = match keep {
        KeepWords::All => return Ok(0),
        KeepWords::Own => "AND author NOT IN (SELECT account FROM profile)",
        KeepWords::None => "",
    };
    let any = |table: &str| {
        format!("SELECT EXISTS (SELECT 1 FROM {table} WHERE text IS NOT NULL {whose})")
    };
    let mut posts = 0;
    for table in ["post", "post_before"] {
        if connection.query_row(&any(table), params![], |row| row.get(0))? {
            // What is taken out is overwritten with zeros.
            connection.pragma_update(None, "secure_delete", true)?;
            let clear = format!("UPDATE {table} SET text = NULL WHERE text IS NOT NULL {whose}");
            posts += connection.execute(&clear, params![])? as u64;
        }
    }
    Ok(posts)
}
