//! The exit codes, in one place. The page `docs/reference/exit-codes.md` is made from this table.

use std::process::ExitCode;

use crate::{engine::Refusal, failure::Failure, workspace::WorkspaceError};

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It moved something, or answered.
    Done,
    /// The system, a file of ours or an export failed it.
    Fault,
    /// The command line was not understood.
    Usage,
    /// A workflow, brand or suite file is wrong.
    Invalid,
    /// A name does not exist.
    Unknown,
    /// A case of a suite went otherwise than it says.
    Failed,
    /// Another process was faster.
    Conflict,
    /// There is nothing to do: the gate is shut, the task is done, the run is over.
    Blocked,
}

impl Exit {
    /// Every exit with its code, name and meaning.
    pub const ALL: [(Exit, u8, &'static str, &'static str); 8] = [
        (Exit::Done, 0, "done", "it moved something, or answered"),
        (Exit::Fault, 1, "fault", "the system, the workspace or an export failed it"),
        (Exit::Usage, 2, "usage", "the command line or a form was not filled in right"),
        (Exit::Invalid, 3, "invalid", "a workflow, brand or suite file is wrong"),
        (Exit::Unknown, 4, "unknown", "a brand, workflow, task, clause or code does not exist"),
        (
            Exit::Failed,
            5,
            "failed",
            "a case of a suite failed, or the coverage asked for is missing",
        ),
        (Exit::Conflict, 6, "conflict", "another process moved the brand at the same moment"),
        (Exit::Blocked, 10, "blocked", "nothing to do: the gate is shut, or the run is over"),
    ];

    /// The number that the shell sees.
    pub fn code(self) -> u8 {
        Self::ALL.iter().find(|row| row.0 == self).map_or(1, |row| row.1)
    }

    /// The word in JSON.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|row| row.0 == self).map_or("fault", |row| row.2)
    }

    /// The exit of a command over several brands: the first failure by weight, else done if
    /// anything was, else blocked.
    pub fn of_many(exits: impl IntoIterator<Item = Exit>) -> Exit {
        let weight = |exit: Exit| match exit {
            Exit::Fault => 7,
            Exit::Conflict => 6,
            Exit::Invalid => 5,
            Exit::Unknown => 4,
            Exit::Failed => 3,
            Exit::Usage => 2,
            Exit::Done => 1,
            Exit::Blocked => 0,
        };
        exits.into_iter().max_by_key(|exit| weight(*exit)).unwrap_or(Exit::Blocked)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit.code())
    }
}

impl From<&Failure> for Exit {
    fn from(failure: &Failure) -> Self {
        match failure {
            Failure::Refused { refusal, .. } => Exit::from(&**refusal),
            Failure::Definition { .. } => Exit::Invalid,
            Failure::Conflict { .. } => Exit::Conflict,
            Failure::Usage { .. } => Exit::Usage,
            Failure::UnknownCode { .. }
            | Failure::UnknownPerson { .. }
            | Failure::NoBrandFile { .. }
            | Failure::JournalGivenUp { .. }
            | Failure::Workspace(WorkspaceError::Unknown { .. }) => Exit::Unknown,
            Failure::Workspace(_)
            | Failure::DefinitionLost { .. }
            | Failure::Store(_)
            | Failure::Evidence(_)
            | Failure::Source(_)
            | Failure::House(_)
            | Failure::Io { .. } => Exit::Fault,
        }
    }
}

impl From<&Refusal> for Exit {
    fn from(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::UnknownTask { .. }
            | Refusal::UnknownClause { .. }
            | Refusal::UnknownAction { .. }
            | Refusal::NotEarlier { .. } => Exit::Unknown,
            Refusal::Form { .. }
            | Refusal::NoOwner { .. }
            | Refusal::NeedsActor
            | Refusal::NeedsReason => Exit::Usage,
            Refusal::NotStarted
            | Refusal::AlreadyStarted { .. }
            | Refusal::Finished { .. }
            | Refusal::Paused
            | Refusal::NotPaused
            | Refusal::GateShut(_)
            | Refusal::TaskDone { .. }
            | Refusal::TaskOpen { .. }
            | Refusal::TaskRejected { .. }
            | Refusal::SecondPerson { .. }
            | Refusal::OtherAnswer { .. }
            | Refusal::SameOwner { .. }
            | Refusal::NothingDue
            | Refusal::ActionRuns { .. }
            | Refusal::NotFailed { .. }
            | Refusal::NotSkippable { .. }
            | Refusal::NotAwaited { .. }
            | Refusal::NotWaivable { .. }
            | Refusal::AlreadyWaived { .. }
            | Refusal::OtherDefinition { .. }
            | Refusal::SameDefinition
            | Refusal::StageGone { .. } => Exit::Blocked,
        }
    }
}
