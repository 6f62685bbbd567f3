//! How good the screen is on a table of labelled accounts.

use serde::Serialize;

use crate::evidence::{
    scores::{
        Reason,
        evaluation::{Share, Sides},
    },
    sources::{FileReceipt, Labelled},
};

/// What the screen got right and wrong, and on what.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EvaluationView {
    /// All accounts.
    pub accounts: Sides,
    /// Those that the screen flags.
    pub flagged: Sides,
    /// Those of which it cannot say anything.
    pub unknown: Sides,
    /// Of the flagged, those that are not genuine.
    pub precision: Share,
    /// Of those that are not genuine, the flagged.
    pub recall: Share,
    /// Of the genuine, the flagged.
    pub false_alarms: Share,
    /// Reason by reason, as far as they were met.
    pub reasons: Vec<Met>,
    /// What became of the rows.
    pub file: FileReceipt,
    /// What else a person should know.
    pub notes: Vec<String>,
}

/// How often a reason was met.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Met {
    /// Its code.
    pub reason: &'static str,
    /// How many accounts have it.
    #[serde(flatten)]
    pub accounts: Sides,
}

/// The view of what a table gave.
pub fn evaluation(labelled: &Labelled) -> EvaluationView {
    let Labelled { evaluation, file, unread, all_silent } = labelled;
    let mut notes = Vec::new();
    if *all_silent {
        notes
            .push("no column `engaged`: everybody counts as somebody who never engaged".to_owned());
    }
    if !unread.is_empty() {
        notes.push(format!("columns that nothing reads: {}", unread.join(", ")));
    }
    let met = Reason::ALL.iter().zip(evaluation.reasons);
    let met = met.map(|(reason, accounts)| Met { reason: reason.code(), accounts });
    EvaluationView {
        accounts: evaluation.accounts,
        flagged: evaluation.flagged,
        unknown: evaluation.unknown,
        precision: evaluation.precision(),
        recall: evaluation.recall(),
        false_alarms: evaluation.false_alarms(),
        reasons: met.filter(|met| met.accounts != Sides::default()).collect(),
        file: file.clone(),
        notes,
    }
}
