//! Repositories of the AT Protocol: real ones, and small ones made here.

use std::collections::BTreeMap;

use fivestep::{
    evidence::{
        facts::PostKind,
        sources::{self, Export, SourceError},
        splitmix::SplitMix,
    },
    model::{FactKind, Source, SourceKind},
};
use ipld_core::{
    cid::{Cid, multihash::Multihash},
    ipld,
    ipld::Ipld,
};
use sha2::{Digest, Sha256};

use crate::make::{Archive, OWN, at, shared};

const POST: &str = "app.bsky.feed.post/3jhb2kwqvoc2k";

fn source(did: &str) -> Source {
    Source { kind: SourceKind::BlueskyCar, account: did.into(), path: None, map: None, as_of: None }
}

/// Block by block, with their ids.
#[derive(Default)]
struct Car {
    bytes: Vec<u8>,
}

impl Car {
    fn section(&mut self, parts: &[&[u8]]) {
        let mut length = parts.iter().map(|part| part.len()).sum::<usize>();
        while length >= 0x80 {
            self.bytes.push(length as u8 | 0x80);
            length >>= 7;
        }
        self.bytes.push(length as u8);
        parts.iter().for_each(|part| self.bytes.extend_from_slice(part));
    }

    fn block(&mut self, block: &Ipld) -> Cid {
        self.raw(&serde_ipld_dagcbor::to_vec(block).expect("DAG-CBOR"))
    }

    /// Bytes that need not be DAG-CBOR, with a sound id.
    fn raw(&mut self, bytes: &[u8]) -> Cid {
        let id = id_of(bytes);
        self.section(&[&id.to_bytes(), bytes]);
        id
    }

    /// Behind its header.
    fn finish(self, root: Cid) -> Vec<u8> {
        let mut whole = Car::default();
        let header = ipld!({"version": 1, "roots": [root]});
        whole.section(&[&serde_ipld_dagcbor::to_vec(&header).expect("DAG-CBOR")]);
        [whole.bytes, self.bytes].concat()
    }
}

fn id_of(bytes: &[u8]) -> Cid {
    Cid::new_v1(0x71, Multihash::wrap(0x12, &Sha256::digest(bytes)).expect("32 bytes"))
}

/// The header and the blocks of a sound file, each with its id.
pub fn sections(bytes: &[u8]) -> Vec<(Cid, Vec<u8>)> {
    let (mut rest, mut found) = (bytes, Vec::new());
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| byte & 0x80 == 0).expect("a length ends");
        let length = rest[..=end].iter().rev().fold(0, |n, byte| n << 7 | usize::from(byte & 0x7f));
        let (section, behind) = rest[end + 1..].split_at(length);
        let mut block = section;
        // The header has no id: it stays whole, under one of its own.
        match Cid::read_bytes(&mut block) {
            Ok(id) if !found.is_empty() => found.push((id, block.to_vec())),
            Ok(_) | Err(_) => found.push((id_of(section), section.to_vec())),
        }
        rest = behind;
    }
    found
}

/// The same blocks as a file in which every id is that of its block, and links follow the ids.
pub fn sealed(mut sections: Vec<(Cid, Vec<u8>)>) -> Vec<u8> {
    // A link changes the block that it lies in, so ids change up to the root and then the header.
    for _ in 0..sections.len() {
        let Some(at) = sections.iter().position(|(id, block)| *id != id_of(block)) else { break };
        let (old, new) = (sections[at].0, id_of(&sections[at].1));
        sections[at].0 = new;
        let (old, new) = (old.hash().digest().to_vec(), new.hash().digest().to_vec());
        for (_, block) in &mut sections {
            let found = block.windows(old.len()).position(|bytes| *bytes == *old);
            found.into_iter().for_each(|at| block[at..at + old.len()].copy_from_slice(&new));
        }
    }
    let mut car = Car::default();
    for (index, (id, block)) in sections.iter().enumerate() {
        let id = if index == 0 { Vec::new() } else { id.to_bytes() };
        car.section(&[&id, block]);
    }
    car.bytes
}

