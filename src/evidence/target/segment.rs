//! Whether somebody is whom the brand wants.
//!
//! Start reading at [`Segments::best`].
//!
//! # Always true
//!
//! - A rule that nobody can tell is neither met nor missed.
//! - Whom a segment lists is in it, whatever else is known; a word that keeps out keeps them out of the other
//!   rules only.

use std::collections::HashSet;

use crate::{
    evidence::{
        erasure::bare,
        facts::{Act, PersonId},
        language::Language,
        scores::Context,
        somebody::Somebody,
        target::{bio::Sought, prospect::Prospect},
        topics::Topics,
    },
    model::{Account, Brand, Pillar, Platform},
};

/// What an account is called where names are compared: its platform and its bare handle.
pub fn name(platform: Platform, handle: &str) -> String {
    PersonId::named(platform, handle).as_str().to_owned()
}

/// What somebody may be called on a list: by the platform's own id and by handle.
pub fn names(somebody: &Somebody) -> Vec<String> {
    let id = somebody.id();
    let platform = id.split_once(':').map_or("", |(platform, _)| platform);
    let handle = somebody.handle().map(|handle| format!("{platform}:{}", bare(handle)));
    std::iter::once(id.to_owned()).chain(handle).collect()
}

/// What the rules look at.
#[derive(Debug)]
pub struct Subject<'a> {
    /// What they may be called.
    pub names: &'a [String],
    /// Their description, if it is known.
    pub bio: Option<&'a str>,
    /// The words that segments ask for and that it has, by what the evidence kept of it.
    said: Option<Vec<&'a str>>,
    /// The languages in which they wrote to us.
    wrote_in: Vec<Language>,
    /// The languages that a table says they speak.
    speaks: &'a [String],
    /// Their words to us, each post with its language; absent if none is kept.
    words: Option<Vec<(&'a str, Option<Language>)>>,
    /// Whom they follow, if anybody tells.
    follows: Option<&'a [String]>,
    /// The segment that a table says they are in.
    segment: Option<&'a str>,
}

impl<'a> Subject<'a> {
    /// What is known of somebody, in the evidence and beside it.
    pub fn of(
        context: &'a Context<'_>,
        somebody: &'a Somebody,
        names: &'a [String],
        prospect: Option<&'a Prospect>,
        sought: Option<&Sought>,
    ) -> Self {
        let end = context.now().window.to;
        let written = somebody.deeds.iter().filter(|deed| match deed.act {
            Act::Reply | Act::Quote | Act::Mention => deed.at.time() <= end,
            Act::Like | Act::Repost => false,
        });
        let posts: Vec<_> =
            written.filter_map(|deed| context.written(somebody.object(deed))).collect();
        let words: Vec<_> =
            posts.iter().filter_map(|post| Some((post.text.as_deref()?, post.language))).collect();
        Self {
            names,
            bio: prospect.and_then(|one| one.bio.as_deref()),
            said: sought.zip(somebody.traits().bio.as_deref()).and_then(|(by, bio)| by.told(bio)),
            wrote_in: posts.iter().filter_map(|post| post.language).collect(),
            speaks: prospect.map(|one| one.languages.as_slice()).unwrap_or_default(),
            words: (!words.is_empty()).then_some(words),
            follows: prospect.map(|one| one.follows.as_slice()).filter(|list| !list.is_empty()),
            segment: prospect.and_then(|one| one.segment.as_deref()),
        }
    }
}

/// How somebody meets a segment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Match<'a> {
    /// The segment; absent if none has anything to say of them.
    pub segment: Option<&'a str>,
    /// Whether it lists them.
    pub listed: bool,
    /// The rules that they meet, in words.
    pub met: Vec<&'static str>,
    /// How many of its rules can be told.
    pub known: u32,
    /// Whether a word of their profile keeps them out of every segment that would have them.
    pub kept_out: bool,
}

impl Match<'_> {
    /// The better one has the greater share of its rules met, then more of them.
    fn rank(&self) -> (bool, bool, u64, usize) {
        let share = (self.met.len() as u64 * 1_000_000).checked_div(u64::from(self.known));
        (!self.kept_out, self.listed, share.unwrap_or_default(), self.met.len())
    }
}

/// The segments of a brand, ready to be looked for.
#[derive(Debug)]
pub struct Segments(Vec<Ready>);

