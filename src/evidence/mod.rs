//! Facts and numbers: what the exports say, and what can be computed from it.
//!
//! ```text
//! export ──► sources::read ──► Export (facts, receipt) ──► evidence store ──► Facts ──► metrics
//! ```
//!
//! Start reading at [`facts`]. Readers translate, the store keeps, [`metrics`] compute; none of
//! them decides anything.

pub mod accounts;
pub mod comparison;
pub mod erasure;
pub mod facts;
pub mod foremost;
pub mod inbox;
pub mod interval;
pub mod language;
pub mod layers;
pub mod metrics;
pub mod numbers;
pub mod portrait;
pub mod pseudonym;
pub mod scores;
pub mod snowflake;
pub mod somebody;
pub mod sources;
pub(crate) mod span;
pub mod splitmix;
pub mod survival;
pub mod target;
pub mod topics;
