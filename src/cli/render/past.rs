//! A brand that stands where it stood, or where another one stands, for people.

use crate::view::past::{ForkedView, RewoundView, undone_line};

use super::{moved, wrapped};

/// What a rewind did.
pub fn rewound(view: &RewoundView) -> String {
    let mut out = moved::done(&view.done);
    for change in &view.changes {
        let text = format!("{} becomes {}", change.before, change.now);
        out.push_str(&wrapped(2, &format!("{}: ", change.what), &text));
    }
    if !view.undone.is_empty() {
        out.push_str("  what people did since does not count any more:\n");
        out.extend(view.undone.iter().map(|line| wrapped(4, "", &undone_line(line))));
    }
    out
}

/// What a fork did.
pub fn forked(view: &ForkedView) -> String {
    let head = if view.done.dry_run { "would: " } else { "" };
    format!("{}{}", moved::done(&view.done), wrapped(2, head, &view.told))
}
