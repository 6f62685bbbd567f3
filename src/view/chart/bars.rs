//! Portions of a whole as bars, and people in a square of what they give and gain.

use maud::{Markup, html};

use super::n;
use crate::view::spread::{Portion, Spread};

const WIDTH: f64 = 360.0;
/// The height of a bar with its words above.
const ROW: f64 = 34.0;
/// The side of a field of the square.
const FIELD: f64 = 68.0;
const LEFT: f64 = 74.0;
const TOP: f64 = 30.0;

/// Draws each portion as a bar of its share.
pub fn bars(spread: &Spread) -> Markup {
    let (title, desc) = (format!("{}-title", spread.id), format!("{}-desc", spread.id));
    let height = ROW * spread.portions.len() as f64;
    html! {
        svg.trend viewBox={ "0 0 360 " (n(height)) } role="img" aria-labelledby={ (title) " " (desc) } {
            title id=(title) { (spread.title) }
            desc id=(desc) { (spread.told) }
            @for (at, portion) in spread.portions.iter().enumerate() {
                @let y = ROW * at as f64;
                text.axis x="0" y=(n(y + 13.0)) { (portion.label) }
                text.axis x=(n(WIDTH)) y=(n(y + 13.0)) text-anchor="end" { (portion.text) }
                rect.all x="0" y=(n(y + 18.0)) width=(n(WIDTH)) height="8" rx="2" {}
                rect.part x="0" y=(n(y + 18.0)) width=(n(WIDTH * portion.share.unwrap_or_default())) height="8" rx="2" {}
            }
        }
    }
}

/// Draws the people of each field as a square whose area is their share.
///
/// - `names`: what the columns are called, and the rows.
pub fn square(spread: &Spread, names: &[&str]) -> Markup {
    let (title, desc) = (format!("{}-title", spread.id), format!("{}-desc", spread.id));
    let most = spread.portions.iter().filter_map(|one| one.share).fold(0.0, f64::max);
    let side = LEFT + FIELD * names.len() as f64;
    html! {
        svg.trend viewBox={ "0 0 " (n(side + 8.0)) " " (n(TOP + FIELD * names.len() as f64 + 8.0)) }
            role="img" aria-labelledby={ (title) " " (desc) } {
            title id=(title) { (spread.title) }
            desc id=(desc) { (spread.told) }
            @for (at, name) in names.iter().enumerate() {
                @let middle = FIELD * (at as f64 + 0.5);
                text.axis x=(n(LEFT + middle)) y="20" text-anchor="middle" { "gain " (name) }
                text.axis x=(n(LEFT - 6.0)) y=(n(TOP + middle + 4.0)) text-anchor="end" { "give " (name) }
            }
            @for portion in &spread.portions { (field(portion, most)) }
        }
    }
}

fn field(portion: &Portion, most: f64) -> Markup {
    let (column, row) = portion.place.unwrap_or_default();
    let (x, y) = (LEFT + FIELD * column as f64, TOP + FIELD * row as f64);
    let share = portion.share.unwrap_or_default();
    let side = if most > 0.0 { (FIELD - 8.0) * (share / most).sqrt() } else { 0.0 };
    let cases = portion.cases.map(|cases| crate::model::quantity::count(cases as f64));
    html! {
        rect.field x=(n(x)) y=(n(y)) width=(n(FIELD)) height=(n(FIELD)) {}
        rect.all x=(n(x + (FIELD - side) / 2.0)) y=(n(y + (FIELD - side) / 2.0)) width=(n(side)) height=(n(side)) rx="2" {}
        text.count x=(n(x + FIELD / 2.0)) y=(n(y + FIELD / 2.0 + 4.0)) text-anchor="middle" {
            (cases.unwrap_or_default())
        }
    }
}
