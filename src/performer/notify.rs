//! Tells people something: through a program of the operator's choice, or in a file.
//!
//! Start reading at [`Notifier::deliver`].
//!
//! # Always true
//!
//! - A notice that was delivered is on the disk, or its program said that it took it.
//! - `.fivestep/notices.jsonl` holds whole lines, whoever writes and whatever breaks: writers take
//!   turns, and a line that a crash tore was never delivered and gives way to the next.
//! - The same notice may come twice, after a crash; its key is the same.
#![allow(clippy::disallowed_methods, reason = "performers are the edge: they write files")]

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    Environment, FORMAT, Fault, Order, Stop, Tools, command, line, pipe::Keep, program::Program,
};
use crate::{
    engine::{Notice, NoticeKind},
    failpoint,
    workspace::OWN_FOLDER,
};

/// The variable that names the program which delivers notices.
const PROGRAM: &str = "FIVESTEP_NOTIFY";

/// The variable that lists, with spaces, the names of the variables which that program sees.
const PROGRAM_ENV: &str = "FIVESTEP_NOTIFY_ENV";

/// How long a delivery outside an action may take, in seconds.
const DELIVERY_SECONDS: u64 = 60;

/// A notice as it is written.
#[derive(Serialize)]
struct Written<'a> {
    format: u32,
    #[serde(flatten)]
    notice: &'a Notice,
}

/// Delivers notices for one workspace.
#[derive(Debug, Clone)]
pub struct Notifier {
    root: PathBuf,
    environment: Environment,
}

impl Notifier {
    /// A notifier for the workspace at `root`, an absolute path.
    pub fn new(root: &Path, environment: Environment) -> Self {
        Self { root: root.to_owned(), environment }
    }

    /// Hands `notice` to the program that `FIVESTEP_NOTIFY` names, or, if it names none, adds it
    /// to `.fivestep/notices.jsonl`.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the program does not end with exit code 0 within a minute, or the file cannot
    /// be written.
    pub fn deliver(&self, notice: &Notice) -> Result<(), Fault> {
        self.deliver_within(Duration::from_secs(DELIVERY_SECONDS), notice, &Stop::default())
    }

    fn deliver_within(&self, timeout: Duration, notice: &Notice, stop: &Stop) -> Result<(), Fault> {
        let text = line(&Written { format: FORMAT, notice });
        match self.environment.get(PROGRAM) {
            Some(program) if !program.is_empty() => {
                let path = program.to_str().ok_or_else(|| {
                    Fault::permanent(format!("`{PROGRAM}` holds a path that is not UTF-8"))
                })?;
                self.hand_to(path, timeout, notice, text, stop)
            }
            Some(_) | None => append(&self.root.join(OWN_FOLDER).join("notices.jsonl"), &text)
                .map_err(|error| {
                    Fault::passing(format!(
                        "`{OWN_FOLDER}/notices.jsonl` cannot be written: {error}"
                    ))
                }),
        }
    }

    fn hand_to(
        &self,
        path: &str,
        timeout: Duration,
        notice: &Notice,
        input: Vec<u8>,
        stop: &Stop,
    ) -> Result<(), Fault> {
        let names = self.environment.get(PROGRAM_ENV).unwrap_or_default();
        let names: Vec<String> =
            names.to_string_lossy().split_whitespace().map(str::to_owned).collect();
        let (mut variables, secrets) = self.environment.offer(&names)?;
        variables.extend([
            ("FIVESTEP_KEY".to_owned(), notice.key.as_str().into()),
            ("FIVESTEP_BRAND".to_owned(), notice.brand.as_str().into()),
        ]);
        let program = Program {
            // The path is a value of the environment, and those are not repeated.
            called: PROGRAM,
            path,
            arguments: &[],
            folder: &self.root,
            variables,
            input,
            // What it says is not asked for: a chatty program has delivered all the same.
            output: Keep::Last(0),
            timeout,
        };
        command::run_well(program, &secrets, stop).map(drop)
    }
}

/// Delivers the notice of an action.
pub(super) fn perform(
    order: &Order,
    to: &str,
    text: &str,
    tools: &Tools,
    stop: &Stop,
) -> Result<Map<String, Value>, Fault> {
    let notice = Notice {
        key: order.key.clone(),
        brand: order.brand.clone(),
        kind: NoticeKind::Notify,
        to: to.to_owned(),
        text: text.to_owned(),
        at: tools.clock.now(),
    };
    tools.notifier.deliver_within(order.timeout(), &notice, stop)?;
    Ok(Map::new())
}

/// Adds one line to a file and waits until it is on the disk.
fn append(path: &Path, line: &[u8]) -> io::Result<()> {
    let mut file =
        OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?;
    file.lock()?;
    let end = end_of_last_line(&mut file)?;
    file.set_len(end)?;
    file.seek(SeekFrom::Start(end))?;
    if let Err(error) = file.write_all(line).and_then(|()| file.sync_all()) {
        // Half a line on a full disk is taken back; if not even that works, the next writer does.
        let _ = file.set_len(end);
        return Err(error);
    }
    failpoint::pass("notice.written");
    if end == 0 { sync_folder(path) } else { Ok(()) }
}

/// Where the last whole line ends, in bytes.
fn end_of_last_line(file: &mut File) -> io::Result<u64> {
    let mut block = [0; 4 * 1024];
    let mut end = file.metadata()?.len();
    while end > 0 {
        let start = end.saturating_sub(block.len() as u64);
        let part = &mut block[..(end - start) as usize];
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(part)?;
        if let Some(place) = part.iter().rposition(|byte| *byte == b'\n') {
            return Ok(start + place as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

/// Makes a new file's name as durable as what is in it.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_torn_line_gives_way_to_the_next() {
        let long = format!("whole\n{}", "x".repeat(10_000));
        // (why this row exists, what the file held, what it holds after)
        let table = [
            ("a new file", "", "new\n"),
            ("whole lines stay", "one\ntwo\n", "one\ntwo\nnew\n"),
            ("a torn line goes", "one\ntw", "one\nnew\n"),
            ("nothing but a torn line", "on", "new\n"),
            ("a torn line longer than a block", &long, "whole\nnew\n"),
        ];
        let folder = tempfile::tempdir().unwrap();
        for (why, before, after) in table {
            let path = folder.path().join("notices.jsonl");
            fs::write(&path, before).unwrap();
            append(&path, b"new\n").unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), after, "{why}");
        }
    }
}
