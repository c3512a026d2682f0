//! Whether the process answers, and whether it is of use.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, Method, StatusCode, header};
use serde::Serialize;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use crate::clock::Clock;
use crate::store::Store;

/// The process answers.
pub(super) const LIVE: &str = "/healthz";
/// The server is of use.
pub(super) const READY: &str = "/readyz";

/// How long the store may take for one small write.
const PATIENCE: Duration = Duration::from_secs(3);
/// For how long a found state holds: whoever asks more often, and anybody may, writes no more often.
const HOLDS: Duration = Duration::from_secs(1);

/// Why a server is of no use now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unready {
    /// It was told to stop.
    Draining,
    /// The store takes no write. The log says why: strangers need not know.
    Store,
}

impl Unready {
    fn reason(self) -> &'static str {
        match self {
            Self::Draining => "draining",
            Self::Store => "the store cannot be written",
        }
    }
}

#[derive(Serialize)]
struct Answer {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

/// The server's health.
#[derive(Debug)]
pub(super) struct Health {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    draining: AtomicBool,
    /// Locked while the store is tried, so that many askers share one try.
    last: Mutex<Option<(Instant, bool)>>,
}

impl Health {
    pub(super) fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            clock,
            draining: AtomicBool::new(false),
            last: Mutex::default(),
        }
    }

    /// From now on the server says that it is not ready.
    pub(super) fn drain(&self) {
        self.draining.store(true, Ordering::SeqCst);
    }

    /// The answer, if the request asks for health.
    pub(super) async fn answer(&self, method: &Method, path: &str) -> Option<Response> {
        if !matches!(path, LIVE | READY) || !matches!(*method, Method::GET | Method::HEAD) {
            return None;
        }
        let state = match path {
            LIVE => Ok("alive"),
            _ => self.ready().await.map(|()| "ready"),
        };
        Some(response(state))
    }

    async fn ready(&self) -> Result<(), Unready> {
        if self.draining.load(Ordering::SeqCst) {
            return Err(Unready::Draining);
        }
        match self.store_takes_writes().await {
            true => Ok(()),
            false => Err(Unready::Store),
        }
    }

    async fn store_takes_writes(&self) -> bool {
        let mut last = self.last.lock().await;
        if let Some((at, found)) = *last
            && at.elapsed() < HOLDS
        {
            return found;
        }
        let found = self.try_store().await;
        if let Err(why) = &found {
            tracing::warn!(why, "not ready: the store cannot be written");
        }
        *last = Some((Instant::now(), found.is_ok()));
        found.is_ok()
    }

    async fn try_store(&self) -> Result<(), String> {
        match timeout(PATIENCE, self.store.probe(self.clock.now())).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("it does not answer".to_owned()),
        }
    }
}

fn response(state: Result<&'static str, Unready>) -> Response<Body> {
    let (code, answer) = match state {
        Ok(status) => (
            StatusCode::OK,
            Answer {
                status,
                reason: None,
            },
        ),
        Err(unready) => {
            let reason = Some(unready.reason());
            (
                StatusCode::SERVICE_UNAVAILABLE,
                Answer {
                    status: "unready",
                    reason,
                },
            )
        }
    };
    let mut response = (code, axum::Json(answer)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if code == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response
}
