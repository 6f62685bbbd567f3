//! Places at which a test lets the program die, to see that nothing is lost: one on either side of
//! every write, every wait for the disk and every effect.
//!
//! `FIVESTEP_FAILPOINT=commit.after` aborts the first time that place is passed,
//! `commit.after:3` the third time. `FIVESTEP_FAILPOINT_LOG=FILE` writes each place that is passed
//! into a file, a line a time. Release builds have none of this.

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
    debug_assert!(ALL.contains(&name), "`{name}` is not in the list");
    let wanted = WANTED.get_or_init(|| {
        let text = std::env::var("FIVESTEP_FAILPOINT").ok()?;
        match text.split_once(':') {
            Some((name, times)) => Some((name.to_owned(), times.parse().ok()?)),
            None => Some((text, 1)),
        }
    });
    note(name);
    if let Some((wanted, times)) = wanted
        && wanted == name
        && PASSED.fetch_add(1, Ordering::SeqCst) + 1 == *times
    {
        std::process::abort();
    }
}

/// Writes down that a place was passed, if a test asks for it.
#[cfg(debug_assertions)]
#[allow(clippy::disallowed_methods, reason = "only tests set the variable")]
fn note(name: &str) {
    use std::{fs::OpenOptions, io::Write};
    let Some(path) = std::env::var_os("FIVESTEP_FAILPOINT_LOG") else { return };
    if let Ok(mut file) = OpenOptions::new().create(true).append(true).open(path) {
        // A test that misses a line says so itself.
        drop(file.write_all(format!("{name}\n").as_bytes()));
    }
}

/// Every place.
#[cfg(debug_assertions)]
pub const ALL: &[&str] = &[
    // The tables of the state file are made or brought up.
    "schema.before",
    "schema.written",
    "schema.after",
    // Steps are committed.
    "commit.before",
    "commit.written",
    "commit.after",
    // Everything else in the state file: the lease, notices that were delivered, timers, sweeps,
    // pruned journals, texts, archives that are taken in.
    "write.before",
    "write.written",
    "write.after",
    // Something is done in the world.
    "effect.before",
    "effect.after",
    // Somebody is told something.
    "notice.before",
    "notice.written",
    "notice.after",
    // The tables of an evidence file are made; an export is imported.
    "facts.before",
    "facts.written",
    "facts.after",
    "import.before",
    "import.written",
    "import.after",
    // A person is forgotten, and the file written anew.
    "forget.before",
    "forget.written",
    "forget.after",
    "forget.clean",
    // Free pages go back to the disk.
    "pages.before",
    "pages.after",
    // A copy of a database, of a file, of a whole: made, on the disk, under its name.
    "copy.made",
    "copy.synced",
    "copy.file",
    "copy.sealed",
    "copy.complete",
    "copy.placed",
    "archive.synced",
    "archive.placed",
    // A file of an archive is put where it belongs.
    "arrival.linked",
    "arrival.placed",
    // The evidence of a fork.
    "fork.copied",
    "fork.placed",
    // A file of a new workspace, and the folder that makes it one.
    "init.file",
    "init.folder",
];

/// Dies here if a test asks for it; a release build passes by.
#[cfg(not(debug_assertions))]
pub(crate) fn pass(_name: &str) {}
