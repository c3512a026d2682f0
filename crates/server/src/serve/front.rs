//! What every request passes, whatever it asks: an id, a span, a count, a line in the log.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::Response;
use http::{HeaderName, HeaderValue, Method, Request};
use quell_protocol::route;
use tokio::time::Instant;
use tower::ServiceExt as _;
use tracing::field::Empty;
use tracing::{Instrument as _, Span};
use uuid::Uuid;

use super::door::Answer;
use super::health::Health;
use super::meters::Meters;
use super::panics::CatchPanic;
use crate::api;
use crate::exchange::{self, Exchange};
use crate::generated::routes::{Found, Route};
use crate::trace_parent::{ContinueTrace, TraceParent};

/// The header by which an answer names its request.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-ms-request-id");

/// What requests pass.
#[derive(Clone, Debug)]
pub(super) struct Front {
    pub(super) router: Router,
    pub(super) health: Arc<Health>,
    pub(super) meters: Arc<Meters>,
    pub(super) traces: Option<Arc<dyn ContinueTrace>>,
}

impl Answer for Front {
    async fn answer(&self, peer: SocketAddr, mut request: Request<Body>) -> Response {
        if let Some(health) = self
            .health
            .answer(request.method(), request.uri().path())
            .await
        {
            return health;
        }
        let operation = operation(request.method().as_str(), request.uri().path());
        let parent = TraceParent::of(request.headers());
        let id = exchange::id_of(request.headers(), parent.as_ref());
        let span = self.span(id, operation, request.method());
        if let (Some(traces), Some(parent)) = (&self.traces, &parent) {
            traces.continue_trace(&span, parent);
        }
        request.extensions_mut().insert(ConnectInfo(peer));
        let exchange = Arc::new(Exchange::new(id, peer.ip()));
        note_subject(&exchange, request.uri().path());
        let counted = self.meters.arrived(operation, operation == HOLD);
        let began = Instant::now();
        let handled = CatchPanic::new(self.router.clone().oneshot(request));
        let answered = Arc::clone(&exchange)
            .follow(handled.instrument(span.clone()))
            .await;
        let mut response = match answered {
            Some(Ok(response)) => response,
            None => {
                Arc::clone(&exchange)
                    .follow(async { api::panicked() })
                    .await
            }
        };
        drop(counted);
        if let Ok(id) = HeaderValue::try_from(id.to_string()) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        let status = response.status().as_u16();
        self.tell(
            &Answered {
                operation,
                status,
                took: began.elapsed(),
            },
            &exchange,
            &span,
            peer,
        );
        response
    }
}

impl Front {
    /// The span of a request: what its log lines say of it, and where traces are kept all that is known of it.
    fn span(&self, id: Uuid, operation: &'static str, method: &Method) -> Span {
        if self.traces.is_none() {
            return tracing::info_span!("request", request_id = %id, operation);
        }
        tracing::info_span!(
            "request",
            request_id = %id,
            operation,
            otel.name = operation,
            otel.kind = "server",
            http.request.method = method.as_str(),
            http.response.status_code = Empty,
            quell.tenant = Empty,
            quell.application = Empty,
            quell.machine = Empty,
            quell.action = Empty,
            otel.status_code = Empty,
        )
    }

    fn tell(&self, answered: &Answered, exchange: &Exchange, span: &Span, peer: SocketAddr) {
        let Answered {
            operation,
            status,
            took,
        } = *answered;
        let told = exchange.take_told();
        self.meters.answered(operation, status, took);
        if let Some(code) = &told.refusal {
            self.meters.refused(code);
        }
        let tenant = told.tenant.as_ref().map(tracing::field::display);
        if self.traces.is_some() {
            span.record("http.response.status_code", status);
            span.record("quell.tenant", tenant.as_ref());
            span.record("quell.application", told.application.as_deref());
            span.record("quell.machine", told.machine.as_deref());
            span.record("quell.action", told.action.as_deref());
            if status >= 500 {
                span.record("otel.status_code", "ERROR");
            }
        }
        // Its span would say half of it once more.
        tracing::info!(
            parent: None,
            request_id = %exchange.id(),
            operation,
            status,
            duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            tenant,
            application = told.application,
            machine = told.machine,
            action = told.action,
            code = told.refusal,
            peer = %peer.ip(),
            "request"
        );
    }
}

/// How a request ended.
struct Answered {
    operation: &'static str,
    status: u16,
    took: Duration,
}

/// The name of what an agent's waiting is.
const HOLD: &str = "hold";

/// What is asked, in a word of ours: strangers' paths would be labels without end.
fn operation(method: &str, path: &str) -> &'static str {
    match path {
        route::ENROL => return "enrol",
        route::HOLD => return HOLD,
        route::REPORT => return "report",
        route::INVENTORY => return "inventory",
        _ => {}
    }
    match Route::find(method, path) {
        Found::Route(route) => route
            .info()
            .map_or("IssueToken", |operation| operation.name),
        Found::OtherMethod | Found::Nothing => "other",
    }
}

/// The machine and the action that a path names.
fn note_subject(exchange: &Exchange, path: &str) {
    let segments: Vec<_> = path.split('/').collect();
    for pair in segments.windows(2) {
        match pair {
            [kind, id] if id.is_empty() || id.contains('(') || kind.is_empty() => {}
            [kind, id] if kind.eq_ignore_ascii_case("machines") => {
                exchange.note(|told| told.machine = exchange::excerpt(id));
            }
            [kind, id] if kind.eq_ignore_ascii_case("machineactions") => {
                exchange.note(|told| told.action = exchange::excerpt(id));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_names_its_machine_and_its_action() {
        let told = |path: &str| {
            let exchange = Exchange::new(Uuid::new_v4(), [192, 0, 2, 1].into());
            note_subject(&exchange, path);
            let told = exchange.take_told();
            (told.machine, told.action)
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            told("/api/machines/m1/StopAndQuarantineFile"),
            (some("m1"), None)
        );
        assert_eq!(
            told("/API/v1.0/MachineActions/a1/cancel"),
            (None, some("a1"))
        );
        assert_eq!(told("/api/machines"), (None, None));
        assert_eq!(told("/api/machines/"), (None, None));
        assert_eq!(
            told("/api/machines/findbyip(ip='x',timestamp=y)"),
            (None, None)
        );
    }

    #[test]
    fn operations_have_names_and_strangers_paths_have_one() {
        assert_eq!(operation("POST", "/quell/v1/device/hold"), HOLD);
        assert_eq!(operation("GET", "/api/machines"), "ListMachines");
        assert_eq!(operation("POST", "/t/oauth2/v2.0/token"), "IssueToken");
        assert_eq!(operation("GET", "/wp-login.php"), "other");
        assert_eq!(operation("DELETE", "/api/machines"), "other");
    }
}
