//! What an operator sees: log lines for people or for programs, with the spans they belong to.
//!
//! # Always true
//!
//! - No secret and no message text stands in a line or a span: names, counts, keys and errors do.

use tracing::Level;
use tracing_subscriber::{
    Layer, filter::LevelFilter, layer::SubscriberExt, util::SubscriberInitExt,
};

use super::args::Common;

/// Starts the log that the flags ask for.
pub fn start(common: &Common) {
    let level = match common.verbose {
        0 => LevelFilter::OFF,
        1 => LevelFilter::from_level(Level::INFO),
        _ => LevelFilter::from_level(Level::DEBUG),
    };
    let log = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let log = match common.log_json {
        true => log.json().with_span_list(true).with_filter(level).boxed(),
        false => log.with_filter(level).boxed(),
    };
    // A second start in one process (tests) keeps the first.
    drop(tracing_subscriber::registry().with(log).try_init());
}
