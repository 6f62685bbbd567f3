//! What is kept of a description: the words that a segment asks for, and no other.
//!
//! Start reading at [`Sought::found`].
//!
//! # Always true
//!
//! - A description stays in memory; on the disk are only those words of the brand's own that it has.
//! - They stand behind a mark of all that was asked for: words that were not asked for when an export
//!   was brought in are not known, and never missing.

use std::fmt;

use crate::{
    evidence::topics::Topics,
    model::{Brand, Digest, Pillar},
};

/// How many signs of the digest make the mark.
const MARK_CHARS: usize = 8;

/// The words that the segments of a brand ask for.
pub struct Sought {
    mark: String,
    words: Vec<(String, Topics)>,
}

impl fmt::Debug for Sought {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.words.iter().map(|(word, _)| word)).finish()
    }
}

impl Sought {
    /// Those of `brand`; `None` if none of its segments looks at descriptions.
    pub fn of(brand: &Brand) -> Option<Self> {
        let segments = || brand.audience.segments.iter();
        let mut words: Vec<&String> =
            segments().flat_map(|one| one.bio.iter().chain(&one.not)).collect();
        words.sort_unstable();
        words.dedup();
        if words.is_empty() {
            return None;
        }
        // Descriptions are written in any language: stems are those of the brand's and the segments'.
        let spoken = segments().flat_map(|one| &one.languages).chain(&brand.languages);
        let mut languages: Vec<String> = spoken.cloned().collect();
        languages.sort_unstable();
        languages.dedup();
        let text = serde_json::to_string(&(&words, &languages)).unwrap_or_default();
        let mark = Digest::of(text.as_bytes()).to_string()[..MARK_CHARS].to_owned();
        let ready = |word: &String| {
            let pillar = Pillar { id: String::new(), words: vec![word.clone()], not: Vec::new() };
            (word.clone(), Topics::new(&[pillar], &languages))
        };
        Some(Self { mark, words: words.into_iter().map(ready).collect() })
    }

    /// What is kept of a description: the mark, and a line a word that it has.
    ///
    /// ```
    /// # use fivestep::model::{Audience, Brand, BrandId, Charter, Digest, Segment, WorkflowId, WorkingTime};
    /// # let segment = Segment { id: "baristas".into(), bio: vec!["barista".into()], ..Segment::default() };
    /// # let audience = Audience { segments: vec![segment], ..Audience::default() };
    /// # let brand = Brand {
    /// #     digest: Digest::of(b""), id: BrandId::new("acme")?, name: "Acme".into(),
    /// #     working_time: WorkingTime::default(), languages: vec!["en".into()],
    /// #     workflow: WorkflowId::new("engagement")?, goals: Default::default(), accounts: vec![],
    /// #     competitors: vec![],
    /// #     charter: Charter::default(), audience, sources: vec![],
    /// #     keep_words: Default::default(),
    /// # };
    /// use fivestep::evidence::target::bio::Sought;
    ///
    /// let sought = Sought::of(&brand).ok_or("a segment asks for a word")?;
    /// let kept = sought.found("Two Baristas and a cat");
    /// assert!(!kept.contains("cat"));
    /// assert_eq!(sought.told(&kept), Some(vec!["barista"]));
    /// assert_eq!(sought.told("of another brand file\nbarista"), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn found(&self, bio: &str) -> String {
        let mut kept = self.mark.clone();
        for (word, topics) in &self.words {
            if topics.touches(bio, None) {
                kept.push('\n');
                kept.push_str(word);
            }
        }
        kept
    }

    /// The words that a description has, by what was kept of it; `None` if others were asked for.
    pub fn told<'k>(&self, kept: &'k str) -> Option<Vec<&'k str>> {
        let mut lines = kept.split('\n');
        (lines.next() == Some(&self.mark)).then(|| lines.collect())
    }
}
