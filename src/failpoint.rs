//! Places at which a test lets the program die, to see that nothing is lost.
//!
//! `FIVESTEP_FAILPOINT=commit.after` aborts the first time that place is passed,
//! `commit.after:3` the third time. Release builds have none of this.

/// Dies here if a test asks for it.
#[cfg(debug_assertions)]
#[allow(clippy::disallowed_methods, reason = "only tests set the variable")]
pub(crate) fn pass(name: &str) {
    use std::sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    };

    static WANTED: OnceLock<Option<(String, u32)>> = OnceLock::new();
    static PASSED: AtomicU32 = AtomicU32::new(0);
    let wanted = WANTED.get_or_init(|| {
        let text = std::env::var("FIVESTEP_FAILPOINT").ok()?;
        match text.split_once(':') {
            Some((name, times)) => Some((name.to_owned(), times.parse().ok()?)),
            None => Some((text, 1)),
        }
    });
    if let Some((wanted, times)) = wanted
        && wanted == name
        && PASSED.fetch_add(1, Ordering::SeqCst) + 1 == *times
    {
        std::process::abort();
    }
}

/// Every place, in the order in which a tick passes them.
#[cfg(debug_assertions)]
pub const ALL: &[&str] = &[
    "commit.before",
    "commit.written",
    "commit.after",
    "effect.before",
    "effect.after",
    "notice.before",
    "notice.after",
];

/// Dies here if a test asks for it; a release build passes by.
#[cfg(not(debug_assertions))]
pub(crate) fn pass(_name: &str) {}
