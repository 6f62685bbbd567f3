//! YouTube: what Takeout hands over of an account, the tables of YouTube Studio, and answers of the API.
//!
//! Start reading at the reader you care for: [`takeout`], [`studio`] or [`api`].
//!
//! # Always true
//!
//! - Files, folders and columns are named in the account's language, so cells are told by what they
//!   look like wherever that is certain.

pub(super) mod api;
pub(super) mod studio;
pub(super) mod takeout;

use crate::{evidence::facts::PersonId, model::Platform};

/// The key of a channel.
fn person_id(channel: &str) -> PersonId {
    PersonId::new(Platform::Youtube, channel)
}

/// Whether a cell is the id of a channel.
fn is_channel(cell: &str) -> bool {
    cell.len() == 24 && cell.starts_with("UC") && is_token(cell)
}

/// Whether a cell is the id of a video.
fn is_video(cell: &str) -> bool {
    cell.len() == 11 && is_token(cell)
}

fn is_token(cell: &str) -> bool {
    cell.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}
