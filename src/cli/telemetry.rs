//! What an operator sees: log lines for people or for programs, and spans for OpenTelemetry.
//!
//! # Always true
//!
//! - No secret and no message text stands in a line or a span: names, counts, keys and errors do.

use tracing::Level;
use tracing_subscriber::{
    Layer, filter::LevelFilter, layer::SubscriberExt, util::SubscriberInitExt,
};

use super::args::Common;

/// Ends what was started; spans that are still held back are sent then.
#[derive(Debug, Default)]
pub struct Telemetry {
    #[cfg(feature = "otel")]
    spans: Option<opentelemetry_sdk::trace::SdkTracerProvider>,
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        #[cfg(feature = "otel")]
        if let Some(spans) = self.spans.take() {
            // Nobody who collects them is no reason to fail.
            drop(spans.shutdown());
        }
    }
}

/// Starts the log that the flags ask for, and spans where `OTEL_EXPORTER_OTLP_ENDPOINT` names a
/// collector (feature `otel`).
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
    let lines = tracing_subscriber::registry().with(log);
    #[cfg(feature = "otel")]
    if let Some(spans) = otel::provider() {
        let layer = otel::layer(&spans);
        drop(lines.with(layer).try_init());
        return Telemetry { spans: Some(spans) };
    }
    // A second start in one process (tests) keeps the first.
    drop(lines.try_init());
    Telemetry::default()
}

#[cfg(feature = "otel")]
mod otel {
    #![allow(clippy::disallowed_methods, reason = "the edge: the environment names the collector")]

    use opentelemetry::trace::TracerProvider;
    use opentelemetry_otlp::SpanExporter;
    use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
    use tracing::{Level, Subscriber};
    use tracing_subscriber::{Layer, filter::Targets, registry::LookupSpan};

    /// Sends spans to the collector that the environment names, if it names one.
    pub fn provider() -> Option<SdkTracerProvider> {
        std::env::var("OTEL_EXPORTER_OTLP_ENDPOINT").ok().filter(|place| !place.is_empty())?;
        let exporter = SpanExporter::builder().with_http().build().ok()?;
        let service = Resource::builder().with_service_name("fivestep").build();
        let spans = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(service)
            .build();
        Some(spans)
    }

    /// Our own spans, none of the libraries'.
    pub fn layer<S>(spans: &SdkTracerProvider) -> impl Layer<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        let ours = Targets::new().with_target("fivestep", Level::INFO);
        tracing_opentelemetry::layer().with_tracer(spans.tracer("fivestep")).with_filter(ours)
    }
}
