//! `why` for people.

use crate::{
    engine::timers::Rung,
    model::{Timer, TimerKind},
    view::{
        actions::ActionView,
        sentence,
        tasks::{TaskView, TaskWord},
        why::{ClauseView, Why},
    },
};

use super::{bold, verdict, wrapped};

/// The whole answer.
pub fn text(why: &Why) -> String {
    let mut out = format!("{}  {}\n", bold(&why.brand), why.name);
    out.push_str(&place(why));
    for note in &why.notes {
        out.push_str(&wrapped(0, "note: ", note));
    }
    if !why.gate.is_empty() {
        out.push_str(&gate(why));
    }
    if !why.actions.is_empty() {
        out.push_str(&format!("\n{}\n", bold("Actions")));
        out.extend(why.actions.iter().map(action));
    }
    if !why.tasks.is_empty() {
        out.push_str(&format!("\n{}\n", bold("Tasks")));
        out.extend(why.tasks.iter().map(|task| task_line(task, why)));
    }
    out.push_str(&coming(why));
    out.push_str(&next(why));
    out.push_str(&goal(why));
    out
}

fn action(action: &ActionView) -> String {
    let mut out = wrapped(2, &format!("{}: ", action.action), &action.run);
    let told = match action.holds {
        true => action.told.clone(),
        false => format!("{}; it holds no stage", action.told),
    };
    out.push_str(&wrapped(4, "", &told));
    if let Some(error) = &action.last_error {
        out.push_str(&wrapped(4, "last error: ", error));
    }
    out.extend(action.commands.iter().map(|command| wrapped(4, "next: ", &format!("`{command}`"))));
    out
}

/// What happens next of itself.
fn next(why: &Why) -> String {
    if why.status == "paused" {
        let text = format!("nothing while it is paused; `fivestep resume {}`", why.brand);
        return wrapped(0, "next: ", &text);
    }
    let Some(Timer { at, kind, of }) = &why.next else {
        return String::new();
    };
    let what = format!("{} of {of}", kind.name());
    let when = sentence::instant(*at);
    let text = match *at > why.now {
        true => format!("{what} {} ({when})", sentence::due(*at, why.now)),
        false => format!("{what}, due since {when}: `fivestep tick {}`", why.brand),
    };
    wrapped(0, "next: ", &text)
}

/// The moments that are neither a task's nor a clause's, which say theirs already.
fn coming(why: &Why) -> String {
    let limits = why.timers.iter().filter(|timer| timer.kind == TimerKind::Limit);
    let lines = limits.map(|timer| {
        let due = sentence::due(timer.at, why.now);
        let at = sentence::instant(timer.at);
        wrapped(0, "limit: ", &format!("the brand may stay until {at} ({due})"))
    });
    lines.collect()
}

fn place(why: &Why) -> String {
    let mut out = String::new();
    match (&why.stage, &why.title) {
        (Some(stage), title) => {
            let title = title.as_ref().map(|title| format!(": {title}")).unwrap_or_default();
            out.push_str(&wrapped(0, "", &format!("Cycle {}, stage {stage}{title}", why.cycle)));
        }
        (None, _) => out.push_str(&wrapped(
            0,
            "",
            &format!("Not started; start it with `fivestep start {}`", why.brand),
        )),
    }
    if let Some(since) = why.since {
        let age = sentence::ago(since, why.now);
        out.push_str(&wrapped(
            2,
            "",
            &format!(
                "there since {} ({age}), checkpoint {}",
                sentence::instant(since),
                why.checkpoint
            ),
        ));
    }
    if let Some(window) = &why.window {
        out.push_str(&wrapped(2, "measured over ", window));
    }
    if let Some(detail) = &why.status_detail {
        out.push_str(&wrapped(2, "", detail));
    }
    out
}

fn gate(why: &Why) -> String {
    let holding = why.gate.iter().filter(|clause| !lets_through(clause)).count();
    let acting = why.actions.iter().filter(|action| action.holds).count();
    let line = match holding {
        0 if acting == 1 => {
            "The gate is shut: every clause lets through, an action holds it".to_owned()
        }
        0 if acting > 1 => {
            format!("The gate is shut: every clause lets through, {acting} actions hold it")
        }
        0 => format!("The gate is open: `fivestep advance {}`", why.brand),
        1 => format!("The gate is shut: 1 of {} clauses holds it", why.gate.len()),
        _ => format!("The gate is shut: {holding} of {} clauses hold it", why.gate.len()),
    };
    let mut out = format!("\n{}\n", bold(&line));
    out.extend(why.gate.iter().map(clause_text));
    out
}

