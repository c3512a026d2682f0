//! From the server's spans to OTLP: batches, a queue with an end, and a thread of its own.

use std::sync::Arc;
use std::time::Duration;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{
    ExporterBuildError, SpanExporter, WithExportConfig as _, WithHttpConfig as _,
};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracerProvider,
};
use quell::transport::{HyperTransport, SharedTransport, TransportOptions};
use quell_server::ContinueTrace;
use quell_terminal::Failure;
use quell_terminal::log::Beside;
use tokio::runtime::Handle;
use tracing::Metadata;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::filter_fn;

use super::Collector;
use super::carrier::Carrier;
use super::parents::Parents;

/// The spans that wait to be sent; what comes then is lost, for the API goes first.
const MAX_WAITING: usize = 4096;
/// The spans that are sent together.
const MAX_TOGETHER: usize = 512;
/// The longest that a collector has for a batch.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest that the last spans hold up the server's end.
const LAST_PATIENCE: Duration = Duration::from_secs(5);
/// What a collector answers is an acknowledgement, in bytes.
const MAX_ANSWER: usize = 64 * 1024;

/// Sends the spans of requests.
#[derive(Debug)]
pub(crate) struct Traces {
    provider: SdkTracerProvider,
}

impl Traces {
    /// Sends to this collector, over connections of this runtime.
    pub(in crate::commands::serve) fn to(
        collector: &Collector,
        runtime: &Handle,
    ) -> Result<Self, Failure> {
        let options = TransportOptions::default()
            .with_total_timeout(PATIENCE)
            .with_body_cap(MAX_ANSWER);
        let transport = HyperTransport::new(&options).map_err(|error| unusable(&error))?;
        let carrier = Carrier::new(
            SharedTransport::from(transport),
            &collector.headers,
            runtime.clone(),
        );
        let exporter = exporter(collector, carrier).map_err(|error| unusable(&error))?;
        Ok(Self {
            provider: provider(exporter),
        })
    }

    /// What takes the spans, beside the log.
    pub(crate) fn layer(&self) -> Beside {
        tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer("quell-server"))
            // What they add is about this program rather than about the request.
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_filter(filter_fn(is_request).with_max_level_hint(LevelFilter::INFO))
            .boxed()
    }

    /// What makes spans parts of their callers' traces.
    pub(crate) fn parents(&self) -> Arc<dyn ContinueTrace> {
        Arc::new(Parents)
    }

    /// Sends what waits, for no longer than this; nothing is taken any more.
    pub(crate) async fn flush(self, patience: Duration) {
        let patience = patience.min(LAST_PATIENCE);
        let flushed =
            tokio::task::spawn_blocking(move || self.provider.shutdown_with_timeout(patience));
        if let Ok(Err(error)) = flushed.await {
            tracing::warn!(%error, "the last traces may not have arrived");
        }
    }
}

fn unusable(error: &(dyn std::error::Error + 'static)) -> Failure {
    Failure::fault("traces cannot be sent").because(error)
}

/// One span for a request, and nothing of what goes on inside: other spans are for those who look for faults, and may
/// say anything.
fn is_request(metadata: &Metadata<'_>) -> bool {
    metadata.is_span()
        && metadata.name() == "request"
        && metadata.target().starts_with("quell_server::")
}

fn exporter(collector: &Collector, carrier: Carrier) -> Result<SpanExporter, ExporterBuildError> {
    SpanExporter::builder()
        .with_http()
        .with_endpoint(collector.endpoint.as_str())
        .with_timeout(PATIENCE)
        .with_http_client(carrier)
        .build()
}

fn provider(exporter: SpanExporter) -> SdkTracerProvider {
    let batches = BatchConfigBuilder::default()
        .with_max_queue_size(MAX_WAITING)
        .with_max_export_batch_size(MAX_TOGETHER)
        .build();
    let processor = BatchSpanProcessor::builder(exporter)
        .with_batch_config(batches)
        .build();
    let version = opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let resource = Resource::builder()
        .with_service_name("quell-server")
        .with_attribute(version)
        .build();
    SdkTracerProvider::builder()
        .with_span_processor(processor)
        // Whether a trace is kept is for whoever began it to say.
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::AlwaysOn)))
        .with_resource(resource)
        .build()
}
