//! What people are to be told, and were.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::store::state::Told;

use super::sentence;

/// One notice as people see it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NoticeView {
    /// What tells it from every other.
    pub key: String,
    /// The brand.
    pub brand: String,
    /// When it came up, UTC.
    pub at: DateTime<Utc>,
    /// `reminder`, `deadline`, `escalation`, `alert` or `notify`.
    pub kind: &'static str,
    /// Who is told: a person or `role:NAME`.
    pub to: String,
    /// In words.
    pub text: String,
    /// When it was delivered, UTC; absent if it was not yet.
    pub delivered: Option<DateTime<Utc>>,
}

/// A row of the store as people see it.
pub fn notice(told: Told) -> NoticeView {
    let Told { notice, delivered, .. } = told;
    NoticeView {
        key: notice.key.to_string(),
        brand: notice.brand.to_string(),
        at: notice.at,
        kind: notice.kind.name(),
        to: notice.to,
        text: sentence::plain(&notice.text),
        delivered,
    }
}
