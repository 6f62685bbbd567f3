//! A proportion over cycles: a point a measurement, its interval as a line, the target across.

use maud::{Markup, html};

use super::n;
use crate::{
    model::{Quantity, Unit},
    view::report::Point,
};

const WIDTH: f64 = 360.0;
const LEFT: f64 = 54.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 16.0;
const BOTTOM: f64 = 186.0;
/// How many cycles are written below; more would overlap.
const LABELS: usize = 8;

/// Draws the points that have a value; a cycle without one is a gap.
///
/// - `target`: the proportion that the goal demands.
/// - `told`: what the chart says, in one sentence.
pub fn trend(points: &[Point], target: Option<f64>, told: &str) -> Markup {
    let top = ceiling(points, target);
    let height = |value: f64| BOTTOM - (BOTTOM - TOP) * (value / top).min(1.0);
    let step = points.len().div_ceil(LABELS).max(1);
    html! {
        svg.trend viewBox="0 0 360 222" role="img" aria-labelledby="trend-title trend-desc" {
            title id="trend-title" { "Engaged followers out of all followers, cycle by cycle" }
            desc id="trend-desc" { (told) }
            @for value in [0.0, top / 2.0, top] {
                line.grid x1=(n(LEFT)) x2=(n(WIDTH - RIGHT)) y1=(n(height(value))) y2=(n(height(value))) {}
                text.axis x=(n(LEFT - 8.0)) y=(n(height(value) + 4.0)) text-anchor="end" {
                    (Quantity::new(Unit::Proportion, value))
                }
            }
            @if let Some(target) = target {
                line.target x1=(n(LEFT)) x2=(n(WIDTH - RIGHT)) y1=(n(height(target))) y2=(n(height(target))) {}
                text.goal x=(n(WIDTH - RIGHT)) y=(n(height(target) - 5.0)) text-anchor="end" {
                    "goal " (Quantity::new(Unit::Proportion, target))
                }
            }
            @for (at, point) in points.iter().enumerate() {
                @let x = across(at, points.len());
                @if let Some(interval) = point.figure.interval {
                    line.interval x1=(n(x)) x2=(n(x)) y1=(n(height(interval.low))) y2=(n(height(interval.high))) {}
                }
                @if let Some(value) = point.figure.value {
                    circle.point cx=(n(x)) cy=(n(height(value))) r="4.5" {}
                }
                @if at % step == 0 {
                    text.axis x=(n(x)) y="206" text-anchor="middle" { (point.cycle) }
                }
            }
            text.axis x=(n(LEFT - 8.0)) y="206" text-anchor="end" { "cycle" }
        }
    }
}

/// Where the point of that number stands.
fn across(at: usize, of: usize) -> f64 {
    LEFT + (WIDTH - LEFT - RIGHT) * (at as f64 + 0.5) / of as f64
}

/// The end of the scale: 1, 2 or 5 times a power of ten, and not above 100 %.
fn ceiling(points: &[Point], target: Option<f64>) -> f64 {
    let ends = points.iter().filter_map(|point| {
        point.figure.interval.map(|interval| interval.high).or(point.figure.value)
    });
    let highest = ends.chain(target).fold(0.0, f64::max);
    if highest <= 0.0 {
        return 1.0;
    }
    let power = 10_f64.powf(highest.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
    steps.into_iter().find(|end| *end >= highest).unwrap_or(10.0 * power).min(1.0)
}
