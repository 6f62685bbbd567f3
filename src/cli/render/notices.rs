//! `notices` for people.

use crate::view::{notices::NoticeView, sentence};

use super::wrapped;

/// One notice: who is told when, and what.
pub fn text(notice: &NoticeView) -> String {
    let delivered = match notice.delivered {
        Some(at) => format!("delivered {}", sentence::instant(at)),
        None => "not delivered yet".to_owned(),
    };
    let NoticeView { brand, at, kind, to, text, .. } = notice;
    let head = format!("{kind} of {} for {to}, {delivered}", sentence::instant(*at));
    wrapped(0, &format!("{brand}  "), &head) + &wrapped(2, "", text)
}

/// What is said where there is none; `all` tells whether those that were delivered were asked for.
pub fn none(all: bool) -> &'static str {
    match all {
        true => "Nobody was ever to be told anything.\n",
        false => "Nobody waits to be told. `fivestep notices --all` shows what was told.\n",
    }
}