#[derive(Debug)]
struct Ready {
    id: String,
    accounts: HashSet<String>,
    bio: Option<Wanted>,
    not: Option<Wanted>,
    hashtags: Option<Topics>,
    languages: Vec<String>,
    follows: HashSet<String>,
}

impl Segments {
    /// Those of `brand`.
    pub fn of(brand: &Brand) -> Self {
        let named = |accounts: &[Account]| {
            accounts.iter().map(|one| name(one.platform, &one.handle)).collect()
        };
        let ready = brand.audience.segments.iter().map(|segment| {
            // Profiles are written in many languages: stems are those of the brand's and the segment's.
            let languages = [brand.languages.as_slice(), &segment.languages].concat();
            Ready {
                id: segment.id.clone(),
                accounts: named(&segment.accounts),
                bio: Wanted::of(&segment.bio, &languages),
                not: Wanted::of(&segment.not, &languages),
                hashtags: sought(&segment.hashtags, &languages),
                languages: segment.languages.clone(),
                follows: named(&segment.follows),
            }
        });
        Self(ready.collect())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The accounts that any of them lists.
    pub fn accounts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flat_map(|one| &one.accounts).map(String::as_str)
    }

    /// The segment that somebody meets best; the first of those that they meet alike.
    pub fn best(&self, subject: &Subject<'_>) -> Match<'_> {
        let mut best = Match::default();
        for ready in &self.0 {
            let found = ready.holds(subject);
            let says = found.listed || found.known > 0 || found.kept_out;
            if says && (best.segment.is_none() || found.rank() > best.rank()) {
                best = found;
            }
        }
        best
    }
}

impl Ready {
    fn holds(&self, subject: &Subject<'_>) -> Match<'_> {
        let listed = subject.names.iter().any(|name| self.accounts.contains(name));
        let listed = listed || subject.segment == Some(self.id.as_str());
        let mut found = Match { segment: Some(&self.id), listed, ..Match::default() };
        found.kept_out = !listed && self.keeps_out(subject);
        for (what, met) in self.rules(subject) {
            found.known += u32::from(met.is_some());
            found.met.extend((met == Some(true)).then_some(what));
        }
        found
    }

    fn keeps_out(&self, subject: &Subject<'_>) -> bool {
        self.not.as_ref().and_then(|not| not.are_in(subject)) == Some(true)
    }

    /// Every rule of it with whether it is met; absent where nobody can tell.
    fn rules(&self, subject: &Subject<'_>) -> Vec<(&'static str, Option<bool>)> {
        let mut rules = Vec::new();
        if let Some(bio) = &self.bio {
            rules.push(("their description", bio.are_in(subject)));
        }
        if !self.languages.is_empty() {
            let written = subject.wrote_in.iter().map(Language::as_str);
            let mut theirs = written.chain(subject.speaks.iter().map(String::as_str)).peekable();
            let known = theirs.peek().is_some();
            let speaks = theirs.any(|code| self.languages.iter().any(|one| one == code));
            rules.push(("their language", known.then_some(speaks)));
        }
        if let Some(hashtags) = &self.hashtags {
            let said = |posts: &Vec<(&str, Option<Language>)>| {
                posts.iter().any(|(words, language)| hashtags.touches(words, *language))
            };
            rules.push(("their words", subject.words.as_ref().map(said)));
        }
        if !self.follows.is_empty() {
            let theirs = |list: &[String]| list.iter().any(|name| self.follows.contains(name));
            rules.push(("whom they follow", subject.follows.map(theirs)));
        }
        rules
    }
}

/// Words to look for in descriptions.
#[derive(Debug)]
struct Wanted {
    words: Vec<String>,
    topics: Topics,
}

impl Wanted {
    fn of(words: &[String], languages: &[String]) -> Option<Self> {
        sought(words, languages).map(|topics| Self { words: words.to_vec(), topics })
    }

    /// Whether a description has one of them; absent if nobody tells.
    fn are_in(&self, subject: &Subject<'_>) -> Option<bool> {
        let kept =
            |said: &Vec<&str>| said.iter().any(|word| self.words.iter().any(|one| one == word));
        let told = subject.bio.map(|bio| self.topics.touches(bio, None));
        told.or_else(|| subject.said.as_ref().map(kept))
    }
}

/// Words to look for; `None` if there are none.
fn sought(words: &[String], languages: &[String]) -> Option<Topics> {
    let pillar = Pillar { id: String::new(), words: words.to_vec(), not: Vec::new() };
    (!words.is_empty()).then(|| Topics::new(&[pillar], languages))
}
