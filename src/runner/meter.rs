//! What a server did and how its brands stand, as Prometheus reads it.
//!
//! Counts only: no brand, person or text stands in any name or label.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};

use crate::store::state::Census;

use super::tick::Tally;

/// What a server did since it began. Shared by the server and whoever asks it.
#[derive(Debug, Default)]
pub struct Meter {
    done: Mutex<Done>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Done {
    tally: Tally,
    rounds: u64,
    leads: bool,
    fence: u64,
}

impl Meter {
    /// Adds what one round did.
    pub fn count(&self, tally: &Tally) {
        self.change(|done| {
            done.tally.add(tally);
            done.rounds += 1;
        });
    }

    /// Notes whether this process leads, and under which number.
    pub fn leads(&self, fence: Option<u64>) {
        self.change(|done| {
            done.leads = fence.is_some();
            done.fence = fence.unwrap_or(done.fence);
        });
    }

    fn change(&self, change: impl FnOnce(&mut Done)) {
        change(&mut self.done.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Everything in the text format that Prometheus reads (version 0.0.4).
    ///
    /// # Source
    ///
    /// "Exposition formats", the Prometheus project's documentation.
    pub fn text(&self, census: &Census, now: DateTime<Utc>) -> String {
        let done = *self.done.lock().unwrap_or_else(PoisonError::into_inner);
        let mut out = String::new();
        counters(&mut out, &done);
        standing(&mut out, census);
        let late = census
            .next_due
            .map_or(0.0, |at| ((now - at).num_milliseconds() as f64 / 1_000.0).max(0.0));
        gauge(&mut out, "late_seconds", "For how long the longest due timer has waited.", late);
        gauge(&mut out, "leads", "Whether this process leads.", f64::from(u8::from(done.leads)));
        gauge(&mut out, "fence", "The number under which it led last.", done.fence as f64);
        out
    }
}

/// What was done, as numbers that only grow.
fn counters(out: &mut String, done: &Done) {
    let Done { tally, rounds, .. } = done;
    let single = [
        ("timers_fired", "Reminders, deadlines, escalations, waits and limits.", tally.fired),
        ("stages_left", "Stages that brands left.", tally.moves),
        ("attempts_begun", "Attempts of actions that were begun.", tally.begun),
        ("attempts_succeeded", "Attempts of actions that did what they should.", tally.succeeded),
        ("attempts_failed", "Attempts of actions that failed.", tally.failed),
        ("occurrences_skipped", "Occurrences of schedules that were left out.", tally.skipped),
        ("notices_delivered", "Notices that were delivered.", tally.delivered),
        ("conflicts", "Brands that another process had moved in the meantime.", tally.conflicts),
        ("brands_not_read", "Times that nothing could be done for a brand.", tally.broken),
        ("rounds", "Rounds in which something happened.", *rounds),
    ];
    for (name, help, number) in single {
        head(out, &format!("{name}_total"), help, "counter");
        line(out, &format!("{name}_total"), "", number as f64);
    }
}

/// How the brands stand.
fn standing(out: &mut String, census: &Census) {
    head(out, "brands", "Brands by status.", "gauge");
    for (status, brands) in &census.by_status {
        line(out, "brands", &format!("{{status=\"{status}\"}}"), *brands as f64);
    }
    head(out, "brands_blocked", "Running brands whose gate is shut, by stage.", "gauge");
    for (stage, brands) in &census.blocked_by_stage {
        line(out, "brands_blocked", &format!("{{stage=\"{stage}\"}}"), *brands as f64);
    }
    gauge(out, "timers_due", "Timers that are due.", census.due as f64);
    gauge(out, "timers", "Timers that wait or are due.", census.timers as f64);
    gauge(out, "notices_open", "Notices that were not delivered yet.", census.notices as f64);
}

fn gauge(out: &mut String, name: &str, help: &str, value: f64) {
    head(out, name, help, "gauge");
    line(out, name, "", value);
}

fn head(out: &mut String, name: &str, help: &str, kind: &str) {
    out.push_str(&format!("# HELP fivestep_{name} {help}\n# TYPE fivestep_{name} {kind}\n"));
}

fn line(out: &mut String, name: &str, labels: &str, value: f64) {
    out.push_str(&format!("fivestep_{name}{labels} {value}\n"));
}
