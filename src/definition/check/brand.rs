//! A brand file: who it is, what it promises, and where its evidence lies.

use std::collections::{BTreeMap, BTreeSet};

use super::{Checker, value_of};
use crate::{
    definition::{
        diagnostic::{Code, Problem, Problems},
        raw::{self, Field, Spot, Table, Words},
        read::{self, quantity},
        suggest::{closest, quoted},
    },
    model::{
        Account, Audience, Brand, BrandId, Charter, ClauseId, Digest, KeepWords, Metric, Pillar,
        Platform, Source, SourceKind, Unit, WorkflowId, WorkingTime,
        brand::CharterPerson,
        calendar::{DAYS, is_zone, zones},
        metric::BUSINESS,
    },
};

/// Checks a brand file.
pub(in crate::definition) fn brand(
    raw: raw::Brand,
    digest: Digest,
    problems: &mut Problems<'_>,
) -> Option<Brand> {
    let checker = &mut Checker { problems };
    let id = raw.brand.as_ref().and_then(|words| checker.id(words, BrandId::new));
    let timezone = raw.timezone.as_ref().and_then(|words| checker.zone(words));
    let week = checker.week(&raw.working_week);
    let hours = checker.read_field(&raw.working_hours, read::hours);
    let languages = raw.languages.as_ref().map(|list| {
        checker.not_empty(list, "name the language the brand writes, such as `[en]`");
        checker.languages(&list.value)
    });
    let workflow = raw.workflow.as_ref().and_then(|words| checker.id(words, WorkflowId::new));
    let goals = checker.goals(&raw.goals);
    let mut named = BTreeSet::new();
    let accounts = raw.accounts.as_ref().map(|list| checker.accounts(&list.value, &mut named));
    let competitors = raw.competitors.as_ref();
    let competitors = competitors.map(|list| checker.accounts(&list.value, &mut named));
    let charter = raw.charter.as_ref().map(|charter| checker.charter(&charter.value));
    let audience = raw.audience.as_ref().map(|audience| checker.audience(&audience.value));
    let sources = raw.sources.as_ref().map(|list| checker.sources(&list.value));
    let keep_words = raw.keep_words.as_ref().map(|words| {
        checker.word(words, Code::UnknownWord, "answer to whose words are kept", &KeepWords::ALL)
    });
    Some(Brand {
        digest,
        id: id?,
        name: value_of(&raw.name)?,
        working_time: WorkingTime { timezone: timezone?, week, hours },
        languages: languages?,
        workflow: workflow?,
        goals,
        accounts: accounts?,
        competitors: competitors.unwrap_or_default(),
        charter: charter?,
        audience: audience.unwrap_or_else(|| Some(Audience::default()))?,
        sources: sources?,
        keep_words: keep_words.unwrap_or(Some(KeepWords::default()))?,
    })
}

impl Checker<'_, '_> {
    pub(super) fn zone(&mut self, words: &Words) -> Option<String> {
        if is_zone(&words.value) {
            return Some(words.value.clone());
        }
        let message = format!("there is no time zone {}", quoted(&words.value));
        // All names would be hundreds of lines; those of the same region are enough to choose from.
        let region = words.value.split('/').next().unwrap_or_default();
        let all = zones();
        let near = |name: &&str| {
            name.split('/').next().is_some_and(|other| other.eq_ignore_ascii_case(region))
        };
        let names = all.iter().map(String::as_str);
        let suggestion = closest(&words.value, names.clone()).map(str::to_owned);
        let problem = Problem::new(Code::UnknownZone, &words.span, message)
            .known(names.filter(near), &words.value)
            .suggest(suggestion);
        self.add(problem.help("write the zone as region and city, such as `Europe/Rome`"));
        None
    }

    pub(super) fn week(&mut self, raw: &Field<Vec<Words>>) -> [bool; 7] {
        let Some(days) = raw else { return WorkingTime::default().week };
        self.not_empty(days, "a brand works on at least one day of the week");
        self.no_doubles("working day", &days.value);
        let mut week = [false; 7];
        let names: [(usize, &str); 7] = std::array::from_fn(|day| (day, DAYS[day]));
        for words in &days.value {
            if let Some(day) = self.word(words, Code::UnknownWord, "day", &names) {
                week[day] = true;
            }
        }
        week
    }

    pub(super) fn languages(&mut self, raw: &[Words]) -> Vec<String> {
        self.no_doubles("language", raw);
        for words in raw {
            let letters = words.value.bytes().all(|byte| byte.is_ascii_lowercase());
            if words.value.len() != 2 || !letters {
                let message = format!("{} is not a language code", quoted(&words.value));
                let problem = Problem::new(Code::BadLanguage, &words.span, message);
                self.add(problem.help("write two small letters, such as `en` or `it`"));
            }
        }
        texts(raw)
    }

