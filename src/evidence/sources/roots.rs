//! The first post of every thread, as far up as the posts of an export lead.
//!
//! Start reading at [`Roots::find`].
//!
//! # Always true
//!
//! - Every post is walked over once, so neither a thread as long as the export nor answers in a
//!   circle cost more than the export itself.
//! - Its memory is some 60 bytes a post, and the addresses of those roots that an export does not tell where
//!   they are asked for.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasher, RandomState},
    sync::Arc,
};

use super::{SourceError, runs::Rows};
use crate::evidence::facts::Post;

/// What stands for an address.
type Mark = u64;

/// The roots of those posts whose export tells another one, or none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Roots {
    hasher: RandomState,
    moved: HashMap<Mark, Arc<str>>,
}

/// A post in its thread.
#[derive(Debug, Clone, Copy)]
struct Link {
    id: Mark,
    parent: Option<Mark>,
    /// The root that the export tells.
    root: Mark,
    /// What those below it learn of the root where this post is the uppermost one here.
    beyond: Mark,
}

impl Roots {
    /// Finds the roots of all posts.
    ///
    /// # Errors
    ///
    /// What the disk says, where the posts wait.
    pub(crate) fn find(posts: &Rows<Post>) -> Result<Self, SourceError> {
        let hasher = RandomState::new();
        let mark = |address: &str| hasher.hash_one(address);
        let mut links = Vec::new();
        posts.look(&mut |post| links.push(Link::of(post, &mark)))?;
        let moved = moved(&links);
        if moved.is_empty() {
            return Ok(Self { hasher, ..Self::default() });
        }
        drop(links);
        let wanted: HashSet<Mark> = moved.values().copied().collect();
        let mut addresses: HashMap<Mark, Arc<str>> = HashMap::new();
        posts.look(&mut |post| {
            for address in [Some(&post.id), Some(&post.root), post.parent.as_ref()] {
                let found = address.map(|address| (mark(address), address));
                if let Some((mark, address)) = found.filter(|(mark, _)| wanted.contains(mark)) {
                    addresses.entry(mark).or_insert_with(|| address.clone());
                }
            }
        })?;
        let address = |(id, root): (Mark, Mark)| Some((id, addresses.get(&root)?.clone()));
        let moved = moved.into_iter().filter_map(address).collect();
        Ok(Self { hasher, moved })
    }

    /// Gives a post its root.
    pub(crate) fn tell(&self, post: &mut Post) {
        if self.moved.is_empty() {
            return;
        }
        if let Some(root) = self.moved.get(&self.hasher.hash_one(&*post.id)) {
            post.root.clone_from(root);
        }
    }
}

impl Link {
    fn of(post: &Post, mark: &impl Fn(&str) -> Mark) -> Self {
        let beyond = match &post.parent {
            Some(parent) if post.root == post.id => parent,
            Some(_) | None => &post.root,
        };
        Self {
            id: mark(&post.id),
            parent: post.parent.as_deref().map(mark),
            root: mark(&post.root),
            beyond: mark(beyond),
        }
    }
}

/// The posts whose root is another than the export tells, each with it.
///
/// - `links`: in the order of ids, which says where a circle begins.
fn moved(links: &[Link]) -> HashMap<Mark, Mark> {
    let mut places: Vec<(Mark, usize)> =
        links.iter().enumerate().map(|(place, link)| (link.id, place)).collect();
    places.sort_unstable();
    let place = |id: Mark| {
        let found = places.binary_search_by_key(&id, |(mark, _)| *mark).ok()?;
        Some(places[found].1)
    };
    let mut roots: Vec<Option<Mark>> = vec![None; links.len()];
    let mut way = Vec::new();
    for start in 0..links.len() {
        let mut at = start;
        let root = loop {
            if let Some(root) = roots[at] {
                break root;
            }
            let link = &links[at];
            // Its own root until a better one is known: a circle ends here.
            roots[at] = Some(link.id);
            way.push(at);
            match link.parent.map(place) {
                Some(Some(parent)) => at = parent,
                Some(None) | None => break link.beyond,
            }
        };
        way.drain(..).for_each(|at| roots[at] = Some(root));
    }
    let other = |(link, root): (&Link, Option<Mark>)| {
        root.filter(|root| *root != link.root).map(|root| (link.id, root))
    };
    links.iter().zip(roots).filter_map(other).collect()
}
