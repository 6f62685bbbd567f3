//! Records as blocks of bytes.
//!
//! A block begins with its base (the revision, and how new the export was) and the accounts that are
//! followed or addressed in it. Then comes one record after another: how many bytes of the id before
//! it this id shares, the rest of the id, how much is said, and that. An object is written like an id:
//! what it shares with the one before, and the rest. Blocks are read alone, so the first record
//! shares nothing.
//!
//! # Always true
//!
//! - A block is closed at the first record that makes it longer than [`BLOCK_BYTES`].
//! - Whatever a block needs is in it: it can be moved, copied and rewritten alone.
//! - What is the same in most records (revision, age, handle) takes a bit.

use super::{
    codec::{Broken, Bytes, SECOND, put_number, put_text, put_time},
    record::{Described, Did, Followed, Record},
};
use crate::evidence::{
    accounts::{Accounts, Place},
    facts::{Act, Traits},
    somebody::Micros,
};

/// How long a block grows.
pub const BLOCK_BYTES: usize = 16_000;

/// The layout of the bytes below.
const LAYOUT: u8 = 1;

/// The number of an act, below 7.
pub(super) fn number_of(act: Act) -> u8 {
    match act {
        Act::Like => 0,
        Act::Repost => 1,
        Act::Reply => 2,
        Act::Quote => 3,
        Act::Mention => 4,
    }
}

/// The act of a number.
pub(super) fn act_of(number: u8) -> Result<Act, Broken> {
    let act = [Act::Like, Act::Repost, Act::Reply, Act::Quote, Act::Mention];
    act.get(usize::from(number)).copied().ok_or(Broken)
}

/// What most records of a block have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Base {
    /// The revision from which they are known.
    pub known: u64,
    /// How new the export was, in microseconds since 1970, UTC.
    pub as_of: Micros,
}

impl Base {
    /// Times are counted from this whole second.
    fn second(self) -> i64 {
        self.as_of.0.div_euclid(SECOND) * SECOND
    }
}

/// A finished block.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Block {
    /// The id of its first record.
    pub first: String,
    /// How many records it holds.
    pub records: u32,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Writes records, in order, into blocks.
#[derive(Debug, Default)]
pub struct Writer {
    base: Base,
    /// From how many bytes on a block is full.
    full: usize,
    first: String,
    records: u32,
    /// The records, without what stands before them.
    body: Vec<u8>,
    /// The accounts of this block, each at its number in it.
    accounts: Vec<Place>,
    id: String,
    object: String,
}

impl Writer {
    /// Begins the first block.
    pub fn new(base: Base) -> Self {
        Self { base, full: BLOCK_BYTES, ..Self::default() }
    }

    /// Begins the only block, which is never full.
    pub fn whole(base: Base) -> Self {
        Self { base, full: usize::MAX, ..Self::default() }
    }

    /// Adds a record, whose id comes after all before; answers with a block that is full.
    ///
    /// - `accounts`: what the numbers of accounts in the record stand for.
    pub fn add(&mut self, record: &Record, accounts: &Accounts) -> Option<Block> {
        let full = self.body.len() >= self.full;
        let block = if full { self.finish(accounts) } else { None };
        if self.records == 0 {
            self.first.push_str(&record.id);
            self.body.reserve(BLOCK_BYTES + BLOCK_BYTES / 8);
        }
        put_shared(&mut self.body, &mut self.id, &record.id);
        self.put_record(record);
        self.records += 1;
        block
    }

    /// The last block, if anything is in it.
    pub fn finish(&mut self, accounts: &Accounts) -> Option<Block> {
        if self.records == 0 {
            return None;
        }
        let mut bytes = Vec::with_capacity(self.body.len() + 128);
        bytes.push(LAYOUT);
        put_number(&mut bytes, self.base.known);
        put_time(&mut bytes, 0, self.base.as_of.0);
        put_number(&mut bytes, self.accounts.len() as u64);
        for account in &self.accounts {
            put_text(&mut bytes, accounts.get(*account).as_str());
        }
        bytes.extend_from_slice(&self.body);
        let block = Block { first: std::mem::take(&mut self.first), records: self.records, bytes };
        self.records = 0;
        self.body.clear();
        self.accounts.clear();
        self.id.clear();
        self.object.clear();
        Some(block)
    }

