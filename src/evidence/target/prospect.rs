//! People outside of the evidence: a table of one's own says who they are.
//!
//! # Always true
//!
//! - A prospect who appears in the evidence is judged with it, once.

use std::collections::HashMap;

use super::segment::names;
use crate::{
    evidence::{
        erasure,
        facts::{PersonId, Traits},
        somebody::Somebody,
    },
    model::Platform,
};

/// Somebody of whom a table tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prospect {
    /// Their id as far as the table tells: platform and handle.
    pub id: PersonId,
    /// Their handle, as people write it.
    pub handle: String,
    /// How they describe themselves.
    pub bio: Option<String>,
    /// What they write, as two-letter codes.
    pub languages: Vec<String>,
    /// Whom they follow, as platform and bare handle.
    pub follows: Vec<String>,
    /// The segment that they are in.
    pub segment: Option<String>,
    /// The address of a post of theirs to answer.
    pub post: Option<String>,
    /// What somebody noted.
    pub note: Option<String>,
    /// Another account of the same person, as platform and bare handle.
    pub same_as: Option<String>,
    /// What is known of their account.
    pub traits: Traits,
}

impl Prospect {
    /// Somebody of whom no more is known than how they are called.
    pub fn new(platform: Platform, handle: &str) -> Self {
        Self {
            id: PersonId::named(platform, handle),
            handle: handle.trim().to_owned(),
            bio: None,
            languages: Vec::new(),
            follows: Vec::new(),
            segment: None,
            post: None,
            note: None,
            same_as: None,
            traits: Traits::default(),
        }
    }

    /// Keeps what is known, and adds what only `other` knows.
    fn fill(&mut self, other: Prospect) {
        self.bio = self.bio.take().or(other.bio);
        self.languages.extend(other.languages);
        self.follows.extend(other.follows);
        self.segment = self.segment.take().or(other.segment);
        self.post = self.post.take().or(other.post);
        self.note = self.note.take().or(other.note);
        self.same_as = self.same_as.take().or(other.same_as);
        self.traits.fill(other.traits);
    }

    /// What is hashed to know their handle again.
    pub(super) fn handle_key(&self) -> String {
        erasure::handle_key(&self.handle)
    }

    /// The same as if the evidence held no more of them.
    pub(super) fn somebody(&self) -> Somebody {
        let mut somebody = Somebody::default();
        somebody.begin(self.id.as_str());
        somebody.describe(&self.handle, None, self.traits.clone());
        somebody
    }
}

/// What somebody is called on the platform.
pub(super) fn handle(somebody: &Somebody, prospect: Option<&Prospect>) -> Option<String> {
    let known = somebody.handle().map(str::to_owned);
    known.or_else(|| prospect.map(|one| one.handle.clone()))
}

/// Prospects who were not met yet, by name.
#[derive(Debug, Default)]
pub(super) struct Prospects {
    by_name: HashMap<String, Prospect>,
    links: Vec<[String; 2]>,
}

impl Prospects {
    /// - `listed`: accounts of segments, of whom no table need tell.
    pub fn of<'a>(prospects: Vec<Prospect>, listed: impl Iterator<Item = &'a str>) -> Self {
        let mut found = Self::default();
        for name in listed {
            let Some((platform, handle)) = name.split_once(':') else { continue };
            let known = Platform::ALL.iter().find(|row| row.1 == platform);
            if let Some((platform, _)) = known {
                found.by_name.insert(name.to_owned(), Prospect::new(*platform, handle));
            }
        }
        for mut prospect in prospects {
            let name = prospect.id.as_str().to_owned();
            if let Some(known) = found.by_name.remove(&name) {
                prospect.fill(known);
            }
            found.links.extend(prospect.same_as.clone().map(|other| [name.clone(), other]));
            found.by_name.insert(name, prospect);
        }
        found
    }

    /// The prospect who somebody is.
    pub fn take(&mut self, somebody: &Somebody) -> Option<Prospect> {
        // Names are made for nobody's use where there is nobody to find.
        if self.by_name.is_empty() {
            return None;
        }
        names(somebody).iter().find_map(|name| self.by_name.remove(name))
    }

    /// Those who were not met, in the order of their names.
    pub fn rest(&mut self) -> Vec<Prospect> {
        let mut rest: Vec<Prospect> = std::mem::take(&mut self.by_name).into_values().collect();
        rest.sort_by(|one, other| one.id.cmp(&other.id));
        rest
    }

    /// Accounts that are one person's, as a table says.
    pub fn links(&self) -> Links {
        Links::of(&self.links)
    }
}

/// Accounts that are one person's.
#[derive(Debug, Default)]
pub(super) struct Links {
    /// The first account of each person, by any of them.
    first: HashMap<String, String>,
}

impl Links {
    fn of(links: &[[String; 2]]) -> Self {
        let mut first: HashMap<String, String> = HashMap::new();
        for [one, other] in links {
            let find = |name: &String| first.get(name).unwrap_or(name).clone();
            let (kept, gone) = (find(one), find(other));
            for known in first.values_mut().filter(|known| **known == gone) {
                known.clone_from(&kept);
            }
            first.extend([one, other].map(|name| (name.clone(), kept.clone())));
        }
        Self { first }
    }

    /// The person behind any of these names, if they have more than one account.
    pub fn person(&self, names: &[String]) -> Option<&str> {
        names.iter().find_map(|name| self.first.get(name)).map(String::as_str)
    }
}
