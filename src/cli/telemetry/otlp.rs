//! Spans to an OpenTelemetry collector, as OTLP in protobuf over HTTP.
//!
//! The variables are OpenTelemetry's own: `OTEL_EXPORTER_OTLP_ENDPOINT` (or
//! `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`) turns it on, `OTEL_EXPORTER_OTLP_HEADERS`,
//! `OTEL_EXPORTER_OTLP_TIMEOUT`, `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` shape it.
//!
//! # Always true
//!
//! - Spans are sent by a thread of their own: no transition and no attempt waits for a collector.
//! - A collector that does not answer costs the spans and one line, never the work.
#![allow(clippy::disallowed_methods, reason = "the export of spans is the edge: it makes calls")]

use std::{
    env,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use async_trait::async_trait;
use opentelemetry::trace::TracerProvider;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithHttpConfig};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use tracing::{Subscriber, level_filters::LevelFilter};
use tracing_subscriber::{Layer, registry::LookupSpan};
use ureq::Agent;

/// The variables of which one turns the export on.
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];

/// The variables that say how long a collector is waited for, in milliseconds.
const TIMEOUTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"];

/// How long a collector is waited for if no variable says: OpenTelemetry's own default.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The most that is read of a collector's answer, in bytes.
const ANSWER_BYTES: u64 = 64 * 1024;

/// The export of spans; on if a variable names a collector.
#[derive(Debug)]
pub struct Telemetry {
    provider: Option<SdkTracerProvider>,
}

impl Telemetry {
    pub(super) fn new() -> Self {
        let is_on = ENDPOINTS.iter().any(|name| variable(name).is_some());
        Self { provider: is_on.then(provider).flatten() }
    }

    /// Hands spans over; what is worth a line for people at `-v` is worth a span.
    pub(super) fn layer<S>(&self) -> Option<impl Layer<S> + use<S>>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        let tracer = self.provider.as_ref()?.tracer("fivestep");
        let layer = tracing_opentelemetry::layer().with_tracer(tracer);
        Some(layer.with_filter(LevelFilter::INFO))
    }
}

impl Drop for Telemetry {
    /// Sends what is left. Whether it arrived, the client says.
    fn drop(&mut self) {
        if let Some(provider) = self.provider.take() {
            drop(provider.shutdown());
        }
    }
}

fn provider() -> Option<SdkTracerProvider> {
    let exporter = SpanExporter::builder().with_http().with_http_client(Client::new()).build();
    let exporter = exporter
        .inspect_err(|error| complain(&format!("the collector cannot be used: {error}")))
        .ok()?;
    let resource = match variable("OTEL_SERVICE_NAME") {
        Some(_) => Resource::builder(),
        None => Resource::builder().with_service_name("fivestep"),
    };
    let builder = SdkTracerProvider::builder().with_resource(resource.build());
    Some(builder.with_batch_exporter(exporter).build())
}

/// A variable that is set and not empty.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|text| !text.is_empty())
}

fn complain(what: &str) {
    anstream::eprintln!("warning: {what}; the work itself goes on");
}

/// The client of webhooks, as OpenTelemetry wants it.
#[derive(Debug)]
struct Client {
    agent: Agent,
    complained: AtomicBool,
}

impl Client {
    fn new() -> Self {
        let millis = TIMEOUTS.iter().find_map(|name| variable(name)?.parse().ok());
        let timeout = millis.map_or(TIMEOUT, Duration::from_millis);
        let config = Agent::config_builder()
            .timeout_global(Some(timeout))
            .http_status_as_error(false)
            .max_redirects(0)
            .build();
        Self { agent: config.into(), complained: AtomicBool::new(false) }
    }

    fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, ureq::Error> {
        let mut answer = self.agent.run(request.map(|body| body.to_vec()))?;
        let body = answer.body_mut().with_config().limit(ANSWER_BYTES).read_to_vec()?;
        let (parts, _) = answer.into_parts();
        Ok(Response::from_parts(parts, Bytes::from(body)))
    }

    /// Tells once that spans are lost; every other batch would be lost the same way.
    fn lost(&self, why: &str) {
        if !self.complained.swap(true, Ordering::Relaxed) {
            complain(&format!("spans do not reach the collector: {why}"));
        }
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let answer = self.send(request);
        match &answer {
            Ok(answer) if answer.status().is_success() => {}
            Ok(answer) => self.lost(&format!("it answers {}", answer.status())),
            Err(error) => self.lost(&error.to_string()),
        }
        Ok(answer?)
    }
}
