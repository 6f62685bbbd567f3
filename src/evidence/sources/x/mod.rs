//! X, once Twitter: its archive, its tables of numbers, and saved answers of its API.
//!
//! Start reading at [`archive`], [`analytics`] or [`api`]; what they share stands here.
//!
//! # Always true
//!
//! - A post is known by one address, `https://x.com/i/status/ID`, whichever file names it, so the
//!   archive's posts and the tables' numbers meet.

pub(super) mod analytics;
pub(super) mod api;
pub(super) mod archive;

use crate::{
    evidence::{facts::PersonId, sources::json::Skip},
    model::Platform,
};

/// The id of an account.
fn person_id(id: &str) -> PersonId {
    PersonId::new(Platform::X, id)
}

/// The address of a post by its id.
fn address(id: &str) -> String {
    format!("https://x.com/i/status/{id}")
}

/// An id as X gives them: digits.
fn id(text: &str) -> Result<&str, Skip> {
    let good = (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if good { Ok(text) } else { Err(Skip::because("an id that is not a number")) }
}

/// A handle as people write it.
fn handle(name: &str) -> String {
    format!("@{}", super::text::clean_name(name.trim_start_matches('@')))
}

/// Whether `account`, as a brand file names it, is the account of this name or number.
fn is(account: &str, name: &str, number: &str) -> bool {
    let account = account.trim().trim_start_matches('@');
    account.eq_ignore_ascii_case(name.trim_start_matches('@')) || account == number
}

/// The words of a post: X escapes three signs in them.
fn words(text: &str) -> String {
    let plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    super::text::clean_text(&plain)
}
