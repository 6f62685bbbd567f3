//! The tables of numbers of Facebook Pages and Instagram accounts: the classic one and that of the
//! Meta Business Suite.
//!
//! ```text
//! rows ──► is a day written 31/12 or 12/31? ──► numbers of posts
//! ```
//!
//! Start reading at [`read_insights`] and [`read_suite`]; [`Sheet`] says what they have in common.
//!
//! # Always true
//!
//! - An id that a spreadsheet has rounded joins nothing: its row is skipped and counted.
//! - Whether the day or the month comes first is told by the whole table, never guessed.
//! - The times have no zone and are read as UTC; the receipt says so.

use std::path::Path;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use crate::{
    evidence::{
        facts::{Count, PersonId},
        numbers::Numbers,
        sources::{
            Export, SourceError,
            draft::{Draft, Fate, table_of},
            gather::TotalsSeen,
            json::Skip,
            receipt::FileReceipt,
            table::{self, Columns, Row},
            times,
            tree::{self, Entry, Glance, Listed, Shape, Want},
        },
    },
    model::{FactKind, Platform, Source},
};

/// One of the tables: its columns by their names in every language that is known.
struct Sheet {
    id: &'static [&'static str],
    at: &'static [&'static str],
    link: &'static [&'static str],
    counts: &'static [(Count, &'static [&'static str])],
}

/// The table of a Page as it was until 2023, with a second header that explains the first.
const CLASSIC: Sheet = Sheet {
    id: &["Post ID"],
    at: &["Posted"],
    link: &["Permalink"],
    counts: &[
        (Count::Reach, &["Lifetime Post Total Reach"]),
        (Count::Impressions, &["Lifetime Post Total Impressions"]),
        (Count::EngagedPeople, &["Lifetime Engaged Users", "Lifetime Post Engaged Users"]),
        (
            Count::EngagedFollowers,
            &["Lifetime People who have liked your Page and engaged with your post"],
        ),
        (Count::Clicks, &["Lifetime Post Consumptions"]),
        (Count::Likes, &["like"]),
        (Count::Replies, &["comment"]),
        (Count::Shares, &["share"]),
    ],
};

/// The table of the Meta Business Suite, of a Page or of an Instagram account. The names in other
/// languages than English are those that were seen.
const SUITE: Sheet = Sheet {
    id: &[
        "Post ID",
        "Identificador de la publicación",
        "Identifiant de publication",
        "Beitrags-ID",
    ],
    at: &[
        "Publish time",
        "Hora de publicación",
        "Heure de publication",
        "Veröffentlichungszeitpunkt",
    ],
    link: &["Permalink", "Enlace permanente", "Lien permanent", "Permanenter Link"],
    counts: &[
        (Count::Impressions, &["Impressions", "Impresiones", "Impressionen"]),
        (Count::Views, &["Views", "Visualizaciones", "Vues", "Aufrufe"]),
        (Count::Reach, &["Reach", "Alcance", "Couverture", "Reichweite"]),
        (Count::Engagements, &["Reactions, comments and shares"]),
        (
            Count::Likes,
            &["Reactions", "Likes", "Reacciones", "Réactions", "Reaktionen", "Me gusta"],
        ),
        (Count::Replies, &["Comments", "Comentarios", "Commentaires", "Kommentare"]),
        (Count::Shares, &["Shares", "Veces compartido", "Partages", "Geteilte Inhalte"]),
        (Count::Saves, &["Saves", "Guardados", "Enregistrements"]),
        (Count::Clicks, &["Total clicks", "Clics totales", "Total des clics", "Klicks insgesamt"]),
        (Count::NewFollows, &["Follows", "Seguimientos"]),
    ],
};

impl Sheet {
    /// Whether a row is its header.
    fn begins(&self, columns: &Columns) -> bool {
        let has = |names: &[&str]| names.iter().any(|name| columns.have(&[name]));
        has(self.id) && has(self.at) && self.counts.iter().any(|(_, names)| has(names))
    }
}

/// Whether the classic table of a Page is among what was seen.
pub(in super::super) fn fits_insights(glance: &Glance) -> bool {
    glance.heads().any(|(_, head)| table::begins(&head, &|columns| CLASSIC.begins(columns)))
}

/// Whether a table of the Business Suite is among what was seen.
pub(in super::super) fn fits_suite(glance: &Glance) -> bool {
    glance.heads().any(|(_, head)| table::begins(&head, &|columns| SUITE.begins(columns)))
}

/// Reads classic tables.
pub(in super::super) fn read_insights(source: &Source, path: &Path) -> Result<Export, SourceError> {
    read(&CLASSIC, source, path)
}

