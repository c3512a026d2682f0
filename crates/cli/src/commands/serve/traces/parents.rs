//! A request's span as a part of its caller's trace.

use opentelemetry::Context;
use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState,
};
use quell_server::{ContinueTrace, TraceParent};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// Hands the caller's span to the exporter.
#[derive(Debug)]
pub(super) struct Parents;

impl ContinueTrace for Parents {
    fn continue_trace(&self, span: &Span, parent: &TraceParent) {
        let flags = match parent.sampled {
            true => TraceFlags::SAMPLED,
            false => TraceFlags::default(),
        };
        let caller = SpanContext::new(
            TraceId::from_bytes(parent.trace_id),
            SpanId::from_bytes(parent.span_id),
            flags,
            true,
            TraceState::default(),
        );
        // Without its parent the span would be kept all the same; it has just been made, so it takes one.
        let _ = span.set_parent(Context::new().with_remote_span_context(caller));
    }
}
