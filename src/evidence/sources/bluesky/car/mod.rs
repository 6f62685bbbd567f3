//! A repository of the AT Protocol, as a server exports it: everything one account wrote.
//!
//! ```text
//! .car ──► blocks by their ids ──► the tree of the newest commit ──► records ──► facts
//! ```
//!
//! Start reading at [`read`]; [`blocks`] is the container, [`tree`] the order in it, [`record`] what
//! becomes of a record.
//!
//! # Always true
//!
//! - A repository knows nobody who follows or engaged, so no such fact is made up.
//! - Records are counted by collection, and so are the blocks that nothing leads to.
//!
//! # Source
//!
//! `com.atproto.sync.getRepo`; why the container is read here: `docs/design/0016-repositories.md`.

mod blocks;
mod record;
mod tree;

use std::{collections::BTreeMap, path::Path};

use self::{
    blocks::{Blocks, Problem},
    record::Own,
    tree::Repo,
};
use super::view;
use crate::{
    evidence::sources::{
        Export, SourceError,
        draft::Draft,
        json::Skip,
        receipt::FileReceipt,
        text,
        tree::{self as files, Entry, Glance, Listed, Shape, Want},
    },
    model::{FactKind, Source},
};

/// The largest repository.
const MAX_REPO_BYTES: u64 = 256 << 20;

/// Whether it is a file that begins as a repository does.
pub(in super::super) fn fits(glance: &Glance) -> bool {
    let begins = |head: String| {
        let first: String = head.chars().take(100).collect();
        first.contains("eroots") && first.contains("gversion\u{1}")
    };
    glance.shape == Shape::File && glance.heads().any(|(_, head)| begins(head))
}

/// Reads a repository.
pub(in super::super) fn read(source: &Source, path: &Path) -> Result<Export, SourceError> {
    let alone = Shape::at(path)? == Shape::File;
    let mut draft = Draft::default();
    let mut own = None;
    let mut wants = |listed: &Listed| Want::from(alone || listed.file().ends_with(".car"));
    files::walk(path, &mut wants, &mut |entry| {
        let bytes = entry.bytes(MAX_REPO_BYTES)?;
        let damaged = |problem: Problem| {
            let problem = text::clean_name(&problem);
            SourceError::Damaged { place: entry.place.clone(), problem }
        };
        let blocks = Blocks::of(&bytes).map_err(damaged)?;
        let repo = Repo::of(&blocks).map_err(damaged)?;
        let owner = owner_of(&repo, source, entry)?;
        let file = records(&owner, &blocks, &repo, &mut draft, entry.receipt()).map_err(damaged)?;
        draft.files.push(file);
        own = Some(owner);
        Ok(())
    })?;
    let own = own.map(|own| own.id).unwrap_or_else(|| view::person_id(&source.account));
    draft.finish(source, &own, path)
}

/// Whose repository it is; it names a DID and no handle.
fn owner_of(repo: &Repo, source: &Source, entry: &Entry<'_>) -> Result<Own, SourceError> {
    if !view::is_did(&repo.did) {
        let (place, problem) = (entry.place.clone(), "its commit is of no DID".to_owned());
        return Err(SourceError::Damaged { place, problem });
    }
    if repo.did == source.account.trim().trim_start_matches('@') {
        return Ok(Own { id: view::person_id(&repo.did), did: repo.did.clone() });
    }
    Err(SourceError::OtherAccount {
        file: entry.place.clone(),
        found: repo.did.clone(),
        wanted: source.account.clone(),
    })
}

/// Takes every record of the tree.
fn records(
    own: &Own,
    blocks: &Blocks<'_>,
    repo: &Repo,
    draft: &mut Draft,
    mut file: FileReceipt,
) -> Result<FileReceipt, Problem> {
    draft.gather.carried.extend([FactKind::OwnPosts, FactKind::Answers]);
    draft.gather.stated(repo.changed_at);
    draft.profile.handle.clone_from(&own.did);
    let mut collections: BTreeMap<String, u64> = BTreeMap::new();
    for (key, id) in &repo.records {
        let collection = text::clean_name(key.split('/').next().unwrap_or(key));
        *collections.entry(collection).or_default() += 1;
        let read = match blocks.get(id) {
            Some(record) => own.record(key, &record::to_json(record?), draft),
            None => Err(Skip::because("a record whose block is not in the file")),
        };
        match read {
            Ok(()) => file.keep(),
            Err(Skip(reason)) => file.skip(&reason, || text::clean_name(key)),
        }
    }
    for (collection, count) in collections {
        draft.note(format!("`{collection}` has {count} records"));
    }
    if repo.unreached > 0 {
        let count = repo.unreached;
        draft.note(format!("{count} blocks are of earlier states and were not read"));
    }
    if repo.missing_nodes > 0 {
        let count = repo.missing_nodes;
        draft.note(format!("the repository is a part: {count} nodes of its tree are missing"));
    }
    Ok(file)
}
