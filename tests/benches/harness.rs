//! Times things side by side and prints medians, ratios and their spread.
//!
//! On a shared machine a number alone says little, so everything is measured in rounds,
//! `A B A B …`: what slows the machine down slows both sides, and the ratio of each round is
//! taken on its own.

use std::{path::Path, time::Instant};

/// How long a round of short things lasts.
const ROUND_SECONDS: f64 = 0.5;

/// A number from the environment, to make the run shorter or longer.
pub fn knob(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// What one side did, round by round.
pub struct Series {
    name: String,
    values: Vec<f64>,
}

impl Series {
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), values: Vec::new() }
    }

    pub fn add(&mut self, value: f64) {
        self.values.push(value);
    }

    pub fn median(&self) -> f64 {
        median(&self.values)
    }

    /// One line: the name, the median and the spread over the rounds.
    pub fn print(&self, unit: &str) {
        self.print_as(&self.name, unit);
    }

    /// The same under another name.
    pub fn print_as(&self, name: &str, unit: &str) {
        println!("  {name:<52} {} {unit}", spread(&self.values));
    }

    /// One line more: this side over the other, round by round; `target` is what to reach.
    pub fn print_ratio(&self, floor: &Series, target: f64) {
        let ratios: Vec<f64> = self.values.iter().zip(&floor.values).map(|(a, b)| a / b).collect();
        let met = if median(&ratios) >= target { "met" } else { "MISSED" };
        println!("    {:<50} {}  at least {target}: {met}", floor.name, spread(&ratios));
    }
}

/// Says whether a number that has to be small is.
pub fn limit(series: &Series, at_most: f64, unit: &str) {
    series.print(unit);
    let met = if series.median() <= at_most { "met" } else { "MISSED" };
    println!("    {:<50} at most {at_most} {unit}: {met}", "");
}

fn spread(values: &[f64]) -> String {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    format!("{:>9} ({}..{})", short(median(values)), short(least), short(most))
}

/// Three digits or all before the point.
fn short(value: f64) -> String {
    match value.abs() {
        large if large >= 100.0 => format!("{value:.0}"),
        middle if middle >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// How often a second each of several things can be done. They take turns one by one, because a
/// disk's mood lasts for longer than one of them.
pub fn rates<const N: usize>(mut things: [&mut dyn FnMut(); N]) -> [f64; N] {
    let mut took = [0.0; N];
    let mut count = 0_u32;
    while took.iter().sum::<f64>() < ROUND_SECONDS {
        for (thing, took) in things.iter_mut().zip(&mut took) {
            *took += seconds(&mut **thing);
        }
        count += 1;
    }
    took.map(|took| f64::from(count) / took)
}

/// How many seconds `once` takes.
pub fn seconds(once: impl FnOnce()) -> f64 {
    let started = Instant::now();
    once();
    started.elapsed().as_secs_f64()
}

/// The kind of file system that `path` lies on, where the system tells.
pub fn file_system(path: &Path) -> String {
    let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let found = mounts.lines().filter_map(|line| {
        let mut words = line.split_whitespace().skip(1);
        let (at, kind) = (words.next()?, words.next()?);
        path.starts_with(at).then(|| (at.len(), kind.to_owned()))
    });
    found.max().map_or_else(|| "unknown".to_owned(), |(_, kind)| kind)
}

/// How many bytes this process has handed to the system to be written, where the system tells.
pub fn written() -> u64 {
    let text = std::fs::read_to_string("/proc/self/io").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("wchar:"));
    line.and_then(|number| number.trim().parse().ok()).unwrap_or_default()
}

/// The most memory this process has had, in megabytes, where the system tells.
pub fn peak_megabytes() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes / 1_024.0)
}

/// How long this process has computed, in seconds, where the system tells.
pub fn cpu_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    let mut words = text.rsplit_once(')')?.1.split_whitespace().skip(11);
    let ticks: f64 = words.next()?.parse::<f64>().ok()? + words.next()?.parse::<f64>().ok()?;
    // The system counts hundredths, whatever its clock does.
    Some(ticks / 100.0)
}
