//! The container of a repository: CARv1, blocks by the id of their content.
//!
//! Start reading at [`Blocks::of`].
//!
//! # Always true
//!
//! - Every block is what its id says: the SHA-256 of its bytes is compared.
//! - No length in the file is believed beyond what is there.
//!
//! # Source
//!
//! The CARv1 specification: a length, a header, then for each block a length, an id and its bytes.

use std::collections::BTreeMap;

use ipld_core::{cid::Cid, ipld::Ipld};
use sha2::{Digest, Sha256};

/// The largest block. The protocol allows 1 MiB for a record.
const MAX_BLOCK_BYTES: usize = 2 << 20;
/// The most blocks. 500,000 records have about 700,000.
const MAX_BLOCKS: usize = 1_000_000;
/// The number of SHA-256 in an id.
const SHA_256: u64 = 0x12;

/// Why a container is damaged.
pub(super) type Problem = String;

/// The blocks of a container.
#[derive(Debug)]
pub(super) struct Blocks<'b> {
    /// The block that everything else hangs from.
    pub root: Cid,
    blocks: BTreeMap<Cid, &'b [u8]>,
}

impl<'b> Blocks<'b> {
    /// Takes a container apart and checks every block.
    pub(super) fn of(bytes: &'b [u8]) -> Result<Self, Problem> {
        let mut rest = bytes;
        let header = section(&mut rest)?.ok_or("it is empty")?;
        let root = root_of(header)?;
        let mut blocks = BTreeMap::new();
        while let Some(section) = section(&mut rest)? {
            let (id, block) = block_of(section)?;
            blocks.insert(id, block);
            if blocks.len() > MAX_BLOCKS {
                return Err(format!("it has more than {MAX_BLOCKS} blocks"));
            }
        }
        Ok(Self { root, blocks })
    }

    /// How many different blocks there are.
    pub(super) fn count(&self) -> usize {
        self.blocks.len()
    }

    /// Whether there is a block of this id.
    pub(super) fn has(&self, id: &Cid) -> bool {
        self.blocks.contains_key(id)
    }

    /// Decodes the block of an id; `None` if it is not here.
    pub(super) fn get(&self, id: &Cid) -> Option<Result<Ipld, Problem>> {
        let block = self.blocks.get(id)?;
        let read = serde_ipld_dagcbor::from_slice(block);
        Some(read.map_err(|error| format!("the block {id} is not DAG-CBOR: {error}")))
    }
}

/// What begins a container: its version and its root.
fn root_of(header: &[u8]) -> Result<Cid, Problem> {
    let header: Ipld = serde_ipld_dagcbor::from_slice(header)
        .map_err(|error| format!("its header is not DAG-CBOR: {error}"))?;
    match (header.get("version"), header.get("roots")) {
        (Ok(Some(Ipld::Integer(1))), Ok(Some(Ipld::List(roots)))) => match roots.as_slice() {
            [Ipld::Link(root)] => Ok(*root),
            _ => Err("it has not one root but several or none".into()),
        },
        _ => Err("its header is not that of CAR version 1".into()),
    }
}

/// The next part with its length before it; `None` at the end.
fn section<'b>(rest: &mut &'b [u8]) -> Result<Option<&'b [u8]>, Problem> {
    if rest.is_empty() {
        return Ok(None);
    }
    let length = varint(rest).ok_or("a length breaks off")?;
    let length = usize::try_from(length).ok().filter(|length| *length <= MAX_BLOCK_BYTES);
    let length = length.ok_or_else(|| format!("a block is larger than {MAX_BLOCK_BYTES} bytes"))?;
    if length > rest.len() {
        return Err("it breaks off inside of a block".into());
    }
    let (section, behind) = rest.split_at(length);
    *rest = behind;
    Ok(Some(section))
}

/// A number in groups of seven bits, the lowest first.
fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..63).step_by(7) {
        let (byte, behind) = rest.split_first()?;
        *rest = behind;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn block_of(section: &[u8]) -> Result<(Cid, &[u8]), Problem> {
    let mut rest = section;
    let id = Cid::read_bytes(&mut rest).map_err(|error| format!("a block has no id: {error}"))?;
    let sum = Sha256::digest(rest);
    if id.hash().code() == SHA_256 && id.hash().digest() == sum.as_slice() {
        Ok((id, rest))
    } else {
        Err(format!("the block {id} holds other bytes than its id says"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_ends_or_is_none() {
        // (why this row exists, the bytes, the number, how many bytes are left)
        let table: [(&str, &[u8], Option<u64>, usize); 5] = [
            ("one byte", &[5, 9], Some(5), 1),
            ("two bytes", &[0x80, 1], Some(128), 0),
            ("it breaks off", &[0x80], None, 0),
            ("nothing", &[], None, 0),
            ("it never ends", &[0xff; 20], None, 11),
        ];
        for (why, bytes, number, left) in table {
            let mut rest = bytes;
            assert_eq!((varint(&mut rest), rest.len()), (number, left), "{why}");
        }
    }
}
