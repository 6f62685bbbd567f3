//! How much has happened by when: a stair with its interval, over time on a scale of powers.

use maud::{Markup, html};

use super::n;
use crate::view::spread::{Spread, Step};

const WIDTH: f64 = 360.0;
const LEFT: f64 = 44.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 182.0;
/// The shortest and the longest time that is drawn, in seconds: a minute, and two weeks.
const SHORTEST: f64 = 60.0;
const LONGEST: f64 = 1_209_600.0;
/// What is written below.
const TICKS: [(f64, &str); 6] = [
    (60.0, "1 min"),
    (900.0, "15 min"),
    (3_600.0, "1 h"),
    (14_400.0, "4 h"),
    (86_400.0, "1 d"),
    (604_800.0, "7 d"),
];

/// Draws the steps of a spread over time.
pub fn curve(spread: &Spread) -> Markup {
    let (title, desc) = (format!("{}-title", spread.id), format!("{}-desc", spread.id));
    let end = along(spread.known_until.unwrap_or(LONGEST));
    html! {
        svg.trend viewBox="0 0 360 212" role="img" aria-labelledby={ (title) " " (desc) } {
            title id=(title) { (spread.title) }
            desc id=(desc) { (spread.told) }
            @for share in [0.0, 0.5, 1.0] {
                line.grid x1=(n(LEFT)) x2=(n(WIDTH - RIGHT)) y1=(n(up(share))) y2=(n(up(share))) {}
                text.axis x=(n(LEFT - 6.0)) y=(n(up(share) + 4.0)) text-anchor="end" {
                    (format!("{:.0} %", 100.0 * share))
                }
            }
            @for (seconds, label) in TICKS {
                line.grid x1=(n(along(seconds))) x2=(n(along(seconds))) y1=(n(BOTTOM)) y2=(n(BOTTOM + 4.0)) {}
                text.axis x=(n(along(seconds))) y=(n(BOTTOM + 18.0)) text-anchor="middle" { (label) }
            }
            path.band d=(band(&spread.steps, end)) {}
            path.stair d=(stair(&spread.steps, end)) {}
        }
    }
}

/// How far to the right a time stands.
fn along(seconds: f64) -> f64 {
    let share = (seconds.clamp(SHORTEST, LONGEST) / SHORTEST).ln() / (LONGEST / SHORTEST).ln();
    LEFT + (WIDTH - LEFT - RIGHT) * share
}

fn up(share: f64) -> f64 {
    BOTTOM - (BOTTOM - TOP) * share.clamp(0.0, 1.0)
}

/// The stair from nothing on the left to `end`, beyond which nobody has waited.
fn stair(steps: &[Step], end: f64) -> String {
    let mut path = format!("M{} {}", n(LEFT), n(up(0.0)));
    for step in steps {
        path.push_str(&format!("H{}V{}", n(along(step.seconds)), n(up(step.share))));
    }
    path + &format!("H{}", n(end))
}

/// The interval around the stair: of each step up to the next one, of the last one up to `end`.
fn band(steps: &[Step], end: f64) -> String {
    let corners =
        |step: &Step| step.interval.map(|one| (along(step.seconds), up(one.low), up(one.high)));
    let mut known: Vec<(f64, f64, f64)> = steps.iter().map_while(corners).collect();
    let (Some(first), Some(last)) = (known.first().copied(), known.last().copied()) else {
        return String::new();
    };
    // A step without an interval ends the band, as the end of the chart does.
    let until = steps.get(known.len()).map_or(end, |step| along(step.seconds));
    known.push((until, last.1, last.2));
    let mut path = format!("M{} {}", n(first.0), n(first.2));
    for (x, _, high) in &known[1..] {
        path.push_str(&format!("H{}V{}", n(*x), n(*high)));
    }
    path.push_str(&format!("V{}", n(last.1)));
    for pair in known.windows(2).rev() {
        path.push_str(&format!("H{}V{}", n(pair[1].0), n(pair[0].1)));
    }
    path + &format!("H{}Z", n(first.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Interval;

    #[test]
    fn the_stair_goes_up_at_each_step_and_the_band_lies_around_it() {
        let step = |seconds, share, interval: Option<(f64, f64)>| Step {
            seconds,
            share,
            interval: interval.map(|(low, high)| Interval { low, high }),
        };
        let steps = [step(60.0, 0.5, Some((0.25, 0.75))), step(LONGEST, 1.0, None)];
        let right = WIDTH - RIGHT;
        assert_eq!(stair(&steps, right), "M44 182H44V97H346V12H346");
        assert_eq!(band(&steps, right), "M44 54.5H346V54.5V139.5H346V139.5H44Z");
        assert_eq!(stair(&steps[..1], 200.0), "M44 182H44V97H200", "nobody waited for longer");
        assert_eq!(band(&steps[..1], 200.0), "M44 54.5H200V54.5V139.5H200V139.5H44Z");
        let nothing = (stair(&[], right), band(&[], right));
        assert_eq!(nothing, ("M44 182H346".to_owned(), String::new()));
    }
}
