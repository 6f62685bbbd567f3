//! The observations of one brand, one a metric, each read from its text when it is asked for.
//!
//! A gate asks for a few of seventeen metrics; reading all of them took half of a fleet's time.
//! Start reading at [`ByMetric::get`]; [`ByMetric::of_lines`] is how the store fills it.
//!
//! # Always true
//!
//! - Two of them are equal if their observations are, read or not.
//! - A text is read late only if its checksum says that it is as it was written; any other text is
//!   read at once, and what is wrong with it is told then.

use std::{collections::BTreeMap, fmt, sync::OnceLock};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{metric::Metric, observation::Observation};

/// Observations by metric.
///
/// ```
/// use fivestep::model::{ByMetric, Metric};
/// let none = ByMetric::default();
/// assert!(none.get(&Metric::ResponseRate).is_none());
/// ```
#[derive(Clone, Default)]
pub struct ByMetric {
    /// One JSON object a line; empty if nothing is read late.
    text: Box<str>,
    /// In the order of metrics.
    slots: Vec<Slot>,
}

/// One metric's observation: read, or where its text lies.
#[derive(Clone)]
struct Slot {
    metric: Metric,
    from: usize,
    to: usize,
    read: OnceLock<Box<Observation>>,
}

impl Slot {
    fn of(metric: Metric, observation: Observation) -> Self {
        Self { metric, from: 0, to: 0, read: OnceLock::from(Box::new(observation)) }
    }

    fn read(&self, text: &str) -> &Observation {
        self.read.get_or_init(|| {
            let line = &text[self.from..self.to];
            Box::new(serde_json::from_str(line).expect("its checksum was compared"))
        })
    }

    fn change(&mut self, text: &str) -> &mut Observation {
        self.read(text);
        self.read.get_mut().expect("it was read just now")
    }
}

impl ByMetric {
    /// The observation of `metric`, if there is one.
    pub fn get(&self, metric: &Metric) -> Option<&Observation> {
        let place = self.place(*metric).ok()?;
        Some(self.slots[place].read(&self.text))
    }

    /// The observation of `metric`, to be changed.
    pub fn get_mut(&mut self, metric: &Metric) -> Option<&mut Observation> {
        let place = self.place(*metric).ok()?;
        Some(self.slots[place].change(&self.text))
    }

    fn place(&self, metric: Metric) -> Result<usize, usize> {
        self.slots.binary_search_by_key(&metric, |slot| slot.metric)
    }

    /// Every observation, in the order of metrics.
    pub fn values(&self) -> impl Iterator<Item = &Observation> {
        self.slots.iter().map(|slot| slot.read(&self.text))
    }

    /// Every metric with its observation, in the order of metrics.
    pub fn iter(&self) -> impl Iterator<Item = (Metric, &Observation)> {
        self.slots.iter().map(|slot| (slot.metric, slot.read(&self.text)))
    }

    /// Every observation, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Observation> {
        self.slots.iter_mut().map(|slot| slot.change(&self.text))
    }

    /// How many metrics have one.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Puts `observation` in the place of the one of `metric`.
    pub fn insert(&mut self, metric: Metric, observation: Observation) {
        let slot = Slot::of(metric, observation);
        match self.place(metric) {
            Ok(place) => self.slots[place] = slot,
            Err(place) => self.slots.insert(place, slot),
        }
    }

    /// Takes the one of `metric` away.
    pub fn remove(&mut self, metric: &Metric) {
        self.slots.retain(|slot| slot.metric != *metric);
    }

    /// The observations of `lines`, one JSON object a line.
    ///
    /// - `is_as_written`: whether their checksum says that [`ByMetric::lines`] wrote them so.
    ///
    /// # Errors
    ///
    /// What is wrong with the first line that cannot be read.
    pub(super) fn of_lines(lines: &str, is_as_written: bool) -> serde_json::Result<Self> {
        if is_as_written && let Some(slots) = slots(lines) {
            return Ok(Self { text: lines.into(), slots });
        }
        let read = |line| serde_json::from_str(line).map(|seen: Observation| (seen.metric, seen));
        lines.lines().map(read).collect()
    }

    /// Their text, one JSON object a line.
    ///
    /// # Errors
    ///
    /// [`serde_json::Error`] if a value has no form in JSON.
    pub(super) fn lines(&self) -> serde_json::Result<String> {
        let mut lines = String::new();
        for observation in self.values() {
            lines.push_str(&serde_json::to_string(observation)?);
            lines.push('\n');
        }
        Ok(lines)
    }
}

