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

/// What of the machines gets nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
enum Frozen {
    /// All of them.
    Everybody,
    /// Those of some tenants.
    SomeTenants,
}

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
    #[serde(flatten)]
    beside: Option<Beside>,
}

/// What those are told who look after the server: who may call the API should not learn it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Beside {
    #[serde(skip_serializing_if = "Option::is_none")]
    frozen: Option<Frozen>,
    held_polls: u64,
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
        let state = self.state(method, path).await?;
        Some(response(state, None))
    }

    /// The same for those who look after the server, on which so many agents wait for orders.
    pub(super) async fn answer_beside(
        &self,
        method: &Method,
        path: &str,
        held_polls: u64,
    ) -> Option<Response> {
        let state = self.state(method, path).await?;
        let beside = match path {
            LIVE => None,
            _ => Some(Beside {
                frozen: self.frozen().await,
                held_polls,
            }),
        };
        Some(response(state, beside))
    }

    async fn state(&self, method: &Method, path: &str) -> Option<Result<&'static str, Unready>> {
        if !matches!(*method, Method::GET | Method::HEAD) {
            return None;
        }
        match path {
            LIVE => Some(Ok("alive")),
            READY => Some(self.ready().await.map(|()| "ready")),
            _ => None,
        }
    }

    /// A frozen server is ready: it takes what it is asked for.
    async fn frozen(&self) -> Option<Frozen> {
        let freezes = timeout(PATIENCE, self.store.freezes()).await.ok()?.ok()?;
        let of_everybody = freezes.iter().any(|freeze| freeze.tenant.is_none());
        match (of_everybody, freezes.is_empty()) {
            (true, _) => Some(Frozen::Everybody),
            (false, false) => Some(Frozen::SomeTenants),
            (false, true) => None,
        }
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

fn response(state: Result<&'static str, Unready>, beside: Option<Beside>) -> Response<Body> {
    let (code, status, reason) = match state {
        Ok(status) => (StatusCode::OK, status, None),
        Err(unready) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "unready",
            Some(unready.reason()),
        ),
    };
    let answer = Answer {
        status,
        reason,
        beside,
    };
    let mut response = (code, axum::Json(answer)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if code == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response
}
