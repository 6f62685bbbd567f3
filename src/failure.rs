//! Everything that can keep a command from its answer, with what to do next.
//!
//! Each kind has one exit code (`cli::exit`). A [`Refusal`] is an everyday answer; the others are
//! mistakes in a file or a name, or faults.

use thiserror::Error;

use crate::{
    definition::{self, Code, Diagnostic, SourceFile},
    engine::Refusal,
    evidence::sources::SourceError,
    house::HouseError,
    model::{BrandId, Digest},
    store::{StoreError, evidence::EvidenceError},
    workspace::WorkspaceError,
};

/// Why a command has no answer.
#[derive(Debug, Error)]
pub enum Failure {
    /// The engine changes nothing.
    #[error("{brand}: {refusal}")]
    Refused {
        /// The brand.
        brand: BrandId,
        /// Why.
        refusal: Box<Refusal>,
    },
    /// A workflow or brand file is wrong.
    #[error("{} in {}", problems(diagnostics), file.name())]
    Definition {
        /// The file.
        file: Box<SourceFile>,
        /// What is wrong with it.
        diagnostics: Vec<Diagnostic>,
    },
    /// Another process moved the brand between the decision and the commit.
    #[error("another process moved {brand} at the same moment; nothing was changed")]
    Conflict {
        /// The brand.
        brand: BrandId,
    },
    /// The definition a brand runs on is not in the store.
    #[error("{brand} runs on definition {}, which the state file does not hold", digest.short())]
    DefinitionLost {
        /// The brand.
        brand: BrandId,
        /// The definition.
        digest: Digest,
    },
    /// That part of a brand's journal is not kept any more.
    #[error("the journal of {brand} before commit {kept} was given up; commit {asked} was before")]
    JournalGivenUp {
        /// The brand.
        brand: BrandId,
        /// The commit that was asked for.
        asked: u64,
        /// The earliest commit of which it is known where the brand stood.
        kept: u64,
    },
    /// A brand is to begin that has no file.
    #[error("there is no brand `{brand}` yet: `brands/{brand}.yaml` is missing")]
    NoBrandFile {
        /// The brand.
        brand: BrandId,
        /// A brand whose file is like it.
        like: BrandId,
    },
    /// The command line was not understood.
    #[error("{message}")]
    Usage {
        /// What was wrong.
        message: String,
        /// What to do next.
        hint: String,
    },
    /// There is no such diagnostic.
    #[error("there is no code `{name}`")]
    UnknownCode {
        /// As it was typed.
        name: String,
        /// As codes are written.
        id: String,
    },
    /// The evidence knows nobody of that name.
    #[error("nobody called `{who}` has to do with {brand}")]
    UnknownPerson {
        /// The brand.
        brand: BrandId,
        /// As it was typed.
        who: String,
    },
    /// The workspace.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    /// The store of runs.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store of evidence.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    /// An export.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A copy that is made or taken in.
    #[error(transparent)]
    House(#[from] HouseError),
    /// What was to be printed or written could not be.
    #[error("{doing}: {source}")]
    Io {
        /// What was tried.
        doing: String,
        /// The system's reason.
        source: std::io::Error,
    },
}

fn problems(diagnostics: &[Diagnostic]) -> String {
    match diagnostics.len() {
        1 => "one problem".to_owned(),
        count => format!("{count} problems"),
    }
}

impl Failure {
    /// Whether a failure met on one brand's way concerns that brand only, so that work for the
    /// others can go on.
    pub fn concerns_one_brand(&self) -> bool {
        match self {
            Failure::Store(error) => error.concerns_one_brand(),
            // Nobody would hear of the others.
            Failure::Io { .. } => false,
            Failure::Refused { .. }
            | Failure::Definition { .. }
            | Failure::Conflict { .. }
            | Failure::DefinitionLost { .. }
            | Failure::JournalGivenUp { .. }
            | Failure::NoBrandFile { .. }
            | Failure::Usage { .. }
            | Failure::UnknownCode { .. }
            | Failure::UnknownPerson { .. }
            | Failure::Workspace(_)
            | Failure::Evidence(_)
            | Failure::Source(_)
            | Failure::House(_) => true,
        }
    }

    /// What to do next, in one sentence; `None` where the message says all.
    pub fn hint(&self) -> Option<String> {
        match self {
            Failure::Refused { brand, refusal } => Some(refusal.hint(brand.as_str())),
            Failure::Definition { .. } => None,
            Failure::Conflict { brand } => {
                Some(format!("see where it stands with `fivestep why {brand}`, then decide again"))
            }
            Failure::DefinitionLost { brand, .. } => {
                Some(format!("go on under the file as it is with `fivestep adopt {brand}`"))
            }
            Failure::JournalGivenUp { brand, kept, .. } => {
                Some(format!("the earliest is {kept}: see `fivestep history {brand}`"))
            }
            Failure::NoBrandFile { brand, like } => Some(format!(
                "make it with `cp brands/{like}.yaml brands/{brand}.yaml`, then \
                 `sed -i 's/^brand: {like}/brand: {brand}/' brands/{brand}.yaml`"
            )),
            Failure::Usage { hint, .. } => Some(hint.clone()),
            Failure::UnknownCode { id, .. } => Some(codes_that_exist(id)),
            Failure::UnknownPerson { brand, .. } => Some(format!(
                "write a handle, an id, or a pseudonym as `fivestep refine {brand}` shows it"
            )),
            Failure::Workspace(error) => workspace_hint(error),
            Failure::Store(error) => Some(error.hint()),
            Failure::Evidence(error) => Some(error.hint().to_owned()),
            Failure::Source(error) => Some(error.hint()),
            Failure::House(error) => Some(error.hint()),
            Failure::Io { .. } => None,
        }
    }
}

fn workspace_hint(error: &WorkspaceError) -> Option<String> {
    match error {
        WorkspaceError::NotFound { .. } => Some(
            "make one with `fivestep init`, or look at a ready one with `fivestep demo`".to_owned(),
        ),
        WorkspaceError::Exists { .. } => Some("go on in it, or choose another folder".to_owned()),
        WorkspaceError::Unknown { what, known, name } => Some(names_that_exist(what, name, known)),
        WorkspaceError::Io { .. } => Some("look at the path and its permissions".to_owned()),
    }
}

/// The code most like `id`, and how to see all.
fn codes_that_exist(id: &str) -> String {
    let all = "see them all with `fivestep explain`";
    match definition::closest(id, Code::ALL.iter().map(|code| code.id())) {
        Some(nearest) => format!("did you mean `{nearest}`? {all}"),
        None => all.to_owned(),
    }
}

/// The names that exist, or the first of very many, and the one most like `name`.
fn names_that_exist(what: &str, name: &str, known: &[String]) -> String {
    const SHOWN: usize = 12;
    if known.is_empty() {
        return format!("there is no {what} in this workspace yet");
    }
    let nearest = definition::closest(name, known.iter().map(String::as_str));
    let list: Vec<String> = known.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    let more = if known.len() > SHOWN {
        format!(" and {} more", known.len() - SHOWN)
    } else {
        String::new()
    };
    let listed = format!("there is {}{more}", list.join(", "));
    match nearest {
        Some(nearest) => format!("did you mean `{nearest}`? {listed}"),
        None => listed,
    }
}