/// Where the text of each metric lies; `None` if a line is not laid out as we write it.
fn slots(lines: &str) -> Option<Vec<Slot>> {
    let mut all = Metric::ALL.into_iter();
    let (mut slots, mut from) = (Vec::with_capacity(Metric::ALL.len()), 0);
    for line in lines.split_inclusive('\n') {
        let name = line.strip_prefix(r#"{"metric":""#)?;
        // Lines keep the order of metrics, so all are found in one walk.
        let metric = all.find(|metric| {
            name.strip_prefix(metric.name()).is_some_and(|rest| rest.starts_with('"'))
        })?;
        let to = from + line.len();
        slots.push(Slot { metric, from, to, read: OnceLock::new() });
        from = to;
    }
    Some(slots)
}

impl PartialEq for ByMetric {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.values().eq(other.values())
    }
}

impl fmt::Debug for ByMetric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.values()).finish()
    }
}

impl FromIterator<(Metric, Observation)> for ByMetric {
    fn from_iter<I: IntoIterator<Item = (Metric, Observation)>>(observations: I) -> Self {
        let mut all = Self::default();
        observations.into_iter().for_each(|(metric, seen)| all.insert(metric, seen));
        all
    }
}

/// As an object whose keys are metrics, as the journal has it.
impl Serialize for ByMetric {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for ByMetric {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let all: BTreeMap<Metric, Observation> = BTreeMap::deserialize(from)?;
        Ok(all.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Finding, Observations};

    fn seen(metric: Metric, value: f64) -> Observation {
        Observation {
            metric,
            finding: Finding::Measured { value, n: 1, hits: None, interval: None },
            window: None,
            span: None,
            as_of: None,
            denominator: "a line\nbreak".to_owned(),
            sources: Vec::new(),
            caveats: Vec::new(),
        }
    }

    fn all() -> Observations {
        let metrics = Metric::ALL.into_iter().map(|metric| (metric, seen(metric, 1.0))).collect();
        Observations { metrics, ..Observations::default() }
    }

    #[test]
    fn what_is_read_late_is_what_was_written() {
        let text = all().to_lines().expect("a text");
        let read = Observations::of_lines(&text).expect("it reads");
        let late = |slot: &Slot| slot.read.get().is_none();
        assert!(read.metrics.slots.iter().all(late), "nothing is read before it is asked for");
        assert_eq!(read.metrics.get(&Metric::ResponseRate), Some(&seen(Metric::ResponseRate, 1.0)));
        assert_eq!(read.metrics.slots.iter().filter(|slot| !late(slot)).count(), 1);
        assert_eq!(read, all());
        assert_eq!(read.to_lines().expect("a text"), text);
    }

    #[test]
    fn the_one_object_of_an_older_file_is_read() {
        let text = serde_json::to_string(&all()).expect("a text");
        assert_eq!(Observations::of_lines(&text).expect("it reads"), all());
    }

    #[test]
    fn a_text_that_was_changed_is_read_at_once() {
        let text = all().to_lines().expect("a text");
        let of = |text: &str| Observations::of_lines(text);
        let edited = of(&text.replace("\"value\":1.0", "\"value\":2.0")).expect("it reads");
        assert_eq!(
            edited.metrics.get(&Metric::ResponseRate),
            Some(&seen(Metric::ResponseRate, 2.0))
        );
        // (why this row exists, the damaged text)
        let table = [
            ("a value that is none", text.replace("\"value\":1.0", "\"value\":one")),
            ("a metric that nobody knows", text.replace("response_rate", "responses")),
            ("cut within a line", text[..text.len() - 9].to_owned()),
        ];
        for (why, damaged) in table {
            assert!(of(&damaged).is_err(), "{why}");
        }
    }

    #[test]
    fn observations_are_put_changed_and_taken_in_the_order_of_metrics() {
        let mut metrics = ByMetric::default();
        for metric in Metric::ALL.into_iter().rev() {
            metrics.insert(metric, seen(metric, 1.0));
        }
        assert!(metrics.values().map(|seen| seen.metric).is_sorted());
        metrics.insert(Metric::ResponseRate, seen(Metric::ResponseRate, 2.0));
        assert_eq!(metrics.len(), Metric::ALL.len());
        metrics.remove(&Metric::ResponseRate);
        assert_eq!(metrics.get(&Metric::ResponseRate), None);
        metrics.values_mut().for_each(|seen| seen.denominator.clear());
        assert!(metrics.values().all(|seen| seen.denominator.is_empty()));
    }
}
