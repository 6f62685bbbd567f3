//! The tables of YouTube Studio: one row a video, and the sum of all before them.
//!
//! Start reading at [`read`].
//!
//! # Always true
//!
//! - The row of sums is compared with what was found and is no video.
//! - Studio cuts its tables at about 500 rows; a table as long as that is called a part.

use std::path::Path;

use chrono::{DateTime, Utc};

use super::{is_video, person_id};
use crate::{
    evidence::{
        facts::{Count, PersonId},
        numbers::Numbers,
        sources::{
            Export, SourceError,
            draft::{Draft, Fate, table_of},
            gather::TotalsSeen,
            json::Skip,
            table::{self, Columns, Row},
            times,
            tree::{self, Glance, Listed, Shape, Want},
        },
    },
    model::{FactKind, Source},
};

/// From how many rows on a table may have been cut.
const CUT_FROM_ROWS: u64 = 500;

/// The column with the id of the video, in English, French, Spanish and German.
const ID: [&str; 4] = ["Content", "Contenu", "Contenido", "Inhalte"];
/// The column with the time.
const PUBLISHED: [&str; 4] = [
    "Video publish time",
    "Heure de publication de la vidéo",
    "Hora de publicación del vídeo",
    "Veröffentlichungszeitpunkt des Videos",
];
/// The columns with numbers.
const COUNTS: [(Count, &[&str]); 6] = [
    (Count::Views, &["Views", "Vues", "Visualizaciones", "Aufrufe"]),
    (Count::NewFollows, &["Subscribers", "Abonnés", "Suscriptores", "Abonnenten"]),
    (Count::Impressions, &["Impressions", "Impresiones", "Impressionen"]),
    (Count::Likes, &["Likes", "J'aime", "Me gusta"]),
    (Count::Replies, &["Comments added", "Commentaires ajoutés", "Comentarios añadidos"]),
    (Count::Shares, &["Shares", "Partages", "Veces compartido"]),
];
/// The word in the row of sums.
const TOTAL: [&str; 4] = ["Total", "Totaux", "Gesamt", "Totale"];
/// Months as the tables shorten them, where that is not as in English.
const MONTHS: [(&str, &str); 13] = [
    ("janv.", "Jan"),
    ("févr.", "Feb"),
    ("mars", "Mar"),
    ("avr.", "Apr"),
    ("mai", "May"),
    ("juin", "Jun"),
    ("juil.", "Jul"),
    ("août", "Aug"),
    ("sept.", "Sep"),
    ("oct.", "Oct"),
    ("nov.", "Nov"),
    ("déc.", "Dec"),
    ("sept", "Sep"),
];

fn is_header(columns: &Columns) -> bool {
    let has = |names: &[&str]| names.iter().any(|name| columns.have(&[name]));
    has(&ID) && has(&PUBLISHED) && COUNTS.iter().any(|(_, names)| has(names))
}

/// Whether a table of Studio is among what was seen.
pub(in super::super) fn fits(glance: &Glance) -> bool {
    glance.heads().any(|(_, head)| table::begins(&head, &is_header))
}

/// Reads one table, or every table of a folder or archive: Studio packs totals and charts beside it.
pub(in super::super) fn read(source: &Source, path: &Path) -> Result<Export, SourceError> {
    let own = person_id(source.account.trim().trim_start_matches('@'));
    let mut draft = Draft::default();
    draft.profile.handle = source.account.trim().to_owned();
    let alone = Shape::at(path)? == Shape::File;
    let is_table = |listed: &Listed| alone || listed.name.to_lowercase().ends_with(".csv");
    tree::walk(path, &mut |listed| Want::from(is_table(listed)), &mut |entry| {
        let mut sums = Sums::default();
        let file = table_of(entry, &is_header, &mut |row| sums.row(row, &own, &mut draft));
        match file {
            Ok(file) => {
                sums.compare(file.kept, &mut draft);
                draft.files.push(file);
                Ok(())
            }
            Err(SourceError::NoHeader { .. }) if !alone => Ok(()),
            Err(error) => Err(error),
        }
    })?;
    draft.gather.carried.insert(FactKind::PostTotals);
    draft.finish(source, &own, path)
}

/// Views as the row of sums states them, and as they were found.
#[derive(Default)]
struct Sums {
    stated: Option<u64>,
    found: u64,
}

impl Sums {
    fn row(&mut self, row: &Row<'_>, own: &PersonId, draft: &mut Draft) -> Result<Fate, Skip> {
        let id = cell(row, &ID).ok_or_else(|| Skip::because("a row without a video"))?;
        let (counts, views) = counts(row)?;
        if TOTAL.contains(&id) {
            self.stated = views;
            return Ok(Fate::Aside);
        }
        if table::is_rounded(id) || !is_video(id) {
            return Err(Skip::because("a cell that is no id of a video"));
        }
        let told = cell(row, &PUBLISHED).and_then(day);
        let at = told.ok_or_else(|| Skip::because("a video without a plausible day"))?;
        self.found = self.found.saturating_add(views.unwrap_or(0));
        let post = format!("https://www.youtube.com/watch?v={id}");
        draft.gather.post_totals(post, TotalsSeen { account: own.clone(), at, counts });
        Ok(Fate::Kept)
    }

    fn compare(&self, kept: u64, draft: &mut Draft) {
        if let Some(stated) = self.stated {
            let note = "videos that the table leaves out have views too";
            draft.compare("views", stated, self.found, note);
        }
        if kept >= CUT_FROM_ROWS {
            draft.note("the table may be a part: Studio cuts its tables at about 500 rows");
        }
    }
}

fn cell<'r>(row: &Row<'r>, names: &[&str]) -> Option<&'r str> {
    names.iter().find_map(|name| row.maybe(name))
}

/// The numbers of a row, and its views. Subscribers may be lost, and a loss is no new follow.
fn counts(row: &Row<'_>) -> Result<(Numbers, Option<u64>), Skip> {
    let mut counts = Numbers::default();
    for (count, names) in COUNTS {
        for name in names {
            let lost = row.maybe(name).is_some_and(|cell| cell.starts_with(['-', '−']));
            if lost && count == Count::NewFollows {
                continue;
            }
            if let Some(value) = row.count(name)? {
                counts.add(count, Some(value));
            }
        }
    }
    let views = counts.get(Count::Views);
    Ok((counts, views))
}

/// A day such as `Jul 14, 2026`, `14 juil. 2026` or `2026-07-14`.
fn day(told: &str) -> Option<DateTime<Utc>> {
    let english = |word: &str| {
        let known = MONTHS.iter().find(|(name, _)| *name == word.to_lowercase());
        known.map_or_else(|| word.to_owned(), |(_, month)| (*month).to_owned())
    };
    let plain: Vec<String> = told.split_whitespace().map(english).collect();
    times::one_of(&plain.join(" "), &["%b %d, %Y", "%d %b %Y", "%Y-%m-%d"])
}
