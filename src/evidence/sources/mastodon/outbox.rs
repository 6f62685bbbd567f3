//! `outbox.json`: everything the account posted, read row by row as it is unpacked.
//!
//! Start reading at [`Outbox`].
//!
//! # Always true
//!
//! - `orderedItems` may stand there twice, as one release of the server wrote it; the last one
//!   that is not empty counts.
//! - `totalItems` is the account's counter, not the length of the list. It is kept to be compared.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::Value;

use super::status::Item;
use crate::evidence::sources::{
    json::Skip,
    runs::{Row, Runs},
};

/// A row of the list with its place in it: they stay in that order, however many wait in files.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Numbered {
    pub index: u64,
    pub item: Result<Item, Skip>,
}

impl Row for Numbered {
    type Key<'r> = u64;

    fn key(&self) -> u64 {
        self.index
    }

    fn words(&self) -> usize {
        self.item.as_ref().map_or(0, Item::words)
    }

    /// No place is there twice.
    fn join(&mut self, _later: &mut Self) {}
}

/// What an outbox holds.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    /// What `totalItems` says, if it is a count.
    pub stated: Option<u64>,
    /// The rows, each read or with the reason why not; absent if there is no list.
    pub items: Option<Runs<Numbered>>,
    /// How often the list stood there.
    pub lists: usize,
}

impl<'de> DeserializeSeed<'de> for Outbox {
    type Value = Outbox;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Outbox, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Outbox {
    type Value = Outbox;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with the list `orderedItems`")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Outbox, A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "orderedItems" => {
                    let list = map.next_value_seed(Items)?;
                    self.lists += 1;
                    if !list.is_empty() || self.items.is_none() {
                        self.items = Some(list);
                    }
                }
                "totalItems" => self.stated = map.next_value::<Value>()?.as_u64(),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(self)
    }
}

/// Reads the list one row at a time, so that only what is needed of a row stays.
struct Items;

impl<'de> DeserializeSeed<'de> for Items {
    type Value = Runs<Numbered>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Items {
    type Value = Runs<Numbered>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of posts in `orderedItems`")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let (mut items, mut index) = (Runs::default(), 0);
        while let Some(row) = list.next_element::<Value>()? {
            items.add(Numbered { index, item: Item::of(&row) });
            index += 1;
        }
        Ok(items)
    }
}
