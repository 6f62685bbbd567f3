//! The order of a repository: a search tree whose nodes are blocks.
//!
//! Start reading at [`Repo::of`].
//!
//! # Always true
//!
//! - The tree is walked from the root commit, each node once, without recursion: neither a circle
//!   nor a tower of nodes costs more than the blocks that are there.
//!
//! # Source
//!
//! The repository specification of the AT Protocol: commit `{did, data, …}`, node
//! `{l, e: [{p, k, v, t}]}`. In version 1 the commit names a root, and that names the data.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use ipld_core::{cid::Cid, ipld::Ipld};

use super::blocks::{Blocks, Problem};
use crate::evidence::sources::times;

/// The longest key, which is `collection/record key`.
const MAX_KEY_BYTES: usize = 1024;

/// The records of a repository by their keys, as the tree lists them.
#[derive(Debug)]
pub(super) struct Repo {
    /// Whose it is.
    pub did: String,
    /// When it changed last, if it says so.
    pub changed_at: Option<DateTime<Utc>>,
    /// Key and block of each record.
    pub records: Vec<(String, Cid)>,
    /// How many nodes of the tree are not in the file.
    pub missing_nodes: usize,
    /// How many blocks nothing leads to: earlier states of the repository.
    pub unreached: usize,
}

impl Repo {
    /// Walks the tree of the newest commit.
    pub(super) fn of(blocks: &Blocks<'_>) -> Result<Repo, Problem> {
        let mut walk = Walk { blocks, seen: BTreeSet::from([blocks.root]) };
        let commit = blocks.get(&blocks.root).ok_or("its root is missing")??;
        let did = text(&commit, "did").ok_or("its root is not a commit: `did` is missing")?;
        let changed_at = text(&commit, "rev").and_then(times::of_tid);
        let data = match (link(&commit, "data"), link(&commit, "root")) {
            (Some(data), _) => data,
            (None, Some(root)) => {
                walk.seen.insert(root);
                let root = blocks.get(&root).ok_or("the root of its tree is missing")??;
                link(&root, "data").ok_or("its root names no data")?
            }
            (None, None) => return Err("its commit names no data".into()),
        };
        let (records, missing_nodes) = walk.records(data)?;
        walk.seen.extend(records.iter().map(|(_, record)| *record));
        let reached = walk.seen.iter().filter(|id| blocks.has(id)).count();
        let unreached = blocks.count() - reached;
        Ok(Repo { did: did.to_owned(), changed_at, records, missing_nodes, unreached })
    }
}

struct Walk<'w, 'b> {
    blocks: &'w Blocks<'b>,
    seen: BTreeSet<Cid>,
}

impl Walk<'_, '_> {
    /// Every record below a node, and how many nodes are missing.
    fn records(&mut self, top: Cid) -> Result<(Vec<(String, Cid)>, usize), Problem> {
        let (mut records, mut missing) = (Vec::new(), 0);
        let mut open = vec![top];
        while let Some(id) = open.pop() {
            if !self.seen.insert(id) {
                return Err(format!("two ways lead to the node {id}"));
            }
            let Some(node) = self.blocks.get(&id) else {
                missing += 1;
                continue;
            };
            let node = node?;
            open.extend(link(&node, "l"));
            entries(&node, &mut records, &mut open).ok_or(format!("{id} is no node of a tree"))?;
        }
        records.sort();
        Ok((records, missing))
    }
}

/// Takes the records of a node and the nodes below it; `None` if it is no node.
fn entries(node: &Ipld, records: &mut Vec<(String, Cid)>, open: &mut Vec<Cid>) -> Option<()> {
    let Ok(Some(Ipld::List(entries))) = node.get("e") else { return None };
    let mut key: Vec<u8> = Vec::new();
    for entry in entries {
        let (Ok(Some(Ipld::Integer(shared))), Ok(Some(Ipld::Bytes(own)))) =
            (entry.get("p"), entry.get("k"))
        else {
            return None;
        };
        let shared = usize::try_from(*shared).ok().filter(|shared| *shared <= key.len())?;
        key.truncate(shared);
        key.extend_from_slice(own);
        if key.len() > MAX_KEY_BYTES {
            return None;
        }
        records.push((String::from_utf8(key.clone()).ok()?, link(entry, "v")?));
        open.extend(link(entry, "t"));
    }
    Some(())
}

fn link(of: &Ipld, name: &str) -> Option<Cid> {
    match of.get(name) {
        Ok(Some(Ipld::Link(id))) => Some(*id),
        _ => None,
    }
}

fn text<'i>(of: &'i Ipld, name: &str) -> Option<&'i str> {
    match of.get(name) {
        Ok(Some(Ipld::String(text))) => Some(text),
        _ => None,
    }
}
