//! `schedule preview`, as text.

use crate::{
    cli::out::{finish, table},
    model::WorkflowId,
    view::schedule::{Preview, Row},
};

pub fn text(workflow: &WorkflowId, previews: &[Preview]) -> String {
    if previews.is_empty() {
        return format!("The workflow {workflow} has no schedule.\n");
    }
    previews.iter().map(one).collect::<Vec<_>>().join("\n")
}

fn one(preview: &Preview) -> String {
    let head = format!("{}: {}, {}\n", preview.schedule, preview.cron, preview.zone);
    if preview.occurrences.is_empty() {
        return format!("{head} does not come in these days\n");
    }
    let mut rows = table(&["wall clock", "UTC", ""]);
    for row in &preview.occurrences {
        rows.add_row(cells(row));
    }
    let more = if preview.more { " and more\n" } else { "" };
    format!("{head}{}{more}", finish(&rows))
}

fn cells(row: &Row) -> [String; 3] {
    let sign = if row.offset_minutes < 0 { '-' } else { '+' };
    let (hours, minutes) = (row.offset_minutes.abs() / 60, row.offset_minutes.abs() % 60);
    let wall = row.wall.format("%a %Y-%m-%d %H:%M");
    let (wall, utc) = match row.comes {
        true => (
            format!("{wall} {sign}{hours:02}:{minutes:02}"),
            // Its date is that of the wall or next to it, so the day of the week is enough.
            row.at.format("%a %H:%M").to_string(),
        ),
        // It is no moment, but its day is one.
        false => (row.wall.format("%a %Y-%m-%d").to_string(), "-".to_owned()),
    };
    [wall, utc, row.note.clone().unwrap_or_default()]
}