/// Reads tables of the Business Suite.
pub(in super::super) fn read_suite(source: &Source, path: &Path) -> Result<Export, SourceError> {
    read(&SUITE, source, path)
}

fn read(sheet: &Sheet, source: &Source, path: &Path) -> Result<Export, SourceError> {
    let handle = source.account.trim().to_owned();
    let name = handle.trim_start_matches('@').to_lowercase();
    let mut draft = Draft::default();
    draft.profile.handle = handle;
    let mut own = PersonId::new(Platform::Facebook, &name);
    let alone = Shape::at(path)? == Shape::File;
    let mut wants =
        |listed: &Listed| Want::from(alone || listed.name.to_lowercase().ends_with(".csv"));
    tree::walk(path, &mut wants, &mut |entry| {
        let found = collect(sheet, entry)?;
        if found.instagram {
            own = PersonId::new(Platform::Instagram, &name);
        }
        let file = found.gather(&entry.place, &own, &mut draft)?;
        draft.files.push(file);
        Ok(())
    })?;
    draft.gather.carried.insert(FactKind::PostTotals);
    draft.note("the times have no zone and were read as UTC");
    draft.finish(source, &own, path)
}

/// A row whose day is not read yet.
struct Counted {
    post: String,
    at: String,
    line: u64,
    counts: Numbers,
}

/// The rows of a table before the order of its days is known.
struct Collected {
    file: FileReceipt,
    rows: Vec<Counted>,
    instagram: bool,
}

fn collect(sheet: &Sheet, entry: &mut Entry<'_>) -> Result<Collected, SourceError> {
    let (mut rows, mut first, mut instagram) = (Vec::new(), true, false);
    let file = table_of(entry, &|columns| sheet.begins(columns), &mut |row| {
        let explains = std::mem::take(&mut first) && explains(sheet, row);
        if explains {
            return Ok(Fate::Aside);
        }
        instagram |= row.columns().have(&["Account username"]);
        rows.push(counted(sheet, row)?);
        Ok(Fate::Aside)
    })?;
    Ok(Collected { file, rows, instagram })
}

/// Whether a row explains the header: it has words where ids and times stand.
fn explains(sheet: &Sheet, row: &Row<'_>) -> bool {
    let digits = |cell: &str| cell.bytes().any(|byte| byte.is_ascii_digit());
    let told = [cell(row, sheet.id), cell(row, sheet.at)];
    !told.into_iter().flatten().any(digits)
}

/// The cell of the first of these columns that says something.
fn cell<'r>(row: &Row<'r>, names: &[&str]) -> Option<&'r str> {
    names.iter().find_map(|name| row.maybe(name))
}

fn counted(sheet: &Sheet, row: &Row<'_>) -> Result<Counted, Skip> {
    let id_column = sheet.id.iter().find(|name| row.columns().have(&[name]));
    let id = row.id(id_column.unwrap_or(&sheet.id[0]))?;
    if row.maybe("Date").is_some_and(|date| date.starts_with(|c: char| c.is_ascii_digit())) {
        return Err(Skip::because("the number of one day; export the whole life of the posts"));
    }
    let at = cell(row, sheet.at).ok_or_else(|| Skip::because("a post without its time"))?;
    let mut counts = Numbers::default();
    for (count, names) in sheet.counts {
        for name in *names {
            if let Some(value) = row.count(name)?.filter(|_| !counts.states(*count)) {
                counts.add(*count, Some(value));
            }
        }
    }
    if counts.is_empty() {
        return Err(Skip::because("a row without a number"));
    }
    withhold(sheet, row, &mut counts);
    let post = cell(row, sheet.link).unwrap_or(id).to_owned();
    Ok(Counted { post, at: at.to_owned(), line: row.line, counts })
}

/// Marks the parts of a sum that the platform withheld: Meta states the sum and leaves a low part empty.
fn withhold(sheet: &Sheet, row: &Row<'_>, counts: &mut Numbers) {
    let Some(sum) = counts.get(Count::Engagements) else { return };
    for part in [Count::Likes, Count::Replies, Count::Shares] {
        let names = sheet.counts.iter().filter(|(count, _)| *count == part);
        let has = names.flat_map(|(_, names)| *names).any(|name| row.columns().have(&[name]));
        if has && !counts.states(part) {
            // The parts of 0 are 0.
            counts.add(part, (sum == 0).then_some(0));
        }
    }
}

