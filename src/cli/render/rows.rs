//! Tables: brands, tasks, journals.

use chrono::{DateTime, Utc};

use crate::{
    cli::out::{finish, table},
    view::{history::HistoryLine, sentence, status::StatusLine, tasks::TaskView},
};

/// One row a brand; `chosen` tells whether only some were asked for.
pub fn status(lines: &[StatusLine], chosen: bool) -> String {
    if lines.is_empty() && chosen {
        return "No brand is like that. `fivestep status` shows all that have started.\n"
            .to_owned();
    }
    if lines.is_empty() {
        return "No brand has started. `fivestep brand list` shows those that could.\n".to_owned();
    }
    let mut table = table(&["BRAND", "CYCLE", "STAGE", "FOR", "STATUS", "HELD BY"]);
    for line in lines {
        let standing = &line.standing;
        let status = match line.blocked_age_seconds {
            Some(age) if line.state == "blocked" => format!("blocked {}", sentence::age(age)),
            _ => line.state.clone(),
        };
        table.add_row([
            standing.brand.clone(),
            standing.cycle.to_string(),
            standing.stage.clone().unwrap_or_default(),
            line.stage_age_seconds.map(sentence::age).unwrap_or_default(),
            status,
            held_by(line),
        ]);
    }
    finish(&table)
}

/// The clauses that hold a brand, and those it was let pass.
pub fn held_by(line: &StatusLine) -> String {
    let held = line.held_by.join(", ");
    match line.waived.as_slice() {
        [] => held,
        waived => format!("{held} (waived: {})", waived.join(", ")).trim_start().to_owned(),
    }
}

/// One task in a table.
pub type TaskRow = [String; 6];

/// A task as a row of [`tasks`].
pub fn task_row(task: &TaskView, now: DateTime<Utc>) -> TaskRow {
    let owner = match &task.first_owner {
        Some(first) => format!("{} (was {first})", task.owner),
        None => task.owner.clone(),
    };
    [task.brand.clone(), task.task.clone(), owner, task.told(), due(task, now), task.title.clone()]
}

/// One row a task; `chosen` tells whether only some were asked for.
pub fn tasks(rows: &[TaskRow], chosen: bool) -> String {
    if rows.is_empty() && chosen {
        return "No task is like that. `fivestep tasks` shows all that are open.\n".to_owned();
    }
    if rows.is_empty() {
        return "No task is open.\n".to_owned();
    }
    let mut table = table(&["BRAND", "TASK", "OWNER", "STATE", "DUE", "TITLE"]);
    table.add_rows(rows);
    finish(&table)
}

fn due(task: &TaskView, now: DateTime<Utc>) -> String {
    let Some(deadline) = task.deadline else { return String::new() };
    let due = sentence::due(deadline, now);
    if task.remind && !task.overdue { format!("{due}: remind") } else { due }
}

/// One row an event; `pruned` is the commit up to which only landmarks are left.
pub fn history(lines: &[HistoryLine], pruned: u64) -> String {
    let mut table = table(&["REV", "WHEN (UTC)", "WHO", "WHAT"]);
    let mut last = 0;
    for line in lines {
        let first = line.revision != last;
        last = line.revision;
        let once = |text: String| if first { text } else { String::new() };
        let reason = line.reason.as_ref().map(|why| format!(" ({})", sentence::plain(why)));
        table.add_row([
            once(line.revision.to_string()),
            once(sentence::instant(line.at)),
            once(line.actor.clone()),
            format!("{}{}", line.text, reason.unwrap_or_default()),
        ]);
    }
    if lines.iter().any(|line| line.pruned) {
        let note = format!("Up to commit {pruned}, stage exits and what people decided are left.");
        return note + "\n" + &finish(&table);
    }
    finish(&table)
}