/// A repository of ours with these records.
fn repo(records: &[(&str, Ipld)]) -> Vec<u8> {
    let mut car = Car::default();
    let entries: Vec<Ipld> = records
        .iter()
        .map(|(key, record)| {
            let id = car.block(record);
            ipld!({"p": 0, "k": Ipld::Bytes(key.as_bytes().to_vec()), "v": id, "t": null})
        })
        .collect();
    let node = car.block(&ipld!({"l": null, "e": entries}));
    let commit = ipld!({"did": OWN, "version": 3, "rev": "3k6k4as23yu2g", "data": node});
    let root = car.block(&commit);
    car.finish(root)
}

fn read(bytes: &[u8]) -> Result<Export, SourceError> {
    sources::read(&source(OWN), &Archive::of(bytes).path)
}

fn post(text: &str, time: &str) -> Ipld {
    ipld!({"$type": "app.bsky.feed.post", "text": text, "createdAt": time})
}

/// A repository with a record of each kind that is kept.
pub fn sample() -> Vec<u8> {
    let time = "2022-11-11T20:57:04.320Z";
    let follow = ipld!({"subject": "did:plc:rita", "createdAt": time});
    let profile = ipld!({"displayName": "Acme", "description": "We roast"});
    repo(&[
        ("app.bsky.actor.profile/self", profile),
        (POST, post("Hi", time)),
        ("app.bsky.graph.follow/3jhb2knk7yc2k", follow),
    ])
}

#[test]
fn real_repositories_are_decoded_whole() {
    let Some(folder) = shared("bluesky-car") else { return };
    // (file, whose, records by collection, kept, blocks of earlier states)
    let table = [
        (
            "paul_staging.repo.car",
            "did:plc:cmpvykrzb2l22kj4ojlv3ox4",
            [
                ("actor.profile", 1),
                ("feed.like", 60),
                ("feed.post", 101),
                ("feed.repost", 15),
                ("graph.follow", 8),
            ],
            125,
            215,
        ),
        (
            "fakermaker.repo.car",
            "did:plc:dpg45vsnuir2vqqqadsn6afg",
            [
                ("actor.profile", 1),
                ("feed.like", 22),
                ("feed.post", 26),
                ("feed.repost", 15),
                ("graph.follow", 78),
            ],
            120,
            506,
        ),
    ];
    for (name, did, collections, kept, earlier) in table {
        let path = folder.join(name);
        assert_eq!(sources::detect(&path), Some(SourceKind::BlueskyCar), "{name}");
        let export = sources::read(&source(did), &path).expect(name);
        let mut notes: Vec<String> = collections
            .iter()
            .map(|(name, count)| format!("`app.bsky.{name}` has {count} records"))
            .collect();
        notes.push(format!("{earlier} blocks are of earlier states and were not read"));
        assert_eq!(export.receipt.notes, notes, "{name}");
        let file = &export.receipt.files[0];
        let records: u64 = collections.iter().map(|(_, count)| count).sum();
        assert_eq!((file.rows_read, file.kept), (records, kept), "{name}");
        let kinds: BTreeMap<PostKind, u64> =
            export.facts.posts.iter().fold(BTreeMap::new(), |mut kinds, post| {
                *kinds.entry(post.kind).or_default() += 1;
                kinds
            });
        assert_eq!(kinds[&PostKind::Repost], 15, "{name}");
        assert_eq!(export.facts.follows.len() as u64, collections[4].1, "{name}");
        assert!(export.facts.posts.iter().all(|post| post.author.as_str().ends_with(did)));
        assert!(export.facts.interactions.is_empty() && export.followers_complete.is_empty());
    }
}

