//! The one place that asks for the time.

use chrono::{DateTime, Utc};

/// The machine's clock, or one that stands still for tests and demonstrations.
///
/// ```
/// use fivestep::clock::Clock;
/// let noon = "2026-03-02T12:00:00Z".parse()?;
/// assert_eq!(Clock::fixed(noon).now(), noon);
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Clock {
    fixed: Option<DateTime<Utc>>,
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self { fixed: None }
    }

    /// A clock that always says `at`.
    pub fn fixed(at: DateTime<Utc>) -> Self {
        Self { fixed: Some(at) }
    }

    /// The time now, UTC, in whole milliseconds: as exact as it is stored.
    #[allow(clippy::disallowed_methods, reason = "this is the one place that asks for the time")]
    pub fn now(&self) -> DateTime<Utc> {
        let now = self.fixed.unwrap_or_else(Utc::now);
        DateTime::from_timestamp_millis(now.timestamp_millis()).unwrap_or(now)
    }
}

/// The machine's time in nanoseconds since 1970, whatever a [`Clock`] stands at.
///
/// Only for comparing with the times of files, which the machine's own clock has set. No decision
/// about a brand may rest on it.
#[allow(clippy::disallowed_methods, reason = "this is the one place that asks for the time")]
pub fn file_time_ns() -> i64 {
    Utc::now().timestamp_nanos_opt().unwrap_or_default()
}