    fn put_record(&mut self, record: &Record) {
        let base = self.base;
        let known = |known: u64| known == base.known;
        let plain = record.described.iter().all(|one| known(one.known))
            && record.follows.iter().all(|one| known(one.known))
            && record.deeds.iter().all(|one| known(one.known));
        put_head(&mut self.body, plain, record);
        for one in &record.described {
            put_known(&mut self.body, plain, one.known);
            put_described(&mut self.body, base, record, one);
        }
        for one in &record.follows {
            put_known(&mut self.body, plain, one.known);
            let account = self.number(one.account);
            put_followed(&mut self.body, base, account, one);
        }
        for one in &record.deeds {
            put_known(&mut self.body, plain, one.known);
            let account = self.number(one.account);
            put_number(&mut self.body, account << 3 | u64::from(number_of(one.act)));
            put_time(&mut self.body, base.second(), one.at.0);
            put_shared(&mut self.body, &mut self.object, record.word(&one.object));
        }
    }

    /// The number of an account in this block.
    fn number(&mut self, account: Place) -> u64 {
        let known = self.accounts.iter().position(|known| *known == account);
        let number = known.unwrap_or_else(|| {
            self.accounts.push(account);
            self.accounts.len() - 1
        });
        number as u64
    }
}

/// Writes what `text` does not share with the one before it, and remembers it.
fn put_shared(to: &mut Vec<u8>, before: &mut String, text: &str) {
    let shared = shared(before, text);
    put_number(to, shared as u64);
    put_text(to, &text[shared..]);
    before.truncate(shared);
    before.push_str(&text[shared..]);
}

/// How many bytes two ids begin with alike, up to a sign's border.
fn shared(one: &str, other: &str) -> usize {
    let same = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
    (0..=same).rev().find(|at| other.is_char_boundary(*at)).unwrap_or(0)
}

/// Bits of a record's head: two of descriptions, two of follows, three of deeds; the largest
/// number in each means that the number follows.
const PLAIN: u8 = 0x80;

fn put_head(to: &mut Vec<u8>, plain: bool, record: &Record) {
    let counts =
        [(record.described.len(), 3, 0), (record.follows.len(), 3, 2), (record.deeds.len(), 7, 4)];
    let head = counts.iter().fold(0, |head, (count, most, shift)| {
        head | (u8::try_from(*count).unwrap_or(*most).min(*most) << shift)
    });
    to.push(head | if plain { PLAIN } else { 0 });
    for (count, most, _) in counts {
        if count >= usize::from(most) {
            put_number(to, count as u64);
        }
    }
}

fn put_known(to: &mut Vec<u8>, plain: bool, known: u64) {
    if !plain {
        put_number(to, known);
    }
}

/// What a description says, bit by bit.
mod says {
    pub const SAME_AGE: u64 = 1;
    pub const OWN_HANDLE: u64 = 1 << 1;
    pub const NAME: u64 = 1 << 2;
    pub const CREATED: u64 = 1 << 3;
    pub const LAST_POST: u64 = 1 << 4;
    pub const FOLLOWERS: u64 = 1 << 5;
    pub const FOLLOWS: u64 = 1 << 6;
    pub const POSTS: u64 = 1 << 7;
    pub const BIO: u64 = 1 << 8;
    pub const BIO_FILLED: u64 = 1 << 9;
    pub const BOT: u64 = 1 << 10;
    pub const IS_BOT: u64 = 1 << 11;
    pub const BIO_WORDS: u64 = 1 << 12;
    pub const ALL: u64 = (1 << 13) - 1;
}

/// Whether a handle is `@` and what stands behind the platform in an id.
fn is_own_handle(id: &str, handle: &str) -> bool {
    let native = id.split_once(':').map(|(_, native)| native);
    native.is_some() && handle.strip_prefix('@') == native
}