#[test]
fn every_collection_gives_facts_or_says_why_not() {
    let time = "2022-11-11T20:57:04.320Z";
    let like = |uri: &str| ipld!({"subject": {"uri": uri}, "createdAt": time});
    let theirs = "at://did:plc:rita/app.bsky.feed.post/3jhb2knk7yc2k";
    let answer = ipld!({"text": "Yes", "createdAt": time, "langs": ["en-GB"],
        "reply": {"root": {"uri": theirs}, "parent": {"uri": theirs}}});
    // (key, record, why it is skipped)
    let table = [
        (POST, post("How do you brew?", time), None),
        (POST, answer, None),
        ("app.bsky.feed.repost/3jjbw6rmels2o", like(theirs), None),
        (
            "app.bsky.graph.follow/3jhb2knk7yc2k",
            ipld!({"subject": "did:plc:rita", "createdAt": time}),
            None,
        ),
        (
            "app.bsky.actor.profile/self",
            ipld!({"displayName": "Acme", "description": "", "avatar": {"ref": null}}),
            None,
        ),
        (
            "app.bsky.feed.like/3jhb2knk7yc2k",
            like(theirs),
            Some("a like of ours, which is no fact"),
        ),
        ("app.bsky.graph.block/x", like(theirs), Some("whom we block, which is no fact")),
        (
            "app.bsky.feed.vote/3jhb2knk7yc2k",
            like(theirs),
            Some("of the retired collection `app.bsky.feed.vote`"),
        ),
        (
            "com.example.list/a",
            like(theirs),
            Some("of the collection `com.example.list`, not read"),
        ),
        (POST, post("no day", "2022-02-30T00:00:00Z"), Some("`createdAt` is not a plausible time")),
        (POST, ipld!({"text": "no time"}), Some("`createdAt` is missing")),
        (POST, ipld!({"text": 7, "createdAt": time}), Some("`record/text` is not a text")),
        (POST, ipld!([1, 2]), Some("`createdAt` is missing")),
    ];
    for (key, record, reason) in table {
        let export = read(&repo(&[(key, record)])).expect(key);
        let file = &export.receipt.files[0];
        assert_eq!((file.rows_read, file.kept), (1, u64::from(reason.is_none())), "{key}");
        assert_eq!(file.skipped.keys().next().map(String::as_str), reason, "{key}");
        assert!(file.places.values().all(|place| place == key), "{key}");
    }
}

#[test]
fn an_answer_has_its_parent_and_the_earlier_of_two_times() {
    let parent = "at://did:plc:rita/app.bsky.feed.post/3jhb2knk7yc2k";
    let record = ipld!({"text": "Yes", "createdAt": "2099-01-01T00:00:00Z", "langs": ["en-GB"],
        "reply": {"root": {"uri": parent}, "parent": {"uri": parent}}});
    let export = read(&repo(&[(POST, record)])).expect("sound");
    let post = &export.facts.posts[0];
    assert_eq!(post.kind, PostKind::Reply);
    assert_eq!(*post.id, format!("at://{OWN}/{POST}"));
    assert_eq!(post.parent.as_deref(), Some(parent));
    assert!(post.at < at("2022-11-12T00:00:00Z"), "the time in the key, not a wrong clock's");
    let parent_at = post.parent_at.expect("the parent's key has a time");
    assert_eq!((post.at - parent_at).num_seconds(), 9, "{parent_at}");
    assert_eq!(export.facts.as_of, Some(post.at));
    let carried = [FactKind::Answers, FactKind::OwnPosts].into_iter().collect();
    assert_eq!(export.facts.carried, carried);
}

#[test]
fn a_repository_of_another_account_is_refused_with_its_did() {
    let bytes = repo(&[]);
    for wanted in ["did:plc:other", "@acme.example"] {
        let archive = Archive::of(&bytes);
        let error = sources::read(&source(wanted), &archive.path).expect_err("not ours");
        assert!(matches!(error, SourceError::OtherAccount { .. }), "{error}");
        assert!(error.hint().contains(OWN), "{}", error.hint());
    }
}

