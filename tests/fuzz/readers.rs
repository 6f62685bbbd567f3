//! What holds for any export, however damaged: it is refused with a remedy, or every row is counted.
//!
//! An export is a folder of files, and a fuzzer knows one input: in it, each file begins with a line
//! `--- NAME`. Start reading at [`ask`].
#![allow(
    dead_code,
    clippy::disallowed_methods,
    reason = "readers read files; each suite asks some"
)]

use std::{
    cell::RefCell,
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use fivestep::{
    evidence::sources::{self, SourceError},
    model::{Source, SourceKind},
};
use tempfile::TempDir;

/// The files of an export, with their names.
pub type Files = Vec<(String, Vec<u8>)>;

/// What a file begins with.
const MARK: &[u8] = b"\n--- ";
/// The name of what stands before the first mark.
const NAMELESS: &str = "input";
/// The mapping of a table of one's own.
pub const MAP: &str = "m.yaml";

/// Asks the reader of `kind` about an input, and nothing may go wrong.
pub fn ask(kind: SourceKind, input: &[u8]) {
    thread_local! { static GROUND: RefCell<Ground> = RefCell::new(Ground::new()) }
    GROUND.with_borrow_mut(|ground| ground.ask(kind, &parted(input), true));
}

/// The kind whose name in YAML is `name`.
pub fn kind_of(name: &str) -> SourceKind {
    let found = SourceKind::ALL.iter().find(|(_, known)| *known == name);
    found.expect("a fuzz target is named after a kind of source").0
}

/// The account whose exports the samples are.
pub fn account_of(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::BlueskyApi => "@acme.example",
        SourceKind::BlueskyCar => "did:plc:own",
        SourceKind::MastodonArchive => "@acme@social.example",
        SourceKind::MastodonApi | SourceKind::MastodonCsv => "@acme@a.example",
        SourceKind::YoutubeTakeout | SourceKind::YoutubeStudio | SourceKind::YoutubeApi => {
            "UCaaaaaaaaaaaaaaaaaaaaaa"
        }
        SourceKind::XArchive
        | SourceKind::XAnalytics
        | SourceKind::XApi
        | SourceKind::Dialogues
        | SourceKind::LinkedinExport
        | SourceKind::TiktokExport
        | SourceKind::Table
        | SourceKind::InstagramExport
        | SourceKind::FacebookExport
        | SourceKind::FacebookInsights
        | SourceKind::MetaBusinessSuite => "acme",
    }
}

/// Parts an input into files.
pub fn parted(input: &[u8]) -> Files {
    let whole = [b"\n", input].concat();
    let mut files = Files::new();
    let mut rest = whole.as_slice();
    while let Some(at) = rest.windows(MARK.len()).position(|found| found == MARK) {
        push(&mut files, &rest[..at]);
        rest = &rest[at + 1..];
    }
    push(&mut files, rest);
    files
}

/// Adds one piece of an input, which begins with its mark or is the nameless first.
fn push(files: &mut Files, piece: &[u8]) {
    match piece.strip_prefix(&MARK[1..]) {
        Some(named) => {
            let end = named.iter().position(|byte| *byte == b'\n').unwrap_or(named.len());
            let name = String::from_utf8_lossy(&named[..end]).into_owned();
            files.push((name, named.get(end + 1..).unwrap_or_default().to_vec()));
        }
        None if piece.len() > 1 => files.push((NAMELESS.to_owned(), piece[1..].to_vec())),
        None => {}
    }
}

/// Joins files to one input: the other way round.
pub fn joined(files: &Files) -> Vec<u8> {
    let pieces = files.iter().map(|(name, bytes)| {
        let begin = format!("--- {name}\n");
        [begin.as_bytes(), bytes].concat()
    });
    pieces.collect::<Vec<_>>().join(&b'\n')
}

/// What a reader answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It gave facts.
    Read,
    /// It gave an error.
    Refused,
}

/// A folder in which exports are laid out, in memory where the system has such a place.
pub struct Ground {
    folder: TempDir,
    /// What lies there: only what differs is written again.
    laid: BTreeMap<String, Vec<u8>>,
}

impl Ground {
    /// An empty one.
    pub fn new() -> Self {
        let folder = TempDir::new_in("/dev/shm").or_else(|_| TempDir::new()).expect("a folder");
        Self { folder, laid: BTreeMap::new() }
    }

    /// Lays `files` out and asks the reader of `kind`; of one file alone it is asked as well.
    ///
    /// - `detect`: whether to ask what kind it is, too.
    pub fn ask(&mut self, kind: SourceKind, files: &Files, detect: bool) -> Answer {
        self.lay(files);
        let given = match self.laid.keys().filter(|name| *name != MAP).collect::<Vec<_>>()[..] {
            [alone] if kind != SourceKind::BlueskyApi => self.folder.path().join(alone),
            _ => self.folder.path().to_owned(),
        };
        if detect {
            let _ = sources::detect(&given);
        }
        self.hold(kind, &given)
    }

    fn hold(&self, kind: SourceKind, given: &Path) -> Answer {
        let map = Some(self.folder.path().join(MAP).display().to_string());
        let source =
            Source { kind, account: account_of(kind).to_owned(), path: None, map, as_of: None };
        match sources::read(&source, given) {
            Ok(export) => {
                let carried = &export.facts.carried;
                assert!(carried.iter().all(|fact| kind.carries().contains(fact)), "{kind}");
                for file in &export.receipt.files {
                    let skipped: u64 = file.skipped.values().sum();
                    assert_eq!(file.kept + skipped, file.rows_read, "{kind}: {}", file.name);
                }
                Answer::Read
            }
            Err(error) => {
                assert_helpful(kind, &error);
                Answer::Refused
            }
        }
    }

    fn lay(&mut self, files: &Files) {
        let wanted: BTreeMap<&str, &[u8]> = files
            .iter()
            .filter(|(name, _)| place_of(name).is_some())
            .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
            .collect();
        let gone: Vec<String> =
            self.laid.keys().filter(|name| !wanted.contains_key(name.as_str())).cloned().collect();
        for name in gone {
            self.laid.remove(&name);
            fs::remove_file(self.folder.path().join(name)).expect("it was laid");
        }
        for (name, bytes) in wanted {
            if self.laid.get(name).is_none_or(|laid| laid != bytes) && self.write(name, bytes) {
                self.laid.insert(name.to_owned(), bytes.to_vec());
            }
        }
    }

    /// Whether a file could be written; it cannot where a folder of its name lies.
    fn write(&self, name: &str, bytes: &[u8]) -> bool {
        let path = self.folder.path().join(name);
        let above = path.parent().expect("the ground is above it");
        (above.is_dir() || fs::create_dir_all(above).is_ok()) && fs::write(&path, bytes).is_ok()
    }
}

fn assert_helpful(kind: SourceKind, error: &SourceError) {
    let text = error.to_string();
    assert!(!error.hint().is_empty(), "{kind}: no remedy for {text}");
    assert!(text.len() < 2_000, "{kind}: too long for a terminal: {text}");
    let steers = text.chars().any(|c| c.is_control() && c != '\n');
    assert!(!steers, "{kind}: it steers the terminal: {text:?}");
}

/// Where a file of an input lies; `None` if its name is none that the ground can have.
fn place_of(name: &str) -> Option<PathBuf> {
    let fits = |part: &str| {
        !part.is_empty() && !part.starts_with('.') && !part.contains(|c: char| c.is_control())
    };
    let parts = name.split('/').count();
    (name.len() <= 200 && parts <= 8 && name.split('/').all(fits)).then(|| PathBuf::from(name))
}
