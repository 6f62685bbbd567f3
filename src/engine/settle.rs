//! `window_settled`: whether the window holds evidence of this cycle alone.
//!
//! Without it, a brand could be taken round the stages twice on the same evidence, and "held for
//! two cycles" would mean nothing. It follows from the checkpoint and the newest evidence, so the
//! engine derives it instead of measuring it.

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::{Finding, Metric, Observation, Window};

use super::gate::Evidence;

/// When the evidence must reach, so that the window holds this cycle alone; `None` in the first
/// cycle, which counts what was there before.
pub(super) fn settles_at(evidence: Evidence<'_>) -> Option<DateTime<Utc>> {
    let window = TimeDelta::try_seconds(evidence.workflow.window_seconds)?;
    evidence.checkpoint.cycle.counted_to?.checked_add_signed(window - Window::grace(window))
}

/// The observation; `None` before the first import.
pub(super) fn observe(evidence: Evidence<'_>) -> Option<Observation> {
    let as_of = evidence.observations.as_of?;
    let settled = settles_at(evidence).is_none_or(|at| as_of >= at);
    let length = TimeDelta::try_seconds(evidence.workflow.window_seconds)?;
    Some(Observation {
        metric: Metric::WindowSettled,
        finding: Finding::Measured {
            value: f64::from(u8::from(settled)),
            n: 1,
            hits: None,
            interval: None,
        },
        window: Some(Window { from: as_of.checked_sub_signed(length)?, to: as_of, asked: false }),
        span: None,
        as_of: Some(as_of),
        denominator: "the window of this cycle".to_owned(),
        sources: Vec::new(),
        caveats: Vec::new(),
    })
}
