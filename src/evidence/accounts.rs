//! Accounts by number: people follow and address the same few, so a number stands for each.

use std::collections::HashMap;

use super::facts::PersonId;

/// The number of an account in [`Accounts`].
pub type Place = u32;

/// How many accounts are compared before they are looked up.
const FEW: usize = 4;

/// Accounts, each numbered when it is first met.
#[derive(Debug, Clone, Default)]
pub struct Accounts {
    ids: Vec<PersonId>,
    places: HashMap<PersonId, Place>,
}

impl Accounts {
    /// The number of an account, which it gets now if it is new.
    ///
    /// ```
    /// use fivestep::evidence::accounts::Accounts;
    ///
    /// let mut accounts = Accounts::default();
    /// assert_eq!((accounts.place("x:1"), accounts.place("x:2"), accounts.place("x:1")), (0, 1, 0));
    /// ```
    pub fn place(&mut self, account: &str) -> Place {
        // Nearly everybody follows and addresses the same few.
        let few = self.ids.iter().take(FEW);
        if let Some(place) = few.into_iter().position(|known| known.as_str() == account) {
            return place as Place;
        }
        let next = self.ids.len() as Place;
        let account = PersonId::stored(account);
        let place = *self.places.entry(account.clone()).or_insert(next);
        if place == next {
            self.ids.push(account);
        }
        place
    }

    /// The account of a number that [`Accounts::place`] gave.
    pub fn get(&self, place: Place) -> &PersonId {
        &self.ids[place as usize]
    }

    /// All of them, each at its number.
    pub fn all(&self) -> &[PersonId] {
        &self.ids
    }
}
