//! Instagram and Facebook: the exports of an account, and the tables of numbers of a Page.
//!
//! Start reading at the reader you care for: [`instagram`], [`facebook`] or [`tables`].
//!
//! # Always true
//!
//! - Texts are mended before anything is made of them.
//! - These exports do not say whether they cover all time, so a list of followers is complete only
//!   when the export's own numbers say so.

pub(super) mod facebook;
mod insights;
pub(super) mod instagram;
pub(super) mod tables;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{json::Skip, times};

/// The time at `path`, in seconds since 1970; 0 says nothing.
fn seconds(row: &Value, path: &str) -> Option<DateTime<Utc>> {
    times::of_seconds(row.pointer(path)?.as_i64()?)
}

/// The same, or why the row gives no fact.
fn second(row: &Value, path: &str) -> Result<DateTime<Utc>, Skip> {
    let name = path.trim_start_matches('/');
    seconds(row, path).ok_or_else(|| Skip::because(format!("`{name}` is not a plausible time")))
}

/// The name of a file without folders, ending and the number of its part: `followers` for
/// `connections/followers_1.json`.
fn stem(name: &str) -> &str {
    let file = name.rsplit('/').next().unwrap_or(name);
    let Some(stem) = file.strip_suffix(".json") else { return "" };
    stem.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('_')
}
