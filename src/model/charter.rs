//! A charter by its digests, so that a run can tell that it was changed, and where.
//!
//! Start reading at [`CharterDigest::changed`].
//!
//! # Always true
//!
//! - The order in which a file lists people, pillars or accounts changes no digest.
//! - A part that only one of two charters tells of has not changed: a newer fivestep may tell more.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use super::{brand::Brand, ids::Digest};

/// A part of what a brand promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CharterPart {
    /// Where it speaks.
    Accounts,
    /// In which languages.
    Languages,
    /// Who speaks.
    People,
    /// About what.
    Pillars,
    /// How often.
    Cadence,
}

impl fmt::Display for CharterPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            CharterPart::Accounts => "accounts",
            CharterPart::Languages => "languages",
            CharterPart::People => "people",
            CharterPart::Pillars => "pillars",
            CharterPart::Cadence => "cadence",
        })
    }
}

/// The digest of each part of a charter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CharterDigest(BTreeMap<CharterPart, Digest>);

impl CharterDigest {
    /// The parts that are otherwise than in `before`.
    ///
    /// ```
    /// # use fivestep::model::{Brand, BrandId, Charter, Digest, WorkflowId, WorkingTime};
    /// # use fivestep::model::charter::{CharterDigest, CharterPart};
    /// # let mut brand = Brand {
    /// #     digest: Digest::of(b""), id: BrandId::new("acme")?, name: "Acme".into(),
    /// #     working_time: WorkingTime::default(), languages: vec![],
    /// #     workflow: WorkflowId::new("engagement")?, goals: Default::default(), accounts: vec![],
    /// #     competitors: vec![],
    /// #     charter: Charter::default(), audience: Default::default(), sources: vec![],
    /// #     keep_words: Default::default(),
    /// # };
    /// let before = CharterDigest::of(&brand);
    /// brand.charter.posts_per_week = Some(2.0);
    /// assert_eq!(CharterDigest::of(&brand).changed(&before), [CharterPart::Cadence]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn changed(&self, before: &CharterDigest) -> Vec<CharterPart> {
        let differs = |(part, digest): &(&CharterPart, &Digest)| {
            before.0.get(part).is_some_and(|before| before != *digest)
        };
        self.0.iter().filter(differs).map(|(part, _)| *part).collect()
    }

    /// The digests of a brand's charter.
    pub fn of(brand: &Brand) -> Self {
        let charter = &brand.charter;
        let accounts = brand.accounts.iter().map(|one| (one.platform, &one.handle));
        let people = charter.people.iter().map(|one| (&one.name, &one.role));
        let pillars = charter.pillars.iter().map(|one| (&one.id, &one.words, &one.not));
        Self(BTreeMap::from([
            (CharterPart::Accounts, of_list(accounts)),
            (CharterPart::Languages, of_list(brand.languages.iter())),
            (CharterPart::People, of_list(people)),
            (CharterPart::Pillars, of_list(pillars)),
            (CharterPart::Cadence, of_list(charter.posts_per_week.map(f64::to_bits).iter())),
        ]))
    }
}

/// The digest of items in any order.
fn of_list<T: Serialize>(items: impl Iterator<Item = T>) -> Digest {
    let text = |item| serde_json::to_string(&item).expect("texts and numbers are always JSON");
    let mut texts: Vec<String> = items.map(text).collect();
    texts.sort_unstable();
    Digest::of(texts.join("\n").as_bytes())
}