impl Collected {
    /// Reads the days, now that their order can be told, and hands the numbers over.
    fn gather(
        mut self,
        place: &str,
        own: &PersonId,
        draft: &mut Draft,
    ) -> Result<FileReceipt, SourceError> {
        let order = Order::of(place, self.rows.iter().map(|row| row.at.as_str()))?;
        for Counted { post, at, line, counts } in self.rows {
            match order.read(&at) {
                Some(at) => {
                    let account = own.clone();
                    draft.gather.post_totals(post, TotalsSeen { account, at, counts });
                    self.file.keep();
                }
                None => {
                    let reason = "a time that is not plausible";
                    self.file.skip(reason, || format!("line {line}"));
                }
            }
        }
        Ok(self.file)
    }
}

/// What stands first in a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Day,
    Month,
    /// No time in the table needs the answer.
    Year,
}

impl Order {
    /// Tells the order by the numbers that can only be days.
    fn of<'t>(place: &str, times: impl Iterator<Item = &'t str>) -> Result<Order, SourceError> {
        let (mut day_first, mut month_first, mut example) = (false, false, None);
        for time in times {
            let Some([first, second, _]) = parts(time) else { continue };
            day_first |= first > 12;
            month_first |= second > 12;
            if first != second {
                example = example.or(Some(time));
            }
        }
        let wrong = |problem| SourceError::Days {
            file: place.to_owned(),
            example: super::super::text::clean_name(example.unwrap_or_default()),
            problem,
        };
        match (day_first, month_first) {
            (true, false) => Ok(Order::Day),
            (false, true) => Ok(Order::Month),
            (false, false) if example.is_none() => Ok(Order::Year),
            (false, false) => Err(wrong("may be read in two ways")),
            (true, true) => Err(wrong("stands among others that are written the other way round")),
        }
    }

    /// A time as UTC.
    fn read(self, time: &str) -> Option<DateTime<Utc>> {
        let Some([first, second, year]) = parts(time) else {
            return times::one_of(time, &["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"]);
        };
        let (month, day) = match self {
            Order::Day => (second, first),
            Order::Month | Order::Year => (first, second),
        };
        let year = if year < 100 { 2000 + year } else { year };
        let day = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
        let clock = time.split_once(' ').map_or("", |(_, clock)| clock.trim());
        let formats = ["%H:%M", "%H:%M:%S", "%I:%M:%S %p", "%I:%M %p"];
        let read = |format: &&str| NaiveTime::parse_from_str(clock, format).ok();
        let clock =
            if clock.is_empty() { NaiveTime::MIN } else { formats.iter().find_map(read)? };
        times::instant(&day.and_time(clock).and_utc().to_rfc3339())
    }
}

/// The three numbers of a day that does not begin with its year.
fn parts(time: &str) -> Option<[u32; 3]> {
    let day = time.split(' ').next()?;
    let numbers: Option<Vec<u32>> = day.split(['/', '.']).map(|part| part.parse().ok()).collect();
    <[u32; 3]>::try_from(numbers?).ok().filter(|[first, _, _]| *first <= 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whether_the_day_comes_first_is_told_by_the_table() {
        // (why this row exists, the times, the order)
        let table: [(&str, &[&str], Option<Order>); 7] = [
            ("a day after the 12th, first", &["01/02/2024 10:00", "13/02/2024"], Some(Order::Day)),
            ("a day after the 12th, second", &["01/02/2024", "02/13/2024"], Some(Order::Month)),
            ("every day in doubt", &["01/02/2024", "03/04/2024"], None),
            ("both", &["13/02/2024", "02/13/2024"], None),
            ("the same both ways", &["02/02/2024"], Some(Order::Year)),
            ("the year first", &["2024-02-13"], Some(Order::Year)),
            ("nothing", &[], Some(Order::Year)),
        ];
        for (why, times, order) in table {
            assert_eq!(Order::of("t.csv", times.iter().copied()).ok(), order, "{why}");
        }
    }

    #[test]
    fn a_time_is_read_in_every_form() {
        let of = |text: &str| text.parse::<DateTime<Utc>>().ok();
        // (the text, the order, the time)
        let table = [
            ("10/25/2023 12:30", Order::Month, of("2023-10-25T12:30:00Z")),
            ("25/10/2023 12:30", Order::Day, of("2023-10-25T12:30:00Z")),
            ("10/31/19 10:51:05 PM", Order::Month, of("2019-10-31T22:51:05Z")),
            ("2023-10-25 12:30:00", Order::Year, of("2023-10-25T12:30:00Z")),
            ("25.10.2023", Order::Day, of("2023-10-25T00:00:00Z")),
            ("02/30/2023", Order::Month, None),
            ("10/25/1999", Order::Month, None),
            ("10/25/2023 soon", Order::Month, None),
            ("yesterday", Order::Month, None),
        ];
        for (text, order, at) in table {
            assert_eq!(order.read(text), at, "{text}");
        }
    }
}