fn put_described(to: &mut Vec<u8>, base: Base, record: &Record, one: &Described) {
    let Described { known: _, as_of, handle, name, traits } = one;
    let Traits { created, last_post, followers, follows, posts, bio_filled, bot, bio } = traits;
    let own = is_own_handle(&record.id, record.word(handle));
    let bits = [
        (*as_of == base.as_of, says::SAME_AGE),
        (own, says::OWN_HANDLE),
        (name.is_some(), says::NAME),
        (created.is_some(), says::CREATED),
        (last_post.is_some(), says::LAST_POST),
        (followers.is_some(), says::FOLLOWERS),
        (follows.is_some(), says::FOLLOWS),
        (posts.is_some(), says::POSTS),
        (bio_filled.is_some(), says::BIO),
        (*bio_filled == Some(true), says::BIO_FILLED),
        (bot.is_some(), says::BOT),
        (*bot == Some(true), says::IS_BOT),
        (bio.is_some(), says::BIO_WORDS),
    ];
    put_number(to, bits.iter().filter(|(set, _)| *set).map(|(_, bit)| bit).sum());
    if *as_of != base.as_of {
        put_time(to, base.second(), as_of.0);
    }
    if !own {
        put_text(to, record.word(handle));
    }
    if let Some(name) = name {
        put_text(to, record.word(name));
    }
    for time in [created, last_post].into_iter().flatten() {
        put_time(to, base.second(), Micros::from(*time).0);
    }
    for count in [followers, follows, posts].into_iter().flatten() {
        put_number(to, *count);
    }
    if let Some(bio) = bio {
        put_text(to, bio);
    }
}

fn put_followed(to: &mut Vec<u8>, base: Base, account: u64, one: &Followed) {
    let Followed { known: _, account: _, since, first_seen_at, seen_at } = *one;
    let bits = u64::from(since.is_some())
        | u64::from(first_seen_at == seen_at) << 1
        | u64::from(seen_at == base.as_of) << 2;
    put_number(to, account << 3 | bits);
    if let Some(since) = since {
        put_time(to, base.second(), since.0);
    }
    if first_seen_at != seen_at {
        put_time(to, base.second(), first_seen_at.0);
    }
    if seen_at != base.as_of {
        put_time(to, base.second(), seen_at.0);
    }
}

/// Reads the records of one block after another.
#[derive(Debug, Default)]
pub struct Reader {
    bytes: Vec<u8>,
    at: usize,
    base: Base,
    /// What the numbers of accounts in this block stand for.
    accounts: Vec<Place>,
    id: String,
    object: String,
}

impl Reader {
    /// Turns to another block, whose accounts get their numbers in `accounts`.
    ///
    /// # Errors
    ///
    /// [`Broken`] if it does not begin like a block.
    pub fn turn_to(&mut self, bytes: &[u8], accounts: &mut Accounts) -> Result<(), Broken> {
        self.bytes.clear();
        self.bytes.extend_from_slice(bytes);
        self.id.clear();
        self.object.clear();
        self.accounts.clear();
        let mut read = Bytes::new(&self.bytes, 0);
        if read.byte()? != LAYOUT {
            return Err(Broken);
        }
        self.base = Base { known: read.number()?, as_of: moment(read.time(0)?)? };
        for _ in 0..read.length()? {
            self.accounts.push(accounts.place(read.text()?));
        }
        self.at = read.at();
        Ok(())
    }

    /// Reads the id of the next record; `None` at the end of the block.
    ///
    /// # Errors
    ///
    /// [`Broken`] if the bytes are none of a record.
    pub fn next_id(&mut self) -> Result<Option<&str>, Broken> {
        if self.at >= self.bytes.len() {
            return Ok(None);
        }
        let mut read = Bytes::new(&self.bytes, self.at);
        take_shared(&mut read, &mut self.id)?;
        self.at = read.at();
        Ok(Some(&self.id))
    }

    /// What most statements of the block have in common.
    pub fn base(&self) -> Base {
        self.base
    }

