//! Charts for reports, as SVG that stands in a page.
//!
//! Start reading at [`share`], [`trend`], [`curve`], [`bars`] and [`square`]. Colours come from the
//! page's style sheet, by class.
//!
//! # Always true
//!
//! - A chart needs nothing from elsewhere: no font, no script, no address.
//! - What it shows is said in its `<title>` and `<desc>`, too.
//! - Nothing is drawn where a number is absent.

mod bars;
mod curve;
mod share;
mod trend;

pub use self::{
    bars::{bars, square},
    curve::curve,
    share::share,
    trend::trend,
};

/// A length in a drawing, with two decimals at most.
fn n(length: f64) -> String {
    let text = format!("{length:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
