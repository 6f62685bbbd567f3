//! What a command did, for people.

use crate::view::moved::{DoneView, MoveView};

use super::wrapped;

/// One brand's line of `advance`.
pub fn line(moved: &MoveView) -> String {
    let path = moved.path.join(" > ");
    match moved.result {
        "blocked" => {
            let held = moved.held_by.join(", ");
            wrapped(0, &format!("{}  ", moved.brand), &format!("blocked in {path}: {held}"))
        }
        _ => {
            let held = if moved.held_by.is_empty() {
                String::new()
            } else {
                format!("; held there by {}", moved.held_by.join(", "))
            };
            wrapped(0, &format!("{}  ", moved.brand), &format!("{path}{held}"))
        }
    }
}

/// What any other verb did.
pub fn done(done: &DoneView) -> String {
    let head = if done.dry_run { "would: " } else { "" };
    let mut out = format!("{}  {}\n", done.brand, done.checkpoint);
    out.extend(done.happened.iter().map(|line| wrapped(2, head, line)));
    out
}
