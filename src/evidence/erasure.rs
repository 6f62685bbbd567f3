//! Takes people out of facts and texts.
//!
//! Start reading at [`Erasure::clean`], which an import passes through when somebody was forgotten;
//! [`Erasure::scrub`] is what the evidence file runs over the texts that it holds already.
//!
//! # Always true
//!
//! - Nobody else goes: a name is found whole only, in capitals or not.
//! - What our own posts say stays, but for the name.

use std::collections::BTreeSet;

use super::{
    facts::{Facts, PersonId, Post},
    pseudonym::Pseudonyms,
};
use crate::model::Platform;

/// What stands where a name stood.
pub const FORGOTTEN: &str = "[forgotten]";

/// People to be taken out, by everything they are called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Erasure {
    /// Their ids.
    ids: BTreeSet<PersonId>,
    /// Their handles and the platforms' own ids, in lower case, the longest first.
    names: Vec<String>,
}

/// A handle as it is compared: without `@` before it and in lower case.
pub fn bare(handle: &str) -> String {
    handle.trim().trim_start_matches('@').to_lowercase()
}

/// What is hashed to know a handle again.
pub fn handle_key(handle: &str) -> String {
    format!("@{}", bare(handle))
}

impl Erasure {
    /// Of the people with these ids and handles.
    pub fn new(
        ids: impl IntoIterator<Item = PersonId>,
        handles: impl IntoIterator<Item = String>,
    ) -> Self {
        let ids: BTreeSet<PersonId> = ids.into_iter().collect();
        let natives = ids.iter().flat_map(|id| natives(id.as_str()));
        let names: BTreeSet<String> = handles
            .into_iter()
            .map(|handle| bare(&handle))
            .chain(natives)
            .filter(|name| !name.is_empty())
            .collect();
        let mut names: Vec<String> = names.into_iter().collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        Self { ids, names }
    }

    /// Of those in `facts` whose marks are among `marks`.
    pub fn of_marked(facts: &Facts, names: &Pseudonyms, marks: &BTreeSet<String>) -> Self {
        let marked = |text: &str| marks.contains(&names.mark(text));
        let mut ids: BTreeSet<&PersonId> = BTreeSet::new();
        ids.extend(facts.follows.iter().flat_map(|one| [&one.follower, &one.followed]));
        ids.extend(facts.requests.iter().map(|one| &one.person));
        ids.extend(facts.interactions.iter().map(|one| &one.actor));
        ids.extend(facts.posts.iter().map(|one| &one.author));
        ids.extend(facts.posts.iter().filter_map(|one| one.parent_author.as_ref()));
        ids.extend(facts.people.iter().map(|one| &one.id));
        let mut gone: BTreeSet<PersonId> =
            ids.into_iter().filter(|id| marked(id.as_str())).cloned().collect();
        let addresses =
            facts.posts.iter().flat_map(|post| [Some(&post.root), post.parent.as_ref()]);
        let owners = addresses.flatten().filter_map(|address| owner(address));
        gone.extend(owners.filter(|id| marked(id.as_str())));
        let mut handles = BTreeSet::new();
        for person in &facts.people {
            if gone.contains(&person.id) || marked(&handle_key(&person.handle)) {
                gone.insert(person.id.clone());
                handles.insert(person.handle.clone());
            }
        }
        let texts = facts.posts.iter().filter_map(|post| post.text.as_deref());
        let mentioned = texts.flat_map(mentions).filter(|handle| marked(&handle_key(handle)));
        handles.extend(mentioned.map(str::to_owned));
        Self::new(gone, handles)
    }

    /// These and those.
    pub fn join(self, others: Self) -> Self {
        Self::new(
            self.ids.into_iter().chain(others.ids),
            self.names.into_iter().chain(others.names),
        )
    }

    /// These and others.
    pub fn and(self, ids: BTreeSet<PersonId>, handles: BTreeSet<String>) -> Self {
        Self::new(self.ids.into_iter().chain(ids), self.names.into_iter().chain(handles))
    }

    /// Whether there is nobody to take out.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The ids of the people.
    pub fn ids(&self) -> impl Iterator<Item = &PersonId> {
        self.ids.iter()
    }

    /// Whether the person with this id is one of them.
    pub fn has(&self, id: &str) -> bool {
        self.ids.contains(&PersonId::stored(id))
    }

    /// Takes them out of `facts`: what they did and wrote goes; where our posts name them, the
    /// name goes.
    pub fn clean(&self, facts: &mut Facts) {
        let stays = |id: &PersonId| !self.ids.contains(id);
        facts.people.retain(|one| stays(&one.id));
        facts.follows.retain(|one| stays(&one.follower) && stays(&one.followed));
        facts.requests.retain(|one| stays(&one.person));
        facts.interactions.retain(|one| stays(&one.actor));
        facts.posts.retain(|one| stays(&one.author));
        facts.posts.iter_mut().for_each(|post| self.clean_post(post));
    }

    fn clean_post(&self, post: &mut Post) {
        let theirs = post.parent_author.as_ref().is_some_and(|to| self.ids.contains(to));
        if theirs || post.parent.as_deref().is_some_and(|parent| self.holds(parent)) {
            (post.parent, post.parent_author, post.parent_at) = (None, None, None);
        }
        if self.holds(&post.root) {
            post.root.clone_from(&post.id);
        }
        if let Some(text) = &mut post.text {
            *text = self.scrub(text).into();
        }
    }

