//! `past_instagram_insights/`: what Instagram counted, as texts under labels in the account's language.
//!
//! Start reading at [`Insights::row`].
//!
//! # Always true
//!
//! - A label that is not known gives no number, and the receipt names it.
//! - A period without a year is placed in the newest year that does not lie in the future of the export.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Utc};
use serde_json::{Map, Value};

use super::{second, seconds};
use crate::{
    evidence::{
        facts::{Count, PersonId},
        sources::{
            draft::Draft,
            gather::TotalsSeen,
            json::{self, Skip},
            table, text,
        },
    },
    model::FactKind,
};

/// The most labels that a note names.
const MAX_NAMED_LABELS: usize = 12;

/// The labels of a count, in the languages that are known: English, Spanish, French, German,
/// Italian, Portuguese.
const LABELS: [(Count, &[&str]); 11] = [
    (
        Count::EngagedPeople,
        &[
            "accounts engaged",
            "cuentas que interactuaron",
            "comptes ayant interagi",
            "konten, die interagiert haben",
            "account che hanno interagito",
            "contas com engajamento",
        ],
    ),
    (
        Count::Engagements,
        &[
            "content interactions",
            "interacciones con el contenido",
            "interactions avec le contenu",
            "interaktionen mit inhalten",
            "interazioni con i contenuti",
            "interações com o conteúdo",
        ],
    ),
    (
        Count::Reach,
        &[
            "accounts reached",
            "cuentas alcanzadas",
            "comptes touchés",
            "erreichte konten",
            "account raggiunti",
            "contas alcançadas",
        ],
    ),
    (
        Count::Impressions,
        &["impressions", "impresiones", "impressionen", "impression", "impressões"],
    ),
    (Count::Followers, &["followers", "seguidores", "abonnés", "abonnés(es)", "follower"]),
    (Count::NewFollows, &["follows", "seguimientos", "nouveaux abonnés", "neue follower"]),
    (Count::Unfollows, &["unfollows", "dejaron de seguir", "désabonnements"]),
    (
        Count::ProfileVisits,
        &[
            "profile visits",
            "visitas al perfil",
            "visites du profil",
            "profilaufrufe",
            "visite al profilo",
            "visitas ao perfil",
        ],
    ),
    (Count::Likes, &["likes", "me gusta", "j’aime", "\"gefällt mir\"", "mi piace", "curtidas"]),
    (
        Count::Replies,
        &["comments", "comentarios", "commentaires", "kommentare", "commenti", "comentários"],
    ),
    (
        Count::Saves,
        &["saves", "guardados", "enregistrements", "gespeichert", "salvataggi", "salvamentos"],
    ),
];

/// The label under which those who engaged are parted into followers and others.
const BY_FOLLOW_TYPE: &str = "engaged account by follow type";

/// The labels of a period.
const PERIODS: [&str; 6] = [
    "date range",
    "intervalo de fechas",
    "période",
    "zeitraum",
    "intervallo di date",
    "intervalo de datas",
];

/// The numbers of the export while they are read.
pub(super) struct Insights {
    own: PersonId,
    newest: Option<DateTime<Utc>>,
    /// How many followers each period ended with.
    followers: BTreeMap<DateTime<Utc>, u64>,
    unknown: BTreeSet<String>,
}

impl Insights {
    /// - `newest`: the newest time in the rest of the export.
    pub(super) fn new(own: PersonId, newest: Option<DateTime<Utc>>) -> Self {
        Self { own, newest, followers: BTreeMap::new(), unknown: BTreeSet::new() }
    }

    /// How many followers the newest period states.
    pub(super) fn followers(&self) -> Option<u64> {
        self.followers.values().last().copied()
    }

    /// What a person should know about the labels.
    pub(super) fn notes(&self) -> Vec<String> {
        if self.unknown.is_empty() {
            return Vec::new();
        }
        let named = self.unknown.iter().take(MAX_NAMED_LABELS).map(|label| format!("`{label}`"));
        let named = named.collect::<Vec<_>>().join(", ");
        vec![format!("{} labels of the insights were not read: {named}", self.unknown.len())]
    }

    /// Takes the numbers of one row.
    pub(super) fn row(&mut self, path: &str, row: &Value, draft: &mut Draft) -> Result<(), Skip> {
        let map = row.pointer("/string_map_data").and_then(Value::as_object);
        let map = map.ok_or_else(|| Skip::because("`string_map_data` is missing"))?;
        let mut counts = self.counts(map);
        if counts.contains_key(&Count::Reach) {
            // Beside those reached, followers are the share of them who follow.
            counts.remove(&Count::Followers);
        }
        if counts.is_empty() {
            return Err(Skip::because("a row without a number that is known"));
        }
        match media(row) {
            Some(media) if path.contains("posts") || path.is_empty() => {
                let post = json::text(media, "/uri")?.to_owned();
                let at = second(media, "/creation_timestamp")?;
                let counts = counts.into_iter().map(|(count, value)| (count, Some(value)));
                let (account, counts) = (self.own.clone(), counts.collect());
                draft.gather.post_totals(post, TotalsSeen { account, at, counts });
                draft.gather.carried.insert(FactKind::PostTotals);
            }
            _ => {
                let (from, to) = self.period(map)?;
                for (count, value) in counts {
                    if count == Count::Followers {
                        self.followers.insert(to, value);
                    }
                    draft.gather.account_total((self.own.clone(), count, from, to), value);
                }
                draft.gather.carried.insert(FactKind::AccountTotals);
            }
        }
        Ok(())
    }

