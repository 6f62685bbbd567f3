//! From scores to a proposal: bands with a memory, and one decision a person.
//!
//! Start reading at [`decide`].
//!
//! # Always true
//!
//! - A band falls only after two windows in a row below; it rises at once.
//! - What is unknown is never treated as low.
//! - Nothing here removes anybody: the harshest answer is that a person should look.

use serde::{Deserialize, Serialize};

use super::{
    Relation,
    score::{Score, Tenths},
    screen::Screen,
};

/// From so many points on an axis is high.
pub const HIGH: Tenths = Tenths(600);
/// Below so many points an axis is low.
pub const LOW: Tenths = Tenths(400);

/// Where a person stands on one axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    /// 60 points or more, or once high and not yet fallen.
    High,
    /// Between the two, and not high in the window before.
    Middle,
    /// Below 40.
    Low,
    /// Too little is known.
    Unknown,
}

impl Band {
    /// Every band with its name in the store and in JSON.
    pub const ALL: [(Band, &'static str); 4] = [
        (Band::High, "high"),
        (Band::Middle, "middle"),
        (Band::Low, "low"),
        (Band::Unknown, "unknown"),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(band, _)| *band == self).map_or("", |(_, name)| name)
    }
}

/// A band, and whether it would be a lower one if this went on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The band.
    pub band: Band,
    /// This window's score is below the band; a second such window in a row lowers it.
    pub slips: bool,
}

impl Standing {
    /// The band of `score`, with that of the window before in mind.
    pub fn after(last: Option<Standing>, score: Option<Tenths>) -> Self {
        let steady = |band| Self { band, slips: false };
        let Some(score) = score else { return steady(Band::Unknown) };
        let known = last.filter(|last| last.band != Band::Unknown);
        match known {
            _ if score >= HIGH => steady(Band::High),
            // The first window below: the band holds, and says that it slips.
            Some(Standing { band, slips: false }) if score < LOW && band != Band::Low => {
                Self { band, slips: true }
            }
            _ if score < LOW => steady(Band::Low),
            // Between the two, a high band is kept.
            Some(Standing { band: Band::High, .. }) => steady(Band::High),
            Some(_) | None => steady(Band::Middle),
        }
    }
}

/// Where a person stands on both axes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standings {
    /// What they give us.
    pub gives: Standing,
    /// What they gain from us.
    pub gains: Standing,
}

impl Standings {
    /// The bands of both scores, with those of the window before in mind.
    pub fn after(last: Option<Standings>, gives: &Score, gains: &Score) -> Self {
        Self {
            gives: Standing::after(last.map(|last| last.gives), gives.value()),
            gains: Standing::after(last.map(|last| last.gains), gains.value()),
        }
    }
}

/// What is proposed about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Reply first, feature, invite.
    Partner,
    /// Thank them, and ask what they need.
    KeepAndThank,
    /// Keep, and look closer at what they need.
    KeepAndLook,
    /// Answer their asks, send what fits, look again next time.
    Nurture,
    /// The same, with less effort: what they give is not known.
    NurtureLightly,
    /// Look again next time.
    Watch,
    /// Do nothing: quiet readers are welcome.
    LeaveInPeace,
    /// Too little is known to propose anything.
    InsufficientEvidence,
    /// A person should look at the account and decide.
    ReviewForRemoval,
}

impl Decision {
    /// Every decision with its name in the store and in JSON, and what it asks for.
    pub const ALL: [(Decision, &'static str, &'static str); 9] = [
        (Decision::Partner, "partner", "reply first, feature, invite"),
        (Decision::KeepAndThank, "keep_and_thank", "thank them, ask what they need"),
        (Decision::KeepAndLook, "keep_and_look", "keep, look closer at what they need"),
        (Decision::Nurture, "nurture", "answer their asks, send what fits, look again next time"),
        (Decision::NurtureLightly, "nurture_lightly", "answer their asks"),
        (Decision::Watch, "watch", "nothing yet: look again next time"),
        (Decision::LeaveInPeace, "leave_in_peace", "nothing: quiet readers are welcome"),
        (Decision::InsufficientEvidence, "insufficient_evidence", "nothing: too little is known"),
        (Decision::ReviewForRemoval, "review_for_removal", "a person looks and decides"),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    /// Whether it asks anybody to do something about a person.
    pub fn asks_something(self) -> bool {
        match self {
            Decision::Partner
            | Decision::KeepAndThank
            | Decision::KeepAndLook
            | Decision::Nurture
            | Decision::NurtureLightly
            | Decision::ReviewForRemoval => true,
            Decision::Watch | Decision::LeaveInPeace | Decision::InsufficientEvidence => false,
        }
    }

    /// What it asks for.
    pub fn advice(self) -> &'static str {
        Self::ALL.iter().find(|row| row.0 == self).map_or("", |row| row.2)
    }
}

impl std::str::FromStr for Decision {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.iter().find(|row| row.1 == name).map(|row| row.0).ok_or(())
    }
}

