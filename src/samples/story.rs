//! The demo's four brands: their files, and the exports that tell how they fared.
//!
//! Start reading at [`stories`]. Each brand shows one thing that a gate can say:
//!
//! | brand | what it shows |
//! |---|---|
//! | `rosso-roasters` | every gate passes, cycle after cycle: gold |
//! | `bianco-books` | topics drift in the second export and come back in the third |
//! | `verde-garden` | `insufficient`: 11 conversations where 20 are asked for |
//! | `azzurro-radio` | `unmeasurable`: an archive does not tell who engaged |
//!
//! # Always true
//!
//! - Export dates are days before the `today` that the caller gives.

use std::{io, path::Path};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Outbox, Round, SampleAccount, Trade, bluesky, mastodon};

/// One brand of the demo.
#[derive(Debug, Clone)]
pub struct Story {
    /// The brand's short name.
    pub brand: &'static str,
    /// The text of its file.
    pub yaml: &'static str,
    /// Its exports, oldest first.
    pub exports: Vec<Export>,
}

/// One export of a brand.
#[derive(Debug, Clone)]
pub struct Export {
    /// How many days before today it was made.
    pub days_ago: u32,
    /// When its newest fact is, UTC.
    pub ends_at: DateTime<Utc>,
    account: SampleAccount,
    content: Content,
}

/// What an export holds.
#[derive(Debug, Clone)]
enum Content {
    Bluesky(Vec<Round>),
    Mastodon(Outbox),
}

impl Export {
    /// Where the export lies inside the workspace: a folder, or an archive.
    ///
    /// Each export of a brand has a place of its own, named after its day.
    pub fn path(&self, brand: &str) -> String {
        let ending = match self.content {
            Content::Bluesky(_) => "",
            Content::Mastodon(_) => ".zip",
        };
        format!("exports/{brand}/{}{ending}", self.ends_at.format("%Y-%m-%d"))
    }

    /// Writes the export to `path`, a folder that is not there yet, or a `.zip` or `.tar.gz`.
    ///
    /// # Errors
    ///
    /// What [`bluesky`] and [`mastodon`] meet.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        match &self.content {
            Content::Bluesky(rounds) => bluesky(path, &self.account, rounds),
            Content::Mastodon(outbox) => {
                path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
                mastodon(path, &self.account, outbox)
            }
        }
    }
}

/// The demo's brands, as of `today`.
pub fn stories(today: DateTime<Utc>) -> Vec<Story> {
    vec![rosso(today), bianco(today), verde(today), azzurro(today)]
}

/// An account that was opened well before the first export.
fn account(
    handle: &str,
    name: &str,
    bio: &str,
    trade: Trade,
    today: DateTime<Utc>,
) -> SampleAccount {
    let opened_at = today - TimeDelta::days(400);
    let [handle, name, bio] = [handle, name, bio].map(str::to_owned);
    SampleAccount { handle, name, bio, trade, opened_at }
}

/// An export made some days ago; `rounds` are told when they end.
fn export(
    account: &SampleAccount,
    today: DateTime<Utc>,
    days_ago: u32,
    rounds: impl FnOnce(DateTime<Utc>) -> Vec<Round>,
) -> Export {
    let ends_at = today - TimeDelta::days(i64::from(days_ago));
    let content = Content::Bluesky(rounds(ends_at));
    Export { days_ago, ends_at, account: account.clone(), content }
}

/// The round of the same length that ends where `round` begins.
fn earlier(round: &Round) -> Round {
    Round { ends_at: round.ends_at - TimeDelta::days(i64::from(round.days)), ..round.clone() }
}

/// Everything goes well.
fn rosso(today: DateTime<Utc>) -> Story {
    let bio = "We roast on the square. Rita and Sandro. https://rosso.example";
    let account = account("rosso.example", "Rosso Roasters", bio, Trade::Roaster, today);
    let first = |ends_at| {
        let round = Round::healthy(ends_at);
        // The first export reaches back one more window, so that there is a before.
        vec![earlier(&round), round]
    };
    let second = |ends_at| {
        vec![Round { followers: 412, followers_from: 6, engaged: 48, ..Round::healthy(ends_at) }]
    };
    let third = |ends_at| {
        vec![Round {
            followers: 430,
            followers_from: 10,
            engaged: 53,
            conversations: 44,
            answered: 44,
            back_and_forth: 20,
            ..Round::healthy(ends_at)
        }]
    };
    let exports = vec![
        export(&account, today, 56, first),
        export(&account, today, 28, second),
        export(&account, today, 0, third),
    ];
    Story { brand: "rosso-roasters", yaml: ROSSO, exports }
}

