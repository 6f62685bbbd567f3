//! Where brands are stuck: counted while they go by, one row a stage, clause and verdict.

use std::{cmp::Reverse, collections::BTreeMap};

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{
    model::{Checkpoint, Status, Verdict},
    store::Standing,
};

/// What holds some brands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StuckRow {
    /// The stage.
    pub stage: String,
    /// The clause, or `action NAME` for an action that is not settled.
    pub clause: String,
    /// What it answered; absent for an action.
    pub verdict: Option<Verdict>,
    /// How many brands it holds.
    pub brands: u64,
    /// Since when it has held the one that it holds longest, UTC.
    pub since: DateTime<Utc>,
    /// That brand.
    pub example: String,
}

/// Counts what holds brands; its size grows with the clauses of workflows, not with brands.
///
/// ```
/// use fivestep::{model::{BrandId, Checkpoint}, view::stuck::Stuck};
/// let mut stuck = Stuck::default();
/// stuck.add(&Checkpoint::new(BrandId::new("acme")?));
/// assert!(stuck.rows().is_empty(), "a brand that has not started is not stuck");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct Stuck {
    rows: BTreeMap<(String, String, Option<&'static str>), StuckRow>,
}

impl Stuck {
    /// Counts a brand if its gate was found shut.
    pub fn add(&mut self, checkpoint: &Checkpoint) {
        let Some(place) = &checkpoint.place else { return };
        let (Status::Running, Some(since)) = (&checkpoint.status, place.blocked_since) else {
            return;
        };
        let held_by = Standing::of(checkpoint).held_by;
        for clause in held_by.split(',').filter(|clause| !clause.is_empty()) {
            let judged = place.gate.iter().find(|judged| judged.clause.as_str() == clause);
            let row = StuckRow {
                stage: place.stage.to_string(),
                clause: clause.to_owned(),
                verdict: judged.map(|judged| judged.verdict),
                brands: 0,
                since,
                example: checkpoint.brand.to_string(),
            };
            self.count(row);
        }
    }

    fn count(&mut self, row: StuckRow) {
        let key = (row.stage.clone(), row.clause.clone(), row.verdict.map(Verdict::name));
        let known = self.rows.entry(key).or_insert_with(|| row.clone());
        known.brands += 1;
        if row.since < known.since {
            (known.since, known.example) = (row.since, row.example);
        }
    }

    /// Every row, the one that holds most brands first, then the one that holds longest.
    pub fn rows(&self) -> Vec<StuckRow> {
        let mut rows: Vec<StuckRow> = self.rows.values().cloned().collect();
        rows.sort_by_key(|row| (Reverse(row.brands), row.since));
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BrandId, StageId, checkpoint::Place, event::Judged, ids::ClauseId};

    fn shut(brand: &str, since: &str, verdicts: &[(&str, Verdict)]) -> Checkpoint {
        let mut checkpoint = Checkpoint::new(BrandId::new(brand).expect("a name"));
        let at = since.parse().expect("an instant");
        let judged = verdicts.iter().map(|(clause, verdict)| Judged {
            clause: ClauseId::new(*clause).expect("a name"),
            verdict: *verdict,
            waived: false,
        });
        checkpoint.status = Status::Running;
        checkpoint.place = Some(Place {
            stage: StageId::new("support").expect("a name"),
            since: at,
            entered: 1,
            held_ms: 0,
            blocked_since: Some(at),
            gate: judged.collect(),
        });
        checkpoint
    }

    #[test]
    fn a_row_counts_brands_and_names_the_one_that_waits_longest() {
        use Verdict::{Fail, Insufficient, Pass};
        let mut stuck = Stuck::default();
        let open =
            Checkpoint { status: Status::Ready, ..shut("idle", "2026-03-01T10:00:00Z", &[]) };
        stuck.add(&open);
        for (brand, since, verdicts) in [
            ("one", "2026-03-03T10:00:00Z", vec![("answered", Fail), ("signed", Fail)]),
            ("two", "2026-03-02T10:00:00Z", vec![("answered", Fail), ("signed", Pass)]),
            ("three", "2026-03-01T10:00:00Z", vec![("answered", Insufficient)]),
        ] {
            stuck.add(&shut(brand, since, &verdicts));
        }
        let rows = stuck.rows();
        let told: Vec<_> = rows
            .iter()
            .map(|row| (row.clause.as_str(), row.verdict, row.brands, row.example.as_str()))
            .collect();
        let expected = [
            ("answered", Some(Fail), 2, "two"),
            ("answered", Some(Insufficient), 1, "three"),
            ("signed", Some(Fail), 1, "one"),
        ];
        assert_eq!(told, expected);
    }
}