/// The proposal for somebody with these bands.
///
/// Only a follower who is low on both axes, and whose account the screen flags, is put before a
/// person for removal.
pub fn decide(gives: Band, gains: Band, screen: Screen, relation: Relation) -> Decision {
    match (gives, gains) {
        (Band::High, Band::High) => Decision::Partner,
        (Band::High, Band::Low) => Decision::KeepAndThank,
        (Band::High, Band::Middle | Band::Unknown) => Decision::KeepAndLook,
        (Band::Low | Band::Middle, Band::High) => Decision::Nurture,
        (Band::Unknown, Band::High) => Decision::NurtureLightly,
        (Band::Low, Band::Low) if screen == Screen::Flag && relation.follows => {
            Decision::ReviewForRemoval
        }
        (Band::Low, Band::Low) => Decision::LeaveInPeace,
        (Band::Unknown, Band::Unknown) => Decision::InsufficientEvidence,
        (Band::Low | Band::Middle | Band::Unknown, Band::Low | Band::Middle | Band::Unknown) => {
            Decision::Watch
        }
    }
}

/// What is proposed about a request to follow. Declining is never proposed: only a named person
/// declines, with a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proposal {
    /// Let them in.
    Approve,
    /// Let them in, and look again next time.
    ApproveAndWatch,
    /// Let a person look first.
    Hold,
}

impl Proposal {
    /// Every proposal with its name.
    pub const ALL: [(Proposal, &'static str); 3] = [
        (Proposal::Approve, "approve"),
        (Proposal::ApproveAndWatch, "approve_and_watch"),
        (Proposal::Hold, "hold"),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }
}

/// The proposal for a request of somebody with these standings.
pub fn proposal(standings: &Standings, screen: Screen) -> Proposal {
    let high = standings.gives.band == Band::High || standings.gains.band == Band::High;
    match screen {
        Screen::Flag => Proposal::Hold,
        Screen::Ok | Screen::Unknown if high => Proposal::Approve,
        Screen::Ok => Proposal::ApproveAndWatch,
        Screen::Unknown => Proposal::Hold,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_rises_at_once_and_falls_after_two_windows() {
        // (why, the scores of windows in a row, the bands they give; ~ slips)
        let table: [(&str, &[Option<u16>], &str); 8] = [
            ("high is from 60", &[Some(600)], "high"),
            ("low is below 40", &[Some(399)], "low"),
            ("between, without a past", &[Some(599), Some(400)], "middle middle"),
            ("between keeps high", &[Some(700), Some(500), Some(420)], "high high high"),
            ("one low window is no fall", &[Some(700), Some(10), Some(450)], "high high~ high"),
            ("two are", &[Some(700), Some(10), Some(10)], "high high~ low"),
            ("up at once", &[Some(10), Some(450), Some(600)], "low middle high"),
            ("unknown is not low, and no past", &[Some(10), None, Some(450)], "low unknown middle"),
        ];
        for (why, scores, expected) in table {
            let mut last = None;
            let mut bands = Vec::new();
            for score in scores {
                let standing = Standing::after(last, score.map(Tenths));
                let mark = if standing.slips { "~" } else { "" };
                bands.push(format!("{}{mark}", standing.band.name()));
                last = Some(standing);
            }
            assert_eq!(bands.join(" "), expected, "{why}");
        }
    }

    #[test]
    fn every_pair_of_bands_has_its_decision() {
        let follower = Relation { follows: true, ..Relation::default() };
        // Rows: what they give; columns: what they gain; high, middle, low, unknown.
        let table = [
            ("high", ["partner", "keep_and_look", "keep_and_thank", "keep_and_look"]),
            ("middle", ["nurture", "watch", "watch", "watch"]),
            ("low", ["nurture", "watch", "leave_in_peace", "watch"]),
            ("unknown", ["nurture_lightly", "watch", "watch", "insufficient_evidence"]),
        ];
        for ((gives, name), (row, expected)) in Band::ALL.into_iter().zip(table) {
            assert_eq!(name, row);
            let ok = Band::ALL.map(|(gains, _)| decide(gives, gains, Screen::Ok, follower).name());
            assert_eq!(ok, expected, "{row}");
            for (gains, _) in Band::ALL {
                let flagged = decide(gives, gains, Screen::Flag, follower);
                let removal = flagged == Decision::ReviewForRemoval;
                assert_eq!(removal, (gives, gains) == (Band::Low, Band::Low), "{row}");
                let stranger = decide(gives, gains, Screen::Flag, Relation::default());
                assert_ne!(stranger, Decision::ReviewForRemoval, "nobody to remove");
            }
        }
    }

    #[test]
    fn a_request_is_approved_watched_or_held_and_never_declined() {
        let standing = |band| Standing { band, slips: false };
        let of = |gives, gains| Standings { gives: standing(gives), gains: standing(gains) };
        // (standings, then what is proposed if the screen says ok, flag, unknown)
        let table = [
            (of(Band::High, Band::Low), ["approve", "hold", "approve"]),
            (of(Band::Low, Band::High), ["approve", "hold", "approve"]),
            (of(Band::Unknown, Band::Unknown), ["approve_and_watch", "hold", "hold"]),
            (of(Band::Low, Band::Low), ["approve_and_watch", "hold", "hold"]),
        ];
        for (standings, expected) in table {
            let found = Screen::ALL.map(|(screen, _)| proposal(&standings, screen).name());
            assert_eq!(found, expected, "{standings:?}");
        }
    }
}