/// Topics drift away and come back.
fn bianco(today: DateTime<Utc>) -> Story {
    let bio = "Books old and new. Ask for Bianca. https://bianco.example";
    let account = account("bianco.example", "Bianco Books", bio, Trade::Bookshop, today);
    let modest = |ends_at| Round {
        followers: 500,
        engaged: 26,
        strangers: 20,
        conversations: 42,
        answered: 42,
        back_and_forth: 14,
        ..Round::healthy(ends_at)
    };
    let first = move |ends_at| vec![earlier(&modest(ends_at)), modest(ends_at)];
    let second = move |ends_at| {
        vec![Round { followers: 496, followers_from: 9, on_topic: 11, ..modest(ends_at) }]
    };
    let third = move |ends_at| {
        vec![Round { followers: 505, followers_from: 11, engaged: 29, ..modest(ends_at) }]
    };
    let exports = vec![
        export(&account, today, 56, first),
        export(&account, today, 28, second),
        export(&account, today, 0, third),
    ];
    Story { brand: "bianco-books", yaml: BIANCO, exports }
}

/// Too few conversations to tell.
fn verde(today: DateTime<Utc>) -> Story {
    let bio = "A nursery behind the station. Verena grows, you water. https://verde.example";
    let account = account("verde.example", "Verde Garden", bio, Trade::Garden, today);
    let quiet = |ends_at| {
        vec![Round {
            followers: 260,
            engaged: 34,
            strangers: 6,
            conversations: 11,
            answered: 11,
            back_and_forth: 4,
            ..Round::healthy(ends_at)
        }]
    };
    let exports = vec![export(&account, today, 0, quiet)];
    Story { brand: "verde-garden", yaml: VERDE, exports }
}

/// An archive tells one side only.
fn azzurro(today: DateTime<Utc>) -> Story {
    let bio = "The neighbourhood's radio. Aldo at the desk.";
    let account = account("azzurro@radio.example", "Azzurro Radio", bio, Trade::Radio, today);
    let outbox = Outbox { doubled_key: true, uncounted: 9, ..Outbox::healthy(today) };
    let content = Content::Mastodon(outbox);
    let exports = vec![Export { days_ago: 0, ends_at: today, account, content }];
    Story { brand: "azzurro-radio", yaml: AZZURRO, exports }
}

const ROSSO: &str = r#"brand: rosso-roasters
name: Rosso Roasters
timezone: Europe/Rome
languages: [en, it]
workflow: engagement
goals: { engaged_follower_rate: 2% }
accounts: [ { platform: bluesky, handle: "@rosso.example" } ]
charter:
  people:
    - { name: Rita, role: roaster }
    - { name: Sandro, role: barista }
  pillars:
    - { id: coffee, words: [coffee, caffè, espresso, moka, beans, chicchi, "single origin"], not: [instant] }
    - { id: craft, words: [roast, tostare, grinder, macinatura, "latte art"] }
  cadence: { at_least: 3 posts per week }
audience:
  segments:
    - { id: home-baristas, bio: [barista, "latte art", corner], languages: [en, it] }
sources: [ { kind: bluesky_api, account: "@rosso.example" } ]
"#;

const BIANCO: &str = r#"brand: bianco-books
name: Bianco Books
timezone: Europe/Rome
languages: [en, it]
workflow: engagement
goals: { engaged_follower_rate: 8% }
accounts: [ { platform: bluesky, handle: "@bianco.example" } ]
charter:
  people: [ { name: Bianca, role: bookseller } ]
  pillars:
    - { id: books, words: [book, libro, novel, romanzo, romanzi, paperback, author] }
    - { id: reading, words: [read, reading, letture, poesie, shortlist] }
  cadence: { at_least: 3 posts per week }
audience:
  segments:
    - { id: readers, bio: [reader, lettrice, corner], languages: [en, it] }
sources: [ { kind: bluesky_api, account: "@bianco.example" } ]
"#;

const VERDE: &str = r#"brand: verde-garden
name: Verde Garden
timezone: Europe/Rome
languages: [en, it]
workflow: engagement
goals: { engaged_follower_rate: 2% }
accounts: [ { platform: bluesky, handle: "@verde.example" } ]
charter:
  people: [ { name: Verena, role: gardener } ]
  pillars:
    - { id: growing, words: [sow, seedling, semi, plant, soil, terreno, compost, tomato] }
    - { id: pruning, words: [prune, potatura, pear] }
  cadence: { at_least: 3 posts per week }
audience:
  segments:
    - { id: balconies, bio: [balcony, corner], languages: [en, it] }
sources: [ { kind: bluesky_api, account: "@verde.example" } ]
"#;

const AZZURRO: &str = r#"brand: azzurro-radio
name: Azzurro Radio
timezone: Europe/Rome
languages: [en, it]
workflow: engagement
goals: { engaged_follower_rate: 2% }
accounts: [ { platform: mastodon, handle: "@azzurro@radio.example" } ]
charter:
  people: [ { name: Aldo, role: host } ]
  pillars:
    - { id: on-air, words: [broadcast, "in onda", studio, puntata, playlist] }
    - { id: voices, words: [interview, listen, ascoltatori, voci] }
  cadence: { at_least: 3 posts per week }
audience:
  segments:
    - { id: neighbours, bio: [quartiere, neighbourhood], languages: [it, en] }
sources: [ { kind: mastodon_archive, account: "@azzurro@radio.example" } ]
"#;
