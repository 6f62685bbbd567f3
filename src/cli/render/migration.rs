//! A migration as a table: one row for each text and stage that brands come from.

use crate::{
    cli::out::{finish, table},
    view::migration::{BrandLine, Counted, Group, MigrationView, Stuck},
};

use super::wrapped;

/// The whole of it; `next` is the command that would do it.
pub fn text(view: &MigrationView, next: &str) -> String {
    let mut out = head(view);
    if !view.groups.is_empty() {
        let mut table = table(&["FROM", "STAGE", "BRANDS", "WHAT HAPPENS", "LOST"]);
        for group in &view.groups {
            table.add_row(row(group));
        }
        out.push('\n');
        out.push_str(&finish(&table));
    }
    out.extend(view.stuck.iter().map(stuck));
    let can = view.going > 0 && !view.is_held_up();
    if can && !view.applied {
        out.push_str(&format!("\nNext: {next}\n"));
    }
    out
}

/// What going over means for one brand; nothing for one that cannot, of which the whole tells.
pub fn brand(line: &BrandLine) -> String {
    if !line.goes {
        return String::new();
    }
    let stage = line.stage.as_ref().map(|(old, new)| match old == new {
        true => old.clone(),
        false => format!("{old} > {new}"),
    });
    let lost = match line.lost.as_slice() {
        [] => "loses nothing".to_owned(),
        lost => format!("loses {}", lost.join(", ")),
    };
    let text = format!("{}; {lost}", stage.unwrap_or_default());
    wrapped(0, &format!("{}  ", line.brand), &text)
}

fn head(view: &MigrationView) -> String {
    let MigrationView { workflow, to, going, there, applied, .. } = view;
    let blocked: usize = view.stuck.iter().map(|stuck| stuck.brands).sum();
    let brands = |count: usize, one: &str, many: &str| match count {
        1 => format!("1 brand {one}"),
        count => format!("{count} brands {many}"),
    };
    if *going == 0 && blocked == 0 {
        let nobody = format!("{workflow} is {to} now, and every live brand of it runs on that.");
        return wrapped(0, "", &nobody);
    }
    let mut parts = vec![match applied {
        true => brands(*going, "went over", "went over"),
        false => brands(*going, "can go over", "can go over"),
    }];
    if blocked > 0 {
        parts.push(brands(blocked, "cannot", "cannot"));
    }
    if *there > 0 {
        parts.push(brands(*there, "is there already", "are there already"));
    }
    wrapped(0, "", &format!("{workflow} is {to} now: {}.", parts.join(", ")))
}

fn row(group: &Group) -> [String; 5] {
    let stage = match group.stage == group.to {
        true => group.stage.clone(),
        false => format!("{} > {}", group.stage, group.to),
    };
    let lines = |text: fn(&Counted) -> Option<String>| {
        let mut lines: Vec<(String, usize)> = Vec::new();
        for counted in &group.effects {
            let Some(text) = text(counted) else { continue };
            match lines.iter_mut().find(|(known, _)| *known == text) {
                Some((_, brands)) => *brands += counted.brands,
                None => lines.push((text, counted.brands)),
            }
        }
        let lines = lines.into_iter().map(|(text, brands)| match brands == group.brands {
            true => text,
            false => format!("{text} ({brands})"),
        });
        let lines: Vec<String> = lines.collect();
        if lines.is_empty() { "nothing".to_owned() } else { lines.join("\n") }
    };
    let happens = lines(|counted| Some(counted.effect.text()));
    let lost = lines(|counted| counted.lost.clone());
    [group.from.clone(), stage, group.brands.to_string(), happens, lost]
}

fn stuck(stuck: &Stuck) -> String {
    let more = match stuck.brands - stuck.such_as.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let who = format!("{}{more}: {}", stuck.such_as.join(", "), stuck.why);
    format!("\n{}{}", wrapped(0, "cannot go over: ", &who), wrapped(2, "hint: ", &stuck.remedy))
}
