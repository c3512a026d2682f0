//! The listener for those who look after the server: health and metrics, on an address of its own.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, Method, Request, StatusCode, header};

use super::door::Answer;
use super::health::Health;
use super::meters::Meters;

/// What Prometheus asks for when it is told nothing else.
const METRICS: &str = "/metrics";
/// What the metrics are written in.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Answers on the side.
#[derive(Debug)]
pub(super) struct Side {
    pub(super) health: Arc<Health>,
    pub(super) meters: Arc<Meters>,
}

impl Answer for Side {
    async fn answer(&self, _: SocketAddr, request: Request<Body>) -> Response {
        let (method, path) = (request.method(), request.uri().path());
        if let Some(health) = self
            .health
            .answer_beside(method, path, self.meters.held())
            .await
        {
            return health;
        }
        match (path, method) {
            (METRICS, &(Method::GET | Method::HEAD)) => self.metrics(),
            _ => StatusCode::NOT_FOUND.into_response(),
        }
    }
}

impl Side {
    fn metrics(&self) -> Response {
        match self.meters.told() {
            Ok(told) => {
                let mut response = told.into_response();
                let written_in = HeaderValue::from_static(OPEN_METRICS);
                response
                    .headers_mut()
                    .insert(header::CONTENT_TYPE, written_in);
                response
            }
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
}
