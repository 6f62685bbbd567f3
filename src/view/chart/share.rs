//! A part of a whole as two squares, whose areas are to scale.

use maud::{Markup, html};

use super::n;
use crate::view::report::Share;

/// The side of the square that stands for all.
const SIDE: f64 = 320.0;
/// The side below which a square is hard to see, and a ring shows where it is.
const SMALL: f64 = 12.0;

/// Draws the part as a square in the corner of another one. A square has the side of the root of
/// its area, so that even a part in a million stays visible.
///
/// - `told`: what the picture says, in one sentence.
pub fn share(share: Share, told: &str) -> Markup {
    let side = SIDE * (share.hits as f64 / share.n as f64).clamp(0.0, 1.0).sqrt();
    let at = SIDE - side;
    let middle = (side / 2.0, SIDE - side / 2.0);
    let ring = side > 0.0 && side < SMALL;
    html! {
        svg.share viewBox="-8 -8 336 336" role="img" aria-labelledby="share-title share-desc" {
            title id="share-title" { "Engaged followers among all followers" }
            desc id="share-desc" { (told) " The areas of the two squares are to scale." }
            rect.all x="0" y="0" width=(n(SIDE)) height=(n(SIDE)) rx="3" {}
            rect.part x="0" y=(n(at)) width=(n(side)) height=(n(side)) {}
            @if ring {
                circle.ring cx=(n(middle.0)) cy=(n(middle.1)) r=(n(SMALL)) {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_to_scale_and_a_tiny_one_is_ringed() {
        // (how many count, out of how many, the side of the part, is it ringed?)
        let table: [(u64, u64, &str, bool); 4] = [
            (1, 1, "width=\"320\" height=\"320\"", false),
            (1, 4, "width=\"160\" height=\"160\"", false),
            (575, 41_500_000, "width=\"1.19\" height=\"1.19\"", true),
            (0, 10, "width=\"0\" height=\"0\"", false),
        ];
        for (hits, of, side, ringed) in table {
            let drawn = share(Share { hits, n: of }, "said").into_string();
            assert!(drawn.contains(&format!("{side}></rect>")), "{hits} of {of}: {drawn}");
            assert_eq!(drawn.contains("<circle"), ringed, "{hits} of {of}");
        }
    }
}
