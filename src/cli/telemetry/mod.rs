//! What an operator sees: log lines for people or for programs, with the spans they belong to, and
//! the same spans at an OpenTelemetry collector.
//!
//! # Always true
//!
//! - No secret and no message text stands in a line or a span: names, counts, keys and errors do.
//! - Nothing leaves the machine unless a variable names a collector.

#[cfg(feature = "otel")]
mod otlp;

use tracing::Level;
use tracing_subscriber::{
    Layer, filter::LevelFilter, layer::SubscriberExt, util::SubscriberInitExt,
};

use super::args::Common;

/// Starts the log that the flags ask for, and the export of spans if a collector is named. What is
/// not sent yet goes out when the answer is dropped.
pub fn start(common: &Common) -> Telemetry {
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
    let telemetry = Telemetry::new();
    // A second start in one process (tests) keeps the first.
    drop(tracing_subscriber::registry().with(telemetry.layer()).with(log).try_init());
    telemetry
}

#[cfg(feature = "otel")]
pub use otlp::Telemetry;

/// What stands in for the export of spans in a fivestep that was built without it.
#[cfg(not(feature = "otel"))]
#[derive(Debug)]
pub struct Telemetry(());

#[cfg(not(feature = "otel"))]
impl Telemetry {
    fn new() -> Self {
        Self(())
    }

    fn layer(&self) -> tracing_subscriber::layer::Identity {
        tracing_subscriber::layer::Identity::new()
    }
}