    /// The id that was read last.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Adds what is said of the person whose id was read last.
    ///
    /// # Errors
    ///
    /// As [`Reader::next_id`].
    pub fn read(&mut self, to: &mut Record) -> Result<(), Broken> {
        let (mut read, base) = (Bytes::new(&self.bytes, self.at), self.base);
        let head = read.byte()?;
        let plain = head & PLAIN != 0;
        let described = many(&mut read, head & 3, 3)?;
        let follows = many(&mut read, head >> 2 & 3, 3)?;
        let deeds = many(&mut read, head >> 4 & 7, 7)?;
        to.next_part();
        if !plain {
            // Statements of several imports: the same may be said twice.
            to.next_part();
        }
        if deeds > 0 {
            to.next_deeds(plain);
        }
        let known = |read: &mut Bytes<'_>| if plain { Ok(base.known) } else { read.number() };
        for _ in 0..described {
            let known = known(&mut read)?;
            describe(&mut read, base, known, &self.id, to)?;
        }
        for _ in 0..follows {
            let known = known(&mut read)?;
            to.follows.push(follow(&mut read, base, known, &self.accounts)?);
        }
        for _ in 0..deeds {
            let known = known(&mut read)?;
            let bits = read.number()?;
            let act = act_of((bits & 7) as u8)?;
            let account = account(&self.accounts, bits >> 3)?;
            let at = moment(read.time(base.second())?)?;
            take_shared(&mut read, &mut self.object)?;
            let object = to.keep(&self.object);
            to.deeds.push(Did { known, act, account, at, object });
        }
        self.at = read.at();
        Ok(())
    }
}

/// Reads a text that [`put_shared`] wrote after the one in `before`.
#[inline]
fn take_shared(read: &mut Bytes<'_>, before: &mut String) -> Result<(), Broken> {
    let shared = read.length()?;
    let rest = read.text()?;
    if !before.is_char_boundary(shared) {
        return Err(Broken);
    }
    before.truncate(shared);
    before.push_str(rest);
    Ok(())
}

fn account(accounts: &[Place], number: u64) -> Result<Place, Broken> {
    let number = usize::try_from(number).map_err(|_| Broken)?;
    accounts.get(number).copied().ok_or(Broken)
}

/// A moment that the calendar knows.
fn moment(micros: i64) -> Result<Micros, Broken> {
    Some(Micros(micros)).filter(|moment| moment.is_a_time()).ok_or(Broken)
}

fn many(read: &mut Bytes<'_>, bits: u8, most: u8) -> Result<u64, Broken> {
    if bits == most { read.number() } else { Ok(u64::from(bits)) }
}

fn describe(
    read: &mut Bytes<'_>,
    base: Base,
    known: u64,
    id: &str,
    to: &mut Record,
) -> Result<(), Broken> {
    let bits = read.number()?;
    if bits & !says::ALL != 0 {
        return Err(Broken);
    }
    let has = |bit: u64| bits & bit != 0;
    let as_of = if has(says::SAME_AGE) { base.as_of } else { moment(read.time(base.second())?)? };
    let handle = if has(says::OWN_HANDLE) {
        let native = id.split_once(':').ok_or(Broken)?.1;
        let at = to.keep("@").start;
        at..to.keep(native).end
    } else {
        to.keep(read.text()?)
    };
    let name = if has(says::NAME) { Some(to.keep(read.text()?)) } else { None };
    let mut traits = Traits::default();
    if bits > says::NAME {
        let time = |read: &mut Bytes<'_>, bit: u64| -> Result<_, Broken> {
            Ok(if has(bit) { Some(moment(read.time(base.second())?)?.time()) } else { None })
        };
        let count = |read: &mut Bytes<'_>, bit: u64| -> Result<_, Broken> {
            Ok(if has(bit) { Some(read.number()?) } else { None })
        };
        traits = Traits {
            created: time(read, says::CREATED)?,
            last_post: time(read, says::LAST_POST)?,
            followers: count(read, says::FOLLOWERS)?,
            follows: count(read, says::FOLLOWS)?,
            posts: count(read, says::POSTS)?,
            bio_filled: has(says::BIO).then_some(has(says::BIO_FILLED)),
            bot: has(says::BOT).then_some(has(says::IS_BOT)),
            bio: if has(says::BIO_WORDS) { Some(read.text()?.to_owned()) } else { None },
        };
    }
    to.described.push(Described { known, as_of, handle, name, traits });
    Ok(())
}

#[inline]
fn follow(
    read: &mut Bytes<'_>,
    base: Base,
    known: u64,
    accounts: &[Place],
) -> Result<Followed, Broken> {
    let bits = read.number()?;
    let account = account(accounts, bits >> 3)?;
    let mut time = || moment(read.time(base.second())?);
    let since = if bits & 1 != 0 { Some(time()?) } else { None };
    let first = if bits & 2 == 0 { Some(time()?) } else { None };
    let seen_at = if bits & 4 != 0 { base.as_of } else { time()? };
    Ok(Followed { known, account, since, first_seen_at: first.unwrap_or(seen_at), seen_at })
}