fn lets_through(clause: &ClauseView) -> bool {
    clause.verdict == crate::model::Verdict::Pass || clause.waived.is_some()
}

fn clause_text(clause: &ClauseView) -> String {
    let verdict = verdict(clause.verdict, clause.waived.is_some());
    let mut out = format!("  {verdict} {}\n", bold(&clause.clause));
    out.push_str(&wrapped(4, "demands:  ", &clause.demand));
    out.extend(clause.parts.iter().map(|part| part_text(part, 6)));
    out.push_str(&wrapped(4, "measured: ", &clause.measured));
    let mut more = |label: &str, text: &Option<String>| {
        if let Some(text) = text {
            out.push_str(&wrapped(4, label, text));
        }
    };
    more("", &clause.reason);
    if !lets_through(clause) {
        more("to pass:  ", &clause.to_pass);
        more("remedy:   ", &clause.remedy);
    }
    more("", &clause.waived);
    more("evidence: ", &clause.evidence);
    for caveat in &clause.caveats {
        out.push_str(&wrapped(4, "note:     ", caveat));
    }
    if let Some(because) = clause.because.as_ref().filter(|_| !lets_through(clause)) {
        out.push_str(&wrapped(4, "because:  ", because));
    }
    out
}

/// One demand of a group, and those of the groups inside it.
fn part_text(part: &ClauseView, indent: usize) -> String {
    let mut out = format!("{:indent$}{} {}\n", "", verdict(part.verdict, false), part.demand);
    let told = if part.parts.is_empty() { part.measured.as_str() } else { "" };
    for text in [Some(told), part.reason.as_deref()].into_iter().flatten() {
        if !text.is_empty() {
            out.push_str(&wrapped(indent + 13, "", text));
        }
    }
    if let Some(to_pass) = part.to_pass.as_ref().filter(|_| !lets_through(part)) {
        out.push_str(&wrapped(indent + 13, "to pass: ", to_pass));
    }
    out.extend(part.parts.iter().map(|part| part_text(part, indent + 2)));
    out
}

fn task_line(task: &TaskView, why: &Why) -> String {
    let mut out = wrapped(2, &format!("{}: ", task.task), &task.title);
    let is_open = match task.state {
        TaskWord::Open | TaskWord::Reopened | TaskWord::ToConfirm => true,
        TaskWord::Done | TaskWord::Rejected => false,
    };
    let mut told = task.told();
    if is_open {
        told.push_str(&format!(", for {}", task.owner));
        told.extend(task.first_owner.as_ref().map(|first| format!(", who has it from {first}")));
    }
    told.extend(task.deadline.map(|deadline| {
        let (when, due) = (sentence::instant(deadline), sentence::due(deadline, why.now));
        format!(", due {when} ({due})")
    }));
    out.push_str(&wrapped(4, "", &told));
    let mut more = |label: &str, text: Option<String>| {
        out.extend(text.map(|text| wrapped(4, label, &text)));
    };
    more("then: ", task.next_owner.as_ref().map(|next| next_owner(next, why)));
    more("shown by: ", Some(task.shown_by()).filter(|text| !text.is_empty()));
    more("because: ", task.reason.as_deref().map(sentence::plain));
    match task.state {
        TaskWord::Open | TaskWord::Reopened => {
            out.extend(task.form.iter().map(|field| wrapped(4, "form: ", field)));
        }
        TaskWord::ToConfirm | TaskWord::Rejected => {
            more("next: ", task.command.as_ref().map(|command| format!("`{command}`")));
        }
        TaskWord::Done => {}
    }
    out
}

fn next_owner(next: &Rung, why: &Why) -> String {
    format!(
        "for {} from {} on ({})",
        next.to,
        sentence::instant(next.at),
        sentence::due(next.at, why.now)
    )
}

fn goal(why: &Why) -> String {
    let head = format!(
        "Goal: met in {} of {} cycles in a row",
        why.goal_streak.min(why.goal_held_for),
        why.goal_held_for
    );
    let mut out = format!("\n{}\n", bold(&head));
    for clause in &why.goal {
        let verdict = verdict(clause.verdict, false);
        out.push_str(&format!("  {verdict} {}\n", clause.demand_short()));
        out.push_str(&wrapped(15, "", &clause.measured));
    }
    out
}

impl ClauseView {
    /// The demand up to its first comma, for a list.
    fn demand_short(&self) -> &str {
        self.demand.split(',').next().unwrap_or(&self.demand)
    }
}