#[test]
fn a_damaged_repository_is_refused_with_the_reason() {
    let sound = repo(&[(POST, post("Hi", "2022-11-11T20:57:04.320Z"))]);
    let with_root = |root: Ipld| {
        let mut car = Car::default();
        let id = car.block(&root);
        car.finish(id)
    };
    let mut flipped = sound.clone();
    let last = flipped.len() - 1;
    flipped[last] ^= 1;
    let mut twice = Car::default();
    let leaf = twice.block(&ipld!({"l": null, "e": []}));
    let key = Ipld::Bytes(b"a/b".to_vec());
    let entry = ipld!({"p": 0, "k": key, "v": leaf, "t": leaf});
    let node = twice.block(&ipld!({"l": leaf, "e": [entry]}));
    let root = twice.block(&ipld!({"did": OWN, "data": node}));
    let mut deep = Car::default();
    let tower = [vec![0x81; 300_000], vec![0]].concat();
    deep.section(&[&id_of(&tower).to_bytes(), &tower]);
    let node = ipld!({"l": null, "e": [{"p": 9, "k": Ipld::Bytes(vec![]), "v": leaf, "t": null}]});
    let mut odd = Car::default();
    let data = odd.block(&node);
    let odd_root = odd.block(&ipld!({"did": OWN, "data": data}));
    // (why this row exists, the bytes, a word of the message)
    let table: Vec<(&str, Vec<u8>, &str)> = vec![
        ("a flipped bit", flipped, "holds other bytes than its id says"),
        ("cut off", sound[..sound.len() - 1].to_vec(), "breaks off inside of a block"),
        ("only a header", Car::default().finish(leaf), "its root is missing"),
        ("no commit", with_root(ipld!({"a": 1})), "`did` is missing"),
        ("no data", with_root(ipld!({ "did": OWN })), "names no data"),
        ("no DID", with_root(ipld!({"did": "me", "data": leaf})), "of no DID"),
        ("a node reached twice", twice.finish(root), "two ways lead to the node"),
        ("lists without end", deep.finish(id_of(&tower)), "is not DAG-CBOR"),
        ("a key that shares what is not there", odd.finish(odd_root), "no node of a tree"),
        ("a length without end", [&[0xff; 30][..], &sound].concat(), "a length breaks off"),
        ("a block larger than allowed", vec![0xff, 0xff, 0xff, 0x7f], "larger than"),
        ("a text", b"hello world".to_vec(), "damaged"),
        ("nothing", vec![], "it is empty"),
    ];
    for (why, bytes, message) in table {
        let error = read(&bytes).expect_err(why);
        assert!(error.to_string().contains(message), "{why}: {error}");
        assert!(error.to_string().contains("export") && !error.hint().is_empty(), "{why}");
    }
}

#[test]
fn a_part_of_a_repository_is_read_and_called_a_part() {
    let mut car = Car::default();
    let record = car.block(&post("Hi", "2022-11-11T20:57:04.320Z"));
    let away = id_of(b"a node that was not sent");
    let entry = ipld!({"p": 0, "k": Ipld::Bytes(POST.into()), "v": record, "t": away});
    let lost =
        ipld!({"p": 0, "k": Ipld::Bytes(b"app.bsky.feed.post/x".to_vec()), "v": away, "t": null});
    let node = car.block(&ipld!({"l": null, "e": [entry, lost]}));
    let root = car.block(&ipld!({"did": OWN, "data": node}));
    let export = read(&car.finish(root)).expect("a part");
    let file = &export.receipt.files[0];
    assert_eq!((file.rows_read, file.kept), (2, 1));
    assert!(export.receipt.notes.iter().any(|note| note.contains("1 nodes of its tree")));
}

#[test]
fn a_damaged_block_with_a_sound_id_is_refused_or_skipped() {
    let mut dice = SplitMix::new(7);
    let (mut kept, mut refused) = (0, 0);
    for round in 0..300 {
        let mut block = |car: &mut Car, block: Ipld, damaged: bool| {
            let mut bytes = serde_ipld_dagcbor::to_vec(&block).expect("DAG-CBOR");
            if damaged {
                let at = dice.below(bytes.len() as u64) as usize;
                match dice.below(3) {
                    0 => bytes.truncate(at),
                    1 => bytes[at] ^= 1 << dice.below(8),
                    _ => bytes.insert(at, dice.below(256) as u8),
                }
            }
            car.raw(&bytes)
        };
        let mut car = Car::default();
        let record = post("How do you brew?", "2022-11-11T20:57:04.320Z");
        let record = block(&mut car, record, round % 3 == 0);
        let entry = ipld!({"p": 0, "k": Ipld::Bytes(POST.into()), "v": record, "t": null});
        let node = block(&mut car, ipld!({"l": null, "e": [entry]}), round % 3 == 1);
        let commit = ipld!({"did": OWN, "rev": "3k6k4as23yu2g", "data": node});
        let root = block(&mut car, commit, round % 3 == 2);
        match read(&car.finish(root)) {
            Ok(export) => {
                let file = &export.receipt.files[0];
                let skipped: u64 = file.skipped.values().sum();
                assert_eq!(file.rows_read, file.kept + skipped);
                kept += file.kept;
            }
            Err(error) => refused += u64::from(!error.hint().is_empty()),
        }
    }
    assert!(kept > 0 && refused > 0, "{kept} kept, {refused} refused");
}
