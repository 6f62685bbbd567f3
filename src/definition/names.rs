//! Names that a file defines.

use std::collections::HashSet;

/// Names that a file defines, in its order, and quick to look up.
///
/// ```
/// use fivestep::definition::Names;
/// let stages = Names::new(["define", "target"]);
/// assert!(stages.has("target") && !stages.has("gold"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Names<'a> {
    list: Vec<&'a str>,
    set: HashSet<&'a str>,
}

impl<'a> Names<'a> {
    /// Takes names in their order.
    pub fn new(names: impl IntoIterator<Item = &'a str>) -> Self {
        let list: Vec<&str> = names.into_iter().collect();
        let set = list.iter().copied().collect();
        Self { list, set }
    }

    /// Whether `name` is one of them.
    pub fn has(&self, name: &str) -> bool {
        self.set.contains(name)
    }

    /// All of them, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &'a str> {
        self.list.iter().copied()
    }
}
