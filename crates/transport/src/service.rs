//! Into the world of [tower](https://docs.rs/tower) and back (feature `tower`).

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use tower::Service;

use crate::{SharedTransport, Transport, TransportError, TransportErrorKind};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A transport as a `tower::Service`, for layers that exist already.
///
/// It is always ready. Put no layer around it that repeats requests: the caller
/// counts on one call being at most one arrival.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # #[cfg(feature = "testing")] {
/// use quell_transport::testing::ScriptedTransport;
/// use quell_transport::{ServiceTransport, SharedTransport, TransportService};
/// use tower::ServiceExt as _;
///
/// # let carrier = ScriptedTransport::new();
/// # carrier.answer_json(http::StatusCode::OK, "{}");
/// let layered = TransportService::new(carrier).map_request(|mut request: http::Request<_>| {
///     request.headers_mut().insert("x-team", http::HeaderValue::from_static("response"));
///     request
/// });
/// let transport = SharedTransport::from(ServiceTransport::new(layered));
/// # let request = http::Request::get("https://api.example/").body(bytes::Bytes::new())?;
/// assert_eq!(transport.send(request).await?.body(), "{}");
/// # }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct TransportService(SharedTransport);

impl TransportService {
    /// Makes a service of any transport.
    pub fn new(transport: impl Into<SharedTransport>) -> Self {
        Self(transport.into())
    }
}

impl Service<Request<Bytes>> for TransportService {
    type Response = Response<Bytes>;
    type Error = TransportError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Bytes>, TransportError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        let transport = self.0.clone();
        Box::pin(async move { transport.send(request).await })
    }
}

/// A `tower::Service` as a transport.
///
/// # How far a request got
///
/// A service's error does not say it, so that `Unknown` is the answer, with two
/// exceptions that are proofs: a service that is not ready was not given the request
/// (`Connect`), and an error that *is* a [`TransportError`], however boxed, keeps its kind.
/// Whoever knows the errors of their stack can tell more by
/// [`with_kinds`](Self::with_kinds), and bears the burden of proof: a kind whose
/// reach is `NotSent` lets a caller send again what may have been executed. Let
/// `testing::conformance` examine the result.
///
/// The other promises of [`Transport`] are the service's to keep as well: no
/// redirect followed, nothing repeated, the whole answer or an error.
pub struct ServiceTransport<S> {
    /// Each send takes a clone; a service need not be `Sync` for that.
    service: Mutex<S>,
    kind: fn(&(dyn std::error::Error + 'static)) -> TransportErrorKind,
}

impl<S> ServiceTransport<S> {
    /// Makes a transport of a service whose clones share what is worth sharing.
    #[must_use]
    pub fn new(service: S) -> Self {
        Self::with_kinds(service, |_| TransportErrorKind::Other)
    }

    /// The same, with a kind for each of the service's own errors.
    #[must_use]
    pub const fn with_kinds(
        service: S,
        kind: fn(&(dyn std::error::Error + 'static)) -> TransportErrorKind,
    ) -> Self {
        Self {
            service: Mutex::new(service),
            kind,
        }
    }
}

impl<S> fmt::Debug for ServiceTransport<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceTransport")
            .field("service", &std::any::type_name::<S>())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl<S> Transport for ServiceTransport<S>
where
    S: Service<Request<Bytes>, Response = Response<Bytes>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
{
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        // The clone becomes ready and is called: readiness may be a place that is held.
        let mut service = self
            .service
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let ready = poll_fn(|context| service.poll_ready(context)).await;
        ready.map_err(|error| failure(error.into(), |_| TransportErrorKind::Connect))?;
        let answer = service.call(request).await;
        answer.map_err(|error| failure(error.into(), self.kind))
    }
}

fn failure(
    error: BoxError,
    kind: impl FnOnce(&(dyn std::error::Error + 'static)) -> TransportErrorKind,
) -> TransportError {
    match error.downcast::<TransportError>() {
        Ok(own) => *own,
        Err(foreign) => TransportError::with_source(kind(foreign.as_ref()), foreign),
    }
}