    /// Whether `text` names one of them.
    pub fn holds(&self, text: &str) -> bool {
        self.find(&text.to_ascii_lowercase(), 0).is_some()
    }

    /// `text` with [`FORGOTTEN`] where it named one of them.
    ///
    /// ```
    /// use fivestep::evidence::erasure::Erasure;
    /// let ann = Erasure::new([], ["@ann.example".to_owned()]);
    /// assert_eq!(ann.scrub("Thanks, @Ann.Example!"), "Thanks, @[forgotten]!");
    /// assert_eq!(ann.scrub("joann.example and ann.example.org"), "joann.example and ann.example.org");
    /// ```
    pub fn scrub(&self, text: &str) -> String {
        let lower = text.to_ascii_lowercase();
        let (mut out, mut from) = (String::with_capacity(text.len()), 0);
        while let Some((begin, end)) = self.find(&lower, from) {
            out.push_str(&text[from..begin]);
            out.push_str(FORGOTTEN);
            from = end;
        }
        out.push_str(&text[from..]);
        out
    }

    /// The first whole name in `text`, which is in lower case, at or after `from`.
    fn find(&self, text: &str, from: usize) -> Option<(usize, usize)> {
        let places = self.names.iter().filter_map(|name| {
            let mut at = from;
            loop {
                let begin = at + text[at..].find(name.as_str())?;
                let end = begin + name.len();
                if is_whole(text, begin, end) {
                    return Some((begin, end));
                }
                at = begin + text[begin..].chars().next().map_or(1, char::len_utf8);
            }
        });
        // Of two that begin at one place, the longer one.
        places.min_by_key(|(begin, end)| (*begin, std::cmp::Reverse(*end)))
    }
}

/// The platform's own id in an id of ours, and other ways in which addresses write it.
fn natives(id: &str) -> Vec<String> {
    let native = id.split_once(':').map_or(id, |(_, native)| native).to_lowercase();
    // A Mastodon server writes the same account in two ways.
    let short = native.strip_prefix("https://").and_then(|address| address.split_once("/users/"));
    let other = short.map(|(host, user)| format!("{host}/@{user}"));
    [Some(native), other].into_iter().flatten().collect()
}

/// Who wrote the post at an address, where the address tells.
fn owner(address: &str) -> Option<PersonId> {
    if let Some((did, _)) = address.strip_prefix("at://").and_then(|rest| rest.split_once('/')) {
        return Some(PersonId::new(Platform::Bluesky, did));
    }
    let (host, rest) = address.split_once("/users/")?;
    let user = rest.split('/').next()?;
    Some(PersonId::new(Platform::Mastodon, &format!("{host}/users/{user}")))
}

/// Whether nothing goes on before and after the name at these places.
fn is_whole(text: &str, begin: usize, end: usize) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let mut before = text[..begin].chars().rev();
    let mut after = text[end..].chars();
    let open = match before.next() {
        Some('.') => !before.next().is_some_and(part),
        Some(c) => !part(c),
        None => true,
    };
    let closed = match after.next() {
        Some('.') => !after.next().is_some_and(part),
        Some(c) => !part(c),
        None => true,
    };
    open && closed
}

/// The handles that a text mentions, such as `ann.example` of `@ann.example`.
fn mentions(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('@').map(|(at, _)| {
        let rest = &text[at + 1..];
        let goes_on = |c: char| c.is_alphanumeric() || "._-@".contains(c);
        let end = rest.find(|c| !goes_on(c)).unwrap_or(rest.len());
        rest[..end].trim_end_matches(['.', '-', '@'])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_goes_where_it_stands_whole() {
        let ann = PersonId::stored("bluesky:did:plc:ann");
        let rita = PersonId::stored("mastodon:https://b.example/users/rita");
        let gone = Erasure::new([ann, rita], ["@ann.example".to_owned(), "@Rita@b.example".into()]);
        // (why, text, what is left)
        let table = [
            ("a mention", "hi @ann.example, ok?", "hi @[forgotten], ok?"),
            ("at the end of a sentence", "ask @ann.example.", "ask @[forgotten]."),
            ("capitals", "ANN.EXAMPLE", "[forgotten]"),
            ("part of another", "joann.example ann.example.org", "joann.example ann.example.org"),
            ("an address", "at://did:plc:ann/x/1", "at://[forgotten]/x/1"),
            ("a longer id", "did:plc:anna", "did:plc:anna"),
            ("twice", "ann.example ann.example", "[forgotten] [forgotten]"),
            ("with her server", "@rita@b.example", "@[forgotten]"),
            ("another server", "@rita@c.example", "@rita@c.example"),
            ("both addresses", "https://b.example/@rita/1", "https://[forgotten]/1"),
            ("other letters", "ü @ann.example ü", "ü @[forgotten] ü"),
            ("nothing", "", ""),
        ];
        for (why, text, left) in table {
            assert_eq!(gone.scrub(text), left, "{why}");
            assert_eq!(gone.holds(text), text != left, "{why}");
        }
        assert!(!Erasure::default().holds("anybody"));
    }
}
