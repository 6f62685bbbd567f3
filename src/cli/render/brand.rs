//! A brand's file, for people.

use crate::model::{Account, Brand, Metric, Quantity};

use super::{bold, wrapped};

/// What the file says, which metrics its sources can carry, and how many they cannot.
pub fn text(brand: &Brand) -> String {
    let mut out = format!("{}  {}\n", bold(brand.id.as_str()), brand.name);
    let mut line = |label: &str, text: String| {
        if !text.is_empty() {
            out.push_str(&wrapped(2, label, &text));
        }
    };
    line("workflow:  ", brand.workflow.to_string());
    line("zone:      ", brand.working_time.timezone.clone());
    let hours = brand.working_time.hours;
    line("hours:     ", hours.map(|hours| hours.to_string()).unwrap_or_default());
    line("languages: ", brand.languages.join(", "));
    line("accounts:  ", accounts(&brand.accounts));
    line("competitors: ", accounts(&brand.competitors));
    line("pillars:   ", join(brand.charter.pillars.iter().map(|pillar| pillar.id.clone())));
    line("people:    ", join(brand.charter.people.iter().map(|person| person.name.clone())));
    line("goals:     ", goals(brand));
    line(
        "sources:   ",
        join(brand.sources.iter().map(|source| {
            let path = source.path.as_ref().map(|path| format!(" in {path}")).unwrap_or_default();
            format!("{} {}{path}", source.kind, source.account)
        })),
    );
    let (can, cannot): (Vec<Metric>, Vec<Metric>) =
        Metric::WRITTEN.into_iter().partition(|metric| brand.can_measure(*metric));
    line("metrics:   ", names(&can));
    line("unmeasurable: ", unmeasurable(brand, cannot.len()));
    out
}

/// How many metrics the sources cannot carry, and where each stands with its reason.
fn unmeasurable(brand: &Brand, metrics: usize) -> String {
    match metrics {
        0 => String::new(),
        _ => format!("{metrics} metrics; `fivestep metrics {}` says why", brand.id),
    }
}

fn accounts(accounts: &[Account]) -> String {
    join(accounts.iter().map(|account| format!("{} {}", account.platform, account.handle)))
}

fn goals(brand: &Brand) -> String {
    join(
        brand
            .goals
            .iter()
            .map(|(metric, value)| format!("{metric} {}", Quantity::new(metric.unit(), *value))),
    )
}

fn names(metrics: &[Metric]) -> String {
    join(metrics.iter().map(Metric::to_string))
}

fn join(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}