    pub(super) fn goals(&mut self, raw: &Field<Table<String>>) -> BTreeMap<Metric, f64> {
        let rows = raw.as_ref().map(|table| table.value.as_slice()).unwrap_or_default();
        rows.iter().filter_map(|(name, value)| self.goal_of(name, value.as_ref())).collect()
    }

    fn goal_of(&mut self, name: &Words, value: Option<&Words>) -> Option<(Metric, f64)> {
        let metric = self.metric(name, |plain| {
            format!("set `{plain}`: a clause with `hours: {BUSINESS}` compares with it too")
        })?;
        if metric.unit() == Unit::Truth {
            let message = format!("`{metric}` is true or false; there is nothing to aim at");
            self.add(Problem::new(Code::WrongUnit, &name.span, message));
            return None;
        }
        let value = self.read(value?, |text| quantity(text, metric.unit()))?;
        Some((metric, value.value))
    }

    /// Checks accounts, none of which may be among those `named` before.
    pub(super) fn accounts(
        &mut self,
        raw: &[Spot<raw::Account>],
        named: &mut BTreeSet<(Platform, String)>,
    ) -> Vec<Account> {
        let one = |account: &Spot<raw::Account>| {
            let words = account.value.platform.as_ref()?;
            let platform = self.word(words, Code::UnknownWord, "platform", &Platform::ALL)?;
            Some(Account { platform, handle: value_of(&account.value.handle)? })
        };
        let accounts: Vec<Option<Account>> = raw.iter().map(one).collect();
        for (account, Spot { span, .. }) in accounts.iter().zip(raw) {
            let Some(Account { platform, handle }) = account else { continue };
            if !named.insert((*platform, handle.clone())) {
                let message = format!("the account {} is listed twice", quoted(handle));
                self.add(Problem::new(Code::DuplicateName, span, message));
            }
        }
        accounts.into_iter().flatten().collect()
    }

    fn charter(&mut self, raw: &raw::Charter) -> Charter {
        let people = raw.people.iter().flat_map(|people| &people.value);
        let people = people.filter_map(|person| {
            let Spot { value: person, .. } = person;
            Some(CharterPerson { name: value_of(&person.name)?, role: value_of(&person.role) })
        });
        let people = people.collect();
        let pillars: Vec<&raw::Pillar> =
            raw.pillars.iter().flat_map(|list| &list.value).map(|pillar| &pillar.value).collect();
        self.no_doubles("pillar", pillars.iter().filter_map(|pillar| pillar.id.as_ref()));
        let pillars = pillars.into_iter().filter_map(|pillar| self.pillar(pillar)).collect();
        let cadence = raw.cadence.as_ref().map(|cadence| &cadence.value.at_least);
        let posts_per_week = cadence.and_then(|words| self.read_field(words, read::cadence));
        Charter { people, pillars, posts_per_week }
    }

    fn pillar(&mut self, raw: &raw::Pillar) -> Option<Pillar> {
        let id = raw.id.as_ref().and_then(|words| self.short_name(words));
        let words = raw.words.as_ref()?;
        self.not_empty(words, "a pillar is recognised by its words");
        let not = raw.not.as_ref().map(|not| texts(&not.value)).unwrap_or_default();
        Some(Pillar { id: id?, words: texts(&words.value), not })
    }

    pub(super) fn sources(&mut self, raw: &[Spot<raw::Source>]) -> Vec<Source> {
        let one = |Spot { value: source, .. }: &Spot<raw::Source>| {
            let kinds = SourceKind::ALL;
            let kind = source.kind.as_ref();
            let kind =
                kind.and_then(|words| self.word(words, Code::UnknownWord, "source kind", &kinds));
            for path in [&source.path, &source.map].into_iter().flatten() {
                self.path(path);
            }
            let (account, path) = (value_of(&source.account)?, value_of(&source.path));
            Some(Source { kind: kind?, account, path, map: value_of(&source.map), as_of: None })
        };
        raw.iter().filter_map(one).collect()
    }

    /// A path must stay inside the workspace on every system.
    pub(super) fn path(&mut self, words: &Words) {
        let path = words.value.as_str();
        let leaves = path.split(['/', '\\']).any(|part| part == "..");
        let drive = path.as_bytes().get(1) == Some(&b':');
        let message = if leaves {
            "this path climbs out of the workspace (`..`)"
        } else if path.starts_with(['/', '\\']) || drive {
            "this path is absolute"
        } else if path.starts_with('~') {
            "this path begins in somebody's home"
        } else {
            return;
        };
        let problem = Problem::new(Code::BadPath, &words.span, message);
        self.add(problem.help("write it relative to the workspace, such as `exports/acme.zip`"));
    }

    pub(super) fn short_name(&mut self, words: &Words) -> Option<String> {
        self.id(words, ClauseId::new).map(String::from)
    }
}

pub(super) fn texts(words: &[Words]) -> Vec<String> {
    words.iter().map(|words| words.value.clone()).collect()
}
