//! What exports say about people, kept so that millions of people can be read one by one.
//!
//! ```text
//! rows in any order ──► sorter ──► records, one a person, in order ──► blocks of about 16 kB
//! blocks of several layers ──► merged by person ──► Record ──► fold ──► Somebody
//! ```
//!
//! A *layer* is what one import changed: for each person it touched a [`Record`] of what was said,
//! sorted by person, cut into blocks. What holds now, or held at an earlier revision, is folded from
//! what all layers say of a person. Start reading at [`Record::fold`].
//!
//! # Always true
//!
//! - Records of a layer are in the order of ids, each id once.
//! - Bytes that this program did not write give an error, never a panic.
//! - What is folded does not depend on the order of imports, but for exports exactly as new as each
//!   other.

pub mod block;
pub mod codec;
pub mod merge;
pub mod record;
pub mod sorted;
pub mod sorter;

pub use self::{
    record::{Record, Times},
    sorted::Sorted,
};
