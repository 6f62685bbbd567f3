//! The nouns: plain data that every other part of fivestep speaks about.
//!
//! Start reading at [`Workflow`] (what a person wrote) and [`Checkpoint`] (where a brand
//! stands). A brand moves because [`Event`]s are applied to its checkpoint; each event follows
//! from a [`Command`] and from [`Observations`] measured in the brand's evidence.
//!
//! # Always true
//!
//! - Nothing here reads a file, asks for the time or is async.
//! - A proportion is a fraction from 0 to 1 everywhere; percent exists only as text, written by
//!   [`quantity`] and read by `definition`.
//! - A missing number is absent, never 0; [`Finding`] says in which way.

pub mod action;
pub mod benchmark;
pub mod brand;
mod by_metric;
pub mod calendar;
pub mod capability;
pub mod charter;
pub mod checkpoint;
pub mod command;
pub mod cron;
pub mod event;
pub mod expression;
pub mod form;
pub mod ids;
mod instant;
mod landmark;
pub mod metric;
pub mod observation;
pub mod occurrence;
pub mod quantity;
pub mod schedule;
mod source_kind;
pub mod suite;
pub mod timer;
pub mod workflow;

pub use action::{Action, ActionName, ActionState, Job, Phase, Work};
pub use benchmark::{Benchmark, Denominator};
pub use brand::{Account, Audience, Brand, Charter, KeepWords, Pillar, Platform, Segment, Source};
pub use by_metric::ByMetric;
pub use calendar::{Period, WorkingTime};
pub use capability::FactKind;
pub use checkpoint::{Checkpoint, Status, TaskState};
pub use command::{Command, Until, Verb};
pub use cron::Cron;
pub use event::{Entry, Event};
pub use expression::{Expression, Fact};
pub use form::{Field, FieldKind, Form};
pub use ids::{
    ActionId, Actor, BrandId, ClauseId, Digest, ScheduleId, StageId, TaskId, WorkflowId,
};
pub use metric::Metric;
pub use observation::{Finding, Interval, Observation, Observations, Terms, Window};
pub use quantity::{Quantity, Unit};
pub use schedule::Schedule;
pub use source_kind::SourceKind;
pub use suite::Suite;
pub use timer::{Timer, TimerKind};
pub use workflow::{
    Bound, Branch, Clause, Demand, Escalation, FiveStep, Goal, Limits, Next, Outcome, Stage,
    StageLimit, Target, Task, Test, Threshold, Verdict, Workflow,
};
