//! Several exports read at once, each on a thread, and handed over in their order.
//!
//! Start reading at [`read_all`].
//!
//! # Always true
//!
//! - As many exports as the machine has cores are read at a time, and twice as many at most wait to be
//!   taken: memory does not grow with their number.
//! - They are taken in the order in which they were named, whichever was read first.

use std::{
    collections::BTreeMap,
    num::NonZero,
    path::PathBuf,
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
        mpsc,
    },
    thread,
};

use super::{Export, SourceError, read, tree};
use crate::model::Source;

/// Reads every export of `tasks` and hands each to `take` with its place in the list.
///
/// - `bytes`: counts what was read from the disk, for whoever watches.
pub fn read_all(
    tasks: &[(Source, PathBuf)],
    bytes: &Arc<AtomicU64>,
    take: &mut dyn FnMut(usize, Result<Export, SourceError>),
) {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let workers = cores.min(tasks.len());
    let (next, taken) = (AtomicUsize::new(0), Taken::default());
    let (send, receive) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..workers {
            let (send, next, taken) = (send.clone(), &next, &taken);
            scope.spawn(move || {
                tree::count_into(bytes);
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some((source, path)) = tasks.get(place) else { return };
                    taken.wait_for(place.saturating_sub(2 * workers));
                    if send.send((place, read(source, path))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(send);
        let mut waiting = BTreeMap::new();
        for place in 0..tasks.len() {
            while !waiting.contains_key(&place) {
                // All that read are gone only if one of them panicked, which the scope passes on.
                let Ok((read, export)) = receive.recv() else { return };
                waiting.insert(read, export);
            }
            if let Some(export) = waiting.remove(&place) {
                take(place, export);
            }
            taken.one_more();
        }
    });
}

/// How many exports were taken.
#[derive(Default)]
struct Taken {
    count: Mutex<usize>,
    changed: Condvar,
}

impl Taken {
    fn one_more(&self) {
        *self.count.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.changed.notify_all();
    }

    /// Waits until so many were taken.
    fn wait_for(&self, wanted: usize) {
        let count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        let enough = self.changed.wait_while(count, |count| *count < wanted);
        drop(enough.unwrap_or_else(PoisonError::into_inner));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SourceKind;

    #[test]
    fn exports_are_taken_in_their_order_and_each_once() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let map = folder.path().join("map.yaml");
        std::fs::write(&map, "rows: followers\ncolumns: { author: id }\n").expect("a file");
        let tasks: Vec<(Source, PathBuf)> = (0..40)
            .map(|number| {
                let path = folder.path().join(format!("{number}.csv"));
                std::fs::write(&path, format!("id\n{}", "x\n".repeat(number))).expect("a file");
                let (account, map) = (number.to_string(), Some(map.display().to_string()));
                (Source { kind: SourceKind::Table, account, path: None, map, as_of: None }, path)
            })
            .collect();
        let (bytes, mut places) = (Arc::new(AtomicU64::new(0)), Vec::new());
        read_all(&tasks, &bytes, &mut |place, export| {
            let error = export.expect_err("nothing in it has a time").to_string();
            assert!(error.contains(&format!("{place}.csv")), "{place}: {error}");
            places.push(place);
        });
        assert_eq!(places, (0..40).collect::<Vec<_>>());
        assert!(bytes.load(Ordering::Relaxed) >= (1..40).sum(), "what was read was counted");
        read_all(&[], &bytes, &mut |_, _| panic!("there is none"));
    }
}