    fn counts(&mut self, map: &Map<String, Value>) -> BTreeMap<Count, u64> {
        let mut counts = BTreeMap::new();
        for (label, field) in map {
            let plain = label.trim().to_lowercase();
            let known = LABELS.iter().find(|(_, labels)| labels.contains(&plain.as_str()));
            let told = field.pointer("/value").and_then(Value::as_str);
            if plain == BY_FOLLOW_TYPE {
                let followers = told.and_then(followers_among);
                counts.extend(followers.map(|value| (Count::EngagedFollowers, value)));
                continue;
            }
            let value = told.and_then(table::count);
            match (known, value) {
                (Some((count, _)), Some(value)) => {
                    counts.insert(*count, value);
                }
                (None, Some(_)) => {
                    self.unknown.insert(text::clean_name(label));
                }
                (_, None) => {}
            }
        }
        counts
    }

    /// The ends of the period that a row states.
    fn period(&self, map: &Map<String, Value>) -> Result<(DateTime<Utc>, DateTime<Utc>), Skip> {
        let field =
            map.iter().find(|(label, _)| PERIODS.contains(&label.trim().to_lowercase().as_str()));
        let told = field.and_then(|(_, field)| field.pointer("/value")?.as_str());
        let told =
            told.ok_or_else(|| Skip::because("numbers without a period in a known language"))?;
        period(told, self.newest)
            .ok_or_else(|| Skip::because("a period that is not read, such as one without a year"))
    }
}

/// The number in `Followers: 575, Non-followers: 1,000`; a share in percent is no number of people.
fn followers_among(told: &str) -> Option<u64> {
    let told = told.to_lowercase();
    let (before, rest) = told.split_once("followers:")?;
    let rest = if before.ends_with("non-") { rest.split_once("followers:")?.1 } else { rest };
    table::count(rest.split(", ").next()?)
}

/// The picture or film that a row is about.
fn media(row: &Value) -> Option<&Value> {
    let map = row.pointer("/media_map_data")?.as_object()?;
    map.values().find(|media| seconds(media, "/creation_timestamp").is_some())
}

/// Reads `Jul 31 - Oct 28` and `Jul 31, 2025 - Oct 28, 2025`: from the first midnight to the one
/// behind the last day.
fn period(told: &str, newest: Option<DateTime<Utc>>) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let (from, to) = told.split_once(" - ").or_else(|| told.split_once(" – "))?;
    let (from, to) = (from.trim(), to.trim());
    let with_year = |text: &str| NaiveDate::parse_from_str(text, "%b %d, %Y").ok();
    let in_year = |text: &str, year: i32| {
        NaiveDate::parse_from_str(&format!("{text}, {year}"), "%b %d, %Y").ok()
    };
    let to = with_year(to).or_else(|| {
        let latest = newest?.date_naive();
        (0..2).filter_map(|back| in_year(to, latest.year() - back)).find(|day| *day <= latest)
    })?;
    let from = with_year(from)
        .or_else(|| in_year(from, to.year()).filter(|from| *from <= to))
        .or_else(|| in_year(from, to.year() - 1))?;
    let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
    let plausible = (2010..2100).contains(&from.year()) && from <= to && to.year() < 2100;
    plausible.then_some((midnight(from), midnight(to.checked_add_days(Days::new(1))?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn followers_are_parted_from_the_others() {
        // (the text, the number)
        let table = [
            ("Followers: 575, Non-followers: 1,000", Some(575)),
            ("Non-followers: 1,000, Followers: 1,575", Some(1575)),
            ("Followers: 62%, Non-followers: 38%", None),
            ("Non-followers: 5", None),
            ("575", None),
        ];
        for (told, number) in table {
            assert_eq!(followers_among(told), number, "{told}");
        }
    }

    #[test]
    fn a_period_has_a_year_or_gets_the_newest_that_fits() {
        let newest = "2025-11-20T08:00:00Z".parse().ok();
        // (why this row exists, the text, from, to)
        let table = [
            ("without years", "Jul 31 - Oct 28", Some(("2025-07-31", "2025-10-29"))),
            ("over the new year", "Nov 1 - Jan 15", Some(("2024-11-01", "2025-01-16"))),
            ("later than the export", "Sep 1 - Nov 30", Some(("2024-09-01", "2024-12-01"))),
            ("with years", "Jan 1, 2020 - Mar 31, 2020", Some(("2020-01-01", "2020-04-01"))),
            ("another language", "31 jul - 28 oct", None),
            ("no such day", "Feb 30 - Mar 1", None),
            ("the wrong way", "Mar 31, 2020 - Jan 1, 2020", None),
            ("nothing", "", None),
        ];
        for (why, told, expected) in table {
            let found = period(told, newest);
            let found = found.map(|(from, to)| (from.date_naive(), to.date_naive()));
            let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
            assert_eq!(found, expected.map(|(from, to)| (day(from), day(to))), "{why}");
        }
        assert_eq!(period("Jul 31 - Oct 28", None), None, "no year and nothing to tell it by");
    }
}
